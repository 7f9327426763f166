//! Accounts: reading.

use async_trait::async_trait;
use domain::{
    Account, AccountChange, AccountFilter, AccountId, Direction, LogEntry, PAGE_SIZE, SiteId, Slot,
    SortColumn, Version,
};
use persistence::row::{self, StoredAccount, StoredChange};
use persistence::{AccountPage, AccountRow, AccountWrite, Accounts, SealedSecret, StoreError};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::types::Json;
use sqlx::{QueryBuilder, Row, Sqlite};
use uuid::Uuid;

use crate::SqliteStore;
use crate::account_writes::write_all;
use crate::cells::Cells;
use crate::error::store_error;
use crate::{checks, log};

/// A query of the columns of [`StoredAccount`].
macro_rules! select_accounts {
    ($columns:literal, $rest:literal) => {
        concat!(
            "select accounts.id, site_id, platform, description, settings, active, version,
                 accounts.settings_version, created_at, updated_at, updated_by",
            $columns,
            " from accounts ",
            $rest
        )
    };
}

/// The account of a row, with no secrets yet.
fn read(row: &SqliteRow) -> Result<Account, StoreError> {
    let id = AccountId::new(row.try_get("id").map_err(store_error)?);
    let cells = Cells {
        row,
        table: "accounts",
        key: id,
    };
    let Json(settings) = cells.get("settings")?;
    let stored = StoredAccount {
        id,
        site_id: SiteId::new(cells.get("site_id")?),
        platform: cells.get("platform")?,
        description: cells.get("description")?,
        settings,
        active: cells.get("active")?,
        version: cells.get("version")?,
        settings_version: cells.get("settings_version")?,
        created_at: cells.get("created_at")?,
        updated_at: cells.get("updated_at")?,
        updated_by: cells.get("updated_by")?,
    };
    Ok(stored.into_account()?)
}

/// The secret of a row.
fn read_secret(id: AccountId, row: &SqliteRow) -> Result<SealedSecret, StoreError> {
    let cells = Cells {
        row,
        table: "account_secrets",
        key: id,
    };
    let state = row::secret_state(
        cells.get("field")?,
        cells.get("host")?,
        cells.get("key_id")?,
        cells.get("set_at")?,
        cells.get("set_by")?,
    );
    Ok(SealedSecret {
        state,
        sealed: cells.get("sealed")?,
    })
}

async fn secrets(conn: &mut SqliteConnection, id: AccountId) -> Result<Vec<SealedSecret>, StoreError> {
    let rows = sqlx::query(
        "select field, host, key_id, set_at, set_by, sealed from account_secrets where account_id = ?1 order by field",
    )
    .bind(id.uuid())
    .fetch_all(conn)
    .await
    .map_err(store_error)?;
    rows.iter().map(|row| read_secret(id, row)).collect()
}

/// An account with the state of its secrets.
async fn find(
    conn: &mut SqliteConnection,
    site: SiteId,
    id: AccountId,
) -> Result<Option<Account>, StoreError> {
    let found = sqlx::query(select_accounts!("", "where id = ?1 and site_id = ?2"))
        .bind(id.uuid())
        .bind(site.uuid())
        .fetch_optional(&mut *conn)
        .await
        .map_err(store_error)?;
    let Some(found) = found else { return Ok(None) };
    let mut account = read(&found)?;
    account.secrets = secrets(conn, id)
        .await?
        .into_iter()
        .map(|secret| secret.state)
        .collect();
    Ok(Some(account))
}

/// What the filter asks for, apart from the site.
fn narrow(query: &mut QueryBuilder<Sqlite>, filter: &AccountFilter) {
    if let Some(platform) = filter.platform {
        query.push(" and platform = ").push_bind(platform.code());
    }
    if let Some(active) = filter.active {
        query.push(" and active = ").push_bind(active);
    }
    if filter.attention {
        query.push(
            " and active = 1 and exists (select 1 from account_checks where account_id = accounts.id
                 and account_checks.settings_version = accounts.settings_version and verdict <> 'works')",
        );
    }
    if let Some(term) = row::search_term(&filter.search) {
        query
            .push(" and instr(search_text, ")
            .push_bind(term)
            .push(") > 0");
    }
}

fn order(query: &mut QueryBuilder<Sqlite>, filter: &AccountFilter) {
    let direction = match filter.sort.direction {
        Direction::Ascending => "asc",
        Direction::Descending => "desc",
    };
    // The id comes last, so that rows that are otherwise alike keep their order from page to page.
    for (index, column) in match filter.sort.column {
        SortColumn::Description => &["description_key", "id"][..],
        SortColumn::Platform => &["platform", "description_key", "id"],
        SortColumn::State => &["active", "description_key", "id"],
        SortColumn::Updated => &["updated_at", "id"],
    }
    .iter()
    .enumerate()
    {
        query
            .push(if index == 0 { " order by " } else { ", " })
            .push(*column)
            .push(" ")
            .push(direction);
    }
}

