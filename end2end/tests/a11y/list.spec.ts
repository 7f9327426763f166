import { expect, expectAccessible, test } from "../../fixtures/a11y";

test("the list: empty, full, selected, told something", async ({ accounts, page, panel, words }) => {
  await panel.open("/accounts");
  await expectAccessible(page, "empty");

  await accounts.switch(await accounts.add("telegram", { description: "Ordini" }), true);
  await accounts.add("activecampaign", { description: "Newsletter" });
  await accounts.add("wa_smart_business", { description: "Avvisi" });
  await accounts.add("clerk", { description: "Ricerca" });
  await panel.open("/accounts");
  await panel.select("Ordini", "Newsletter");
  await expectAccessible(page, "full");

  await panel.tool(words.deactivate).click();
  await expect(panel.notice).toContainText(words.deactivatedOne);
  await expectAccessible(page, "told that something was done");
});

test("the list: every health, and the warning above it", async ({ accounts, page, panel, sandbox, words }) => {
  const rejected = await accounts.add("telegram", { description: "Ordini" });
  const failing = await accounts.add("activecampaign", { description: "Newsletter" });
  for (const id of [rejected, failing]) await accounts.switch(id, true);
  await accounts.add("wa_smart_business", { description: "Avvisi" });
  await accounts.add("clerk", { description: "Ricerca" }, { proven: false });
  await sandbox.fault("telegram", "wrong_key");
  await sandbox.fault("activecampaign", "down");
  for (const id of [rejected, failing]) await accounts.test(id);
  await panel.open("/accounts");
  await expect(page.getByRole("main")).toContainText(words.attention(2));
  await expectAccessible(page, "all");
  await panel.link(words.showAttention).click();
  await expect(panel.descriptions).toHaveCount(2);
  await expectAccessible(page, "only what needs a person");
});

test("the list: nothing matches, and in pages", async ({ accounts, page, panel }) => {
  await accounts.addAll("telegram", Array.from({ length: 51 }, (_, index) => `Bot ${index}`));
  await panel.open("/accounts?q=unicorno");
  await expectAccessible(page, "nothing matches");
  await panel.open("/accounts?page=2");
  await expectAccessible(page, "the second page");
});
