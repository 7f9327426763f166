import { ask, event } from "../../fixtures/shop";
import { expect, test } from "../../fixtures/test";

// The tokens of a panel that others use too are never none
test.use({ house: "own" });

const EVENT = { method: "POST", headers: { "Content-Type": "application/cloudevents+json" } } as const;

test("a token is shown once, does what it may and nothing else, until it is revoked", async ({ guard, page, panel, server, words }) => {
  guard.expectStatus(201, 422);
  await panel.open("/accounts");
  await page.getByRole("navigation", { name: words.mainNavigation }).getByRole("link", { name: words.areaApi }).click();
  await panel.shows(words.tokens);
  await expect(page.getByText(words.noTokens)).toBeVisible();

  await panel.button(words.createToken).click();
  await expect(page.getByText(words.tokenNameWrong)).toBeVisible();
  await expect(page.getByText(words.noScope)).toBeVisible();
  await panel.live();
  const name = page.getByRole("textbox", { name: words.tokenName });
  await name.fill("Negozio");
  await page.getByRole("checkbox", { name: words.scope["events:write"] }).check();
  await panel.button(words.createToken).click();
  const made = page.getByRole("region", { name: words.tokenMade("Negozio") });
  await expect(made).toContainText(words.tokenOnce);
  const token = (await made.locator("code").innerText()).trim();
  expect(token).toMatch(/^rcd_[A-Za-z0-9_-]{43}$/);
  const row = page.getByRole("row").filter({ has: page.getByRole("rowheader", { name: /^Negozio/ }) });
  await expect(row).toContainText("events:write");
  await expect(row).toContainText("anna");
  await expect(row).toContainText(words.neverUsed);
  await expect(name).toHaveValue("");

  const sent = await ask(server.origin, token, "/events", { ...EVENT, body: JSON.stringify(event("order.placed")) });
  expect(sent.status).toBe(202);
  const read = await ask(server.origin, token, "/events");
  expect(read.status).toBe(403);
  expect(JSON.parse(read.text)).toMatchObject({ type: "/api/v1/problems/scope", scope: "events:read" });

  // From now on nobody sees it again
  const other = `${token.slice(0, -3)}xyz`;
  expect((await ask(server.origin, other, "/events", { ...EVENT, body: "{}" })).status).toBe(401);
  for (const address of ["/tokens", "/log", "/deliveries", "/events"]) {
    await panel.open(address);
    expect(await page.content(), address).not.toContain(token);
  }
  expect(server.log).not.toContain(token);
  await panel.open("/log?kind=token_created");
  await expect(panel.rows).toContainText(words.loggedTokenCreated);

  await panel.openUntil("/tokens", async () => await expect(row).not.toContainText(words.neverUsed, { timeout: 100 }));
  await row.getByText(words.revokeToken("").trim(), { exact: false }).first().click();
  await row.getByRole("button", { name: words.revokeToken("Negozio") }).click();
  await expect(panel.notice).toContainText(words.tokenRevoked);
  await expect(row).toContainText(words.revoked);
  await expect(row.getByRole("button")).toHaveCount(0);
  expect((await ask(server.origin, token, "/events", { ...EVENT, body: "{}" })).status).toBe(401);
  await panel.open("/log?kind=token_revoked");
  await expect(panel.rows).toContainText(words.loggedTokenRevoked);
});

test("the API describes itself, on a page of its own", async ({ page, panel, words }) => {
  await panel.open("/tokens");
  await panel.link(words.apiDocs).click();
  await expect(page).toHaveURL("/api/v1");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByText("/api/v1/events").first()).toBeVisible();
});
