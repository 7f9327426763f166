//! Lanes: deliveries to one account that go out one after the other.
//!
//! A claim puts what it finds blocked `behind`, so that it is not looked at again before its turn. It does so only while it
//! holds the row of one that was handed out before and is in the way. Whoever ends such a one first updates its row and
//! then, in a statement that sees what was put behind it meanwhile, frees the lane.
//!
//! Rows are looked for by `event_id = any(..)`, and those of a lane by the lane: one index alone serves each. The account is
//! asked for in words that none serves ([`is_of_account`]), and so is the queue (a `coalesce` or `num_nulls` of it): of a
//! table that it knows nothing of yet, the server takes any index of accounts, or of what waits, to be as good.

use domain::{DeliveryId, Timestamp};
use persistence::StoreError;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::store_error;

/// The bytes of an event's id as the index of lanes writes them: no other one offers this order.
macro_rules! lane_order {
    ($id:literal) => {
        concat!("(''::bytea || uuid_send(", $id, ") || ''::bytea)")
    };
}

/// The queue for a delivery that becomes free at `$at`.
macro_rules! free_queue {
    ($attempts:literal, $due_at:literal, $at:literal) => {
        concat!(
            "case when ",
            $attempts,
            " > 0 then 'retry' when ",
            $due_at,
            " > ",
            $at,
            " then 'wait' else 'first' end"
        )
    };
}

/// Whether a delivery is not under way at `$at`, by the clock of leases.
macro_rules! is_free {
    ($at:literal) => {
        concat!(
            "(leased_until is null or leased_until <= ",
            $at,
            " or leased_until > ",
            $at,
            " + ",
            persistence::lease_ahead_max_ms!(),
            ")"
        )
    };
}

/// Whether a delivery is of the account `$id`, in words that no index is made for.
macro_rules! is_of_account {
    ($id:literal) => {
        is_of_account!("account_id", $id)
    };
    ($column:literal, $id:literal) => {
        concat!("uuid_send(", $column, ") = uuid_send(", $id, ")")
    };
}

pub(crate) use {free_queue, is_free, is_of_account, lane_order};

/// Lanes that one of their deliveries has left.
#[derive(Default)]
pub(crate) struct Freed {
    accounts: Vec<Uuid>,
    lanes: Vec<Vec<u8>>,
    at: Vec<i64>,
}

impl Freed {
    /// A delivery of `account` has left `lane` at `at`.
    pub(crate) fn add(&mut self, account: Uuid, lane: Vec<u8>, at: Timestamp) {
        self.accounts.push(account);
        self.lanes.push(lane);
        self.at.push(at.ms());
    }
}

/// Whoever is first of those behind is no longer so, and due at once if it has no attempt: it waited for the others alone.
/// What is only due later is in nobody's way, so that the next one is not, either. One that somebody else holds is waited
/// for, in the order in which everybody takes rows: whoever holds it need not change it, and nobody comes here again for
/// this lane. As it is then, it is freed. Answers whether there was any.
pub(crate) async fn free(conn: &mut PgConnection, freed: Freed) -> Result<bool, StoreError> {
    if freed.accounts.is_empty() {
        return Ok(false);
    }
    let done = sqlx::query(concat!(
        "with freed as materialized (
             select account_id, lane, max(at) as at
             from unnest($1::uuid[], $2::bytea[], $3::bigint[]) as freed (account_id, lane, at) group by account_id, lane
         ), found as materialized (
             select freed.account_id, event_id, at,
                 count(*) filter (where due_at <= at) over (partition by freed.account_id, freed.lane order by event_id
                     rows between unbounded preceding and 1 preceding) as due_before
             from freed cross join lateral (
                 select event_id, case when attempts = 0 then least(due_at, freed.at) else due_at end as due_at
                 from deliveries where lane = freed.lane and ",
        is_of_account!("freed.account_id"),
        " and queue is not null and queue || '' = 'behind'
                 order by ",
        lane_order!("event_id"),
        " limit 16
             ) as behind
         ), locked as materialized (
             select event_id, found.account_id, found.at, attempts,
                 case when attempts = 0 then least(deliveries.due_at, found.at) else deliveries.due_at end as due_at
             from found join deliveries using (event_id)
             where event_id = any(array(select event_id from found where due_before = 0)) and due_before = 0
                 and ",
        is_of_account!("deliveries.account_id", "found.account_id"),
        " and coalesce(queue, '') = 'behind'
             order by event_id, found.account_id for update of deliveries
         )
         update deliveries set queue = ",
        free_queue!("locked.attempts", "locked.due_at", "locked.at"),
        ", due_at = locked.due_at from locked
         where deliveries.event_id = any(array(select event_id from locked))
             and deliveries.event_id = locked.event_id and ",
        is_of_account!("deliveries.account_id", "locked.account_id")
    ))
    .bind(freed.accounts)
    .bind(freed.lanes)
    .bind(freed.at)
    .execute(conn)
    .await
    .map_err(store_error)?;
    Ok(done.rows_affected() > 0)
}

/// Deliveries that are tried again later.
#[derive(Default)]
pub(crate) struct Delayed {
    accounts: Vec<Uuid>,
    lanes: Vec<Vec<u8>>,
    events: Vec<Uuid>,
    due_at: Vec<i64>,
    at: Vec<i64>,
}

impl Delayed {
    /// The delivery in `lane` is due again at `due_at`, since `at`.
    pub(crate) fn add(&mut self, id: DeliveryId, lane: Vec<u8>, due_at: Timestamp, at: Timestamp) {
        self.accounts.push(id.account.uuid());
        self.lanes.push(lane);
        self.events.push(id.event.uuid());
        self.due_at.push(due_at.ms());
        self.at.push(at.ms());
    }
}

/// What waits behind them is due no earlier: the next thousand of each. Those further back have to wait for these anyhow.
pub(crate) async fn delay(conn: &mut PgConnection, delayed: Delayed) -> Result<(), StoreError> {
    if delayed.accounts.is_empty() {
        return Ok(());
    }
    sqlx::query(concat!(
        "with behind as materialized (
             select found.event_id, delayed.account_id, delayed.due_at
             from unnest($1::uuid[], $2::bytea[], $3::uuid[], $4::bigint[], $5::bigint[])
                 as delayed (account_id, lane, event_id, due_at, at)
             cross join lateral (
                 select event_id from deliveries
                 where lane = delayed.lane and ",
        is_of_account!("delayed.account_id"),
        " and queue is not null and ",
        lane_order!("event_id"),
        " > ",
        lane_order!("delayed.event_id"),
        " and due_at < delayed.due_at and (queue <> 'wait' or fence > 0 or due_at <= delayed.at)
                     and leased_until is null order by ",
        lane_order!("event_id"),
        " limit 1000 for update skip locked
             ) as found
         )
         update deliveries set due_at = greatest(deliveries.due_at, behind.due_at), queue = 'behind' from behind
         where deliveries.event_id = any(array(select event_id from behind))
             and deliveries.event_id = behind.event_id and ",
        is_of_account!("deliveries.account_id", "behind.account_id")
    ))
    .bind(delayed.accounts)
    .bind(delayed.lanes)
    .bind(delayed.events)
    .bind(delayed.due_at)
    .bind(delayed.at)
    .execute(conn)
    .await
    .map_err(store_error)?;
    Ok(())
}
