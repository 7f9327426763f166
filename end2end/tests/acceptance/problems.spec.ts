import { open, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";

import { expect, test } from "../../fixtures/test";

test("an address with nothing behind it has a page that leads back", async ({ guard, page, panel, words }) => {
  guard.expectStatus(404);
  for (const address of ["/nothing", "/accounts/01890000-0000-7000-8000-000000000001", "/accounts/not-an-id", "/accounts/swap"]) {
    const answer = await page.goto(address);
    expect(answer?.status(), address).toBe(404);
    await panel.shows(words.notFound);
    await expect(page).toHaveTitle(words.documentTitle(words.notFound));
  }
  await panel.link(words.backToAccounts).click();
  await panel.shows(words.accounts);
});

test("ids that somebody made up are refused, and change nothing", async ({ accounts, guard, page, panel, words }) => {
  guard.expectStatus(400);
  await accounts.add("telegram", { description: "Ordini" });
  const answer = await page.goto("/accounts/delete?ids=1%20or%201=1");
  expect(answer?.status()).toBe(400);
  await panel.shows(words.badRequest);
  await panel.open("/accounts");
  await expect(panel.row("Ordini")).toBeVisible();
});

test.describe("signed out", () => {
  test.use({ signedIn: false });

  test("whether something exists is nobody's business", async ({ accounts, panel, words }) => {
    const id = await accounts.add("telegram", { description: "Ordini" });
    for (const address of [`/accounts/${id}`, "/accounts/01890000-0000-7000-8000-000000000001"]) {
      await panel.open(address);
      await panel.shows(words.signIn);
    }
  });
});

test.describe("a damaged database", () => {
  test.use({ house: "own" });

  test("is told on a page of its own, and when it is whole again all is well", async ({ accounts, guard, page, panel, server, words }) => {
    guard.expectStatus(500);
    // The server goes while the page may still be loading
    guard.expectLostRequests();
    await accounts.add("telegram", { description: "Ordini" });
    // All of it in the file, nothing in the log beside it
    await server.restart();
    const place = path.join(server.folder, "raccordo.db");
    const whole = await readFile(place);
    const file = await open(place, "r+");
    await file.write(Buffer.alloc(whole.length, 0xa5));
    await file.close();

    const answer = await page.goto("/accounts");
    expect(answer?.status()).toBe(500);
    await panel.shows(words.damaged);

    await server.stop("SIGKILL");
    await writeFile(place, whole);
    await server.start();
    await panel.link(words.tryAgain).click();
    await panel.shows(words.accounts);
    await expect(panel.row("Ordini")).toBeVisible();
  });
});

test.describe("a disk that refuses to be written to", () => {
  test.use({ house: "own" });

  /** Room for some changes, but not for many. */
  const ROOM_BYTES = 128 * 1024;
  const TRIES_MAX = 200;

  test("refuses to save, and keeps what is stored and what was typed", async ({ accounts, guard, page, panel, server, words }) => {
    guard.expectStatus(422);
    const id = await accounts.add("telegram", { description: "Ordini" });
    await server.stop();
    const { size } = await stat(path.join(server.folder, "raccordo.db"));
    await server.start({ fileBytesMax: size + ROOM_BYTES });
    const filler = await accounts.add("telegram", { description: "Di riempimento" }, { proven: false });
    let added = 1;
    await expect(async () => {
      for (; added < TRIES_MAX; added++) await accounts.add("telegram", { description: `Bot ${added}` }, { proven: false });
    }, "at some point there is no room left").rejects.toThrow("422");
    // Where a new account does not fit, a change may
    await expect(async () => {
      for (let tries = 0; tries < TRIES_MAX; tries++) await accounts.change(filler, { description: `Riempimento ${tries}` });
    }).rejects.toThrow("422");

    await panel.open(`/accounts/${id}`);
    await panel.description.fill("Ordini e resi");
    await panel.save();
    const alert = page.getByRole("alert");
    await expect(alert).toContainText(words.unreachable);
    await expect(alert).toBeFocused();
    await expect(panel.description).toHaveValue("Ordini e resi");
    expect(await accounts.read(id)).toMatchObject({ description: "Ordini", version: 1 });

    await server.restart();
    await panel.save();
    await expect(panel.notice).toContainText(words.saved);
    await panel.open("/accounts");
    await expect(panel.row("Ordini e resi")).toBeVisible();
    await expect(page.getByRole("main")).toContainText(words.count(added + 1));
  });
});
