import { expect, test } from "../../fixtures/test";

// A notice came up over the buttons below a form that fits the screen: Salva could not be pressed again until somebody
// had closed the notice, and a fault is told for as long as nobody does.
for (const viewport of [
  { width: 1280, height: 800 },
  { width: 1280, height: 1400 },
  { width: 390, height: 844 },
]) {
  test(`a notice leaves the buttons of a form free, ${viewport.width} by ${viewport.height}`, async ({ accounts, page, panel, words }) => {
    await page.setViewportSize(viewport);
    const id = await accounts.add("activecampaign");
    await panel.open(`/accounts/${id}`);
    await panel.save();
    await expect(panel.notice).toContainText(words.unchanged);
    // Until the page, which is made anew after saving, has settled
    await expect(async () => {
      await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
      const notice = await panel.notice.locator(".notice").boundingBox();
      const button = await panel.button(words.save).boundingBox();
      if (notice === null || button === null) throw new Error("the notice and the button are both there");
      const beside = notice.x >= button.x + button.width || button.x >= notice.x + notice.width;
      const apart = notice.y + notice.height <= button.y || button.y + button.height <= notice.y;
      expect(beside || apart, `the notice ${JSON.stringify(notice)} and the button ${JSON.stringify(button)}`).toBe(true);
    }).toPass({ timeout: 5_000 });
  });
}
