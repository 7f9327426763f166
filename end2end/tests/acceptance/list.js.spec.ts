import { hold, markPage } from "../../fixtures/network";
import { expect, test } from "../../fixtures/test";

test("the list follows while one types, and the address with it", async ({ accounts, page, panel, words }) => {
  await accounts.addAll("telegram", ["Spedizioni", "Spedizionieri", "Resi"]);
  await panel.open("/accounts");
  const isSamePage = await markPage(page);
  const search = page.getByRole("searchbox", { name: words.search });
  await search.pressSequentially("spedizion");
  await expect(panel.descriptions).toHaveText(["Spedizioni", "Spedizionieri"]);
  await expect(page).toHaveURL("/accounts?q=spedizion");
  await expect(page.getByRole("status").filter({ hasText: words.count(2, 3) })).toBeAttached();
  await search.pressSequentially("ie");
  await expect(panel.descriptions).toHaveText(["Spedizionieri"]);
  await expect(search).toBeFocused();

  // A search is one step, however many letters it had
  await page.goBack();
  await expect(panel.descriptions).toHaveCount(3);
  await expect(search).toHaveValue("");
  await page.goForward();
  await expect(panel.descriptions).toHaveText(["Spedizionieri"]);
  await expect(search).toHaveValue("spedizionie");
  await search.press("Escape");
  await expect(panel.descriptions).toHaveCount(3);
  expect(await isSamePage()).toBe(true);
});

test("an answer that comes late does not take the place of a newer one", async ({ accounts, page, panel, words }) => {
  await accounts.addAll("telegram", ["Ordini", "Resi"]);
  await panel.open("/accounts");
  const search = page.getByRole("searchbox", { name: words.search });
  const release = await hold(page, /\/load\/accounts\?.*ordini/);
  const asked = page.waitForRequest(/\/load\/accounts\?.*ordini/);
  await search.fill("ordini");
  await asked;
  await search.fill("resi");
  await expect(panel.descriptions).toHaveText(["Resi"]);
  const late = page.waitForResponse(/\/load\/accounts\?.*ordini/);
  release();
  await (await late).finished();
  await expect(page).toHaveURL("/accounts?q=resi");
  await expect(panel.descriptions).toHaveText(["Resi"]);
});

test("what is selected stays selected while the list is sorted", async ({ accounts, page, panel, words }) => {
  await accounts.addAll("telegram", ["Ordini", "Resi", "Spedizioni"]);
  await panel.open("/accounts");
  await panel.select("Resi");
  await page.getByRole("columnheader").getByRole("link", { name: words.description }).click();
  await expect(panel.descriptions).toHaveText(["Spedizioni", "Resi", "Ordini"]);
  await expect(page.getByRole("checkbox", { name: words.select("Resi") })).toBeChecked();
  await expect(page.getByText(words.selected(1))).toBeVisible();
});

test("after deleting the last account the list teaches again, without a reload", async ({ accounts, page, panel, words }) => {
  await accounts.add("telegram", { description: "Ordini" });
  await panel.open("/accounts");
  const isSamePage = await markPage(page);
  await panel.select("Ordini");
  await panel.tool(words.deleteMore).click();
  await panel.button(words.deleteForever).click();
  await expect(page.getByRole("heading", { name: words.emptyTitle })).toBeVisible();
  expect(await isSamePage()).toBe(true);
});
