//! Events.

use async_trait::async_trait;
use domain::{EventId, SiteId};
use persistence::row::{EventColumns, purgeable};
use persistence::{Acceptance, EventQuery, Events, NewEvent, Purgeable, Purged, StoreError, StoredEvent};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Postgres, QueryBuilder, Row};
use uuid::Uuid;

use crate::Pooled;
use crate::error::store_error;
use crate::tries::until_through;

/// The event of a row with the columns of `events`.
pub(crate) fn read(row: &PgRow) -> Result<StoredEvent, StoreError> {
    let get = |error| store_error(error);
    let columns = EventColumns {
        site: SiteId::new(row.try_get("site_id").map_err(get)?),
        id: EventId::new(row.try_get("id").map_err(get)?),
        source: row.try_get("source").map_err(get)?,
        external_id: row.try_get("external_id").map_err(get)?,
        kind: row.try_get("kind").map_err(get)?,
        entity_id: row.try_get("entity_id").map_err(get)?,
        occurred_at: row.try_get("occurred_at").map_err(get)?,
        received_at: row.try_get("received_at").map_err(get)?,
        sealed: row.try_get("sealed").map_err(get)?,
    };
    Ok(columns.into_event()?)
}

/// The statement of a list. Each order is that of one index.
fn list_statement(query: &EventQuery) -> QueryBuilder<Postgres> {
    let order = match (&query.entity_id, query.kind) {
        (Some(_), _) => "uuid_send(id)",
        (None, Some(_)) => "(uuid_send(id) || ''::bytea)",
        (None, None) => "id",
    };
    let mut statement = QueryBuilder::new(
        "select site_id, id, source, external_id, kind, entity_id, occurred_at, received_at, ''::bytea as sealed
         from events where site_id = ",
    );
    statement.push_bind(query.site.uuid());
    if let Some(entity_id) = &query.entity_id {
        statement.push(" and entity_id = ").push_bind(entity_id.clone());
    }
    if let Some(kind) = query.kind {
        statement.push(" and kind = ").push_bind(kind.code());
    }
    if let Some(older_than) = query.older_than {
        statement.push(format!(" and {order} < "));
        if order == "id" {
            statement.push_bind(older_than.uuid());
        } else {
            statement
                .push("uuid_send(")
                .push_bind(older_than.uuid())
                .push(")");
        }
    }
    statement.push(format!(" order by {order} desc limit {}", query.limit));
    statement
}

/// A step of a purge.
async fn purge(
    conn: &mut PgConnection,
    site: SiteId,
    after: Option<EventId>,
    before: EventId,
    limit: u32,
) -> Result<Purged, StoreError> {
    // The limit is written out: not knowing it, the server may take going through all events to be cheaper.
    let found: Vec<(Uuid, bool)> = sqlx::query_as(AssertSqlSafe(format!(
        "select id, (
             select true from deliveries join accounts on accounts.id = account_id and accounts.site_id = $1
             where event_id = events.id and num_nulls(queue) = 0 limit 1
         ) is not null
         from events where site_id = $1 and id > $2 and id < $3 order by id limit {limit}"
    )))
    .bind(site.uuid())
    .bind(after.map_or(Uuid::nil(), EventId::uuid))
    .bind(before.uuid())
    .fetch_all(&mut *conn)
    .await
    .map_err(store_error)?;
    let is_whole = found.len() as u64 == u64::from(limit);
    let next = found.last().filter(|_| is_whole).map(|(id, _)| EventId::new(*id));
    let ids: Vec<Uuid> = found
        .into_iter()
        .filter_map(|(id, waits)| (!waits).then_some(id))
        .collect();
    let removed = if ids.is_empty() {
        0
    } else {
        remove(conn, site, ids).await?
    };
    Ok(Purged { removed, next })
}

