import { META, SAMPLES, SECRETS } from "../../fixtures/platforms";
import { expect, test } from "../../fixtures/test";

const HOST = new URL(SAMPLES.telegram.api_base_url).host;
const OTHER_TOKEN = "987654321:AAZanotherPlantedTokenOfTelegram01";

test("a saved secret is told as configured, never shown", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("telegram");
  await panel.open(`/accounts/${id}`);
  const secret = page.getByRole("group", { name: words.field.botToken });
  await expect(secret).toContainText(words.secretSet);
  await expect(secret).toContainText("anna");
  await expect(secret).toContainText(HOST);
  await expect(panel.field(words.newValue(words.field.botToken))).toBeHidden();
  expect(await page.content()).not.toContain(SECRETS.telegram);
});

test("left empty a secret stays, typed anew it is replaced", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("telegram");
  await panel.open(`/accounts/${id}`);
  const secret = page.getByRole("group", { name: words.field.botToken });
  const field = panel.field(words.newValue(words.field.botToken));

  await secret.getByText(words.replace, { exact: true }).click();
  await expect(field).toHaveAccessibleDescription(new RegExp(words.keepSecret));
  await expect(field).toHaveValue("");
  await panel.save();
  await expect(panel.notice).toContainText(words.unchanged);

  await panel.open(`/accounts/${id}`);
  await secret.getByText(words.replace, { exact: true }).click();
  // As it comes from a careless copy
  await field.fill(` ${OTHER_TOKEN} `);
  await panel.save();
  await expect(panel.notice).toContainText(words.saved);
  await expect(secret).toContainText(words.secretSet);
  expect(await page.content()).not.toContain(OTHER_TOKEN);
});

test("another address asks for the secret again", async ({ accounts, guard, page, panel, words }) => {
  guard.expectStatus(422);
  const id = await accounts.add("telegram");
  await panel.open(`/accounts/${id}`);
  const secret = page.getByRole("group", { name: words.field.botToken });
  const field = panel.field(words.newValue(words.field.botToken));
  const bound = words.boundTo(words.field.botToken, HOST);

  await panel.field(words.field.botServer).fill("http://bot-api.intranet:8081");
  await panel.save();
  await expect(page.getByRole("alert")).toContainText(bound);
  await expect(secret).toContainText(bound);
  await expect(field).toBeVisible();
  await expect(panel.field(words.field.botServer)).toHaveValue("http://bot-api.intranet:8081");

  await field.fill(OTHER_TOKEN);
  await panel.save();
  await expect(panel.notice).toContainText(words.saved);
  await expect(secret).toContainText("http://bot-api.intranet:8081");
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("an optional secret can be removed, a required one cannot", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("wa_smart_business", { ...META, app_secret: "0123456789abcdef0123456789abcdef" });
  await panel.open(`/accounts/${id}`);
  const required = page.getByRole("group", { name: words.field.accessToken });
  await required.getByText(words.replace, { exact: true }).click();
  await expect(required.getByRole("checkbox")).toHaveCount(0);

  const optional = page.getByRole("group", { name: words.field.appSecret });
  await optional.getByText(words.replace, { exact: true }).click();
  await optional.getByRole("checkbox", { name: words.removeSecret }).check();
  await panel.save();
  await expect(panel.notice).toContainText(words.saved);
  await expect(optional).toHaveCount(0);
  await expect(panel.field(words.field.appSecret)).toHaveValue("");
});
