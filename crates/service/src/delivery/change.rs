//! Retrying and skipping deliveries.

use std::time::Duration;

use domain::{
    Account, DeliveryFilter, DeliveryFilterPlace, DeliveryId, EventId, LogDelivery, LogKind, LogMessage,
    SiteId, SkipReason, Timestamp,
};
use persistence::{Changed, DeliveryChange, DeliveryPlace, DeliveryQuery, QueueTime, StoreError};
use tokio::time::Instant;
use uuid::Uuid;

use super::COUNT_MAX;
use crate::error::ServiceError;
use crate::{Actor, LogRange, Raccordo};

/// Deliveries changed in one step: others write between two of them, and a person can stop.
pub const STEP_MAX: u32 = 500;
/// What becomes of what waits for an account that is switched off and not held.
const SKIPPED: DeliveryChange = DeliveryChange::Skip(SkipReason::Inactive);
/// How long somebody waits for what is skipped at once; [`Raccordo::skip_left_over`] skips the rest.
const SKIPPING_MAX: Duration = Duration::from_secs(3);

/// Seconds within which what is under way when an account is switched off has come back.
const COMING_BACK_S: i64 = 600;

/// A change of many deliveries, step by step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkChange {
    /// What is done with them.
    pub change: DeliveryChange,
    /// When somebody asked for it, the same for all steps: what came in or changed since is left alone.
    pub mark: Timestamp,
    /// Where this step goes on: [`Changed::next`] of the one before it, `None` for the first.
    pub from: Option<EventId>,
    /// The most that one step changes; never more than [`STEP_MAX`].
    pub limit: u32,
}

impl Raccordo {
    /// Now, by the clocks of the queue.
    pub async fn queue_time(&self) -> Result<QueueTime, StoreError> {
        self.store.queue_time(self.now()).await
    }

    /// Changes some of the deliveries of a filter, whatever its place: at most [`BulkChange::limit`], the oldest events
    /// first. Whoever wants all of them asks again, with the same mark, from where the answer says. The log tells every step.
    pub async fn change_deliveries(
        &self,
        actor: &Actor,
        site: SiteId,
        filter: &DeliveryFilter,
        range: LogRange,
        bulk: BulkChange,
    ) -> Result<Changed, ServiceError> {
        let change = bulk.change;
        let limit = bulk.limit.min(STEP_MAX);
        let query = self.changed_query(site, filter, range, bulk, limit)?;
        let changed = self
            .store
            .change_deliveries(&query, change, self.queue_time().await?)
            .await?;
        if changed.count > 0 {
            let account = match filter.account {
                Some(id) => self.store.find_account(site, id).await?,
                None => None,
            };
            self.tell_change(Some(actor), site, account.as_ref(), change, changed.count)
                .await?;
        }
        Ok(changed)
    }

    /// How many deliveries [`Self::change_deliveries`] would change in this step and all after it; counting stops at
    /// [`COUNT_MAX`].
    pub async fn count_changes(
        &self,
        site: SiteId,
        filter: &DeliveryFilter,
        range: LogRange,
        bulk: BulkChange,
    ) -> Result<u64, ServiceError> {
        let query = self.changed_query(site, filter, range, bulk, COUNT_MAX)?;
        let time = self.queue_time().await?;
        Ok(self
            .store
            .count_changes(&query, bulk.change, time, COUNT_MAX)
            .await?)
    }

    /// Whether [`Self::change_deliveries`] would change anything now.
    pub async fn would_change(
        &self,
        site: SiteId,
        filter: &DeliveryFilter,
        range: LogRange,
        change: DeliveryChange,
    ) -> Result<bool, ServiceError> {
        let query = self.delivery_query(site, filter, range, 1)?;
        let count = self
            .store
            .count_changes(&query, change, self.queue_time().await?, 1)
            .await?;
        Ok(count > 0)
    }

    fn changed_query(
        &self,
        site: SiteId,
        filter: &DeliveryFilter,
        range: LogRange,
        bulk: BulkChange,
        limit: u32,
    ) -> Result<DeliveryQuery, ServiceError> {
        let filter = DeliveryFilter {
            place: DeliveryFilterPlace::Newest,
            ..filter.clone()
        };
        let query = self.delivery_query(site, &filter, range, limit)?;
        Ok(DeliveryQuery {
            updated_before: Some(bulk.mark),
            from: query.from.max(bulk.from),
            ..query
        })
    }

    /// Changes one delivery; `false` when there is none, or the change does not fit where it stands.
    pub async fn change_delivery(
        &self,
        actor: &Actor,
        site: SiteId,
        id: DeliveryId,
        change: DeliveryChange,
    ) -> Result<bool, ServiceError> {
        let query = DeliveryQuery {
            account: Some(id.account),
            from: Some(id.event),
            before: Some(next_id(id.event)),
            ..every_delivery(site, 1)
        };
        let changed = self
            .store
            .change_deliveries(&query, change, self.queue_time().await?)
            .await?;
        if changed.count == 0 {
            return Ok(false);
        }
        let account = self.store.find_account(site, id.account).await?;
        let mut message = LogMessage::counted(kind_of(change), 1);
        message.delivery = self.store.find_delivery(site, id).await?.map(|(row, _)| {
            Box::new(LogDelivery {
                event: id.event,
                kind: row.kind,
                entity_id: row.entity_id,
                state: row.state,
                fault: None,
            })
        });
        let entry = self.entry(site, account.as_ref(), Some(actor), message)?;
        self.store.append_log(vec![entry]).await?;
        Ok(true)
    }

