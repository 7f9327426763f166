import { readdirSync } from "node:fs";
import { join } from "node:path";

import { defineConfig, type Project } from "@playwright/test";

import { CHROMIUM } from "./fixtures/paths";

/** The four ways in which a path can be walked. */
const WAYS = [
  { language: "it", scripts: true },
  { language: "en", scripts: false },
  { language: "en", scripts: true },
  { language: "it", scripts: false },
] as const;
type Way = (typeof WAYS)[number];

/** Whether a file has something to say this way: some are about what only scripts bring, some about what only plain pages do. */
function fits(file: string, { scripts }: Way): boolean {
  return !file.endsWith(scripts ? ".nojs.spec.ts" : ".js.spec.ts");
}

/**
 * CI walks every path in each way that fits. Elsewhere each is walked once, the files by turns in the four ways: that tells of
 * a fault within minutes. `RACCORDO_EVERY_WAY=1` walks them as CI does.
 */
const IS_EVERY_WAY = Boolean(process.env.CI ?? process.env.RACCORDO_EVERY_WAY);
const FILES = readdirSync(join(__dirname, "tests"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".spec.ts"))
  .map((file) => `**/tests/${file}`)
  .sort();
const TURNS = new Map<Way, string[]>(WAYS.map((way) => [way, []]));
FILES.forEach((file, index) => {
  const turns = [0, 1, 2, 3].map((step) => WAYS[(index + step) % WAYS.length]);
  const way = turns.find((turn) => turn !== undefined && fits(file, turn));
  if (way !== undefined) TURNS.get(way)?.push(file);
});

function project(way: Way): Project {
  const { language, scripts } = way;
  return {
    name: `${language}-${scripts ? "js" : "nojs"}`,
    testMatch: IS_EVERY_WAY ? FILES.filter((file) => fits(file, way)) : (TURNS.get(way) ?? []),
    use: { locale: language === "it" ? "it-IT" : "en-GB", javaScriptEnabled: scripts },
  };
}

export default defineConfig({
  testDir: "tests",
  globalSetup: "./fixtures/template.ts",
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  // A test that passes at the second try hides a fault of the panel or of its own.
  retries: 0,
  workers: 2,
  timeout: 30_000,
  expect: { timeout: 5_000 },
  reporter: [[process.stdout.isTTY ? "line" : "dot"], ["html", { open: "never" }]],
  use: {
    viewport: { width: 1280, height: 800 },
    // A theme or a state that is still fading in has no contrast to measure.
    contextOptions: { reducedMotion: "reduce" },
    // Workers answer requests that the tests must see; the page for being offline has tests of its own.
    serviceWorkers: "block",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: CHROMIUM,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: WAYS.map(project),
});
