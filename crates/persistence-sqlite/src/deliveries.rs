//! Deliveries.

use std::time::Duration;

use async_trait::async_trait;
use domain::{AccountId, DeliveryId, EventId, LogEntry, SiteId, Timestamp};
use persistence::row::{AttemptColumns, next_of};
use persistence::{
    BACKLOG_COUNT_MAX, BACKLOG_EXACT_MAX, Backlog, Changed, Claimed, Deliveries, DeliveryChange,
    DeliveryQuery, DeliveryRow, DueAccount, FailureGroup, Finish, Hold, HoldExpectation, HourCount, Memory,
    QueueTime, StoreError, StoredAttempt, Weight,
};
use sqlx::AssertSqlSafe;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::types::Json;

use crate::SqliteStore;
use crate::cells::Cells;
use crate::claims::{self, Claim};
use crate::error::store_error;
use crate::{backlog, delivery_changes, delivery_list, finishes, holds, hours, memories};

/// The delivery of event `?2` to account `?3`, or those of the event to all accounts, of site `?1`.
fn find_statement(is_of_one: bool) -> String {
    let account = if is_of_one { " and accounts.id = ?3" } else { "" };
    format!(
        "select {columns} from events cross join accounts
         cross join deliveries on deliveries.account_id = accounts.id and deliveries.event_id = events.id
         where events.site_id = ?1 and events.id = ?2 and accounts.site_id = ?1{account} order by accounts.id",
        columns = delivery_list::COLUMNS
    )
}

async fn find(
    conn: &mut SqliteConnection,
    site: SiteId,
    event: EventId,
    account: Option<AccountId>,
) -> Result<Vec<DeliveryRow>, StoreError> {
    let rows = sqlx::query(AssertSqlSafe(find_statement(account.is_some())))
        .bind(site.uuid())
        .bind(event.uuid())
        .bind(account.map(AccountId::uuid))
        .fetch_all(conn)
        .await
        .map_err(store_error)?;
    rows.iter().map(delivery_list::read).collect()
}

/// The attempts of a delivery, the first one first.
async fn list_attempts(
    conn: &mut SqliteConnection,
    id: DeliveryId,
) -> Result<Vec<StoredAttempt>, StoreError> {
    let rows = sqlx::query(
        "select started_at, ms, outcome, fault, sealed from delivery_attempts where account_id = ?1 and event_id = ?2
         order by number",
    )
    .bind(id.account.uuid())
    .bind(id.event.uuid())
    .fetch_all(conn)
    .await
    .map_err(store_error)?;
    let read = |(number, row): (i64, &SqliteRow)| {
        let cells = Cells {
            row,
            table: "delivery_attempts",
            key: id,
        };
        let fault: Option<Json<_>> = cells.get("fault")?;
        let columns = AttemptColumns {
            id,
            number,
            started_at: cells.get("started_at")?,
            ms: cells.get("ms")?,
            outcome: cells.get("outcome")?,
            fault: fault.map(|Json(fault)| fault),
            sealed: cells.get("sealed")?,
        };
        Ok(columns.into_attempt()?)
    };
    (1..).zip(&rows).map(read).collect()
}

#[async_trait]
impl Deliveries for SqliteStore {
    async fn queue_time(&self, now: Timestamp) -> Result<QueueTime, StoreError> {
        // Whoever opens the file is on one machine.
        Ok(QueueTime::same(now))
    }

