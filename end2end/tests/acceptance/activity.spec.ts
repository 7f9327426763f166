import { HOSTS } from "../../fixtures/platforms";
import { expect, test } from "../../fixtures/test";

test("the last day of an account stands in a chart, and as a table behind it", async ({ accounts, page, panel, sandbox, shop, words }) => {
  const id = await accounts.addActive("clerk", "Ricerca");
  await panel.open(`/accounts/${id}`);
  await expect(panel.activity).toContainText(words.quiet);
  await expect(panel.activity.getByRole("img")).toHaveCount(0);

  await shop.untilAll(await shop.sendMany("product.updated", 2), "delivered");
  await sandbox.fault("clerk", "missing_permission");
  await shop.until(await shop.send("product.updated"), "refused");
  await panel.open(`/accounts/${id}`);
  const chart = panel.activity.getByRole("img");
  await expect(chart).toHaveAccessibleName(words.chart(2, 0, 1, 0));
  await expect(panel.activity).toContainText(words.nothingWaits);
  await expect(panel.activity.getByText(words.lastSuccess).locator("..").locator("time")).toBeVisible();

  const table = panel.activity.getByRole("table", { name: words.lastDay });
  await expect(table).toBeHidden();
  await panel.activity.getByText(words.asTable).click();
  // More than one row where an hour has just struck
  const numbers = (await table.locator("tbody td").allInnerTexts()).map(Number);
  const sum = (column: number) => numbers.filter((_, index) => index % 4 === column).reduce((all, number) => all + number, 0);
  expect([sum(0), sum(1), sum(2), sum(3)]).toEqual([2, 1, 0, 0]);
  await panel.activity.getByRole("link", { name: words.showDeliveries }).click();
  await expect(page).toHaveURL(`/deliveries?account=${id}`);
  await expect(panel.rows).toHaveCount(3);

  // Telegram gets no events yet
  await panel.open(`/accounts/${await accounts.add("telegram", { description: "Ordini" }, { proven: false })}`);
  await expect(panel.activity).toHaveCount(0);
});

test("a queue is paused for a while or until it is resumed, and nothing is lost", async ({ accounts, panel, shop, words }) => {
  const id = await accounts.addActive("clerk", "Ricerca");
  await panel.open(`/accounts/${id}`);
  const { activity } = panel;
  const hold = activity.getByRole("heading", { name: words.queuePaused });
  await expect(activity.getByRole("button", { name: words.pauseHour })).toBeHidden();
  await activity.getByText(words.pauseQueue, { exact: true }).click();
  await activity.getByRole("button", { name: words.pauseHour }).click();
  await expect(panel.notice).toContainText(words.paused);
  await expect(hold).toBeVisible();
  await expect(activity).toContainText(words.goesOnByItself);

  const products = await shop.sendMany("product.updated", 2);
  await panel.open(`/accounts/${id}`);
  await expect(activity).toContainText(words.waitingMany(2));
  await expect(activity).toContainText(words.calls(2));
  await expect(activity).toContainText(words.oldest);
  await expect(activity.getByRole("img")).toHaveAccessibleName(words.chart(0, 0, 0, 2));
  for (const sent of products) await shop.until(sent, "waiting");
  await activity.getByRole("button", { name: words.resume }).click();
  await expect(panel.notice).toContainText(words.resumed);
  await expect(hold).toHaveCount(0);
  await shop.untilAll(products, "delivered");

  await panel.open(`/accounts/${id}`);
  await activity.getByText(words.pauseQueue, { exact: true }).click();
  await activity.getByRole("button", { name: words.pauseOpen }).click();
  await expect(hold).toBeVisible();
  await expect(activity).not.toContainText(words.goesOnByItself);
});

test("what waits is told with what it takes before it goes out: what is superseded takes no call", async ({
  accounts,
  panel,
  sandbox,
  shop,
  words,
}) => {
  const id = await accounts.addActive("clerk", "Ricerca");
  await accounts.pause(id, true);
  const first = await shop.send("product.updated");
  const second = await shop.send("product.updated", { id: first.entity, name: "Tazza rossa" });
  const last = await shop.send("product.updated", { id: first.entity, name: "Tazza gialla" });
  const other = await shop.send("product.updated");
  await panel.open(`/accounts/${id}`);
  const { activity } = panel;
  const told = `${words.waitingMany(4)}, ${words.calls(2)}`;
  await expect(activity.getByText(words.whenItGoesOn).locator("..")).toContainText(told);
  await expect(activity).toContainText(words.needless(2));
  await activity.getByRole("button", { name: words.resume }).click();
  await expect(panel.notice).toContainText(words.resumed);
  await shop.untilAll([last, other], "delivered");
  await shop.untilAll([first, second], "skipped");
  for (const { entity } of [last, other]) expect((await sandbox.count(HOSTS.clerk, "product", entity)).created).toBe(1);
});

