//! A store on a database of its own.

use std::sync::Arc;

use persistence::Store;
pub(crate) use persistence_contract::postgres::Database;
use persistence_postgres::{PostgresOptions, PostgresStore};

/// Opens the store of a database.
pub(crate) async fn open(database: &Database) -> Arc<dyn Store> {
    Arc::new(
        PostgresStore::connect(&database.url(), &PostgresOptions::default())
            .await
            .unwrap(),
    )
}
