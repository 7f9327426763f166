//! What waits for an account, and what failed alike.

use std::collections::BTreeMap;

use domain::{AccountId, DeliveryId, EventId, SiteId, Timestamp};
use persistence::row::{count, fault_class, stale_codes, weight};
use persistence::{Backlog, FailureGroup, StoreError, WEIGHED_MAX, Weight};
use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::claims::IS_SUPERSEDED;
use crate::error::store_error;
use crate::stage;

/// What is counted of account `?1` at `?2`, each number to `at_most`: each part along an index that holds all that it asks
/// for, but for what is behind another of its lane.
pub(crate) fn statement(at_most: u32) -> String {
    // The first of them is looked up apart, so that counting need not compare.
    let ready = |stage: i64| {
        format!(
            "select (
                 select count(*) from (
                     select 1 from deliveries indexed by deliveries_stage_idx
                     where account_id = ?1 and stage = {stage} limit {at_most}
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
                 where account_id = ?1 and stage = 2 limit {at_most}
             )
             union all
             select count(*) filter (where due_at <= ?2 or stage = 3), count(*) filter (where due_at > ?2 and stage <> 3),
                 min(event_id) filter (where due_at <= ?2 or stage = 3)
             from (
                 select event_id, stage, coalesce(leased_until, due_at) as due_at
                 from deliveries indexed by deliveries_time_idx
                 where account_id = ?1 and stage between 3 and 5 limit {at_most}
             )
         )"
    )
}

/// What waits for an account of `site`, each number counted to `at_most`.
pub(crate) async fn find(
    conn: &mut SqliteConnection,
    site: SiteId,
    account: AccountId,
    now: Timestamp,
    at_most: u32,
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
    let (waiting, later, oldest): (i64, i64, Option<Uuid>) =
        sqlx::query_as(AssertSqlSafe(statement(at_most)))
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
    let most = u64::from(at_most);
    Ok(Backlog {
        waiting: count(waiting, "deliveries", "stage")?.min(most),
        later: count(later, "deliveries", "stage")?.min(most),
        oldest_at: oldest_at.map(Timestamp::from_ms),
        delivered_at: delivered_at.map(Timestamp::from_ms),
    })
}

/// What is due to account `?1` of site `?2` at `?3`, kind by kind, and how much of it is superseded or, by `?4`, stale. What
/// is behind another is looked at before it is known whether it is due, so that no number of those that are not costs more.
pub(crate) fn weigh_statement() -> String {
    let ready = |stage: i64| {
        format!(
            "select event_id from (
                 select event_id from deliveries indexed by deliveries_stage_idx
                 where account_id = ?1 and stage = {stage} order by event_id limit {WEIGHED_MAX}
             )"
        )
    };
    let parts = [stage::READY, stage::READY_AGAIN, stage::UNDER_WAY]
        .map(ready)
        .join(" union all ");
    format!(
        "select events.kind, count(*), count(*) filter (where {superseded} or exists (
             select 1 from json_each(?4) as stale where stale.key = events.kind and events.occurred_at <= stale.value
         ))
         from (
             select event_id from (
                 {parts} union all
                 select event_id from (
                     select event_id, due_at from deliveries indexed by deliveries_stage_idx
                     where account_id = ?1 and stage = 2 order by event_id limit {WEIGHED_MAX}
                 ) where due_at <= ?3
                 union all
                 select event_id from (
                     select event_id from deliveries indexed by deliveries_time_idx
                     where account_id = ?1 and stage between 3 and 5 and stage <> 3
                         and coalesce(leased_until, due_at) <= ?3
                     order by coalesce(leased_until, due_at) limit {WEIGHED_MAX}
                 )
             ) order by event_id limit {WEIGHED_MAX}
         ) as waiting
         cross join events on events.site_id = ?2 and events.id = waiting.event_id
         group by events.kind",
        superseded = *IS_SUPERSEDED
    )
}

/// What is due to an account of `site`, kind by kind.
pub(crate) async fn weigh(
    conn: &mut SqliteConnection,
    site: SiteId,
    account: AccountId,
    now: Timestamp,
) -> Result<Vec<Weight>, StoreError> {
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(AssertSqlSafe(weigh_statement()))
        .bind(account.uuid())
        .bind(site.uuid())
        .bind(now.ms())
        .bind(Json(stale_codes(now).collect::<BTreeMap<_, _>>()))
        .fetch_all(conn)
        .await
        .map_err(store_error)?;
    let read = |(kind, waiting, needless): (String, i64, i64)| weight(account, &kind, waiting, needless);
    Ok(rows.into_iter().map(read).collect::<Result<_, _>>()?)
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
