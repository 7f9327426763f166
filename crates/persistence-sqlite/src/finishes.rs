//! Ends claims.

use std::collections::HashMap;

use domain::{DeliveryState, FaultClass, LogEntry, SkipReason, Timestamp};
use persistence::row::{Finished, hour_of, outcome_code};
use persistence::{Attempt, Finish, Step, StoreError};
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnection;
use sqlx::types::Json;
use sqlx::{QueryBuilder, Sqlite};
use uuid::Uuid;

use crate::error::store_error;
use crate::hours::{self, Counts};
use crate::lanes::{self, Delayed, Freed};
use crate::log;
use crate::memories;
use crate::rows::{Rows, hex, pieces};
use crate::stage;

/// Stands for one of the two ready stages, whichever fits the attempts.
const READY_EITHER: i64 = -1;

/// Ends the claims of `finishes`; answers which of them still held.
pub(crate) async fn finish(
    conn: &mut SqliteConnection,
    finishes: &[Finish],
) -> Result<Vec<bool>, StoreError> {
    let lanes = update(conn, finishes).await?;
    let mut freed = Freed::default();
    let mut delayed = Delayed::default();
    let mut counts = Counts::default();
    let mut attempts = Vec::new();
    let mut entries: Vec<LogEntry> = Vec::new();
    for finish in finishes {
        let account = finish.id.account.uuid();
        let Some(lane) = lanes.get(&(account, finish.id.event.uuid())).copied() else {
            continue;
        };
        match finish.step {
            Step::End { .. } => freed.add(account, lane, finish.at),
            Step::Retry { due_at, .. } => delayed.add(account, lane, finish.id.event, due_at),
            Step::Release { .. } => {}
        }
        let after = Finished::of(finish);
        let delivered_at = (after.state == DeliveryState::Delivered).then_some(finish.at);
        counts.add(
            account,
            hour_of(finish.at),
            after.counts(&finish.step),
            delivered_at,
        );
        attempts.extend(finish.attempt.as_ref().map(|attempt| (finish, attempt)));
        entries.extend(finish.entries.iter().cloned());
    }
    lanes::free(conn, &freed).await?;
    lanes::delay(conn, &delayed).await?;
    hours::count(conn, &counts).await?;
    for piece in pieces(&attempts) {
        record(conn, piece).await?;
    }
    log::append_once(conn, &entries).await?;
    // Held or not: it is so over there.
    let mut memories = Vec::new();
    for finish in finishes {
        memories.extend(finish.memories.iter().map(|memory| (finish.id.account, memory)));
    }
    memories::remember(conn, &memories).await?;
    let holds = |finish: &Finish| lanes.contains_key(&(finish.id.account.uuid(), finish.id.event.uuid()));
    Ok(finishes.iter().map(holds).collect())
}

/// What a finish makes of its row.
fn row(finish: &Finish) -> Value {
    let finished = Finished::of(finish);
    let stage = match finished.due_at {
        Some(due_at) if due_at > finish.at => stage::RETRY,
        Some(_) => READY_EITHER,
        None => stage::of(finished.state).first().copied().unwrap_or(READY_EITHER),
    };
    json!([
        hex(finish.id.account.uuid()),
        hex(finish.id.event.uuid()),
        finish.fence,
        finish.at.ms(),
        stage,
        finished.reason.map(SkipReason::code),
        finished.due_at.map(Timestamp::ms),
        finished.is_doubtful.map(i64::from),
        finished.attempts,
        i64::from(finished.class.is_some()),
        finished.class.flatten().map(FaultClass::code),
        finished.last_ms,
    ])
}

/// The deliveries of `?1` whose claims still hold.
pub(crate) const UPDATE: &str = "with new as materialized (
         select unhex(value ->> 0) as account_id, unhex(value ->> 1) as event_id, value ->> 2 as fence,
             value ->> 3 as at, value ->> 4 as stage, value ->> 5 as reason, value ->> 6 as due_at,
             value ->> 7 as doubtful, value ->> 8 as attempts, value ->> 9 as was_tried, value ->> 10 as class,
             value ->> 11 as last_ms
         from jsonb_each(?1)
     )
     update deliveries set
         stage = case when new.stage < 0 then deliveries.attempts + new.attempts > 0 else new.stage end,
         reason = new.reason, due_at = coalesce(new.due_at, deliveries.due_at), leased_until = null,
         doubtful = coalesce(new.doubtful, deliveries.doubtful),
         attempts = deliveries.attempts + new.attempts,
         class = case when new.was_tried then new.class else deliveries.class end,
         last_ms = coalesce(new.last_ms, deliveries.last_ms), updated_at = new.at
     from new
     where deliveries.account_id = new.account_id and deliveries.event_id = new.event_id
         and deliveries.fence = new.fence and deliveries.leased_until is not null and deliveries.stage <= 5
     returning account_id, event_id, lane";

/// Updates the rows whose claims still hold; answers their lanes.
async fn update(
    conn: &mut SqliteConnection,
    finishes: &[Finish],
) -> Result<HashMap<(Uuid, Uuid), Uuid>, StoreError> {
    let mut rows = Rows::default();
    for finish in finishes {
        rows.push(row(finish));
    }
    let updated: Vec<(Uuid, Uuid, Uuid)> = sqlx::query_as(UPDATE)
        .bind(rows.bound())
        .fetch_all(conn)
        .await
        .map_err(store_error)?;
    let lane = |(account, event, lane)| ((account, event), lane);
    Ok(updated.into_iter().map(lane).collect())
}

async fn record(conn: &mut SqliteConnection, attempts: &[(&Finish, &Attempt)]) -> Result<(), StoreError> {
    let mut insert = QueryBuilder::<Sqlite>::new(
        "insert into delivery_attempts (account_id, event_id, started_at, ms, outcome, fault, sealed) ",
    );
    insert.push_values(attempts, |mut row, (finish, attempt)| {
        row.push_bind(finish.id.account.uuid())
            .push_bind(finish.id.event.uuid())
            .push_bind(attempt.started_at.ms())
            .push_bind(i64::from(attempt.ms))
            .push_bind(outcome_code(attempt.outcome))
            .push_bind(attempt.fault.as_ref().map(Json))
            .push_bind(attempt.sealed_exchanges.as_slice());
    });
    insert.build().execute(conn).await.map_err(store_error)?;
    Ok(())
}
