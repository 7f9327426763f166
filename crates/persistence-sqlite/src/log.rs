//! The log.

use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::{AccountId, LogAccount, LogEntry, LogId, SiteId};
use persistence::row::{self, LogRange, StoredEntry};
use persistence::{Log, LogQuery, StoreError};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use crate::SqliteStore;
use crate::cells::Cells;
use crate::error::store_error;

/// Adds entries, and keeps the names of the accounts that they are about.
pub(crate) async fn append(conn: &mut SqliteConnection, entries: &[LogEntry]) -> Result<(), StoreError> {
    insert(conn, entries, "").await
}

/// Appends those of `entries` that are not there yet.
pub(crate) async fn append_once(conn: &mut SqliteConnection, entries: &[LogEntry]) -> Result<(), StoreError> {
    insert(conn, entries, " on conflict (site_id, id) do nothing").await
}

async fn insert(
    conn: &mut SqliteConnection,
    entries: &[LogEntry],
    on_conflict: &str,
) -> Result<(), StoreError> {
    for entry in entries {
        let account = entry.account.as_ref();
        sqlx::query(AssertSqlSafe(format!(
            "insert into log (site_id, id, account_id, kind, platform, done_by, account_description, message)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8){on_conflict}"
        )))
        .bind(entry.site_id.uuid())
        .bind(entry.id.uuid())
        .bind(account.map(|account| account.id.uuid()))
        .bind(entry.message.kind.code())
        .bind(account.map(|account| account.platform.code()))
        .bind(entry.by.as_deref())
        .bind(account.map(|account| account.description.as_str()))
        .bind(Json(&entry.message))
        .execute(&mut *conn)
        .await
        .map_err(store_error)?;
    }
    for (site, account) in row::accounts_of(entries) {
        sqlx::query(
            "insert into log_accounts (site_id, account_id, platform, description, description_key)
             values (?1, ?2, ?3, ?4, ?5)
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

/// The statement that reads `range`: `?1` is the site, `?2` and `?3` are the first and the last id, `?4` the kinds, `?5`
/// the accounts.
fn statement(range: &LogRange, limit: u32) -> String {
    let order = range.order();
    let select =
        "select id, site_id, account_id, kind, platform, done_by, account_description, message from log
         where site_id = ?1 and";
    // Limits are written out: SQLite prepares a statement anew whenever a bound limit is set.
    let page = format!("order by id {order} limit {limit}");
    let (wanted, is_wanted) = match (&range.kinds, &range.accounts) {
        (None, None) => return format!("{select} id between ?2 and ?3 {page}"),
        (Some(_), None) => ("select value as kind from json_each(?4)", "kind = wanted.kind"),
        (None, Some(_)) => (
            "select unhex(value) as account_id from json_each(?5)",
            "account_id = wanted.account_id",
        ),
        (Some(_), Some(_)) => (
            "select kinds.value as kind, unhex(accounts.value) as account_id
             from json_each(?4) as kinds, json_each(?5) as accounts",
            "account_id = wanted.account_id and kind = wanted.kind",
        ),
    };
    // Of each kind or account wanted, the first id is one look into an index. No entry of the page is of others than
    // those `limit` whose first ids come first, and of none of them is it further back than `limit`. The cross join keeps
    // SQLite from going through the whole site instead (<https://www.sqlite.org/lang_select.html#crossjoin>).
    let ids = format!(
        "select id from log where site_id = ?1 and {is_wanted} and id between ?2 and ?3 order by id {order}"
    );
    format!(
        "{select} id in (
             select found.id from (
                 select wanted.*, ({ids} limit 1) as head from ({wanted}) as wanted
                 order by head is null, head {order} limit {limit}
             ) as wanted
             cross join log as found on found.site_id = ?1 and found.id in ({ids} limit {limit})
             order by found.id {order} limit {limit}
         ) {page}"
    )
}

/// The rows of a statement on `range`.
async fn fetch(
    conn: &mut SqliteConnection,
    site: SiteId,
    range: &LogRange,
    statement: String,
) -> Result<Vec<SqliteRow>, StoreError> {
    // JSON holds no bytes.
    let digits = |accounts: &Vec<Uuid>| accounts.iter().map(|id| id.simple().to_string()).collect();
    let accounts: Option<Vec<String>> = range.accounts.as_ref().map(digits);
    // What a statement does not look for may be bound all the same.
    let query = sqlx::query(AssertSqlSafe(statement))
        .bind(site.uuid())
        .bind(range.first)
        .bind(range.last)
        .bind(range.kinds.as_ref().map(Json))
        .bind(accounts.map(Json));
    query.fetch_all(conn).await.map_err(store_error)
}

/// The entry of a row.
fn read(row: &SqliteRow) -> Result<LogEntry, StoreError> {
    let id = LogId::new(row.try_get("id").map_err(store_error)?);
    let cells = Cells {
        row,
        table: "log",
        key: id,
    };
    let account_id: Option<Uuid> = cells.get("account_id")?;
    let Json(message) = cells.get("message")?;
    let stored = StoredEntry {
        site_id: SiteId::new(cells.get("site_id")?),
        id,
        account_id: account_id.map(AccountId::new),
        kind: cells.get("kind")?,
        platform: cells.get("platform")?,
        done_by: cells.get("done_by")?,
        account_description: cells.get("account_description")?,
        message,
    };
    Ok(stored.into_entry()?)
}

/// Removes the oldest entries, and the names of accounts that the log no longer tells of.
async fn purge(
    conn: &mut SqliteConnection,
    site: SiteId,
    before: LogId,
    limit: u32,
) -> Result<u64, StoreError> {
    let removed: Vec<Option<Uuid>> = sqlx::query_scalar(
        "delete from log where site_id = ?1
             and id in (select id from log where site_id = ?1 and id < ?2 order by id limit ?3) returning account_id",
    )
    .bind(site.uuid())
    .bind(before.uuid())
    .bind(i64::from(limit))
    .fetch_all(&mut *conn)
    .await
    .map_err(store_error)?;
    let accounts: BTreeSet<Uuid> = removed.iter().flatten().copied().collect();
    for id in accounts {
        sqlx::query(
            "delete from log_accounts where site_id = ?1 and account_id = ?2
                 and not exists (select 1 from log where site_id = ?1 and account_id = ?2)",
        )
        .bind(site.uuid())
        .bind(id)
        .execute(&mut *conn)
        .await
        .map_err(store_error)?;
    }
    Ok(removed.len() as u64)
}

#[async_trait]
impl Log for SqliteStore {
    async fn append_log(&self, entries: Vec<LogEntry>) -> Result<(), StoreError> {
        self.writer
            .write(move |conn| Box::pin(async move { append(conn, &entries).await }))
            .await
    }

    async fn list_log(&self, query: &LogQuery) -> Result<Vec<LogEntry>, StoreError> {
        let Some(range) = LogRange::of(query) else {
            return Ok(Vec::new());
        };
        let mut reader = self.readers.acquire().await?;
        let statement = statement(&range, query.limit);
        let rows = fetch(reader.conn()?, query.site, &range, statement).await?;
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
        let mut reader = self.readers.acquire().await?;
        let statement = format!("explain query plan {}", statement(&range, query.limit));
        let rows = fetch(reader.conn()?, query.site, &range, statement).await?;
        let lines: Vec<String> = rows
            .iter()
            .map(|row| row.try_get("detail").map_err(store_error))
            .collect::<Result<_, _>>()?;
        Ok(lines.join("\n"))
    }

    async fn list_log_accounts(
        &self,
        site: SiteId,
        text: &str,
        limit: u32,
    ) -> Result<Vec<LogAccount>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let rows = sqlx::query(
            "select account_id, platform, description from log_accounts
             where site_id = ?1 and instr(description_key, ?2) > 0 order by description_key, account_id limit ?3",
        )
        .bind(site.uuid())
        .bind(row::search_term(text).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(reader.conn()?)
        .await
        .map_err(store_error)?;
        let read = |row: &SqliteRow| {
            let id = AccountId::new(row.try_get("account_id").map_err(store_error)?);
            let cells = Cells {
                row,
                table: "log_accounts",
                key: id,
            };
            let platform: String = cells.get("platform")?;
            Ok(row::log_account(id, cells.get("description")?, &platform)?)
        };
        rows.iter().map(read).collect()
    }

    async fn purge_log(&self, site: SiteId, before: LogId, limit: u32) -> Result<u64, StoreError> {
        self.writer
            .write(move |conn| Box::pin(purge(conn, site, before, limit)))
            .await
    }
}
