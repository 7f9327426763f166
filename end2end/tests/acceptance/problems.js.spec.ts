import { SECRETS } from "../../fixtures/platforms";
import { expect, test } from "../../fixtures/test";

test.use({ house: "own" });

test("a server that does not answer loses nothing that was typed", async ({ guard, page, panel, server, words }) => {
  guard.expectLostRequests();
  await panel.open("/accounts/new?platform=telegram");
  await panel.description.fill("Scritto con cura");
  await panel.field(words.field.botToken).fill(SECRETS.telegram);
  await panel.field(words.field.botUsername).fill("scritto_con_cura_bot");
  await server.stop();
  await panel.save();
  await expect(panel.notice).toContainText(words.serverSilent);
  await expect(panel.description).toHaveValue("Scritto con cura");
  await expect(panel.field(words.field.botToken)).toHaveValue(SECRETS.telegram);
  await expect(panel.button(words.save)).toBeEnabled();

  await server.start();
  await panel.save();
  await expect(panel.notice).toContainText(words.created);
  await expect(page).toHaveURL(/\/accounts\/[0-9a-f-]{36}$/);
});

test("a page that cannot be fetched says so, and can be tried again", async ({ accounts, guard, page, panel, server, words }) => {
  guard.expectLostRequests();
  await accounts.add("telegram", { description: "Ordini" });
  await panel.open("/accounts");
  await server.stop();
  await panel.link("Ordini").click();
  await panel.shows(words.serverSilent);
  await server.start();
  await page.getByRole("link", { name: words.tryAgain }).click();
  await panel.shows(words.accountTitle("Ordini"));
});
