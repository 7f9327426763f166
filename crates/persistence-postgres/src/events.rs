//! Events.

use async_trait::async_trait;
use domain::{EventId, SiteId};
use persistence::row::EventColumns;
use persistence::{Acceptance, EventQuery, Events, NewEvent, StoreError, StoredEvent};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Postgres, QueryBuilder, Row};
use uuid::Uuid;

use crate::PostgresStore;
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

/// Removes events with what is theirs. Those are left of which a delivery was made to wait meanwhile.
async fn purge(
    conn: &mut PgConnection,
    site: SiteId,
    before: EventId,
    limit: u32,
) -> Result<u64, StoreError> {
    // The limit is written out: not knowing it, the server may take going through all events to be cheaper.
    let ids: Vec<Uuid> = sqlx::query_scalar(AssertSqlSafe(format!(
        "select id from events where site_id = $1 and id < $2 and (
             select true from deliveries join accounts on accounts.id = account_id and accounts.site_id = $1
             where event_id = events.id and num_nulls(queue) = 0 limit 1
         ) is null order by id limit {limit}"
    )))
    .bind(site.uuid())
    .bind(before.uuid())
    .fetch_all(&mut *conn)
    .await
    .map_err(store_error)?;
    if ids.is_empty() {
        return Ok(0);
    }
    sqlx::query(
        "with removed as (
             delete from deliveries using accounts where event_id = any($2) and queue is null
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
    let removed = sqlx::query(
        "delete from events where site_id = $1 and id = any($2)
             and (
                 select true from deliveries join accounts on accounts.id = account_id and accounts.site_id = $1
                 where event_id = events.id limit 1
             ) is null",
    )
    .bind(site.uuid())
    .bind(&ids)
    .execute(conn)
    .await
    .map_err(store_error)?;
    Ok(removed.rows_affected())
}

#[async_trait]
impl Events for PostgresStore {
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

    async fn purge_events(&self, site: SiteId, before: EventId, limit: u32) -> Result<u64, StoreError> {
        until_through(|| async {
            let mut transaction = self.connections.begin_queue().await?;
            let removed = purge(&mut transaction, site, before, limit).await?;
            transaction.commit().await.map_err(store_error)?;
            Ok(removed)
        })
        .await
    }
}
