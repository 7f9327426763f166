import { expect, expectAccessible, test } from "../../fixtures/a11y";
import { STAFF_CHAT } from "../../fixtures/platforms";

test("what a test found: it works, it does not, it is about the past", async ({ accounts, page, panel, sandbox, words }) => {
  test.setTimeout(60_000);
  const id = await accounts.add("telegram", { description: "Ordini", staff_chat_id: STAFF_CHAT.id });
  await panel.open(`/accounts/${id}`);
  await panel.testConnection();
  await expect(panel.test).toContainText(words.testWorks);
  await panel.test.getByText(words.testDetails, { exact: true }).click();
  await expectAccessible(page, "it works, with details");
  await sandbox.fault("telegram", "wrong_key");
  await panel.testConnection();
  await expect(panel.test).toContainText(words.testFails);
  await expectAccessible(page, "it does not work");
  await accounts.change(id, { bot_username: "mai_provato_bot" });
  await panel.open(`/accounts/${id}`);
  await expect(panel.test).toContainText(words.testOutdated);
  await expectAccessible(page, "about the past");
});

test("values to choose from, and why there are none", async ({ accounts, page, panel, sandbox, words }) => {
  test.setTimeout(60_000);
  const id = await accounts.add("activecampaign", { description: "Newsletter" });
  await panel.open(`/accounts/${id}`);
  await panel.tryForm(words.showTags);
  await expect(page.getByText("privato", { exact: true }).first()).toBeVisible();
  await expectAccessible(page, "found");
  await sandbox.fault("activecampaign", "down");
  await panel.tryForm(words.showTags);
  await expect(page.getByRole("main")).toContainText(words.cause.down("ActiveCampaign", 503));
  await expectAccessible(page, "not found");
});
