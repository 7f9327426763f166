import { SAMPLES } from "../../fixtures/platforms";
import { expect, test } from "../../fixtures/test";

test("deleting asks first, says what is lost, and is final", async ({ accounts, guard, page, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  await accounts.add("telegram", { description: "Resi" });
  await panel.open("/accounts");
  await panel.select("Ordini");
  await panel.tool(words.deleteMore).click();
  await panel.shows(words.deleteTitle("Ordini"));

  const main = page.getByRole("main");
  await expect(main.getByRole("heading", { name: words.finalTitle })).toBeVisible();
  await expect(main).toContainText(words.lostSettings);
  await expect(main).toContainText(words.lostSecrets);
  await expect(main).toContainText(words.lostDeliveries);
  await expect(main).toContainText(`@${SAMPLES.telegram.bot_username}`);
  // It sends nothing: there is nothing to pause
  await expect(main).not.toContainText(words.lostSending);
  await expect(panel.button(words.deactivateInstead)).toHaveCount(0);

  await panel.button(words.deleteForever).click();
  await panel.shows(words.accounts);
  await expect(panel.notice).toContainText(words.deletedOne);
  await expect(panel.descriptions).toHaveText(["Resi"]);

  guard.expectStatus(404);
  await panel.open(`/accounts/${id}`);
  await panel.shows(words.notFound);
});

test("of an active account one is told that sending stops, and may switch it off instead", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  await accounts.switch(id, true);
  await panel.open(`/accounts/${id}`);
  await panel.link(words.deleteMore).click();
  await panel.shows(words.deleteTitle("Ordini"));
  await expect(page.getByRole("main")).toContainText(words.lostSending);

  await panel.button(words.deactivateInstead).click();
  await panel.shows(words.accounts);
  await expect(panel.notice).toContainText(words.deactivatedOne);
  await panel.isActive("Ordini", false);
  expect(await accounts.read(id)).toMatchObject({ description: "Ordini", active: false });
});

test("one may think better of it", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  await panel.open(`/accounts/delete?ids=${id}`);
  await page.getByRole("main").getByRole("link", { name: words.cancel, exact: true }).click();
  await panel.shows(words.accounts);
  await expect(panel.row("Ordini")).toBeVisible();
});

test("several are deleted together", async ({ accounts, page, panel, words }) => {
  await accounts.addAll("telegram", ["Ordini", "Resi", "Spedizioni"]);
  await panel.open("/accounts");
  await panel.tool(words.deleteMore).click();
  await expect(panel.notice).toContainText(words.nothingSelected);

  await panel.select("Ordini", "Spedizioni");
  await panel.tool(words.deleteMore).click();
  await panel.shows(words.deleteManyTitle(2));
  await expect(page.getByRole("main")).toContainText("Ordini");
  await expect(page.getByRole("main")).toContainText("Spedizioni");
  await panel.button(words.deleteForever).click();
  await panel.shows(words.accounts);
  await expect(panel.notice).toContainText(words.deletedMany(2));
  await expect(panel.descriptions).toHaveText(["Resi"]);
});

test("what somebody changed meanwhile is asked about again", async ({ accounts, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  await panel.open(`/accounts/delete?ids=${id}`);
  await accounts.change(id, { description: "Ordini importanti" });
  await panel.button(words.deleteForever).click();
  await expect(panel.notice).toContainText(words.changedMeanwhile);
  await panel.shows(words.deleteTitle("Ordini importanti"));
  await panel.button(words.deleteForever).click();
  await expect(panel.notice).toContainText(words.deletedOne);
});

test("what is gone already cannot be deleted again", async ({ accounts, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  await panel.open(`/accounts/delete?ids=${id}`);
  await accounts.remove(id);
  await panel.button(words.deleteForever).click();
  await panel.shows(words.accounts);
  await expect(panel.notice).toContainText(words.gone);

  await panel.open(`/accounts/delete?ids=${id}`);
  await panel.shows(words.nothingToDelete);
  await panel.link(words.backToAccounts).click();
  await panel.shows(words.accounts);
});
