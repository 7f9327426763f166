//! Connections that read. A pool of our own, because the driver's asks the connection after every use whether it is
//! still there, which for a file costs more than some of the queries.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use persistence::StoreError;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::connection::{self, File};
use crate::error::{Closed, store_error};

/// All connections that read.
pub(crate) struct Readers {
    connect: SqliteConnectOptions,
    busy_timeout: Duration,
    permits: Semaphore,
    connections_max: u32,
    idle: Mutex<Vec<SqliteConnection>>,
}

/// A connection in use.
pub(crate) struct Reader<'a> {
    /// Only empty once it is dropped.
    conn: Option<SqliteConnection>,
    readers: &'a Readers,
    _permit: SemaphorePermit<'a>,
}

/// Every reading connection stayed in use for the whole time.
#[derive(Debug, thiserror::Error)]
#[error("no reading connection came free in time")]
struct NoneFree;

impl Readers {
    pub(crate) fn new(file: &File) -> Self {
        let connections_max = file.options.readers_max.max(1);
        Self {
            connect: file.for_reading(),
            busy_timeout: file.options.busy_timeout,
            permits: Semaphore::new(usize::try_from(connections_max).unwrap_or(1)),
            connections_max,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Waits for a connection.
    pub(crate) async fn acquire(&self) -> Result<Reader<'_>, StoreError> {
        let permit = match self.permits.try_acquire() {
            Ok(permit) => permit,
            Err(_) => tokio::time::timeout(self.busy_timeout, self.permits.acquire())
                .await
                .map_err(|_| StoreError::Busy(Box::new(NoneFree)))?
                .map_err(|_| StoreError::Unreachable(Box::new(Closed)))?,
        };
        let idle = self.idle().pop();
        let conn = match idle {
            Some(conn) => conn,
            None => connection::connect(&self.connect, self.busy_timeout).await?,
        };
        Ok(Reader {
            conn: Some(conn),
            readers: self,
            _permit: permit,
        })
    }

    /// Waits until nobody reads any more, and closes.
    pub(crate) async fn close(&self) {
        if let Ok(permits) = self.permits.acquire_many(self.connections_max).await {
            self.permits.close();
            drop(permits);
            let idle = std::mem::take(&mut *self.idle());
            for conn in idle {
                if let Err(error) = conn.close().await.map_err(store_error) {
                    tracing::warn!(%error, "a reading connection could not be closed");
                }
            }
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<SqliteConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader<'_> {
    /// The connection.
    pub(crate) fn conn(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        self.conn
            .as_mut()
            .ok_or_else(|| StoreError::Unreachable(Box::new(Closed)))
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        // A query that was given up half-way leaves nothing behind: the next one resets its statement.
        if let Some(conn) = self.conn.take() {
            self.readers.idle().push(conn);
        }
    }
}
