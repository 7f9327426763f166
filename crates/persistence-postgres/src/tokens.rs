//! Tokens of the API.

use async_trait::async_trait;
use domain::{LogEntry, SiteId, Timestamp, TokenId};
use persistence::row::{self, TokenColumns};
use persistence::{StoreError, StoredToken, Tokens};
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::types::Json;

use crate::Pooled;
use crate::error::{cell_error, store_error};
use crate::log;

fn read(row: &PgRow) -> Result<StoredToken, StoreError> {
    let get = |error| store_error(error);
    let id = TokenId::new(row.try_get("id").map_err(get)?);
    let Json(scopes) = row
        .try_get("scopes")
        .map_err(|error| cell_error(error, "tokens", "scopes", id))?;
    let columns = TokenColumns {
        id,
        site: SiteId::new(row.try_get("site_id").map_err(get)?),
        name: row.try_get("name").map_err(get)?,
        scopes,
        prefix: row.try_get("prefix").map_err(get)?,
        created_by: row.try_get("created_by").map_err(get)?,
        created_at: row.try_get("created_at").map_err(get)?,
        used_at: row.try_get("used_at").map_err(get)?,
        revoked_at: row.try_get("revoked_at").map_err(get)?,
    };
    Ok(columns.into_token())
}

#[async_trait]
impl Tokens for Pooled {
    async fn insert_token(
        &self,
        token: &StoredToken,
        token_hash: [u8; 32],
        entries: Vec<LogEntry>,
    ) -> Result<(), StoreError> {
        row::check_entries(&entries, token.site)?;
        let mut transaction = self.begin().await?;
        sqlx::query(
            "insert into tokens (id, site_id, token_hash, name, scopes, prefix, created_by, created_at, used_at,
                 revoked_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(token.id.uuid())
        .bind(token.site.uuid())
        .bind(token_hash.as_slice())
        .bind(&token.name)
        .bind(Json(&token.scopes))
        .bind(&token.prefix)
        .bind(&token.created_by)
        .bind(token.created_at.ms())
        .bind(token.used_at.map(Timestamp::ms))
        .bind(token.revoked_at.map(Timestamp::ms))
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
        log::append(&mut transaction, &entries).await?;
        transaction.commit().await.map_err(store_error)
    }

    async fn find_token(&self, token_hash: [u8; 32]) -> Result<Option<StoredToken>, StoreError> {
        let mut conn = self.acquire().await?;
        let row = sqlx::query("select * from tokens where token_hash = $1")
            .bind(token_hash.as_slice())
            .fetch_optional(&mut *conn)
            .await
            .map_err(store_error)?;
        row.as_ref().map(read).transpose()
    }

    async fn list_tokens(&self, site: SiteId) -> Result<Vec<StoredToken>, StoreError> {
        let mut conn = self.acquire().await?;
        let rows = sqlx::query("select * from tokens where site_id = $1 order by id desc")
            .bind(site.uuid())
            .fetch_all(&mut *conn)
            .await
            .map_err(store_error)?;
        rows.iter().map(read).collect()
    }

    async fn touch_token(&self, id: TokenId, used_at: Timestamp) -> Result<(), StoreError> {
        let mut conn = self.acquire().await?;
        sqlx::query("update tokens set used_at = $2 where id = $1 and coalesce(used_at, $2) <= $2")
            .bind(id.uuid())
            .bind(used_at.ms())
            .execute(&mut *conn)
            .await
            .map_err(store_error)?;
        Ok(())
    }

    async fn revoke_token(
        &self,
        site: SiteId,
        id: TokenId,
        revoked_at: Timestamp,
        entries: Vec<LogEntry>,
    ) -> Result<bool, StoreError> {
        row::check_entries(&entries, site)?;
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "update tokens set revoked_at = $3 where id = $1 and site_id = $2 and revoked_at is null",
        )
        .bind(id.uuid())
        .bind(site.uuid())
        .bind(revoked_at.ms())
        .execute(&mut *transaction)
        .await
        .map_err(store_error)?;
        let is_revoked = done.rows_affected() > 0;
        if is_revoked {
            log::append(&mut transaction, &entries).await?;
        }
        transaction.commit().await.map_err(store_error)?;
        Ok(is_revoked)
    }
}