    async fn list_due_accounts(&self, time: QueueTime) -> Result<Vec<DueAccount>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        claims::list_due(reader.conn()?, time.due).await
    }

    async fn next_due_at(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let next: Option<i64> = sqlx::query_scalar(claims::NEXT_DUE)
            .bind(now.ms())
            .fetch_one(reader.conn()?)
            .await
            .map_err(store_error)?;
        Ok(next.map(Timestamp::from_ms))
    }

    async fn await_work(&self, at_most: Duration) {
        self.work.wait(at_most).await;
    }

    async fn claim_deliveries(
        &self,
        account: AccountId,
        time: QueueTime,
        lease_until: Timestamp,
        firsts: u32,
        retries: u32,
    ) -> Result<Vec<Claimed>, StoreError> {
        let claim = Claim {
            account,
            now: time.due,
            lease_until,
            firsts,
            retries,
        };
        self.writer
            .write(move |conn| Box::pin(claims::claim(conn, claim)))
            .await
    }

    async fn is_superseded(&self, site: SiteId, id: DeliveryId) -> Result<bool, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let found: Option<bool> = sqlx::query_scalar(AssertSqlSafe(claims::FIND_SUPERSEDED.as_str()))
            .bind(id.account.uuid())
            .bind(site.uuid())
            .bind(id.event.uuid())
            .fetch_optional(reader.conn()?)
            .await
            .map_err(store_error)?;
        Ok(found.unwrap_or_default())
    }

    async fn finish_deliveries(&self, finishes: Vec<Finish>) -> Result<Vec<bool>, StoreError> {
        if finishes.is_empty() {
            return Ok(Vec::new());
        }
        self.writer
            .write(move |conn| Box::pin(async move { finishes::finish(conn, &finishes).await }))
            .await
    }

    async fn list_deliveries(&self, query: &DeliveryQuery) -> Result<Vec<DeliveryRow>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        delivery_list::list(reader.conn()?, query).await
    }

    async fn count_deliveries(&self, query: &DeliveryQuery, at_most: u32) -> Result<u64, StoreError> {
        let mut reader = self.readers.acquire().await?;
        delivery_list::count(reader.conn()?, query, at_most).await
    }

    async fn find_delivery(
        &self,
        site: SiteId,
        id: DeliveryId,
    ) -> Result<Option<(DeliveryRow, Vec<StoredAttempt>)>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        let conn = reader.conn()?;
        let Some(row) = find(conn, site, id.event, Some(id.account)).await?.pop() else {
            return Ok(None);
        };
        Ok(Some((row, list_attempts(conn, id).await?)))
    }

    async fn list_deliveries_of(&self, site: SiteId, event: EventId) -> Result<Vec<DeliveryRow>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        find(reader.conn()?, site, event, None).await
    }

    async fn change_deliveries(
        &self,
        query: &DeliveryQuery,
        change: DeliveryChange,
        time: QueueTime,
    ) -> Result<Changed, StoreError> {
        // Searching may take long, and nobody waits for it who writes.
        let mut reader = self.readers.acquire().await?;
        let found = delivery_changes::find(reader.conn()?, query, change, time.due).await?;
        drop(reader);
        if found.is_empty() {
            return Ok(Changed::default());
        }
        let next = next_of(&found, query.limit);
        let query = query.clone();
        let count = self
            .writer
            .write(move |conn| {
                Box::pin(async move { delivery_changes::change(conn, &query, found, change, time.due).await })
            })
            .await?;
        if count > 0 {
            self.work.wake();
        }
        Ok(Changed { count, next })
    }

    async fn count_changes(
        &self,
        query: &DeliveryQuery,
        change: DeliveryChange,
        time: QueueTime,
        at_most: u32,
    ) -> Result<u64, StoreError> {
        let mut reader = self.readers.acquire().await?;
        delivery_changes::count(reader.conn()?, query, change, time.due, at_most).await
    }

    async fn backlog(&self, site: SiteId, account: AccountId, now: Timestamp) -> Result<Backlog, StoreError> {
        let mut reader = self.readers.acquire().await?;
        backlog::find(reader.conn()?, site, account, now, BACKLOG_EXACT_MAX).await
    }

    async fn whole_backlog(
        &self,
        site: SiteId,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Backlog, StoreError> {
        let mut reader = self.readers.acquire().await?;
        backlog::find(reader.conn()?, site, account, now, BACKLOG_COUNT_MAX).await
    }

    async fn weigh_backlog(
        &self,
        site: SiteId,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Vec<Weight>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        backlog::weigh(reader.conn()?, site, account, now).await
    }

    async fn list_hours(&self, account: AccountId, since: Timestamp) -> Result<Vec<HourCount>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        hours::list(reader.conn()?, account, since).await
    }

    async fn list_failure_groups(&self, site: SiteId, limit: u32) -> Result<Vec<FailureGroup>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        backlog::list_failure_groups(reader.conn()?, site, limit).await
    }

    async fn find_hold(&self, account: AccountId) -> Result<Option<Hold>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        holds::find(reader.conn()?, account).await
    }

    async fn set_hold(
        &self,
        account: AccountId,
        expected: HoldExpectation,
        hold: Option<Hold>,
        entries: Vec<LogEntry>,
    ) -> Result<bool, StoreError> {
        let is_set = self
            .writer
            .write(move |conn| {
                Box::pin(async move { holds::set(conn, account, expected, hold, &entries).await })
            })
            .await?;
        self.work.wake();
        Ok(is_set)
    }

    async fn recall(
        &self,
        account: AccountId,
        keys: Vec<Vec<u8>>,
    ) -> Result<Vec<Option<String>>, StoreError> {
        let mut reader = self.readers.acquire().await?;
        memories::recall(reader.conn()?, account, &keys).await
    }

    async fn remember(&self, account: AccountId, memories: Vec<Memory>) -> Result<(), StoreError> {
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    let memories: Vec<_> = memories.iter().map(|memory| (account, memory)).collect();
                    memories::remember(conn, &memories).await
                })
            })
            .await
    }
}
