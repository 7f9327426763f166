//! The store on `PostgreSQL`, 15 or newer. Several processes may share one database.

mod accept;
mod account_writes;
mod accounts;
mod backlog;
mod checks;
mod claims;
mod clock;
mod columns;
mod connection;
mod deliveries;
mod delivery_changes;
mod delivery_list;
mod error;
mod events;
mod finishes;
mod health;
mod holds;
mod hours;
mod intake;
mod keys;
mod lanes;
mod limits;
mod log;
mod memories;
mod migration;
mod paces;
mod recalls;
mod sessions;
mod sites;
mod together;
mod tokens;
mod tries;
mod users;
mod work;

use std::sync::Arc;
use std::time::Duration;

use persistence::StoreError;

pub use crate::limits::PostgresStore;

use crate::connection::{Connections, Lent, Transaction};
use crate::intake::Intake;
use crate::recalls::Recalls;
use crate::together::Together;
use crate::work::Work;

/// How a database is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresOptions {
    /// How long to wait for the server when the store is opened.
    pub connect_timeout: Duration,
    /// How long to wait for a lock that somebody else holds, for a free connection, and for what was broken off to end.
    pub busy_timeout: Duration,
    /// How long a call may take; then it fails as [`StoreError::Unreachable`], whether it was carried out or not. The server
    /// is told to give up a little earlier.
    pub call_timeout: Duration,
    /// Connections open at the same time, besides the one that listens; at least two. Half of them are for the queue.
    pub connections_max: u32,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            busy_timeout: Duration::from_secs(5),
            call_timeout: Duration::from_secs(30),
            connections_max: 10,
        }
    }
}

/// The store on one `PostgreSQL` database, however long its calls take.
struct Pooled {
    connections: Connections,
    intake: Arc<Together<Intake>>,
    recalls: Arc<Together<Recalls>>,
    work: Arc<Work>,
}

impl Pooled {
    async fn connect(url: &str, options: &PostgresOptions) -> Result<Self, StoreError> {
        let connect = connection::parse(url)?;
        migration::run(&connect, options).await?;
        let connections = Connections::new(&connect, options);
        let work = Arc::new(Work::new(connect, connections.clone()));
        Ok(Self {
            intake: Intake::together(connections.clone(), Arc::clone(&work)),
            recalls: Recalls::together(connections.clone()),
            connections,
            work,
        })
    }

    /// Waits for a connection.
    async fn acquire(&self) -> Result<Lent, StoreError> {
        self.connections.acquire().await
    }

    /// Begins a transaction; dropped without a commit, it takes everything back.
    async fn begin(&self) -> Result<Transaction, StoreError> {
        self.connections.begin().await
    }
}
