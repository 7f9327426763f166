// When the list of accounts is visible in Chromium. Called by `bench panel` with one argument, JSON:
// { chromium, origin, path, cookie, visits }. Answers JSON on the standard output; see crates/bench/src/panel/visible.rs.

import { chromium } from "@playwright/test";

const asked = JSON.parse(process.argv[2] ?? "{}");

/** How long a visit may take. */
const PATIENCE_MS = 120_000;
/** How long a page may take to become live, even on a slow phone. */
const LIVE_MS_MAX = 60_000;
/** Pause between two looks whether it is: each of them takes the page's time. */
const POLL_MS = 250;
/** How long after a page is live its largest paint may still be told. */
const SETTLE_MS = 200;
/** 1.6 Mbit/s down, 750 kbit/s up, 150 ms. */
const SLOW_NETWORK = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 };
const SLOW_CPU = { rate: 4 };

const DESKTOP = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

const PROFILES = [
  { kind: "unthrottled", name: "unthrottled", device: DESKTOP },
  { kind: "slow-phone", name: "slow phone", device: PHONE },
  { kind: "no-wasm", name: "unthrottled, WebAssembly withheld", device: DESKTOP },
];

/** Runs in the page before anything of it: notes when things happen. */
function watch() {
  const seen = { row: null, live: null, largest: null };
  globalThis.seen = seen;
  let found = false;
  const observer = new MutationObserver(() => {
    if (!found && document.querySelector("table.accounts tbody tr")) {
      found = true;
      // The frame with the row is painted between this callback and the message that follows it.
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => {
          seen.row = performance.now();
        };
        channel.port2.postMessage(null);
      });
    }
    if (seen.live === null && document.documentElement?.hasAttribute("data-live")) {
      seen.live = performance.now();
      observer.disconnect();
    }
  });
  observer.observe(document, { childList: true, subtree: true, attributeFilter: ["data-live"] });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.largest = entry.startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
}

/** Runs in the page at the end of a visit. */
function result() {
  const resources = performance.getEntriesByType("resource");
  const last = (/** @type {string} */ ending) => {
    const ends = resources.filter((entry) => new URL(entry.name).pathname.endsWith(ending)).map((entry) => entry.responseEnd);
    return ends.length > 0 ? Math.max(...ends) : null;
  };
  const first = (/** @type {string} */ ending) => {
    const ends = resources
      .filter((entry) => new URL(entry.name).pathname.endsWith(ending) && entry.responseEnd > 0)
      .map((entry) => entry.responseEnd);
    return ends.length > 0 ? Math.min(...ends) : null;
  };
  const row = document.querySelector("table.accounts tbody tr");
  if (!row || row.getBoundingClientRect().top >= innerHeight) throw new Error("the first row is not within the window");
  return {
    document: performance.getEntriesByType("navigation")[0].responseEnd,
    style: last(".css") ?? 0,
    paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
    row: globalThis.seen.row,
    largest: globalThis.seen.largest,
    wasm: first(".wasm"),
    live: globalThis.seen.live,
  };
}

/** Waits until the page is live; gives up when it fails or takes too long: that is a result. */
async function becomesLive(page, failures) {
  const deadline = Date.now() + LIVE_MS_MAX;
  while (Date.now() < deadline && failures.length === 0) {
    if (await page.evaluate(() => globalThis.seen.live !== null)) return;
    await page.waitForTimeout(POLL_MS);
  }
  if (failures.length === 0) failures.push(`not live within ${LIVE_MS_MAX / 1000} s`);
}

async function visit(browser, profile, paths, failures) {
  const context = await browser.newContext({ ...profile.device, locale: "it-IT" });
  try {
    const [name, value] = asked.cookie.split(/=(.*)/s);
    await context.addCookies([{ name, value, url: asked.origin, httpOnly: true, sameSite: "Lax" }]);
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    context.on("request", (request) => {
      const url = new URL(request.url());
      if (url.origin === asked.origin) paths.add(url.pathname);
    });
    const own = [];
    page.on("pageerror", (error) => own.push(error.message));
    const client = await context.newCDPSession(page);
    await client.send("Network.enable");
    if (profile.kind === "slow-phone") {
      await client.send("Network.emulateNetworkConditions", SLOW_NETWORK);
      await client.send("Emulation.setCPUThrottlingRate", SLOW_CPU);
    }
    if (profile.kind === "no-wasm") await client.send("Network.setBlockedURLs", { urls: ["*.wasm"] });
    await page.addInitScript(watch);
    await page.goto(asked.origin + asked.path, { waitUntil: "load", timeout: PATIENCE_MS });
    await page.waitForFunction(() => globalThis.seen.row !== null);
    if (profile.kind !== "no-wasm") {
      await becomesLive(page, own);
      failures.push(...own);
    }
    await page.waitForTimeout(SETTLE_MS);
    const seen = await page.evaluate(result);
    return profile.kind === "no-wasm" ? { ...seen, wasm: null } : seen;
  } finally {
    await context.close();
  }
}

const browser = await chromium.launch({
  executablePath: asked.chromium,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
try {
  const paths = new Set();
  const profiles = [];
  for (const profile of PROFILES) {
    const visits = [];
    const failures = [];
    for (let count = 0; count < asked.visits; count += 1) visits.push(await visit(browser, profile, paths, failures));
    profiles.push({ kind: profile.kind, name: profile.name, visits, failures });
  }
  console.log(JSON.stringify({ profiles, paths: [...paths] }));
} finally {
  await browser.close();
}
