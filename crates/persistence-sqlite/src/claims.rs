//! Hands deliveries out.

use std::fmt::Write as _;
use std::sync::LazyLock;

use domain::{AccountId, DeliveryId, EventId, EventKind, SiteId, Timestamp};
use persistence::row::{self, overtaking_codes, superseding_codes};
use persistence::{Claimed, DueAccount, Inconsistency, StoreError, lease_ahead_max_ms};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use crate::error::store_error;
use crate::events;
use crate::rows::Rows;
use crate::stage;

/// What is wanted of an account.
#[derive(Clone, Copy)]
pub(crate) struct Claim {
    pub(crate) account: AccountId,
    pub(crate) now: Timestamp,
    pub(crate) lease_until: Timestamp,
    pub(crate) firsts: u32,
    pub(crate) retries: u32,
}

/// The event of a delivery is gone.
#[derive(Debug, thiserror::Error)]
#[error("there is no such event")]
struct NoEvent;

/// The active accounts with something ready, or something that has become claimable with time. What is ready is so
/// whatever the clock says by now: it may have been set back, or be another one.
pub(crate) const DUE_ACCOUNTS: &str = concat!(
    "select site_id, id from accounts as account where active = 1
    and not exists (
        select 1 from delivery_holds where account_id = account.id and (until is null or until > ?1)
    )
    and (
        exists (
            select 1 from deliveries indexed by deliveries_stage_idx
            where account_id = account.id and stage = 0
        )
        or exists (
            select 1 from deliveries indexed by deliveries_stage_idx
            where account_id = account.id and stage = 1
        )
        or exists (
            select 1 from deliveries indexed by deliveries_time_idx
            where account_id = account.id and stage between 3 and 5
                and coalesce(leased_until, due_at) <= ?1
        )
        or exists (
            select 1 from deliveries indexed by deliveries_stage_idx
            where account_id = account.id and stage = 3 and leased_until > ?1 + ",
    lease_ahead_max_ms!(),
    "
        )
    )"
);

/// When the next delivery becomes claimable with time.
pub(crate) const NEXT_DUE: &str = concat!(
    "select min(next) from (
        select (
            select coalesce(leased_until, due_at) from deliveries indexed by deliveries_time_idx
            where account_id = account.id and stage between 3 and 5 and coalesce(leased_until, due_at) > ?1
                and (stage <> 3 or coalesce(leased_until, due_at) <= ?1 + ",
    lease_ahead_max_ms!(),
    ")
            order by coalesce(leased_until, due_at) limit 1
        ) as next
        from accounts as account where active = 1
    )"
);

/// What has become claimable with time is ready: at most so many at once, those that have waited longest, and what a clock
/// that was ahead has claimed for too long. What was under way may have been carried out.
pub(crate) const MAKE_READY: &str = concat!(
    "update deliveries set stage = attempts > 0, doubtful = doubtful or stage = 3
     where account_id = ?1 and event_id in (
         select * from (
             select event_id from deliveries indexed by deliveries_time_idx
             where account_id = ?1 and stage between 3 and 5
                 and coalesce(leased_until, due_at) <= ?2
             order by coalesce(leased_until, due_at) limit 512
         )
         union all
         select event_id from deliveries indexed by deliveries_stage_idx
         where account_id = ?1 and stage = 3 and leased_until > ?2 + ",
    lease_ahead_max_ms!(),
    "
     )"
);

/// Those of a stage in the order of events, and whether one of the same lane is before them. Where a later one of the lane
/// is under way (somebody tries an earlier one again, or it came in later), it is not the turn of the first, either.
pub(crate) fn candidates(stage: i64, limit: u32) -> String {
    let is_behind = "exists (
             select 1 from deliveries as open indexed by deliveries_lane_idx
             where open.account_id = ?1 and open.lane = candidate.lane
                 and open.event_id < candidate.event_id and open.stage <= 4
         )";
    format!(
        "select event_id, {is_behind}
         from deliveries as candidate indexed by deliveries_stage_idx where account_id = ?1 and stage = {stage}
             and (
                 lane not in (
                     select lane from deliveries indexed by deliveries_stage_idx where account_id = ?1 and stage = 3
                 )
                 or {is_behind}
             )
         order by event_id limit {limit}"
    )
}

