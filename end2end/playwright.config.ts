import { defineConfig, type Project } from "@playwright/test";

import { CHROMIUM } from "./fixtures/paths";

/** Scripts are needed: what only they bring. */
const ONLY_WITH_SCRIPTS = /\.js\.spec\.ts$/;
/** Scripts are in the way: what only plain pages do. */
const ONLY_WITHOUT_SCRIPTS = /\.nojs\.spec\.ts$/;

/** What depends on the language and on scripts each, but not on how the two meet. */
const ONLY_ONE_WAY = /tests\/(a11y|security)\//;

/** Every path is walked four times: in both languages, with JavaScript and without. */
function project(language: "it" | "en", scripts: boolean): Project {
  const ignored = [scripts ? ONLY_WITHOUT_SCRIPTS : ONLY_WITH_SCRIPTS];
  if (scripts !== (language === "it")) ignored.push(ONLY_ONE_WAY);
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