/// Removes events with what is theirs. Those are left as they are of which a delivery was made to wait meanwhile.
async fn remove(conn: &mut PgConnection, site: SiteId, mut ids: Vec<Uuid>) -> Result<u64, StoreError> {
    let waiting: Vec<Uuid> = sqlx::query_scalar(
        "with theirs as materialized (
             select event_id, queue from deliveries join accounts on accounts.id = account_id and accounts.site_id = $1
             where event_id = any($2) order by event_id, account_id for update of deliveries
         )
         select distinct event_id from theirs where queue is not null",
    )
    .bind(site.uuid())
    .bind(&ids)
    .fetch_all(&mut *conn)
    .await
    .map_err(store_error)?;
    ids.retain(|id| !waiting.contains(id));
    sqlx::query(
        "with removed as (
             delete from deliveries using accounts where event_id = any($2)
                 and accounts.id = account_id and accounts.site_id = $1
             returning account_id, event_id
         )
         delete from delivery_attempts using removed where delivery_attempts.account_id = removed.account_id
             and delivery_attempts.event_id = removed.event_id",
    )
    .bind(site.uuid())
    .bind(&ids)
    .execute(&mut *conn)
    .await
    .map_err(store_error)?;
    let removed = sqlx::query("delete from events where site_id = $1 and id = any($2)")
        .bind(site.uuid())
        .bind(ids)
        .execute(conn)
        .await
        .map_err(store_error)?;
    Ok(removed.rows_affected())
}

#[async_trait]
impl Events for Pooled {
    async fn accept_events(
        &self,
        site: SiteId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Acceptance>, StoreError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        self.intake.accept(site, events).await
    }

    async fn find_event(&self, site: SiteId, id: EventId) -> Result<Option<StoredEvent>, StoreError> {
        let mut conn = self.acquire().await?;
        let row = sqlx::query("select * from events where site_id = $1 and id = $2")
            .bind(site.uuid())
            .bind(id.uuid())
            .fetch_optional(&mut *conn)
            .await
            .map_err(store_error)?;
        row.as_ref().map(read).transpose()
    }

    async fn last_event_id(&self, site: SiteId) -> Result<Option<EventId>, StoreError> {
        let mut conn = self.acquire().await?;
        let last: Option<Uuid> =
            sqlx::query_scalar("select id from events where site_id = $1 order by id desc limit 1")
                .bind(site.uuid())
                .fetch_optional(&mut *conn)
                .await
                .map_err(store_error)?;
        Ok(last.map(EventId::new))
    }

    async fn list_events(&self, query: &EventQuery) -> Result<Vec<StoredEvent>, StoreError> {
        let mut conn = self.acquire().await?;
        let rows = list_statement(query)
            .build()
            .fetch_all(&mut *conn)
            .await
            .map_err(store_error)?;
        rows.iter().map(read).collect()
    }

    async fn purge_events(
        &self,
        site: SiteId,
        after: Option<EventId>,
        before: EventId,
        limit: u32,
    ) -> Result<Purged, StoreError> {
        until_through(|| async {
            let mut transaction = self.connections.begin_queue().await?;
            let purged = purge(&mut transaction, site, after, before, limit).await?;
            transaction.commit().await.map_err(store_error)?;
            Ok(purged)
        })
        .await
    }

    async fn count_purgeable(
        &self,
        site: SiteId,
        after: Option<EventId>,
        before: EventId,
        at_most: u32,
    ) -> Result<Purgeable, StoreError> {
        let after = after.map_or(Uuid::nil(), EventId::uuid);
        let mut conn = self.connections.acquire_queue().await?;
        let more: Option<Uuid> = sqlx::query_scalar(AssertSqlSafe(format!(
            "select id from events where site_id = $1 and id > $2 and id < $3 order by id limit 1 offset {at_most}"
        )))
        .bind(site.uuid())
        .bind(after)
        .bind(before.uuid())
        .fetch_optional(&mut *conn)
        .await
        .map_err(store_error)?;
        let end = more.unwrap_or_else(|| before.uuid());
        let all: i64 =
            sqlx::query_scalar("select count(*) from events where site_id = $1 and id > $2 and id < $3")
                .bind(site.uuid())
                .bind(after)
                .bind(end)
                .fetch_one(&mut *conn)
                .await
                .map_err(store_error)?;
        let waiting: i64 = sqlx::query_scalar(AssertSqlSafe(format!(
            "select count(distinct event_id) from accounts cross join lateral (
                 select event_id from deliveries
                 where account_id = accounts.id and state = 'waiting'
                     and uuid_send(event_id) > uuid_send($2) and uuid_send(event_id) < uuid_send($3)
                 order by uuid_send(event_id) limit {at_most}
             ) as waiting
             where site_id = $1"
        )))
        .bind(site.uuid())
        .bind(after)
        .bind(end)
        .fetch_one(&mut *conn)
        .await
        .map_err(store_error)?;
        Ok(purgeable(all, waiting, more.is_some())?)
    }
}
