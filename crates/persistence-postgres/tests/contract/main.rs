//! The contract of every store, and what only a server with several clients can do wrong.
#![expect(
    clippy::unwrap_used,
    reason = "what is not as it should be fails the test, with the line that says so"
)]

mod failures;
mod network;
mod plans;
mod proxy;
mod queue;
mod reads;
mod server;
mod support;
mod turns;
mod upgrades;

use std::sync::Arc;

use persistence::Store;

use crate::support::{Database, open};

async fn make_store() -> (Database, Arc<dyn Store>) {
    let database = Database::create().await;
    let store = open(&database).await;
    (database, store)
}

persistence_contract::contract!(make_store);
