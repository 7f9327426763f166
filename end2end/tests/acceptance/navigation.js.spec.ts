import { markPage } from "../../fixtures/network";
import { SECRETS } from "../../fixtures/platforms";
import { expect, test } from "../../fixtures/test";

test("a whole day's work reloads nothing", async ({ accounts, guard, page, panel, words }) => {
  guard.expectStatus(422);
  await accounts.add("activecampaign", { description: "Newsletter" });
  await panel.open("/accounts");
  const isSamePage = await markPage(page);

  await panel.startAdding("telegram", "Ordini");
  await panel.field(words.field.botToken).fill(SECRETS.telegram);
  await panel.save();
  await expect(page.getByRole("alert")).toBeVisible();
  await panel.field(words.field.botUsername).fill("ordini_bot");
  await panel.save();
  await expect(panel.notice).toContainText(words.created);
  await panel.field(words.field.botCartDelay).fill("5");
  await panel.save();
  await expect(panel.notice).toContainText(words.saved);
  await page.getByRole("navigation").getByRole("link", { name: words.accounts }).click();
  await panel.shows(words.accounts);
  await page.getByRole("columnheader").getByRole("link", { name: words.changed }).click();
  await expect(panel.descriptions.first()).toHaveText("Ordini");
  await panel.select("Newsletter");
  await panel.tool(words.edit).click();
  await panel.shows(words.accountTitle("Newsletter"));
  await expect(page).toHaveTitle(words.documentTitle(words.accountTitle("Newsletter")));
  await panel.link(words.deleteMore).click();
  await panel.shows(words.deleteTitle("Newsletter"));
  await page.goBack();
  await panel.shows(words.accountTitle("Newsletter"));
  await page.goBack();
  await panel.shows(words.accounts);
  await expect(page).toHaveURL("/accounts?sort=-updated");
  expect(await isSamePage()).toBe(true);
});

test("a page that was gone back to shows what is stored, not what was typed before", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  await panel.open("/accounts");
  await panel.link("Ordini").click();
  await panel.shows(words.accountTitle("Ordini"));
  await panel.description.fill("Ordini e resi");
  await panel.save();
  await expect(panel.notice).toContainText(words.saved);
  await expect(panel.description).toHaveValue("Ordini e resi");
  await accounts.change(id, { description: "Ordini, resi e altro" });
  await page.goBack();
  await expect(panel.descriptions).toHaveText(["Ordini, resi e altro"]);
  await panel.link("Ordini, resi e altro").click();
  await expect(panel.description).toHaveValue("Ordini, resi e altro");
});
