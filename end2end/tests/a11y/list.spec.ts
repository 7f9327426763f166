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

test("the list: nothing matches, and in pages", async ({ accounts, page, panel }) => {
  await accounts.addAll("telegram", Array.from({ length: 51 }, (_, index) => `Bot ${index}`));
  await panel.open("/accounts?q=unicorno");
  await expectAccessible(page, "nothing matches");
  await panel.open("/accounts?page=2");
  await expectAccessible(page, "the second page");
});
