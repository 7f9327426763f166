//! What stands in the database after the panel was stopped.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use domain::{DeliveryState, EventId, SiteId, Timestamp};
use persistence::{
    DeliveryChange, DeliveryPlace, DeliveryQuery, DeliveryRow, EventQuery, Store, StoredEvent,
};

use super::Shop;
use crate::place::Place;

/// Rows that are read at once.
const PAGE: u32 = 2_000;

/// An open database.
pub(crate) struct Books {
    /// The store.
    pub(crate) store: Arc<dyn Store>,
    /// The site.
    pub(crate) site: SiteId,
}

impl Books {
    /// Opens the database of a place.
    pub(crate) async fn open(place: &Place) -> Result<Self> {
        let store = place.open().await?;
        let sites = store.list_sites().await?;
        let site = sites.first().context("the database has no site")?.id;
        Ok(Self { store, site })
    }

    /// Closes it.
    pub(crate) async fn close(self) {
        self.store.close().await;
    }

    /// The newest event, with its payload.
    pub(crate) async fn newest(&self) -> Result<StoredEvent> {
        let events = self.store.list_events(&self.events(None, 1)).await?;
        let newest = events.first().context("there is no event")?.id;
        let found = self.store.find_event(self.site, newest).await?;
        found.context("the newest event is gone")
    }

    /// The shop's numbers of all events, and how often each is there.
    pub(crate) async fn numbers(&self) -> Result<BTreeMap<u32, u32>> {
        let mut numbers = BTreeMap::new();
        let mut older_than = None;
        loop {
            let page = self.store.list_events(&self.events(older_than, PAGE)).await?;
            let Some(last) = page.last() else {
                return Ok(numbers);
            };
            older_than = Some(last.id);
            for event in &page {
                if let Some(number) = Shop::event_number(&event.external_id) {
                    *numbers.entry(number).or_default() += 1;
                }
            }
        }
    }

    /// How many of `accepted` are there exactly once.
    pub(crate) async fn count(&self, accepted: &[u32]) -> Result<usize> {
        let numbers = self.numbers().await?;
        Ok(accepted
            .iter()
            .filter(|number| numbers.get(number) == Some(&1))
            .count())
    }

    /// How many deliveries stand in a state.
    pub(crate) async fn count_in(&self, state: DeliveryState) -> Result<u64> {
        let query = DeliveryQuery {
            states: Some(vec![state]),
            ..self.deliveries()
        };
        Ok(self.store.count_deliveries(&query, u32::MAX).await?)
    }

    /// All deliveries, newest first.
    pub(crate) async fn list(&self) -> Result<Vec<DeliveryRow>> {
        self.list_in(None).await
    }

    /// The deliveries that a panel holds, or has held when it was killed; each with the end of its claim.
    pub(crate) async fn claims(&self) -> Result<Vec<(DeliveryRow, Timestamp)>> {
        let waiting = self.list_in(Some(vec![DeliveryState::Waiting])).await?;
        Ok(waiting
            .into_iter()
            .filter_map(|row| row.leased_until.map(|until| (row, until)))
            .collect())
    }

    async fn list_in(&self, states: Option<Vec<DeliveryState>>) -> Result<Vec<DeliveryRow>> {
        let mut rows: Vec<DeliveryRow> = Vec::new();
        loop {
            let query = DeliveryQuery {
                states: states.clone(),
                place: rows
                    .last()
                    .map_or(DeliveryPlace::Newest, |last| DeliveryPlace::OlderThan(last.id)),
                ..self.deliveries()
            };
            let page = self.store.list_deliveries(&query).await?;
            if page.is_empty() {
                return Ok(rows);
            }
            rows.extend(page);
        }
    }

    /// Makes everything due that stands in one of these states, unless it is due already; answers how many that were.
    pub(crate) async fn retry(&self, states: &[DeliveryState], now: Timestamp) -> Result<u64> {
        let mut query = DeliveryQuery {
            states: Some(states.to_vec()),
            ..self.deliveries()
        };
        let time = self.store.queue_time(now).await?;
        let mut all = 0;
        loop {
            let changed = self
                .store
                .change_deliveries(&query, DeliveryChange::RetryNow, time)
                .await?;
            all += changed.count;
            if changed.next.is_none() {
                return Ok(all);
            }
            query.from = changed.next;
        }
    }

    fn events(&self, older_than: Option<EventId>, limit: u32) -> EventQuery {
        EventQuery {
            site: self.site,
            kind: None,
            entity_id: None,
            older_than,
            limit,
        }
    }

    fn deliveries(&self) -> DeliveryQuery {
        DeliveryQuery {
            site: self.site,
            account: None,
            states: None,
            kind: None,
            class: None,
            entity_id: None,
            from: None,
            before: None,
            updated_before: None,
            place: DeliveryPlace::Newest,
            limit: PAGE,
        }
    }
}
