import { fillIn } from "../../fixtures/forms";
import { markPage } from "../../fixtures/network";
import { SAMPLES, SECRETS } from "../../fixtures/platforms";
import { expect, test } from "../../fixtures/test";

test("the steps appear as they end, and the seconds run", async ({ accounts, panel, sandbox, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  await sandbox.fault("telegram", "slow");
  await panel.open(`/accounts/${id}`);
  await panel.button(words.testConnection).click();
  await expect(panel.test).toContainText(words.testRunning);
  const steps = panel.test.getByRole("list", { name: words.testSteps }).getByRole("listitem");
  await expect(steps).toContainText([words.step.address, words.step.dns, words.step.tls]);
  await expect(steps.filter({ hasText: words.testPassed })).toHaveCount(3);
  await expect(panel.test).toContainText("1 s");
  await expect(panel.test).toContainText("2 s");
  await expect(panel.test).toContainText(words.testRunning);
  await expect(panel.button(words.testConnection)).toHaveAttribute("aria-busy", "true");
  // The platform keeps silent: in the end that is said
  await expect(panel.test).toContainText(words.cause.noAnswer("Telegram"), { timeout: 12_000 });
  await expect(panel.test).not.toContainText(words.testRunning);
  await expect(steps).toHaveCount(6);
});

test("a test that is stopped ends at once, and leaves nothing behind", async ({ accounts, panel, sandbox, words }) => {
  const id = await accounts.add("telegram", { description: "Mai verificato prima" }, { proven: false });
  await sandbox.fault("telegram", "slow");
  await panel.open(`/accounts/${id}`);
  await panel.field(words.field.botUsername).fill("altro_bot");
  await panel.button(words.testConnection).click();
  await expect(panel.test).toContainText(words.testRunning);
  const began = Date.now();
  await panel.button(words.testStop).click();
  await expect(panel.test).toBeEmpty();
  expect(Date.now() - began).toBeLessThan(2_000);
  await expect(panel.button(words.testConnection)).not.toHaveAttribute("aria-busy");
  await expect(panel.notice).toHaveText("");
  await expect(panel.button(words.testConnection)).toBeFocused();
  // What was typed stays
  await expect(panel.field(words.field.botUsername)).toHaveValue("altro_bot");

  await sandbox.fault("telegram", null);
  await panel.testConnection();
  await expect(panel.test).toContainText(words.testFails);
  await panel.field(words.field.botUsername).fill(SAMPLES.telegram.bot_username);
  await panel.testConnection();
  await expect(panel.test).toContainText(words.testWorks);
});

test.describe("in a panel of its own", () => {
  test.use({ house: "own" });

  test("a test that was stopped is not in the log", async ({ accounts, panel, sandbox, words }) => {
    const id = await accounts.add("telegram", { description: "Ordini" }, { proven: false });
    await sandbox.fault("telegram", "slow");
    await panel.open(`/accounts/${id}`);
    await panel.button(words.testConnection).click();
    await expect.poll(async () => (await sandbox.received()).length).toBe(1);
    await panel.button(words.testStop).click();
    await expect(panel.test).toBeEmpty();
    // Later than it would have ended by itself
    await panel.page.waitForTimeout(9_000);
    await panel.open("/log");
    await panel.shows(words.log);
    await expect(panel.page.getByRole("row").filter({ hasText: words.logCreated })).not.toHaveCount(0);
    await expect(panel.page.getByRole("row").filter({ hasText: words.loggedTestFailed })).toHaveCount(0);
    await panel.open("/accounts");
    await expect(panel.row("Ordini")).toContainText(words.neverTested);
  });
});

test("the Enter key in a field saves, and does not test", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" }, { proven: false });
  await panel.open(`/accounts/${id}`);
  await panel.description.fill("Ordini e resi");
  await panel.description.press("Enter");
  await expect(panel.notice).toContainText(words.saved);
  await expect(panel.test).toBeEmpty();
  expect(await accounts.read(id)).toMatchObject({ description: "Ordini e resi" });
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("what is typed stays while it is tested, secrets and all, and the page with it", async ({ page, panel, words }) => {
  await panel.open("/accounts/new?platform=telegram");
  const isSamePage = await markPage(page);
  await fillIn(panel, "telegram");
  await panel.testConnection();
  await expect(panel.test).toContainText(words.testWorks);
  await expect(panel.field(words.field.botToken)).toHaveValue(SECRETS.telegram);
  await expect(panel.description).toHaveValue(SAMPLES.telegram.description);
  await expect(panel.test.getByRole("heading")).toBeInViewport();
  await expect(panel.button(words.testConnection)).toBeFocused();
  expect(await isSamePage()).toBe(true);
});

test("the health above the form follows the test", async ({ accounts, page, panel, sandbox, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  await panel.open(`/accounts/${id}`);
  const head = page.getByRole("main").getByRole("paragraph").first();
  await expect(head).toContainText(words.works);
  await sandbox.fault("telegram", "wrong_key");
  await panel.testConnection();
  await expect(head).toContainText(words.rejected);
  await sandbox.fault("telegram", null);
  await panel.testConnection();
  await expect(head).toContainText(words.works);
});

test("the technical details can be copied", async ({ accounts, context, page, panel, words }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const id = await accounts.add("telegram", { description: "Ordini" });
  await panel.open(`/accounts/${id}`);
  await panel.test.getByText(words.testDetails, { exact: true }).click();
  await panel.button(words.copy).click();
  await expect.poll(async () => await page.evaluate(() => navigator.clipboard.readText())).toContain("/bot▇/getMe → 200");
});

test("a server that does not answer ends the test with that", async ({ accounts, guard, page, panel, words }) => {
  guard.expectLostRequests();
  const id = await accounts.add("telegram", { description: "Ordini" });
  await panel.open(`/accounts/${id}`);
  await page.route(`**/accounts/${id}`, (route) => route.abort("connectionrefused"));
  await panel.button(words.testConnection).click();
  await expect(panel.notice).toContainText(words.serverSilent);
  await expect(panel.test).not.toContainText(words.testRunning);
  await expect(panel.button(words.testConnection)).not.toHaveAttribute("aria-busy");
});