async fn rows(
    conn: &mut SqliteConnection,
    site: SiteId,
    filter: &AccountFilter,
) -> Result<Vec<AccountRow>, StoreError> {
    let mut query = QueryBuilder::new(select_accounts!(
        ", (select json_group_array(distinct key_id) from account_secrets where account_id = accounts.id) as key_ids,
             account_checks.settings_version as checked_version, verdict, since, checked_at, fault",
        "left join account_checks on account_checks.account_id = accounts.id where site_id = "
    ));
    query.push_bind(site.uuid());
    narrow(&mut query, filter);
    order(&mut query, filter);
    // Written out: SQLite prepares a statement anew whenever a bound limit is set.
    query.push(" limit ").push(PAGE_SIZE);
    query
        .push(" offset ")
        .push_bind(i64::try_from(filter.offset()).unwrap_or(i64::MAX));
    let found = query.build().fetch_all(conn).await.map_err(store_error)?;
    let read = |row: &SqliteRow| {
        let account = read(row)?;
        let cells = Cells {
            row,
            table: "account_secrets",
            key: account.id,
        };
        let Json(key_ids) = cells.get("key_ids")?;
        let check = checks::read_summary(account.id, row)?;
        Ok(AccountRow {
            account,
            key_ids,
            check,
        })
    };
    found.iter().map(read).collect()
}

async fn count(
    conn: &mut SqliteConnection,
    site: SiteId,
    filter: Option<&AccountFilter>,
) -> Result<u64, StoreError> {
    let mut query = QueryBuilder::new("select count(*) from accounts where site_id = ");
    query.push_bind(site.uuid());
    if let Some(filter) = filter {
        narrow(&mut query, filter);
    }
    let count: i64 = query
        .build_query_scalar()
        .fetch_one(conn)
        .await
        .map_err(store_error)?;
    Ok(row::count(count, "accounts", "id")?)
}

/// How many accounts need attention.
async fn count_attention(conn: &mut SqliteConnection, site: SiteId) -> Result<u64, StoreError> {
    let count: i64 = sqlx::query_scalar(
        "select count(*) from accounts join account_checks on account_id = accounts.id
             and account_checks.settings_version = accounts.settings_version
         where site_id = ?1 and active = 1 and verdict <> 'works'",
    )
    .bind(site.uuid())
    .fetch_one(conn)
    .await
    .map_err(store_error)?;
    Ok(row::count(count, "accounts", "id")?)
}

/// The recorded change of a row.
fn read_change(account_id: AccountId, row: &SqliteRow) -> Result<AccountChange, StoreError> {
    let cells = Cells {
        row,
        table: "account_changes",
        key: account_id,
    };
    let Json(fields) = cells.get("fields")?;
    let Json(secrets) = cells.get("secrets")?;
    let stored = StoredChange {
        account_id,
        version: cells.get("version")?,
        kind: cells.get("kind")?,
        changed_at: cells.get("changed_at")?,
        changed_by: cells.get("changed_by")?,
        fields,
        secrets,
    };
    Ok(stored.into_change()?)
}

#[async_trait]
impl Accounts for SqliteStore {
    async fn find_account(&self, site: SiteId, id: AccountId) -> Result<Option<Account>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        find(reader.conn()?, site, id).await
    }

    async fn list_accounts(&self, site: SiteId, filter: &AccountFilter) -> Result<AccountPage, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let conn = reader.conn()?;
        let rows = rows(conn, site, filter).await?;
        let total = count(conn, site, None).await?;
        let matching = if filter.is_narrowed() {
            count(conn, site, Some(filter)).await?
        } else {
            total
        };
        let attention = count_attention(conn, site).await?;
        Ok(AccountPage {
            rows,
            matching,
            total,
            attention,
        })
    }

    async fn list_slot_holders(&self, site: SiteId, slots: &[Slot]) -> Result<Vec<Account>, StoreError> {
        let keys: Vec<String> = slots.iter().map(Slot::key).collect();
        let mut reader = self.readers.acquire().await?;
        let conn = reader.conn()?;
        let ids: Vec<Uuid> = sqlx::query_scalar(
            "select id from accounts where site_id = ?1 and active = 1
             and (slot in (select value from json_each(?2)) or default_slot in (select value from json_each(?2))) order by id",
        )
        .bind(site.uuid())
        .bind(Json(keys))
        .fetch_all(&mut *conn)
        .await
        .map_err(store_error)?;
        let mut holders = Vec::with_capacity(ids.len());
        for id in ids {
            // One that was deleted a moment ago holds nothing.
            holders.extend(find(&mut *conn, site, AccountId::new(id)).await?);
        }
        Ok(holders)
    }

    async fn list_secrets(&self, site: SiteId, id: AccountId) -> Result<Vec<SealedSecret>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let conn = reader.conn()?;
        let is_of_site: bool =
            sqlx::query_scalar("select exists (select 1 from accounts where id = ?1 and site_id = ?2)")
                .bind(id.uuid())
                .bind(site.uuid())
                .fetch_one(&mut *conn)
                .await
                .map_err(store_error)?;
        if is_of_site {
            secrets(conn, id).await
        } else {
            Ok(Vec::new())
        }
    }

    async fn list_changes(
        &self,
        site: SiteId,
        id: AccountId,
        since: Option<Version>,
    ) -> Result<Vec<AccountChange>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let rows = sqlx::query(
            "select account_changes.version, kind, changed_at, changed_by, fields, secrets
             from account_changes join accounts on accounts.id = account_id
             where account_id = ?1 and site_id = ?2 and account_changes.version > ?3 order by account_changes.version",
        )
        .bind(id.uuid())
        .bind(site.uuid())
        .bind(since.map_or(0, |since| i64::from(since.number())))
        .fetch_all(reader.conn()?)
        .await
        .map_err(store_error)?;
        rows.iter().map(|row| read_change(id, row)).collect()
    }

    async fn write_accounts(
        &self,
        site: SiteId,
        writes: Vec<AccountWrite>,
        entries: Vec<LogEntry>,
    ) -> Result<(), StoreError> {
        row::check_entries(&entries, site)?;
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    write_all(conn, site, writes).await?;
                    log::append(conn, &entries).await
                })
            })
            .await
    }
}
