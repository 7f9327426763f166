import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

import type { Panel } from "../../fixtures/panel";
import { HOSTS, PLATFORM_NAMES, SECRETS, WRONG_SECRETS } from "../../fixtures/platforms";
import { event } from "../../fixtures/shop";
import { expect, test } from "../../fixtures/test";

/** Deliveries on one page. */
const PAGE_SIZE = 50;
const README = path.join(__dirname, "../../../README.md");
/** Where the README says that the panel is. */
const README_ORIGIN = "http://127.0.0.1:8080";
/** A list that ActiveCampaign does not have. */
const NO_LIST = "99";

const run = promisify(execFile);

/** The command of the README that sends an order; it takes the token from the environment. */
async function readmeCommand(origin: string): Promise<string> {
  const blocks = (await readFile(README, "utf8")).matchAll(/```sh\n([\s\S]*?)```/g);
  const command = [...blocks].map(([, block]) => block ?? "").find((block) => block.includes("/api/v1/events"));
  if (command === undefined) throw new Error("the README sends no event");
  expect(command).toContain(README_ORIGIN);
  return command.replaceAll(README_ORIGIN, origin);
}

/** Without scripts the filters wait for their button. */
async function apply(panel: Panel): Promise<void> {
  if (!panel.scripts) await panel.button(panel.words.filter).click();
}

test("the order that the README sends is delivered", async ({ accounts, page, panel, server, shop, words }) => {
  await accounts.addActive("activecampaign", "Newsletter", { orders_enabled: "true" });
  await panel.open("/accounts");
  await page.getByRole("navigation", { name: words.mainNavigation }).getByRole("link", { name: words.areaDeliveries }).click();
  await panel.shows(words.deliveries);
  await expect(page.getByRole("heading", { name: words.deliveriesEmptyTitle })).toBeVisible();
  await expect(panel.link(words.makeToken)).toHaveAttribute("href", "/tokens");

  const command = await readmeCommand(server.origin);
  const { stdout } = await run("sh", ["-c", command], { env: { ...process.env, RACCORDO_TOKEN: shop.token } });
  expect(stdout).toMatch(/"status":\s*"accepted"/);
  await panel.openUntil("/deliveries", async () => {
    await expect(panel.rows).toHaveCount(1, { timeout: 100 });
    await expect(panel.rows).toContainText(words.deliveryState.delivered, { timeout: 100 });
  });
  await expect(panel.rows).toContainText("1/11");
  await expect(panel.rows.getByRole("link", { name: "Newsletter" })).toBeVisible();
  await panel.rows.getByRole("link", { name: words.kind["order.placed"] }).click();
  await expect(panel.outcome.getByRole("heading", { name: words.deliveryState.delivered })).toBeVisible();
});

