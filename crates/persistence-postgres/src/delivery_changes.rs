//! What a person does with deliveries.

use domain::{AccountId, DeliveryId, DeliveryState, EventId, SkipReason, Timestamp};
use persistence::row::{hour_of, next_of};
use persistence::{Changed, DeliveryChange, DeliveryQuery, QueueTime, StoreError};
use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use crate::delivery_list::{self, Part, Wanted};
use crate::error::store_error;
use crate::hours::{self, Counts};
use crate::lanes::{self, Freed, is_of_account};

/// The states from which a delivery is tried again.
const RETRIED: [DeliveryState; 5] = [
    DeliveryState::Waiting,
    DeliveryState::Refused,
    DeliveryState::GivenUp,
    DeliveryState::Skipped,
    DeliveryState::Unknown,
];

/// What of `query` is changed.
fn part(query: &DeliveryQuery, change: DeliveryChange, time: QueueTime) -> Option<Part<'_>> {
    match change {
        DeliveryChange::RetryNow => Part::to_change(query, &RETRIED, Wanted::ToRetry(time)),
        DeliveryChange::Skip(_) => Part::to_change(query, &[DeliveryState::Waiting], Wanted::ToSkip(time)),
    }
}

/// How many would be changed; stops counting at `at_most`.
pub(crate) async fn count(
    conn: &mut PgConnection,
    query: &DeliveryQuery,
    change: DeliveryChange,
    time: QueueTime,
    at_most: u32,
) -> Result<u64, StoreError> {
    match part(query, change, time) {
        Some(part) => delivery_list::count_of(conn, &part, at_most).await,
        None => Ok(0),
    }
}

/// Changes at most `query.limit`.
pub(crate) async fn change(
    conn: &mut PgConnection,
    query: &DeliveryQuery,
    change: DeliveryChange,
    time: QueueTime,
) -> Result<Changed, StoreError> {
    let Some(part) = part(query, change, time) else {
        return Ok(Changed::default());
    };
    let mut statement = QueryBuilder::new("");
    part.push_ids(&mut statement, query.limit);
    let page: Vec<(Uuid, Uuid)> = statement
        .build_query_as()
        .fetch_all(&mut *conn)
        .await
        .map_err(store_error)?;
    let found: Vec<DeliveryId> = page.into_iter().map(read_id).collect();
    if found.is_empty() {
        return Ok(Changed::default());
    }
    let count = change_found(conn, &part, &found, change, time.due).await?;
    Ok(Changed {
        count,
        next: next_of(&found, query.limit),
    })
}

fn read_id((event, account): (Uuid, Uuid)) -> DeliveryId {
    DeliveryId {
        event: EventId::new(event),
        account: AccountId::new(account),
    }
}

/// Changes those of `found` that still belong to `part`; answers how many were.
async fn change_found(
    conn: &mut PgConnection,
    part: &Part<'_>,
    found: &[DeliveryId],
    change: DeliveryChange,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let events: Vec<Uuid> = found.iter().map(|id| id.event.uuid()).collect();
    let accounts: Vec<Uuid> = found.iter().map(|id| id.account.uuid()).collect();
    let mut statement = QueryBuilder::new("with page as materialized (select * from unnest(");
    statement.push_bind(events).push("::uuid[], ").push_bind(accounts);
    // They are taken in the order in which everybody takes rows.
    statement.push(concat!(
        "::uuid[]) as page (event_id, account_id)), found as materialized (
             select deliveries.event_id, deliveries.account_id from page
             join deliveries on deliveries.event_id = page.event_id and ",
        is_of_account!("deliveries.account_id", "page.account_id"),
        " where deliveries.event_id = any(array(select event_id from page))",
    ));
    part.push_still(&mut statement);
    statement
        .push(" order by page.event_id, page.account_id for update of deliveries) update deliveries set ");
    match change {
        DeliveryChange::RetryNow => push_retry(&mut statement, now),
        DeliveryChange::Skip(reason) => push_skip(&mut statement, reason, now),
    }
    statement.push(concat!(
        " from found where deliveries.event_id = any(array(select event_id from found))
             and deliveries.event_id = found.event_id and ",
        is_of_account!("deliveries.account_id", "found.account_id"),
        " returning deliveries.account_id, lane",
    ));
    let changed: Vec<(Uuid, Vec<u8>)> = statement
        .build_query_as()
        .fetch_all(&mut *conn)
        .await
        .map_err(store_error)?;
    let count = changed.len() as u64;
    if matches!(change, DeliveryChange::Skip(_)) {
        let mut freed = Freed::default();
        let mut counts = Counts::default();
        for (account, lane) in changed {
            freed.add(account, lane, now);
            counts.add(account, hour_of(now), [0, 0, 0, 1], None);
        }
        lanes::free(conn, freed).await?;
        hours::count(conn, &counts).await?;
    }
    Ok(count)
}

/// What was under way, until its lease ended, may have been carried out.
fn push_retry(statement: &mut QueryBuilder<Postgres>, now: Timestamp) {
    statement
        .push(
            "state = 'waiting', queue = 'first', attempts = 0, reason = null, class = null, leased_until = null,
             is_doubtful = is_doubtful or leased_until is not null, due_at = ",
        )
        .push_bind(now.ms())
        .push(", updated_at = ")
        .push_bind(now.ms());
}

fn push_skip(statement: &mut QueryBuilder<Postgres>, reason: SkipReason, now: Timestamp) {
    statement
        .push("state = 'skipped', queue = null, leased_until = null, reason = ")
        .push_bind(reason.code())
        .push(", updated_at = ")
        .push_bind(now.ms());
}
