import { expect, test } from "../../fixtures/test";
import { wordsOf } from "../../fixtures/words";

const NAMES = { it: "Italiano (IT)", en: "English (EN)" } as const;

test("the browser's language is the first, the chosen one is remembered", async ({ page, panel, words }) => {
  const other = wordsOf(words.code === "it" ? "en" : "it");
  await panel.open("/accounts?sort=-updated");
  await panel.shows(words.accounts);
  await expect(page.locator("html")).toHaveAttribute("lang", words.code);
  await expect(panel.button(NAMES[words.code])).toHaveAttribute("aria-pressed", "true");

  await panel.button(NAMES[other.code]).click();
  await panel.shows(other.accounts);
  // On the very same page
  await expect(page).toHaveURL("/accounts?sort=-updated");
  await expect(page.locator("html")).toHaveAttribute("lang", other.code);
  await expect(page).toHaveTitle(other.documentTitle(other.accounts));

  await panel.open("/accounts/new?platform=telegram");
  await panel.shows(other.newAccount);
  await panel.button(NAMES[words.code]).click();
  await panel.shows(words.newAccount);
  await expect(page).toHaveURL("/accounts/new?platform=telegram");
});

test.describe("before signing in", () => {
  test.use({ signedIn: false });

  test("the language can be chosen and stays after signing in", async ({ page, panel, words }) => {
    const other = wordsOf(words.code === "it" ? "en" : "it");
    await panel.open("/accounts");
    await panel.shows(words.signIn);
    await panel.button(NAMES[other.code]).click();
    await panel.shows(other.signIn);
    await page.getByRole("textbox", { name: other.userName }).fill("anna");
    await page.getByLabel(other.password, { exact: true }).fill("cavallo batteria graffetta");
    await panel.button(other.signIn).click();
    await panel.shows(other.accounts);
  });
});

test.describe("a browser that speaks another language", () => {
  test.use({ locale: "fr-FR" });

  test("is answered in Italian", async ({ panel, page }) => {
    await panel.open("/accounts");
    await panel.shows(wordsOf("it").accounts);
    await expect(page.locator("html")).toHaveAttribute("lang", "it");
  });
});