test("filters stand in the address and can be taken off", async ({ accounts, page, panel, shop, words }) => {
  const newsletter = await accounts.addActive("activecampaign", "Newsletter", { newsletter_list: NO_LIST });
  await accounts.addActive("clerk", "Ricerca");
  const order = await shop.send("order.placed");
  const consent = await shop.send("customer.newsletter_subscribed");
  const product = await shop.send("product.updated");
  await shop.until(consent, "refused");
  await shop.until(product, "delivered");
  await panel.openUntil("/deliveries", async () => {
    await expect(panel.rows).toHaveCount(4, { timeout: 100 });
    await expect(panel.rows.getByText(words.deliveryState.waiting)).toHaveCount(0, { timeout: 100 });
  });
  await expect(panel.link(words.clearFilters)).toHaveCount(0);
  await expect(panel.entityRow("order.placed", order.entity).filter({ hasText: "Newsletter" })).toContainText(words.skippedOrdersOff);

  await page.getByRole("combobox", { name: words.result }).selectOption({ label: words.deliveryState.skipped });
  await apply(panel);
  await expect(panel.rows).toHaveCount(1);
  await panel.isAt("/deliveries?state=skipped");
  await panel.link(words.clearFilters).click();
  await expect(panel.rows).toHaveCount(4);
  await expect(page).toHaveURL("/deliveries");
  await expect(page.getByRole("combobox", { name: words.result })).toHaveValue("");

  await page.getByRole("combobox", { name: words.eventKind }).selectOption({ label: words.kind["order.placed"] });
  await apply(panel);
  await expect(panel.rows).toHaveCount(2);
  await page.getByRole("combobox", { name: words.receiver }).selectOption({ label: "Newsletter" });
  await apply(panel);
  await expect(panel.rows).toHaveCount(1);
  await panel.isAt(`/deliveries?account=${newsletter}&kind=order.placed`);
  await page.reload();
  await panel.live();
  await expect(panel.rows).toHaveCount(1);
  await page.goBack();
  await expect(panel.rows).toHaveCount(2);

  await panel.open("/deliveries");
  await page.getByRole("combobox", { name: words.reason }).selectOption({ label: words.faultClass.payload });
  await apply(panel);
  await expect(panel.rows).toHaveCount(1);
  await expect(panel.entityRow("customer.newsletter_subscribed", consent.entity)).toContainText(words.deliveryState.refused);

  await panel.open("/deliveries");
  await page.getByLabel(words.about).fill(order.entity);
  await page.getByLabel(words.about).press("Enter");
  await expect(panel.rows).toHaveCount(2);
  await panel.isAt(`/deliveries?entity=${order.entity}`);

  await panel.open("/deliveries");
  await page.getByLabel(words.logTo, { exact: true }).fill("2026-01-31");
  await apply(panel);
  await expect(page.getByRole("heading", { name: words.deliveriesNothingTitle })).toBeVisible();
  await page.getByRole("main").getByRole("link", { name: words.clearFilters }).last().click();
  await expect(panel.rows).toHaveCount(4);
});

test("a long list comes in pages, and what waits can be skipped at once", async ({ accounts, page, panel, shop, words }) => {
  const id = await accounts.addActive("clerk", "Ricerca");
  await accounts.pause(id, true);
  await shop.sendMany("product.updated", PAGE_SIZE + 3);
  await panel.open("/deliveries?state=waiting");
  const pager = page.getByRole("navigation", { name: words.deliveriesPages });
  await expect(panel.rows).toHaveCount(PAGE_SIZE);
  await expect(pager.getByRole("link", { name: words.logNewer })).toHaveCount(0);
  await pager.getByRole("link", { name: words.deliveriesOlder }).click();
  await expect(panel.rows).toHaveCount(3);
  await expect(page).toHaveURL(/\/deliveries\?state=waiting&older=/);
  await expect(pager.getByRole("link", { name: words.deliveriesOlder })).toHaveCount(0);
  await pager.getByRole("link", { name: words.logNewer }).click();
  await expect(panel.rows).toHaveCount(PAGE_SIZE);

  // They are due already: trying them again would change nothing
  await expect(panel.link(words.retryAll)).toHaveCount(0);
  // Whatever the page, all of them are meant
  await panel.link(words.skipAll).click();
  await panel.shows(words.skipTitle(String(PAGE_SIZE + 3)));
  await panel.button(words.skip).click();
  await expect(panel.notice).toContainText(words.skippedMany(PAGE_SIZE + 3));
  await panel.live();
  await expect(panel.rows).toHaveCount(PAGE_SIZE);
  await expect(panel.rows.getByText(words.skippedByHand)).toHaveCount(PAGE_SIZE);
});

