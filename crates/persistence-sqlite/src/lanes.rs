//! Lanes: deliveries to one account that go out one after the other.

use domain::{EventId, Timestamp};
use persistence::StoreError;
use serde_json::json;
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

use crate::error::store_error;
use crate::rows::{Rows, hex};

/// Lanes that one of their deliveries has left.
#[derive(Default)]
pub(crate) struct Freed(Rows);

impl Freed {
    /// A delivery of `account` has left `lane` at `at`.
    pub(crate) fn add(&mut self, account: Uuid, lane: Uuid, at: Timestamp) {
        self.0.push(json!([hex(account), hex(lane), at.ms()]));
    }
}

/// The first of each lane of `?1`, unless it is behind nobody already. One without an attempt waited for the others alone: it
/// is due at once.
pub(crate) const FREE: &str =
    "update deliveries set stage = case when attempts = 0 then 0 when deliveries.due_at > first.at then 4 else 1 end,
         due_at = case when attempts = 0 then min(deliveries.due_at, first.at) else deliveries.due_at end
     from (
         select left.account_id, left.at, (
             select open.event_id from deliveries as open indexed by deliveries_lane_idx
             where open.account_id = left.account_id and open.lane = left.lane and open.stage <= 4
             order by open.event_id limit 1
         ) as event_id
         from (
             select unhex(value ->> 0) as account_id, unhex(value ->> 1) as lane, value ->> 2 as at
             from jsonb_each(?1)
         ) as left
     ) as first
     where deliveries.account_id = first.account_id and deliveries.event_id = first.event_id
         and deliveries.stage = 2";

/// Whoever is first in a lane now is no longer behind anybody.
pub(crate) async fn free(conn: &mut SqliteConnection, freed: &Freed) -> Result<(), StoreError> {
    if freed.0.is_empty() {
        return Ok(());
    }
    sqlx::query(FREE)
        .bind(freed.0.bound())
        .execute(conn)
        .await
        .map_err(store_error)?;
    Ok(())
}

/// Deliveries that are tried again later.
#[derive(Default)]
pub(crate) struct Delayed(Rows);

impl Delayed {
    /// The delivery of `event` in `lane` is due again at `due_at`.
    pub(crate) fn add(&mut self, account: Uuid, lane: Uuid, event: EventId, due_at: Timestamp) {
        let row = json!([hex(account), hex(lane), hex(event.uuid()), due_at.ms()]);
        self.0.push(row);
    }
}

/// What waits behind each delivery of `?1`.
pub(crate) const DELAY: &str =
    "update deliveries indexed by deliveries_lane_idx set due_at = first.due_at, leased_until = null,
         stage = case when deliveries.stage = 4 then 4 else 2 end
     from (
         select unhex(value ->> 0) as account_id, unhex(value ->> 1) as lane, unhex(value ->> 2) as event_id,
             value ->> 3 as due_at
         from jsonb_each(?1)
     ) as first
     where deliveries.account_id = first.account_id and deliveries.lane = first.lane
         and deliveries.event_id > first.event_id and deliveries.stage <= 4 and deliveries.stage <> 3
         and deliveries.due_at < first.due_at";

/// What waits behind them is due no earlier.
pub(crate) async fn delay(conn: &mut SqliteConnection, delayed: &Delayed) -> Result<(), StoreError> {
    if delayed.0.is_empty() {
        return Ok(());
    }
    sqlx::query(DELAY)
        .bind(delayed.0.bound())
        .execute(conn)
        .await
        .map_err(store_error)?;
    Ok(())
}
