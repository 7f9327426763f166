import { fillIn, fillSecretAgain } from "../../fixtures/forms";
import { META, type PlatformCode, PLATFORM_NAMES, PLATFORMS, SAMPLES, SECRET_FIELDS, STAFF_CHAT, WRONG_SECRETS } from "../../fixtures/platforms";
import type { FaultCode } from "../../fixtures/sandbox";
import { expect, test } from "../../fixtures/test";
import type { Words } from "../../fixtures/words";

/** How the other side names itself; Clerk.io documents nothing that would. */
const IDENTITY: Readonly<Record<PlatformCode, string | null>> = {
  activecampaign: "negozio@sandbox.test",
  clerk: null,
  wa_smart_business: "+390100000002",
  telegram: `@${SAMPLES.telegram.bot_username}`,
};

/** What the platform answers to a key that it does not know. */
const REFUSAL: Readonly<Record<PlatformCode, number>> = { activecampaign: 403, clerk: 200, wa_smart_business: 401, telegram: 401 };

for (const platform of PLATFORMS) {
  const name = PLATFORM_NAMES[platform];
  const { description } = SAMPLES[platform];

  test(`an account of ${name} is proven before it is saved, and then switched on without a question`, async ({
    accounts,
    page,
    panel,
    words,
  }) => {
    await panel.open(`/accounts/new?platform=${platform}`);
    await fillIn(panel, platform);
    await panel.testConnection();
    await expect(panel.test).toContainText(words.testWorks);
    await expect(panel.test).toContainText(words.testUnsaved);
    await expect(panel.test).toContainText(IDENTITY[platform] ?? "");
    const steps = panel.test.getByRole("list", { name: words.testSteps }).getByRole("listitem");
    await expect(steps).toContainText(Object.values(words.step));
    await expect(steps.filter({ hasText: words.testPassed })).not.toHaveCount(0);
    await expect(steps.filter({ hasText: words.testFailed })).toHaveCount(0);
    expect(await accounts.count(), "a test saves nothing").toBe(0);

    await fillSecretAgain(panel, platform);
    await panel.save();
    await expect(panel.notice).toContainText(words.created);
    await expect(panel.test).toContainText(words.testWorks);
    await expect(panel.test).not.toContainText(words.testUnsaved);

    await panel.open("/accounts");
    await expect(panel.row(description)).toContainText(words.works);
    await expect(panel.row(description)).toContainText(words.sandbox);
    await panel.switch(description).click();
    await expect(panel.notice).toContainText(words.activatedOne);
    await expect(page).toHaveURL("/accounts");
    await panel.isActive(description, true);
  });

  test(`${name} refuses a wrong key: the cause, what to do, and the health`, async ({ panel, words }) => {
    await panel.open(`/accounts/new?platform=${platform}`);
    const wrong = { [SECRET_FIELDS[platform]]: WRONG_SECRETS[platform] };
    await fillIn(panel, platform, wrong);
    await panel.testConnection();
    await expect(panel.test).toContainText(words.testFails);
    await expect(panel.test).toContainText(words.cause.rejected(name, REFUSAL[platform]));
    await expect(panel.test).toContainText(words.whatToDo);
    await expect(panel.test.getByRole("listitem").filter({ hasText: words.testFailed })).toContainText(words.step.credentials);

    if (!panel.scripts) await fillIn(panel, platform, wrong);
    await panel.save();
    await expect(panel.notice).toContainText(words.created);
    await panel.open("/accounts");
    await expect(panel.row(description)).toContainText(words.rejected);
  });
}

test("an account that goes to Meta is proven as well, number and templates", async ({ accounts, panel, words }) => {
  const id = await accounts.add("wa_smart_business", META);
  await panel.open(`/accounts/${id}`);
  await panel.testConnection();
  await expect(panel.test).toContainText(words.testWorks);
  await expect(panel.test).toContainText("+39 010 000 0001");
  await expect(panel.test).toContainText("Negozio Sandbox");
});

