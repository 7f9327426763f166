import { expect, test } from "../../fixtures/test";

test("on every page that comes without a reload the heading has the focus", async ({ accounts, page, panel, words }) => {
  await accounts.add("telegram", { description: "Ordini" });
  await panel.open("/accounts");
  await panel.link("Ordini").click();
  await expect(panel.heading(words.accountTitle("Ordini"))).toBeFocused();
  await panel.link(words.deleteMore).click();
  await expect(panel.heading(words.deleteTitle("Ordini"))).toBeFocused();
  await page.goBack();
  await expect(panel.heading(words.accountTitle("Ordini"))).toBeFocused();
  await page.getByRole("main").getByRole("link", { name: words.cancel, exact: true }).click();
  await expect(panel.heading(words.accounts)).toBeFocused();
});

test("after a first save the heading of the account has the focus", async ({ panel, words }) => {
  await panel.open("/accounts/new?platform=activecampaign");
  await panel.description.fill("Newsletter");
  await panel.field(words.field.apiUrl).fill("acme");
  await panel.field(words.field.apiKey).fill("0123456789012345678901234567890123456789");
  await panel.save();
  await expect(panel.heading(words.accountTitle("Newsletter"))).toBeFocused();
});

test("after a change was saved the focus is not lost", async ({ accounts, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  await panel.open(`/accounts/${id}`);
  await panel.description.fill("Ordini e resi");
  await panel.save();
  await expect(panel.heading(words.accountTitle("Ordini e resi"))).toBeFocused();
});

test("a switch keeps the focus, also while its row moves", async ({ accounts, page, panel, words }) => {
  await accounts.add("telegram", { description: "Ordini" });
  await accounts.add("activecampaign", { description: "Newsletter" });
  await panel.open("/accounts?sort=-updated");
  await panel.switch("Ordini").focus();
  await page.keyboard.press("Space");
  await expect(panel.notice).toContainText(words.activatedOne);
  await expect(panel.switch("Ordini")).toBeFocused();
  await page.keyboard.press("Space");
  await expect(panel.notice).toContainText(words.deactivatedOne);
  await expect(panel.switch("Ordini")).toBeFocused();
});

test("taking a switch back does not lose the focus", async ({ accounts, page, panel, words }) => {
  await accounts.add("telegram", { description: "Ordini" });
  await panel.open("/accounts");
  await panel.switch("Ordini").click();
  await panel.notice.getByRole("button", { name: words.undo }).focus();
  await page.keyboard.press("Enter");
  await expect(panel.notice).toContainText(words.deactivatedOne);
  await expect(page.locator("body")).not.toBeFocused();
});

test("closing a notice does not lose the focus", async ({ accounts, page, panel, words }) => {
  await accounts.add("telegram", { description: "Ordini" });
  await panel.open("/accounts");
  await panel.switch("Ordini").click();
  await panel.notice.getByRole("button", { name: words.close }).focus();
  await page.keyboard.press("Enter");
  await expect(panel.notice).toHaveText("");
  await expect(page.locator("body")).not.toBeFocused();
});

test("a rejected form moves the focus to what is wrong, and from there to the field", async ({ guard, page, panel, words }) => {
  guard.expectStatus(422);
  await panel.open("/accounts/new?platform=telegram");
  await panel.save();
  await expect(page.getByRole("alert")).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(panel.description).toBeFocused();
  await panel.description.fill("Ordini");
  await panel.save();
  await expect(page.getByRole("alert")).toContainText(words.checkFields(2));
  await expect(page.getByRole("alert")).toBeFocused();
});

test("clearing the filters brings the list back with the focus in sight", async ({ accounts, page, panel, words }) => {
  await accounts.add("telegram", { description: "Ordini" });
  await panel.open("/accounts?q=unicorno");
  const clear = page.getByRole("main").getByRole("link", { name: words.clearFilters }).last();
  await clear.focus();
  await page.keyboard.press("Enter");
  await expect(panel.descriptions).toHaveText(["Ordini"]);
  await expect(page.locator("body")).not.toBeFocused();
});