test("a delivery tells its outcome, its attempts, every call and the event, and no secret", async ({
  accounts,
  page,
  panel,
  shop,
  words,
}) => {
  await accounts.addActive("activecampaign", "Newsletter", { orders_enabled: "true" });
  const order = await shop.send("order.placed");
  const [address = ""] = await shop.until(order, "delivered");
  await panel.open("/deliveries");
  await panel.entityRow("order.placed", order.entity).getByRole("link", { name: words.kind["order.placed"] }).click();
  await panel.shows(panel.deliveryTitle("order.placed", order.entity));
  await expect(page).toHaveURL(address);

  await expect(page.getByRole("main").locator("section").first()).toContainText(words.deliveredText);
  await expect(panel.outcome).toContainText("1/11");
  await expect(panel.button(words.retryNow)).toHaveCount(0);
  await expect(panel.button(words.skip)).toHaveCount(0);

  const attempts = page.getByRole("region", { name: words.attempts, exact: true });
  await expect(attempts.getByRole("listitem")).toHaveCount(1);
  await expect(attempts.getByText(words.attempt(1))).toBeVisible();
  await expect(attempts.getByText(words.attemptDelivered)).toBeVisible();
  const call = await panel.openCall(`POST https://${HOSTS.activecampaign}/api/3/ecomOrders`);
  await expect(call).toContainText("201");
  await expect(call.getByRole("group", { name: words.request })).toContainText(`"externalid": "${order.entity}"`);
  await expect(call.getByRole("group", { name: words.answer })).toContainText('"ecomOrder"');
  // As it went over the wire as well
  const raw = call.getByText(new RegExp(`"externalid":"${order.entity}"`)).first();
  await expect(raw).toBeHidden();
  await call.getByText(words.rawText, { exact: true }).first().click();
  await expect(raw).toBeVisible();

  const payload = page.getByRole("region", { name: words.payload, exact: true });
  await expect(payload).toContainText('"first_name": "Anna"');
  await expect(payload).toContainText("https://www.example.com");
  await payload.getByRole("link", { name: words.sameEntity }).click();
  await expect(page).toHaveURL(`/deliveries?entity=${order.entity}`);
  await expect(panel.rows).toHaveCount(1);

  await panel.open(address);
  const curl = page.getByText(/^curl --request POST/);
  await expect(curl).toBeHidden();
  await page.getByText(words.copyAsCurl, { exact: true }).click();
  await expect(curl).toContainText(`https://${HOSTS.activecampaign}/api/3/ecomOrders`);
  await expect(curl).toContainText("--header 'Api-Token: ▇'");
  expect(await page.content()).not.toContain(SECRETS.activecampaign);
});

test("an event that is sent twice is delivered once", async ({ accounts, panel, sandbox, shop }) => {
  await accounts.addActive("clerk", "Ricerca");
  await accounts.addActive("activecampaign", "Newsletter", { orders_enabled: "true" });
  const order = event("order.placed");
  const first = await shop.sendEvent(order);
  expect(first.deliveries).toBe(2);
  const again = await shop.sendEvent(order);
  expect(again).toEqual({ ...first, deliveries: 0 });
  await shop.until(first, "delivered");
  // Sent when it has long been delivered, it is not delivered again either
  await shop.sendEvent(order);
  await panel.open("/deliveries");
  await expect(panel.rows).toHaveCount(2);
  for (const host of Object.values(HOSTS)) {
    expect(await sandbox.count(host, "order", first.entity), host).toEqual({ created: 1, updated: 0, deleted: 0 });
  }
});

