//! Takes events in: the statements.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use domain::{EventId, EventKind, Platform, SiteId, SkipReason, Timestamp};
use persistence::row::{self, first_due_at, hour_of};
use persistence::{Acceptance, NewEvent, StoreError};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::columns::column;
use crate::connection::Connections;
use crate::error::store_error;
use crate::hours::{self, Counts};
use crate::lanes::{self, Freed, is_of_account};

/// Adds those of the given events that are not known, each with its deliveries. They are given in the order of their
/// names, so that two statements over the same ones wait for each other instead of each holding what the other needs. The
/// accounts are held, so that none is removed before its deliveries are there.
const TAKE: &str = "
    with given as materialized (
        select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[],
            $8::bigint[], $9::bigint[], $10::bytea[])
            with ordinality as given (site_id, id, source, external_id, kind, entity_id, lane, occurred_at, received_at,
                sealed, number)
    ), taken as (
        insert into events (site_id, id, source, external_id, kind, entity_id, occurred_at, received_at, sealed)
        select site_id, id, source, external_id, kind, entity_id, occurred_at, received_at, sealed from given
        where site_id in (select id from sites) order by number
        on conflict (site_id, source, external_id) do nothing
        returning site_id, id
    ), targets as materialized (
        select id, site_id, platform from accounts where active and site_id = any($11) order by id for key share
    ), made as (
        insert into deliveries (event_id, account_id, received_at, due_at, updated_at, state, queue, lane)
        select given.id, targets.id, received_at, due_at, received_at, 'waiting',
            case when due_at <= received_at then 'first' else 'wait' end, lane
        from given join taken using (site_id, id) join targets using (site_id)
        join unnest($12::text[], $13::text[], $14::bigint[]) as ways (kind, platform, wait_ms) using (kind, platform)
        cross join lateral (select greatest(received_at, occurred_at + wait_ms) as due_at) as due
        order by given.id
        returning event_id, account_id
    ), counted as (
        select site_id, event_id as id, count(*) as deliveries from made join targets on targets.id = account_id
        group by site_id, event_id
    )
    select site_id, id, coalesce(deliveries, 0) from taken left join counted using (site_id, id)";

/// Ends what waits about the carts `$3` of the sites `$1`, of events before `$2`, at `$4`.
const END_CARTS: &str = concat!(
    "
    with carts as materialized (
        select event.id, orders.site_id, orders.at
        from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[]) as orders (site_id, id, cart, at)
        cross join lateral (
            select id from events where site_id = orders.site_id and entity_id = cart and kind || '' = $5
                and uuid_send(id) < uuid_send(orders.id) order by uuid_send(id)
        ) as event
    ), found as materialized (
        select event_id, account_id, carts.at from carts join deliveries on event_id = carts.id
        where event_id = any(array(select id from carts)) and num_nulls(queue) = 0 and attempts = 0
            and not is_doubtful and leased_until is null
            and (select site_id from accounts where id = account_id) = carts.site_id
        order by event_id, account_id for update of deliveries
    )
    update deliveries set state = 'skipped', queue = null, reason = $6, updated_at = found.at
    from found where deliveries.event_id = any(array(select event_id from found))
        and deliveries.event_id = found.event_id and ",
    is_of_account!("deliveries.account_id", "found.account_id"),
    "
    returning deliveries.account_id, lane, updated_at"
);

/// How many deliveries each of the events that were taken has.
type Taken = HashMap<(SiteId, EventId), u32>;

/// Which kinds reach which platforms, and the milliseconds from the event until it is due there.
static WAYS: LazyLock<(Vec<&str>, Vec<&str>, Vec<i64>)> = LazyLock::new(|| {
    let start = Timestamp::from_ms(0);
    let mut ways = (Vec::new(), Vec::new(), Vec::new());
    for kind in EventKind::ALL.iter().copied() {
        for platform in Platform::ALL {
            if let Some(due_at) = first_due_at(kind, platform, start, start) {
                ways.0.push(kind.code());
                ways.1.push(platform.code());
                ways.2.push(due_at.ms());
            }
        }
    }
    ways
});

/// Takes events in, all or nothing, but for those of sites that are not there; the answers are in their order, `None` for
/// those.
pub(crate) async fn accept(
    connections: &Connections,
    events: &[(SiteId, &NewEvent)],
) -> Result<Vec<Option<Acceptance>>, StoreError> {
    let mut named: Vec<&(SiteId, &NewEvent)> = events.iter().collect();
    named.sort_by_key(|(site, event)| (*site, &event.source, &event.external_id));
    let taken = if events.iter().any(|(_, event)| event.ends_cart.is_some()) {
        let mut transaction = connections.begin_queue().await?;
        let taken = take(&mut transaction, &named).await?;
        end_carts(&mut transaction, events, &taken).await?;
        transaction.commit().await.map_err(store_error)?;
        taken
    } else {
        // One statement is a transaction by itself.
        take(&mut *connections.acquire().await?, &named).await?
    };
    let others: Vec<_> = events
        .iter()
        .filter(|(site, event)| !taken.contains_key(&(*site, event.id)))
        .collect();
    let known = if others.is_empty() {
        HashMap::new()
    } else {
        find_known(&mut *connections.acquire_queue().await?, &others).await?
    };
    let answer = |(site, event): &(SiteId, &NewEvent)| {
        let deliveries = taken.get(&(*site, event.id)).copied();
        deliveries
            .map(|deliveries| Acceptance::Taken { deliveries })
            .or_else(|| known.get(&(*site, event.id)).copied().map(Acceptance::Known))
    };
    Ok(events.iter().map(answer).collect())
}

