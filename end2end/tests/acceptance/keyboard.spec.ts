import { walkTo } from "../../fixtures/keyboard";
import { SAMPLES, SECRETS } from "../../fixtures/platforms";
import { expect, test } from "../../fixtures/test";

test.describe("from the door on", () => {
  test.use({ signedIn: false });

  test("an account is added, switched on and deleted with the keyboard alone", async ({ guard, page, panel, scripts, words }) => {
    // Nobody has tested it: in the background, the question is told by this status
    if (scripts) guard.expectStatus(409);
    const { keyboard } = page;
    await panel.open("/accounts");
    await walkTo(page, page.getByRole("textbox", { name: words.userName }));
    await keyboard.type("anna");
    await walkTo(page, page.getByLabel(words.password, { exact: true }));
    await keyboard.type("cavallo batteria graffetta");
    await keyboard.press("Enter");
    await panel.shows(words.accounts);

    await walkTo(page, page.getByRole("link", { name: "Telegram" }));
    await keyboard.press("Enter");
    await panel.shows(words.newAccount);
    await walkTo(page, panel.description);
    await keyboard.type(SAMPLES.telegram.description);
    await walkTo(page, panel.field(words.field.botToken));
    await keyboard.type(SECRETS.telegram);
    await walkTo(page, panel.field(words.field.botUsername));
    await keyboard.type(SAMPLES.telegram.bot_username);
    await walkTo(page, panel.button(words.save));
    await keyboard.press("Enter");
    await expect(panel.notice).toContainText(words.created);

    await panel.shows(words.accountTitle(SAMPLES.telegram.description));
    await walkTo(page, panel.link(words.areaIntegrations), "Shift+Tab");
    await keyboard.press("Enter");
    await panel.shows(words.accounts);
    await walkTo(page, panel.switch(SAMPLES.telegram.description));
    await keyboard.press("Space");
    await panel.shows(words.activateOne);
    await walkTo(page, panel.button(words.activateAnyway));
    await keyboard.press("Enter");
    await panel.shows(words.accounts);
    await expect(panel.notice).toContainText(words.activatedOne);
    await panel.isActive(SAMPLES.telegram.description, true);

    await panel.open("/accounts");
    await walkTo(page, page.getByRole("checkbox", { name: words.select(SAMPLES.telegram.description) }));
    await keyboard.press("Space");
    await walkTo(page, panel.tool(words.deleteMore), "Shift+Tab");
    await keyboard.press("Enter");
    await panel.shows(words.deleteTitle(SAMPLES.telegram.description));
    await walkTo(page, panel.button(words.deleteForever));
    await keyboard.press("Enter");
    await expect(panel.notice).toContainText(words.deletedOne);
  });
});

test("the connection is tested, and what was found is read, with the keyboard alone", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("telegram", {}, { proven: false });
  await panel.open(`/accounts/${id}`);
  await walkTo(page, panel.button(words.testConnection));
  await page.keyboard.press("Enter");
  await expect(panel.test).toContainText(words.testWorks);
  await panel.live();
  const details = panel.test.getByText(words.testDetails, { exact: true });
  // With scripts the button keeps the focus, and the result stands before it
  await walkTo(page, details, panel.scripts ? "Shift+Tab" : "Tab");
  await page.keyboard.press("Enter");
  await walkTo(page, panel.test.locator("pre"));
  await expect(panel.test.locator("pre")).toContainText("getMe");
});

test("the platform is chosen with the arrows", async ({ page, panel, words }) => {
  await panel.open("/accounts/new");
  await walkTo(page, page.getByRole("radio").first());
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("radio", { name: "WA Smart Business" })).toBeChecked();
  await walkTo(page, panel.button(words.goOn));
  await page.keyboard.press("Enter");
  await expect(panel.field(words.field.gatewayUrl)).toBeVisible();
});

test("the first step of the keyboard leads past the frame", async ({ page, panel, words }) => {
  await panel.open("/accounts");
  const skip = panel.link(words.skipLink);
  await walkTo(page, skip);
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
});