test("the chat of the staff is looked at, and named", async ({ accounts, panel, words }) => {
  const id = await accounts.add("telegram", { staff_chat_id: STAFF_CHAT.id });
  await panel.open(`/accounts/${id}`);
  await panel.testConnection();
  await expect(panel.test).toContainText(STAFF_CHAT.title);
  await panel.field(words.field.staffChat).fill("-1009999999999");
  await panel.testConnection();
  await expect(panel.test).toContainText(words.testFails);
  await expect(panel.test.getByRole("listitem").filter({ hasText: words.testFailed })).toContainText(words.step.resource);
});

test("changes are tested before they are saved: the result is about them, and changes nothing", async ({ accounts, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  const before = await accounts.read(id);
  await panel.open(`/accounts/${id}`);
  await panel.field(words.field.botUsername).fill("altro_bot");
  await panel.testConnection();
  await expect(panel.test).toContainText(words.testFails);
  await expect(panel.test).toContainText(words.cause.identity("@altro_bot", `@${SAMPLES.telegram.bot_username}`));
  await expect(panel.test).toContainText(words.whatToDo);
  await expect(panel.test).toContainText(words.testUnsaved);
  await expect(panel.field(words.field.botUsername)).toHaveValue("altro_bot");
  expect(await accounts.read(id)).toEqual(before);

  await panel.open(`/accounts/${id}`);
  await expect(panel.field(words.field.botUsername)).toHaveValue(SAMPLES.telegram.bot_username);
  await expect(panel.test).toContainText(words.testWorks);
  await expect(panel.test).not.toContainText(words.testUnsaved);
  await panel.open("/accounts");
  await expect(panel.row("Ordini")).toContainText(words.works);
});

test("a host that is wrong, another's or the panel's own is told as such, and gets no secret", async ({ panel, sandbox, words }) => {
  const before = await sandbox.received();
  await panel.open("/accounts/new?platform=telegram");
  for (const [address, cause] of [
    ["https://127.0.0.1", words.cause.itself("127.0.0.1")],
    ["https://altro.sandbox.test", words.cause.otherCertificate("altro.sandbox.test")],
    ["https://api.telegram.sandbox.test:444", words.cause.nameUnknown("api.telegram.sandbox.test")],
  ] as const) {
    await fillIn(panel, "telegram", { api_base_url: address });
    await panel.testConnection();
    await expect(panel.test).toContainText(words.testFails);
    await expect(panel.test, address).toContainText(cause);
    await expect(panel.field(words.field.botServer)).toHaveValue(address);
  }
  expect(await sandbox.received()).toEqual(before);
});

test("a form that is not complete is not tested, and says what is missing", async ({ guard, page, panel, words }) => {
  guard.expectStatus(422);
  await panel.open("/accounts/new?platform=telegram");
  // What the account is called does not matter for a test
  await panel.testConnection();
  await expect(page.getByRole("alert")).toContainText(words.checkFields(2));
  await expect(page.getByRole("alert")).toContainText(words.required(words.field.botToken));
  await expect(page.getByRole("alert")).toBeFocused();
  await expect(panel.test).toBeEmpty();
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 } });

  for (const platform of PLATFORMS) {
    test(`what a test of ${PLATFORM_NAMES[platform]} found is in sight`, async ({ accounts, panel, words }) => {
      await accounts.add(platform, { description: "Un altro" }, { proven: false });
      await panel.open("/accounts");
      await panel.startAdding(platform, SAMPLES[platform].description);
      await fillIn(panel, platform);
      await panel.testConnection();
      await expect(panel.test).toContainText(words.testWorks);
      await expect(panel.test.getByRole("heading")).toBeInViewport();
      // With scripts whoever pressed the button is still there, and the result is read out
      await expect(panel.scripts ? panel.button(words.testConnection) : panel.test).toBeFocused();
      await expect(panel.description).toHaveValue(SAMPLES[platform].description);
    });
  }
});

