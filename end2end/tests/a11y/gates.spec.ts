import { ANNA } from "../../fixtures/template";
import { expect, expectAccessible, test } from "../../fixtures/a11y";

test.use({ house: "virgin", signedIn: false });

test("the first start: before, wrong, and with a link that is none", async ({ guard, page, panel, server }) => {
  guard.expectStatus(422);
  await panel.open("/sign-in");
  await expectAccessible(page, "before there is anybody");
  await panel.open(server.firstStartLink());
  await expectAccessible(page, "first start");
  await page.getByRole("textbox", { name: panel.words.userName }).fill(ANNA.name);
  await page.getByLabel(panel.words.password, { exact: true }).fill("short");
  await page.getByLabel(panel.words.passwordRepeat).fill("short");
  await page.getByRole("textbox", { name: panel.words.timeZone }).fill("Atlantide");
  await panel.button(panel.words.createAdministrator).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expectAccessible(page, "first start, wrong");
  await panel.open("/first-start?token=none");
  await expectAccessible(page, "a link that is none");
});

test("signing in: at first, and after a wrong password", async ({ guard, page, panel, server }) => {
  guard.expectStatus(422);
  await server.admin(["create", ANNA.name], `${ANNA.password}\n`);
  await panel.open("/sign-in");
  await expectAccessible(page, "at first");
  await panel.signIn({ name: ANNA.name, password: "sbagliata di sicuro" });
  await expect(page.getByRole("alert")).toBeVisible();
  await expectAccessible(page, "refused");
});
