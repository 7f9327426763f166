import { HOSTS, SECRETS } from "../../fixtures/platforms";
import { expect, test } from "../../fixtures/test";

test("the calls of a past event are told to the letter, and the rule that leaves it out; nothing is sent", async ({
  accounts,
  page,
  panel,
  sandbox,
  shop,
  words,
}) => {
  const newsletter = await accounts.addActive("activecampaign", "Newsletter", { orders_enabled: "true" });
  await accounts.addActive("clerk", "Ricerca");
  await accounts.pause(newsletter, true);
  const order = await shop.send("order.placed", { payment_confirmed: false });
  await panel.openUntil("/deliveries", async () => {
    await expect(panel.rows.getByText(words.deliveryState.skipped)).toHaveCount(1, { timeout: 100 });
  });
  const before = await sandbox.received();
  const waiting = panel.rows.filter({ hasText: words.deliveryState.waiting });
  await waiting.getByRole("link", { name: words.kind["order.placed"] }).click();
  await panel.shows(panel.deliveryTitle("order.placed", order.entity));
  await panel.link(words.explain).click();
  const title = `${words.explain}: ${words.kind["order.placed"]}, ${panel.entityName("order.placed", order.entity)}`;
  await panel.shows(title);
  await expect(page).toHaveURL(`/events/${order.event}/explain`);

  const calls = page.getByRole("region").filter({ has: page.getByRole("heading", { name: "Newsletter" }) });
  const planned = calls.getByRole("listitem");
  await expect(planned).not.toHaveCount(0);
  await expect(calls).toContainText(words.calls(await planned.count()));
  const write = planned.filter({ hasText: `POST https://${HOSTS.activecampaign}/api/3/ecomOrders` });
  await expect(write).toContainText(`"externalid": "${order.entity}"`);
  const rule = page.getByRole("region").filter({ has: page.getByRole("heading", { name: "Ricerca" }) });
  await expect(rule).toContainText(words.wouldSkip);
  await expect(rule).toContainText(words.skippedUnpaid);
  await expect(page.getByRole("region", { name: words.payload, exact: true })).toContainText('"first_name": "Anna"');
  const content = await page.content();
  for (const secret of Object.values(SECRETS)) expect(content).not.toContain(secret);

  expect(await sandbox.received()).toEqual(before);

  // It depends on the settings of now, and on what was sent already
  await accounts.change(newsletter, { orders_enabled: "false" });
  await panel.open(`/events/${order.event}/explain`);
  await expect(calls).toContainText(words.skippedOrdersOff);
  await accounts.change(newsletter, { orders_enabled: "true" });
  await accounts.pause(newsletter, false);
  await panel.openUntil(`/events/${order.event}/explain`, async () => {
    await expect(calls).toContainText(words.skippedAlreadySent, { timeout: 100 });
  });
});

test("another event is chosen from the list of all", async ({ accounts, page, panel, shop, words }) => {
  await accounts.addActive("clerk", "Ricerca");
  const order = await shop.send("order.placed");
  const product = await shop.send("product.updated");
  const cart = await shop.send("cart.updated");
  await shop.untilAll([order, product], "delivered");
  await panel.open(`/events/${cart.event}/explain`);
  await expect(page.getByRole("main")).toContainText(words.explainNone);
  await panel.link(words.otherEvent).click();
  await panel.shows(words.events);
  await panel.isAt("/events?kind=cart.updated");
  await expect(panel.entityRow("cart.updated", cart.entity)).toContainText(words.noReceiver);

  await page.getByRole("combobox", { name: words.eventsKind }).selectOption({ label: words.kind["product.updated"] });
  if (!panel.scripts) await panel.button(words.filter).click();
  await expect(panel.entityRow("product.updated", product.entity)).toContainText(words.deliveryState.delivered);
  await expect(panel.entityRow("cart.updated", cart.entity)).toHaveCount(0);
  await panel.link(words.clearFilters).click();
  await expect(page).toHaveURL("/events");
  await page.getByLabel(words.about).fill(order.entity);
  await page.getByLabel(words.about).press("Enter");
  await expect(panel.rows).toHaveCount(1);
  await panel.isAt(`/events?entity=${order.entity}`);
  const row = panel.entityRow("order.placed", order.entity);
  await expect(row.getByRole("link", { name: "Ricerca" })).toHaveAttribute("href", new RegExp(`^/deliveries/${order.event}\\.`));

  await panel.open(`/events?entity=${product.entity}`);
  await panel.rows.getByRole("link", { name: words.explain }).click();
  await expect(page).toHaveURL(`/events/${product.event}/explain`);
  const plan = page.getByRole("region").filter({ has: page.getByRole("heading", { name: "Ricerca" }) });
  await expect(plan).toContainText(`POST https://${HOSTS.clerk}/v2/products`);

  await panel.open("/events?entity=unicorno");
  await expect(page.getByRole("heading", { name: words.eventsNothingTitle })).toBeVisible();
});