/** Each way to fail, and how it is told. */
const TROUBLES: readonly (readonly [FaultCode, (words: Words) => string])[] = [
  ["rate_limited", (words) => words.cause.rateLimited("Telegram", 7)],
  ["down", (words) => words.cause.down("Telegram", 503)],
  ["internal_error", (words) => words.cause.down("Telegram", 500)],
  ["close_after", (words) => words.cause.connectionLost("Telegram")],
  ["malformed", (words) => words.cause.malformed("Telegram")],
  ["oversized", (words) => words.cause.tooLarge("Telegram")],
  ["redirect", (words) => words.cause.redirected("elsewhere.example")],
];

test("every way to fail is told apart, with what to do", async ({ accounts, panel, sandbox, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  await panel.open(`/accounts/${id}`);
  for (const [fault, cause] of TROUBLES) {
    await sandbox.fault("telegram", fault);
    await panel.testConnection();
    await expect(panel.test, fault).toContainText(cause(words));
    await expect(panel.test, fault).toContainText(words.whatToDo);
  }
  await sandbox.fault("telegram", null);
  await panel.testConnection();
  await expect(panel.test).toContainText(words.testWorks);
});

test("a platform that is slow holds nobody up for long", async ({ accounts, panel, sandbox, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  await sandbox.fault("telegram", "slow");
  await panel.open(`/accounts/${id}`);
  const began = Date.now();
  await panel.testConnection();
  await expect(panel.test).toContainText(words.cause.noAnswer("Telegram"));
  expect(Date.now() - began).toBeLessThan(12_000);
});

test("the technical details show every call, and no secret", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  await panel.open(`/accounts/${id}`);
  await panel.testConnection();
  const details = panel.test.locator("pre");
  await expect(details).toBeHidden();
  await panel.test.getByText(words.testDetails, { exact: true }).click();
  await expect(details).toContainText("POST https://api.telegram.sandbox.test/bot▇/getMe → 200");
  await expect(details).toContainText('"username":"raccordo_sandbox_bot"');
  expect(await page.content()).not.toContain("SANDBOX-AAH");
});

test("after a change the last test is about the past", async ({ accounts, panel, words }) => {
  const id = await accounts.add("telegram", { description: "Ordini" });
  // What it is called has nothing to do with the connection
  await accounts.change(id, { description: "Ordini e resi", cart_delay_hours: "5" });
  await panel.open(`/accounts/${id}`);
  await expect(panel.test).toContainText(words.testWorks);
  await expect(panel.test).not.toContainText(words.testOutdated);

  // Nobody has ever tested that: not even a moment ago in another form
  await accounts.change(id, { bot_username: "mai_provato_bot" });
  await panel.open(`/accounts/${id}`);
  await expect(panel.test).toContainText(words.testOutdated);
  await panel.open("/accounts");
  await expect(panel.row("Ordini e resi")).toContainText(words.neverTested);
});

test.describe("after a restart", () => {
  test.use({ house: "own" });

  test("the last test and its time are still there", async ({ accounts, page, panel, server, words }) => {
    const id = await accounts.add("telegram", { description: "Ordini" });
    await panel.open(`/accounts/${id}`);
    const time = panel.test.locator("time");
    const tested = (await time.getAttribute("datetime")) ?? "";
    expect(Math.abs(Date.now() - Date.parse(tested))).toBeLessThan(60_000);
    await expect(panel.test).toContainText(words.testWorks);

    await page.reload();
    await expect(time).toHaveAttribute("datetime", tested);
    await server.restart();
    await page.reload();
    await expect(time).toHaveAttribute("datetime", tested);
    await expect(panel.test).toContainText(words.testWorks);
    await expect(panel.test).toContainText(`@${SAMPLES.telegram.bot_username}`);
    await panel.open("/accounts");
    await expect(panel.row("Ordini")).toContainText(words.works);
  });
});
