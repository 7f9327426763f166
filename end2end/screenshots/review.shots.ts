import { open, rename, stat } from "node:fs/promises";
import path from "node:path";

import type { Page } from "@playwright/test";

import { SESSION_COOKIE } from "../fixtures/client";
import { PLATFORMS } from "../fixtures/platforms";
import { Sandbox } from "../fixtures/sandbox";
import { SANDBOX } from "../fixtures/server";
import { expect, test } from "../fixtures/test";
import { fillShop, liveThroughADay, openShop } from "./shop";

const FOLDER = process.env.RACCORDO_SHOTS;
const SIZES = { desk: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } } as const;
const LONG = "Un nome lungo come se ne scrivono quando nessuno deve leggerli su un telefono, con fine-senza-spaziiiiiiii";

test.use({ house: "virgin", signedIn: false });
test.skip(FOLDER === undefined, "RACCORDO_SHOTS names no folder");

/** Takes pictures of the page as it stands: on a desk and on a phone, in both themes, from top to bottom. */
function shooter(page: Page, language: string): (name: string) => Promise<void> {
  return async (name) => {
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        const file = `${name}-${size}-${colorScheme}-${language}.png`;
        await page.screenshot({ path: path.join(FOLDER ?? "", file), fullPage: size === "phone" });
      }
    }
    await page.setViewportSize(SIZES.desk);
  };
}

test("every state of every page", async ({ context, guard, page, panel, server, words }) => {
  guard.expectStatus(404, 422, 500);
  guard.expectLostRequests();

  const shoot = shooter(page, words.code);

  await panel.open("/sign-in");
  await shoot("gate-nobody");
  const link = server.firstStartLink();
  await panel.open(link);
  await shoot("gate-first-start");
  await page.getByRole("textbox", { name: words.userName }).fill("anna");
  await page.getByLabel(words.password, { exact: true }).fill("short");
  await page.getByLabel(words.passwordRepeat).fill("short");
  await page.getByRole("textbox", { name: words.timeZone }).fill("Atlantide");
  await panel.button(words.createAdministrator).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await shoot("gate-first-start-wrong");

  const { accounts, session } = await openShop(server);
  await panel.open(link);
  await shoot("gate-link-used");
  await panel.open("/sign-in");
  await shoot("gate-sign-in");
  await panel.signIn({ name: "anna", password: "sbagliata di sicuro" });
  await expect(page.getByRole("alert")).toBeVisible();
  await shoot("gate-sign-in-wrong");

  await context.addCookies([{ name: SESSION_COOKIE, value: session, url: server.origin }]);
  await panel.open("/accounts");
  await shoot("list-empty");
  await panel.open("/accounts/new");
  await shoot("form-choice");
  for (const platform of PLATFORMS) {
    await panel.open(`/accounts/new?platform=${platform}`);
    await shoot(`form-${platform}-new`);
    await panel.save();
    await expect(page.getByRole("alert")).toBeVisible();
    await shoot(`form-${platform}-wrong`);
  }

  const { telegram, spare } = await fillShop(accounts);
  for (const platform of PLATFORMS) {
    const id = await accounts.add(platform, { description: LONG.slice(0, 100) }, { proven: false });
    await panel.open(`/accounts/${id}`);
    await shoot(`form-${platform}-saved`);
    if (platform !== "telegram") await accounts.remove(id);
  }
  await panel.open("/accounts");
  await shoot("list-full");
  await panel.select("Newsletter e ordini", "Ordini in chat");
  await shoot("list-selected");
  await panel.tool(words.deactivate).click();
  await expect(panel.notice).not.toBeEmpty();
  await shoot("list-told");
  await panel.notice.getByRole("button", { name: words.undo }).click();
  await expect(panel.notice).toContainText(words.activatedMany(2));
  await panel.open("/accounts?q=unicorno&platform=telegram");
  await shoot("list-nothing");
  await panel.open("/accounts");
  await page.keyboard.press("?");
  await shoot("list-keys");

  await panel.open(`/accounts/delete?ids=${telegram}`);
  await shoot("ask-delete");
  await panel.open(`/accounts/delete?ids=${telegram},${spare}`);
  await shoot("ask-delete-two");
  await panel.open(`/accounts/swap?id=${spare}`);
  await shoot("ask-swap");
  await panel.open(`/accounts/${telegram}`);
  await accounts.change(telegram, { description: "Ordini e resi in chat", cart_delay_hours: "12" });
  await panel.description.fill("Ordini in chat, di Anna");
  await panel.save();
  await expect(page.getByRole("alert")).toBeVisible();
  await shoot("form-conflict");
  await panel.open(`/accounts/${telegram}`);
  await panel.field(words.field.botServer).fill("https://bots.example.com");
  await panel.save();
  await expect(page.getByRole("alert")).toBeVisible();
  await shoot("form-other-address");
  await panel.open("/nothing");
  await shoot("problem-not-found");
  await panel.open(`/accounts/${telegram}`);
  await context.setOffline(true);
  await panel.save();
  await expect(panel.notice).toContainText(words.serverSilent);
  await shoot("form-offline");
  await context.setOffline(false);

  await panel.open("/deliveries");
  await shoot("deliveries-empty");
  await panel.open("/tokens");
  await shoot("tokens-none");
  await panel.button(words.createToken).click();
  await expect(page.getByText(words.noScope)).toBeVisible();
  await shoot("tokens-wrong");
  await panel.open("/events");
  await shoot("events-empty");

  await page.emulateMedia({ media: "print" });
  await panel.open("/accounts");
  await page.screenshot({ path: path.join(FOLDER ?? "", `print-list-${words.code}.png`), fullPage: true });
  await panel.open(`/accounts/${telegram}`);
  await page.screenshot({ path: path.join(FOLDER ?? "", `print-form-${words.code}.png`), fullPage: true });
  await page.emulateMedia({ media: null });

  await server.stop();
  await rename(path.join(server.folder, "master.key"), path.join(server.folder, "master.key.away"));
  await server.start();
  await panel.open("/accounts");
  await shoot("list-locked");
  await panel.open(`/accounts/${telegram}`);
  await shoot("form-locked");

  await server.restart();
  const place = path.join(server.folder, "raccordo.db");
  const file = await open(place, "r+");
  await file.write(Buffer.alloc((await stat(place)).size, 0xa5));
  await file.close();
  await panel.open("/accounts");
  await shoot("problem-damaged");
});

