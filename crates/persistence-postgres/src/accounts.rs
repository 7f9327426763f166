//! Accounts: reading, and when a list of writes is tried again.

use async_trait::async_trait;
use domain::{
    Account, AccountChange, AccountFilter, AccountId, Direction, LogEntry, PAGE_SIZE, SiteId, Slot,
    SortColumn, Version,
};
use persistence::row::{self, StoredAccount, StoredChange};
use persistence::{AccountPage, AccountRow, AccountWrite, Accounts, SealedSecret, StoreError};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder, Row};
use uuid::Uuid;

use crate::Pooled;
use crate::account_writes::write_all;
use crate::error::{cell_error, store_error};
use crate::tries::until_through;
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
fn read(row: &PgRow) -> Result<Account, StoreError> {
    let get = |error| store_error(error);
    let id = AccountId::new(row.try_get("id").map_err(get)?);
    let Json(settings) = row
        .try_get("settings")
        .map_err(|error| cell_error(error, "accounts", "settings", id))?;
    let stored = StoredAccount {
        id,
        site_id: SiteId::new(row.try_get("site_id").map_err(get)?),
        platform: row.try_get("platform").map_err(get)?,
        description: row.try_get("description").map_err(get)?,
        settings,
        active: row.try_get("active").map_err(get)?,
        version: row.try_get("version").map_err(get)?,
        settings_version: row.try_get("settings_version").map_err(get)?,
        created_at: row.try_get("created_at").map_err(get)?,
        updated_at: row.try_get("updated_at").map_err(get)?,
        updated_by: row.try_get("updated_by").map_err(get)?,
    };
    Ok(stored.into_account()?)
}

async fn secrets(conn: &mut PgConnection, id: AccountId) -> Result<Vec<SealedSecret>, StoreError> {
    let rows: Vec<(String, String, String, i64, String, Vec<u8>)> = sqlx::query_as(
        "select field, host, key_id, set_at, set_by, sealed from account_secrets where account_id = $1 order by field",
    )
    .bind(id.uuid())
    .fetch_all(conn)
    .await
    .map_err(store_error)?;
    let secret = |(field, host, key_id, set_at, set_by, sealed)| SealedSecret {
        state: row::secret_state(field, host, key_id, set_at, set_by),
        sealed,
    };
    Ok(rows.into_iter().map(secret).collect())
}

/// An account with the state of its secrets.
async fn find(conn: &mut PgConnection, site: SiteId, id: AccountId) -> Result<Option<Account>, StoreError> {
    let found = sqlx::query(select_accounts!("", "where id = $1 and site_id = $2"))
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

/// What the filter asks for, apart from the site; `true` where it asks for nothing.
fn narrow(query: &mut QueryBuilder<Postgres>, filter: &AccountFilter) {
    query.push("true");
    if let Some(platform) = filter.platform {
        query.push(" and platform = ").push_bind(platform.code());
    }
    if let Some(active) = filter.active {
        query.push(" and active = ").push_bind(active);
    }
    if filter.attention {
        query.push(
            " and active and exists (select 1 from account_checks where account_id = accounts.id
                 and account_checks.settings_version = accounts.settings_version and verdict <> 'works')",
        );
    }
    if let Some(term) = row::search_term(&filter.search) {
        query
            .push(" and strpos(search_text, ")
            .push_bind(term)
            .push(") > 0");
    }
}

fn order(query: &mut QueryBuilder<Postgres>, filter: &AccountFilter) {
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
    conn: &mut PgConnection,
    site: SiteId,
    filter: &AccountFilter,
) -> Result<Vec<AccountRow>, StoreError> {
    let mut query = QueryBuilder::new(select_accounts!(
        ", array(select distinct key_id from account_secrets where account_id = accounts.id order by key_id) as key_ids,
             account_checks.settings_version as checked_version, verdict, since, checked_at, fault",
        "left join account_checks on account_checks.account_id = accounts.id where site_id = "
    ));
    query.push_bind(site.uuid()).push(" and ");
    narrow(&mut query, filter);
    order(&mut query, filter);
    query.push(" limit ").push_bind(i64::from(PAGE_SIZE));
    query
        .push(" offset ")
        .push_bind(i64::try_from(filter.offset()).unwrap_or(i64::MAX));
    let found = query.build().fetch_all(conn).await.map_err(store_error)?;
    let read = |row: &PgRow| {
        let key_ids = row.try_get("key_ids").map_err(store_error)?;
        let account = read(row)?;
        let check = checks::read_summary(account.id, row)?;
        Ok(AccountRow {
            account,
            key_ids,
            check,
        })
    };
    found.iter().map(read).collect()
}

