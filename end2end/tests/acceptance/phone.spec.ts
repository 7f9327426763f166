import type { Page } from "@playwright/test";

import { PLATFORMS, STAFF_CHAT } from "../../fixtures/platforms";
import { expect, test } from "../../fixtures/test";

const WIDTH = 360;
/** The longest description, without a place to break it. */
const LONG = "W".repeat(100);
/** The longest id that a shop can give. */
const LONG_ID = "I".repeat(100);

test.use({ viewport: { width: WIDTH, height: 740 } });

/** Nothing makes the page wider than the phone, and nothing that can be pressed stands outside of it. */
async function expectFits(page: Page, what: string): Promise<void> {
  const { width, outside } = await page.evaluate((limit) => {
    const controls = [...document.querySelectorAll("a, button, input, select, textarea, summary, h1")];
    const isSeen = (element: Element): boolean => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    return {
      width: document.documentElement.scrollWidth,
      outside: controls
        .filter((element) => isSeen(element) && element.getBoundingClientRect().width > 1)
        .filter((element) => element.getBoundingClientRect().right > limit + 0.5 || element.getBoundingClientRect().left < -0.5)
        .map((element) => element.outerHTML.slice(0, 120)),
    };
  }, WIDTH);
  expect(width, what).toBeLessThanOrEqual(WIDTH);
  expect(outside, what).toEqual([]);
}

test("the list fits, empty, full, filtered and with the longest names", async ({ accounts, page, panel }) => {
  await panel.open("/accounts");
  await expectFits(page, "empty");
  await accounts.switch(await accounts.add("telegram", { description: LONG }), true);
  await accounts.add("activecampaign", { description: "Newsletter", api_url: `https://${"a".repeat(60)}.${"b".repeat(60)}.com` }, { proven: false });
  await accounts.add("clerk", { description: "Ricerca" });
  await panel.open("/accounts");
  await expectFits(page, "full");
  await panel.select(LONG);
  await expectFits(page, "selected");
  await panel.open("/accounts?q=unicorno&platform=telegram&state=on");
  await expectFits(page, "nothing matches");
});

test("every form fits, new and saved, right and wrong", async ({ accounts, guard, page, panel, words }) => {
  guard.expectStatus(422);
  await panel.open("/accounts/new");
  await expectFits(page, "the choice of the platform");
  for (const platform of PLATFORMS) {
    await panel.open(`/accounts/new?platform=${platform}`);
    await panel.save();
    await expect(page.getByRole("alert")).toBeVisible();
    await expectFits(page, `${platform}, wrong`);
    await panel.open(`/accounts/${await accounts.add(platform, { description: LONG })}`);
    for (const replace of await page.getByText(words.replace, { exact: true }).all()) await replace.click();
    await expectFits(page, `${platform}, saved`);
  }
});

test("what a test found fits", async ({ accounts, page, panel, sandbox, words }) => {
  const id = await accounts.add("telegram", { description: LONG, staff_chat_id: STAFF_CHAT.id });
  await panel.open(`/accounts/${id}`);
  await panel.test.getByText(words.testDetails, { exact: true }).click();
  await expectFits(page, "it works");
  await panel.tryForm(words.findChats);
  await expect(panel.page.getByRole("main")).toContainText(STAFF_CHAT.title);
  await expectFits(page, "values to choose from");
  await sandbox.fault("telegram", "wrong_key");
  await panel.testConnection();
  await expect(panel.test).toContainText(words.testFails);
  await expectFits(page, "it does not work");
});

test("the pages that ask fit", async ({ accounts, guard, page, panel }) => {
  guard.expectStatus(404);
  const active = await accounts.add("telegram", { description: LONG });
  await accounts.switch(active, true);
  const other = await accounts.add("telegram", { description: LONG.toLowerCase() }, { proven: false });
  await panel.open(`/accounts/delete?ids=${active},${other}`);
  await expectFits(page, "delete");
  await panel.open(`/accounts/swap?id=${other}`);
  await expectFits(page, "swap");
  await panel.open(`/accounts/activate?ids=${other}`);
  await expectFits(page, "activate");
  await panel.open("/nothing");
  await expectFits(page, "not found");
});

test("the pages about deliveries fit, with the longest names", async ({ accounts, page, panel, sandbox, shop, words }) => {
  const id = await accounts.addActive("clerk", LONG);
  await panel.open("/deliveries");
  await expectFits(page, "empty");
  await sandbox.fault("clerk", "missing_permission");
  const product = await shop.send("product.updated", { id: LONG_ID, name: LONG, url: `https://www.example.com/${LONG}` });
  const [address = ""] = await shop.until(product, "refused");
  await panel.open("/deliveries");
  await expect(page.getByRole("region", { name: words.toMend })).toBeVisible();
  await expectFits(page, "the list, with failures");
  await panel.open(address);
  await page.getByText(words.copyAsCurl, { exact: true }).click();
  await panel.openCall("POST https://");
  await page.getByText(words.rawText, { exact: true }).first().click();
  await expectFits(page, "a delivery");
  await panel.open("/deliveries/retry?state=refused");
  await expectFits(page, "asks before a retry of many");
  await panel.open("/events");
  await expectFits(page, "events");
  await panel.open("/events/purge?days=0");
  await expectFits(page, "asks before old events are deleted");
  await panel.open(`/events/${product.event}/explain`);
  await expectFits(page, "Spiega");

  await panel.open(`/accounts/${id}`);
  await panel.activity.getByText(words.asTable).click();
  await panel.activity.getByText(words.pauseQueue, { exact: true }).click();
  await expectFits(page, "activity");
  await accounts.pause(id, true);
  await shop.send("product.updated");
  await panel.open(`/accounts/${id}`);
  await expectFits(page, "a paused queue");
  await panel.open(`/accounts/deactivate?ids=${id}`);
  await expectFits(page, "asks what becomes of what waits");
  await panel.open("/tokens");
  await page.getByLabel(words.revokeToken("Negozio")).first().click();
  await expectFits(page, "tokens");
});

test.describe("signed out", () => {
  test.use({ signedIn: false, house: "virgin" });

  test("the gates fit", async ({ page, panel, server }) => {
    await panel.open("/sign-in");
    await expectFits(page, "before anybody is there");
    await panel.open(server.firstStartLink());
    await expectFits(page, "first start");
    await server.admin(["create", "anna"], "cavallo batteria graffetta\n");
    await panel.open("/sign-in");
    await expectFits(page, "sign-in");
  });
});
