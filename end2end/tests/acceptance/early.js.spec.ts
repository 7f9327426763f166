import { hold } from "../../fixtures/network";
import { SECRETS } from "../../fixtures/platforms";
import { expect, test } from "../../fixtures/test";

// On a slow line a page can be read and used long before its scripts are there.
const BROWSER_HALF = /\/raccordo\.wasm$/;

test("what is typed and ticked before the scripts come counts", async ({ accounts, page, panel, words }) => {
  await accounts.addAll("telegram", ["Spedizioni", "Resi"]);
  const release = await hold(page, BROWSER_HALF);
  await page.goto("/accounts", { waitUntil: "domcontentloaded" });
  await panel.select("Spedizioni");
  await page.getByRole("searchbox", { name: words.search }).fill("spedizioni");
  await expect(page.locator("html[data-live]")).toHaveCount(0);
  release();
  await panel.live();
  await expect(panel.descriptions).toHaveText(["Spedizioni"]);
  await expect(page.getByRole("checkbox", { name: words.select("Spedizioni") })).toBeChecked();
  await expect(page.getByText(words.selected(1))).toBeVisible();
});

test("a form that is filled in before the scripts come is saved as typed", async ({ page, panel, words }) => {
  const release = await hold(page, BROWSER_HALF);
  await page.goto("/accounts/new?platform=telegram", { waitUntil: "domcontentloaded" });
  await panel.description.fill("Scritto presto");
  await panel.field(words.field.botToken).fill(SECRETS.telegram);
  await panel.field(words.field.botUsername).fill("scritto_presto_bot");
  release();
  await panel.live();
  await expect(panel.description).toHaveValue("Scritto presto");
  await panel.save();
  await expect(panel.notice).toContainText(words.created);
  await panel.shows(words.accountTitle("Scritto presto"));
});

test("what is pressed before the scripts come works without them", async ({ accounts, page, panel, words }) => {
  await accounts.add("telegram", { description: "Ordini" });
  const release = await hold(page, BROWSER_HALF);
  await page.goto("/accounts", { waitUntil: "domcontentloaded" });
  await panel.switch("Ordini").click();
  await expect(panel.notice).toContainText(words.activatedOne);
  await panel.isActive("Ordini", true);
  release();
  await panel.live();
  await panel.isActive("Ordini", true);
});
