import { expect, test } from "../../fixtures/test";

test("two editors: the second sees what changed, and decides", async ({ accounts, anotherBrowser, guard, page, panel, words }) => {
  guard.expectStatus(422);
  const id = await accounts.add("telegram", { description: "Ordini" });
  const other = await anotherBrowser();
  await panel.open(`/accounts/${id}`);
  await other.open(`/accounts/${id}`);

  await other.description.fill("Ordini di Bruno");
  await other.save();
  await expect(other.notice).toContainText(words.saved);

  await panel.description.fill("Ordini di Anna");
  await panel.field(words.field.botCartDelay).fill("12");
  await panel.save();
  const conflict = page.getByRole("alert");
  await expect(conflict).toContainText(words.conflictTitle);
  await expect(conflict).toContainText(words.changedValue(words.description, "Ordini", "Ordini di Bruno"));
  await expect(conflict).toContainText("anna");
  await expect(conflict).toBeFocused();
  // Nothing is overwritten, nothing typed is lost
  expect((await accounts.read(id)).description).toBe("Ordini di Bruno");
  await expect(panel.description).toHaveValue("Ordini di Anna");
  await expect(panel.field(words.field.botCartDelay)).toHaveValue("12");

  await panel.save();
  await expect(panel.notice).toContainText(words.saved);
  expect(await accounts.read(id)).toMatchObject({ description: "Ordini di Anna", values: { cart_delay_hours: "12" } });
});

test("one may also start again from the current values", async ({ accounts, guard, page, panel, words }) => {
  guard.expectStatus(422);
  const id = await accounts.add("telegram", { description: "Ordini" });
  await panel.open(`/accounts/${id}`);
  await accounts.change(id, { description: "Ordini di Bruno", bot_username: "di_bruno_bot" });

  await panel.description.fill("Ordini di Anna");
  await panel.save();
  await page.getByRole("alert").getByRole("link", { name: words.conflictRestart }).click();
  await expect(panel.description).toHaveValue("Ordini di Bruno");
  await expect(panel.field(words.field.botUsername)).toHaveValue("di_bruno_bot");
  await expect(page.getByRole("alert")).toHaveCount(0);

  await panel.description.fill("Ordini di entrambi");
  await panel.save();
  await expect(panel.notice).toContainText(words.saved);
});

test("being switched on meanwhile is a change as well", async ({ accounts, guard, page, panel, words }) => {
  guard.expectStatus(422);
  const id = await accounts.add("telegram", { description: "Ordini" });
  await panel.open(`/accounts/${id}`);
  await accounts.switch(id, true);
  await panel.description.fill("Ordini di Anna");
  await panel.save();
  await expect(page.getByRole("alert")).toContainText(words.conflictTitle);
  await panel.save();
  await expect(panel.notice).toContainText(words.saved);
  expect(await accounts.read(id)).toMatchObject({ description: "Ordini di Anna", active: true });
});

test("an account that is deleted meanwhile is told to be gone", async ({ accounts, guard, page, panel, scripts, words }) => {
  guard.expectStatus(404);
  const id = await accounts.add("telegram", { description: "Ordini" });
  await panel.open(`/accounts/${id}`);
  await accounts.remove(id);
  await panel.description.fill("Ordini di Anna");
  await panel.save();
  if (scripts) {
    await expect(panel.notice).toContainText(words.notFound);
    await expect(panel.description).toHaveValue("Ordini di Anna");
  } else {
    await panel.shows(words.notFound);
  }
  await expect(page).toHaveURL(`/accounts/${id}`);
});
