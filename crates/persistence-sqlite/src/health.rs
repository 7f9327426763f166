//! The database itself.

use async_trait::async_trait;
use persistence::{Health, StoreError};

use crate::SqliteStore;
use crate::error::store_error;

#[async_trait]
impl Health for SqliteStore {
    async fn ping(&self) -> Result<(), StoreError> {
        // Nothing is written, but a transaction that may write begins: on a read-only file that fails.
        self.writer.write(|_| Box::pin(async { Ok(()) })).await
    }

    async fn describe(&self) -> Result<String, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let version: String =
            sqlx::query_scalar("select sqlite_version()").fetch_one(reader.conn()?).await.map_err(store_error)?;
        Ok(format!("SQLite {version}"))
    }

    async fn close(&self) {
        self.writer.close().await;
        self.readers.close().await;
    }
}
