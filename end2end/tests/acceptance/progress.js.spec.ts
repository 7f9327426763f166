import { hold } from "../../fixtures/network";
import { SECRETS } from "../../fixtures/platforms";
import { expect, test } from "../../fixtures/test";

test("a slow answer shows a bar on the page and that the button is at work", async ({ page, panel, words }) => {
  const bar = page.locator(".progress");
  await panel.open("/accounts/new?platform=telegram");
  await panel.description.fill("Ordini");
  await panel.field(words.field.botToken).fill(SECRETS.telegram);
  await panel.field(words.field.botUsername).fill("ordini_bot");
  await expect(bar).toBeHidden();
  const release = await hold(page, "**/accounts/new*");
  await panel.save();
  await expect(bar).toBeVisible();
  await expect(panel.button(words.save)).toHaveAttribute("aria-busy", "true");
  release();
  await expect(panel.notice).toContainText(words.created);
  await expect(bar).toBeHidden();
});

test("an impatient second press saves once", async ({ accounts, page, panel, words }) => {
  await panel.open("/accounts/new?platform=telegram");
  await panel.description.fill("Ordini");
  await panel.field(words.field.botToken).fill(SECRETS.telegram);
  await panel.field(words.field.botUsername).fill("ordini_bot");
  const release = await hold(page, "**/accounts/new*");
  await panel.button(words.save).dblclick();
  release();
  await expect(panel.notice).toContainText(words.created);
  await panel.open("/accounts");
  await expect(panel.descriptions).toHaveText(["Ordini"]);
  await accounts.clear();
});

test("a slow page shows the bar, and the old page meanwhile", async ({ accounts, page, panel, words }) => {
  await accounts.add("telegram", { description: "Ordini" });
  await panel.open("/accounts");
  const release = await hold(page, "**/load/account?*");
  await panel.link("Ordini").click();
  await expect(page.locator(".progress")).toBeVisible();
  release();
  await panel.shows(words.accountTitle("Ordini"));
  await expect(page.locator(".progress")).toBeHidden();
});
