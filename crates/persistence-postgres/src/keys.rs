//! The master keys that secrets were sealed with.

use async_trait::async_trait;
use domain::Timestamp;
use persistence::{Keys, StoreError};

use crate::Pooled;
use crate::error::store_error;

#[async_trait]
impl Keys for Pooled {
    async fn list_key_ids(&self) -> Result<Vec<String>, StoreError> {
        let mut conn = self.acquire().await?;
        sqlx::query_scalar("select id from vault_keys order by created_at, id")
            .fetch_all(&mut *conn)
            .await
            .map_err(store_error)
    }

    async fn insert_first_key_id(&self, key_id: &str, created_at: Timestamp) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        // Whether there is a key already is asked only once nobody else can add one.
        sqlx::query("lock table vault_keys in share row exclusive mode")
            .execute(&mut *transaction)
            .await
            .map_err(store_error)?;
        let done = sqlx::query(
            "insert into vault_keys (id, created_at) select $1, $2 where not exists (select 1 from vault_keys)",
        )
        .bind(key_id)
        .bind(created_at.ms())
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
        transaction.commit().await.map_err(store_error)?;
        Ok(done.rows_affected() > 0)
    }
}
