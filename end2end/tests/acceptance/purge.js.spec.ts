import { hold, markPage } from "../../fixtures/network";
import { expect, test } from "../../fixtures/test";

test.use({ house: "own" });

/** More than one step removes on a fast machine, in events that are sent by the thousand. */
const THOUSANDS = 50;

test("another age is counted before anything can be deleted", async ({ page, panel, shop, words }) => {
  await shop.sendMany("product.updated", 2);
  await panel.open("/events/purge?days=0");
  const days = page.getByRole("textbox", { name: words.purgeDays });
  const button = panel.button(words.purgeVerb("2"));
  await expect(button).toBeEnabled();
  await days.fill("30");
  await expect(button).toBeDisabled();
  await days.fill("0");
  await expect(button).toBeEnabled();
  await days.fill("x");
  await expect(page.getByText(words.purgeWrong)).toBeVisible();
  await expect(button).toBeDisabled();
  await days.fill("30");
  await days.blur();
  await panel.isAt("/events/purge?days=30");
  await expect(page.getByRole("main")).toContainText(words.noEvents);
  await expect(button).toHaveCount(0);
});

test("what is stopped leaves the rest, and goes on from there", async ({ page, panel, shop, words }) => {
  test.setTimeout(90_000);
  for (let sent = 0; sent < THOUSANDS; sent += 1) await shop.sendMany("product.updated", 1000);
  const all = words.code === "it" ? `${THOUSANDS}.000` : `${THOUSANDS},000`;
  await panel.open("/events/purge?days=0");
  const isSamePage = await markPage(page);
  const release = await hold(page, "**/events/purge");
  await panel.button(words.purgeVerb(all)).click();
  await expect(page.getByRole("progressbar", { name: words.events })).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: words.changedOf("0", all) })).toBeVisible();
  await expect(page.getByRole("textbox", { name: words.purgeDays })).toBeDisabled();
  await panel.link(words.stopChange).click();
  const answered = page.waitForResponse("**/events/purge");
  release();
  await answered;
  await expect(panel.button(words.goOn)).toBeEnabled();
  const bar = page.getByRole("progressbar", { name: words.events });
  await expect.poll(async () => Number(await bar.getAttribute("value"))).toBeGreaterThan(0);
  expect(Number(await bar.getAttribute("value"))).toBeLessThan(THOUSANDS * 1000);
  await panel.button(words.goOn).click();
  await expect(panel.notice).toContainText(words.purged(all), { timeout: 30_000 });
  await panel.shows(words.events);
  await expect(panel.rows).toHaveCount(0);
  expect(await isSamePage()).toBe(true);
});
