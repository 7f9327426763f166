//! What became of deliveries, counted by account and hour.

use std::collections::BTreeMap;

use domain::{AccountId, Timestamp};
use persistence::{HourCount, Inconsistency, StoreError};
use serde_json::json;
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

use crate::error::store_error;
use crate::rows::{Rows, hex};

/// Delivered, failed, retried and skipped, and the last success.
type Count = ([u32; 4], Option<Timestamp>);

/// What is to be counted.
#[derive(Default)]
pub(crate) struct Counts(BTreeMap<(Uuid, Timestamp), Count>);

impl Counts {
    /// Adds `counts` (delivered, failed, retried, skipped) to those of `account` in the hour that began at `hour`.
    pub(crate) fn add(
        &mut self,
        account: Uuid,
        hour: Timestamp,
        counts: [u32; 4],
        delivered_at: Option<Timestamp>,
    ) {
        let (sums, last) = self.0.entry((account, hour)).or_default();
        for (sum, count) in sums.iter_mut().zip(counts) {
            *sum += count;
        }
        *last = (*last).max(delivered_at);
    }
}

/// Counts.
pub(crate) async fn count(conn: &mut SqliteConnection, counts: &Counts) -> Result<(), StoreError> {
    let mut rows = Rows::default();
    for ((account, hour), (counts, delivered_at)) in &counts.0 {
        if counts.iter().any(|count| *count > 0) {
            let delivered_at = delivered_at.map(Timestamp::ms);
            rows.push(json!([hex(*account), hour.ms(), counts, delivered_at]));
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into delivery_hours (account_id, hour, delivered, failed, retried, skipped, delivered_at)
         select unhex(value ->> 0), value ->> 1, value ->> '$[2][0]', value ->> '$[2][1]', value ->> '$[2][2]',
             value ->> '$[2][3]', value ->> 3
         from jsonb_each(?1) where true
         on conflict (account_id, hour) do update set delivered = delivered + excluded.delivered,
             failed = failed + excluded.failed, retried = retried + excluded.retried,
             skipped = skipped + excluded.skipped,
             delivered_at = max(coalesce(delivered_at, excluded.delivered_at),
                 coalesce(excluded.delivered_at, delivered_at))",
    )
    .bind(rows.bound())
    .execute(conn)
    .await
    .map_err(store_error)?;
    Ok(())
}

/// The counts of an account since `since`, the earliest hour first.
pub(crate) async fn list(
    conn: &mut SqliteConnection,
    account: AccountId,
    since: Timestamp,
) -> Result<Vec<HourCount>, StoreError> {
    let rows: Vec<(i64, i64, i64, i64, i64)> = sqlx::query_as(
        "select hour, delivered, failed, retried, skipped from delivery_hours
         where account_id = ?1 and hour >= ?2 and exists (select 1 from accounts where id = ?1) order by hour",
    )
    .bind(account.uuid())
    .bind(since.ms())
    .fetch_all(conn)
    .await
    .map_err(store_error)?;
    let number = |value, column| persistence::row::number(value, "delivery_hours", column, account);
    let read = |(hour, delivered, failed, retried, skipped)| -> Result<HourCount, Inconsistency> {
        Ok(HourCount {
            hour: Timestamp::from_ms(hour),
            delivered: number(delivered, "delivered")?,
            failed: number(failed, "failed")?,
            retried: number(retried, "retried")?,
            skipped: number(skipped, "skipped")?,
        })
    };
    Ok(rows.into_iter().map(read).collect::<Result<_, _>>()?)
}