/// Whether a later event than the one of `events`, of site `?2`, waits for account `?1`, or has been delivered to it, and
/// makes that one needless.
pub(crate) static IS_SUPERSEDED: LazyLock<String> = LazyLock::new(|| {
    let list = |codes: &mut dyn Iterator<Item = &'static str>| {
        codes
            .map(|code| format!("'{code}'"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut cases = String::new();
    let mut codes = Vec::new();
    for kind in EventKind::ALL {
        let waiting = list(&mut superseding_codes(*kind));
        let delivered = list(&mut overtaking_codes(*kind));
        if delivered.is_empty() {
            continue;
        }
        let code = kind.code();
        codes.push(code);
        // Writing to a string does not fail.
        let _ = write!(
            cases,
            " when '{code}' then case deliveries.stage when 10 then later.kind in ({delivered})
                 else later.kind in ({waiting}) end"
        );
    }
    format!(
        "(events.kind in ({kinds}) and exists (
             select 1 from events as later indexed by events_entity_idx cross join deliveries
                 on deliveries.account_id = ?1 and deliveries.event_id = later.id and deliveries.stage <= 10
             where later.site_id = ?2 and later.entity_id = events.entity_id and later.id > events.id
                 and case events.kind{cases} end
         ))",
        kinds = list(&mut codes.into_iter())
    )
});

/// The events with the ids `?3` of site `?2`, and whether they are needless for account `?1`.
pub(crate) static CLAIMED_EVENTS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {columns}, sealed, {superseded} as superseded
         from json_each(?3) as claimed cross join events on events.site_id = ?2 and events.id = unhex(claimed.value)",
        columns = events::COLUMNS,
        superseded = *IS_SUPERSEDED
    )
});

/// Whether event `?3` of site `?2` is needless for account `?1`.
pub(crate) static FIND_SUPERSEDED: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {} from events where site_id = ?2 and id = ?3",
        *IS_SUPERSEDED
    )
});

/// The accounts with something due.
pub(crate) async fn list_due(
    conn: &mut SqliteConnection,
    now: Timestamp,
) -> Result<Vec<DueAccount>, StoreError> {
    let rows: Vec<(Uuid, Uuid)> = sqlx::query_as(DUE_ACCOUNTS)
        .bind(now.ms())
        .fetch_all(conn)
        .await
        .map_err(store_error)?;
    let due = |(site, account)| DueAccount {
        site: SiteId::new(site),
        account: AccountId::new(account),
    };
    Ok(rows.into_iter().map(due).collect())
}

/// Hands out.
pub(crate) async fn claim(conn: &mut SqliteConnection, claim: Claim) -> Result<Vec<Claimed>, StoreError> {
    let account = claim.account.uuid();
    let site: Option<Uuid> = sqlx::query_scalar(
        "select site_id from accounts where id = ?1 and active = 1 and not exists (
             select 1 from delivery_holds where account_id = ?1 and (until is null or until > ?2)
         )",
    )
    .bind(account)
    .bind(claim.now.ms())
    .fetch_optional(&mut *conn)
    .await
    .map_err(store_error)?;
    let Some(site) = site else {
        return Ok(Vec::new());
    };
    sqlx::query(MAKE_READY)
        .bind(account)
        .bind(claim.now.ms())
        .execute(&mut *conn)
        .await
        .map_err(store_error)?;
    let mut chosen = choose(conn, claim, stage::READY, claim.firsts).await?;
    chosen.extend(choose(conn, claim, stage::READY_AGAIN, claim.retries).await?);
    if chosen.is_empty() {
        return Ok(Vec::new());
    }
    take(conn, claim, SiteId::new(site), chosen).await
}

