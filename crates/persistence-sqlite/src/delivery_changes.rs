//! What a person does with deliveries.

use std::collections::BTreeMap;

use domain::{DeliveryId, SkipReason, Timestamp};
use persistence::row::hour_of;
use persistence::{DeliveryChange, DeliveryQuery, StoreError, lease_ahead_max_ms};
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

use crate::delivery_list::{self, Part};
use crate::error::store_error;
use crate::hours::{self, Counts};
use crate::lanes::{self, Freed};
use crate::rows::Rows;
use crate::stage;

/// The stages that may be made due. What is ready for its first attempt is due already.
const RETRIED: [i64; 9] = [
    stage::READY_AGAIN,
    stage::BEHIND,
    stage::UNDER_WAY,
    stage::RETRY,
    stage::LATER,
    stage::SKIPPED,
    stage::REFUSED,
    stage::GIVEN_UP,
    stage::UNKNOWN,
];

/// The stages that may be skipped.
const SKIPPED: [i64; 6] = [
    stage::READY,
    stage::READY_AGAIN,
    stage::BEHIND,
    stage::UNDER_WAY,
    stage::RETRY,
    stage::LATER,
];

/// Not under way.
macro_rules! is_free {
    () => {
        concat!(
            "(found.stage <> 3 or found.leased_until <= ?11 or found.leased_until > ?11 + ",
            lease_ahead_max_ms!(),
            ")"
        )
    };
}

/// Not under way.
const IS_FREE: &str = is_free!();
/// Not under way, nor untried and due.
const IS_NOT_DUE: &str = concat!(
    "(found.stage >= 10 or (found.attempts > 0 or found.due_at > ?11) and ",
    is_free!(),
    ")"
);

/// What of `query` is changed.
fn part(query: &DeliveryQuery, change: DeliveryChange, now: Timestamp) -> Option<Part<'_>> {
    match change {
        DeliveryChange::RetryNow => Part::to_change(query, &RETRIED, IS_NOT_DUE, now),
        DeliveryChange::Skip(_) => Part::to_change(query, &SKIPPED, IS_FREE, now),
    }
}

/// How many would be changed; stops counting at `at_most`.
pub(crate) async fn count(
    conn: &mut SqliteConnection,
    query: &DeliveryQuery,
    change: DeliveryChange,
    now: Timestamp,
    at_most: u32,
) -> Result<u64, StoreError> {
    match part(query, change, now) {
        Some(part) => delivery_list::count_of(conn, &part, at_most).await,
        None => Ok(0),
    }
}

/// Changes at most `query.limit`; answers how many were.
pub(crate) async fn change(
    conn: &mut SqliteConnection,
    query: &DeliveryQuery,
    change: DeliveryChange,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let Some(part) = part(query, change, now) else {
        return Ok(0);
    };
    let rows = part
        .query(part.ids(query.limit))
        .fetch_all(&mut *conn)
        .await
        .map_err(store_error)?;
    let ids: Vec<DeliveryId> = rows
        .iter()
        .map(delivery_list::read_id)
        .collect::<Result<_, _>>()?;
    let mut of_account: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for id in &ids {
        of_account
            .entry(id.account.uuid())
            .or_default()
            .push(id.event.uuid());
    }
    for (account, events) in of_account {
        match change {
            DeliveryChange::RetryNow => retry(conn, account, events, now).await?,
            DeliveryChange::Skip(reason) => skip(conn, account, events, reason, now).await?,
        }
    }
    Ok(ids.len() as u64)
}

async fn retry(
    conn: &mut SqliteConnection,
    account: Uuid,
    events: Vec<Uuid>,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "update deliveries set stage = 0, attempts = 0, doubtful = doubtful or stage = 3, due_at = ?2,
             leased_until = null, updated_at = ?2, reason = null, class = null
         where account_id = ?1 and event_id in (select unhex(value) from json_each(?3))",
    )
    .bind(account)
    .bind(now.ms())
    .bind(Rows::of_ids(events).bound())
    .execute(conn)
    .await
    .map_err(store_error)?;
    Ok(())
}

async fn skip(
    conn: &mut SqliteConnection,
    account: Uuid,
    events: Vec<Uuid>,
    reason: SkipReason,
    now: Timestamp,
) -> Result<(), StoreError> {
    let lanes: Vec<Uuid> = sqlx::query_scalar(
        "update deliveries set stage = 11, reason = ?4, leased_until = null, updated_at = ?2
         where account_id = ?1 and event_id in (select unhex(value) from json_each(?3)) returning lane",
    )
    .bind(account)
    .bind(now.ms())
    .bind(Rows::of_ids(events).bound())
    .bind(reason.code())
    .fetch_all(&mut *conn)
    .await
    .map_err(store_error)?;
    let mut freed = Freed::default();
    let mut counts = Counts::default();
    for lane in lanes {
        freed.add(account, lane, now);
        counts.add(account, hour_of(now), [0, 0, 0, 1], None);
    }
    lanes::free(conn, &freed).await?;
    hours::count(conn, &counts).await
}
