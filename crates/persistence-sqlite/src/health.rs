//! The database itself.

use async_trait::async_trait;
use persistence::{Health, StoreError};

use crate::SqliteStore;
use crate::error::store_error;

#[async_trait]
impl Health for SqliteStore {
    async fn ping(&self) -> Result<(), StoreError> {
        // Changes nothing, but may not run on a file that is read-only.
        self.writer
            .write(|conn| {
                Box::pin(async move {
                    sqlx::query("delete from first_start_links where 0")
                        .execute(conn)
                        .await
                        .map_err(store_error)?;
                    Ok(())
                })
            })
            .await
    }

    async fn describe(&self) -> Result<String, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let version: String = sqlx::query_scalar("select sqlite_version()")
            .fetch_one(reader.conn()?)
            .await
            .map_err(store_error)?;
        Ok(format!("SQLite {version}"))
    }

    async fn close(&self) {
        self.writer.close().await;
        self.readers.close().await;
    }
}
