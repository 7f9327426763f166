import { STAFF_CHAT } from "../../fixtures/platforms";
import { expect, test } from "../../fixtures/test";

test.use({ house: "own" });

test("a test message reaches the staff's chat once, is told and logged", async ({ accounts, page, panel, sandbox, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini", staff_chat_id: STAFF_CHAT.id });
  await panel.open(`/accounts/${id}`);
  await panel.button(words.sendMessage).click();
  await expect(page.locator(".message-outcome")).toContainText(words.messageSent);
  await panel.shows(words.accountTitle("Ordini"));
  const sent = (await sandbox.received()).filter(({ path }) => path.endsWith("/sendMessage"));
  expect(sent).toHaveLength(1);
  expect(JSON.parse(sent[0]?.body ?? "")).toMatchObject({ chat_id: STAFF_CHAT.id, text: expect.stringContaining("anna") });

  await panel.open("/log");
  await panel.shows(words.log);
  const entry = page.getByRole("row").filter({ hasText: words.loggedMessage });
  await expect(entry).toHaveCount(1);
  await expect(entry).toContainText(STAFF_CHAT.title);
});

test("a message that is refused is told, and the log says why", async ({ accounts, page, panel, sandbox, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini", staff_chat_id: STAFF_CHAT.id });
  await sandbox.fault("telegram", "rate_limited");
  await panel.open(`/accounts/${id}`);
  await panel.description.fill("Mai salvato");
  await panel.button(words.sendMessage).click();
  await expect(page.locator(".message-outcome")).toContainText(words.messageNotSent);
  await expect(page.locator(".message-outcome")).toContainText(words.cause.rateLimited("Telegram", 7));
  // What was typed is not lost over it
  await expect(panel.description).toHaveValue("Mai salvato");
  await panel.open("/log");
  await panel.shows(words.log);
  const entry = page.getByRole("row").filter({ hasText: words.loggedNoMessage });
  await expect(entry).toHaveCount(1);
  await expect(entry).toContainText(words.cause.rateLimited("Telegram", 7));
});

test("a message whose fate nobody knows is not sent again", async ({ accounts, page, panel, sandbox, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini", staff_chat_id: STAFF_CHAT.id });
  await sandbox.fault("telegram", "close_after");
  await panel.open(`/accounts/${id}`);
  await panel.button(words.sendMessage).click();
  await expect(page.locator(".message-outcome")).toContainText(words.messageNotSent);
  expect((await sandbox.received()).filter(({ path }) => path.endsWith("/sendMessage"))).toHaveLength(1);
});

test("without a chat of the staff there is nobody to write to", async ({ accounts, panel, words }) => {
  const telegram = await accounts.add("telegram", { description: "Ordini" });
  const newsletter = await accounts.add("activecampaign", { description: "Newsletter" });
  for (const id of [telegram, newsletter]) {
    await panel.open(`/accounts/${id}`);
    await expect(panel.button(words.testConnection)).toBeVisible();
    await expect(panel.button(words.sendMessage)).toHaveCount(0);
  }
});
