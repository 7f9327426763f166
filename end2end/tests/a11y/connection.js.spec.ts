import { expect, expectAccessible, test } from "../../fixtures/a11y";

test("a test that is under way", async ({ accounts, page, panel, sandbox, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  await sandbox.fault("telegram", "slow");
  await panel.open(`/accounts/${id}`);
  await panel.button(words.testConnection).click();
  await expect(panel.test.getByRole("listitem")).toHaveCount(3);
  await expectAccessible(page, "under way");
});
