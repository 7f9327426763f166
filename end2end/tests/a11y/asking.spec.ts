import { expectAccessible, test } from "../../fixtures/a11y";

test("the page that asks before deleting", async ({ accounts, page, panel }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  await accounts.switch(id, true);
  await panel.open(`/accounts/delete?ids=${id}`);
  await expectAccessible(page, "delete");
});

test("the page that offers to swap", async ({ accounts, page, panel }) => {
  await accounts.switch(await accounts.add("telegram", { description: "Vecchio bot" }), true);
  const fresh = await accounts.add("telegram", { description: "Nuovo bot" });
  await panel.open(`/accounts/swap?id=${fresh}`);
  await expectAccessible(page, "swap");
});

test("an address with nothing behind it", async ({ guard, page, panel }) => {
  guard.expectStatus(404);
  await panel.open("/nothing");
  await expectAccessible(page, "not found");
});
