//! Events.

use async_trait::async_trait;
use domain::{EventId, EventKind, SiteId};
use persistence::row::{EventColumns, purgeable};
use persistence::{Acceptance, EventQuery, Events, NewEvent, Purgeable, Purged, StoreError, StoredEvent};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use crate::SqliteStore;
use crate::cells::Cells;
use crate::error::store_error;
use crate::rows::Rows;

/// What [`read`] reads, but for the payload.
pub(crate) const COLUMNS: &str =
    "events.id, events.source, events.external_id, events.kind, events.entity_id,
    events.occurred_at, events.received_at";

/// The event of a row of `site` that has [`COLUMNS`] and `sealed`.
pub(crate) fn read(site: SiteId, row: &SqliteRow) -> Result<StoredEvent, StoreError> {
    let id = EventId::new(row.try_get("id").map_err(store_error)?);
    let cells = Cells {
        row,
        table: "events",
        key: id,
    };
    let columns = EventColumns {
        site,
        id,
        source: cells.get("source")?,
        external_id: cells.get("external_id")?,
        kind: cells.get("kind")?,
        entity_id: cells.get("entity_id")?,
        occurred_at: cells.get("occurred_at")?,
        received_at: cells.get("received_at")?,
        sealed: cells.get("sealed")?,
    };
    Ok(columns.into_event()?)
}

/// The statement of a list: `?1` is the site, `?2` the kind, `?3` the thing, `?4` the event that all are older than.
pub(crate) fn list_statement(query: &EventQuery) -> String {
    let mut wanted = String::new();
    if query.entity_id.is_some() {
        wanted.push_str(" and entity_id = ?3");
    }
    if query.kind.is_some() {
        wanted.push_str(" and kind = ?2");
    }
    if query.older_than.is_some() {
        wanted.push_str(" and id < ?4");
    }
    // The events about one thing are few: their kinds are looked at one by one. The planner does not know that.
    let along = match (&query.entity_id, query.kind) {
        (Some(_), _) => "indexed by events_entity_idx",
        (None, Some(_)) => "indexed by events_kind_idx",
        (None, None) => "",
    };
    let limit = query.limit;
    format!(
        "select {COLUMNS}, x'' as sealed from events {along} where site_id = ?1{wanted} order by id desc limit {limit}"
    )
}

/// The oldest events between `?2` and `?3` of site `?1`, each with whether a delivery of it waits.
pub(crate) fn aged(limit: u32) -> String {
    format!(
        "select id, exists (
             select 1 from accounts cross join deliveries
                 on deliveries.account_id = accounts.id and deliveries.event_id = events.id
             where accounts.site_id = ?1 and deliveries.stage <= 5
         )
         from events where site_id = ?1 and id > ?2 and id < ?3 order by id limit {limit}"
    )
}

/// The event before which there are `number` between `?2` and `?3` of site `?1`.
pub(crate) fn aged_after(number: u32) -> String {
    format!(
        "select id from events where site_id = ?1 and id > ?2 and id < ?3 order by id limit 1 offset {number}"
    )
}

/// How many events there are between `?2` and `?3` of site `?1`.
pub(crate) const COUNT_AGED: &str = "select count(*) from events where site_id = ?1 and id > ?2 and id < ?3";

/// How many events between `?2` and `?3` of site `?1` have deliveries that wait.
pub(crate) const COUNT_WAITING: &str = "select count(distinct event_id)
    from accounts cross join deliveries indexed by deliveries_stage_idx
        on account_id = accounts.id and stage in (0, 1, 2, 3, 4, 5) and event_id > ?2 and event_id < ?3
    where site_id = ?1";

/// Removes those of `ids` of which no delivery waits any more; answers how many went.
async fn purge(conn: &mut SqliteConnection, site: SiteId, ids: &[Uuid]) -> Result<u64, StoreError> {
    let removed: Vec<Uuid> = sqlx::query_scalar(
        "delete from events where site_id = ?1 and id in (select unhex(value) from json_each(?2)) and not exists (
             select 1 from accounts cross join deliveries
                 on deliveries.account_id = accounts.id and deliveries.event_id = events.id
             where accounts.site_id = ?1 and deliveries.stage <= 5
         )
         returning id",
    )
    .bind(site.uuid())
    .bind(Rows::of_ids(ids.iter().copied()).bound())
    .fetch_all(&mut *conn)
    .await
    .map_err(store_error)?;
    let count = removed.len() as u64;
    let removed = Rows::of_ids(removed);
    for statement in [
        "delete from delivery_attempts where account_id in (select id from accounts where site_id = ?1)
             and event_id in (select unhex(value) from json_each(?2))",
        "delete from deliveries where account_id in (select id from accounts where site_id = ?1)
             and event_id in (select unhex(value) from json_each(?2))",
    ] {
        sqlx::query(statement)
            .bind(site.uuid())
            .bind(removed.bound())
            .execute(&mut *conn)
            .await
            .map_err(store_error)?;
    }
    Ok(count)
}

