//! What became of deliveries, counted by account and hour.

use std::collections::BTreeMap;

use domain::{AccountId, Timestamp};
use persistence::{HourCount, Inconsistency, StoreError};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::columns::column;
use crate::error::store_error;

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
        if counts == [0; 4] {
            return;
        }
        let (sums, last) = self.0.entry((account, hour)).or_default();
        for (sum, count) in sums.iter_mut().zip(counts) {
            *sum += count;
        }
        *last = (*last).max(delivered_at);
    }
}

/// Counts, in the order of accounts and hours: two that count at once wait for each other. Whoever holds these rows waits
/// for no others.
pub(crate) async fn count(conn: &mut PgConnection, counts: &Counts) -> Result<(), StoreError> {
    if counts.0.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = counts.0.iter().collect();
    let number = |index: usize| column(&rows, |(_, (counts, _))| i64::from(counts[index]));
    sqlx::query(
        "insert into delivery_hours (account_id, hour, delivered, failed, retried, skipped, delivered_at)
         select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
         on conflict (account_id, hour) do update set delivered = delivery_hours.delivered + excluded.delivered,
             failed = delivery_hours.failed + excluded.failed, retried = delivery_hours.retried + excluded.retried,
             skipped = delivery_hours.skipped + excluded.skipped,
             delivered_at = greatest(delivery_hours.delivered_at, excluded.delivered_at)",
    )
    .bind(column(&rows, |((account, _), _)| *account))
    .bind(column(&rows, |((_, hour), _)| hour.ms()))
    .bind(number(0))
    .bind(number(1))
    .bind(number(2))
    .bind(number(3))
    .bind(column(&rows, |(_, (_, last))| last.map(Timestamp::ms)))
    .execute(conn)
    .await
    .map_err(store_error)?;
    Ok(())
}

/// The counts of an account since `since`, the earliest hour first.
pub(crate) async fn list(
    conn: &mut PgConnection,
    account: AccountId,
    since: Timestamp,
) -> Result<Vec<HourCount>, StoreError> {
    let rows: Vec<(i64, i64, i64, i64, i64)> = sqlx::query_as(
        "select hour, delivered, failed, retried, skipped from delivery_hours
         where account_id = $1 and hour >= $2 order by hour",
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
