//! The database itself.

use async_trait::async_trait;
use persistence::{Health, StoreError};

use crate::Pooled;
use crate::error::{Refused, store_error};

#[async_trait]
impl Health for Pooled {
    async fn ping(&self) -> Result<(), StoreError> {
        let mut conn = self.acquire().await?;
        // Also on for a server that only follows another.
        let is_read_only: bool =
            sqlx::query_scalar("select current_setting('transaction_read_only')::boolean")
                .fetch_one(&mut *conn)
                .await
                .map_err(store_error)?;
        if is_read_only {
            Err(StoreError::ReadOnly(Box::new(Refused::ReadOnly)))
        } else {
            Ok(())
        }
    }

    async fn describe(&self) -> Result<String, StoreError> {
        let mut conn = self.acquire().await?;
        let version: String = sqlx::query_scalar("select current_setting('server_version')")
            .fetch_one(&mut *conn)
            .await
            .map_err(store_error)?;
        Ok(format!("PostgreSQL {version}"))
    }

    async fn close(&self) {
        self.work.stop();
        self.connections.close().await;
    }
}
