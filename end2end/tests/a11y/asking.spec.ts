import { expectAccessible, test } from "../../fixtures/a11y";

test("the page that asks before deleting", async ({ accounts, page, panel }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  await accounts.switch(id, true);
  await panel.open(`/accounts/delete?ids=${id}`);
  await expectAccessible(page, "delete");
});

test("the page that offers to swap", async ({ accounts, page, panel }) => {
  await accounts.switch(await accounts.add("telegram", { description: "Vecchio bot" }), true);
  const fresh = await accounts.add("telegram", { description: "Nuovo bot" }, { proven: false });
  await panel.open(`/accounts/swap?id=${fresh}`);
  await expectAccessible(page, "swap");
});

test("the page that asks before accounts are switched on that no test has proven", async ({ accounts, page, panel, words }) => {
  const ids = [await accounts.add("telegram", { description: "Ordini" }, { proven: false })];
  await panel.open(`/accounts/activate?ids=${ids.join(",")}`);
  await panel.shows(words.activateOne);
  await expectAccessible(page, "one");
  ids.push(await accounts.add("telegram", { description: "Resi", bot_username: "altro_bot" }, { proven: false }));
  await accounts.test(ids[1] ?? "");
  await panel.open(`/accounts/activate?ids=${ids.join(",")}`);
  await panel.shows(words.activateMany);
  await expectAccessible(page, "several");
});

test("an address with nothing behind it", async ({ guard, page, panel }) => {
  guard.expectStatus(404);
  await panel.open("/nothing");
  await expectAccessible(page, "not found");
});