    /// Skips what waits for an account that is off and not held, within `at_most` or until somebody holds it or switches it
    /// on; answers whether that was all. Only what is as it was at `mark`.
    async fn skip_waiting(
        &self,
        actor: Option<&Actor>,
        account: &Account,
        mark: Timestamp,
        at_most: Duration,
    ) -> Result<bool, ServiceError> {
        let mut query = left_over(account, mark);
        let started = Instant::now();
        let mut all = 0;
        let ended = loop {
            match self.skip_step(&query).await {
                Ok(Some(changed)) => {
                    all += changed.count;
                    query.from = changed.next;
                }
                Ok(None) => break Ok(true),
                Err(error) => break Err(error),
            }
            if query.from.is_none() {
                break Ok(true);
            }
            if started.elapsed() > at_most {
                break Ok(false);
            }
        };
        if all > 0 {
            self.tell_change(actor, account.site_id, Some(account), SKIPPED, all)
                .await?;
        }
        ended
    }

    /// One step of it; `None` once its account is on again, or held.
    async fn skip_step(&self, query: &DeliveryQuery) -> Result<Option<Changed>, ServiceError> {
        let Some(account) = query.account else {
            return Ok(None);
        };
        let Some(account) = self.store.find_account(query.site, account).await? else {
            return Ok(None);
        };
        if !self.is_skipping(&account).await? {
            return Ok(None);
        }
        let changed = self
            .store
            .change_deliveries(query, SKIPPED, self.queue_time().await?)
            .await?;
        Ok(Some(changed))
    }

    /// Whether what waits for an account is to be skipped: it is off, and nothing holds its queue.
    async fn is_skipping(&self, account: &Account) -> Result<bool, ServiceError> {
        Ok(!account.active && self.store.find_hold(account.id).await?.is_none())
    }

    /// Skips what waits for an account that was just switched off and is not held, for a while: what is left, or was under
    /// way, is skipped by the engine and by [`Self::skip_left_over`]. That the account is off and not held says so.
    pub(crate) async fn skip_at_once(&self, actor: &Actor, account: &Account) -> Result<(), ServiceError> {
        let is_all = self
            .skip_waiting(Some(actor), account, self.just_after(), SKIPPING_MAX)
            .await?;
        if !is_all {
            self.left_over.notify_one();
        }
        Ok(())
    }

    /// Skips what was left of what was to be skipped when accounts were switched off.
    pub async fn skip_left_over(&self) -> Result<(), ServiceError> {
        for site in self.store.list_sites().await? {
            // From before the accounts are read: whoever is switched on since gets what comes in since.
            let now = self.now();
            for account in self.accounts_that_are(site.id, false, None).await? {
                let mark = left_over_mark(&account, now);
                self.skip_waiting(None, &account, mark, Duration::MAX).await?;
            }
        }
        Ok(())
    }

    /// Returns as soon as something may be left for [`Self::skip_left_over`] in this process, at the latest after
    /// `at_most`.
    pub async fn await_left_over(&self, at_most: Duration) {
        // That the time is up is an answer as well.
        let _ = tokio::time::timeout(at_most, self.left_over.notified()).await;
    }

    /// How many deliveries to an account are still to be skipped since it was switched off; counting stops at
    /// [`COUNT_MAX`]. 0 for one that is on, or whose queue is held.
    pub async fn count_left_over(&self, account: &Account) -> Result<u64, ServiceError> {
        if !self.is_skipping(account).await? {
            return Ok(0);
        }
        let time = self.queue_time().await?;
        let query = left_over(account, left_over_mark(account, time.due));
        Ok(self.store.count_changes(&query, SKIPPED, time, COUNT_MAX).await?)
    }

    /// The mark that leaves nothing out of what is there now.
    fn just_after(&self) -> Timestamp {
        Timestamp::from_ms(self.now().ms().saturating_add(1))
    }

    async fn tell_change(
        &self,
        actor: Option<&Actor>,
        site: SiteId,
        account: Option<&Account>,
        change: DeliveryChange,
        count: u64,
    ) -> Result<(), ServiceError> {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let message = LogMessage::counted(kind_of(change), count);
        let entry = self.entry(site, account, actor, message)?;
        self.store.append_log(vec![entry]).await?;
        tracing::info!(count, change = ?change, "deliveries changed");
        Ok(())
    }
}

const fn kind_of(change: DeliveryChange) -> LogKind {
    match change {
        DeliveryChange::RetryNow => LogKind::DeliveriesRetried,
        DeliveryChange::Skip(_) => LogKind::DeliveriesSkipped,
    }
}

/// What waits for an account since before `mark`.
fn left_over(account: &Account, mark: Timestamp) -> DeliveryQuery {
    DeliveryQuery {
        account: Some(account.id),
        states: Some(vec![domain::DeliveryState::Waiting]),
        updated_before: Some(mark),
        ..every_delivery(account.site_id, STEP_MAX)
    }
}

/// What was under way when an account was switched off came back within a while; what somebody has tried again since is to
/// wait.
fn left_over_mark(account: &Account, now: Timestamp) -> Timestamp {
    now.min(account.updated_at.plus_seconds(COMING_BACK_S))
}

const fn every_delivery(site: SiteId, limit: u32) -> DeliveryQuery {
    DeliveryQuery {
        site,
        updated_before: None,
        account: None,
        states: None,
        kind: None,
        class: None,
        entity_id: None,
        from: None,
        before: None,
        place: DeliveryPlace::Newest,
        limit,
    }
}

/// The smallest id after this one.
const fn next_id(id: EventId) -> EventId {
    EventId::new(Uuid::from_u128(id.uuid().as_u128().saturating_add(1)))
}
