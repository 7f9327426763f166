import { Accounts } from "../fixtures/accounts";
import { Client, SESSION_COOKIE } from "../fixtures/client";
import type { Sandbox } from "../fixtures/sandbox";
import type { Server } from "../fixtures/server";
import { Shop, customer } from "../fixtures/shop";
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

/** What has happened in a shop, of which the pictures show something. */
export interface Day {
  readonly newsletter: string;
  readonly clerk: string;
  /** The address of a delivery that was refused. */
  readonly refused: string;
  /** An event of which one account is told what would go out, and another why nothing does. */
  readonly explained: string;
}

/** A list that ActiveCampaign does not have: somebody has deleted it. */
const DELETED_LIST = "9";

/** A busy day of a shop: two accounts in the sandbox, deliveries in every state, a queue that is paused. */
export async function liveThroughADay(server: Server, session: string, accounts: Accounts, sandbox: Sandbox): Promise<Day> {
  await accounts.clear();
  const shop = await Shop.open(new Client(server.origin, session));
  const settings = { orders_enabled: "true", abandoned_carts_enabled: "true", newsletter_list: DELETED_LIST };
  const newsletter = await accounts.addActive("activecampaign", "Newsletter e ordini", settings);
  const clerk = await accounts.addActive("clerk", "Ricerca e consigli");
  for (const id of ["1041", "1042"]) await shop.send("customer.registered", { id });
  const refusals = [];
  for (const id of ["1038", "1042"]) refusals.push(await shop.send("customer.newsletter_subscribed", { id }));
  for (const id of ["881", "907", "912"]) await shop.send("product.updated", { id });
  for (const id of ["10419", "10420", "10421"]) {
    await shop.until(await shop.send("order.placed", { id, customer: customer(`1${id}`) }), "delivered");
  }
  const [refused = ""] = await shop.until(refusals[1] ?? (await shop.send("customer.updated")), "refused");
  await shop.send("cart.updated", { id: "c-5501" });
  await accounts.pause(newsletter, true);
  const explained = await shop.send("order.placed", { id: "10422", payment_confirmed: false });
  await sandbox.fault("clerk", "down");
  await shop.until(await shop.send("product.updated", { id: "930" }), "waiting", 1);
  return { newsletter, clerk, refused, explained: `/events/${explained.event}/explain` };
}
