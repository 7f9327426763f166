import { SAMPLES, SECRETS } from "../../fixtures/platforms";
import { expect, test } from "../../fixtures/test";

test("a field is checked when it is left, and while it is mended", async ({ page, panel, words }) => {
  await panel.open("/accounts/new?platform=telegram");
  const name = panel.field(words.field.botUsername);
  await name.fill("ordini");
  // Nobody is called wrong while still typing
  await expect(name).not.toHaveAttribute("aria-invalid", "true");
  await panel.description.focus();
  await expect(name).toHaveAttribute("aria-invalid", "true");
  await expect(name).toHaveAccessibleDescription(new RegExp(words.botUsernameForm));
  // The other fields have not been looked at yet
  await expect(panel.field(words.field.botToken)).not.toHaveAttribute("aria-invalid", "true");

  await name.press("End");
  await name.pressSequentially("_bot");
  await expect(name).not.toHaveAttribute("aria-invalid", "true");
  await expect(page.getByText(words.botUsernameForm)).toHaveCount(0);

  // What was right may be typed on in peace, until it is left again
  await name.pressSequentially("_2");
  await expect(name).not.toHaveAttribute("aria-invalid", "true");
  await panel.description.focus();
  await expect(name).toHaveAttribute("aria-invalid", "true");
});

test("the browser refuses what the server refuses, in the same words", async ({ guard, page, panel, words }) => {
  guard.expectStatus(422);
  await panel.open("/accounts/new?platform=activecampaign");
  const address = panel.field(words.field.apiUrl);
  await address.fill("http://acme.api-us1.com");
  await panel.description.focus();
  await expect(address).toHaveAccessibleDescription(new RegExp(words.httpsNeeded));
  await panel.save();
  await expect(page.getByRole("alert")).toContainText(`${words.field.apiUrl}: ${words.httpsNeeded}`);
  await expect(address).toHaveAccessibleDescription(new RegExp(words.httpsNeeded));
});

test("that another address needs the secret again is told at once", async ({ accounts, page, panel, words }) => {
  const id = await accounts.add("telegram");
  await panel.open(`/accounts/${id}`);
  const secret = page.getByRole("group", { name: words.field.botToken });
  const bound = words.boundTo(words.field.botToken, new URL(SAMPLES.telegram.api_base_url).host);
  await panel.field(words.field.botServer).fill("https://bots.example.com");
  await panel.description.focus();
  await expect(secret).toContainText(bound);
  const fresh = panel.field(words.newValue(words.field.botToken));
  await expect(fresh).toBeVisible();

  await fresh.fill(SECRETS.telegram);
  await expect(secret).not.toContainText(bound);
  // What one types in does not close under one's hands
  await expect(fresh).toBeVisible();
  await panel.field(words.field.botServer).fill(SAMPLES.telegram.api_base_url);
  await expect(secret).not.toContainText(bound);
});

test("a button is pressed at the first try, also while a wrong field is left for it", async ({ guard, page, panel, words }) => {
  guard.expectStatus(422);
  await panel.open("/accounts/new?platform=telegram");
  await panel.field(words.field.botUsername).fill("ordini");
  const box = await panel.button(words.save).boundingBox();
  if (box === null) throw new Error("there is no button");
  // The error that comes up under the field must not push the button away between down and up
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.up();
  await expect(page.getByRole("alert")).toContainText(words.checkFields(3));
});

test("what is typed as a secret can be looked at, and is hidden again", async ({ panel, words }) => {
  await panel.open("/accounts/new?platform=telegram");
  const field = panel.field(words.field.botToken);
  await field.fill(SECRETS.telegram);
  await expect(field).toHaveAttribute("type", "password");
  await panel.button(words.show).click();
  await expect(field).toHaveAttribute("type", "text");
  await expect(panel.button(words.show)).toHaveAttribute("aria-pressed", "true");
  await panel.button(words.show).click();
  await expect(field).toHaveAttribute("type", "password");
  await expect(field).toHaveValue(SECRETS.telegram);
});
