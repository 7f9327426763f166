import { hold, markPage } from "../../fixtures/network";
import { expect, test } from "../../fixtures/test";

test.use({ house: "own" });

test("the log can be followed live, and paused", async ({ accounts, page, panel, words }) => {
  await accounts.add("telegram", { description: "Ordini" }, { proven: false });
  await panel.open("/log?kind=account_created");
  const rows = page.locator("tbody tr");
  await expect(rows).toHaveCount(1);
  await rows.getByLabel(words.logDetailsOf(words.logCreated)).click();

  await panel.button(words.tailOn).click();
  await expect(panel.button(words.tailOff)).toBeFocused();
  const id = await accounts.add("activecampaign", { description: "Newsletter" }, { proven: false });
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText("Newsletter");
  await expect(page.getByRole("status").filter({ hasText: words.logArrived(1) })).toBeAttached();
  // What was open stays open, and only what the filter lets through comes
  await expect(rows.nth(1).locator("details")).toHaveAttribute("open");
  await accounts.change(id, { description: "Newsletter e ordini" });
  await accounts.add("wa_smart_business", { description: "Avvisi" }, { proven: false });
  await expect(rows).toHaveCount(3);
  await expect(rows.first()).toContainText("Avvisi");

  await panel.button(words.tailOff).click();
  const asked = page.waitForRequest(/\/load\/log-tail/, { timeout: 3_000 }).then(
    () => true,
    () => false,
  );
  expect(await asked).toBe(false);
});

test("what has come and is not shown is not passed over in silence", async ({ accounts, page, panel, words }) => {
  await accounts.add("telegram", { description: "Ordini" }, { proven: false });
  await panel.open("/log");
  // As if more had come at once than a page holds
  await page.route(/\/load\/log-tail/, async (route) => {
    const response = await route.fetch();
    const came = await response.json();
    await route.fulfill({ response, json: { ...came, joins: false, older: came.rows.at(-1).id } });
  });
  await panel.button(words.tailOn).click();
  await accounts.add("activecampaign", { description: "Newsletter" }, { proven: false });
  const missed = page.locator("p").filter({ hasText: words.tailMissed }).filter({ hasText: words.logOlder });
  await expect(missed).toBeVisible();
  await panel.button(words.tailOff).click();
  await missed.getByRole("link", { name: words.logOlder }).click();
  await expect(page).toHaveURL(/\/log\?older=/);
  await expect(missed).toBeHidden();
});

test("the list follows the filters, one step for what is typed", async ({ accounts, page, panel, words }) => {
  await accounts.add("telegram", { description: "Spedizioni" }, { proven: false });
  await accounts.add("activecampaign", { description: "Newsletter" }, { proven: false });
  await panel.open("/log");
  const isSamePage = await markPage(page);
  const rows = page.locator("tbody tr");
  const account = page.getByLabel(words.logAccount);
  await account.pressSequentially("spediz");
  await expect(rows).toHaveCount(1);
  await expect(page).toHaveURL("/log?account=spediz");
  await expect(page.getByRole("status").filter({ hasText: words.logShown(1) })).toBeAttached();
  // The field stays while one types, also where nothing is found any more
  await account.pressSequentially("xyz");
  await expect(page.getByRole("heading", { name: words.logNothingTitle })).toBeVisible();
  await expect(account).toBeFocused();
  await account.press("Escape");
  await expect(rows).toHaveCount(2);
  await expect(page).toHaveURL("/log");
  expect(await isSamePage()).toBe(true);
});

test("an answer that comes late does not take the place of a newer one", async ({ accounts, page, panel, words }) => {
  await accounts.add("telegram", { description: "Ordini" }, { proven: false });
  await accounts.remove(await accounts.add("telegram", { description: "Resi" }, { proven: false }));
  await panel.open("/log");
  const rows = page.locator("tbody tr");
  const release = await hold(page, /\/load\/log\?.*warning/);
  const asked = page.waitForRequest(/\/load\/log\?.*warning/);
  const level = page.getByRole("combobox", { name: words.logLevel });
  await level.selectOption("warning");
  await asked;
  await level.selectOption("info");
  await expect(rows).toHaveCount(2);
  const late = page.waitForResponse(/\/load\/log\?.*warning/);
  release();
  await (await late).finished();
  await expect(rows).toHaveCount(2);
});
