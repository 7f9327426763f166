import base from "./playwright.config";

/**
 * Pictures of the panel: `npm run screenshots` makes those of the README. With RACCORDO_SHOTS=FOLDER every state of
 * every page is put into that folder as well, to be looked at.
 */
export default {
  ...base,
  testDir: "screenshots",
  testMatch: /\.shots\.ts$/,
  timeout: 300_000,
  reporter: [["line"]] as const,
  use: { ...base.use, deviceScaleFactor: 1, screenshot: "off" as const },
  projects: [
    { name: "it", use: { locale: "it-IT" } },
    // The README's are Italian
    { name: "en", testIgnore: /readme/, use: { locale: "en-GB" } },
  ],
};
