import { defineConfig, type Project } from "@playwright/test";

import { CHROMIUM } from "./fixtures/paths";

/** Scripts are needed: what only they bring. */
const ONLY_WITH_SCRIPTS = /\.js\.spec\.ts$/;
/** Scripts are in the way: what only plain pages do. */
const ONLY_WITHOUT_SCRIPTS = /\.nojs\.spec\.ts$/;

/**
 * CI walks every path four times: in both languages, with JavaScript and without. Elsewhere what needs neither is walked
 * twice, crosswise: in Italian with scripts and in English without, or the other way round.
 */
const IS_EVERY_WAY = Boolean(process.env.CI);
const ITALIAN_WITH_SCRIPTS = /tests\/((a11y|security)\/[^/]+|(acceptance|bugs)\/[0-9a-k][^/]*)(?<!\.(no)?js)\.spec\.ts$/;
const ENGLISH_WITH_SCRIPTS = /tests\/(acceptance|bugs)\/[l-z][^/]*(?<!\.(no)?js)\.spec\.ts$/;

function project(language: "it" | "en", scripts: boolean): Project {
  const ignored = [scripts ? ONLY_WITHOUT_SCRIPTS : ONLY_WITH_SCRIPTS];
  if (!IS_EVERY_WAY) ignored.push(scripts === (language === "it") ? ENGLISH_WITH_SCRIPTS : ITALIAN_WITH_SCRIPTS);
  return {
    name: `${language}-${scripts ? "js" : "nojs"}`,
    testIgnore: ignored,
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
  projects: [project("it", true), project("it", false), project("en", true), project("en", false)],
});