test.describe("with the sandbox", () => {
  test.use({ flags: [...SANDBOX, "--check-minutes", "0"] });

  test("every state of the pages about deliveries", async ({ context, page, panel, server, words }) => {
    const shoot = shooter(page, words.code);
    const { accounts, session } = await openShop(server);
    await context.addCookies([{ name: SESSION_COOKIE, value: session, url: server.origin }]);
    const sandbox = new Sandbox(server);
    const day = await liveThroughADay(server, session, accounts, sandbox);
    await panel.open("/deliveries");
    await shoot("deliveries");
    for (const [state, name] of [["waiting", "waiting"], ["delivered", "delivered"], ["skipped", "skipped"]] as const) {
      await panel.open(`/deliveries?state=${state}`);
      await shoot(`deliveries-${name}`);
      await panel.rows.first().getByRole("rowheader").getByRole("link").click();
      await expect(panel.outcome).toBeVisible();
      await shoot(`delivery-${name}`);
    }
    await panel.open("/deliveries?entity=unicorno");
    await shoot("deliveries-nothing");
    await panel.open(day.refused);
    await page.getByText(words.copyAsCurl, { exact: true }).click();
    await shoot("delivery-refused");
    await panel.open("/deliveries/retry?state=refused");
    await shoot("deliveries-retry");
    await panel.open("/deliveries/skip?state=waiting&done=1500&total=2310");
    await shoot("deliveries-half-way");
    await panel.open("/events");
    await shoot("events");
    await panel.open("/events/purge?days=0");
    await shoot("events-purge");
    await panel.open("/events/purge?days=x");
    await shoot("events-purge-wrong");
    await panel.open(day.explained);
    await shoot("explain");
    for (const [id, name] of [[day.newsletter, "paused"], [day.clerk, "open"]] as const) {
      await panel.open(`/accounts/${id}`);
      await panel.activity.getByText(words.asTable).click();
      await shoot(`activity-${name}`);
    }
    await panel.activity.getByText(words.pauseQueue, { exact: true }).click();
    await shoot("activity-pausing");
    await panel.open(`/accounts/deactivate?ids=${day.newsletter}`);
    await shoot("ask-deactivate");
    await panel.open("/tokens");
    await page.getByRole("textbox", { name: words.tokenName }).fill("Gestionale");
    await page.getByRole("checkbox", { name: words.scope["events:read"] }).check();
    await panel.button(words.createToken).click();
    await page.getByLabel(words.revokeToken("Negozio")).first().click();
    await shoot("tokens");
    await page.goto("/api/v1");
    await shoot("api");
  });
});
