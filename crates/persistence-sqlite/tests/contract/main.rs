//! The contract of every store, and what only a file can do wrong.
#![expect(
    clippy::unwrap_used,
    reason = "what is not as it should be fails the test, with the line that says so"
)]

mod callers;
mod child;
mod crashes;
mod damage;
mod failures;
mod intake;
mod permissions;
mod plans;
mod processes;
mod rows;
mod support;
mod upgrades;

use std::sync::Arc;

use persistence::Store;

use crate::support::{Database, open};

async fn make_store() -> (Database, Arc<dyn Store>) {
    let database = Database::new();
    let store = open(&database).await;
    (database, store)
}

persistence_contract::contract!(make_store);
