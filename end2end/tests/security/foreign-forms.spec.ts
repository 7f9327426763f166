import { SAMPLES } from "../../fixtures/platforms";
import { expect, test } from "../../fixtures/test";

const ELSEWHERE = "http://elsewhere.example/";

test("a form of another site is refused, and changes nothing", async ({ accounts, guard, page, panel, server, words }) => {
  guard.expectStatus(403);
  const id = await accounts.add("telegram", { description: "Ordini" });
  const html = `<form method="post" action="${server.origin}/accounts/selection">
    <input name="do" value="activate:${id}"><button>Gratis!</button></form>`;
  await page.route(ELSEWHERE, (route) => route.fulfill({ contentType: "text/html", body: html }));
  await page.goto(ELSEWHERE);
  await page.getByRole("button").click();
  await panel.shows(words.forbidden);
  expect(await accounts.read(id)).toMatchObject({ active: false, version: 1 });
});

test("a test that another site asks for is refused, and calls nobody", async ({ accounts, guard, page, panel, sandbox, server, words }) => {
  guard.expectStatus(403);
  await accounts.add("telegram", { description: "Ordini" });
  const before = await sandbox.received();
  const fields = Object.entries({ platform: "telegram", ...SAMPLES.telegram, do: "test" });
  const inputs = fields.map(([name, value]) => `<input name="${name}" value="${value}">`).join("");
  const html = `<form method="post" action="${server.origin}/accounts/new">${inputs}<button>Gratis!</button></form>`;
  await page.route(ELSEWHERE, (route) => route.fulfill({ contentType: "text/html", body: html }));
  await page.goto(ELSEWHERE);
  await page.getByRole("button").click();
  await panel.shows(words.forbidden);
  expect(await sandbox.received()).toEqual(before);
});

test("a token that another site asks for is not made, nor is a delivery skipped", async ({ accounts, guard, page, panel, server, shop, words }) => {
  guard.expectStatus(403);
  const id = await accounts.addActive("clerk", "Ricerca");
  await accounts.pause(id, true);
  const product = await shop.send("product.updated");
  const [delivery = ""] = await shop.until(product, "waiting");
  const forms = [
    ["/tokens", { do: "create", name: "Intruso", scope: "events:read" }],
    [delivery, { do: "skip" }],
    ["/deliveries/change", { do: "skip", state: "waiting", total: "1" }],
    [`/accounts/${id}/queue`, { do: "resume" }],
  ] as const;
  for (const [action, fields] of forms) {
    const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`);
    const html = `<form method="post" action="${server.origin}${action}">${inputs.join("")}<button>Gratis!</button></form>`;
    await page.route(ELSEWHERE, (route) => route.fulfill({ contentType: "text/html", body: html }));
    await page.goto(ELSEWHERE);
    await page.getByRole("button").click();
    await panel.shows(words.forbidden);
    await page.unroute(ELSEWHERE);
  }
  await shop.until(product, "waiting");
  await panel.open("/tokens");
  await expect(page.getByText("Intruso")).toHaveCount(0);
});
