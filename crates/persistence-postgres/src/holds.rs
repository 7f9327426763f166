//! Queues that are held.

use domain::{AccountId, LogEntry, Timestamp};
use persistence::row::{self, is_same_hold};
use persistence::{Hold, HoldExpectation, StoreError};
use sqlx::PgConnection;

use crate::error::store_error;
use crate::log;

/// The hold of an account.
pub(crate) async fn find(conn: &mut PgConnection, account: AccountId) -> Result<Option<Hold>, StoreError> {
    let found: Option<(String, i64, Option<i64>)> =
        sqlx::query_as("select reason, since, until from delivery_holds where account_id = $1")
            .bind(account.uuid())
            .fetch_optional(conn)
            .await
            .map_err(store_error)?;
    let read = |(reason, since, until): (String, i64, Option<i64>)| row::hold(account, &reason, since, until);
    Ok(found.map(read).transpose()?)
}

/// Puts `hold` in the place of the hold that is `expected` of an account; answers whether it says anything new.
pub(crate) async fn set(
    conn: &mut PgConnection,
    account: AccountId,
    expected: HoldExpectation,
    hold: Option<Hold>,
    entries: &[LogEntry],
) -> Result<bool, StoreError> {
    // Held, so that of two who say the same at once one says something new.
    let is_there = sqlx::query("select 1 from accounts where id = $1 for no key update")
        .bind(account.uuid())
        .fetch_optional(&mut *conn)
        .await
        .map_err(store_error)?
        .is_some();
    let before = find(conn, account).await?;
    if !is_there || !expected.is_met(before.as_ref()) || is_same_hold(before.as_ref(), hold.as_ref()) {
        return Ok(false);
    }
    let query = match hold {
        Some(hold) => sqlx::query(
            "insert into delivery_holds (account_id, reason, since, until) values ($1, $2, $3, $4)
             on conflict (account_id) do update set reason = excluded.reason, since = excluded.since,
                 until = excluded.until",
        )
        .bind(account.uuid())
        .bind(hold.reason.code())
        .bind(hold.since.ms())
        .bind(hold.until.map(Timestamp::ms)),
        None => sqlx::query("delete from delivery_holds where account_id = $1").bind(account.uuid()),
    };
    query.execute(&mut *conn).await.map_err(store_error)?;
    log::append(conn, entries).await?;
    Ok(true)
}
