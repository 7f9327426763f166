import { fillIn } from "../../fixtures/forms";
import { META, SAMPLES, SECRETS, STAFF_CHAT } from "../../fixtures/platforms";
import type { Panel } from "../../fixtures/panel";
import { expect, test } from "../../fixtures/test";

/** Takes a found value into its field: with the button beside it, or by hand. */
async function take(panel: Panel, label: string, name: string, id: string): Promise<void> {
  const button = panel.page.getByRole("button", { name: panel.words.useValue(name), exact: true, includeHidden: true }).first();
  if (panel.scripts) {
    await button.click();
    await expect(panel.field(label)).toBeFocused();
  } else {
    await expect(button).toBeAttached();
    await expect(button).toBeHidden();
    await panel.field(label).fill(id);
  }
  await expect(panel.field(label)).toHaveValue(id);
}

test("the lists of ActiveCampaign are shown, and one is chosen", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("activecampaign", { description: "Newsletter" });
  await panel.open(`/accounts/${id}`);
  await panel.description.fill("Newsletter e tag");
  await panel.tryForm(words.showLists);
  const found = page.locator(".found").getByRole("listitem");
  await expect(found).toContainText(["Newsletter 1", "Clienti abituali 2", "Rivenditori 3"]);
  await expect(found.first()).toBeInViewport();
  await expect(panel.button(words.showLists)).toBeFocused();
  await expect(panel.description).toHaveValue("Newsletter e tag");
  await take(panel, words.field.list, "Clienti abituali", "2");
  // Nothing was saved by looking
  expect((await accounts.read(id)).values["newsletter_list"] ?? "").toBe("");
  await panel.save();
  await expect(panel.notice).toContainText(words.saved);
  expect(await accounts.read(id)).toMatchObject({ description: "Newsletter e tag", values: { newsletter_list: "2" } });
});

test("the tags of ActiveCampaign are shown under the field that asks for them", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("activecampaign", { description: "Newsletter" });
  await panel.open(`/accounts/${id}`);
  await panel.tryForm(words.showTags);
  await expect(page.getByText("Passweb Integration – customer")).toHaveCount(1);
  await take(panel, words.field.tagPrivate, "privato", "1");
  await panel.tryForm(words.showTags, 1);
  await expect(panel.button(words.showTags).nth(1)).toBeFocused();
  await take(panel, words.field.tagCompany, "azienda", "2");
  await panel.save();
  await expect(panel.notice).toContainText(words.saved);
  expect(await accounts.read(id)).toMatchObject({ values: { tag_private: "1", tag_company: "2" } });
});

test("the fields of ActiveCampaign are shown, and one is mapped", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("activecampaign", { description: "Newsletter" });
  await panel.open(`/accounts/${id}`);
  const mapping = panel.field(words.field.fieldMap);
  await mapping.fill("3 = phone");
  await panel.tryForm(words.showFields);
  await expect(page.locator(".found").getByRole("listitem")).toContainText(["Partita IVA 1", "Data di nascita 2", "Tessera fedeltà 3"]);
  await expect(mapping).toHaveValue("3 = phone");
  if (panel.scripts) {
    const use = (name: string) => page.getByRole("button", { name: words.useValue(name), exact: true });
    // One that is mapped already is not mapped twice
    await use("Tessera fedeltà").click();
    await use("Partita IVA").click();
    await expect(mapping).toBeFocused();
    await expect(mapping).toHaveValue("3 = phone\n1 = ");
    // It is not finished, and nobody says that it is wrong
    await expect(mapping).not.toHaveAttribute("aria-invalid", "true");
    await mapping.press("Control+End");
    await mapping.pressSequentially("attribute:piva");
  } else {
    await mapping.fill("3 = phone\n1 = attribute:piva");
  }
  await panel.save();
  await expect(panel.notice).toContainText(words.saved);
  const map = (await accounts.read(id)).values["field_map"] ?? "";
  for (const line of ["3 = phone", "1 = attribute:piva"]) expect(map).toContain(line);
});

test("the chats that a bot has seen are found before the account is saved", async ({ page, panel, words }) => {
  await panel.open("/accounts/new?platform=telegram");
  await fillIn(panel, "telegram");
  await panel.tryForm(words.findChats);
  const found = page.locator(".found").getByRole("listitem");
  for (const name of ["Bianca", STAFF_CHAT.id, STAFF_CHAT.title, "Novità del negozio"]) await expect(found.getByText(name, { exact: true })).toBeVisible();
  await take(panel, words.field.staffChat, STAFF_CHAT.title, STAFF_CHAT.id);
  if (!panel.scripts) await panel.field(words.field.botToken).fill(SECRETS.telegram);
  await panel.testConnection();
  await expect(panel.test).toContainText(words.testWorks);
  await expect(panel.test).toContainText(STAFF_CHAT.title);
});

test("the numbers of a WhatsApp account are found, and the approved templates shown", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("wa_smart_business", { ...META, phone_number_id: "999999999999999" }, { proven: false });
  await panel.open(`/accounts/${id}`);
  await panel.tryForm(words.findNumbers);
  await expect(page.getByText("Negozio Sandbox assistenza", { exact: true })).toBeVisible();
  await take(panel, words.field.phoneNumberId, "+39 010 000 0001", META.phone_number_id);
  await panel.tryForm(words.showTemplates);
  // On several pages of the platform's, and only what Meta has approved
  await expect(page.getByText("ordine_pronto").first()).toBeVisible();
  await expect(page.getByText("saldi_estate")).toHaveCount(0);
  await expect(page.getByRole("button", { name: /ordine_pronto/ })).toHaveCount(0);
  await expect(panel.field(words.field.phoneNumberId)).toHaveValue(META.phone_number_id);
});

test("a platform that does not tell its values is told with the cause, and nothing is lost", async ({ accounts, page, panel, sandbox, words }) => {
  const id = await accounts.add("activecampaign", { description: "Newsletter" });
  await panel.open(`/accounts/${id}`);
  await panel.description.fill("Newsletter e tag");
  await sandbox.fault("activecampaign", "missing_permission");
  await panel.tryForm(words.showLists);
  await expect(page.getByRole("main")).toContainText(words.cause.mayNotReadLists("ActiveCampaign"));
  await sandbox.fault("activecampaign", "down");
  await panel.tryForm(words.showLists);
  await expect(page.getByRole("main")).toContainText(words.cause.down("ActiveCampaign", 503));
  await expect(panel.description).toHaveValue("Newsletter e tag");
  await sandbox.fault("activecampaign", null);
  await panel.tryForm(words.showLists);
  await expect(page.getByText("Rivenditori", { exact: true })).toBeVisible();
});

test("without credentials nothing is asked, and the form says what is missing", async ({ guard, page, panel, sandbox, words }) => {
  guard.expectStatus(422);
  const before = await sandbox.received();
  await panel.open("/accounts/new?platform=telegram");
  await panel.field(words.field.botUsername).fill(SAMPLES.telegram.bot_username);
  await panel.tryForm(words.findChats);
  await expect(page.getByRole("alert")).toContainText(words.required(words.field.botToken));
  expect(await sandbox.received()).toEqual(before);
});
