//! The store on `PostgreSQL`, 15 or newer. Several processes may share one database.

mod account_writes;
mod accounts;
mod checks;
mod connection;
mod error;
mod health;
mod keys;
mod log;
mod migration;
mod sessions;
mod sites;
mod users;

use std::time::Duration;

use persistence::StoreError;
use sqlx::PgPool;

/// How a database is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresOptions {
    /// How long to wait for the server when the store is opened.
    pub connect_timeout: Duration,
    /// How long to wait for a lock that somebody else holds, and for a free connection.
    pub busy_timeout: Duration,
    /// Connections open at the same time.
    pub connections_max: u32,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            busy_timeout: Duration::from_secs(5),
            connections_max: 10,
        }
    }
}

/// The store on one `PostgreSQL` database.
pub struct PostgresStore {
    pool: PgPool,
    connections_max: u32,
}

impl PostgresStore {
    /// Connects to the database at `url` (`postgres://user:password@host/database`, with the parameters of `libpq`) and
    /// brings its tables up to date. The database must exist and be in UTF-8.
    pub async fn connect(url: &str, options: &PostgresOptions) -> Result<Self, StoreError> {
        let connect = connection::parse(url)?;
        migration::run(&connect, options).await?;
        let connections_max = options.connections_max.max(1);
        let pool = connection::pool(connect, connections_max, options.busy_timeout);
        Ok(Self {
            pool,
            connections_max,
        })
    }
}
