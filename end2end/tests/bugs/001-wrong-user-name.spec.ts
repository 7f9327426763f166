import { ANNA } from "../../fixtures/template";
import { expect, test } from "../../fixtures/test";

test.use({ house: "virgin", signedIn: false });

// `Some` of an error without any content became `null` on its way to the browser, and came out as `None`: the browser
// half looked for a page without that error and gave up (the console says so, which the guard sees).
test("a user name that is refused at the first start is told, and the page stays alive", async ({ guard, page, panel, server, words }) => {
  guard.expectStatus(422);
  await panel.open(server.firstStartLink());
  await page.getByRole("textbox", { name: words.userName }).fill("anna rossi");
  await page.getByLabel(words.password, { exact: true }).fill(ANNA.password);
  await page.getByLabel(words.passwordRepeat).fill(ANNA.password);
  await panel.button(words.createAdministrator).click();
  const summary = page.getByRole("alert");
  await expect(summary.getByRole("link")).toHaveText(`${words.userName}: ${words.userNameWrong}`);
  await panel.live();
  await summary.getByRole("link").click();
  await expect(page.getByRole("textbox", { name: words.userName })).toBeFocused();
});
