import type { Panel } from "../../fixtures/panel";
import { type PlatformCode, PLATFORM_NAMES, SAMPLES, SECRETS } from "../../fixtures/platforms";
import { expect, test } from "../../fixtures/test";
import type { Words } from "../../fixtures/words";

interface Path {
  /** Types into the form what a person has at hand. */
  readonly fillIn: (panel: Panel) => Promise<void>;
  /** The sections that open after the first save. */
  readonly later: readonly (keyof Words["section"])[];
  /** What the list shows as the other side. */
  readonly target: (words: Words) => string;
}

const PATHS: Readonly<Record<PlatformCode, Path>> = {
  activecampaign: {
    fillIn: async (panel) => {
      // The name of the account alone, as in the manual
      await panel.field(panel.words.field.apiUrl).fill("acme");
      await panel.field(panel.words.field.apiKey).fill(SECRETS.activecampaign);
    },
    later: ["ecommerce", "newsletter"],
    target: () => "acme.api-us1.com",
  },
  clerk: {
    fillIn: async (panel) => {
      await panel.field(panel.words.field.publicKey).fill(SAMPLES.clerk.public_key);
      await panel.field(panel.words.field.privateKey).fill(SECRETS.clerk);
      await expect(panel.field(panel.words.field.clerkUrl)).toHaveValue("https://api.clerk.io/v2");
    },
    later: ["store", "orders", "customers", "categories", "products", "pages"],
    target: (words) => (words.code === "it" ? "italiano" : "Italian"),
  },
  wa_smart_business: {
    fillIn: async (panel) => {
      await panel.field(panel.words.field.gatewayUrl).fill(SAMPLES.wa_smart_business.gateway_url);
      await panel.field(panel.words.field.accessToken).fill(SECRETS.wa_smart_business);
    },
    later: ["carts"],
    target: () => new URL(SAMPLES.wa_smart_business.gateway_url).host,
  },
  telegram: {
    fillIn: async (panel) => {
      await panel.field(panel.words.field.botToken).fill(SECRETS.telegram);
      await panel.field(panel.words.field.botUsername).fill(SAMPLES.telegram.bot_username);
      await expect(panel.field(panel.words.field.botServer)).toHaveValue("https://api.telegram.org");
    },
    later: ["carts", "linking"],
    target: () => `@${SAMPLES.telegram.bot_username}`,
  },
};

for (const [platform, path] of Object.entries(PATHS) as [PlatformCode, Path][]) {
  test(`an account of ${PLATFORM_NAMES[platform]} is added, and its further sections open`, async ({ accounts, page, panel, words }) => {
    const later = path.later.map((section) => words.section[section]);
    const section = (name: string) => page.getByRole("group", { name, exact: true });
    // Something is there already: the list has its button
    await accounts.add("telegram", { description: "Un altro" });
    const { description } = SAMPLES[platform];

    await panel.open("/accounts");
    await panel.startAdding(platform, `  ${description}  `);
    await expect(page.getByRole("main")).toContainText(words.laterSections(later));
    for (const name of later) await expect(section(name)).toHaveCount(0);
    await path.fillIn(panel);
    await panel.save();

    await panel.shows(words.accountTitle(description));
    await expect(page).toHaveTitle(words.documentTitle(words.accountTitle(description)));
    await expect(panel.notice).toContainText(words.created);
    for (const name of later) await expect(section(name)).toBeVisible();

    await page.getByRole("navigation").getByRole("link", { name: words.accounts }).click();
    await panel.shows(words.accounts);
    const row = panel.row(description);
    await expect(row).toContainText(PLATFORM_NAMES[platform]);
    await expect(row).toContainText(path.target(words));
    await expect(row).toContainText("anna");
    await panel.isActive(description, false);
  });
}

test("the first account of Clerk.io is the default one", async ({ accounts, panel, words }) => {
  const first = await accounts.add("clerk", { description: "Ricerca italiana" });
  const second = await accounts.add("clerk", { description: "Ricerca inglese" });
  await accounts.change(second, { language: "en" });
  await panel.open("/accounts");
  await expect(panel.row("Ricerca italiana")).toContainText(words.default);
  await expect(panel.row("Ricerca inglese")).not.toContainText(words.default);
  await expect(panel.row("Ricerca inglese")).toContainText(words.code === "it" ? "inglese" : "English");
  await panel.open(`/accounts/${first}`);
  await expect(panel.field(words.field.defaultAccount)).toBeChecked();
});

test("the first account starts from a list that teaches", async ({ page, panel, words }) => {
  await panel.open("/accounts");
  await expect(page.getByRole("heading", { name: words.emptyTitle })).toBeVisible();
  for (const name of Object.values(PLATFORM_NAMES)) await expect(page.getByRole("link", { name })).toBeVisible();
  await page.getByRole("link", { name: PLATFORM_NAMES.wa_smart_business }).click();
  await panel.shows(words.newAccount);
  await expect(panel.field(words.field.gatewayUrl)).toBeVisible();
});

test("name and platform come first, and the name stays while one chooses again", async ({ page, panel, words }) => {
  await panel.open("/accounts/new");
  await panel.description.fill("Ricerca & consigli");
  await panel.button(words.goOn).click();
  // The browser itself asks for a choice
  await expect(page).toHaveURL("/accounts/new");
  await page.getByRole("radio", { name: PLATFORM_NAMES.clerk }).check();
  await panel.button(words.goOn).click();
  await expect(panel.field(words.field.publicKey)).toBeVisible();
  await expect(panel.description).toHaveValue("Ricerca & consigli");
  await panel.live();

  await panel.link(words.changePlatform).click();
  await page.getByRole("radio", { name: PLATFORM_NAMES.telegram }).check();
  await expect(panel.description).toHaveValue("Ricerca & consigli");
  await panel.button(words.goOn).click();
  await expect(panel.field(words.field.botUsername)).toBeVisible();
  await expect(panel.description).toHaveValue("Ricerca & consigli");
});

test("leaving the form by its link saves nothing", async ({ page, panel, words }) => {
  await panel.open("/accounts/new?platform=telegram");
  await panel.description.fill("Non salvarmi");
  await panel.link(words.cancel).click();
  await panel.shows(words.accounts);
  await expect(page.getByRole("main")).not.toContainText("Non salvarmi");
});