/// How many accounts the filter matches, how many there are, and how many need attention.
async fn counts(
    conn: &mut PgConnection,
    site: SiteId,
    filter: &AccountFilter,
) -> Result<(u64, u64, u64), StoreError> {
    let mut query = QueryBuilder::new("select count(*) filter (where ");
    narrow(&mut query, filter);
    query
        .push(
            "), count(*), (select count(*) from accounts join account_checks on account_id = accounts.id
                 and account_checks.settings_version = accounts.settings_version
             where active and verdict <> 'works' and site_id = ",
        )
        .push_bind(site.uuid())
        .push(") from accounts where site_id = ")
        .push_bind(site.uuid());
    let (matching, total, attention): (i64, i64, i64) = query
        .build_query_as()
        .fetch_one(conn)
        .await
        .map_err(store_error)?;
    Ok((
        row::count(matching, "accounts", "id")?,
        row::count(total, "accounts", "id")?,
        row::count(attention, "accounts", "id")?,
    ))
}

/// The recorded change of a row.
fn read_change(account_id: AccountId, row: &PgRow) -> Result<AccountChange, StoreError> {
    let get = |error| store_error(error);
    let json = |column| move |error| cell_error(error, "account_changes", column, account_id);
    let Json(fields) = row.try_get("fields").map_err(json("fields"))?;
    let Json(secrets) = row.try_get("secrets").map_err(json("secrets"))?;
    let stored = StoredChange {
        account_id,
        version: row.try_get("version").map_err(get)?,
        kind: row.try_get("kind").map_err(get)?,
        changed_at: row.try_get("changed_at").map_err(get)?,
        changed_by: row.try_get("changed_by").map_err(get)?,
        fields,
        secrets,
    };
    Ok(stored.into_change()?)
}

#[async_trait]
impl Accounts for Pooled {
    async fn find_account(&self, site: SiteId, id: AccountId) -> Result<Option<Account>, StoreError> {
        let mut conn = self.acquire().await?;
        find(&mut conn, site, id).await
    }

    async fn list_accounts(&self, site: SiteId, filter: &AccountFilter) -> Result<AccountPage, StoreError> {
        let mut conn = self.acquire().await?;
        let rows = rows(&mut conn, site, filter).await?;
        let (matching, total, attention) = counts(&mut conn, site, filter).await?;
        Ok(AccountPage {
            rows,
            matching,
            total,
            attention,
        })
    }

    async fn list_slot_holders(&self, site: SiteId, slots: &[Slot]) -> Result<Vec<Account>, StoreError> {
        let keys: Vec<String> = slots.iter().map(Slot::key).collect();
        let mut conn = self.acquire().await?;
        let ids: Vec<Uuid> = sqlx::query_scalar(
            "select id from accounts
             where site_id = $1 and active and (slot = any($2) or default_slot = any($2)) order by id",
        )
        .bind(site.uuid())
        .bind(keys)
        .fetch_all(&mut *conn)
        .await
        .map_err(store_error)?;
        let mut holders = Vec::with_capacity(ids.len());
        for id in ids {
            // One that was deleted a moment ago holds nothing.
            holders.extend(find(&mut conn, site, AccountId::new(id)).await?);
        }
        Ok(holders)
    }

    async fn list_secrets(&self, site: SiteId, id: AccountId) -> Result<Vec<SealedSecret>, StoreError> {
        let mut conn = self.acquire().await?;
        let is_of_site: bool =
            sqlx::query_scalar("select exists (select 1 from accounts where id = $1 and site_id = $2)")
                .bind(id.uuid())
                .bind(site.uuid())
                .fetch_one(&mut *conn)
                .await
                .map_err(store_error)?;
        if is_of_site {
            secrets(&mut conn, id).await
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
        let mut conn = self.acquire().await?;
        let rows = sqlx::query(
            "select account_changes.version, kind, changed_at, changed_by, fields, secrets
             from account_changes join accounts on accounts.id = account_id
             where account_id = $1 and site_id = $2 and account_changes.version > $3 order by account_changes.version",
        )
        .bind(id.uuid())
        .bind(site.uuid())
        .bind(since.map_or(0, |since| i64::from(since.number())))
        .fetch_all(&mut *conn)
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
        until_through(|| self.write_once(site, &writes, &entries)).await
    }
}

impl Pooled {
    async fn write_once(
        &self,
        site: SiteId,
        writes: &[AccountWrite],
        entries: &[LogEntry],
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        write_all(&mut transaction, site, writes).await?;
        log::append(&mut transaction, entries).await?;
        transaction.commit().await.map_err(store_error)
    }
}
