//! How connections to the server are set up.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use domain::AccountId;
use persistence::StoreError;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgPool, Postgres, SqlSafeStr};

use crate::PostgresOptions;
use crate::error::{Refused, store_error};

/// How we are called in the server's own lists.
const APPLICATION_NAME: &str = "raccordo";
/// Statements that each connection keeps prepared: more than there are in this crate.
const STATEMENTS_KEPT: usize = 256;
/// A connection that has rested for longer is asked whether it is still there. Asking each time would make every query
/// wait for the server twice.
const REST_MAX: Duration = Duration::from_secs(1);
/// How long an answer to that may take.
const PING_MAX: Duration = Duration::from_secs(1);
/// How long another process may take to bring the tables up to date.
const MIGRATION_WAIT: Duration = Duration::from_mins(1);

/// Reads the address.
pub(crate) fn parse(url: &str) -> Result<PgConnectOptions, StoreError> {
    let connect: PgConnectOptions = url.parse().map_err(store_error)?;
    // Statements hold no values, but at this rate even their text is too much for a log.
    Ok(connect
        .application_name(APPLICATION_NAME)
        .statement_cache_capacity(STATEMENTS_KEPT)
        .disable_statement_logging())
}

/// What this crate takes for granted, whatever the defaults of server, database and role are: what is committed is on the
/// disk, or wherever else the server is told to put it.
async fn prepare(conn: &mut PgConnection, lock_timeout: Duration) -> Result<(), sqlx::Error> {
    sqlx::query(
        "select set_config('lock_timeout', $1, false),
             set_config('default_transaction_isolation', 'read committed', false),
             set_config('synchronous_commit', coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on'), false)",
    )
    .bind(lock_timeout.as_millis().to_string())
    .execute(conn)
    .await
    .map(drop)
}

/// A queue that was empty may have a million rows before the server looks again at what it holds: whatever it thinks of
/// them, they are read along an index and one by one. So that each statement has one plan, it is made once: for lists of
/// values the server would otherwise make it anew each time, which takes longer than what it is for.
async fn read_along_indices(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(
        "set enable_seqscan = off; set enable_bitmapscan = off; set jit = off;
         set plan_cache_mode = force_generic_plan",
    )
    .execute(conn)
    .await
    .map(drop)
}

/// Lets the server give up what nobody waits for any more: without that, it would hold locks for as long as it takes the
/// network to notice that we are gone.
async fn limit(conn: &mut PgConnection, call_timeout: Duration) -> Result<(), sqlx::Error> {
    // A little earlier than we do, so that it can say so; 0 would be without end.
    let statement_ms = (call_timeout / 10 * 9).as_millis().max(1);
    sqlx::query(
        "select set_config('statement_timeout', $1, false),
             set_config('idle_in_transaction_session_timeout', $2, false)",
    )
    .bind(statement_ms.to_string())
    .bind(call_timeout.as_millis().max(1).to_string())
    .execute(conn)
    .await
    .map(drop)
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

/// Asks a connection whether it is still there. One that says nothing is lost, and the next one is tried.
async fn is_there(conn: &mut PgConnection) -> bool {
    matches!(tokio::time::timeout(PING_MAX, conn.ping()).await, Ok(Ok(())))
}

/// What connections are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// The queue of deliveries, and whatever else is looked up one by one.
    Queue,
    /// All else.
    Rest,
}

/// Connections for one use.
#[derive(Clone)]
struct Pool {
    inner: PgPool,
    max: u32,
    return_within: Duration,
}

impl Pool {
    /// Connections to the server of `connect`, at most `max`; none is opened yet.
    fn new(connect: PgConnectOptions, options: &PostgresOptions, max: u32, of: Use) -> Self {
        let PostgresOptions {
            busy_timeout,
            call_timeout,
            ..
        } = *options;
        let inner = PgPoolOptions::new()
            .max_connections(max)
            .acquire_timeout(busy_timeout)
            .after_connect(move |conn, _| {
                Box::pin(async move {
                    prepare(conn, busy_timeout).await?;
                    if of == Use::Queue {
                        read_along_indices(conn).await?;
                    }
                    limit(conn, call_timeout).await
                })
            })
            .test_before_acquire(false)
            .before_acquire(|conn, metadata| {
                Box::pin(async move { Ok(metadata.idle_for <= REST_MAX || is_there(conn).await) })
            })
            .connect_lazy_with(connect);
        Self {
            inner,
            max,
            return_within: busy_timeout,
        }
    }

    async fn acquire(&self) -> Result<Lent, StoreError> {
        match self.inner.acquire().await {
            Ok(conn) => Ok(Lent {
                conn: Some(conn),
                state: State::Plain,
                return_within: self.return_within,
            }),
            // The pool goes on trying to connect until the time is over: with room for more connections, it was not the
            // others that kept us waiting.
            Err(error @ sqlx::Error::PoolTimedOut) if self.inner.size() < self.max => {
                Err(StoreError::Unreachable(Box::new(error)))
            }
            Err(error) => Err(store_error(error)),
        }
    }
}

/// The connections of a store. The queue has its own: they are set up for it, and neither keeps the other waiting.
#[derive(Clone)]
pub(crate) struct Connections {
    queue: Pool,
    rest: Pool,
    call_timeout: Duration,
}

impl Connections {
    /// Connections to the server of `connect`; none is opened yet.
    pub(crate) fn new(connect: &PgConnectOptions, options: &PostgresOptions) -> Self {
        let all = options.connections_max.max(2);
        let of_queue = all / 2;
        Self {
            queue: Pool::new(connect.clone(), options, of_queue, Use::Queue),
            rest: Pool::new(connect.clone(), options, all - of_queue, Use::Rest),
            call_timeout: options.call_timeout,
        }
    }

    /// How long whoever uses one may take.
    pub(crate) const fn call_timeout(&self) -> Duration {
        self.call_timeout
    }

    /// Waits for a connection.
    pub(crate) async fn acquire(&self) -> Result<Lent, StoreError> {
        self.rest.acquire().await
    }

    /// Waits for a connection of the queue. See [`read_along_indices`].
    pub(crate) async fn acquire_queue(&self) -> Result<Lent, StoreError> {
        self.queue.acquire().await
    }

    /// Begins a transaction; dropped without a commit, it takes everything back.
    pub(crate) async fn begin(&self) -> Result<Transaction, StoreError> {
        let lent = self.acquire().await?;
        Transaction::begin(lent, "begin").await.map_err(store_error)
    }

    /// Begins a transaction of the queue.
    pub(crate) async fn begin_queue(&self) -> Result<Transaction, StoreError> {
        let lent = self.acquire_queue().await?;
        Transaction::begin(lent, "begin").await.map_err(store_error)
    }

    /// Begins a transaction of the queue that claims deliveries of `account`, one after the other: two at once would not see
    /// each other's, and could each hand out another one of the same lane.
    pub(crate) async fn begin_claim(&self, account: AccountId) -> Result<Transaction, StoreError> {
        // Accounts that share a number wait for each other in vain, no more.
        let (number, other) = account.uuid().as_u64_pair();
        let lock = (number ^ other).cast_signed();
        let lent = self.acquire_queue().await?;
        let statement = AssertSqlSafe(format!("begin; select pg_advisory_xact_lock({lock})"));
        Transaction::begin(lent, statement).await.map_err(store_error)
    }

    /// Waits for those that are in use, and closes all.
    pub(crate) async fn close(&self) {
        self.queue.inner.close().await;
        self.rest.inner.close().await;
    }
}

/// Where a connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// No transaction is open.
    Plain,
    /// One is open.
    Open,
    /// One may be open: it was about to begin or to end.
    Unsure,
}

