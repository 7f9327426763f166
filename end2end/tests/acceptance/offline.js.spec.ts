import type { Page } from "@playwright/test";

import { expect, test } from "../../fixtures/test";

test.use({ house: "own" });

test.describe("the page for being offline", () => {
  test.use({ serviceWorkers: "allow" });

  /** The worker is there and answers for the page. */
  async function workerIsReady(page: Page): Promise<void> {
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      if (navigator.serviceWorker.controller === null) {
        await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
      }
    });
  }

  test("stands in when the server cannot be reached, in both languages", async ({ guard, page, panel, server, words }) => {
    guard.expectLostRequests();
    await panel.open("/accounts");
    await workerIsReady(page);
    await server.stop();
    await page.goto("/accounts?q=ordini");
    await expect(page.getByRole("heading", { name: "Raccordo non risponde" })).toBeVisible();
    await expect(page.getByRole("heading", { name: "Raccordo does not answer" })).toBeVisible();

    await server.start();
    await page.getByRole("link", { name: words.code === "it" ? "Riprova" : "Try again" }).click();
    await panel.shows(words.accounts);
    await expect(page).toHaveURL("/accounts?q=ordini");
  });

  test("is all that is ever kept in the browser", async ({ accounts, page, panel }) => {
    await accounts.add("telegram", { description: "Ordini segreti" });
    await panel.open("/accounts");
    await workerIsReady(page);
    await panel.open("/accounts");
    const kept = await page.evaluate(async () => {
      const names = await caches.keys();
      const requests = await Promise.all(names.map(async (name) => await (await caches.open(name)).keys()));
      return requests.flat().map((request) => new URL(request.url).pathname);
    });
    expect(kept.sort()).toEqual(["/favicon.svg", "/offline.css", "/offline.html"]);
  });
});

test("without a network a banner says so, and what was typed stays", async ({ context, guard, page, panel, words }) => {
  guard.expectLostRequests();
  await panel.open("/accounts/new?platform=activecampaign");
  await panel.description.fill("Scritto in treno");
  await context.setOffline(true);
  const banner = page.getByRole("alert").filter({ hasText: words.offline });
  await expect(banner).toBeVisible();
  await context.setOffline(false);
  await expect(banner).toHaveCount(0);
  await expect(panel.description).toHaveValue("Scritto in treno");
});
