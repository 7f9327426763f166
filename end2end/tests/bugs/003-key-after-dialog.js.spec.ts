import { expect, test } from "../../fixtures/test";

// A dialog that closes keeps the focus until the next frame; a quick key went lost in it.
test("a key pressed right after a dialog closed is obeyed", async ({ page, panel, words }) => {
  await panel.open("/accounts");
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: words.keys });
  await expect(dialog).toBeVisible();
  await dialog.evaluate((element: HTMLDialogElement) => {
    element.close();
    const focused = document.activeElement;
    if (!element.contains(focused)) throw new Error("The browser moves the focus at once: this test shows nothing.");
    focused?.dispatchEvent(new KeyboardEvent("keydown", { key: "n", bubbles: true, cancelable: true }));
  });
  await panel.shows(words.newAccount);
});
