//! Takes events in.

use std::collections::{BTreeMap, HashMap};

use domain::{EventId, EventKind, Platform, SiteId, SkipReason, Timestamp};
use persistence::row::{first_due_at, hour_of};
use persistence::{Acceptance, NewEvent, StoreError};
use serde_json::json;
use sqlx::sqlite::SqliteConnection;
use sqlx::{QueryBuilder, Sqlite};
use uuid::Uuid;

use crate::error::store_error;
use crate::hours::{self, Counts};
use crate::lanes::{self, Freed};
use crate::rows::{Rows, hex, pieces};

/// Takes `events` in with their deliveries; the answers are in their order.
pub(crate) async fn accept(
    conn: &mut SqliteConnection,
    site: SiteId,
    events: &[&NewEvent],
) -> Result<Vec<Acceptance>, StoreError> {
    let mut known = HashMap::new();
    for piece in pieces(events) {
        if insert(conn, site, piece).await? < piece.len() as u64 {
            for event in piece {
                let id = find_known(conn, site, event).await?;
                if id != event.id {
                    known.insert(event.id, id);
                }
            }
        }
    }
    let new = || {
        let is_new = |event: &&NewEvent| !known.contains_key(&event.id);
        events.iter().copied().filter(is_new)
    };
    let active = insert_deliveries(conn, site, new()).await?;
    skip_carts(conn, site, new()).await?;
    let answer = |event: &&NewEvent| match known.get(&event.id) {
        Some(id) => Acceptance::Known(*id),
        None => Acceptance::Taken {
            deliveries: active
                .iter()
                .filter(|(platform, _)| event.kind.reaches(**platform))
                .map(|(_, accounts)| accounts)
                .sum(),
        },
    };
    Ok(events.iter().map(answer).collect())
}

/// Adds those that are not known; answers how many they were.
async fn insert(conn: &mut SqliteConnection, site: SiteId, events: &[&NewEvent]) -> Result<u64, StoreError> {
    let mut insert = QueryBuilder::<Sqlite>::new(
        "insert into events (site_id, id, source, external_id, kind, entity_id, occurred_at, received_at, sealed) ",
    );
    insert.push_values(events, |mut row, event| {
        row.push_bind(site.uuid())
            .push_bind(event.id.uuid())
            .push_bind(event.source.as_str())
            .push_bind(event.external_id.as_str())
            .push_bind(event.kind.code())
            .push_bind(event.entity_id.as_str())
            .push_bind(event.occurred_at.ms())
            .push_bind(event.received_at.ms())
            .push_bind(event.sealed.as_slice());
    });
    insert.push(" on conflict (site_id, source, external_id) do nothing");
    let done = insert.build().execute(conn).await.map_err(store_error)?;
    Ok(done.rows_affected())
}

/// The event that is known as this one.
async fn find_known(
    conn: &mut SqliteConnection,
    site: SiteId,
    event: &NewEvent,
) -> Result<EventId, StoreError> {
    let id =
        sqlx::query_scalar("select id from events where site_id = ?1 and source = ?2 and external_id = ?3")
            .bind(site.uuid())
            .bind(&event.source)
            .bind(&event.external_id)
            .fetch_one(conn)
            .await
            .map_err(store_error)?;
    Ok(EventId::new(id))
}

/// A delivery of each event of `?2` for each active account of site `?1` on the platform beside it. Whether one is behind
/// another is looked at again before it is handed out: those of one statement do not see each other. The rows are read
/// once, where a subquery would be read anew for each column.
pub(crate) const INSERT_DELIVERIES: &str = "with new as materialized (
         select unhex(value ->> 0) as event_id, unhex(value ->> 1) as lane, value ->> 2 as received_at,
             value ->> 3 as platform, value ->> 4 as due_at
         from jsonb_each(?2)
     )
     insert into deliveries (account_id, event_id, lane, due_at, updated_at, stage)
     select account.id, new.event_id, new.lane, new.due_at, new.received_at,
         case when new.due_at > new.received_at then 5
             when exists (
                 select 1 from deliveries as open indexed by deliveries_lane_idx where open.account_id = account.id and open.lane = new.lane
                     and open.event_id < new.event_id and open.stage <= 4
             ) then 2
             else 0 end
     from new cross join accounts as account
     where account.site_id = ?1 and account.active = 1 and account.platform = new.platform";