#[async_trait]
impl Events for SqliteStore {
    async fn accept_events(
        &self,
        site: SiteId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Acceptance>, StoreError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let accepted = self.gathering.accept(site, events).await?;
        let is_work = |acceptance: &Acceptance| matches!(acceptance, Acceptance::Taken { deliveries: 1.. });
        if accepted.iter().any(is_work) {
            self.work.wake();
        }
        Ok(accepted)
    }

    async fn find_event(&self, site: SiteId, id: EventId) -> Result<Option<StoredEvent>, StoreError> {
        let statement = format!("select {COLUMNS}, sealed from events where site_id = ?1 and id = ?2");
        let mut reader = self.readers.acquire().await?;
        let row = sqlx::query(AssertSqlSafe(statement))
            .bind(site.uuid())
            .bind(id.uuid())
            .fetch_optional(reader.conn()?)
            .await
            .map_err(store_error)?;
        row.as_ref().map(|row| read(site, row)).transpose()
    }

    async fn last_event_id(&self, site: SiteId) -> Result<Option<EventId>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let last: Option<Uuid> = sqlx::query_scalar("select max(id) from events where site_id = ?1")
            .bind(site.uuid())
            .fetch_one(reader.conn()?)
            .await
            .map_err(store_error)?;
        Ok(last.map(EventId::new))
    }

    async fn list_events(&self, query: &EventQuery) -> Result<Vec<StoredEvent>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let rows = sqlx::query(AssertSqlSafe(list_statement(query)))
            .bind(query.site.uuid())
            .bind(query.kind.map(EventKind::code))
            .bind(query.entity_id.as_deref())
            .bind(query.older_than.map(EventId::uuid))
            .fetch_all(reader.conn()?)
            .await
            .map_err(store_error)?;
        rows.iter().map(|row| read(query.site, row)).collect()
    }

    async fn purge_events(
        &self,
        site: SiteId,
        after: Option<EventId>,
        before: EventId,
        limit: u32,
    ) -> Result<Purged, StoreError> {
        // Nobody who writes waits for the search.
        let mut reader = self.readers.acquire().await?;
        let found: Vec<(Uuid, bool)> = sqlx::query_as(AssertSqlSafe(aged(limit)))
            .bind(site.uuid())
            .bind(after.map_or(Uuid::nil(), EventId::uuid))
            .bind(before.uuid())
            .fetch_all(reader.conn()?)
            .await
            .map_err(store_error)?;
        drop(reader);
        let is_whole = found.len() as u64 == u64::from(limit);
        let next = found.last().filter(|_| is_whole).map(|(id, _)| EventId::new(*id));
        let ids: Vec<Uuid> = found
            .into_iter()
            .filter_map(|(id, waits)| (!waits).then_some(id))
            .collect();
        let removed = if ids.is_empty() {
            0
        } else {
            self.writer
                .write(move |conn| Box::pin(async move { purge(conn, site, &ids).await }))
                .await?
        };
        Ok(Purged { removed, next })
    }

    async fn count_purgeable(
        &self,
        site: SiteId,
        after: Option<EventId>,
        before: EventId,
        at_most: u32,
    ) -> Result<Purgeable, StoreError> {
        let after = after.map_or(Uuid::nil(), EventId::uuid);
        let mut reader = self.readers.acquire().await?;
        let more: Option<Uuid> = sqlx::query_scalar(AssertSqlSafe(aged_after(at_most)))
            .bind(site.uuid())
            .bind(after)
            .bind(before.uuid())
            .fetch_optional(reader.conn()?)
            .await
            .map_err(store_error)?;
        let mut counts = [0_i64; 2];
        for (statement, count) in [COUNT_AGED, COUNT_WAITING].into_iter().zip(&mut counts) {
            *count = sqlx::query_scalar(statement)
                .bind(site.uuid())
                .bind(after)
                .bind(more.unwrap_or_else(|| before.uuid()))
                .fetch_one(reader.conn()?)
                .await
                .map_err(store_error)?;
        }
        let [all, waiting] = counts;
        Ok(purgeable(all, waiting, more.is_some())?)
    }
}
