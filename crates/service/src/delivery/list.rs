//! Reading deliveries and their attempts.

use std::borrow::Cow;

use domain::{
    Account, AccountId, AttemptOutcome, DELIVERY_PAGE_SIZE, DeliveryFilter, DeliveryFilterPlace, DeliveryId,
    Exchange, Fault, SiteId, Timestamp,
};
use persistence::{DeliveryPlace, DeliveryQuery, DeliveryRow, FailureGroup, StoredAttempt, StoredEvent};

use serde::{Deserialize, Serialize};

use crate::error::ServiceError;
use crate::event::first_event_id;
use crate::{LogRange, OpenPayload, Raccordo};

/// Where counting deliveries stops.
pub const COUNT_MAX: u32 = 10_000;
/// Groups of identical failures that are shown.
const GROUPS_MAX: usize = 20;
/// Groups that are looked through for those of one account: more than all accounts of a site have.
const GROUPS_READ_MAX: u32 = 1_000;
/// What the calls of attempts are sealed as.
const CALLS_KIND: &str = "attempt";

/// The calls of an attempt, as they are sealed.
#[derive(Serialize, Deserialize)]
struct Calls<'a> {
    exchanges: Cow<'a, [Exchange]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<Cow<'a, Fault>>,
}

/// A page of deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryPage {
    /// The deliveries, newest event first.
    pub rows: Vec<DeliveryRow>,
    /// Whether there are newer ones.
    pub has_newer: bool,
    /// Whether there are older ones.
    pub has_older: bool,
}

/// An attempt, as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAttempt {
    /// Its number, from 1.
    pub number: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds.
    pub ms: u32,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// Why it failed; in the platform's own words, where the calls can be opened.
    pub fault: Option<Fault>,
    /// The calls, redacted; `None` when they cannot be opened.
    pub exchanges: Option<Vec<Exchange>>,
}

/// A delivery with all that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryDetail {
    /// The delivery.
    pub row: DeliveryRow,
    /// Its account; `None` when it was deleted this very moment.
    pub account: Option<Account>,
    /// Its attempts, the first one first.
    pub attempts: Vec<OpenAttempt>,
    /// The event.
    pub event: StoredEvent,
    /// What the event carries, as the shop wrote it; `None` when it cannot be opened.
    pub data: Option<String>,
}

impl Raccordo {
    /// A page of deliveries.
    pub async fn list_deliveries(
        &self,
        site: SiteId,
        filter: &DeliveryFilter,
        range: LogRange,
    ) -> Result<DeliveryPage, ServiceError> {
        let query = self.delivery_query(site, filter, range, DELIVERY_PAGE_SIZE + 1)?;
        let mut rows = self.store.list_deliveries(&query).await?;
        let page = DELIVERY_PAGE_SIZE as usize;
        let has_more = rows.len() > page;
        let (has_newer, has_older) = match query.place {
            DeliveryPlace::Newest => (false, has_more),
            DeliveryPlace::OlderThan(_) => (true, has_more),
            DeliveryPlace::NewerThan(_) => (has_more, true),
        };
        if has_more {
            match query.place {
                DeliveryPlace::NewerThan(_) => drop(rows.remove(0)),
                DeliveryPlace::Newest | DeliveryPlace::OlderThan(_) => rows.truncate(page),
            }
        }
        Ok(DeliveryPage {
            rows,
            has_newer,
            has_older,
        })
    }

