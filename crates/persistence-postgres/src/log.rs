//! The log.

use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::{AccountId, LogAccount, LogEntry, LogId, SiteId};
use persistence::row::{self, LogRange, StoredEntry};
use persistence::{Log, LogQuery, StoreError};
use serde::Serialize;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use crate::Pooled;
use crate::error::{cell_error, store_error};

/// The text of a `json` column. The driver's own type goes by `jsonb`, which takes no NUL.
pub(crate) fn json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Driver(Box::new(error)))
}

/// Adds entries, and keeps the names of the accounts that they are about.
pub(crate) async fn append(conn: &mut PgConnection, entries: &[LogEntry]) -> Result<(), StoreError> {
    insert(conn, entries, "").await
}

/// Appends those of `entries` that are not there yet.
pub(crate) async fn append_once(conn: &mut PgConnection, entries: &[LogEntry]) -> Result<(), StoreError> {
    insert(conn, entries, " on conflict (site_id, id) do nothing").await
}

async fn insert(conn: &mut PgConnection, entries: &[LogEntry], on_conflict: &str) -> Result<(), StoreError> {
    for entry in entries {
        let account = entry.account.as_ref();
        sqlx::query(AssertSqlSafe(format!(
            "insert into log (site_id, id, account_id, kind, platform, done_by, account_description, message)
             values ($1, $2, $3, $4, $5, $6, $7, $8::json){on_conflict}"
        )))
        .bind(entry.site_id.uuid())
        .bind(entry.id.uuid())
        .bind(account.map(|account| account.id.uuid()))
        .bind(entry.message.kind.code())
        .bind(account.map(|account| account.platform.code()))
        .bind(entry.by.as_deref())
        .bind(account.map(|account| account.description.as_str()))
        .bind(json(&entry.message)?)
        .execute(&mut *conn)
        .await
        .map_err(store_error)?;
    }
    for (site, account) in row::accounts_of(entries) {
        sqlx::query(
            "insert into log_accounts (site_id, account_id, platform, description, description_key)
             values ($1, $2, $3, $4, $5)
             on conflict (site_id, account_id) do update set description = excluded.description,
                 description_key = excluded.description_key
             where log_accounts.description <> excluded.description",
        )
        .bind(site.uuid())
        .bind(account.id.uuid())
        .bind(account.platform.code())
        .bind(&account.description)
        .bind(account.description.to_lowercase())
        .execute(&mut *conn)
        .await
        .map_err(store_error)?;
    }
    Ok(())
}

/// The statement that reads `range`: `$1` is the site, `$2` and `$3` are the first and the last id, `$4` the kinds, `$5`
/// the accounts.
fn statement(range: &LogRange, limit: u32) -> String {
    let order = range.order();
    let select =
        "select id, site_id, account_id, kind, platform, done_by, account_description, message from log
         where site_id = $1 and";
    // Each index holds the ids as bytes, and in an order that no other one offers.
    let (wanted, is_wanted, bytes) = match (&range.kinds, &range.accounts) {
        (None, None) => return format!("{select} id between $2 and $3 order by id {order} limit {limit}"),
        (Some(_), None) => (
            "select unnest($4::text[]) as kind",
            "kind = wanted.kind",
            "uuid_send(id)",
        ),
        (None, Some(_)) => (
            "select unnest($5::uuid[]) as account_id",
            "account_id = wanted.account_id",
            "(''::bytea || uuid_send(id))",
        ),
        (Some(_), Some(_)) => (
            "select kind, account_id from unnest($4::text[]) as kind, unnest($5::uuid[]) as account_id",
            "account_id = wanted.account_id and kind = wanted.kind",
            "(uuid_send(id) || ''::bytea)",
        ),
    };
    // Of each kind or account wanted, the first id is one look into an index. No entry of the page is of others than
    // those `limit` whose first ids come first, and of none of them is it further back than `limit`. All of that stays in
    // the index; whole rows are read for the page alone.
    let ids = format!(
        "select id from log where site_id = $1 and {is_wanted}
             and {bytes} between uuid_send($2) and uuid_send($3) order by {bytes} {order}"
    );
    format!(
        "{select} id = any(array(
             select found.id from (
                 select wanted.* from ({wanted}) as wanted cross join lateral ({ids} limit 1) as head
                 order by head.id {order} limit {limit}
             ) as wanted
             cross join lateral ({ids} limit {limit}) as found
             order by found.id {order} limit {limit}
         )) order by id {order}"
    )
}

/// The rows of a statement on `range`.
async fn fetch(
    conn: &mut PgConnection,
    site: SiteId,
    range: &LogRange,
    statement: String,
) -> Result<Vec<PgRow>, StoreError> {
    let mut query = sqlx::query(AssertSqlSafe(statement))
        .bind(site.uuid())
        .bind(range.first)
        .bind(range.last);
    if range.kinds.is_some() || range.accounts.is_some() {
        query = query.bind(&range.kinds).bind(&range.accounts);
    }
    query.fetch_all(conn).await.map_err(store_error)
}

