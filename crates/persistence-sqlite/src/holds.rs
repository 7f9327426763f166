//! Queues that are held.

use domain::{AccountId, LogEntry};
use persistence::row::{self, is_same_hold};
use persistence::{Hold, HoldExpectation, StoreError};
use sqlx::sqlite::SqliteConnection;

use crate::error::store_error;
use crate::log;

/// The hold of an account.
pub(crate) async fn find(
    conn: &mut SqliteConnection,
    account: AccountId,
) -> Result<Option<Hold>, StoreError> {
    let found: Option<(String, i64, Option<i64>)> =
        sqlx::query_as("select reason, since, until from delivery_holds where account_id = ?1")
            .bind(account.uuid())
            .fetch_optional(conn)
            .await
            .map_err(store_error)?;
    let read = |(reason, since, until): (String, i64, Option<i64>)| row::hold(account, &reason, since, until);
    Ok(found.map(read).transpose()?)
}

/// Puts `hold` in the place of the hold that is `expected` of an account; answers whether it says anything new.
pub(crate) async fn set(
    conn: &mut SqliteConnection,
    account: AccountId,
    expected: HoldExpectation,
    hold: Option<Hold>,
    entries: &[LogEntry],
) -> Result<bool, StoreError> {
    let before = find(conn, account).await?;
    if !expected.is_met(before.as_ref()) || is_same_hold(before.as_ref(), hold.as_ref()) {
        return Ok(false);
    }
    let query = match hold {
        Some(hold) => sqlx::query(
            "insert into delivery_holds (account_id, reason, since, until)
             select id, ?2, ?3, ?4 from accounts where id = ?1
             on conflict (account_id) do update set reason = excluded.reason, since = excluded.since,
                 until = excluded.until",
        )
        .bind(account.uuid())
        .bind(hold.reason.code())
        .bind(hold.since.ms())
        .bind(hold.until.map(domain::Timestamp::ms)),
        None => sqlx::query("delete from delivery_holds where account_id = ?1").bind(account.uuid()),
    };
    let done = query.execute(&mut *conn).await.map_err(store_error)?;
    let is_set = done.rows_affected() > 0;
    if is_set {
        log::append(conn, entries).await?;
    }
    Ok(is_set)
}
