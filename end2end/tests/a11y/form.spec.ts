import { expect, expectAccessible, test } from "../../fixtures/a11y";
import { PLATFORM_NAMES, PLATFORMS } from "../../fixtures/platforms";

test("the choice of the platform", async ({ page, panel }) => {
  await panel.open("/accounts/new");
  await expectAccessible(page, "nothing chosen");
});

for (const platform of PLATFORMS) {
  test(`the form of ${PLATFORM_NAMES[platform]}: new, wrong and saved`, async ({ accounts, guard, page, panel, words }) => {
    guard.expectStatus(422);
    await panel.open(`/accounts/new?platform=${platform}`);
    await expectAccessible(page, "new");
    await panel.save();
    await expect(page.getByRole("alert")).toBeVisible();
    await expectAccessible(page, "wrong");
    await panel.open(`/accounts/${await accounts.add(platform)}`);
    for (const replace of await page.getByText(words.replace, { exact: true }).all()) await replace.click();
    await expectAccessible(page, "saved");
  });
}

test("a form that somebody else has changed meanwhile", async ({ accounts, guard, page, panel, words }) => {
  guard.expectStatus(422);
  const id = await accounts.add("telegram", { description: "Ordini" });
  await panel.open(`/accounts/${id}`);
  await accounts.change(id, { description: "Ordini e resi" });
  await panel.save();
  await expect(page.getByRole("alert")).toContainText(words.conflictTitle);
  await expectAccessible(page, "conflict");
});
