import { SAMPLES } from "../../fixtures/platforms";
import { expect, test } from "../../fixtures/test";

test.beforeEach(async ({ page }) => await page.emulateMedia({ media: "print" }));

test("the printed list holds the accounts, and nothing to press", async ({ accounts, page, panel, words }) => {
  await accounts.switch(await accounts.add("telegram", { description: "Ordini" }), true);
  await accounts.add("activecampaign", { description: "Newsletter" });
  await panel.open("/accounts");
  await expect(panel.descriptions).toHaveText(["Newsletter", "Ordini"]);
  const row = panel.row("Ordini");
  await expect(row.getByText(`@${SAMPLES.telegram.bot_username}`)).toBeVisible();
  await expect(row.getByText(words.active, { exact: true })).toBeVisible();
  for (const control of ["button", "checkbox", "switch", "searchbox", "combobox"] as const) {
    await expect(page.getByRole(control)).toHaveCount(0);
  }
});

test("a printed account holds its settings, and nothing to press", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  await panel.open(`/accounts/${id}`);
  await expect(panel.heading(words.accountTitle("Ordini"))).toBeVisible();
  await expect(panel.field(words.field.botUsername)).toBeVisible();
  await expect(page.getByRole("group", { name: words.field.botToken })).toContainText(words.secretSet);
  await expect(page.getByRole("button")).toHaveCount(0);
  await expect(page.getByText(words.replace, { exact: true })).toBeHidden();
});
