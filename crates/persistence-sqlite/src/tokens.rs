//! Tokens of the API.

use async_trait::async_trait;
use domain::{LogEntry, SiteId, Timestamp, TokenId};
use persistence::row::{self, TokenColumns};
use persistence::{StoreError, StoredToken, Tokens};
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::types::Json;

use crate::SqliteStore;
use crate::cells::Cells;
use crate::error::store_error;
use crate::log;

fn read(row: &SqliteRow) -> Result<StoredToken, StoreError> {
    let id = TokenId::new(row.try_get("id").map_err(store_error)?);
    let cells = Cells {
        row,
        table: "tokens",
        key: id,
    };
    let Json(scopes) = cells.get("scopes")?;
    let columns = TokenColumns {
        id,
        site: SiteId::new(cells.get("site_id")?),
        name: cells.get("name")?,
        scopes,
        prefix: cells.get("prefix")?,
        created_by: cells.get("created_by")?,
        created_at: cells.get("created_at")?,
        used_at: cells.get("used_at")?,
        revoked_at: cells.get("revoked_at")?,
    };
    Ok(columns.into_token())
}

async fn insert(
    conn: &mut SqliteConnection,
    token: &StoredToken,
    token_hash: [u8; 32],
    entries: &[LogEntry],
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into tokens (id, site_id, token_hash, name, scopes, prefix, created_by, created_at, used_at, revoked_at)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
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
    .execute(&mut *conn)
    .await
    .map_err(store_error)?;
    log::append(conn, entries).await
}

async fn revoke(
    conn: &mut SqliteConnection,
    site: SiteId,
    id: TokenId,
    revoked_at: Timestamp,
    entries: &[LogEntry],
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "update tokens set revoked_at = ?3 where id = ?1 and site_id = ?2 and revoked_at is null",
    )
    .bind(id.uuid())
    .bind(site.uuid())
    .bind(revoked_at.ms())
    .execute(&mut *conn)
    .await
    .map_err(store_error)?;
    let is_revoked = done.rows_affected() > 0;
    if is_revoked {
        log::append(conn, entries).await?;
    }
    Ok(is_revoked)
}

#[async_trait]
impl Tokens for SqliteStore {
    async fn insert_token(
        &self,
        token: &StoredToken,
        token_hash: [u8; 32],
        entries: Vec<LogEntry>,
    ) -> Result<(), StoreError> {
        row::check_entries(&entries, token.site)?;
        let token = token.clone();
        self.writer
            .write(move |conn| Box::pin(async move { insert(conn, &token, token_hash, &entries).await }))
            .await
    }

    async fn find_token(&self, token_hash: [u8; 32]) -> Result<Option<StoredToken>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let row = sqlx::query("select * from tokens where token_hash = ?1")
            .bind(token_hash.as_slice())
            .fetch_optional(reader.conn()?)
            .await
            .map_err(store_error)?;
        row.as_ref().map(read).transpose()
    }

    async fn list_tokens(&self, site: SiteId) -> Result<Vec<StoredToken>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let rows = sqlx::query("select * from tokens where site_id = ?1 order by id desc")
            .bind(site.uuid())
            .fetch_all(reader.conn()?)
            .await
            .map_err(store_error)?;
        rows.iter().map(read).collect()
    }

    async fn touch_token(&self, id: TokenId, used_at: Timestamp) -> Result<(), StoreError> {
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    sqlx::query(
                        "update tokens set used_at = ?2 where id = ?1 and coalesce(used_at, ?2) <= ?2",
                    )
                    .bind(id.uuid())
                    .bind(used_at.ms())
                    .execute(conn)
                    .await
                    .map_err(store_error)?;
                    Ok(())
                })
            })
            .await
    }

    async fn revoke_token(
        &self,
        site: SiteId,
        id: TokenId,
        revoked_at: Timestamp,
        entries: Vec<LogEntry>,
    ) -> Result<bool, StoreError> {
        row::check_entries(&entries, site)?;
        self.writer
            .write(move |conn| Box::pin(async move { revoke(conn, site, id, revoked_at, &entries).await }))
            .await
    }
}
