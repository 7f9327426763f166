import { expect, test } from "../../fixtures/test";

test.use({ house: "own" });

test("old events are deleted after a page that says how many go and how many stay", async ({
  accounts,
  page,
  panel,
  scripts,
  shop,
  words,
}) => {
  // Nobody receives them
  await shop.sendMany("product.updated", 3);
  const id = await accounts.addActive("clerk", "Ricerca");
  await accounts.pause(id, true);
  await shop.sendMany("product.updated", 2);
  await panel.open("/events");
  await panel.link(words.openPurge).click();
  await panel.shows(words.purge);
  const main = page.getByRole("main");
  const days = page.getByRole("textbox", { name: words.purgeDays });
  await expect(days).toHaveValue("90");
  await expect(main).toContainText(words.noEvents);
  const count = async (typed: string): Promise<void> => {
    await days.fill(typed);
    if (scripts) await days.press("Enter");
    else await panel.button(words.purgeCount).click();
  };
  await count("-1");
  await expect(main).toContainText(words.purgeWrong);
  await expect(panel.button(words.purgeVerb("3"))).toHaveCount(0);
  await count("0");
  await panel.isAt("/events/purge?days=0");
  await expect(main).toContainText(words.eventsThatWait(2));
  await expect(main).toContainText(words.final);
  await panel.button(words.purgeVerb("3")).click();
  await expect(panel.notice).toContainText(words.purged("3"));
  await panel.shows(words.events);
  await expect(panel.rows).toHaveCount(2);
});

test("who does not want it loses nothing, and between two steps it can be left", async ({ page, panel, shop, words }) => {
  const [event] = await shop.sendMany("product.updated", 3);
  await panel.open("/events/purge?days=0");
  await panel.link(words.cancel).click();
  await expect(panel.rows).toHaveCount(3);

  // As a browser without scripts comes back from a step that took long
  const between = `/events/purge?days=0&mark=${Date.now()}&done=1500&total=2310&after=${event?.event ?? ""}`;
  await panel.open(between);
  const [done, total] = words.code === "it" ? ["1.500", "2.310"] : ["1,500", "2,310"];
  await expect(page.getByRole("main")).toContainText(words.changedOf(done, total));
  await expect(page.getByRole("progressbar", { name: words.events })).toHaveAttribute("value", "1500");
  await expect(page.getByRole("textbox", { name: words.purgeDays })).toHaveCount(0);
  await panel.link(words.stopChange).click();
  await expect(panel.rows).toHaveCount(3);

  await panel.open(between);
  await panel.button(words.goOn).click();
  await expect(panel.notice).toContainText(words.purged(words.code === "it" ? "1.502" : "1,502"));
  await panel.live();
  // The step before had looked at the oldest one already
  await expect(panel.rows).toHaveCount(1);
});
