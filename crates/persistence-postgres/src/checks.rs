//! The last tests of accounts.

use async_trait::async_trait;
use domain::{AccountCheck, AccountId, Contact, Fault, LogEntry, SiteId, Timestamp};
use persistence::row::{self, StoredCheck};
use persistence::{CheckSummary, Checks, StoreError};
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::types::Json;
use uuid::Uuid;

use crate::Pooled;
use crate::error::{cell_error, store_error};
use crate::log::{self, json};

/// The test of a row without its report; `version` is the column of the settings version.
fn read(account_id: AccountId, row: &PgRow, version: &str) -> Result<StoredCheck, StoreError> {
    let get = |error| store_error(error);
    Ok(StoredCheck {
        account_id,
        settings_version: row.try_get(version).map_err(get)?,
        verdict: row.try_get("verdict").map_err(get)?,
        since: row.try_get("since").map_err(get)?,
        checked_at: row.try_get("checked_at").map_err(get)?,
    })
}

/// The test of a row of the list, where its settings version is `checked_version`.
pub(crate) fn read_summary(account_id: AccountId, row: &PgRow) -> Result<Option<CheckSummary>, StoreError> {
    let checked: Option<i64> = row.try_get("checked_version").map_err(store_error)?;
    if checked.is_none() {
        return Ok(None);
    }
    let fault: Option<Json<Fault>> = row
        .try_get("fault")
        .map_err(|error| cell_error(error, "account_checks", "fault", account_id))?;
    let stored = read(account_id, row, "checked_version")?;
    Ok(Some(stored.into_summary(fault.map(|Json(fault)| fault))?))
}

/// Puts a test in the place of an older one; answers whether it was.
async fn replace(
    conn: &mut PgConnection,
    site: SiteId,
    check: &AccountCheck,
    host: &str,
) -> Result<bool, StoreError> {
    let fault = check.fault();
    // The account is held, so that it is not deleted before its test is there.
    let done = sqlx::query(
        "insert into account_checks (account_id, settings_version, verdict, since, checked_at, without_contact, host,
             fault, report)
         select id, $3, $4, $5, $6, $7, $8, $9::json, $10::json from accounts where id = $1 and site_id = $2 for key share
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
    .bind(fault.map(json).transpose()?)
    .bind(json(&check.report)?)
    .execute(conn)
    .await
    .map_err(store_error)?;
    Ok(done.rows_affected() > 0)
}

#[async_trait]
impl Checks for Pooled {
    async fn find_check(&self, site: SiteId, id: AccountId) -> Result<Option<AccountCheck>, StoreError> {
        let mut conn = self.acquire().await?;
        let found = sqlx::query(
            "select account_checks.settings_version, verdict, since, checked_at, report
             from account_checks join accounts on accounts.id = account_id where account_id = $1 and site_id = $2",
        )
        .bind(id.uuid())
        .bind(site.uuid())
        .fetch_optional(&mut *conn)
        .await
        .map_err(store_error)?;
        let read = |row: &PgRow| {
            let Json(report) = row
                .try_get("report")
                .map_err(|error| cell_error(error, "account_checks", "report", id))?;
            Ok(read(id, row, "settings_version")?.into_check(report)?)
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
        let mut transaction = self.begin().await?;
        let is_recorded = replace(&mut transaction, site, check, host).await?;
        if is_recorded {
            log::append(&mut transaction, &entries).await?;
        }
        transaction.commit().await.map_err(store_error)?;
        Ok(is_recorded)
    }

    async fn claim_due_checks(
        &self,
        now: Timestamp,
        next: Timestamp,
        limit: u32,
    ) -> Result<Vec<(SiteId, AccountId)>, StoreError> {
        let mut conn = self.acquire().await?;
        // What somebody else is just claiming or saving is not waited for.
        let due: Vec<(Uuid, Uuid)> = sqlx::query_as(
            "with due as (
                 select id, check_at from accounts where active and check_at <= $1
                 order by check_at, id limit $3 for no key update skip locked
             ), claimed as (
                 update accounts set check_at = $2 from due where accounts.id = due.id
                 returning accounts.site_id, accounts.id, due.check_at
             )
             select site_id, id from claimed order by check_at, id",
        )
        .bind(now.ms())
        .bind(next.ms())
        .bind(i64::from(limit))
        .fetch_all(&mut *conn)
        .await
        .map_err(store_error)?;
        let ids = |(site, id)| (SiteId::new(site), AccountId::new(id));
        Ok(due.into_iter().map(ids).collect())
    }

    async fn count_contact(&self, site: SiteId) -> Result<Contact, StoreError> {
        let mut conn = self.acquire().await?;
        let (tested, without, hosts) = sqlx::query_as(
            "select count(*), count(*) filter (where without_contact),
                 count(distinct host) filter (where without_contact)
             from accounts join account_checks on account_id = accounts.id
                 and account_checks.settings_version = accounts.settings_version
             where site_id = $1 and active",
        )
        .bind(site.uuid())
        .fetch_one(&mut *conn)
        .await
        .map_err(store_error)?;
        Ok(row::contact(tested, without, hosts)?)
    }
}
