//! The last tests of accounts.

use async_trait::async_trait;
use domain::{AccountCheck, AccountId, Contact, Fault, LogEntry, SiteId, Timestamp};
use persistence::row::{self, StoredCheck};
use persistence::{CheckSummary, Checks, StoreError};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::types::Json;
use uuid::Uuid;

use crate::SqliteStore;
use crate::cells::Cells;
use crate::error::store_error;
use crate::log;

fn cells(account_id: AccountId, row: &SqliteRow) -> Cells<'_, AccountId> {
    Cells {
        row,
        table: "account_checks",
        key: account_id,
    }
}

/// The test of a row without its report; `version` is the column of the settings version.
fn read(cells: &Cells<'_, AccountId>, version: &'static str) -> Result<StoredCheck, StoreError> {
    Ok(StoredCheck {
        account_id: cells.key,
        settings_version: cells.get(version)?,
        verdict: cells.get("verdict")?,
        since: cells.get("since")?,
        checked_at: cells.get("checked_at")?,
    })
}

/// The test of a row of the list, where its settings version is `checked_version`.
pub(crate) fn read_summary(
    account_id: AccountId,
    row: &SqliteRow,
) -> Result<Option<CheckSummary>, StoreError> {
    let cells = cells(account_id, row);
    let checked: Option<i64> = cells.get("checked_version")?;
    if checked.is_none() {
        return Ok(None);
    }
    let fault: Option<Json<Fault>> = cells.get("fault")?;
    let stored = read(&cells, "checked_version")?;
    Ok(Some(stored.into_summary(fault.map(|Json(fault)| fault))?))
}

/// Puts a test in the place of an older one; answers whether it was.
async fn replace(
    conn: &mut SqliteConnection,
    site: SiteId,
    check: &AccountCheck,
    host: &str,
) -> Result<bool, StoreError> {
    let fault = check.fault();
    let done = sqlx::query(
        "insert into account_checks (account_id, settings_version, verdict, since, checked_at, without_contact, host, fault, report)
         select id, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 from accounts where id = ?1 and site_id = ?2
         on conflict (account_id) do update set settings_version = excluded.settings_version, verdict = excluded.verdict,
             since = excluded.since, checked_at = excluded.checked_at, without_contact = excluded.without_contact,
             host = excluded.host, fault = excluded.fault, report = excluded.report
         where (excluded.settings_version, excluded.checked_at) >=
             (account_checks.settings_version, account_checks.checked_at)",
    )
    .bind(check.account_id.uuid())
    .bind(site.uuid())
    .bind(i64::from(check.settings_version.number()))
    .bind(check.verdict.code())
    .bind(check.since.ms())
    .bind(check.report.at.ms())
    .bind(check.report.is_without_contact())
    .bind(host)
    .bind(fault.map(Json))
    .bind(Json(&check.report))
    .execute(conn)
    .await
    .map_err(store_error)?;
    Ok(done.rows_affected() > 0)
}

/// The accounts whose check is due, longest first; their next one is due at `next`.
async fn claim(
    conn: &mut SqliteConnection,
    now: Timestamp,
    next: Timestamp,
    limit: u32,
) -> Result<Vec<(SiteId, AccountId)>, StoreError> {
    let due: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "select site_id, id from accounts where active = 1 and check_at <= ?1 order by check_at, id limit ?2",
    )
    .bind(now.ms())
    .bind(i64::from(limit))
    .fetch_all(&mut *conn)
    .await
    .map_err(store_error)?;
    for (_, id) in &due {
        sqlx::query("update accounts set check_at = ?2 where id = ?1")
            .bind(id)
            .bind(next.ms())
            .execute(&mut *conn)
            .await
            .map_err(store_error)?;
    }
    let ids = |(site, id)| (SiteId::new(site), AccountId::new(id));
    Ok(due.into_iter().map(ids).collect())
}

#[async_trait]
impl Checks for SqliteStore {
    async fn find_check(&self, site: SiteId, id: AccountId) -> Result<Option<AccountCheck>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let found = sqlx::query(
            "select account_checks.settings_version, verdict, since, checked_at, report
             from account_checks join accounts on accounts.id = account_id where account_id = ?1 and site_id = ?2",
        )
        .bind(id.uuid())
        .bind(site.uuid())
        .fetch_optional(reader.conn()?)
        .await
        .map_err(store_error)?;
        let read = |row: &SqliteRow| {
            let cells = cells(id, row);
            let Json(report) = cells.get("report")?;
            Ok(read(&cells, "settings_version")?.into_check(report)?)
        };
        found.as_ref().map(read).transpose()
    }

    async fn record_check(
        &self,
        site: SiteId,
        check: &AccountCheck,
        host: &str,
        entries: Vec<LogEntry>,
    ) -> Result<bool, StoreError> {
        row::check_entries(&entries, site)?;
        let (check, host) = (check.clone(), host.to_owned());
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    let is_recorded = replace(conn, site, &check, &host).await?;
                    if is_recorded {
                        log::append(conn, &entries).await?;
                    }
                    Ok(is_recorded)
                })
            })
            .await
    }

    async fn claim_due_checks(
        &self,
        now: Timestamp,
        next: Timestamp,
        limit: u32,
    ) -> Result<Vec<(SiteId, AccountId)>, StoreError> {
        self.writer
            .write(move |conn| Box::pin(claim(conn, now, next, limit)))
            .await
    }

    async fn count_contact(&self, site: SiteId) -> Result<Contact, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let (tested, without, hosts) = sqlx::query_as(
            "select count(*), count(*) filter (where without_contact = 1),
                 count(distinct host) filter (where without_contact = 1)
             from accounts join account_checks on account_id = accounts.id
                 and account_checks.settings_version = accounts.settings_version
             where site_id = ?1 and active = 1",
        )
        .bind(site.uuid())
        .fetch_one(reader.conn()?)
        .await
        .map_err(store_error)?;
        Ok(row::contact(tested, without, hosts)?)
    }
}
