import { open, rename, stat } from "node:fs/promises";
import path from "node:path";

import { expect, expectAccessible, test } from "../../fixtures/a11y";

test.use({ house: "own" });

test("locked accounts, in the list and in the form", async ({ accounts, page, panel, server, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  await server.stop();
  await rename(path.join(server.folder, "master.key"), path.join(server.folder, "master.key.away"));
  await server.start();
  await panel.open("/accounts");
  await expect(panel.row("Ordini")).toContainText(words.locked);
  await expectAccessible(page, "the list");
  await panel.open(`/accounts/${id}`);
  await expectAccessible(page, "the form");
});

test("a page that cannot be made", async ({ guard, page, panel, server, words }) => {
  guard.expectStatus(500);
  await server.restart();
  const place = path.join(server.folder, "raccordo.db");
  const file = await open(place, "r+");
  await file.write(Buffer.alloc((await stat(place)).size, 0xa5));
  await file.close();
  await panel.open("/accounts");
  await panel.shows(words.damaged);
  await expectAccessible(page, "a damaged database");
});
