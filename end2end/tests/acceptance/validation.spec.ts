import { SECRETS } from "../../fixtures/platforms";
import { expect, test } from "../../fixtures/test";

test.beforeEach(({ guard }) => guard.expectStatus(422));

test("an empty form says field by field what is missing, and where", async ({ page, panel, words }) => {
  await panel.open("/accounts/new?platform=telegram");
  await panel.save();

  const summary = page.getByRole("alert");
  await expect(summary.getByRole("heading", { name: words.checkFields(3) })).toBeVisible();
  await expect(summary.getByRole("link")).toHaveText([
    `${words.description}: ${words.descriptionEmpty}`,
    `${words.field.botToken}: ${words.required(words.field.botToken)}`,
    `${words.field.botUsername}: ${words.required(words.field.botUsername)}`,
  ]);
  for (const [control, error] of [
    [panel.description, words.descriptionEmpty],
    [panel.field(words.field.botToken), words.required(words.field.botToken)],
    [panel.field(words.field.botUsername), words.required(words.field.botUsername)],
  ] as const) {
    await expect(control).toHaveAttribute("aria-invalid", "true");
    await expect(control).toHaveAccessibleDescription(new RegExp(error));
  }
  await expect(panel.field(words.field.botServer)).not.toHaveAttribute("aria-invalid", "true");

  await summary.getByRole("link", { name: words.field.botUsername }).click();
  await expect(panel.field(words.field.botUsername)).toBeFocused();
});

test("a rejected form keeps everything that was typed, but for the secrets", async ({ page, panel, scripts, words }) => {
  await panel.open("/accounts/new?platform=telegram");
  await panel.description.fill("Ordini con cura");
  await panel.field(words.field.botToken).fill(SECRETS.telegram);
  await panel.field(words.field.botUsername).fill("senza_la_fine");
  await panel.field(words.field.botServer).fill("https://bot.example.com/api");
  await panel.save();

  await expect(page.getByRole("alert").getByRole("link")).toHaveText([new RegExp(words.botUsernameForm)]);
  await expect(panel.description).toHaveValue("Ordini con cura");
  await expect(panel.field(words.field.botUsername)).toHaveValue("senza_la_fine");
  await expect(panel.field(words.field.botServer)).toHaveValue("https://bot.example.com/api");
  if (scripts) {
    // The page was never left
    await expect(panel.field(words.field.botToken)).toHaveValue(SECRETS.telegram);
  } else {
    await expect(panel.field(words.field.botToken)).toHaveValue("");
    await expect(page.getByRole("alert")).toContainText(words.secretsAgain);
    await panel.field(words.field.botToken).fill(SECRETS.telegram);
  }

  await panel.field(words.field.botUsername).fill("con_la_fine_bot");
  await panel.save();
  await expect(panel.notice).toContainText(words.created);
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(panel.field(words.field.botServer)).toHaveValue("https://bot.example.com/api");
});

test("a rejected change of an account leaves it as it was", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Com'era" });
  await panel.open(`/accounts/${id}`);
  await panel.description.fill("x".repeat(101));
  await panel.field(words.field.botCartDelay).fill("721");
  await page.getByRole("radio", { name: words.field.deepLink }).check();
  await panel.save();

  await expect(page.getByRole("alert").getByRole("link")).toHaveText([
    `${words.description}: ${words.descriptionTooLong}`,
    `${words.field.botCartDelay}: ${words.range(1, 720)}`,
  ]);
  await expect(panel.field(words.field.botCartDelay)).toHaveValue("721");
  await expect(page.getByRole("radio", { name: words.field.deepLink })).toBeChecked();
  expect(await accounts.read(id)).toMatchObject({ description: "Com'era", version: 1, values: { cart_delay_hours: "3" } });
});

test.describe("what is wrong is told in words that help", () => {
  test("hours that are none", async ({ accounts, page, panel, words }) => {
    const id = await accounts.add("wa_smart_business");
    await panel.open(`/accounts/${id}`);
    for (const wrong of ["0", "721", "-1", "1.5", "tre", "9".repeat(40)]) {
      await panel.field(words.field.cartDelay).fill(wrong);
      await panel.save();
      await expect(page.getByRole("alert")).toContainText(words.range(1, 720));
      await expect(panel.field(words.field.cartDelay)).toHaveValue(wrong);
      await panel.live();
    }
    await panel.field(words.field.cartDelay).fill("720");
    await panel.save();
    await expect(panel.notice).toContainText(words.saved);
  });

  test("an address that is not encrypted", async ({ page, panel, words }) => {
    await panel.open("/accounts/new?platform=activecampaign");
    await panel.description.fill("Newsletter");
    await panel.field(words.field.apiUrl).fill("http://acme.api-us1.com");
    await panel.field(words.field.apiKey).fill(SECRETS.activecampaign);
    await panel.save();
    await expect(page.getByRole("alert")).toContainText(words.httpsNeeded);
    await expect(panel.field(words.field.apiUrl)).toHaveValue("http://acme.api-us1.com");
  });

  test("a date that is still to come", async ({ accounts, page, panel, words }) => {
    const id = await accounts.add("clerk");
    await panel.open(`/accounts/${id}`);
    await panel.field(words.field.ordersFrom).fill("2999-12-31");
    await panel.save();
    await expect(page.getByRole("alert")).toContainText(words.futureDate);
    await expect(panel.field(words.field.ordersFrom)).toHaveValue("2999-12-31");
  });

  test("a secret that looks like something else, without repeating it", async ({ page, panel, words }) => {
    await panel.open("/accounts/new?platform=telegram");
    await panel.description.fill("Ordini");
    await panel.field(words.field.botToken).fill("-1001234567890-this-is-a-chat");
    await panel.field(words.field.botUsername).fill("negozio_bot");
    await panel.save();
    await expect(page.getByRole("alert")).toContainText(words.botTokenForm);
    await expect(page.getByRole("alert")).not.toContainText("-1001234567890");
  });

  test("a text of nothing but spaces", async ({ page, panel, words }) => {
    await panel.open("/accounts/new?platform=activecampaign");
    await panel.description.fill("   ");
    await panel.save();
    await expect(page.getByRole("alert")).toContainText(words.descriptionEmpty);
  });
});
