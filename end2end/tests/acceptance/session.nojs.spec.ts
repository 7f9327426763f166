import { Accounts } from "../../fixtures/accounts";
import { Client } from "../../fixtures/client";
import { SECRETS } from "../../fixtures/platforms";
import { letSessionEnd, SHORT_SESSIONS } from "../../fixtures/session";
import { ANNA } from "../../fixtures/template";
import { expect, test } from "../../fixtures/test";

test.use({ house: "own", flags: SHORT_SESSIONS, signedIn: false });
test.setTimeout(90_000);

test("a form that was typed while the session ended comes back, but for its secrets", async ({ page, panel, template, words }) => {
  await panel.open("/accounts/new?platform=telegram");
  await panel.signIn();
  await panel.shows(words.newAccount);
  await panel.description.fill("Scritto con cura");
  await panel.field(words.field.botToken).fill(SECRETS.telegram);
  await panel.field(words.field.botUsername).fill("scritto_con_cura_bot");
  await letSessionEnd(page, template);

  await panel.save();
  await panel.shows(words.signIn);
  await panel.signIn();
  await panel.shows(words.newAccount);
  await expect(panel.notice).toContainText(words.draftRestored);
  await expect(panel.description).toHaveValue("Scritto con cura");
  await expect(panel.field(words.field.botUsername)).toHaveValue("scritto_con_cura_bot");
  await expect(panel.field(words.field.botToken)).toHaveValue("");
  expect(await page.content()).not.toContain(SECRETS.telegram);

  await panel.field(words.field.botToken).fill(SECRETS.telegram);
  await panel.save();
  await expect(panel.notice).toContainText(words.created);
});

test("a change that was typed meanwhile comes back as well, and overwrites nobody's", async ({ guard, page, panel, server, template, words }) => {
  guard.expectStatus(422);
  const client = new Client(server.origin);
  await client.post("/sign-in", { ...ANNA });
  const accounts = new Accounts(client);
  const id = await accounts.add("telegram", { description: "Ordini" });

  await panel.open(`/accounts/${id}`);
  await panel.signIn();
  await panel.shows(words.accountTitle("Ordini"));
  await panel.description.fill("Ordini di Anna");
  await letSessionEnd(page, template);
  await panel.save();
  await panel.shows(words.signIn);
  await accounts.change(id, { description: "Ordini di Bruno" });
  await panel.signIn();
  await expect(panel.description).toHaveValue("Ordini di Anna");

  await panel.save();
  await expect(page.getByRole("alert")).toContainText(words.conflictTitle);
  expect((await accounts.read(id)).description).toBe("Ordini di Bruno");
});
