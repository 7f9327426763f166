import { SECRETS } from "../../fixtures/platforms";
import { letSessionEnd, SHORT_SESSIONS } from "../../fixtures/session";
import { expect, test } from "../../fixtures/test";
import { Panel } from "../../fixtures/panel";

test.use({ house: "own", flags: SHORT_SESSIONS, signedIn: false });
test.setTimeout(90_000);
test.beforeEach(({ guard }) => guard.expectStatus(401));

test("a form that is typed while the session ends stays, secrets and all", async ({ page, panel, template, words }) => {
  await panel.open("/accounts/new?platform=telegram");
  await panel.signIn();
  await panel.shows(words.newAccount);
  await panel.description.fill("Scritto con cura");
  await panel.field(words.field.botToken).fill(SECRETS.telegram);
  await panel.field(words.field.botUsername).fill("scritto_con_cura_bot");
  await letSessionEnd(page, template);

  await panel.save();
  const banner = page.getByRole("alert");
  await expect(banner).toContainText(words.sessionEnded);
  await expect(panel.description).toHaveValue("Scritto con cura");
  await expect(panel.field(words.field.botToken)).toHaveValue(SECRETS.telegram);

  const opened = page.context().waitForEvent("page");
  await banner.getByRole("link", { name: words.signInNewTab }).click();
  const tab = new Panel(await opened, words, true);
  await tab.shows(words.signIn);
  await tab.signIn();
  await tab.shows(words.newAccount);
  await tab.page.close();

  await panel.save();
  await expect(panel.notice).toContainText(words.created);
  await expect(banner).toHaveCount(0);
});

test("on the way to another page the end of the session is told, with the way back", async ({ page, panel, template, words }) => {
  await panel.open("/accounts");
  await panel.signIn();
  await panel.shows(words.accounts);
  await letSessionEnd(page, template);
  await page.getByRole("link", { name: "Telegram" }).click();
  await panel.shows(words.signedOutTitle);
  await page.getByRole("main").getByRole("link", { name: words.signIn }).click();
  await panel.shows(words.signIn);
  await panel.signIn();
  await panel.shows(words.newAccount);
  await expect(page).toHaveURL("/accounts/new?platform=telegram");
});

test("the list stays in sight when the session ends", async ({ page, panel, template, words }) => {
  await panel.open("/accounts/new?platform=telegram");
  await panel.signIn();
  await panel.shows(words.newAccount);
  await panel.description.fill("Ordini");
  await panel.field(words.field.botToken).fill(SECRETS.telegram);
  await panel.field(words.field.botUsername).fill("ordini_bot");
  await panel.save();
  await expect(panel.notice).toContainText(words.created);
  await panel.open("/accounts");
  await letSessionEnd(page, template);
  await panel.switch("Ordini").click();
  await expect(page.getByRole("alert")).toContainText(words.sessionEnded);
  await panel.isActive("Ordini", false);
});
