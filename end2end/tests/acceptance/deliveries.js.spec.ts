import { hold, markPage } from "../../fixtures/network";
import { expect, test } from "../../fixtures/test";

test("deliveries can be followed live, as they come and as they end", async ({ accounts, page, panel, sandbox, shop, words }) => {
  await accounts.addActive("clerk", "Ricerca");
  await shop.until(await shop.send("product.updated"), "delivered");
  await panel.open("/deliveries");
  const isSamePage = await markPage(page);
  await expect(panel.rows).toHaveCount(1);

  await panel.button(words.tailOn).click();
  await expect(panel.button(words.tailOff)).toBeFocused();
  await sandbox.fault("clerk", "down");
  const product = await shop.send("product.updated");
  const row = panel.entityRow("product.updated", product.entity);
  await expect(panel.rows).toHaveCount(2);
  await expect(page.getByRole("status").filter({ hasText: words.deliveriesArrived(1) })).toBeAttached();
  await expect(panel.rows.first()).toContainText(panel.entityName("product.updated", product.entity));
  await expect(row).toContainText(words.deliveryState.waiting);
  await sandbox.fault("clerk", null);
  await expect(row).toContainText(words.deliveryState.delivered, { timeout: 15_000 });
  expect(await isSamePage()).toBe(true);

  await panel.button(words.tailOff).click();
  const asked = page.waitForRequest(/\/load\/deliveries-tail/, { timeout: 3_000 }).then(
    () => true,
    () => false,
  );
  expect(await asked).toBe(false);
});

test("what no longer matches the filter goes by itself", async ({ accounts, page, panel, shop, words }) => {
  const id = await accounts.addActive("clerk", "Ricerca");
  await accounts.pause(id, true);
  await shop.send("product.updated");
  await panel.open("/deliveries?state=waiting");
  await expect(panel.rows).toHaveCount(1);
  await panel.button(words.tailOn).click();
  await accounts.pause(id, false);
  await expect(page.getByRole("heading", { name: words.deliveriesNothingTitle })).toBeVisible();
});

test("a retry of many shows its progress, and comes back to the list", async ({ accounts, page, panel, sandbox, shop, words }) => {
  await accounts.addActive("clerk", "Ricerca");
  await sandbox.fault("clerk", "missing_permission");
  const products = await shop.sendMany("product.updated", 2);
  await shop.untilAll(products, "refused");
  await sandbox.fault("clerk", null);
  await panel.open("/deliveries/retry?state=refused");
  const isSamePage = await markPage(page);
  const release = await hold(page, "**/deliveries/change");
  await panel.button(words.retry).click();
  await expect(page.getByRole("progressbar", { name: words.deliveries })).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: words.changedOf("0", "2") })).toBeVisible();
  await expect(panel.button(words.retry)).toBeDisabled();
  release();
  await expect(panel.notice).toContainText(words.retried(2));
  await panel.shows(words.deliveries);
  expect(await isSamePage()).toBe(true);
  await shop.untilAll(products, "delivered");
});

test("a retry that is stopped goes no further than the step that is under way", async ({ accounts, page, panel, sandbox, shop, words }) => {
  await accounts.addActive("clerk", "Ricerca");
  await sandbox.fault("clerk", "missing_permission");
  const products = await shop.sendMany("product.updated", 2);
  await shop.untilAll(products, "refused");
  await panel.open("/deliveries/retry?state=refused");
  const release = await hold(page, "**/deliveries/change");
  await panel.button(words.retry).click();
  await panel.link(words.stopChange).click();
  await expect(panel.button(words.retry)).toBeEnabled();
  await expect(page.getByRole("progressbar")).toHaveCount(0);
  await expect(panel.heading(words.retryTitle(2))).toBeVisible();
  release();
  await expect(panel.notice).toContainText(words.retried(2));
});

test("the call of a delivery can be copied, without its secret", async ({ accounts, context, page, panel, shop, words }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await accounts.addActive("clerk", "Ricerca");
  const [address = ""] = await shop.until(await shop.send("product.updated"), "delivered");
  await panel.open(address);
  await page.getByText(words.copyAsCurl, { exact: true }).click();
  await panel.button(words.copy).click();
  await expect.poll(async () => await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^curl --request POST .*"private_key":"▇"/s);
});