test("what waits for a platform with a limit is told with the time that it takes", async ({ accounts, panel, shop, words }) => {
  // A real host, which is never called: its queue is paused before anything comes
  const real = { api_url: "https://negozio.api-us1.com" };
  const id = await accounts.add("activecampaign", { description: "Newsletter", ...real }, { proven: false });
  await accounts.pause(id, true);
  await accounts.switch(id, true);
  await shop.sendMany("order.placed", 10);
  await panel.open(`/accounts/${id}`);
  // Three calls each, five a second
  const told = `${words.waitingMany(10)}, ${words.calls(30)}, ${words.takesAbout(6)}`;
  await expect(panel.activity.getByText(words.whenItGoesOn).locator("..")).toContainText(told);
});

test("switching off asks what becomes of what waits: kept, it goes out when the account is on again", async ({
  accounts,
  guard,
  page,
  panel,
  sandbox,
  shop,
  words,
}) => {
  guard.expectStatus(409);
  await accounts.addActive("clerk", "Ricerca");
  await panel.open("/accounts");
  await panel.switch("Ricerca").click();
  // Nothing waits: nothing is asked
  await expect(panel.notice).toContainText(words.deactivatedOne);
  await panel.open("/accounts");
  await panel.switch("Ricerca").click();
  await expect(panel.notice).toContainText(words.activatedOne);

  await sandbox.fault("clerk", "wrong_key");
  const product = await shop.send("product.updated");
  const [address = ""] = await shop.until(product, "waiting");
  await panel.open("/accounts");
  await panel.switch("Ricerca").click();
  await panel.shows(words.deactivateTitle("Ricerca"));
  await expect(page.getByRole("main")).toContainText(words.waitingMany(1));
  await panel.link(words.cancel).click();
  await panel.isActive("Ricerca", true);

  await panel.open("/accounts");
  await panel.select("Ricerca");
  await panel.tool(words.deactivate).click();
  await panel.shows(words.deactivateTitle("Ricerca"));
  await expect(page.getByRole("radio", { name: new RegExp(`^${words.keepWaiting}`) })).toBeChecked();
  await panel.button(words.deactivate).click();
  await expect(panel.notice).toContainText(words.deactivatedOne);
  await panel.isActive("Ricerca", false);
  await sandbox.fault("clerk", null);
  // What comes now is not for it
  expect((await shop.send("product.updated")).deliveries).toBe(0);
  await panel.open(address);
  await expect(panel.outcome).toContainText(words.heldOff);

  await panel.open("/accounts");
  await panel.switch("Ricerca").click();
  await expect(panel.notice).toContainText(words.activatedOne);
  await shop.until(product, "delivered");
});

test("switching off asks what becomes of what waits: skipped, it never goes out", async ({
  accounts,
  guard,
  page,
  panel,
  sandbox,
  shop,
  words,
}) => {
  guard.expectStatus(409);
  const id = await accounts.addActive("clerk", "Ricerca");
  await accounts.pause(id, true);
  const products = await shop.sendMany("product.updated", 2);
  await panel.open("/accounts");
  await panel.switch("Ricerca").click();
  await panel.shows(words.deactivateTitle("Ricerca"));
  await page.getByRole("radio", { name: new RegExp(`^${words.skipWaiting}`) }).check();
  await panel.button(words.deactivate).click();
  await expect(panel.notice).toContainText(words.deactivatedOne);
  await panel.isActive("Ricerca", false);
  await shop.untilAll(products, "skipped");
  await panel.open("/deliveries");
  await expect(panel.rows.getByText(words.skippedInactive)).toHaveCount(2);

  await panel.open("/accounts");
  await panel.switch("Ricerca").click();
  await expect(panel.notice).toContainText(words.activatedOne);
  await shop.until(await shop.send("product.updated"), "delivered");
  for (const { entity } of products) expect((await sandbox.count(HOSTS.clerk, "product", entity)).created).toBe(0);
});
