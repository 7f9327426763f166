import { expect, expectAccessible, test } from "../../fixtures/a11y";

test.use({ house: "own" });

test("the log: empty, full, open, nothing matches", async ({ accounts, page, panel, words }) => {
  await panel.open("/log");
  await expectAccessible(page, "empty");

  const id = await accounts.add("telegram", { description: "Ordini" }, { proven: false });
  await accounts.change(id, { description: "Ordini e resi" });
  await accounts.remove(id);
  await accounts.add("activecampaign", { description: "Newsletter" }, { proven: false });
  await panel.open("/log");
  await page.getByLabel(words.logDetailsOf(words.logEdited)).click();
  await expect(page.locator("details[open]").getByText("anna", { exact: true })).toBeVisible();
  await expectAccessible(page, "full, with details");

  await panel.open(`/log?id=${id}&level=warning`);
  await expectAccessible(page, "about one account");
  await panel.open("/log?account=unicorno");
  await expectAccessible(page, "nothing matches");
});

test("the log: in pages", async ({ accounts, page, panel, words }) => {
  await accounts.addAll("telegram", Array.from({ length: 52 }, (_, index) => `Bot ${index}`));
  await panel.open("/log");
  await page.getByRole("link", { name: words.logOlder }).click();
  await expect(page.getByRole("link", { name: words.logNewer })).toBeVisible();
  await expectAccessible(page, "older entries");
});
