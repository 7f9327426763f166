import { PLATFORM_NAMES, SAMPLES } from "../../fixtures/platforms";
import { expect, test } from "../../fixtures/test";

test("what is changed is there again", async ({ accounts, page, panel, words }) => {
  await accounts.add("telegram", { description: "Ordini" });
  await panel.open("/accounts");
  await panel.link("Ordini").click();
  await panel.shows(words.accountTitle("Ordini"));

  await panel.description.fill("Ordini e resi");
  await panel.field(words.field.botCartDelay).fill("24");
  await page.getByRole("radio", { name: words.field.deepLink }).check();
  await panel.save();
  await expect(panel.notice).toContainText(words.saved);
  await panel.shows(words.accountTitle("Ordini e resi"));

  await page.reload();
  await expect(panel.description).toHaveValue("Ordini e resi");
  await expect(panel.field(words.field.botCartDelay)).toHaveValue("24");
  await expect(page.getByRole("radio", { name: words.field.deepLink })).toBeChecked();
  await panel.open("/accounts");
  await expect(panel.row("Ordini e resi")).toBeVisible();
});

test("every kind of field of the longest form is kept", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("clerk");
  // Whoever writes code begins with an empty line now and then
  const code = "\n<script>\n  Clerk('config', {key: '{clerk_public_key}'}); // </textarea> & più\n</script>";
  await panel.open(`/accounts/${id}`);
  await expect(page.getByRole("navigation", { name: words.sections }).getByRole("link")).toHaveCount(7);

  await panel.field(words.field.language).selectOption("en");
  await panel.field(words.field.trackingCode).fill(code);
  await page.getByRole("radio", { name: words.code === "it" ? "Persistente" : "Persistent" }).check();
  await panel.field(words.field.discountClass).fill("Rivenditori «A» & figli");
  await panel.field(words.field.ordersFrom).fill("2025-01-31");
  await panel.field(words.field.customerFilter).fill("paese = 'IT' -- tutti");
  await panel.field(words.field.defaultAccount).uncheck();
  await panel.save();
  await expect(panel.notice).toContainText(words.saved);

  await panel.open(`/accounts/${id}`);
  await expect(panel.field(words.field.language)).toHaveValue("en");
  await expect(panel.field(words.field.trackingCode)).toHaveValue(code.trim());
  await expect(page.getByRole("radio", { name: words.code === "it" ? "Persistente" : "Persistent" })).toBeChecked();
  await expect(panel.field(words.field.discountClass)).toHaveValue("Rivenditori «A» & figli");
  await expect(panel.field(words.field.ordersFrom)).toHaveValue("2025-01-31");
  await expect(panel.field(words.field.customerFilter)).toHaveValue("paese = 'IT' -- tutti");
  await expect(panel.field(words.field.defaultAccount)).not.toBeChecked();
  await expect(panel.field(words.field.clerkUrl)).toHaveValue(SAMPLES.clerk.api_base_url);
});

test("saving without a change says so", async ({ accounts, panel, words }) => {
  const id = await accounts.add("activecampaign");
  await panel.open(`/accounts/${id}`);
  await panel.save();
  await expect(panel.notice).toContainText(words.unchanged);
});

test("the platform of an account stays", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Fermo" });
  await panel.open(`/accounts/${id}`);
  await panel.shows(words.accountTitle("Fermo"));
  await expect(page.getByRole("main")).toContainText(PLATFORM_NAMES.telegram);
  await expect(panel.link(words.changePlatform)).toHaveCount(0);
});

test("the way of sending decides which fields are asked for", async ({ accounts, page, panel, scripts, words }) => {
  const id = await accounts.add("wa_smart_business", { description: "Avvisi" });
  await panel.open(`/accounts/${id}`);
  await expect(panel.field(words.field.gatewayUrl)).toBeVisible();
  await expect(panel.field(words.field.phoneNumberId)).toBeHidden();

  await page.getByRole("radio", { name: "Meta Cloud API" }).check();
  await expect(panel.field(words.field.gatewayUrl)).toBeHidden();
  await panel.field(words.field.phoneNumberId).fill("106540352242922");
  await panel.field(words.field.wabaId).fill("102290129340398");
  await expect(panel.field(words.field.graphVersion)).toHaveValue("v25.0");
  const token = panel.field(words.newValue(words.field.accessToken));
  // Another host needs the token again: with scripts the field opens by itself
  if (!scripts) await page.getByRole("group", { name: words.field.accessToken }).getByText(words.replace, { exact: true }).click();
  await token.fill("EAAanotherTokenForMeta0123456789");
  await panel.save();
  await expect(panel.notice).toContainText(words.saved);

  await panel.open("/accounts");
  await expect(panel.row("Avvisi")).toContainText("ID 106540352242922");
});

test("Modifica works on one account at a time", async ({ accounts, panel, words }) => {
  await accounts.addAll("telegram", ["Primo", "Secondo"]);
  await panel.open("/accounts");
  await panel.tool(words.edit).click();
  await expect(panel.notice).toContainText(words.nothingSelected);
  await panel.select("Primo", "Secondo");
  await panel.tool(words.edit).click();
  await expect(panel.notice).toContainText(words.selectOne);
  await panel.open("/accounts");
  await panel.select("Secondo");
  await panel.tool(words.edit).click();
  await panel.shows(words.accountTitle("Secondo"));
});
