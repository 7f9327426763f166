//! What a person does with deliveries.

use std::collections::BTreeMap;

use domain::{DeliveryId, Timestamp};
use persistence::row::hour_of;
use persistence::{DeliveryChange, DeliveryQuery, StoreError, lease_ahead_max_ms};
use sqlx::Row;
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

/// The first `query.limit` that would be changed, the oldest event first.
pub(crate) async fn find(
    conn: &mut SqliteConnection,
    query: &DeliveryQuery,
    change: DeliveryChange,
    now: Timestamp,
) -> Result<Vec<DeliveryId>, StoreError> {
    let Some(part) = part(query, change, now) else {
        return Ok(Vec::new());
    };
    let rows = part
        .query(part.ids(query.limit))
        .fetch_all(conn)
        .await
        .map_err(store_error)?;
    rows.iter().map(delivery_list::read_id).collect()
}

/// What becomes of those of account `?13` that are about the events `?14` and still belong to `part`; `?15` is a reason.
pub(crate) fn statement(part: &Part<'_>, change: DeliveryChange) -> String {
    let becomes = match change {
        DeliveryChange::RetryNow => {
            "stage = 0, attempts = 0, doubtful = doubtful or stage = 3, due_at = ?11, leased_until = null,
             updated_at = ?11, reason = null, class = null"
        }
        DeliveryChange::Skip(_) => "stage = 11, reason = ?15, leased_until = null, updated_at = ?11",
    };
    format!(
        "update deliveries as found set {becomes}
         where account_id = ?13 and event_id in (select unhex(value) from json_each(?14)) and {still}
         returning lane",
        still = part.still()
    )
}

/// Changes those of `found` that still belong to `query`; answers how many were.
pub(crate) async fn change(
    conn: &mut SqliteConnection,
    query: &DeliveryQuery,
    found: Vec<DeliveryId>,
    change: DeliveryChange,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let Some(part) = part(query, change, now) else {
        return Ok(0);
    };
    let mut of_account: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for id in found {
        of_account
            .entry(id.account.uuid())
            .or_default()
            .push(id.event.uuid());
    }
    let reason = match change {
        DeliveryChange::RetryNow => None,
        DeliveryChange::Skip(reason) => Some(reason.code()),
    };
    let (mut count, mut freed, mut counts) = (0, Freed::default(), Counts::default());
    for (account, events) in of_account {
        let events = Rows::of_ids(events);
        let rows = part
            .query(statement(&part, change))
            .bind(account)
            .bind(events.bound())
            .bind(reason)
            .fetch_all(&mut *conn)
            .await
            .map_err(store_error)?;
        count += rows.len() as u64;
        if reason.is_some() {
            for row in rows {
                freed.add(account, row.try_get("lane").map_err(store_error)?, now);
                counts.add(account, hour_of(now), [0, 0, 0, 1], None);
            }
        }
    }
    lanes::free(conn, &freed).await?;
    hours::count(conn, &counts).await?;
    Ok(count)
}
