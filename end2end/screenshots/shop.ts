import { Accounts } from "../fixtures/accounts";
import { Client, SESSION_COOKIE } from "../fixtures/client";
import type { Server } from "../fixtures/server";
import { ANNA } from "../fixtures/template";

/** A shop as there are many, made by its own first start; answers its accounts and the session of its administrator. */
export async function openShop(server: Server): Promise<{ accounts: Accounts; session: string }> {
  const client = new Client(server.origin);
  await client.post("/first-start", {
    token: new URL(server.firstStartLink()).searchParams.get("token") ?? "",
    name: ANNA.name,
    password: ANNA.password,
    repeat: ANNA.password,
    site_name: "Bottega Marchigiana",
    site_url: "https://www.bottegamarchigiana.it",
    languages: "it, en",
    currencies: "EUR",
    time_zone: "Europe/Rome",
  });
  return { accounts: new Accounts(client), session: client.cookie(SESSION_COOKIE) };
}

/** Nothing of this shop exists. */
const UNPROVEN = { proven: false } as const;

/** The accounts of a shop that has been at it for a while; answers the ids of some. */
export async function fillShop(accounts: Accounts): Promise<{ newsletter: string; telegram: string; spare: string }> {
  const newsletter = await accounts.add("activecampaign", { description: "Newsletter e ordini", api_url: "bottegamarchigiana" }, UNPROVEN);
  await accounts.change(newsletter, { orders_enabled: "true", abandoned_carts_enabled: "true" });
  const clerk = { api_base_url: "https://api.clerk.io/v2" };
  const italian = await accounts.add("clerk", { ...clerk, description: "Ricerca e consigli, sito italiano" }, UNPROVEN);
  const english = await accounts.add("clerk", { ...clerk, description: "Ricerca e consigli, sito inglese" }, UNPROVEN);
  await accounts.change(english, { language: "en" });
  const gateway = { description: "Avvisi di spedizione", gateway_url: "https://wa.bottegamarchigiana.it/gateway" };
  const whatsapp = await accounts.add("wa_smart_business", gateway, UNPROVEN);
  const bot = { description: "Ordini in chat", bot_username: "bottega_ordini_bot", api_base_url: "https://api.telegram.org" };
  const telegram = await accounts.add("telegram", bot, UNPROVEN);
  const spareBot = { ...bot, description: "Ordini in chat, bot nuovo", bot_username: "bottega_marchigiana_bot" };
  const spare = await accounts.add("telegram", spareBot, UNPROVEN);
  for (const id of [newsletter, italian, english, whatsapp, telegram]) await accounts.switch(id, true);
  return { newsletter, telegram, spare };
}
