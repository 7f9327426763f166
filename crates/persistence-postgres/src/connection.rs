//! How connections to the server are set up.

use std::time::Duration;

use domain::AccountId;
use persistence::StoreError;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgPool, Postgres, SqlSafeStr, SqlStr, Transaction};

use crate::PostgresOptions;
use crate::error::{Refused, store_error};

/// How we are called in the server's own lists.
const APPLICATION_NAME: &str = "raccordo";
/// Statements that each connection keeps prepared: more than there are in this crate.
const STATEMENTS_KEPT: usize = 256;
/// A connection that has rested for longer is asked whether it is still there. Asking each time would make every query
/// wait for the server twice.
const REST_MAX: Duration = Duration::from_secs(1);
/// How long another process may take to bring the tables up to date.
const MIGRATION_WAIT: Duration = Duration::from_mins(1);

/// Begins a transaction of the queue.
const BEGIN_QUEUE: &str =
    "begin; set local enable_seqscan = off; set local enable_bitmapscan = off; set local jit = off";

/// Reads the address.
pub(crate) fn parse(url: &str) -> Result<PgConnectOptions, StoreError> {
    let connect: PgConnectOptions = url.parse().map_err(store_error)?;
    // Statements hold no values, but at this rate even their text is too much for a log.
    Ok(connect
        .application_name(APPLICATION_NAME)
        .statement_cache_capacity(STATEMENTS_KEPT)
        .disable_statement_logging())
}

/// What this crate takes for granted, whatever the defaults of server, database and role are.
async fn prepare(conn: &mut PgConnection, lock_timeout: Duration) -> Result<(), sqlx::Error> {
    sqlx::query(
        "select set_config('lock_timeout', $1, false),
             set_config('default_transaction_isolation', 'read committed', false)",
    )
    .bind(lock_timeout.as_millis().to_string())
    .execute(conn)
    .await?;
    Ok(())
}

/// One connection by itself, for bringing the tables up to date. Unlike the pool it tells at once why it cannot connect.
pub(crate) async fn for_migration(
    connect: &PgConnectOptions,
    options: &PostgresOptions,
) -> Result<PgConnection, StoreError> {
    let connecting = async {
        let mut conn = connect.connect().await?;
        prepare(&mut conn, MIGRATION_WAIT).await?;
        Ok(conn)
    };
    tokio::time::timeout(options.connect_timeout, connecting)
        .await
        .map_err(|elapsed| StoreError::Unreachable(Box::new(elapsed)))?
        .map_err(store_error)
}

/// The connections of a store; none is opened yet.
pub(crate) fn pool(connect: PgConnectOptions, connections_max: u32, busy_timeout: Duration) -> PgPool {
    PgPoolOptions::new()
        .max_connections(connections_max)
        .acquire_timeout(busy_timeout)
        .after_connect(move |conn, _| Box::pin(prepare(conn, busy_timeout)))
        .test_before_acquire(false)
        .before_acquire(|conn, metadata| {
            Box::pin(async move {
                if metadata.idle_for > REST_MAX && conn.ping().await.is_err() {
                    return Ok(false);
                }
                Ok(true)
            })
        })
        .connect_lazy_with(connect)
}

/// The connections of a store.
#[derive(Clone)]
pub(crate) struct Connections {
    pool: PgPool,
    max: u32,
}

impl Connections {
    /// At most `max` of them, on a pool that allows as many.
    pub(crate) const fn new(pool: PgPool, max: u32) -> Self {
        Self { pool, max }
    }

    /// Waits for a connection.
    pub(crate) async fn acquire(&self) -> Result<PoolConnection<Postgres>, StoreError> {
        match self.pool.acquire().await {
            Ok(conn) => Ok(conn),
            // The pool goes on trying to connect until the time is over: with room for more connections, it was not the
            // others that kept us waiting.
            Err(error @ sqlx::Error::PoolTimedOut) if self.pool.size() < self.max => {
                Err(StoreError::Unreachable(Box::new(error)))
            }
            Err(error) => Err(store_error(error)),
        }
    }

    /// Begins a transaction; dropped without a commit, it takes everything back.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        let conn = self.acquire().await?;
        Transaction::begin(conn, None).await.map_err(store_error)
    }

    /// Begins a transaction of the queue. A queue that was empty may have a million rows before the server looks again at
    /// what it holds: whatever it thinks of them, they are read along an index and one by one.
    pub(crate) async fn begin_queue(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        let conn = self.acquire().await?;
        Transaction::begin(conn, Some(SqlStr::from_static(BEGIN_QUEUE)))
            .await
            .map_err(store_error)
    }

    /// Begins a transaction of the queue that claims deliveries of `account`, one after the other: two at once would not see
    /// each other's, and could each hand out another one of the same lane.
    pub(crate) async fn begin_claim(
        &self,
        account: AccountId,
    ) -> Result<Transaction<'static, Postgres>, StoreError> {
        // Accounts that share a number wait for each other in vain, no more.
        let (number, other) = account.uuid().as_u64_pair();
        let lock = (number ^ other).cast_signed();
        let conn = self.acquire().await?;
        let statement = AssertSqlSafe(format!("{BEGIN_QUEUE}; select pg_advisory_xact_lock({lock})"));
        Transaction::begin(conn, Some(statement.into_sql_str()))
            .await
            .map_err(store_error)
    }

    /// Waits for those that are in use, and closes all.
    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Refuses a server or database that this crate was not made for.
pub(crate) async fn check_server(conn: &mut PgConnection) -> Result<(), StoreError> {
    let (version, encoding): (i32, String) = sqlx::query_as(
        "select current_setting('server_version_num')::integer, current_setting('server_encoding')",
    )
    .fetch_one(conn)
    .await
    .map_err(store_error)?;
    if version < 150_000 {
        return Err(StoreError::Driver(Box::new(Refused::Server { version })));
    }
    if encoding != "UTF8" {
        return Err(StoreError::Driver(Box::new(Refused::Encoding { encoding })));
    }
    Ok(())
}
