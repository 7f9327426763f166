import { ANNA } from "../../fixtures/template";
import { expect, test } from "../../fixtures/test";
import { letSessionEnd, SHORT_SESSIONS } from "../../fixtures/session";

test.use({ house: "own", flags: SHORT_SESSIONS, signedIn: false });
test.setTimeout(90_000);

test("whoever comes back to an ended session signs in and is where they were", async ({ page, panel, template, words }) => {
  await panel.open("/accounts?state=off");
  await panel.signIn();
  await panel.shows(words.accounts);
  await letSessionEnd(page, template);
  await page.reload();
  await panel.shows(words.signIn);
  await panel.signIn();
  await panel.shows(words.accounts);
  await expect(page).toHaveURL("/accounts?state=off");
});

test.describe("another password", () => {
  test.use({ flags: [] });

  test("ends every session, wherever it is", async ({ anotherBrowser, guard, panel, server, words }) => {
    guard.expectStatus(422);
    const elsewhere = await anotherBrowser({ signedIn: true });
    await elsewhere.open("/accounts");
    await elsewhere.shows(words.accounts);

    const password = "tutt'altra cosa da ricordare";
    await server.admin(["password", ANNA.name], `${password}\n`);
    await elsewhere.open("/accounts");
    await elsewhere.shows(words.signIn);
    await elsewhere.signIn();
    await expect(elsewhere.page.getByRole("alert")).toContainText(words.wrongPassword);
    await panel.open("/accounts");
    await panel.signIn({ name: ANNA.name, password });
    await panel.shows(words.accounts);
  });
});