    /// Up to `limit` deliveries older than `after`, for whoever reads on page by page.
    pub async fn read_deliveries(
        &self,
        site: SiteId,
        filter: &DeliveryFilter,
        range: LogRange,
        after: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, ServiceError> {
        let filter = DeliveryFilter {
            place: after.map_or(DeliveryFilterPlace::Newest, DeliveryFilterPlace::OlderThan),
            ..filter.clone()
        };
        let query = self.delivery_query(site, &filter, range, limit)?;
        Ok(self.store.list_deliveries(&query).await?)
    }

    /// How many deliveries a filter finds, whatever its place; counting stops at [`COUNT_MAX`].
    pub async fn count_deliveries(
        &self,
        site: SiteId,
        filter: &DeliveryFilter,
        range: LogRange,
    ) -> Result<u64, ServiceError> {
        let query = self.delivery_query(site, filter, range, COUNT_MAX)?;
        Ok(self.store.count_deliveries(&query, COUNT_MAX).await?)
    }

    /// A delivery with its account, its attempts and its event.
    pub async fn find_delivery(
        &self,
        site: SiteId,
        id: DeliveryId,
    ) -> Result<Option<DeliveryDetail>, ServiceError> {
        let Some((row, attempts)) = self.store.find_delivery(site, id).await? else {
            return Ok(None);
        };
        let Some(event) = self.store.find_event(site, id.event).await? else {
            return Ok(None);
        };
        let data = match self.open_payload(&event)? {
            OpenPayload::Open { data, .. } => Some(data),
            OpenPayload::Locked | OpenPayload::Unreadable => None,
        };
        let attempts = attempts
            .into_iter()
            .map(|attempt| self.open_attempt(site, id, attempt))
            .collect();
        Ok(Some(DeliveryDetail {
            account: self.store.find_account(site, id.account).await?,
            row,
            attempts,
            event,
            data,
        }))
    }

    /// Identical failures, of one account or all, the latest first.
    pub async fn list_failure_groups(
        &self,
        site: SiteId,
        account: Option<AccountId>,
    ) -> Result<Vec<FailureGroup>, ServiceError> {
        let mut groups = self.store.list_failure_groups(site, GROUPS_READ_MAX).await?;
        groups.retain(|group| account.is_none_or(|id| group.account == id));
        groups.truncate(GROUPS_MAX);
        Ok(groups)
    }

    /// Seals the calls of an attempt, and why it failed in the platform's own words: they hold personal data.
    pub fn seal_calls(
        &self,
        site: SiteId,
        id: DeliveryId,
        exchanges: &[Exchange],
        fault: Option<&Fault>,
    ) -> Result<Vec<u8>, ServiceError> {
        let calls = Calls {
            exchanges: Cow::Borrowed(exchanges),
            fault: fault.map(Cow::Borrowed),
        };
        let json = serde_json::to_vec(&calls).map_err(ServiceError::Exchanges)?;
        self.seal_data(site, CALLS_KIND, &id.to_string(), &json)
    }

    fn open_attempt(&self, site: SiteId, id: DeliveryId, stored: StoredAttempt) -> OpenAttempt {
        let attempt = stored.attempt;
        let json = self.open_data(site, CALLS_KIND, &id.to_string(), &attempt.sealed_exchanges);
        let calls: Option<Calls<'_>> = json.ok().and_then(|json| serde_json::from_slice(&json).ok());
        let (exchanges, fault) = match calls {
            Some(calls) => (Some(calls.exchanges.into_owned()), calls.fault),
            None => (None, None),
        };
        OpenAttempt {
            number: stored.number,
            started_at: attempt.started_at,
            ms: attempt.ms,
            outcome: attempt.outcome,
            fault: fault.map(Cow::into_owned).or(attempt.fault),
            exchanges,
        }
    }

    pub(super) fn delivery_query(
        &self,
        site: SiteId,
        filter: &DeliveryFilter,
        range: LogRange,
        limit: u32,
    ) -> Result<DeliveryQuery, ServiceError> {
        let entity_id = match filter.entity.as_str() {
            "" => None,
            id => Some(self.stored_entity_id(site, id)?),
        };
        Ok(DeliveryQuery {
            site,
            updated_before: None,
            account: filter.account,
            states: filter.state.map(|state| vec![state]),
            kind: filter.kind,
            class: filter.class,
            entity_id,
            from: range.from.map(first_event_id),
            before: range.before.map(first_event_id),
            place: match filter.place {
                DeliveryFilterPlace::Newest => DeliveryPlace::Newest,
                DeliveryFilterPlace::OlderThan(id) => DeliveryPlace::OlderThan(id),
                DeliveryFilterPlace::NewerThan(id) => DeliveryPlace::NewerThan(id),
            },
            limit,
        })
    }
}
