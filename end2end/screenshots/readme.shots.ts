import path from "node:path";

import type { Page } from "@playwright/test";

import { SESSION_COOKIE } from "../fixtures/client";
import { Panel } from "../fixtures/panel";
import { Sandbox } from "../fixtures/sandbox";
import { SANDBOX } from "../fixtures/server";
import { expect, test } from "../fixtures/test";
import { fillShop, liveThroughADay, openShop } from "./shop";

const FOLDER = path.join(__dirname, "../../docs/screenshots");
const PHONE = { width: 390, height: 844 };

test.use({ house: "virgin", signedIn: false });

test("the pictures of the README", async ({ browser, context, page, panel, server, words }) => {
  const { accounts, session } = await openShop(server);
  const { newsletter } = await fillShop(accounts);
  const cookie = { name: SESSION_COOKIE, value: session, url: server.origin };
  const shoot = async (shown: Page, name: string) => await shown.screenshot({ path: path.join(FOLDER, `${name}.png`) });

  await context.addCookies([cookie]);
  await panel.open("/accounts");
  await expect(panel.descriptions).toHaveCount(6);
  await shoot(page, "list-light");
  await page.emulateMedia({ colorScheme: "dark" });
  await shoot(page, "list-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await panel.open(`/accounts/${newsletter}`);
  await shoot(page, "form-light");

  // A real phone: fingers, and no scroll bar that takes room
  const phone = await browser.newContext({ viewport: PHONE, isMobile: true, hasTouch: true });
  await phone.addCookies([cookie]);
  const inHand = new Panel(await phone.newPage(), words, true);
  await inHand.open("/accounts");
  await shoot(inHand.page, "list-phone");
  await phone.close();
});

test.describe("with the sandbox", () => {
  test.use({ flags: [...SANDBOX, "--check-minutes", "0"] });

  test("the pictures of connections", async ({ context, page, panel, server, words }) => {
    // The test stays what it is about, whatever else is below
    const shoot = async (name: string) => await page.screenshot({ path: path.join(FOLDER, `${name}.png`) });
    const { session } = await openShop(server);
    await context.addCookies([{ name: SESSION_COOKIE, value: session, url: server.origin }]);
    const sandbox = new Sandbox(server);
    const verify = async () => {
      await page.getByRole("button", { name: words.testConnection, exact: true }).click();
      await expect(page.locator(".test-panel:not(.running)")).toBeVisible();
      await expect(page.locator(".test-panel time")).toContainText("adesso");
      await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    };

    await panel.open("/accounts");
    await panel.descriptions.filter({ hasText: "Telegram" }).click();
    await panel.live();
    await verify();
    await shoot("test-works");
    await sandbox.fault("telegram", "wrong_key");
    await verify();
    await shoot("test-rejected");
    await panel.open("/log");
    await shoot("log-light");
    await panel.open("/accounts");
    await shoot("attention");
  });

  test("the pictures of deliveries", async ({ browser, context, page, panel, server, words }) => {
    const shoot = async (shown: Page, name: string) => await shown.screenshot({ path: path.join(FOLDER, `${name}.png`) });
    const { accounts, session } = await openShop(server);
    const cookie = { name: SESSION_COOKIE, value: session, url: server.origin };
    await context.addCookies([cookie]);
    const day = await liveThroughADay(server, session, accounts, new Sandbox(server));

    await panel.open("/deliveries");
    await expect(panel.rows.first()).toContainText(words.deliveryState.waiting);
    await shoot(page, "deliveries-light");
    await page.emulateMedia({ colorScheme: "dark" });
    await shoot(page, "deliveries-dark");
    await page.emulateMedia({ colorScheme: "light" });
    await panel.open(day.refused);
    await shoot(page, "delivery");
    await panel.open(day.explained);
    await shoot(page, "explain");
    await panel.open(`/accounts/${day.newsletter}`);
    await panel.activity.scrollIntoViewIfNeeded();
    await shoot(page, "activity");

    const phone = await browser.newContext({ viewport: PHONE, isMobile: true, hasTouch: true });
    await phone.addCookies([cookie]);
    const inHand = new Panel(await phone.newPage(), words, true);
    await inHand.open("/deliveries");
    await shoot(inHand.page, "deliveries-phone");
    await phone.close();
  });
});