test("what a platform refuses says why and what to do; mended, it goes out again", async ({
  accounts,
  page,
  panel,
  sandbox,
  shop,
  words,
}) => {
  const id = await accounts.addActive("clerk", "Ricerca");
  // Clerk.io says so in an answer to the very thing that was sent
  await sandbox.fault("clerk", "missing_permission");
  const product = await shop.send("product.updated");
  const [address = ""] = await shop.until(product, "refused");
  await panel.open(address);
  await expect(panel.outcome.getByRole("heading", { name: words.deliveryState.refused })).toBeVisible();
  await expect(panel.outcome).toContainText(words.cause.refused(PLATFORM_NAMES.clerk, 200));
  await expect(panel.outcome).toContainText(words.whatToDo);
  await expect(panel.outcome).toContainText(words.refusedRemedy);
  await expect(panel.button(words.skip)).toHaveCount(0);
  await panel.open(`/log?kind=delivery_failed&id=${id}`);
  await expect(panel.rows).toHaveCount(1);
  await expect(panel.rows).toContainText(product.entity);

  await sandbox.fault("clerk", null);
  await panel.open(address);
  await panel.button(words.retryNow).click();
  await expect(panel.notice).toContainText(words.retried(1));
  await shop.until(product, "delivered");
  await panel.open(address);
  await expect(panel.outcome).toContainText(words.deliveredText);
  // What was tried before stays in sight, the latest first
  const attempts = page.getByRole("region", { name: words.attempts, exact: true }).locator("li > details > summary");
  await expect(attempts).toHaveCount(2);
  await expect(attempts.first()).toContainText(words.attemptDelivered);
  await expect(attempts.last()).toContainText(words.faultClass.payload);
  expect((await sandbox.count(HOSTS.clerk, "product", product.entity)).created).toBe(1);
});

test("what waits can be skipped, and what was skipped can be sent after all", async ({ accounts, panel, sandbox, shop, words }) => {
  const id = await accounts.addActive("clerk", "Ricerca");
  await accounts.pause(id, true);
  const product = await shop.send("product.updated");
  const [address = ""] = await shop.until(product, "waiting");
  await panel.open(address);
  await expect(panel.outcome.getByRole("heading", { name: words.deliveryState.waiting })).toBeVisible();
  await expect(panel.outcome).toContainText(words.queuePaused);
  await panel.button(words.skip).click();
  await expect(panel.notice).toContainText(words.skippedMany(1));
  await expect(panel.outcome.getByRole("heading", { name: words.deliveryState.skipped })).toBeVisible();
  await expect(panel.outcome).toContainText(words.skippedByHand);
  await accounts.pause(id, false);
  await panel.live();

  await panel.button(words.retryNow).click();
  await expect(panel.notice).toContainText(words.retried(1));
  await shop.until(product, "delivered");
  expect((await sandbox.count(HOSTS.clerk, "product", product.entity)).created).toBe(1);
});

test("a platform that is down is tried again later, and the panel says when", async ({ accounts, panel, sandbox, shop, words }) => {
  await accounts.addActive("clerk", "Ricerca");
  await sandbox.fault("clerk", "down");
  const product = await shop.send("product.updated");
  const [address = ""] = await shop.until(product, "waiting", 1);
  await panel.open(address);
  await expect(panel.outcome.getByRole("heading", { name: words.deliveryState.waiting })).toBeVisible();
  await expect(panel.outcome).toContainText(words.cause.down(PLATFORM_NAMES.clerk, 503));
  await expect(panel.outcome).toContainText(words.waitsNext);
  await panel.open("/deliveries");
  const row = panel.entityRow("product.updated", product.entity);
  await expect(row).toContainText("1/11");
  await expect(row).toContainText(words.faultClass.temporary);

  await sandbox.fault("clerk", null);
  await shop.until(product, "delivered");
  await panel.open("/deliveries");
  await expect(row).toContainText("2/11");
});

