//! What waits for an account, and what failed alike.

use domain::{AccountId, DeliveryId, EventId, SiteId, Timestamp};
use persistence::row::{count, delivery_state, fault_class};
use persistence::{BACKLOG_COUNT_MAX, Backlog, FailureGroup, StoreError};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::error::store_error;

/// What waits for account `$1` of site `$2` at `$3`. What is under way is due.
fn statement() -> String {
    let part = |is_wanted: &str| {
        format!(
            "(select count(*), min(received_at) from (
                 select received_at from deliveries where account_id = accounts.id and {is_wanted}
                 limit {BACKLOG_COUNT_MAX}
             ) as found)"
        )
    };
    let due = part(
        "queue is not null and state = 'waiting' and (queue = 'first' or due_at <= $3 or leased_until is not null)",
    );
    let later = part("queue <> 'first' and state = 'waiting' and due_at > $3 and leased_until is null");
    format!(
        "select due.count, later.count, due.min, (
             select delivered_at from delivery_hours where account_id = accounts.id and delivered_at is not null
             order by hour desc limit 1
         )
         from accounts cross join lateral {due} as due cross join lateral {later} as later
         where id = $1 and site_id = $2"
    )
}

/// What waits for an account of `site`.
pub(crate) async fn find(
    conn: &mut PgConnection,
    site: SiteId,
    account: AccountId,
    now: Timestamp,
) -> Result<Backlog, StoreError> {
    let found: Option<(i64, i64, Option<i64>, Option<i64>)> = sqlx::query_as(AssertSqlSafe(statement()))
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
        waiting: count(waiting, "deliveries", "queue")?,
        later: count(later, "deliveries", "queue")?,
        oldest_at: oldest_at.map(Timestamp::from_ms),
        delivered_at: delivered_at.map(Timestamp::from_ms),
    })
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
