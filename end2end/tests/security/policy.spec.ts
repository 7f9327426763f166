import { SESSION_COOKIE } from "../../fixtures/client";
import { expect, test } from "../../fixtures/test";

test("every page allows exactly the scripts that it names itself", async ({ accounts, page, guard, shop }) => {
  guard.expectStatus(404);
  const id = await accounts.addActive("clerk", "Ricerca");
  const product = await shop.send("product.updated");
  const [delivery = ""] = await shop.until(product, "delivered");
  const nonces = new Set<string>();
  const accountPages = ["/accounts", "/accounts/new", `/accounts/${id}`, `/accounts/delete?ids=${id}`];
  const deliveryPages = ["/deliveries", delivery, "/deliveries/retry?state=refused", "/events", `/events/${product.event}/explain`];
  const addresses = [...accountPages, ...deliveryPages, "/tokens", "/sign-in", "/nothing"];
  for (const address of addresses) {
    const answer = await page.request.get(address);
    const policy = answer.headers()["content-security-policy"] ?? "";
    const nonce = /script-src [^;]*'nonce-([^']+)'/.exec(policy)?.[1];
    expect(nonce, address).toBeTruthy();
    expect(policy, address).not.toContain("unsafe-inline");
    expect(policy, address).not.toContain("'unsafe-eval'");
    for (const directive of ["default-src 'none'", "style-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"]) {
      expect(policy.split("; "), address).toContain(directive);
    }
    const html = await answer.text();
    const scripts = [...html.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag);
    expect(scripts.length, address).toBeGreaterThan(0);
    for (const tag of scripts) expect(tag, address).toContain(`nonce="${nonce}"`);
    expect(html, address).not.toMatch(/<[^>]+\s(?:style|on[a-z]+)=/);
    nonces.add(nonce ?? "");
  }
  expect(nonces.size, "no nonce is used twice").toBe(addresses.length);
});

test("the page of the API runs no script at all", async ({ page }) => {
  const answer = await page.request.get("/api/v1");
  const policy = answer.headers()["content-security-policy"] ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("unsafe");
  expect(await answer.text()).not.toMatch(/<script|<[^>]+\s(?:style|on[a-z]+)=/);
});

test("a page is kept nowhere, framed nowhere and tells others nothing", async ({ page }) => {
  const headers = (await page.request.get("/accounts")).headers();
  expect(headers).toMatchObject({
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
  });
});

test.describe("the session", () => {
  test.use({ signedIn: false });

  test("is out of the reach of scripts and of other sites", async ({ context, page, panel, words }) => {
    await panel.open("/sign-in");
    await panel.signIn();
    await panel.shows(words.accounts);
    const session = (await context.cookies()).find(({ name }) => name === SESSION_COOKIE);
    expect(session).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
    expect(await page.evaluate(() => document.cookie)).not.toContain(SESSION_COOKIE);
  });
});
