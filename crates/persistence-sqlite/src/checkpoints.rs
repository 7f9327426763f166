//! Copies the write-ahead log into the file, beside the writer: a commit then writes the log and nothing else.

use std::time::Duration;

use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tokio::sync::mpsc;

use crate::connection::{self, File};
use crate::error::store_error;

/// Pages of the log that are worth a copy: the more of them, the more often one page stands for several commits.
const PAGES_MIN: i64 = 2048;
/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// Copies.
pub(crate) struct Checkpoints {
    connect: SqliteConnectOptions,
    busy_timeout: Duration,
    conn: Option<SqliteConnection>,
}

impl Checkpoints {
    pub(crate) fn new(file: &File) -> Self {
        Self {
            connect: file.for_checkpoints(),
            busy_timeout: file.options.busy_timeout,
            conn: None,
        }
    }

    /// Looks whenever something was `committed`, until nobody commits any more.
    pub(crate) async fn run(mut self, mut committed: mpsc::Receiver<()>) {
        while committed.recv().await.is_some() {
            // The writer copies by itself when the log has become long: nothing is lost if this fails.
            if let Err(error) = self.look().await {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "the log could not be copied"
                );
                self.conn = None;
            }
            tokio::time::sleep(PAUSE).await;
        }
        if let Some(conn) = self.conn
            && let Err(error) = conn.close().await.map_err(store_error)
        {
            tracing::warn!(%error, "the connection that copies the log could not be closed");
        }
    }

    async fn look(&mut self) -> Result<(), persistence::StoreError> {
        let conn = match &mut self.conn {
            Some(conn) => conn,
            None => self
                .conn
                .insert(connection::connect(&self.connect, self.busy_timeout).await?),
        };
        let (_, pages, copied): (i64, i64, i64) = sqlx::query_as("pragma wal_checkpoint(noop)")
            .fetch_one(&mut *conn)
            .await
            .map_err(store_error)?;
        if pages - copied >= PAGES_MIN {
            sqlx::query("pragma wal_checkpoint(passive)")
                .execute(conn)
                .await
                .map_err(store_error)?;
        }
        Ok(())
    }
}
