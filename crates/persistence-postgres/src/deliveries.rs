//! Deliveries.

use std::time::Duration;

use async_trait::async_trait;
use domain::{AccountId, DeliveryId, EventId, Fault, LogEntry, SiteId, Timestamp};
use persistence::row::AttemptColumns;
use persistence::{
    BACKLOG_COUNT_MAX, BACKLOG_EXACT_MAX, Backlog, Changed, Claimed, Deliveries, DeliveryChange,
    DeliveryQuery, DeliveryRow, DueAccount, FailureGroup, Finish, Hold, HoldExpectation, HourCount, Memory,
    QueueTime, StoreError, StoredAttempt, Weight,
};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Row};

use crate::Pooled;
use crate::claims::{self, Claim};
use crate::error::{cell_error, store_error};
use crate::tries::until_through;
use crate::{backlog, clock, delivery_changes, delivery_list, finishes, holds, hours, memories};

/// The delivery of an event to an account, or those of the event to all accounts.
async fn find(
    conn: &mut PgConnection,
    site: SiteId,
    event: EventId,
    account: Option<AccountId>,
) -> Result<Vec<DeliveryRow>, StoreError> {
    let rows = sqlx::query(AssertSqlSafe(format!(
        "select {columns} from events join deliveries on event_id = events.id
         join accounts on accounts.id = account_id and accounts.site_id = events.site_id
         where events.site_id = $1 and events.id = $2 and ($3 is null or account_id = $3) order by account_id",
        columns = delivery_list::COLUMNS
    )))
    .bind(site.uuid())
    .bind(event.uuid())
    .bind(account.map(AccountId::uuid))
    .fetch_all(conn)
    .await
    .map_err(store_error)?;
    rows.iter().map(delivery_list::read).collect()
}

/// The attempts of a delivery, the first one first.
async fn list_attempts(conn: &mut PgConnection, id: DeliveryId) -> Result<Vec<StoredAttempt>, StoreError> {
    let rows = sqlx::query(
        "select row_number() over (order by fence) as number, started_at, ms, outcome, fault, sealed
         from delivery_attempts where account_id = $1 and event_id = $2 order by fence",
    )
    .bind(id.account.uuid())
    .bind(id.event.uuid())
    .fetch_all(conn)
    .await
    .map_err(store_error)?;
    let read = |row: &PgRow| {
        let get = |error| store_error(error);
        let fault: Option<Json<Fault>> = row
            .try_get("fault")
            .map_err(|error| cell_error(error, "delivery_attempts", "fault", id))?;
        let columns = AttemptColumns {
            id,
            number: row.try_get("number").map_err(get)?,
            started_at: row.try_get("started_at").map_err(get)?,
            ms: row.try_get("ms").map_err(get)?,
            outcome: row.try_get("outcome").map_err(get)?,
            fault: fault.map(|Json(fault)| fault),
            sealed: row.try_get("sealed").map_err(get)?,
        };
        Ok(columns.into_attempt()?)
    };
    rows.iter().map(read).collect()
}

#[async_trait]
impl Deliveries for Pooled {
    async fn queue_time(&self, now: Timestamp) -> Result<QueueTime, StoreError> {
        let mut conn = self.connections.acquire_queue().await?;
        Ok(QueueTime {
            due: now,
            leases: clock::read(&mut conn).await?,
        })
    }

    async fn list_due_accounts(&self, time: QueueTime) -> Result<Vec<DueAccount>, StoreError> {
        let mut conn = self.connections.acquire_queue().await?;
        claims::list_due(&mut conn, time).await
    }

