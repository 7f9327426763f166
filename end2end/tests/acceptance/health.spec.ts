import { rename } from "node:fs/promises";
import path from "node:path";

import { SANDBOX } from "../../fixtures/server";
import { expect, test } from "../../fixtures/test";

test("active accounts that do not work are told above the list, and shown by themselves", async ({
  accounts,
  page,
  panel,
  sandbox,
  words,
}) => {
  const orders = await accounts.add("telegram", { description: "Ordini" });
  await accounts.switch(orders, true);
  await accounts.switch(await accounts.add("activecampaign", { description: "Newsletter" }), true);
  // Switched off, it needs nobody
  const spare = await accounts.add("telegram", { description: "Di riserva", bot_username: "altro_bot" }, { proven: false });
  await accounts.test(spare);
  const main = page.getByRole("main");
  await panel.open("/accounts");
  await expect(panel.row("Ordini")).toContainText(words.works);
  await expect(main.getByText(words.showAttention)).toHaveCount(0);

  await sandbox.fault("telegram", "wrong_key");
  expect(await accounts.test(orders)).toBe(false);
  await panel.open("/accounts");
  await expect(panel.row("Ordini")).toContainText(words.rejected);
  await expect(main).toContainText(words.attention(1));
  await panel.link(words.showAttention).click();
  await expect(page).toHaveURL("/accounts?state=attention");
  await expect(panel.descriptions).toHaveText(["Ordini"]);
  const state = page.getByRole("combobox", { name: words.state });
  await expect(state.locator("option:checked")).toHaveText(words.notWorking);
  await expect(panel.link(words.showAttention)).toHaveCount(0);
  await panel.link(words.clearFilters).click();
  await expect(panel.descriptions).toHaveCount(3);

  await sandbox.fault("telegram", null);
  expect(await accounts.test(orders)).toBe(true);
  await panel.open("/accounts");
  await expect(panel.row("Ordini")).toContainText(words.works);
  await expect(main.getByText(words.showAttention)).toHaveCount(0);
});

test("a platform that is down for a while does not make bad credentials of good ones", async ({ accounts, panel, sandbox, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  await sandbox.fault("telegram", "down");
  await accounts.test(id);
  await panel.open("/accounts");
  await expect(panel.row("Ordini")).toContainText(words.failing);
  // And silence does not make good ones of bad ones
  await sandbox.fault("telegram", "wrong_key");
  await accounts.test(id);
  await sandbox.fault("telegram", "down");
  await accounts.test(id);
  await panel.open("/accounts");
  await expect(panel.row("Ordini")).toContainText(words.rejected);
});

test.describe("behind everybody's back", () => {
  test.use({ house: "own" });

  const CHECKS = ["--check-minutes", "1"] as const;

  test("an active account is checked, and what has changed is told", async ({ accounts, page, panel, sandbox, server, words }) => {
    await server.restart({ flags: [...SANDBOX, ...CHECKS] });
    const id = await accounts.add("telegram", { description: "Ordini" });
    await sandbox.fault("telegram", "wrong_key");
    await accounts.switch(id, true);
    await expect(async () => {
      await panel.open("/accounts");
      await expect(panel.row("Ordini")).toContainText(words.rejected, { timeout: 100 });
    }).toPass({ timeout: 15_000 });
    await expect(page.getByRole("main")).toContainText(words.attention(1));
    await panel.open("/log");
    await panel.shows(words.log);
    await expect(page.getByRole("row").filter({ hasText: words.loggedRejected }).filter({ hasText: "Ordini" })).not.toHaveCount(0);
  });

  test("when nobody is reached any more the network of the panel itself is suspected", async ({ accounts, page, panel, server, words }) => {
    const orders = await accounts.add("telegram", { description: "Ordini" });
    const newsletter = await accounts.add("activecampaign", { description: "Newsletter" });
    for (const id of [orders, newsletter]) await accounts.switch(id, true);
    const main = page.getByRole("main");
    // Without the sandbox its hosts are not to be found
    await server.restart({ flags: CHECKS });
    await expect(async () => {
      await panel.open("/accounts");
      await expect(main).toContainText(words.ownNetwork, { timeout: 100 });
      // A page made at the very moment of the last check may show its row as it was
      for (const name of ["Ordini", "Newsletter"]) await expect(panel.row(name)).toContainText(words.failing, { timeout: 100 });
    }).toPass({ timeout: 15_000 });
    // One cause, told once: not for each account as well
    await expect(main).not.toContainText(words.attention(2));
    await panel.open("/log");
    await panel.shows(words.log);
    await expect(page.getByRole("row").filter({ hasText: words.nobodyReached(2) })).toHaveCount(1);

    await server.restart();
    expect(await accounts.test(orders)).toBe(true);
    await panel.open("/accounts");
    await expect(main).not.toContainText(words.ownNetwork);
    await expect(main).toContainText(words.attention(1));
  });

  test("a locked account cannot be tested, and says why", async ({ accounts, panel, server, words }) => {
    const id = await accounts.add("telegram", { description: "Ordini" });
    await server.stop();
    await rename(path.join(server.folder, "master.key"), path.join(server.folder, "master.key.away"));
    await server.start();
    await panel.open("/accounts");
    await expect(panel.row("Ordini")).toContainText(words.locked);
    await panel.open(`/accounts/${id}`);
    await panel.testConnection();
    await expect(panel.test).toContainText(words.locked);
    await expect(panel.test).toContainText(words.keyMissingReason);

    await server.stop();
    await rename(path.join(server.folder, "master.key.away"), path.join(server.folder, "master.key"));
    await server.start();
    await panel.open("/accounts");
    await expect(panel.row("Ordini")).toContainText(words.works);
  });
});
