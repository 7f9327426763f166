//! What waits for an account, and what failed alike.

use domain::{AccountId, DeliveryId, EventId, SiteId, Timestamp};
use persistence::row::{count, delivery_state, fault_class, stale_codes, weight};
use persistence::{Backlog, FailureGroup, StoreError, WEIGHED_MAX, Weight};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::claims::{SUPERSEDING, is_superseded};
use crate::error::store_error;
use crate::lanes::is_of_account;

/// What waits for account `$1` of site `$2` at `$3`, each number counted to `at_most`. What comes in ready is due as it comes
/// in: it is counted along its index alone, and its first is the oldest. What is under way is due.
fn statement(at_most: u32) -> String {
    let part = |is_wanted: &str| {
        format!(
            "(select count(*), min(received_at) from (
                 select received_at from deliveries
                 where account_id = accounts.id and queue in ('wait', 'retry', 'behind') and {is_wanted} limit {at_most}
             ) as found)"
        )
    };
    let due = part("(due_at <= $3 or leased_until is not null)");
    let later = part("due_at > $3 and leased_until is null");
    format!(
        "select first.count + due.count, later.count, least(due.min, (
             select received_at from deliveries where account_id = accounts.id and queue = 'first'
             order by (''::bytea || uuid_send(event_id)) limit 1
         )), (
             select delivered_at from delivery_hours where account_id = accounts.id and delivered_at is not null
             order by hour desc limit 1
         )
         from accounts
         cross join lateral (
             select count(*) from (
                 select 1 from deliveries where account_id = accounts.id and queue = 'first' limit {at_most}
             ) as found
         ) as first
         cross join lateral {due} as due cross join lateral {later} as later
         where id = $1 and site_id = $2"
    )
}

/// What waits for an account of `site`, each number counted to `at_most`.
pub(crate) async fn find(
    conn: &mut PgConnection,
    site: SiteId,
    account: AccountId,
    now: Timestamp,
    at_most: u32,
) -> Result<Backlog, StoreError> {
    let found: Option<(i64, i64, Option<i64>, Option<i64>)> =
        sqlx::query_as(AssertSqlSafe(statement(at_most)))
            .bind(account.uuid())
            .bind(site.uuid())
            .bind(now.ms())
            .fetch_optional(conn)
            .await
            .map_err(store_error)?;
    let Some((waiting, later, oldest_at, delivered_at)) = found else {
        return Ok(Backlog::default());
    };
    Ok(Backlog {
        waiting: count(waiting, "deliveries", "queue")?.min(u64::from(at_most)),
        later: count(later, "deliveries", "queue")?,
        oldest_at: oldest_at.map(Timestamp::from_ms),
        delivered_at: delivered_at.map(Timestamp::from_ms),
    })
}

/// What is due to account `$1` of site `$2` at `$3`, kind by kind, and how much of it is superseded, or stale by `$7` and
/// `$8`. What is behind another is looked at before it is known whether it is due, so that no number of those that are not
/// costs more.
fn weigh_statement() -> String {
    format!(
        "with waiting as materialized (
             select event_id from (
                 (select event_id from deliveries where account_id = $1 and queue = 'first'
                  order by (''::bytea || uuid_send(event_id)) limit {WEIGHED_MAX})
                 union all
                 (select event_id from deliveries where account_id = $1 and queue = 'wait' and due_at <= $3
                  order by due_at limit {WEIGHED_MAX})
                 union all
                 (select event_id from deliveries where account_id = $1 and queue = 'retry' and due_at <= $3
                  order by due_at limit {WEIGHED_MAX})
                 union all
                 (select event_id from (
                      select event_id, queue, due_at from deliveries
                      where account_id = $1 and queue in ('wait', 'retry', 'behind')
                      order by (''::bytea || (''::bytea || uuid_send(event_id))) limit {WEIGHED_MAX}
                  ) as behind where queue = 'behind' and due_at <= $3)
             ) as due order by event_id limit {WEIGHED_MAX}
         )
         select event.kind, count(*), count(*) filter (where {superseded} or event.occurred_at <= (
             select up_to from unnest($7::text[], $8::bigint[]) as stale (kind, up_to) where stale.kind = event.kind
         ))
         from waiting cross join lateral (
             select site_id, id, kind, entity_id, occurred_at from events
             where site_id = $2 and id between event_id and event_id order by id limit 1
         ) as event
         group by event.kind",
        superseded = is_superseded!("$1", "$4", "$5", "$6")
    )
}

/// What is due to an account of `site`, kind by kind.
pub(crate) async fn weigh(
    conn: &mut PgConnection,
    site: SiteId,
    account: AccountId,
    now: Timestamp,
) -> Result<Vec<Weight>, StoreError> {
    let (kinds, up_to): (Vec<&str>, Vec<i64>) = stale_codes(now).unzip();
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(AssertSqlSafe(weigh_statement()))
        .bind(account.uuid())
        .bind(site.uuid())
        .bind(now.ms())
        .bind(&SUPERSEDING.kinds)
        .bind(&SUPERSEDING.later_kinds)
        .bind(&SUPERSEDING.states)
        .bind(kinds)
        .bind(up_to)
        .fetch_all(conn)
        .await
        .map_err(store_error)?;
    let read = |(kind, waiting, needless): (String, i64, i64)| weight(account, &kind, waiting, needless);
    Ok(rows.into_iter().map(read).collect::<Result<_, _>>()?)
}

/// The failures of `site` that are alike, the latest first.
pub(crate) async fn list_failure_groups(
    conn: &mut PgConnection,
    site: SiteId,
    limit: u32,
) -> Result<Vec<FailureGroup>, StoreError> {
    type Row = (Uuid, String, Option<String>, i64, i64, i64);
    let rows: Vec<Row> = sqlx::query_as(
        "select deliveries.account_id, deliveries.state, class, count(*), min(deliveries.received_at),
             max(deliveries.updated_at)
         from accounts cross join unnest('{refused,given_up,unknown}'::text[]) with ordinality as failures (state, number)
         join deliveries on deliveries.account_id = accounts.id and deliveries.state = failures.state
         where site_id = $1 group by deliveries.account_id, deliveries.state, number, class
         order by max(deliveries.updated_at) desc, deliveries.account_id, number, class nulls first limit $2",
    )
    .bind(site.uuid())
    .bind(i64::from(limit))
    .fetch_all(conn)
    .await
    .map_err(store_error)?;
    let read = |(account, state, class, number, since, until): Row| {
        // The group has many: one that tells of which account it is.
        let id = DeliveryId {
            event: EventId::new(Uuid::nil()),
            account: AccountId::new(account),
        };
        Ok(FailureGroup {
            account: id.account,
            state: delivery_state(&state, id)?,
            class: class.as_deref().map(|code| fault_class(code, id)).transpose()?,
            count: count(number, "deliveries", "state")?,
            since: Timestamp::from_ms(since),
            until: Timestamp::from_ms(until),
        })
    };
    rows.into_iter().map(read).collect()
}
