import { readFile } from "node:fs/promises";

import type { Locator, Page } from "@playwright/test";

import type { Panel } from "../../fixtures/panel";
import { expect, test } from "../../fixtures/test";

/** Entries on one page of the log. */
const PAGE_SIZE = 50;

// The log of a panel that others use too is never empty
test.use({ house: "own" });

/** The messages, from top to bottom. */
function messages(page: Page): Locator {
  return page.locator("tbody .message > p");
}

/** Without scripts the filters wait for their button. */
async function apply(panel: Panel): Promise<void> {
  if (!panel.scripts) await panel.button(panel.words.filter).click();
}

test("whatever is done to an account is in the log, its details behind an i", async ({ accounts, page, panel, words }) => {
  await panel.open("/accounts");
  const areas = page.getByRole("navigation", { name: words.mainNavigation });
  await areas.getByRole("link", { name: words.areaLog }).click();
  await panel.shows(words.log);
  await expect(areas.getByRole("link", { name: words.areaLog })).toHaveAttribute("aria-current", "page");
  await expect(areas.getByRole("link", { name: words.areaIntegrations })).not.toHaveAttribute("aria-current");
  await expect(page.getByRole("heading", { name: words.logEmptyTitle })).toBeVisible();
  await expect(page.getByText(words.logKept)).toBeVisible();
  await expect(panel.link(words.downloadCsv)).toHaveCount(0);

  const id = await accounts.add("telegram", { description: "Ordini" }, { proven: false });
  await accounts.change(id, { description: "Ordini e resi" });
  await panel.open("/log");
  await expect(messages(page)).toHaveText([words.logEdited, words.logCreated]);
  const row = page.getByRole("row").filter({ hasText: words.logEdited });
  await expect(row).toContainText(words.logInfo);
  await expect(row.getByRole("link", { name: "Ordini e resi" })).toHaveAttribute("href", `/accounts/${id}`);
  const change = row.getByText(words.changedValue(words.description, "Ordini", "Ordini e resi"));
  await expect(change).toBeHidden();
  await row.getByLabel(words.logDetailsOf(words.logEdited)).click();
  await expect(change).toBeVisible();
  await expect(row.getByText("anna")).toBeVisible();
  await row.getByRole("link", { name: "Ordini e resi" }).click();
  await panel.shows(words.accountTitle("Ordini e resi"));

  await accounts.remove(id);
  await panel.open("/log");
  await expect(messages(page).first()).toHaveText(words.logDeletedMessage);
  await expect(page.getByRole("row").nth(1)).toContainText(words.logWarning);
  await expect(page.getByRole("row").nth(2)).toContainText(words.logDeleted);
  await expect(page.getByRole("main").getByRole("link", { name: "Ordini e resi" })).toHaveCount(0);
});

test("every column has a filter; the address holds them, and they can be taken off", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" }, { proven: false });
  await accounts.add("activecampaign", { description: "Newsletter" }, { proven: false });
  await accounts.change(id, { description: "Ordini e resi" });
  await accounts.remove(id);
  await panel.open("/log");
  await expect(messages(page)).toHaveCount(4);
  await expect(panel.link(words.clearFilters)).toHaveCount(0);

  await page.getByRole("combobox", { name: words.logLevel }).selectOption({ label: words.logWarning });
  await apply(panel);
  await expect(messages(page)).toHaveText([words.logDeletedMessage]);
  await expect(page).toHaveURL(/\/log\?(.*&)?level=warning/);
  await panel.link(words.clearFilters).click();
  await expect(messages(page)).toHaveCount(4);
  await expect(page).toHaveURL("/log");
  await expect(page.getByRole("combobox", { name: words.logLevel })).toHaveValue("");

  await page.getByRole("combobox", { name: words.logMessage }).selectOption({ label: words.logEditedKind });
  await apply(panel);
  await expect(messages(page)).toHaveText([words.logEdited]);
  await page.goBack();
  await expect(messages(page)).toHaveCount(4);

  // As it is called now, and as it was called then
  await page.getByLabel(words.logAccount).fill("RESI");
  await page.getByLabel(words.logAccount).press("Enter");
  await expect(messages(page)).toHaveCount(3);
  await page.reload();
  await panel.live();
  await expect(page.getByLabel(words.logAccount)).toHaveValue("RESI");
  await expect(messages(page)).toHaveCount(3);

  await panel.open("/log");
  await page.getByLabel(words.logTo, { exact: true }).fill("2026-01-31");
  await apply(panel);
  await expect(page.getByRole("heading", { name: words.logNothingTitle })).toBeVisible();
  await expect(page).toHaveURL(/\/log\?(.*&)?to=2026-01-31/);
  await page.getByRole("main").getByRole("link", { name: words.clearFilters }).last().click();
  await expect(messages(page)).toHaveCount(4);

  // What another page links to
  await panel.open(`/log?id=${id}`);
  await expect(messages(page)).toHaveCount(3);
  await page.getByRole("link", { name: words.logNotOnly("Ordini e resi") }).click();
  await expect(messages(page)).toHaveCount(4);
  await expect(page.getByLabel(words.logAccount)).toHaveValue("");
});

test("a long log comes in pages", async ({ accounts, page, panel, words }) => {
  await accounts.addAll("telegram", Array.from({ length: PAGE_SIZE + 3 }, (_, index) => `Bot ${index}`));
  await panel.open("/log?kind=account_created");
  const pager = page.getByRole("navigation", { name: words.logPages });
  await expect(messages(page)).toHaveCount(PAGE_SIZE);
  await expect(pager.getByRole("link", { name: words.logNewer })).toHaveCount(0);
  await pager.getByRole("link", { name: words.logOlder }).click();
  await expect(messages(page)).toHaveCount(3);
  await expect(page).toHaveURL(/\/log\?kind=account_created&older=/);
  await expect(pager.getByRole("link", { name: words.logOlder })).toHaveCount(0);
  await pager.getByRole("link", { name: words.logNewer }).click();
  await expect(messages(page)).toHaveCount(PAGE_SIZE);
  await expect(pager.getByRole("link", { name: words.logNewer })).toHaveCount(0);
});

test("the log is a file too, with what the page shows", async ({ accounts, page, panel, words }) => {
  await accounts.add("telegram", { description: "=1+1, \"detto\" così" }, { proven: false });
  await accounts.add("activecampaign", { description: "Newsletter" }, { proven: false });
  await panel.open("/log?account=detto");
  await expect(messages(page)).toHaveCount(1);
  const coming = page.waitForEvent("download");
  await panel.link(words.downloadCsv).click();
  const file = await coming;
  expect(file.suggestedFilename()).toMatch(/^raccordo-log-\d{4}-\d{2}-\d{2}\.csv$/);
  const lines = (await readFile(await file.path(), "utf8")).split("\r\n");
  expect(lines).toHaveLength(3);
  expect(lines[0]).toContain(`,${words.logMessage},${words.logLevel},${words.logAccount},`);
  expect(lines[1]).toContain(`,${words.logCreated},${words.logInfo},"'=1+1, ""detto"" così",Telegram,anna,`);
});
