//! Every connector against the sandbox: what it calls, what it learns, and what it makes of every fault.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod activecampaign;
mod authority;
mod clerk;
mod connection;
mod host;
mod nothing;
mod reach;
mod secrets;
mod stage;
mod telegram;
mod whatsapp;
