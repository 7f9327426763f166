import { hold, markPage } from "../../fixtures/network";
import { expect, test } from "../../fixtures/test";

const SWITCHING = "**/accounts/selection";

test("a switch shows at once what was asked for, and then what is stored", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  await panel.open("/accounts");
  const release = await hold(page, SWITCHING);
  await panel.switch("Ordini").click();
  await panel.isActive("Ordini", true);
  expect(await accounts.read(id)).toMatchObject({ active: false });
  await expect(panel.notice).toHaveText("");

  release();
  await expect(panel.notice).toContainText(words.activatedOne);
  await panel.isActive("Ordini", true);
  expect(await accounts.read(id)).toMatchObject({ active: true });
});

test("a switch that does not come through goes back", async ({ accounts, guard, page, panel, words }) => {
  guard.expectLostRequests();
  await accounts.add("telegram", { description: "Ordini" });
  await panel.open("/accounts");
  await page.route(SWITCHING, (route) => route.abort("connectionrefused"));
  await panel.switch("Ordini").click();
  await expect(panel.notice).toContainText(words.serverSilent);
  await panel.isActive("Ordini", false);
  await page.unroute(SWITCHING);
  await panel.switch("Ordini").click();
  await panel.isActive("Ordini", true);
});

test("a switch that meets another account goes back, however the question ends", async ({ accounts, guard, page, panel, words }) => {
  guard.expectStatus(409);
  await accounts.switch(await accounts.add("telegram", { description: "Vecchio bot" }), true);
  await accounts.add("telegram", { description: "Nuovo bot" });
  await panel.open("/accounts");
  await panel.switch("Nuovo bot").click();
  await panel.shows(words.swapTitle("Nuovo bot", "Vecchio bot"));
  await page.goBack();
  await panel.shows(words.accounts);
  await panel.isActive("Nuovo bot", false);
  await panel.isActive("Vecchio bot", true);
});

test("switching, taking back and swapping reload nothing", async ({ accounts, guard, page, panel, words }) => {
  guard.expectStatus(409);
  await accounts.add("telegram", { description: "Ordini" });
  await accounts.add("telegram", { description: "Resi" });
  await panel.open("/accounts");
  const isSamePage = await markPage(page);
  await panel.switch("Ordini").click();
  await panel.isActive("Ordini", true);
  await panel.notice.getByRole("button", { name: words.undo }).click();
  await expect(panel.notice).toContainText(words.deactivatedOne);
  await panel.isActive("Ordini", false);
  await panel.notice.getByRole("button", { name: words.undo }).click();
  await expect(panel.notice).toContainText(words.activatedOne);
  await panel.switch("Resi").click();
  await panel.shows(words.swapTitle("Resi", "Ordini"));
  await panel.button(words.swap).click();
  await panel.shows(words.accounts);
  await panel.isActive("Resi", true);
  expect(await isSamePage()).toBe(true);
});

test("two switches at once each show their own answer", async ({ accounts, page, panel }) => {
  const ids = [await accounts.add("telegram", { description: "Ordini" }), await accounts.add("activecampaign", { description: "Newsletter" })];
  await panel.open("/accounts");
  const release = await hold(page, SWITCHING);
  await panel.switch("Ordini").click();
  await panel.switch("Newsletter").click();
  await panel.isActive("Ordini", true);
  await panel.isActive("Newsletter", true);
  release();
  for (const id of ids) await expect.poll(async () => (await accounts.read(id)).active).toBe(true);
  await panel.isActive("Ordini", true);
  await panel.isActive("Newsletter", true);
  await page.reload();
  await panel.live();
  await panel.isActive("Ordini", true);
  await panel.isActive("Newsletter", true);
});

test("an impatient second press is not a second wish", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  await panel.open("/accounts");
  const release = await hold(page, SWITCHING);
  await panel.switch("Ordini").dblclick();
  release();
  await expect(panel.notice).toContainText(words.activatedOne);
  await panel.isActive("Ordini", true);
  expect(await accounts.read(id)).toMatchObject({ active: true, version: 2 });
});

test("the box above the others selects them all, and shows when only some are", async ({ accounts, page, panel, words }) => {
  await accounts.addAll("telegram", ["Ordini", "Resi", "Spedizioni"]);
  await panel.open("/accounts");
  const all = page.getByRole("checkbox", { name: words.selectAll });
  const box = (name: string) => page.getByRole("checkbox", { name: words.select(name) });
  await all.check();
  await expect(box("Ordini")).toBeChecked();
  await expect(box("Spedizioni")).toBeChecked();
  await expect(page.getByText(words.selected(3))).toBeVisible();
  await box("Resi").uncheck();
  await expect(page.getByText(words.selected(2))).toBeVisible();
  await expect(all).toHaveJSProperty("indeterminate", true);
  await all.check();
  await all.uncheck();
  await expect(box("Ordini")).not.toBeChecked();
});
