import type { Page } from "@playwright/test";

import { customer } from "../../fixtures/shop";
import { expect, test } from "../../fixtures/test";

/** What people type to break out of where a text stands, and what is only unusual. */
const HOSTILE = [
  "</title><script>window.broken = 1</script>",
  '"><img src=x onerror="window.broken = 1">',
  "</textarea><script>window.broken = 1</script>",
  "'); drop table accounts; -- {{7*7}} ${7*7} &lt;b&gt; &amp; <!-- %s",
  "מרחבא مرحبا 👩‍👩‍👧 ﷽",
] as const;

/** Nothing that was typed has become part of a page. */
async function expectWhole(page: Page): Promise<void> {
  expect(await page.evaluate(() => "broken" in window)).toBe(false);
  await expect(page.locator("img")).toHaveCount(0);
}

test("descriptions are texts, wherever they stand", async ({ accounts, page, panel, words }) => {
  await accounts.addAll("telegram", HOSTILE);
  for (const text of HOSTILE) {
    await panel.open("/accounts");
    await panel.link(text).click();
    await panel.shows(words.accountTitle(text));
    await expect(panel.description).toHaveValue(text);
    await expect(page).toHaveTitle(words.documentTitle(words.accountTitle(text)));
    await panel.link(words.deleteMore).click();
    await panel.shows(words.deleteTitle(text));
    await expect(page).toHaveTitle(words.documentTitle(words.deleteTitle(text)));
    await expectWhole(page);
    // With scripts it came by another way than from the server: now as a whole page
    await page.reload();
    await panel.shows(words.deleteTitle(text));
    await expect(page).toHaveTitle(words.documentTitle(words.deleteTitle(text)));
    await page.goBack();
    await panel.shows(words.accountTitle(text));
    await expect(panel.description).toHaveValue(text);
    await expectWhole(page);
  }
  await panel.open("/accounts");
  await expect(panel.descriptions).toHaveCount(HOSTILE.length);
  await expectWhole(page);
});

test("every other text of a form is kept as it is", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("clerk");
  const all = HOSTILE.join(" ");
  const typed = [
    [words.field.discountClass, HOSTILE[0]],
    [words.field.optoutAttribute, HOSTILE[1]],
    [words.field.customerFilter, all],
    [words.field.productFilter, all],
    [words.field.trackingCode, `Clerk('config', {});\n${all}`],
  ] as const;
  await panel.open(`/accounts/${id}`);
  for (const [label, text] of typed) await panel.field(label).fill(text);
  await panel.save();
  await expect(panel.notice).toContainText(words.saved);
  for (const [label, text] of typed) await expect(panel.field(label)).toHaveValue(text);
  await expectWhole(page);
  await panel.open(`/accounts/${id}`);
  for (const [label, text] of typed) await expect(panel.field(label)).toHaveValue(text);
  await expectWhole(page);
});

test("a refused form shows what was typed as a text", async ({ guard, page, panel, words }) => {
  guard.expectStatus(422);
  await panel.open("/accounts/new?platform=activecampaign");
  for (const text of HOSTILE) {
    await panel.description.fill(text);
    await panel.field(words.field.apiUrl).fill(text);
    await panel.save();
    await expect(page.getByRole("alert")).toBeFocused();
    await panel.live();
    await expect(panel.description).toHaveValue(text);
    await expect(panel.field(words.field.apiUrl)).toHaveValue(text);
    await expectWhole(page);
  }
});

test("what is searched for is a text", async ({ accounts, page, panel, words }) => {
  await accounts.add("telegram", { description: "Ordini" });
  for (const text of HOSTILE) {
    await panel.open(`/accounts?q=${encodeURIComponent(text)}`);
    await expect(page.getByRole("searchbox", { name: words.search })).toHaveValue(text);
    await expect(page.getByRole("heading", { name: words.nothingTitle })).toBeVisible();
    await expectWhole(page);
  }
});

test("whoever is in the way is named by a text", async ({ accounts, page, panel, words }) => {
  const [holder, other] = await accounts.addAll("telegram", [HOSTILE[0], HOSTILE[1]]);
  await accounts.switch(holder ?? "", true);
  await panel.open(`/accounts/swap?id=${other}`);
  await panel.shows(words.swapTitle(HOSTILE[1], HOSTILE[0]));
  await expectWhole(page);
});

test("what changed meanwhile is told as a text", async ({ accounts, guard, page, panel, words }) => {
  guard.expectStatus(422);
  const id = await accounts.add("telegram", { description: HOSTILE[1] });
  await panel.open(`/accounts/${id}`);
  await accounts.change(id, { description: HOSTILE[0] });
  await panel.save();
  await expect(page.getByRole("alert")).toContainText(words.changedValue(words.description, HOSTILE[1], HOSTILE[0]));
  await expectWhole(page);
});

