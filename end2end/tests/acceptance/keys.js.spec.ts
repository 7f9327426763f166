import { expect, test } from "../../fixtures/test";

test("single keys lead to the search, to a new account and to the list of keys", async ({ accounts, page, panel, words }) => {
  await accounts.addAll("telegram", ["Ordini", "Resi"]);
  await panel.open("/accounts");
  const search = page.getByRole("searchbox", { name: words.search });
  await page.keyboard.press("/");
  await expect(search).toBeFocused();

  // While one types they are letters
  await page.keyboard.type("n/?");
  await expect(search).toHaveValue("n/?");
  await expect(page).toHaveURL(/\/accounts/);
  await page.keyboard.press("Escape");
  await expect(search).toHaveValue("");
  await expect(panel.descriptions).toHaveCount(2);

  await search.blur();
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: words.keys });
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();

  await page.keyboard.press("n");
  await panel.shows(words.newAccount);
  // From elsewhere the search is one step away
  await page.keyboard.press("/");
  await panel.shows(words.accounts);
});

test("whoever speaks to the browser switches the keys off, and they stay off", async ({ page, panel, words }) => {
  await panel.open("/accounts");
  const open = page.getByRole("contentinfo").getByRole("button", { name: words.keys });
  await open.click();
  const dialog = page.getByRole("dialog", { name: words.keys });
  await dialog.getByRole("checkbox", { name: words.keysOn }).uncheck();
  await dialog.getByRole("button", { name: words.close }).click();
  await expect(dialog).toBeHidden();
  await expect(open).toBeFocused();

  await panel.open("/accounts");
  await page.keyboard.press("n");
  await page.keyboard.press("?");
  await expect(dialog).toBeHidden();
  await expect(panel.heading(words.accounts)).toBeVisible();
  await open.click();
  await expect(dialog.getByRole("checkbox", { name: words.keysOn })).not.toBeChecked();
  await dialog.getByRole("checkbox", { name: words.keysOn }).check();
  await page.keyboard.press("Escape");
  await page.keyboard.press("n");
  await panel.shows(words.newAccount);
});

test("with Ctrl or Alt they belong to the browser", async ({ page, panel, words }) => {
  await panel.open("/accounts");
  await page.keyboard.press("Control+/");
  await page.keyboard.press("Alt+n");
  await expect(panel.heading(words.accounts)).toBeVisible();
});