    async fn next_due_at(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let mut conn = self.connections.acquire_queue().await?;
        claims::next_due(&mut conn, now).await
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
            time,
            lease_until,
            firsts,
            retries,
        };
        let mut transaction = self.connections.begin_claim(account).await?;
        let claimed = claims::claim(&mut transaction, claim).await?;
        transaction.commit().await.map_err(store_error)?;
        Ok(claimed)
    }

    async fn is_superseded(&self, site: SiteId, id: DeliveryId) -> Result<bool, StoreError> {
        let mut conn = self.connections.acquire_queue().await?;
        claims::find_superseded(&mut conn, site, id).await
    }

    async fn finish_deliveries(&self, finishes: Vec<Finish>) -> Result<Vec<bool>, StoreError> {
        if finishes.is_empty() {
            return Ok(Vec::new());
        }
        let (have_held, is_work) = until_through(|| async {
            let mut transaction = self.connections.begin_queue().await?;
            let ended = finishes::finish(&mut transaction, &finishes).await?;
            transaction.commit().await.map_err(store_error)?;
            Ok(ended)
        })
        .await?;
        if is_work {
            // Others need not come for it: whoever finishes goes on.
            self.work.wake_here();
        }
        Ok(have_held)
    }

    async fn list_deliveries(&self, query: &DeliveryQuery) -> Result<Vec<DeliveryRow>, StoreError> {
        let mut conn = self.acquire().await?;
        delivery_list::list(&mut conn, query).await
    }

    async fn count_deliveries(&self, query: &DeliveryQuery, at_most: u32) -> Result<u64, StoreError> {
        let mut conn = self.acquire().await?;
        delivery_list::count(&mut conn, query, at_most).await
    }

    async fn find_delivery(
        &self,
        site: SiteId,
        id: DeliveryId,
    ) -> Result<Option<(DeliveryRow, Vec<StoredAttempt>)>, StoreError> {
        let mut conn = self.acquire().await?;
        let Some(row) = find(&mut conn, site, id.event, Some(id.account)).await?.pop() else {
            return Ok(None);
        };
        Ok(Some((row, list_attempts(&mut conn, id).await?)))
    }

    async fn list_deliveries_of(&self, site: SiteId, event: EventId) -> Result<Vec<DeliveryRow>, StoreError> {
        let mut conn = self.acquire().await?;
        find(&mut conn, site, event, None).await
    }

    async fn change_deliveries(
        &self,
        query: &DeliveryQuery,
        change: DeliveryChange,
        time: QueueTime,
    ) -> Result<Changed, StoreError> {
        let changed = until_through(|| async {
            let mut transaction = self.connections.begin_queue().await?;
            let changed = delivery_changes::change(&mut transaction, query, change, time).await?;
            transaction.commit().await.map_err(store_error)?;
            Ok(changed)
        })
        .await?;
        if changed.count > 0 {
            self.work.wake();
        }
        Ok(changed)
    }

    async fn count_changes(
        &self,
        query: &DeliveryQuery,
        change: DeliveryChange,
        time: QueueTime,
        at_most: u32,
    ) -> Result<u64, StoreError> {
        let mut conn = self.acquire().await?;
        delivery_changes::count(&mut conn, query, change, time, at_most).await
    }

    async fn backlog(&self, site: SiteId, account: AccountId, now: Timestamp) -> Result<Backlog, StoreError> {
        let mut conn = self.connections.acquire_queue().await?;
        backlog::find(&mut conn, site, account, now, BACKLOG_EXACT_MAX).await
    }

    async fn whole_backlog(
        &self,
        site: SiteId,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Backlog, StoreError> {
        let mut conn = self.connections.acquire_queue().await?;
        backlog::find(&mut conn, site, account, now, BACKLOG_COUNT_MAX).await
    }

    async fn weigh_backlog(
        &self,
        site: SiteId,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Vec<Weight>, StoreError> {
        let mut conn = self.connections.acquire_queue().await?;
        backlog::weigh(&mut conn, site, account, now).await
    }

    async fn list_hours(&self, account: AccountId, since: Timestamp) -> Result<Vec<HourCount>, StoreError> {
        let mut conn = self.acquire().await?;
        hours::list(&mut conn, account, since).await
    }

    async fn list_failure_groups(&self, site: SiteId, limit: u32) -> Result<Vec<FailureGroup>, StoreError> {
        let mut conn = self.acquire().await?;
        backlog::list_failure_groups(&mut conn, site, limit).await
    }

    async fn find_hold(&self, account: AccountId) -> Result<Option<Hold>, StoreError> {
        let mut conn = self.acquire().await?;
        holds::find(&mut conn, account).await
    }

    async fn set_hold(
        &self,
        account: AccountId,
        expected: HoldExpectation,
        hold: Option<Hold>,
        entries: Vec<LogEntry>,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let is_set = holds::set(&mut transaction, account, expected, hold, &entries).await?;
        transaction.commit().await.map_err(store_error)?;
        self.work.wake();
        Ok(is_set)
    }

    async fn recall(
        &self,
        account: AccountId,
        keys: Vec<Vec<u8>>,
    ) -> Result<Vec<Option<String>>, StoreError> {
        self.recalls.ask((account, keys)).await
    }

    async fn remember(&self, account: AccountId, memories: Vec<Memory>) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let memories: Vec<_> = memories.iter().map(|memory| (account, memory)).collect();
        memories::remember(&mut transaction, &memories).await?;
        transaction.commit().await.map_err(store_error)
    }
}