/// A connection of the pool. It goes back only if it answers, outside of any transaction; otherwise it is closed, and the
/// server takes back what was not committed.
pub(crate) struct Lent {
    /// There until it is given back.
    conn: Option<PoolConnection<Postgres>>,
    state: State,
    /// How long the way back may take.
    return_within: Duration,
}

impl Deref for Lent {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        match &self.conn {
            Some(conn) => conn,
            None => unreachable!("it is given back when this is dropped"),
        }
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut PgConnection {
        match &mut self.conn {
            Some(conn) => conn,
            None => unreachable!("it is given back when this is dropped"),
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(mut conn) = self.conn.take() else { return };
        let (state, return_within) = (self.state, self.return_within);
        if state == State::Unsure {
            conn.close_on_drop();
            return;
        }
        tokio::spawn(async move {
            let returning = async {
                if state == State::Open {
                    sqlx::raw_sql("rollback").execute(&mut *conn).await?;
                }
                // Asks whether it is there; by itself, the pool would do so without a limit.
                conn.return_to_pool().await;
                Ok::<(), sqlx::Error>(())
            };
            let returned = tokio::time::timeout(return_within, returning).await;
            if !matches!(returned, Ok(Ok(()))) {
                conn.close_on_drop();
            }
        });
    }
}

/// A transaction.
pub(crate) struct Transaction(Lent);

impl Transaction {
    /// Begins one by a statement that begins with `begin`.
    async fn begin(mut lent: Lent, statement: impl SqlSafeStr) -> Result<Self, sqlx::Error> {
        lent.state = State::Unsure;
        sqlx::raw_sql(statement).execute(&mut *lent).await?;
        lent.state = State::Open;
        Ok(Self(lent))
    }

    /// Keeps what was done. After an error, nobody knows whether it is kept.
    pub(crate) async fn commit(mut self) -> Result<(), sqlx::Error> {
        self.0.state = State::Unsure;
        sqlx::raw_sql("commit").execute(&mut *self.0).await?;
        self.0.state = State::Plain;
        Ok(())
    }
}

impl Deref for Transaction {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.0
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.0
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
