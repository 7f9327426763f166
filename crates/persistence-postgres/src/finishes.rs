//! Ends claims.

use std::collections::HashMap;

use domain::{DeliveryState, FaultClass, LogEntry, SkipReason, Timestamp};
use persistence::row::{Finished, hour_of, outcome_code};
use persistence::{Attempt, Finish, Step, StoreError};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::columns::column;
use crate::error::store_error;
use crate::hours::{self, Counts};
use crate::lanes::{self, Delayed, Freed, free_queue, is_of_account};
use crate::log::{self, json};
use crate::memories;

/// Updates the rows whose claims still hold, in an order in which everybody takes rows.
const UPDATE: &str = concat!(
    "with given as materialized (
         select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::bigint[],
             $8::boolean[], $9::bigint[], $10::boolean[], $11::text[], $12::bigint[])
             as given (event_id, account_id, fence, at, state, reason, due_at, is_doubtful, counted, was_tried, class, ms)
     ), held as materialized (
         select given.* from given join deliveries on deliveries.event_id = given.event_id and ",
    is_of_account!("deliveries.account_id", "given.account_id"),
    "
         where deliveries.event_id = any($1) and deliveries.fence = given.fence and num_nulls(queue, leased_until) = 0
         order by given.event_id, given.account_id for update of deliveries
     )
     update deliveries set state = held.state, reason = held.reason, due_at = coalesce(held.due_at, deliveries.due_at),
         is_doubtful = coalesce(held.is_doubtful, deliveries.is_doubtful), attempts = attempts + counted,
         class = case when was_tried then held.class else deliveries.class end, last_ms = coalesce(ms, last_ms),
         leased_until = null, updated_at = at,
         queue = case when held.state <> 'waiting' then null else ",
    free_queue!("attempts + counted", "held.due_at", "at"),
    " end
     from held where deliveries.event_id = any($1) and deliveries.event_id = held.event_id and ",
    is_of_account!("deliveries.account_id", "held.account_id"),
    "
     returning deliveries.event_id, deliveries.account_id, lane"
);

/// Ends the claims of `finishes`; answers which of them still held, and whether others became free by it.
pub(crate) async fn finish(
    conn: &mut PgConnection,
    finishes: &[Finish],
) -> Result<(Vec<bool>, bool), StoreError> {
    let mut lanes = update(conn, finishes).await?;
    let mut freed = Freed::default();
    let mut delayed = Delayed::default();
    let mut counts = Counts::default();
    let mut attempts = Vec::new();
    let mut entries: Vec<LogEntry> = Vec::new();
    let mut have_held = Vec::with_capacity(finishes.len());
    for finish in finishes {
        let account = finish.id.account.uuid();
        let Some(lane) = lanes.remove(&(finish.id.event.uuid(), account)) else {
            have_held.push(false);
            continue;
        };
        have_held.push(true);
        match finish.step {
            Step::End { .. } => freed.add(account, lane, finish.at),
            Step::Retry { due_at, .. } => delayed.add(finish.id, lane, due_at, finish.at),
            Step::Release { .. } => {}
        }
        let end = Finished::of(finish);
        let delivered_at = (end.state == DeliveryState::Delivered).then_some(finish.at);
        counts.add(
            account,
            hour_of(finish.at),
            end.counts(&finish.step),
            delivered_at,
        );
        attempts.extend(finish.attempt.as_ref().map(|attempt| (finish, attempt)));
        entries.extend(finish.entries.iter().cloned());
    }
    let is_work = lanes::free(conn, freed).await?;
    lanes::delay(conn, delayed).await?;
    record(conn, &attempts).await?;
    log::append_once(conn, &entries).await?;
    hours::count(conn, &counts).await?;
    // Held or not: it is so over there.
    let mut memories = Vec::new();
    for finish in finishes {
        memories.extend(finish.memories.iter().map(|memory| (finish.id.account, memory)));
    }
    memories::remember(conn, &memories).await?;
    Ok((have_held, is_work))
}

/// Updates the rows whose claims still hold; answers their lanes.
async fn update(
    conn: &mut PgConnection,
    finishes: &[Finish],
) -> Result<HashMap<(Uuid, Uuid), Vec<u8>>, StoreError> {
    if finishes.is_empty() {
        return Ok(HashMap::new());
    }
    let ends = column(finishes, Finished::of);
    let updated: Vec<(Uuid, Uuid, Vec<u8>)> = sqlx::query_as(UPDATE)
        .bind(column(finishes, |finish| finish.id.event.uuid()))
        .bind(column(finishes, |finish| finish.id.account.uuid()))
        .bind(column(finishes, |finish| i64::from(finish.fence)))
        .bind(column(finishes, |finish| finish.at.ms()))
        .bind(column(&ends, |end| end.state.code()))
        .bind(column(&ends, |end| end.reason.map(SkipReason::code)))
        .bind(column(&ends, |end| end.due_at.map(Timestamp::ms)))
        .bind(column(&ends, |end| end.is_doubtful))
        .bind(column(&ends, |end| i64::from(end.attempts)))
        .bind(column(&ends, |end| end.class.is_some()))
        .bind(column(&ends, |end| end.class.flatten().map(FaultClass::code)))
        .bind(column(&ends, |end| end.last_ms.map(i64::from)))
        .fetch_all(conn)
        .await
        .map_err(store_error)?;
    let lane = |(event, account, lane)| ((event, account), lane);
    Ok(updated.into_iter().map(lane).collect())
}

async fn record(conn: &mut PgConnection, attempts: &[(&Finish, &Attempt)]) -> Result<(), StoreError> {
    if attempts.is_empty() {
        return Ok(());
    }
    let faults: Vec<Option<String>> = attempts
        .iter()
        .map(|(_, attempt)| attempt.fault.as_ref().map(json).transpose())
        .collect::<Result<_, _>>()?;
    sqlx::query(
        "insert into delivery_attempts (account_id, event_id, fence, started_at, ms, outcome, fault, sealed)
         select account_id, event_id, fence, started_at, ms, outcome, fault::json, sealed
         from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::bytea[])
             as given (account_id, event_id, fence, started_at, ms, outcome, fault, sealed)",
    )
    .bind(column(attempts, |(finish, _)| finish.id.account.uuid()))
    .bind(column(attempts, |(finish, _)| finish.id.event.uuid()))
    .bind(column(attempts, |(finish, _)| i64::from(finish.fence)))
    .bind(column(attempts, |(_, attempt)| attempt.started_at.ms()))
    .bind(column(attempts, |(_, attempt)| i64::from(attempt.ms)))
    .bind(column(attempts, |(_, attempt)| outcome_code(attempt.outcome)))
    .bind(faults)
    .bind(column(attempts, |(_, attempt)| attempt.sealed_exchanges.as_slice()))
    .execute(conn)
    .await
    .map_err(store_error)?;
    Ok(())
}
