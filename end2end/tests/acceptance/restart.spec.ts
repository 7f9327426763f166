import { SAMPLES, SECRETS } from "../../fixtures/platforms";
import { expect, test } from "../../fixtures/test";

test.use({ house: "own" });

test.describe("from the very beginning", () => {
  test.use({ signedIn: false });

  test("an account that was added after signing in survives a restart", async ({ page, panel, server, words }) => {
    await panel.open("/");
    await panel.shows(words.signIn);
    await panel.signIn();
    await panel.shows(words.accounts);

    await page.getByRole("link", { name: "Telegram" }).click();
    await panel.shows(words.newAccount);
    await panel.description.fill(SAMPLES.telegram.description);
    await panel.field(words.field.botToken).fill(SECRETS.telegram);
    await panel.field(words.field.botUsername).fill(`@${SAMPLES.telegram.bot_username}`);
    await panel.save();
    await expect(panel.notice).toContainText(words.created);

    await panel.open("/accounts");
    const row = panel.row(SAMPLES.telegram.description);
    await expect(row).toContainText(`@${SAMPLES.telegram.bot_username}`);
    await expect(row).toContainText(words.inactive);

    await server.restart();
    await panel.open("/accounts");
    await expect(row).toContainText(`@${SAMPLES.telegram.bot_username}`);
  });
});

test("settings, states, secrets and the session survive a power cut", async ({ accounts, panel, server, words }) => {
  const id = await accounts.add("activecampaign", { description: "Newsletter" });
  await accounts.change(id, { orders_enabled: "true" });
  await accounts.switch(id, true);
  await accounts.add("telegram", { description: "In preparazione" });

  await server.stop("SIGKILL");
  await server.start();

  await panel.open("/accounts");
  await panel.isActive("Newsletter", true);
  await panel.isActive("In preparazione", false);
  await panel.link("Newsletter").click();
  await panel.shows(words.accountTitle("Newsletter"));
  await expect(panel.field(words.field.apiUrl)).toHaveValue(SAMPLES.activecampaign.api_url);
  await expect(panel.field(words.field.ordersEnabled)).toBeChecked();
  await expect(panel.field(words.field.abandonedCarts)).not.toBeChecked();
  await expect(panel.page.getByRole("group", { name: words.field.apiKey })).toContainText(words.secretSet);
});