test("rejected credentials hold the queue; replaced, everything goes out once", async ({
  accounts,
  page,
  panel,
  sandbox,
  shop,
  words,
}) => {
  const wrong = { description: "Ricerca", private_key: WRONG_SECRETS.clerk };
  const id = await accounts.add("clerk", wrong, { proven: false });
  await accounts.switch(id, true);
  const products = await shop.sendMany("product.updated", 3);
  await panel.openUntil(`/accounts/${id}`, async () => {
    await expect(panel.activity.getByRole("heading", { name: words.queueHeld })).toBeVisible({ timeout: 100 });
  });
  await expect(panel.activity).toContainText(words.heldCredentials);
  await expect(panel.activity).toContainText(words.waitingMany(3));
  await panel.open("/deliveries");
  await expect(panel.rows.getByText(words.queueHeld)).toHaveCount(3);
  // No attempt is burnt
  await expect(panel.rows.getByText("/11")).toHaveCount(0);
  await panel.open(`/log?kind=queue_held&id=${id}`);
  await expect(panel.rows).toHaveCount(1);
  await expect(panel.rows).toContainText(words.loggedHeld);

  await panel.open(`/accounts/${id}`);
  const secret = page.getByRole("group", { name: words.field.privateKey });
  await secret.getByText(words.replace, { exact: true }).click();
  await panel.field(words.newValue(words.field.privateKey)).fill(SECRETS.clerk);
  await panel.save();
  await expect(panel.notice).toContainText(words.saved);
  await shop.untilAll(products, "delivered");
  await panel.open(`/accounts/${id}`);
  await expect(panel.activity.getByRole("heading", { name: words.queueHeld })).toHaveCount(0);
  await panel.open("/deliveries");
  await expect(panel.rows.getByText("1/11")).toHaveCount(3);
  for (const { entity } of products) {
    expect(await sandbox.count(HOSTS.clerk, "product", entity)).toEqual({ created: 1, updated: 0, deleted: 0 });
  }
});

test("identical failures stand together; all of them are tried again after their number was told", async ({
  accounts,
  page,
  panel,
  sandbox,
  shop,
  words,
}) => {
  const id = await accounts.addActive("clerk", "Ricerca");
  await sandbox.fault("clerk", "missing_permission");
  const products = await shop.sendMany("product.updated", 3);
  await shop.untilAll(products, "refused");
  await panel.open("/deliveries");
  const failures = page.getByRole("region", { name: words.toMend });
  const group = failures.getByRole("listitem");
  await expect(group).toHaveCount(1);
  await expect(group).toContainText(words.refusedMany(3));
  await expect(group).toContainText(words.faultClass.payload);
  await expect(group).toContainText("Ricerca");
  await group.getByRole("link", { name: words.show }).click();
  await expect(page).toHaveURL(`/deliveries?account=${id}&state=refused&class=payload`);
  await expect(panel.rows).toHaveCount(3);
  await expect(panel.link(words.skipAll)).toHaveCount(0);

  await panel.link(words.retryAll).click();
  await panel.shows(words.retryTitle(3));
  const main = page.getByRole("main");
  await expect(main).toContainText("Ricerca");
  await expect(main).toContainText(words.faultClass.payload);
  // Until somebody says so nothing happens
  for (const sent of products) await shop.until(sent, "refused");
  await sandbox.fault("clerk", null);
  await panel.button(words.retry).click();
  await expect(panel.notice).toContainText(words.retried(3));
  await shop.untilAll(products, "delivered");
  await panel.open("/deliveries");
  await expect(panel.rows.getByText(words.deliveryState.delivered)).toHaveCount(3);
  await expect(failures).toHaveCount(0);
});

test("a change of many says how far it is, goes on from there and can be left", async ({ accounts, page, panel, shop, words }) => {
  const id = await accounts.addActive("clerk", "Ricerca");
  await accounts.pause(id, true);
  await shop.sendMany("product.updated", 2);
  // As a browser without scripts comes back from a step that took long
  await panel.open("/deliveries/skip?state=waiting&done=1500&total=2310");
  const [done, total] = words.code === "it" ? ["1.500", "2.310"] : ["1,500", "2,310"];
  await expect(page.getByRole("main")).toContainText(words.changedOf(done, total));
  await expect(page.getByRole("progressbar", { name: words.deliveries })).toHaveAttribute("value", "1500");
  await panel.link(words.stopChange).click();
  await expect(panel.rows).toHaveCount(2);
  await expect(panel.rows.getByText(words.deliveryState.waiting)).toHaveCount(2);

  await panel.open("/deliveries/skip?state=waiting&done=1500&total=2310");
  await panel.button(words.goOn).click();
  await expect(panel.notice).toContainText(words.code === "it" ? "1.502" : "1,502");
  await panel.live();
  await expect(panel.rows.getByText(words.skippedByHand)).toHaveCount(2);
});