/// Adds those that are not known; answers their ids and how many deliveries each has.
async fn take(conn: &mut PgConnection, events: &[&(SiteId, &NewEvent)]) -> Result<Taken, StoreError> {
    let sites = column(events, |(site, _)| site.uuid());
    let distinct: BTreeSet<Uuid> = sites.iter().copied().collect();
    let (kinds, platforms, waits) = &*WAYS;
    let rows: Vec<(Uuid, Uuid, i64)> = sqlx::query_as(TAKE)
        .bind(sites)
        .bind(column(events, |(_, event)| event.id.uuid()))
        .bind(column(events, |(_, event)| event.source.as_str()))
        .bind(column(events, |(_, event)| event.external_id.as_str()))
        .bind(column(events, |(_, event)| event.kind.code()))
        .bind(column(events, |(_, event)| event.entity_id.as_str()))
        .bind(column(events, |(_, event)| event.lane.as_slice()))
        .bind(column(events, |(_, event)| event.occurred_at.ms()))
        .bind(column(events, |(_, event)| event.received_at.ms()))
        .bind(column(events, |(_, event)| event.sealed.as_slice()))
        .bind(Vec::from_iter(distinct))
        .bind(kinds)
        .bind(platforms)
        .bind(waits)
        .fetch_all(conn)
        .await
        .map_err(store_error)?;
    let count = |(site, id, number)| {
        let deliveries = row::number(number, "deliveries", "event_id", id)?;
        Ok(((SiteId::new(site), EventId::new(id)), deliveries))
    };
    rows.into_iter().map(count).collect()
}

/// The events that are known as `events`, by the ids of these.
async fn find_known(
    conn: &mut PgConnection,
    events: &[&(SiteId, &NewEvent)],
) -> Result<HashMap<(SiteId, EventId), EventId>, StoreError> {
    let rows: Vec<(Uuid, Uuid, Uuid)> = sqlx::query_as(
        "select site_id, given.id, event.id
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) as given (site_id, id, source, external_id)
         cross join lateral (
             select id from events where events.site_id = given.site_id and events.source = given.source
                 and events.external_id between given.external_id and given.external_id
             order by events.external_id limit 1
         ) as event",
    )
    .bind(column(events, |(site, _)| site.uuid()))
    .bind(column(events, |(_, event)| event.id.uuid()))
    .bind(column(events, |(_, event)| event.source.as_str()))
    .bind(column(events, |(_, event)| event.external_id.as_str()))
    .fetch_all(conn)
    .await
    .map_err(store_error)?;
    let pair = |(site, id, known)| ((SiteId::new(site), EventId::new(id)), EventId::new(known));
    Ok(rows.into_iter().map(pair).collect())
}

/// Skips what waits about carts that became one of the orders that were taken, unless it is under way or was tried.
async fn end_carts(
    conn: &mut PgConnection,
    events: &[(SiteId, &NewEvent)],
    taken: &Taken,
) -> Result<(), StoreError> {
    // The last order of a cart alone, so that no delivery is found twice.
    let orders: BTreeMap<(Uuid, &str), &NewEvent> = events
        .iter()
        .filter(|(site, event)| taken.contains_key(&(*site, event.id)))
        .filter_map(|(site, event)| Some(((site.uuid(), event.ends_cart.as_deref()?), *event)))
        .collect();
    if orders.is_empty() {
        return Ok(());
    }
    let orders = Vec::from_iter(orders);
    let ended: Vec<(Uuid, Vec<u8>, i64)> = sqlx::query_as(END_CARTS)
        .bind(column(&orders, |((site, _), _)| *site))
        .bind(column(&orders, |(_, order)| order.id.uuid()))
        .bind(column(&orders, |((_, cart), _)| *cart))
        .bind(column(&orders, |(_, order)| order.received_at.ms()))
        .bind(EventKind::CartUpdated.code())
        .bind(SkipReason::Ordered.code())
        .fetch_all(&mut *conn)
        .await
        .map_err(store_error)?;
    let mut freed = Freed::default();
    let mut counts = Counts::default();
    for (account, lane, at) in ended {
        let at = Timestamp::from_ms(at);
        freed.add(account, lane, at);
        counts.add(account, hour_of(at), [0, 0, 0, 1], None);
    }
    lanes::free(conn, freed).await?;
    hours::count(conn, &counts).await
}
