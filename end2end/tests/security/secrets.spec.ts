import { readFile } from "node:fs/promises";
import path from "node:path";

import type { BrowserContext } from "@playwright/test";

import { fillIn } from "../../fixtures/forms";
import { META, PLATFORMS, SECRET_FIELDS, SECRETS, STAFF_CHAT, WRONG_SECRETS } from "../../fixtures/platforms";
import { customer } from "../../fixtures/shop";
import { expect, test } from "../../fixtures/test";

// At its most talkative, the log is searched as well
test.use({ house: "own", flags: ["--log", "trace"] });

/** What must not be told: also the half of Telegram's token that is the secret one. */
const PLANTED = [
  ...Object.values(SECRETS),
  ...Object.values(WRONG_SECRETS),
  META.access_token,
  SECRETS.telegram.split(":")[1] ?? "",
  WRONG_SECRETS.telegram.split(":")[1] ?? "",
];

/** Of somebody whose data nobody else needs to see. */
const SURNAME = "Pianta-Riconoscibile";
const EMAIL = "pianta.riconoscibile@example.com";

/** Everything that the server answers, as text. */
function record(context: BrowserContext): () => Promise<string> {
  const bodies: Promise<string>[] = [];
  context.on("response", (response) => {
    const headers = JSON.stringify(response.headers());
    // A redirect has no body
    const body = response.status() === 303 ? Promise.resolve("") : response.text().catch(() => "");
    bodies.push(body.then((text) => `${response.url()}\n${headers}\n${text}`));
  });
  return async () => (await Promise.all(bodies)).join("\n");
}

test("no answer and no line of the log ever holds a secret", async ({ accounts, context, guard, page, panel, server, words }) => {
  guard.expectStatus(422);
  const answers = record(context);

  // Typed into a form that is refused, and into one that is saved
  await panel.open("/accounts/new?platform=telegram");
  await panel.field(words.field.botToken).fill(SECRETS.telegram);
  await panel.save();
  await expect(page.getByRole("alert")).toContainText(words.checkFields(2));
  await panel.live();
  await panel.description.fill("Ordini");
  await panel.field(words.field.botUsername).fill("ordini_bot");
  await panel.field(words.field.botToken).fill(SECRETS.telegram);
  await panel.save();
  await expect(panel.notice).toContainText(words.created);

  // Stored, read, refused and changed on every platform
  for (const platform of PLATFORMS) {
    const id = await accounts.add(platform, { description: `Di ${platform}` });
    await panel.open(`/accounts/${id}`);
    const secret = page.locator(`#f-${SECRET_FIELDS[platform]}`);
    await page.getByRole("group").filter({ has: secret }).getByText(words.replace, { exact: true }).first().click();
    await secret.fill(SECRETS[platform]);
    await panel.description.fill("");
    await panel.save();
    await expect(page.getByRole("alert")).toContainText(words.descriptionEmpty);
    await panel.open(`/accounts/delete?ids=${id}`);
    await panel.open("/accounts");
    await panel.switch(`Di ${platform}`).click();
    await expect(panel.notice).not.toBeEmpty();
  }

  const told = await answers();
  expect(told).toContain("Di telegram");
  for (const secret of PLANTED) {
    expect(told.includes(secret), "an answer holds a secret").toBe(false);
    expect(server.log.includes(secret), "the log holds a secret").toBe(false);
  }
});

test("no test, whatever comes of it, tells a secret", async ({ accounts, context, page, panel, sandbox, server, words }) => {
  test.setTimeout(90_000);
  const answers = record(context);
  for (const platform of PLATFORMS) {
    await panel.open(`/accounts/new?platform=${platform}`);
    for (const secret of [WRONG_SECRETS[platform], SECRETS[platform]]) {
      await fillIn(panel, platform, { [SECRET_FIELDS[platform]]: secret });
      await panel.testConnection();
      await expect(panel.test).toContainText(secret === SECRETS[platform] ? words.testWorks : words.testFails);
    }
    const id = await accounts.add(platform);
    for (const fault of ["wrong_key", "missing_permission", "down", "close_after", "malformed", "redirect"] as const) {
      await sandbox.fault(platform, fault);
      await panel.open(`/accounts/${id}`);
      await panel.testConnection();
      await expect(panel.test).toBeVisible();
    }
    await sandbox.fault(platform, null);
  }
  const meta = await accounts.add("wa_smart_business", META);
  await panel.open(`/accounts/${meta}`);
  await panel.tryForm(words.showTemplates);
  const telegram = await accounts.add("telegram", { staff_chat_id: STAFF_CHAT.id });
  await panel.open(`/accounts/${telegram}`);
  await panel.button(words.sendMessage).click();
  await expect(page.locator(".message-outcome")).toContainText(words.messageSent);
  await panel.open("/log");
  await panel.shows(words.log);
  const csv = await page.request.get("/log.csv");

  const told = `${await answers()}\n${await csv.text()}`;
  expect(told).toContain("▇");
  for (const secret of PLANTED) {
    expect(told.includes(secret), "an answer holds a secret").toBe(false);
    expect(server.log.includes(secret), "the log holds a secret").toBe(false);
  }
});

test("no delivery tells a secret, and personal data lie sealed", async ({ accounts, context, page, panel, sandbox, server, shop, words }) => {
  test.setTimeout(90_000);
  const answers = record(context);
  for (const fault of [null, "wrong_key", "missing_permission", "down", "close_after", "malformed", "redirect"] as const) {
    // New ones each time: nothing of the fault before holds them up
    const ids = [
      await accounts.addActive("activecampaign", "Newsletter", { orders_enabled: "true" }),
      await accounts.addActive("clerk", "Ricerca"),
    ];
    for (const platform of ["activecampaign", "clerk"] as const) await sandbox.fault(platform, fault);
    const buyer = { ...customer(`s-${fault}`), last_name: SURNAME, email: EMAIL };
    const order = await shop.send("order.placed", { customer: buyer });
    await panel.openUntil("/deliveries", async () => {
      const tried = panel.rows.filter({ hasText: fault === "wrong_key" ? words.queueHeld : "1/11" });
      await expect(tried).toHaveCount(ids.length, { timeout: 100 });
    });
    for (const delivery of await shop.deliveries(order)) {
      await panel.open(`/deliveries/${delivery.id}`);
      await page.getByText(words.copyAsCurl, { exact: true }).click();
    }
    for (const address of [`/events/${order.event}/explain`, ...ids.map((id) => `/accounts/${id}`)]) await panel.open(address);
    for (const platform of ["activecampaign", "clerk"] as const) await sandbox.fault(platform, null);
    for (const id of ids) await accounts.remove(id);
  }
  for (const address of ["/events", "/log", "/tokens"]) await panel.open(address);

  const told = await answers();
  expect(told).toContain("▇");
  expect(told).toContain(SURNAME);
  for (const secret of [...PLANTED, shop.token]) {
    expect(told.includes(secret), "an answer holds a secret").toBe(false);
    expect(server.log.includes(secret), "the log holds a secret").toBe(false);
  }
  for (const personal of [SURNAME, EMAIL]) {
    expect(server.log.includes(personal), "the log holds personal data").toBe(false);
    for (const file of ["raccordo.db", "raccordo.db-wal"]) {
      const stored = await readFile(path.join(server.folder, file), "latin1");
      expect(stored.includes(personal), `${file} holds personal data in the clear`).toBe(false);
    }
  }
  const stored = await readFile(path.join(server.folder, "raccordo.db-wal"), "latin1");
  expect(stored.includes(shop.token), "a token lies in the clear").toBe(false);
});
