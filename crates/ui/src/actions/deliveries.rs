//! Consegne: what the list reads.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use domain::{
    AccountFilter, AccountId, DeliveryFilter, DeliveryFilterPlace, DeliveryId, DeliveryState, EventKind,
};
use persistence::{DeliveryRow, FailureGroup, Hold, QueueTime};
use service::{DeliveryPage, LogRange, ServiceError};

use super::change_deliveries::change_of;
use super::read::{failed, signed_in};
use super::{Cx, Pairs};
use crate::load::LoadError;
use crate::view::{
    DeliveriesTailView, DeliveriesView, DeliveryRowView, FailureGroupView, OffersView, ReceiverView,
    TAIL_ROWS_MAX,
};

/// Seconds of a day.
const DAY_S: u64 = 86_400;
/// Pages of accounts that a filter offers at most: 200 accounts.
const ACCOUNT_PAGES_MAX: u32 = 4;
/// The filter of pairs.
pub(super) fn filter_of(pairs: &Pairs) -> DeliveryFilter {
    DeliveryFilter::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

pub(super) fn pairs_of(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

pub(super) fn counted(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

pub(crate) async fn deliveries(query: &str) -> Result<DeliveriesView, LoadError> {
    let (cx, _) = signed_in()?;
    let mut filter = filter_of(&pairs_of(query));
    let mut page = cx.deliveries(&filter).await.map_err(failed)?;
    // Nothing newer is left, or the delivery to go on from is gone: the page that exists is the first one.
    let is_first = match filter.place {
        DeliveryFilterPlace::Newest => false,
        DeliveryFilterPlace::NewerThan(_) => !page.has_newer,
        DeliveryFilterPlace::OlderThan(_) => page.rows.is_empty(),
    };
    if is_first {
        filter.place = DeliveryFilterPlace::Newest;
        page = cx.deliveries(&filter).await.map_err(failed)?;
    }
    Ok(DeliveriesView {
        newer: edge(page.has_newer, page.rows.first()),
        older: edge(page.has_older, page.rows.last()),
        rows: cx.delivery_rows(&page.rows).await.map_err(failed)?,
        accounts: cx.receivers().await.map_err(failed)?,
        groups: cx.failure_groups(&filter).await.map_err(failed)?,
        offers: cx.offers(&filter).await.map_err(failed)?,
        kept_days: cx.events_kept_days(),
        filter,
    })
}

/// What has become of the newest deliveries since `after` was the newest one shown: as many pages of them as a list that
/// is followed holds.
pub(crate) async fn tail(query: &str, after: Option<&str>) -> Result<DeliveriesTailView, LoadError> {
    let (cx, _) = signed_in()?;
    let after: Option<DeliveryId> = after.and_then(|after| after.parse().ok());
    let newest = DeliveryFilter {
        place: DeliveryFilterPlace::Newest,
        ..filter_of(&pairs_of(query))
    };
    let mut page = cx.deliveries(&newest).await.map_err(failed)?;
    while page.has_older
        && page.rows.len() < TAIL_ROWS_MAX
        && let (Some(after), Some(last)) = (after, page.rows.last())
        && last.id > after
    {
        let filter = DeliveryFilter {
            place: DeliveryFilterPlace::OlderThan(last.id),
            ..newest.clone()
        };
        let next = cx.deliveries(&filter).await.map_err(failed)?;
        page.rows.extend(next.rows);
        page.has_older = next.has_older;
    }
    let last = page.rows.last().map(|row| row.id);
    let joins = !page.has_older || after.zip(last).is_some_and(|(after, last)| last <= after);
    Ok(DeliveriesTailView {
        older: edge(page.has_older, page.rows.last()),
        rows: cx.delivery_rows(&page.rows).await.map_err(failed)?,
        joins,
        groups: cx.failure_groups(&newest).await.map_err(failed)?,
        offers: cx.offers(&newest).await.map_err(failed)?,
    })
}

fn edge(has_more: bool, row: Option<&DeliveryRow>) -> Option<DeliveryId> {
    row.filter(|_| has_more).map(|row| row.id)
}

impl Cx {
    pub(super) fn delivery_range(&self, filter: &DeliveryFilter) -> LogRange {
        crate::when::range(filter.from.as_ref(), filter.to.as_ref(), &self.site)
    }

    async fn deliveries(&self, filter: &DeliveryFilter) -> Result<DeliveryPage, ServiceError> {
        let range = self.delivery_range(filter);
        self.raccordo.list_deliveries(self.site.id, filter, range).await
    }

    /// What can be done with all that a filter finds.
    async fn offers(&self, filter: &DeliveryFilter) -> Result<OffersView, ServiceError> {
        Ok(OffersView {
            retries: self.is_offered(filter, true).await?,
            skips: self.is_offered(filter, false).await?,
        })
    }

    async fn is_offered(&self, filter: &DeliveryFilter, retries: bool) -> Result<bool, ServiceError> {
        match change_of(filter, retries) {
            Some(change) => {
                let range = self.delivery_range(filter);
                self.raccordo
                    .would_change(self.site.id, filter, range, change)
                    .await
            }
            None => Ok(false),
        }
    }

    pub(super) fn events_kept_days(&self) -> Option<u32> {
        let kept = self.raccordo.limits().events_kept?;
        Some(counted(kept.as_secs() / DAY_S))
    }

    /// The accounts of a list of deliveries, with the holds of their queues.
    pub(super) async fn receivers_of(
        &self,
        rows: &[DeliveryRow],
    ) -> Result<BTreeMap<AccountId, (ReceiverView, Option<Hold>)>, ServiceError> {
        // The deliveries of a page go to few accounts.
        let mut receivers = BTreeMap::new();
        for row in rows {
            let id = row.id.account;
            if let Entry::Vacant(place) = receivers.entry(id) {
                place.insert(self.receiver_of(row).await?);
            }
        }
        Ok(receivers)
    }

    /// The account of a delivery, with the hold of its queue.
    pub(super) async fn receiver_of(
        &self,
        row: &DeliveryRow,
    ) -> Result<(ReceiverView, Option<Hold>), ServiceError> {
        let id = row.id.account;
        let stored = self.raccordo.find_account(self.site.id, id).await?;
        let hold = match &stored {
            Some(_) => self.raccordo.store().find_hold(id).await?,
            None => None,
        };
        let now = self.raccordo.now();
        let receiver = ReceiverView {
            id,
            description: stored
                .map(|stored| stored.account.description.to_string())
                .unwrap_or_default(),
            platform: row.platform,
        };
        Ok((
            receiver,
            hold.filter(|hold| hold.until.is_none_or(|until| now < until)),
        ))
    }

    pub(super) async fn delivery_rows(
        &self,
        rows: &[DeliveryRow],
    ) -> Result<Vec<DeliveryRowView>, ServiceError> {
        let receivers = self.receivers_of(rows).await?;
        let time = self.raccordo.queue_time().await?;
        let view = |row: &DeliveryRow| {
            let (to, hold) = receivers.get(&row.id.account)?;
            Some(self.delivery_row(row, time, to.clone(), hold.as_ref()))
        };
        Ok(rows.iter().filter_map(view).collect())
    }

    pub(super) fn delivery_row(
        &self,
        row: &DeliveryRow,
        time: QueueTime,
        to: ReceiverView,
        hold: Option<&Hold>,
    ) -> DeliveryRowView {
        let (now, language) = (time.due, self.language);
        let is_under_way = row.is_under_way(time.leases);
        let waits = row.state == DeliveryState::Waiting && !is_under_way;
        let class = || row.class.map(|class| class.title().get(language));
        let why = match (row.state, hold) {
            (DeliveryState::Delivered, _) => None,
            (DeliveryState::Skipped, _) => row.reason.map(|reason| reason.text().get(language)),
            (DeliveryState::Waiting, Some(_)) => Some(crate::text::texts(language).queue.held),
            _ => class(),
        };
        DeliveryRowView {
            id: row.id,
            at: crate::when::logged(row.received_at, now, &self.site, language),
            kind: row.kind,
            entity_id: row.entity_id.clone(),
            to,
            state: row.state,
            is_under_way,
            why: why.unwrap_or_default().to_owned(),
            due: (waits && hold.is_none()).then(|| crate::when::until(row.due_at, now, &self.site, language)),
            attempts: row.attempts,
            ms: row.last_ms,
        }
    }

    /// The accounts to choose from.
    async fn receivers(&self) -> Result<Vec<ReceiverView>, ServiceError> {
        let mut receivers = Vec::new();
        for page in 1..=ACCOUNT_PAGES_MAX {
            let filter = AccountFilter {
                page,
                ..AccountFilter::default()
            };
            let listed = self.raccordo.list_accounts(self.site.id, filter).await?;
            // Beyond the last page it answers the last one again.
            if listed.filter.page != page {
                break;
            }
            receivers.extend(listed.rows.iter().map(|row| ReceiverView {
                id: row.account.id,
                description: row.account.description.to_string(),
                platform: row.account.platform(),
            }));
            if u64::try_from(receivers.len()).unwrap_or(u64::MAX) >= listed.matching {
                break;
            }
        }
        receivers.retain(|receiver| EventKind::ALL.iter().any(|kind| kind.reaches(receiver.platform)));
        Ok(receivers)
    }

    /// Identical failures, as long as nothing but the account narrows the list.
    async fn failure_groups(&self, filter: &DeliveryFilter) -> Result<Vec<FailureGroupView>, ServiceError> {
        let others = DeliveryFilter {
            account: None,
            ..filter.clone()
        };
        if others != DeliveryFilter::default() {
            return Ok(Vec::new());
        }
        let groups = self
            .raccordo
            .list_failure_groups(self.site.id, filter.account)
            .await?;
        let mut views = Vec::new();
        for group in groups {
            views.extend(self.failure_group(&group).await?);
        }
        Ok(views)
    }

    async fn failure_group(&self, group: &FailureGroup) -> Result<Option<FailureGroupView>, ServiceError> {
        let stored = self.raccordo.find_account(self.site.id, group.account).await?;
        Ok(stored.map(|stored| FailureGroupView {
            to: ReceiverView {
                id: group.account,
                description: stored.account.description.to_string(),
                platform: stored.account.platform(),
            },
            state: group.state,
            class: group.class,
            count: counted(group.count),
            since: crate::when::since(group.since, self.raccordo.now(), &self.site, self.language),
        }))
    }
}
