import { expect, test } from "../../fixtures/test";

test("switching off and on keeps every setting", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("activecampaign", { description: "Newsletter" });
  await accounts.change(id, { orders_enabled: "true" });
  const before = await accounts.read(id);

  await panel.open("/accounts");
  await panel.isActive("Newsletter", false);
  await panel.switch("Newsletter").click();
  await expect(panel.notice).toContainText(words.activatedOne);
  await panel.isActive("Newsletter", true);
  await panel.switch("Newsletter").click();
  await expect(panel.notice).toContainText(words.deactivatedOne);
  await panel.isActive("Newsletter", false);

  expect((await accounts.read(id)).values).toEqual(before.values);
  await panel.link("Newsletter").click();
  await panel.shows(words.accountTitle("Newsletter"));
  await expect(panel.field(words.field.ordersEnabled)).toBeChecked();
  await expect(page.getByRole("group", { name: words.field.apiKey })).toContainText(words.secretSet);
});

test("the toolbar switches the selected accounts, several at once", async ({ accounts, panel, words }) => {
  await accounts.add("activecampaign", { description: "Newsletter" });
  await accounts.add("wa_smart_business", { description: "Avvisi" });
  await accounts.add("telegram", { description: "Ordini" });
  await panel.open("/accounts");
  await panel.tool(words.activate).click();
  await expect(panel.notice).toContainText(words.nothingSelected);

  await panel.select("Newsletter", "Ordini");
  await panel.tool(words.activate).click();
  await expect(panel.notice).toContainText(words.activatedMany(2));
  await panel.isActive("Newsletter", true);
  await panel.isActive("Ordini", true);
  await panel.isActive("Avvisi", false);

  // The persisted state, not only the shown one
  await panel.open("/accounts");
  await panel.isActive("Ordini", true);
  await panel.select("Newsletter", "Avvisi", "Ordini");
  await panel.tool(words.deactivate).click();
  await expect(panel.notice).toContainText(words.deactivatedMany(2));
  await panel.open("/accounts?state=off");
  await expect(panel.descriptions).toHaveCount(3);
});

test("a switch can be taken back", async ({ accounts, panel, words }) => {
  await accounts.switch(await accounts.add("activecampaign", { description: "Newsletter" }), true);
  await accounts.switch(await accounts.add("telegram", { description: "Ordini" }), true);
  await accounts.add("wa_smart_business", { description: "Avvisi" });

  await panel.open("/accounts");
  await panel.select("Newsletter", "Ordini", "Avvisi");
  await panel.tool(words.deactivate).click();
  await expect(panel.notice).toContainText(words.deactivatedMany(2));
  await panel.notice.getByRole("button", { name: words.undo }).click();
  await expect(panel.notice).toContainText(words.activatedMany(2));
  await panel.isActive("Newsletter", true);
  await panel.isActive("Ordini", true);
  // It was off before: taking back does not mean switching on
  await panel.isActive("Avvisi", false);
});

test("a switch leaves filter, order and page as they are", async ({ accounts, page, panel, words }) => {
  for (const description of ["Ordini", "Resi"]) await accounts.add("telegram", { description });
  await panel.open("/accounts?q=telegram&sort=-description");
  await expect(panel.descriptions).toHaveText(["Resi", "Ordini"]);
  await panel.switch("Resi").click();
  await expect(panel.notice).toContainText(words.activatedOne);
  await expect(page).toHaveURL("/accounts?q=telegram&sort=-description");
  await expect(panel.descriptions).toHaveText(["Resi", "Ordini"]);
});

test("of several for one place only one is switched on, and the others are told", async ({ accounts, panel, words }) => {
  for (const description of ["Ordini", "Resi"]) await accounts.add("telegram", { description });
  await accounts.add("activecampaign", { description: "Newsletter" });
  await panel.open("/accounts");
  await panel.select("Newsletter", "Ordini", "Resi");
  await panel.tool(words.activate).click();
  await expect(panel.notice).toContainText(words.activatedMany(2));
  await expect(panel.notice).toContainText(words.refusedOne);
  await panel.isActive("Newsletter", true);
  await expect(panel.page.getByRole("switch", { checked: true })).toHaveCount(2);
});

test("an account that is gone meanwhile is told so", async ({ accounts, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  await accounts.add("telegram", { description: "Resi" });
  await panel.open("/accounts");
  await accounts.remove(id);
  await panel.switch("Ordini").click();
  await expect(panel.notice).toContainText(words.gone);
  await expect(panel.row("Ordini")).toHaveCount(0);
  await expect(panel.row("Resi")).toBeVisible();
});