test("what a shop tells is text, wherever it stands", async ({ accounts, page, panel, sandbox, shop, words }) => {
  test.setTimeout(60_000);
  await accounts.addActive("activecampaign", HOSTILE[0], { orders_enabled: "true" });
  await accounts.addActive("clerk", HOSTILE[1]);
  await sandbox.fault("clerk", "malformed");
  for (const [index, text] of HOSTILE.entries()) {
    const buyer = { ...customer(`h${index}`), first_name: text, last_name: text, attributes: { [text]: text } };
    const lines = [{ product_id: text, name: text, price_minor: 100, quantity: 1 }];
    const order = await shop.send("order.placed", { id: text, customer: buyer, lines, shipping_method: text });
    const title = panel.deliveryTitle("order.placed", text);
    const address = `/deliveries?entity=${encodeURIComponent(text)}`;
    await panel.openUntil(address, async () => await expect(panel.rows.filter({ hasText: "1/11" })).toHaveCount(2, { timeout: 100 }));
    await expect(page.getByLabel(words.about)).toHaveValue(text);
    await expect(panel.entityRow("order.placed", text)).toHaveCount(2);
    await expectWhole(page);
    for (const { id } of await shop.deliveries(order)) {
      await panel.open(`/deliveries/${id}`);
      await panel.shows(title);
      await expect(page).toHaveTitle(words.documentTitle(title));
      await page.getByText(words.copyAsCurl, { exact: true }).click();
      await expect(page.getByRole("region", { name: words.payload, exact: true })).toContainText(JSON.stringify(text));
      await expectWhole(page);
    }
    await panel.open(`/deliveries/skip?state=waiting&entity=${encodeURIComponent(text)}`);
    await expect(page.getByRole("main").locator("dl")).toContainText(text);
    await expectWhole(page);
    await panel.open(`/events?entity=${encodeURIComponent(text)}`);
    await expect(panel.entityRow("order.placed", text)).toHaveCount(1);
    await expectWhole(page);
    await panel.open(`/events/${order.event}/explain`);
    await expect(page.getByRole("heading", { level: 1 })).toContainText(panel.entityName("order.placed", text));
    await expectWhole(page);
  }
  await panel.open("/deliveries");
  await expect(panel.rows).toHaveCount(2 * HOSTILE.length);
  await expectWhole(page);
});

test.describe("in a panel of its own", () => {
  test.use({ house: "own" });

  test("a token is called by a text", async ({ guard, page, panel, words }) => {
    guard.expectStatus(422);
    await panel.open("/tokens");
    for (const text of HOSTILE) {
      await page.getByRole("textbox", { name: words.tokenName }).fill(text);
      await panel.button(words.createToken).click();
      // Without a permission it is refused, and stands in its field again
      await expect(page.getByText(words.noScope)).toBeVisible();
      await panel.live();
      await expect(page.getByRole("textbox", { name: words.tokenName })).toHaveValue(text);
      await page.getByRole("checkbox", { name: words.scope["events:write"] }).check();
      await panel.button(words.createToken).click();
      await expect(page.getByRole("region", { name: words.tokenMade(text) })).toBeVisible();
      await expectWhole(page);
      await panel.open("/tokens");
      await expect(page.getByRole("rowheader").filter({ hasText: text })).toBeVisible();
      await expectWhole(page);
    }
    await panel.open("/log");
    await expectWhole(page);
  });
});

test.describe("before signing in", () => {
  test.use({ house: "virgin", signedIn: false });

  test("the gates show texts as well", async ({ guard, page, panel, server, words }) => {
    guard.expectStatus(422);
    await panel.open(server.firstStartLink());
    await page.getByRole("textbox", { name: words.userName }).fill("anna");
    await page.getByLabel(words.password, { exact: true }).fill("short");
    await page.getByLabel(words.passwordRepeat).fill("short");
    await page.getByRole("textbox", { name: words.siteName }).fill(HOSTILE[0]);
    await page.getByRole("textbox", { name: words.siteUrl }).fill(HOSTILE[1]);
    await panel.button(words.createAdministrator).click();
    await expect(page.getByRole("textbox", { name: words.siteName })).toHaveValue(HOSTILE[0]);
    await expect(page.getByRole("textbox", { name: words.siteUrl })).toHaveValue(HOSTILE[1]);
    await expectWhole(page);
    await panel.live();

    await page.getByRole("textbox", { name: words.siteUrl }).fill("https://shop.example.com");
    await page.getByLabel(words.password, { exact: true }).fill("cavallo batteria graffetta");
    await page.getByLabel(words.passwordRepeat).fill("cavallo batteria graffetta");
    await panel.button(words.createAdministrator).click();
    await panel.shows(words.accounts);
    await expect(page.getByRole("banner")).toContainText(HOSTILE[0]);
    await expectWhole(page);

    await panel.button(words.signOut).click();
    await panel.shows(words.signIn);
    await panel.signIn({ name: HOSTILE[1], password: "sbagliata di sicuro" });
    await expect(page.getByRole("textbox", { name: words.userName })).toHaveValue(HOSTILE[1]);
    await panel.open(`/sign-in?next=${encodeURIComponent(HOSTILE[1])}`);
    await expectWhole(page);
  });
});
