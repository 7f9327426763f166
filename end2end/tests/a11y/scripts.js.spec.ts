import { expect, expectAccessible, test } from "../../fixtures/a11y";

test("the list of keys", async ({ page, panel, words }) => {
  await panel.open("/accounts");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: words.keys })).toBeVisible();
  await expectAccessible(page, "keys");
});

test("the banner for being offline, and a fault that is told", async ({ accounts, context, guard, page, panel, words }) => {
  guard.expectLostRequests();
  await accounts.add("telegram", { description: "Ordini" });
  await panel.open("/accounts");
  await context.setOffline(true);
  await panel.switch("Ordini").click();
  await expect(panel.notice).toContainText(words.serverSilent);
  await expectAccessible(page, "offline");
  await context.setOffline(false);
});
