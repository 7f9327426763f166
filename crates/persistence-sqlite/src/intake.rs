//! Takes events in.

use std::collections::{BTreeMap, HashMap};

use domain::{EventId, EventKind, Platform, SiteId, SkipReason};
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
    for event in new() {
        if let Some(cart) = &event.ends_cart {
            skip_cart(conn, site, event, cart).await?;
        }
    }
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

/// A delivery of each event of `?2` for each active account of site `?1` that it reaches. Whether one is behind another is
/// looked at again before it is handed out: those of one statement do not see each other.
pub(crate) const INSERT_DELIVERIES: &str = "insert into deliveries (account_id, event_id, lane, due_at, updated_at, stage)
     select new.account_id, new.event_id, new.lane, new.due_at, new.received_at,
         case when new.due_at > new.received_at then 5
             when exists (
                 select 1 from deliveries as open indexed by deliveries_lane_idx where open.account_id = new.account_id and open.lane = new.lane
                     and open.event_id < new.event_id and open.stage <= 4
             ) then 2
             else 0 end
     from (
         select accounts.id as account_id, unhex(event.value ->> 0) as event_id, unhex(event.value ->> 1) as lane,
             event.value ->> 2 as received_at, event.value -> 3 ->> accounts.platform as due_at
         from json_each(?2) as event cross join accounts
         where accounts.site_id = ?1 and accounts.active = 1
     ) as new
     where new.due_at is not null";

/// Adds a delivery of each event for each active account that it reaches; answers how many are active of each platform.
async fn insert_deliveries(
    conn: &mut SqliteConnection,
    site: SiteId,
    events: impl Iterator<Item = &NewEvent>,
) -> Result<BTreeMap<Platform, u32>, StoreError> {
    let mut rows = Rows::default();
    for event in events {
        let due: BTreeMap<&str, i64> = Platform::ALL
            .into_iter()
            .filter_map(|platform| {
                let due_at = first_due_at(event.kind, platform, event.occurred_at, event.received_at)?;
                Some((platform.code(), due_at.ms()))
            })
            .collect();
        if !due.is_empty() {
            let lane = hex(Uuid::from_bytes(event.lane));
            rows.push(json!([hex(event.id.uuid()), lane, event.received_at.ms(), due]));
        }
    }
    if rows.is_empty() {
        return Ok(BTreeMap::new());
    }
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
    if counts.is_empty() {
        return Ok(counts);
    }
    sqlx::query(INSERT_DELIVERIES)
        .bind(site.uuid())
        .bind(rows.bound())
        .execute(conn)
        .await
        .map_err(store_error)?;
    Ok(counts)
}

/// What waits about cart `?2` of site `?1` from before event `?3`, unless it is under way or was tried.
pub(crate) const SKIP_CART: &str =
    "update deliveries set stage = 11, reason = ?5, leased_until = null, updated_at = ?6
     where stage <= 5 and stage <> 3 and attempts = 0 and doubtful = 0 and (account_id, event_id) in (
         select accounts.id, events.id from events indexed by events_entity_idx cross join accounts
         where events.site_id = ?1 and events.entity_id = ?2 and events.id < ?3 and events.kind = ?4
             and accounts.site_id = ?1
     )
     returning account_id, lane";

/// Skips what waits about a cart that became an order, unless it is under way or was tried.
async fn skip_cart(
    conn: &mut SqliteConnection,
    site: SiteId,
    order: &NewEvent,
    cart: &str,
) -> Result<(), StoreError> {
    let skipped: Vec<(Uuid, Uuid)> = sqlx::query_as(SKIP_CART)
        .bind(site.uuid())
        .bind(cart)
        .bind(order.id.uuid())
        .bind(EventKind::CartUpdated.code())
        .bind(SkipReason::Ordered.code())
        .bind(order.received_at.ms())
        .fetch_all(&mut *conn)
        .await
        .map_err(store_error)?;
    let mut freed = Freed::default();
    let mut counts = Counts::default();
    for (account, lane) in skipped {
        freed.add(account, lane, order.received_at);
        counts.add(account, hour_of(order.received_at), [0, 0, 0, 1], None);
    }
    lanes::free(conn, &freed).await?;
    hours::count(conn, &counts).await
}
