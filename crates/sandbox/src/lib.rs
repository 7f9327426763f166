//! Fake platforms, for the tests, the benchmark and whoever wants to try Raccordo out without an account anywhere.
//!
//! One TLS socket plays every host whose name ends in [`domain::SANDBOX_SUFFIX`]; the `Host` header tells them apart. The
//! answers have the documented shapes (each module names its sources) and are the same every time: no randomness, and
//! no clock but where the vendor compares with the present. Faults are switched on for one platform at a time, from a
//! test or on the control page. `ActiveCampaign` and Clerk.io keep what is written for as long as the sandbox runs, and
//! the [`Sink`] counts it.
//!
//! | host | base path | plays |
//! | --- | --- | --- |
//! | `negozio.activecampaign.sandbox.test`, and any other name before `.activecampaign` | | ActiveCampaign, one account for each name |
//! | `api.clerk.sandbox.test` | `/v2` | Clerk.io |
//! | `graph.whatsapp.sandbox.test` | | Meta's Graph API |
//! | `gateway.whatsapp.sandbox.test` | `/wa` | a WhatsApp gateway after our own contract |
//! | `api.telegram.sandbox.test` | | Telegram's Bot API |

mod activecampaign;
mod answer;
mod call;
mod certificate;
mod clerk;
mod connection;
mod control;
mod endpoint;
mod fault;
mod gateway;
mod graph;
mod received;
mod sample;
mod sink;
mod start;
mod telegram;
mod world;

pub use endpoint::{ACTIVECAMPAIGN_HOST, CLERK_HOST, GATEWAY_HOST, GRAPH_HOST, TELEGRAM_HOST};
pub use fault::{Fault, UnknownFault};
pub use received::Received;
pub use sample::{
    ACTIVECAMPAIGN_KEY, BOT_ID, BOT_TOKEN, BOT_USERNAME, CHANNEL_ID, CHANNEL_NAME, CLERK_PRIVATE_KEY,
    CLERK_PUBLIC_KEY, CUSTOMER_CHAT_ID, FIELDS, GATEWAY_NAME, GATEWAY_NUMBER, GATEWAY_TOKEN, KICKED_CHAT_ID,
    LISTS, META_APP_SECRET, META_NAME, META_NUMBER, META_TOKEN, MOVED_CHAT_ID, MOVED_TO_CHAT_ID,
    PHONE_NUMBER_ID, STAFF_CHAT_ID, STAFF_CHAT_TITLE, SampleAccount, TAGS, WABA_ID, sample_accounts,
};
pub use sink::{Count, Kind, Sink, Totals};
pub use start::{Sandbox, StartError};
pub use world::Message;
