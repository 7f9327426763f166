import { expect, expectAccessible, test } from "../../fixtures/a11y";

/** A list that ActiveCampaign does not have. */
const NO_LIST = "99";

test("the deliveries: empty, full, nothing matches", async ({ accounts, page, panel, shop, words }) => {
  test.setTimeout(60_000);
  await panel.open("/deliveries");
  await expect(page.getByRole("heading", { name: words.deliveriesEmptyTitle })).toBeVisible();
  await expectAccessible(page, "empty");

  const clerk = await accounts.addActive("clerk", "Ricerca");
  await accounts.addActive("activecampaign", "Newsletter", { newsletter_list: NO_LIST });
  await shop.until(await shop.send("customer.newsletter_subscribed"), "refused");
  await shop.until(await shop.send("product.updated"), "delivered");
  await accounts.pause(clerk, true);
  await shop.send("order.placed");
  await panel.openUntil("/deliveries", async () => {
    for (const state of Object.values(words.deliveryState)) {
      await expect(panel.rows.getByText(state, { exact: true })).toHaveCount(1, { timeout: 100 });
    }
  });
  await expectAccessible(page, "every state, and a group of failures");
  await panel.open("/deliveries?entity=unicorno");
  await expectAccessible(page, "nothing matches");
});

test("the deliveries: in pages, with what acts on all of them", async ({ accounts, page, panel, shop, words }) => {
  test.setTimeout(60_000);
  const id = await accounts.addActive("clerk", "Ricerca");
  await accounts.pause(id, true);
  await shop.sendMany("product.updated", 52);
  await panel.open("/deliveries?state=waiting");
  await panel.link(words.deliveriesOlder).click();
  await expect(panel.link(words.logNewer)).toBeVisible();
  await expectAccessible(page, "older deliveries");
  await panel.link(words.skipAll).click();
  await panel.shows(words.skipTitle("52"));
  await expectAccessible(page, "asks before many are skipped");
  await panel.open("/deliveries/skip?state=waiting&done=1500&total=2310");
  await expect(page.getByRole("progressbar")).toBeVisible();
  await expectAccessible(page, "in the middle of a change of many");
});

test("a delivery: delivered, with every call in sight", async ({ accounts, page, panel, shop, words }) => {
  test.setTimeout(60_000);
  await accounts.addActive("activecampaign", "Newsletter", { orders_enabled: "true" });
  const [address = ""] = await shop.until(await shop.send("order.placed"), "delivered");
  await panel.open(address);
  await page.getByText(words.copyAsCurl, { exact: true }).click();
  for (const line of await page.locator("details.call > summary").all()) await line.click();
  await page.getByText(words.rawText, { exact: true }).first().click();
  await expectAccessible(page, "delivered");
});

test("a delivery: refused, and waiting", async ({ accounts, page, panel, shop, words }) => {
  test.setTimeout(60_000);
  const id = await accounts.addActive("activecampaign", "Newsletter", { newsletter_list: NO_LIST });
  const [refused = ""] = await shop.until(await shop.send("customer.newsletter_subscribed"), "refused");
  await panel.open(refused);
  await expectAccessible(page, "refused");
  await accounts.pause(id, true);
  const [waiting = ""] = await shop.until(await shop.send("customer.registered"), "waiting");
  await panel.open(waiting);
  await expect(panel.button(words.skip)).toBeVisible();
  await expectAccessible(page, "waiting");
});

test("Spiega, and the events to choose from", async ({ accounts, page, panel, shop, words }) => {
  test.setTimeout(60_000);
  const newsletter = await accounts.addActive("activecampaign", "Newsletter", { orders_enabled: "true" });
  await accounts.pause(newsletter, true);
  await accounts.addActive("clerk", "Ricerca");
  const order = await shop.send("order.placed", { payment_confirmed: false });
  await panel.open(`/events/${order.event}/explain`);
  await expect(page.getByRole("main")).toContainText(words.skippedUnpaid);
  await expectAccessible(page, "calls, and a rule");
  await panel.open("/events");
  await expectAccessible(page, "events");
  await panel.open("/events?entity=unicorno");
  await expectAccessible(page, "no event matches");
  await panel.open("/events/purge?days=0");
  await expectAccessible(page, "asks before old events are deleted");
  await panel.open("/events/purge?days=x");
  await expectAccessible(page, "an age that is none");
});

test("the activity of an account, and its queue", async ({ accounts, page, panel, sandbox, shop, words }) => {
  test.setTimeout(60_000);
  const id = await accounts.addActive("clerk", "Ricerca");
  await panel.open(`/accounts/${id}`);
  await panel.activity.getByText(words.pauseQueue, { exact: true }).click();
  await expectAccessible(page, "quiet, choosing a pause");
  await shop.until(await shop.send("product.updated"), "delivered");
  await sandbox.fault("clerk", "missing_permission");
  await shop.until(await shop.send("product.updated"), "refused");
  await accounts.pause(id, true);
  await shop.send("product.updated");
  await panel.open(`/accounts/${id}`);
  await expect(panel.activity.getByRole("img")).toHaveAccessibleName(words.chart(1, 0, 1, 1));
  await panel.activity.getByText(words.asTable).click();
  await expectAccessible(page, "chart, table and a paused queue");
  await panel.open(`/accounts/deactivate?ids=${id}`);
  await panel.shows(words.deactivateTitle("Ricerca"));
  await expectAccessible(page, "asks what becomes of what waits");
});

test.describe("the tokens", () => {
  test.use({ house: "own" });

  test("none, wrong, made, about to be revoked", async ({ guard, page, panel, words }) => {
    test.setTimeout(60_000);
    guard.expectStatus(422);
    await panel.open("/tokens");
    await expectAccessible(page, "none");
    await panel.button(words.createToken).click();
    await expect(page.getByText(words.noScope)).toBeVisible();
    await expectAccessible(page, "wrong");
    await panel.live();
    await page.getByRole("textbox", { name: words.tokenName }).fill("Negozio");
    await page.getByRole("checkbox", { name: words.scope["events:write"] }).check();
    await panel.button(words.createToken).click();
    await expect(page.getByText(words.tokenOnce)).toBeVisible();
    await page.getByLabel(words.revokeToken("Negozio")).first().click();
    await expectAccessible(page, "made, and about to be revoked");
  });
});

test("the page on which the API describes itself", async ({ page }) => {
  await page.goto("/api/v1");
  await expectAccessible(page, "the API", { more: "main > section > :nth-child(n+5)" });
});
