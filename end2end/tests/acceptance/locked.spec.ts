import { rename, writeFile } from "node:fs/promises";
import path from "node:path";

import { SECRETS } from "../../fixtures/platforms";
import { expect, test } from "../../fixtures/test";

test.use({ house: "own" });

const CASES = [
  { name: "missing", key: undefined, problem: "keyMissing", reason: "keyMissingReason" },
  { name: "another one", key: "f".repeat(64), problem: "otherKey", reason: "otherKeyReason" },
] as const;

for (const { name, key, problem, reason } of CASES) {
  test(`while the key is ${name} accounts are locked, and nothing is overwritten`, async ({ accounts, guard, page, panel, server, words }) => {
    guard.expectStatus(422);
    const place = path.join(server.folder, "master.key");
    const away = `${place}.away`;
    const id = await accounts.add("telegram", { description: "Ordini" });
    await accounts.switch(id, true);
    await server.stop();
    await rename(place, away);
    if (key !== undefined) await writeFile(place, key, { mode: 0o600 });
    await server.start();

    await panel.open("/accounts");
    await expect(page.getByRole("region", { name: words.lockedTitle })).toBeVisible();
    await expect(panel.row("Ordini")).toContainText(words.locked);
    // Switching goes on
    await panel.isActive("Ordini", true);
    await panel.switch("Ordini").click();
    await expect(panel.notice).toContainText(words.deactivatedOne);

    await panel.open(`/accounts/${id}`);
    const secret = page.getByRole("group", { name: words.field.botToken });
    await expect(secret).toContainText(words.secretLocked);
    await expect(secret).toContainText(words[reason]);
    await secret.getByText(words.replace, { exact: true }).click();
    await panel.field(words.newValue(words.field.botToken)).fill(SECRETS.telegram);
    await panel.description.fill("Ordini con un altro token");
    await panel.save();
    await expect(page.getByRole("alert")).toContainText(words[problem]);
    await expect(page.getByRole("alert")).toBeFocused();
    await expect(panel.description).toHaveValue("Ordini con un altro token");

    await panel.open("/accounts/new?platform=telegram");
    await panel.description.fill("Nuovo");
    await panel.field(words.field.botToken).fill(SECRETS.telegram);
    await panel.field(words.field.botUsername).fill("nuovo_bot");
    await panel.save();
    await expect(page.getByRole("alert")).toContainText(words[problem]);
    await expect(panel.field(words.field.botUsername)).toHaveValue("nuovo_bot");

    await server.stop();
    await rename(away, place);
    await server.start();
    await panel.open(`/accounts/${id}`);
    await panel.shows(words.accountTitle("Ordini"));
    await expect(secret).toContainText(words.secretSet);
    await expect(page.getByRole("region", { name: words.lockedTitle })).toHaveCount(0);
  });
}