/// The first `wanted` of a stage with nobody of their lane before them. Those with somebody are put behind, so that they
/// are not looked at again before their turn.
async fn choose(
    conn: &mut SqliteConnection,
    claim: Claim,
    stage: i64,
    wanted: u32,
) -> Result<Vec<Uuid>, StoreError> {
    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
    let mut chosen = Vec::new();
    while chosen.len() < wanted {
        // Few different texts, so that they stay prepared.
        let limit = wanted.next_power_of_two().clamp(8, 512);
        let found: Vec<(Uuid, bool)> = sqlx::query_as(AssertSqlSafe(candidates(
            stage,
            u32::try_from(limit).unwrap_or(u32::MAX),
        )))
        .bind(claim.account.uuid())
        .fetch_all(&mut *conn)
        .await
        .map_err(store_error)?;
        let is_last = found.len() < limit;
        let (behind, free): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, is_behind)| *is_behind);
        let is_moving = !behind.is_empty();
        if is_moving {
            put_behind(conn, claim.account, behind.into_iter().map(|(event, _)| event)).await?;
        }
        // What stays ready comes again at the head of the next look.
        chosen = free.into_iter().map(|(event, _)| event).collect();
        if is_last || !is_moving {
            break;
        }
    }
    chosen.truncate(wanted);
    Ok(chosen)
}

async fn put_behind(
    conn: &mut SqliteConnection,
    account: AccountId,
    events: impl Iterator<Item = Uuid>,
) -> Result<(), StoreError> {
    sqlx::query(
        "update deliveries set stage = 2 where account_id = ?1 and event_id in (select unhex(value) from json_each(?2))",
    )
    .bind(account.uuid())
    .bind(Rows::of_ids(events).bound())
    .execute(conn)
    .await
    .map_err(store_error)?;
    Ok(())
}

/// Leases the deliveries of `chosen` events.
async fn take(
    conn: &mut SqliteConnection,
    claim: Claim,
    site: SiteId,
    chosen: Vec<Uuid>,
) -> Result<Vec<Claimed>, StoreError> {
    let account = claim.account;
    let chosen = Rows::of_ids(chosen);
    let taken: Vec<(Uuid, i64, i64, i64, bool)> = sqlx::query_as(
        "update deliveries set stage = 3, leased_until = ?3, fence = fence + 1, updated_at = ?2,
             losses = case when leased_until is null then 0 else losses + 1 end
         where account_id = ?1 and event_id in (select unhex(value) from json_each(?4))
         returning event_id, fence, attempts, losses, doubtful",
    )
    .bind(account.uuid())
    .bind(claim.now.ms())
    .bind(claim.lease_until.ms())
    .bind(chosen.bound())
    .fetch_all(&mut *conn)
    .await
    .map_err(store_error)?;
    let rows = sqlx::query(AssertSqlSafe(CLAIMED_EVENTS.as_str()))
        .bind(account.uuid())
        .bind(site.uuid())
        .bind(chosen.bound())
        .fetch_all(&mut *conn)
        .await
        .map_err(store_error)?;
    let mut found = std::collections::HashMap::with_capacity(rows.len());
    for row in &rows {
        let event = events::read(site, row)?;
        let is_superseded: bool = row.try_get("superseded").map_err(store_error)?;
        found.insert(event.id.uuid(), (event, is_superseded));
    }
    let mut claimed = Vec::with_capacity(taken.len());
    for (event_id, fence, attempts, losses, is_doubtful) in taken {
        let id = DeliveryId {
            event: EventId::new(event_id),
            account,
        };
        let (event, is_superseded) = found
            .remove(&event_id)
            .ok_or_else(|| Inconsistency::new("deliveries", "event_id", id, NoEvent))?;
        claimed.push(Claimed {
            id,
            fence: row::number(fence, "deliveries", "fence", id)?,
            attempts: row::number(attempts, "deliveries", "attempts", id)?,
            losses: row::number(losses, "deliveries", "losses", id)?,
            is_doubtful,
            is_superseded,
            event,
        });
    }
    claimed.sort_by_key(|claimed| claimed.id);
    Ok(claimed)
}