/// The entry of a row.
fn read(row: &PgRow) -> Result<LogEntry, StoreError> {
    let get = |error| store_error(error);
    let id = LogId::new(row.try_get("id").map_err(get)?);
    let account_id: Option<Uuid> = row.try_get("account_id").map_err(get)?;
    let Json(message) = row
        .try_get("message")
        .map_err(|error| cell_error(error, "log", "message", id))?;
    let stored = StoredEntry {
        site_id: SiteId::new(row.try_get("site_id").map_err(get)?),
        id,
        account_id: account_id.map(AccountId::new),
        kind: row.try_get("kind").map_err(get)?,
        platform: row.try_get("platform").map_err(get)?,
        done_by: row.try_get("done_by").map_err(get)?,
        account_description: row.try_get("account_description").map_err(get)?,
        message,
    };
    Ok(stored.into_entry()?)
}

/// Removes the names of those of `accounts` that the log no longer tells of.
async fn forget(conn: &mut PgConnection, site: SiteId, accounts: &[Uuid]) -> Result<(), StoreError> {
    // Whoever is just adding an entry about one of them is waited for, and the second statement sees the entry.
    for statement in [
        "select 1 from log_accounts where site_id = $1 and account_id = any($2) order by account_id for update",
        // By its order, which only one index offers: `not exists` might go through the whole log.
        "delete from log_accounts where site_id = $1 and account_id = any($2) and (
             select id from log where log.site_id = $1 and log.account_id = log_accounts.account_id
             order by kind, (uuid_send(id) || ''::bytea) limit 1) is null",
    ] {
        sqlx::query(statement)
            .bind(site.uuid())
            .bind(accounts)
            .execute(&mut *conn)
            .await
            .map_err(store_error)?;
    }
    Ok(())
}

#[async_trait]
impl Log for Pooled {
    async fn append_log(&self, entries: Vec<LogEntry>) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        append(&mut transaction, &entries).await?;
        transaction.commit().await.map_err(store_error)
    }

    async fn list_log(&self, query: &LogQuery) -> Result<Vec<LogEntry>, StoreError> {
        let Some(range) = LogRange::of(query) else {
            return Ok(Vec::new());
        };
        let mut conn = self.acquire().await?;
        let statement = statement(&range, query.limit);
        let rows = fetch(&mut conn, query.site, &range, statement).await?;
        let mut entries: Vec<LogEntry> = rows.iter().map(read).collect::<Result<_, _>>()?;
        if range.is_rising {
            entries.reverse();
        }
        Ok(entries)
    }

    async fn explain_log(&self, query: &LogQuery) -> Result<String, StoreError> {
        let Some(range) = LogRange::of(query) else {
            return Ok(String::new());
        };
        let mut conn = self.acquire().await?;
        let statement = format!("explain (analyze, buffers) {}", statement(&range, query.limit));
        let rows = fetch(&mut conn, query.site, &range, statement).await?;
        let lines: Vec<String> = rows
            .iter()
            .map(|row| row.try_get(0).map_err(store_error))
            .collect::<Result<_, _>>()?;
        Ok(lines.join("\n"))
    }

    async fn list_log_accounts(
        &self,
        site: SiteId,
        text: &str,
        limit: u32,
    ) -> Result<Vec<LogAccount>, StoreError> {
        let mut conn = self.acquire().await?;
        let rows: Vec<(Uuid, String, String)> = sqlx::query_as(
            "select account_id, description, platform from log_accounts
             where site_id = $1 and strpos(description_key, $2) > 0 order by description_key, account_id limit $3",
        )
        .bind(site.uuid())
        .bind(row::search_term(text).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(&mut *conn)
        .await
        .map_err(store_error)?;
        let read = |(id, description, platform): (Uuid, String, String)| {
            Ok(row::log_account(AccountId::new(id), description, &platform)?)
        };
        rows.into_iter().map(read).collect()
    }

    async fn purge_log(&self, site: SiteId, before: LogId, limit: u32) -> Result<u64, StoreError> {
        let mut transaction = self.begin().await?;
        // The limit is written out: not knowing it, the server may take going through the whole log to be cheaper.
        let removed: Vec<Option<Uuid>> = sqlx::query_scalar(AssertSqlSafe(format!(
            "delete from log where site_id = $1 and id in (
                 select id from log where site_id = $1 and id < $2 order by id limit {limit}
             ) returning account_id"
        )))
        .bind(site.uuid())
        .bind(before.uuid())
        .fetch_all(&mut *transaction)
        .await
        .map_err(store_error)?;
        let accounts: BTreeSet<Uuid> = removed.iter().flatten().copied().collect();
        if !accounts.is_empty() {
            forget(&mut transaction, site, &Vec::from_iter(accounts)).await?;
        }
        transaction.commit().await.map_err(store_error)?;
        Ok(removed.len() as u64)
    }
}
