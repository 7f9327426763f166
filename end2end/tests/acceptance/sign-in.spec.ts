import { ANNA } from "../../fixtures/template";
import { expect, test } from "../../fixtures/test";

test.use({ signedIn: false });

test("signing in leads to where one wanted to go", async ({ accounts, page, panel, words }) => {
  await accounts.addAll("telegram", ["Ordini", "Resi"]);
  await panel.open("/accounts?q=res");
  await panel.shows(words.signIn);
  await panel.signIn();
  await panel.shows(words.accounts);
  await expect(page).toHaveURL("/accounts?q=res");
  await expect(panel.descriptions).toHaveText(["Resi"]);
});

test("a wrong password is told, and the name stays", async ({ guard, page, panel, words }) => {
  guard.expectStatus(422);
  await panel.open("/sign-in");
  await panel.signIn({ name: ANNA.name, password: "sbagliata di sicuro" });

  const alert = page.getByRole("alert");
  await expect(alert).toContainText(words.signInFailed);
  await expect(alert).toContainText(words.wrongPassword);
  await expect(alert).toBeFocused();
  await expect(page.getByRole("textbox", { name: words.userName })).toHaveValue(ANNA.name);
  await expect(page.getByLabel(words.password, { exact: true })).toHaveValue("");

  await page.getByLabel(words.password, { exact: true }).fill(ANNA.password);
  await panel.button(words.signIn).click();
  await panel.shows(words.accounts);
});

test("an unknown name is told no differently from a wrong password", async ({ guard, page, panel, words }) => {
  guard.expectStatus(422);
  await panel.open("/sign-in");
  await panel.signIn({ name: "nessuno", password: "sbagliata di sicuro" });
  await expect(page.getByRole("alert")).toContainText(words.wrongPassword);
});

test("a way back that leads out of the panel is not taken", async ({ page, panel, words, server }) => {
  await panel.open("/sign-in?next=//example.com/accounts");
  await panel.signIn();
  await panel.shows(words.accounts);
  await expect(page).toHaveURL(`${server.origin}/accounts`);
});

test("who signs out is out, and cannot be followed in by the way back", async ({ page, panel, words }) => {
  await panel.open("/sign-in");
  await panel.signIn();
  await panel.shows(words.accounts);
  await panel.button(words.signOut).click();
  await panel.shows(words.signIn);
  await expect(panel.notice).toContainText(words.signedOut);
  await expect(page.getByRole("banner")).not.toContainText(ANNA.name);

  await page.goBack();
  await panel.shows(words.signIn);
  await panel.open("/accounts");
  await panel.shows(words.signIn);
});

test.describe("slowing down", () => {
  // The failures of an address count for everybody who comes from it.
  test.use({ house: "own" });

  test("repeated wrong passwords are slowed down, even before the right one", async ({ guard, page, panel, words }) => {
    guard.expectStatus(422);
    await panel.open("/sign-in");
    for (let wrong = 0; wrong < 5; wrong++) {
      await panel.signIn({ name: ANNA.name, password: `sbagliata per la volta ${wrong}` });
      await expect(page.getByRole("alert")).toContainText(words.wrongPassword);
      await panel.live();
    }
    await panel.signIn();
    await expect(page.getByRole("alert")).toContainText(words.tooManyAttempts);
    await expect(page.getByRole("alert")).toContainText(/\d/);
  });
});