/// Adds a delivery of each event for each active account that it reaches; answers how many are active of each platform.
async fn insert_deliveries(
    conn: &mut SqliteConnection,
    site: SiteId,
    events: impl Iterator<Item = &NewEvent>,
) -> Result<BTreeMap<Platform, u32>, StoreError> {
    let active: Vec<String> =
        sqlx::query_scalar("select platform from accounts where site_id = ?1 and active = 1")
            .bind(site.uuid())
            .fetch_all(&mut *conn)
            .await
            .map_err(store_error)?;
    let mut counts = BTreeMap::new();
    for platform in active.iter().filter_map(|code| code.parse().ok()) {
        *counts.entry(platform).or_default() += 1;
    }
    let mut rows = Rows::default();
    for event in events {
        for platform in counts.keys() {
            if let Some(due_at) = first_due_at(event.kind, *platform, event.occurred_at, event.received_at) {
                rows.push(json!([
                    hex(event.id.uuid()),
                    hex(Uuid::from_bytes(event.lane)),
                    event.received_at.ms(),
                    platform.code(),
                    due_at.ms(),
                ]));
            }
        }
    }
    if !rows.is_empty() {
        sqlx::query(INSERT_DELIVERIES)
            .bind(site.uuid())
            .bind(rows.bound())
            .execute(conn)
            .await
            .map_err(store_error)?;
    }
    Ok(counts)
}

/// What waits about the carts of `?2` of site `?1` from before the events that end them, unless it is under way or was tried.
pub(crate) const SKIP_CARTS: &str =
    "update deliveries set stage = 11, reason = ?4, leased_until = null, updated_at = waiting.ended_at
     from (
         select accounts.id as account_id, events.id as event_id, max(ended.value ->> 2) as ended_at
         from jsonb_each(?2) as ended cross join events indexed by events_entity_idx
             on events.site_id = ?1 and events.entity_id = ended.value ->> 0
                 and events.id < unhex(ended.value ->> 1) and events.kind = ?3
             cross join accounts on accounts.site_id = ?1
         group by events.id, accounts.id
     ) as waiting
     where deliveries.account_id = waiting.account_id and deliveries.event_id = waiting.event_id
         and stage <= 5 and stage <> 3 and attempts = 0 and doubtful = 0
     returning account_id, lane, updated_at";

/// Skips what waits about carts that became orders, unless it is under way or was tried.
async fn skip_carts(
    conn: &mut SqliteConnection,
    site: SiteId,
    events: impl Iterator<Item = &NewEvent>,
) -> Result<(), StoreError> {
    let mut rows = Rows::default();
    for event in events {
        if let Some(cart) = &event.ends_cart {
            rows.push(json!([cart, hex(event.id.uuid()), event.received_at.ms()]));
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    let skipped: Vec<(Uuid, Uuid, i64)> = sqlx::query_as(SKIP_CARTS)
        .bind(site.uuid())
        .bind(rows.bound())
        .bind(EventKind::CartUpdated.code())
        .bind(SkipReason::Ordered.code())
        .fetch_all(&mut *conn)
        .await
        .map_err(store_error)?;
    let mut freed = Freed::default();
    let mut counts = Counts::default();
    for (account, lane, at) in skipped {
        let at = Timestamp::from_ms(at);
        freed.add(account, lane, at);
        counts.add(account, hour_of(at), [0, 0, 0, 1], None);
    }
    lanes::free(conn, &freed).await?;
    hours::count(conn, &counts).await
}
