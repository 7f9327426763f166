import type { Page } from "@playwright/test";

import { ANNA } from "../../fixtures/template";
import { expect, test } from "../../fixtures/test";
import type { Panel } from "../../fixtures/panel";

test.use({ house: "virgin", signedIn: false });

async function fillIn(page: Page, panel: Panel, password: string, repeated: string): Promise<void> {
  const { words } = panel;
  await page.getByRole("textbox", { name: words.userName }).fill(ANNA.name);
  await page.getByLabel(words.password, { exact: true }).fill(password);
  await page.getByLabel(words.passwordRepeat).fill(repeated);
  await page.getByRole("textbox", { name: words.siteName }).fill("La Bottega di Anna");
}

test("the printed link makes the first administrator and signs them in", async ({ page, panel, server, words }) => {
  await panel.open(server.firstStartLink());
  await panel.shows(words.firstStart);
  await fillIn(page, panel, ANNA.password, ANNA.password);
  await panel.button(words.createAdministrator).click();

  await panel.shows(words.accounts);
  await expect(panel.notice).toContainText(words.welcome);
  await expect(page.getByRole("banner")).toContainText("La Bottega di Anna");
  await expect(page.getByRole("banner")).toContainText(ANNA.name);
  await expect(page.getByRole("heading", { name: words.emptyTitle })).toBeVisible();
});

test("a link works once", async ({ guard, page, panel, server, words, anotherBrowser }) => {
  guard.expectStatus(410);
  const link = server.firstStartLink();
  // Opened twice, as by somebody who found it in the terminal as well
  const late = await anotherBrowser({ signedIn: false });
  await late.open(link);
  await fillIn(late.page, late, ANNA.password, ANNA.password);

  await panel.open(link);
  await fillIn(page, panel, ANNA.password, ANNA.password);
  await panel.button(words.createAdministrator).click();
  await panel.shows(words.accounts);

  await late.button(words.createAdministrator).click();
  await late.shows(words.linkInvalid);
  await late.open(link);
  await late.shows(words.firstStart);
  await expect(late.page.getByRole("heading", { name: words.linkInvalid })).toBeVisible();
  await late.page.getByRole("main").getByRole("link", { name: words.signIn }).click();
  await late.shows(words.signIn);
});

test("a link that nobody printed makes nobody an administrator", async ({ page, panel, words }) => {
  await panel.open("/first-start?token=not-a-token");
  await panel.shows(words.firstStart);
  await expect(page.getByRole("heading", { name: words.linkInvalid })).toBeVisible();
  await expect(page.getByRole("textbox")).toHaveCount(0);
});

test("a newer link takes the place of the one before", async ({ page, panel, server, words }) => {
  const old = server.firstStartLink();
  await server.restart();
  expect(server.firstStartLink()).not.toBe(old);
  await panel.open(old);
  await expect(page.getByRole("heading", { name: words.linkInvalid })).toBeVisible();
  const printed = await server.admin(["link"]);
  // The command knows the public address only by its settings, so that its token is what counts.
  await panel.open(`/first-start?${printed.trim().split("?")[1]}`);
  await expect(panel.button(words.createAdministrator)).toBeVisible();
});

test("what is wrong is told field by field, and all but the passwords comes back", async ({ guard, page, panel, server, words }) => {
  guard.expectStatus(422);
  await panel.open(server.firstStartLink());
  await fillIn(page, panel, "short", "short");
  await page.getByRole("textbox", { name: words.siteUrl }).fill("ftp://example.com");
  await page.getByRole("textbox", { name: words.timeZone }).fill("Atlantide/Centro");
  await panel.button(words.createAdministrator).click();

  const summary = page.getByRole("alert");
  await expect(summary).toContainText(words.checkFields(3));
  await expect(summary).toBeFocused();
  await expect(summary.getByRole("link")).toHaveText([
    `${words.password}: ${words.passwordTooShort}`,
    `${words.siteUrl}: ${words.siteUrlWrong}`,
    `${words.timeZone}: ${words.timeZoneWrong}`,
  ]);
  await expect(page.getByRole("textbox", { name: words.userName })).toHaveValue(ANNA.name);
  await expect(page.getByRole("textbox", { name: words.siteName })).toHaveValue("La Bottega di Anna");
  await expect(page.getByRole("textbox", { name: words.siteUrl })).toHaveValue("ftp://example.com");
  await expect(page.getByLabel(words.password, { exact: true })).toHaveValue("");

  await summary.getByRole("link", { name: words.timeZone }).click();
  const zone = page.getByRole("textbox", { name: words.timeZone });
  await expect(zone).toBeFocused();
  await expect(zone).toHaveAttribute("aria-invalid", "true");
  await expect(zone).toHaveAccessibleDescription(new RegExp(words.timeZoneWrong));
});

test("two passwords that differ are told apart", async ({ guard, page, panel, server, words }) => {
  guard.expectStatus(422);
  await panel.open(server.firstStartLink());
  await fillIn(page, panel, ANNA.password, "un'altra password lunga");
  await panel.button(words.createAdministrator).click();
  await expect(page.getByRole("alert").getByRole("link")).toHaveText(`${words.passwordRepeat}: ${words.passwordDiffers}`);
});

test("before there is anybody, the sign-in page says where to find the link", async ({ page, panel, words }) => {
  await panel.open("/accounts");
  await panel.shows(words.signIn);
  await expect(page.getByRole("main")).toContainText(words.noUsersYet);
  await expect(panel.button(words.signIn)).toHaveCount(0);
});
