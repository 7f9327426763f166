import type { Panel } from "../../fixtures/panel";
import { expect, test } from "../../fixtures/test";

/** Accounts on one page of the list. */
const PAGE_SIZE = 50;

/** Without scripts the filters wait for their button. */
async function apply(panel: Panel): Promise<void> {
  if (!panel.scripts) await panel.button(panel.words.filter).click();
}

test("search finds descriptions, platforms and targets, whatever the capitals", async ({ accounts, page, panel, words }) => {
  await accounts.add("telegram", { description: "Ordini in chat", bot_username: "Bottega_bot" }, { proven: false });
  await accounts.add("activecampaign", { description: "Newsletter & Ordini" });
  await accounts.add("wa_smart_business", { description: "Avvisi perché sì" });
  await panel.open("/accounts");
  const search = page.getByRole("searchbox", { name: words.search });
  for (const [typed, found] of [
    ["ORDINI", ["Newsletter & Ordini", "Ordini in chat"]],
    ["@bottega", ["Ordini in chat"]],
    ["smart business", ["Avvisi perché sì"]],
    ["negozio.active", ["Newsletter & Ordini"]],
    ["PERCHÉ", ["Avvisi perché sì"]],
  ] as const) {
    await search.fill(typed);
    await search.press("Enter");
    await expect(panel.descriptions).toHaveText([...found]);
    await expect(page.getByRole("main")).toContainText(words.count(found.length, 3));
    await expect(search).toHaveValue(typed);
  }
  await expect(page).toHaveURL(/\/accounts\?q=PERCH%C3%89/);
});

test("the address holds filters and order: it can be kept, sent on and gone back to", async ({ accounts, page, panel, words }) => {
  await accounts.addAll("telegram", ["Ordini", "Resi"]);
  await accounts.switch(await accounts.add("activecampaign", { description: "Newsletter" }), true);
  await panel.open("/accounts");
  await expect(panel.descriptions).toHaveText(["Newsletter", "Ordini", "Resi"]);

  await page.getByRole("combobox", { name: words.platform }).selectOption("telegram");
  await apply(panel);
  await expect(panel.descriptions).toHaveText(["Ordini", "Resi"]);
  await expect(page).toHaveURL(/platform=telegram/);

  await page.getByRole("columnheader").getByRole("link", { name: words.description }).click();
  await expect(panel.descriptions).toHaveText(["Resi", "Ordini"]);
  await expect(page).toHaveURL("/accounts?platform=telegram&sort=-description");

  await page.reload();
  await panel.live();
  await expect(panel.descriptions).toHaveText(["Resi", "Ordini"]);
  await expect(page.getByRole("combobox", { name: words.platform })).toHaveValue("telegram");

  await page.goBack();
  await expect(panel.descriptions).toHaveText(["Ordini", "Resi"]);
  await page.goBack();
  await expect(panel.descriptions).toHaveText(["Newsletter", "Ordini", "Resi"]);
  await expect(page.getByRole("combobox", { name: words.platform })).toHaveValue("");

  await page.getByRole("combobox", { name: words.state }).selectOption({ label: words.activeMany });
  await apply(panel);
  await expect(panel.descriptions).toHaveText(["Newsletter"]);
  await panel.link(words.clearFilters).click();
  await expect(panel.descriptions).toHaveCount(3);
  await expect(page).toHaveURL("/accounts");
});

test("every column sorts, in both directions, and says so", async ({ accounts, page, panel, words }) => {
  await accounts.add("telegram", { description: "beta" });
  await accounts.add("activecampaign", { description: "Alfa" });
  await accounts.switch(await accounts.add("wa_smart_business", { description: "Gamma" }), true);
  await panel.open("/accounts");
  const header = page.getByRole("columnheader");
  const sorted = (name: string) => header.filter({ has: page.getByRole("link", { name }) });

  await expect(sorted(words.description)).toHaveAttribute("aria-sort", "ascending");
  await expect(panel.descriptions).toHaveText(["Alfa", "beta", "Gamma"]);
  await header.getByRole("link", { name: words.description }).click();
  await expect(panel.descriptions).toHaveText(["Gamma", "beta", "Alfa"]);
  await expect(sorted(words.description)).toHaveAttribute("aria-sort", "descending");

  await header.getByRole("link", { name: words.platform }).click();
  await expect(panel.descriptions).toHaveText(["Alfa", "beta", "Gamma"]);
  await header.getByRole("link", { name: words.changed }).click();
  await expect(panel.descriptions).toHaveText(["Gamma", "Alfa", "beta"]);
  await expect(sorted(words.changed)).toHaveAttribute("aria-sort", "descending");
  await expect(sorted(words.description)).not.toHaveAttribute("aria-sort");
  await header.getByRole("link", { name: words.state }).click();
  await expect(page).toHaveURL("/accounts?sort=state");
  await expect(panel.descriptions.last()).toHaveText("Gamma");
});

test("a long list comes in pages", async ({ accounts, page, panel, words }) => {
  const names = Array.from({ length: PAGE_SIZE + 3 }, (_, index) => `Bot ${String(index + 1).padStart(2, "0")}`);
  await accounts.addAll("telegram", names);
  await panel.open("/accounts");
  const pager = page.getByRole("navigation", { name: words.pages });
  await expect(panel.descriptions).toHaveText(names.slice(0, PAGE_SIZE));
  await expect(page.getByRole("main")).toContainText(words.count(names.length));
  await expect(pager).toContainText(words.pageOf(1, 2));
  await expect(pager.getByRole("link", { name: words.previous })).toHaveCount(0);

  await pager.getByRole("link", { name: words.next }).click();
  await expect(panel.descriptions).toHaveText(names.slice(PAGE_SIZE));
  await expect(page).toHaveURL("/accounts?page=2");
  await expect(pager).toContainText(words.pageOf(2, 2));
  await expect(pager.getByRole("link", { name: words.next })).toHaveCount(0);

  // The order stays on the way through the pages; another order starts from the first
  await page.getByRole("columnheader").getByRole("link", { name: words.description }).click();
  await expect(page).toHaveURL("/accounts?sort=-description");
  await pager.getByRole("link", { name: words.next }).click();
  await expect(page).toHaveURL("/accounts?sort=-description&page=2");
  await expect(panel.descriptions).toHaveText(["Bot 03", "Bot 02", "Bot 01"]);

  // A page that there is not any more
  await panel.open("/accounts?page=99");
  await expect(panel.descriptions).toHaveText(names.slice(PAGE_SIZE));
  await expect(pager).toContainText(words.pageOf(2, 2));
});

test("nothing that matches is told apart from nothing at all", async ({ accounts, page, panel, words }) => {
  await accounts.add("telegram", { description: "Ordini" });
  await panel.open("/accounts?q=unicorno");
  await expect(page.getByRole("heading", { name: words.nothingTitle })).toBeVisible();
  await expect(panel.link(words.addAccount)).toBeVisible();
  await page.getByRole("main").getByRole("link", { name: words.clearFilters }).last().click();
  await expect(panel.descriptions).toHaveText(["Ordini"]);

  await accounts.clear();
  await panel.open("/accounts");
  await expect(page.getByRole("heading", { name: words.emptyTitle })).toBeVisible();
  await expect(page.getByRole("search")).toHaveCount(0);
});

test("an address that makes no sense shows the whole list", async ({ accounts, panel }) => {
  await accounts.add("telegram", { description: "Ordini" });
  await panel.open("/accounts?platform=unknown&state=maybe&sort=colour&page=-7&x=%zz");
  await expect(panel.descriptions).toHaveText(["Ordini"]);
});
