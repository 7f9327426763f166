import { SAMPLES } from "../../fixtures/platforms";
import { expect, test } from "../../fixtures/test";

const UNPROVEN = { proven: false } as const;

// In the background, accounts that nobody has proven are told by this status
test.beforeEach(({ guard, scripts }) => {
  if (scripts) guard.expectStatus(409);
});

test("an account that nobody has tested is asked about, and may stay off", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" }, UNPROVEN);
  await panel.open("/accounts");
  await expect(panel.row("Ordini")).toContainText(words.neverTested);
  await panel.switch("Ordini").click();
  await panel.shows(words.activateOne);
  await expect(page).toHaveURL(`/accounts/activate?ids=${id}`);
  await expect(page.getByRole("main")).toContainText("Ordini");
  await expect(page.getByRole("main")).toContainText(words.neverTested);
  expect(await accounts.read(id)).toMatchObject({ active: false, version: 1 });

  await page.getByRole("main").getByRole("link", { name: words.cancel, exact: true }).click();
  await panel.shows(words.accounts);
  await panel.isActive("Ordini", false);
});

test("one may test it first, and then nothing is asked any more", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" }, UNPROVEN);
  await panel.open(`/accounts/activate?ids=${id}`);
  await panel.link(words.testFirst).click();
  await panel.shows(words.accountTitle("Ordini"));
  await panel.testConnection();
  await expect(panel.test).toContainText(words.testWorks);
  await panel.open("/accounts");
  await panel.switch("Ordini").click();
  await expect(panel.notice).toContainText(words.activatedOne);
  await expect(page).toHaveURL("/accounts");
});

test("an account that does not work is asked about, with the cause", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini", bot_username: "altro_bot" }, UNPROVEN);
  expect(await accounts.test(id)).toBe(false);
  await panel.open("/accounts");
  await panel.switch("Ordini").click();
  await panel.shows(words.activateOne);
  await expect(page.getByRole("main")).toContainText(words.failing);
  await expect(page.getByRole("main")).toContainText(words.cause.identity("@altro_bot", `@${SAMPLES.telegram.bot_username}`));
});

test("of several the proven ones go on at once, and the others are asked about", async ({ accounts, page, panel, words }) => {
  const newsletter = await accounts.add("activecampaign", { description: "Newsletter" });
  const orders = await accounts.add("telegram", { description: "Ordini" }, UNPROVEN);
  const notices = await accounts.add("wa_smart_business", { description: "Avvisi" }, UNPROVEN);
  await panel.open("/accounts");
  await panel.select("Newsletter", "Ordini", "Avvisi");
  await panel.tool(words.activate).click();
  await panel.shows(words.activateMany);
  const main = page.getByRole("main");
  await expect(main).toContainText("Ordini");
  await expect(main).toContainText("Avvisi");
  await expect(main).not.toContainText("Newsletter");
  expect(await accounts.read(newsletter)).toMatchObject({ active: true });
  for (const id of [orders, notices]) expect(await accounts.read(id)).toMatchObject({ active: false });

  await panel.button(words.activateAnyway).click();
  await panel.shows(words.accounts);
  await expect(panel.notice).toContainText(words.activatedMany(2));
  for (const description of ["Newsletter", "Ordini", "Avvisi"]) await panel.isActive(description, true);
});

test("an account that was proven is switched on without a question, and taken back in one step", async ({ accounts, page, panel, words }) => {
  await accounts.add("telegram", { description: "Ordini" });
  await panel.open("/accounts");
  await panel.switch("Ordini").click();
  await expect(panel.notice).toContainText(words.activatedOne);
  await expect(page).toHaveURL("/accounts");
  await panel.notice.getByRole("button", { name: words.undo }).click();
  await expect(panel.notice).toContainText(words.deactivatedOne);
  await panel.isActive("Ordini", false);
});

test("taking back that an unproven account was switched off asks nothing", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" }, UNPROVEN);
  await accounts.switch(id, true);
  await panel.open("/accounts");
  await panel.switch("Ordini").click();
  await expect(panel.notice).toContainText(words.deactivatedOne);
  await panel.notice.getByRole("button", { name: words.undo }).click();
  await expect(panel.notice).toContainText(words.activatedOne);
  await expect(page).toHaveURL("/accounts");
  await panel.isActive("Ordini", true);
});

test("an account that has another in its way is asked about once, on the page that offers to swap", async ({ accounts, page, panel, words }) => {
  await accounts.switch(await accounts.add("telegram", { description: "Vecchio bot" }), true);
  await accounts.add("telegram", { description: "Nuovo bot" }, UNPROVEN);
  await panel.open("/accounts");
  await panel.switch("Nuovo bot").click();
  await panel.shows(words.swapTitle("Nuovo bot", "Vecchio bot"));
  await expect(page.getByRole("main")).toContainText(words.swapUnproven);
});

test("the page that offers to swap tells when nobody knows whether the new one works", async ({ accounts, page, panel, words }) => {
  await accounts.switch(await accounts.add("telegram", { description: "Vecchio bot" }), true);
  const unproven = await accounts.add("telegram", { description: "Nuovo bot" }, UNPROVEN);
  const proven = await accounts.add("telegram", { description: "Bot provato" });
  await panel.open(`/accounts/swap?id=${unproven}`);
  await expect(page.getByRole("main")).toContainText(words.swapUnproven);
  await expect(page.getByRole("main")).toContainText(words.neverTested);
  await panel.open(`/accounts/swap?id=${proven}`);
  await expect(page.getByRole("main")).not.toContainText(words.swapUnproven);
  await panel.button(words.swap).click();
  await panel.shows(words.accounts);
  await panel.isActive("Bot provato", true);
});

test("what is active already, or gone, is not asked about", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" }, UNPROVEN);
  await panel.open(`/accounts/activate?ids=${id}`);
  await panel.shows(words.activateOne);
  await accounts.switch(id, true);
  await page.reload();
  await expect(page.getByRole("main")).toContainText(words.activateNone);
  await accounts.remove(id);
  await page.reload();
  await expect(page.getByRole("main")).toContainText(words.activateNone);
  await panel.link(words.backToAccounts).click();
  await panel.shows(words.accounts);
});

test.describe("in a panel of its own", () => {
  test.use({ house: "own" });

  test("a confirmed choice is kept, and stays in the log", async ({ accounts, page, panel, server, words }) => {
    await accounts.add("telegram", { description: "Ordini" }, UNPROVEN);
    await panel.open("/accounts");
    await panel.switch("Ordini").click();
    await panel.shows(words.activateOne);
    await panel.button(words.activateAnyway).click();
    await panel.shows(words.accounts);
    await expect(panel.notice).toContainText(words.activatedOne);
    await panel.isActive("Ordini", true);

    await panel.open("/log");
    await panel.shows(words.log);
    const entry = page.getByRole("row").filter({ hasText: words.loggedUnproven });
    await expect(entry).toHaveCount(1);
    await expect(entry).toContainText("Ordini");
    await server.restart();
    await panel.open("/accounts");
    await panel.isActive("Ordini", true);
  });
});
