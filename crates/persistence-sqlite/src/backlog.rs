//! What waits for an account, and what failed alike.

use domain::{AccountId, DeliveryId, EventId, SiteId, Timestamp};
use persistence::row::{count, fault_class};
use persistence::{BACKLOG_COUNT_MAX, Backlog, FailureGroup, StoreError};
use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

use crate::error::store_error;
use crate::stage;

/// What is counted of account `?1` at `?2`: each part along an index that holds all that it asks for, but for what is
/// behind another of its lane.
pub(crate) fn statement() -> String {
    // The first of them is looked up apart, so that counting need not compare.
    let ready = |stage: i64| {
        format!(
            "select (
                 select count(*) from (
                     select 1 from deliveries indexed by deliveries_stage_idx
                     where account_id = ?1 and stage = {stage} limit {BACKLOG_COUNT_MAX}
                 )
             ) as waiting, 0 as later, (
                 select event_id from deliveries indexed by deliveries_stage_idx
                 where account_id = ?1 and stage = {stage} order by event_id limit 1
             ) as oldest"
        )
    };
    let (first, again) = (ready(0), ready(1));
    format!(
        "select coalesce(sum(waiting), 0), coalesce(sum(later), 0), min(oldest) from (
             {first} union all {again} union all
             select count(*) filter (where due_at <= ?2), count(*) filter (where due_at > ?2),
                 min(event_id) filter (where due_at <= ?2)
             from (
                 select event_id, due_at from deliveries indexed by deliveries_stage_idx
                 where account_id = ?1 and stage = 2 limit {BACKLOG_COUNT_MAX}
             )
             union all
             select count(*) filter (where due_at <= ?2 or stage = 3), count(*) filter (where due_at > ?2 and stage <> 3),
                 min(event_id) filter (where due_at <= ?2 or stage = 3)
             from (
                 select event_id, stage, coalesce(leased_until, due_at) as due_at
                 from deliveries indexed by deliveries_time_idx
                 where account_id = ?1 and stage between 3 and 5 limit {BACKLOG_COUNT_MAX}
             )
         )"
    )
}

/// What waits for an account of `site`.
pub(crate) async fn find(
    conn: &mut SqliteConnection,
    site: SiteId,
    account: AccountId,
    now: Timestamp,
) -> Result<Backlog, StoreError> {
    let is_there: bool =
        sqlx::query_scalar("select exists (select 1 from accounts where id = ?1 and site_id = ?2)")
            .bind(account.uuid())
            .bind(site.uuid())
            .fetch_one(&mut *conn)
            .await
            .map_err(store_error)?;
    if !is_there {
        return Ok(Backlog::default());
    }
    let (waiting, later, oldest): (i64, i64, Option<Uuid>) = sqlx::query_as(AssertSqlSafe(statement()))
        .bind(account.uuid())
        .bind(now.ms())
        .fetch_one(&mut *conn)
        .await
        .map_err(store_error)?;
    let oldest_at: Option<i64> =
        sqlx::query_scalar("select received_at from events where site_id = ?1 and id = ?2")
            .bind(site.uuid())
            .bind(oldest)
            .fetch_optional(&mut *conn)
            .await
            .map_err(store_error)?;
    let delivered_at: Option<i64> = sqlx::query_scalar(
        "select delivered_at from delivery_hours where account_id = ?1 and delivered_at is not null
         order by hour desc limit 1",
    )
    .bind(account.uuid())
    .fetch_optional(conn)
    .await
    .map_err(store_error)?;
    let most = u64::from(BACKLOG_COUNT_MAX);
    Ok(Backlog {
        waiting: count(waiting, "deliveries", "stage")?.min(most),
        later: count(later, "deliveries", "stage")?.min(most),
        oldest_at: oldest_at.map(Timestamp::from_ms),
        delivered_at: delivered_at.map(Timestamp::from_ms),
    })
}

/// The failures of site `?1` that are alike, the latest first.
pub(crate) fn groups_statement(limit: u32) -> String {
    format!(
        "select alike.*, events.received_at from (
             select account_id, stage, class, count(*), max(deliveries.updated_at) as until, min(event_id) as first
             from accounts cross join deliveries indexed by deliveries_failure_idx
                 on account_id = accounts.id and stage >= 12
             where site_id = ?1 group by account_id, stage, class order by until desc, account_id, stage, class
             limit {limit}
         ) as alike
         cross join events on events.site_id = ?1 and events.id = first
         order by until desc, account_id, stage, class"
    )
}

/// The failures of `site` that are alike.
pub(crate) async fn list_failure_groups(
    conn: &mut SqliteConnection,
    site: SiteId,
    limit: u32,
) -> Result<Vec<FailureGroup>, StoreError> {
    type Row = (Uuid, i64, Option<String>, i64, i64, Uuid, i64);
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(groups_statement(limit)))
        .bind(site.uuid())
        .fetch_all(conn)
        .await
        .map_err(store_error)?;
    let read = |(account, stage, class, number, until, first, since): Row| {
        let id = DeliveryId {
            event: EventId::new(first),
            account: AccountId::new(account),
        };
        Ok(FailureGroup {
            account: id.account,
            state: stage::state(stage, id)?,
            class: class.as_deref().map(|code| fault_class(code, id)).transpose()?,
            count: count(number, "deliveries", "stage")?,
            since: Timestamp::from_ms(since),
            until: Timestamp::from_ms(until),
        })
    };
    rows.into_iter().map(read).collect()
}
