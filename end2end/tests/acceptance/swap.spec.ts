import { PLATFORM_NAMES } from "../../fixtures/platforms";
import { expect, test } from "../../fixtures/test";

// In the background, an account in the way is told by this status
test.beforeEach(({ guard, scripts }) => {
  if (scripts) guard.expectStatus(409);
});

test("a replacement takes over in one step", async ({ accounts, page, panel, words }) => {
  const old = await accounts.add("telegram", { description: "Vecchio bot" });
  await accounts.switch(old, true);
  const fresh = await accounts.add("telegram", { description: "Nuovo bot" });

  await panel.open("/accounts");
  await panel.switch("Nuovo bot").click();
  await panel.shows(words.swapTitle("Nuovo bot", "Vecchio bot"));
  await expect(page).toHaveURL(`/accounts/swap?id=${fresh}`);
  await expect(page.getByRole("main")).toContainText(words.onlyOne(PLATFORM_NAMES.telegram));
  expect(await accounts.read(old)).toMatchObject({ active: true });

  await panel.button(words.swap).click();
  await panel.shows(words.accounts);
  await expect(panel.notice).toContainText(words.swapped);
  await panel.isActive("Nuovo bot", true);
  await panel.isActive("Vecchio bot", false);
});

test("what waits for the one that is replaced is kept or skipped", async ({ accounts, page, panel, shop, words }) => {
  const old = await accounts.addActive("clerk", "Di oggi");
  await accounts.add("clerk", { description: "Di domani" });
  await accounts.pause(old, true);
  const products = await shop.sendMany("product.updated", 2);
  await panel.open("/accounts");
  await panel.switch("Di domani").click();
  await panel.shows(words.swapTitle("Di domani", "Di oggi"));
  const main = page.getByRole("main");
  await expect(main).toContainText(words.swapWaits);
  await expect(main).toContainText(`${words.waitingMany(2)}, ${words.calls(2)}`);
  await expect(page.getByRole("radio", { name: new RegExp(`^${words.keepWaiting}`) })).toBeChecked();
  await page.getByRole("radio", { name: new RegExp(`^${words.skipWaiting}`) }).check();
  await panel.button(words.swap).click();
  await expect(panel.notice).toContainText(words.swapped);
  await shop.untilAll(products, "skipped");
});

test("one may leave things as they are", async ({ accounts, page, panel, words }) => {
  await accounts.switch(await accounts.add("activecampaign", { description: "Di oggi" }), true);
  await accounts.add("activecampaign", { description: "Di domani" });
  await panel.open("/accounts");
  await panel.select("Di domani");
  await panel.tool(words.activate).click();
  await panel.shows(words.swapTitle("Di domani", "Di oggi"));
  await page.getByRole("main").getByRole("link", { name: words.cancel, exact: true }).click();
  await panel.shows(words.accounts);
  await panel.isActive("Di oggi", true);
  await panel.isActive("Di domani", false);
});

test("a place that has become free needs no swap", async ({ accounts, panel, words }) => {
  const old = await accounts.add("telegram", { description: "Vecchio bot" });
  await accounts.switch(old, true);
  await accounts.add("telegram", { description: "Nuovo bot" });
  await panel.open("/accounts");
  await panel.switch("Nuovo bot").click();
  await panel.shows(words.swapTitle("Nuovo bot", "Vecchio bot"));
  await accounts.switch(old, false);
  await panel.page.reload();
  await panel.shows(words.activateTitle("Nuovo bot"));
  await panel.button(words.activate).click();
  await panel.shows(words.accounts);
  await panel.isActive("Nuovo bot", true);
});

test("accounts of Clerk.io share the platform, one for each language", async ({ accounts, panel, words }) => {
  await accounts.add("clerk", { description: "Ricerca italiana" });
  const english = await accounts.add("clerk", { description: "Ricerca inglese" });
  await accounts.change(english, { language: "en" });
  await accounts.add("clerk", { description: "Altra italiana" });

  await panel.open("/accounts");
  await panel.select("Ricerca italiana", "Ricerca inglese");
  await panel.tool(words.activate).click();
  await expect(panel.notice).toContainText(words.activatedMany(2));

  await panel.switch("Altra italiana").click();
  await panel.shows(words.swapTitle("Altra italiana", "Ricerca italiana"));
  await panel.button(words.swap).click();
  await panel.shows(words.accounts);
  await panel.isActive("Altra italiana", true);
  await panel.isActive("Ricerca italiana", false);
  await panel.isActive("Ricerca inglese", true);
});

test("whoever is only the default account gives up the mark and stays active", async ({ accounts, page, panel, words }) => {
  const italian = await accounts.add("clerk", { description: "Ricerca italiana" });
  await accounts.switch(italian, true);
  const english = await accounts.add("clerk", { description: "Ricerca inglese" });
  await accounts.change(english, { language: "en", is_default_account: "true" });

  await panel.open("/accounts");
  await panel.switch("Ricerca inglese").click();
  await panel.shows(words.activateTitle("Ricerca inglese"));
  await expect(page.getByRole("main")).toContainText(words.swapStays);
  await panel.button(words.swap).click();
  await panel.shows(words.accounts);
  await panel.isActive("Ricerca italiana", true);
  await panel.isActive("Ricerca inglese", true);
  await expect(panel.row("Ricerca inglese")).toContainText(words.default);
  await expect(panel.row("Ricerca italiana")).not.toContainText(words.default);
});

test("a change that would take another's place is not saved, and says whose", async ({ accounts, guard, page, panel, words }) => {
  guard.expectStatus(422);
  await accounts.switch(await accounts.add("clerk", { description: "Ricerca italiana" }), true);
  const english = await accounts.add("clerk", { description: "Ricerca inglese" });
  await accounts.change(english, { language: "en" });
  await accounts.switch(english, true);

  await panel.open(`/accounts/${english}`);
  await panel.description.fill("Seconda italiana");
  await panel.field(words.field.language).selectOption("it");
  await panel.save();
  const panelInTheWay = page.getByRole("alert");
  await expect(panelInTheWay).toContainText(words.inTheWayTitle);
  await expect(panelInTheWay.getByRole("link", { name: "Ricerca italiana" })).toBeVisible();
  await expect(panel.description).toHaveValue("Seconda italiana");
  await expect(panel.field(words.field.language)).toHaveValue("it");
  expect(await accounts.read(english)).toMatchObject({ description: "Ricerca inglese", values: { language: "en" } });

  await panel.field(words.field.language).selectOption("en");
  await panel.save();
  await expect(panel.notice).toContainText(words.saved);
});
