//! Eventi and Spiega.

use std::collections::BTreeMap;

use domain::{EventId, EventKind};
use persistence::{DeliveryRow, EventQuery, StoredEvent};
use service::{ExplainError, Explained, OpenPayload, Plan, ServiceError};

use super::Cx;
use super::read::{failed, signed_in};
use crate::load::LoadError;
use crate::outcome::Problem;
use crate::view::{
    EventRowView, EventsView, ExplainView, ExplainedView, PlanView, PlannedCallView, ReceiverView,
};

/// Events on a page.
const PAGE_SIZE: u32 = 50;

pub(crate) async fn events(query: &str) -> Result<EventsView, LoadError> {
    let (cx, _) = signed_in()?;
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let value = |name: &str| super::value(&pairs, name).trim().to_owned();
    let kind = EventKind::from_code(&value("kind"));
    let entity = Some(value("entity")).filter(|entity| !entity.is_empty());
    let older_than = value("older").parse().ok();
    let query = EventQuery {
        site: cx.site.id,
        kind,
        entity_id: entity.clone(),
        older_than,
        limit: PAGE_SIZE + 1,
    };
    let mut events = cx.raccordo.list_events(&query).await.map_err(failed)?;
    let has_older = events.len() > PAGE_SIZE as usize;
    events.truncate(PAGE_SIZE as usize);
    Ok(EventsView {
        older: events.last().filter(|_| has_older).map(|event| event.id),
        rows: cx.event_rows(&events).await.map_err(failed)?,
        has_newer: older_than.is_some(),
        is_narrowed: kind.is_some() || entity.is_some() || older_than.is_some(),
        kept_days: cx.events_kept_days(),
    })
}

pub(crate) async fn explain(id: EventId) -> Result<ExplainView, LoadError> {
    let (cx, _) = signed_in()?;
    let not_found = LoadError::Failed(Problem::NotFound);
    let found = cx.raccordo.find_event(cx.site.id, id).await.map_err(failed)?;
    let found = found.ok_or(not_found)?;
    let explained = cx.raccordo.explain(cx.site.id, id).await.map_err(failed)?;
    let data = match found.payload {
        OpenPayload::Open { data, .. } => Some(data),
        OpenPayload::Locked | OpenPayload::Unreadable => None,
    };
    Ok(ExplainView {
        event: cx.event_view(&found.event, data),
        accounts: explained
            .ok_or(not_found)?
            .into_iter()
            .map(|one| cx.explained(one))
            .collect(),
    })
}

impl Cx {
    fn explained(&self, explained: Explained) -> ExplainedView {
        let texts = crate::text::texts(self.language);
        let plan = match explained.plan {
            Ok(Plan::Calls(calls)) => {
                let calls = calls.into_iter().map(|call| PlannedCallView {
                    method: call.method,
                    url: call.url,
                    body: call.body,
                });
                PlanView::Calls(calls.collect())
            }
            Ok(Plan::Skip(reason)) => PlanView::Skip(reason.text().get(self.language).to_owned()),
            Err(ExplainError::AccountLocked | ExplainError::PayloadLocked) => {
                PlanView::Untold(texts.delivery.explain_locked.to_owned())
            }
            Err(ExplainError::PayloadUnreadable) => {
                PlanView::Untold(texts.delivery.explain_unreadable.to_owned())
            }
        };
        let account = explained.account;
        ExplainedView {
            to: ReceiverView {
                id: account.id,
                description: account.description.to_string(),
                platform: account.platform(),
            },
            plan,
        }
    }

    async fn event_rows(&self, events: &[StoredEvent]) -> Result<Vec<EventRowView>, ServiceError> {
        let mut deliveries = Vec::new();
        for event in events {
            let store = self.raccordo.store();
            deliveries.extend(store.list_deliveries_of(self.site.id, event.id).await?);
        }
        let receivers = self.receivers_of(&deliveries).await?;
        let mut of: BTreeMap<EventId, Vec<&DeliveryRow>> = BTreeMap::new();
        for delivery in &deliveries {
            of.entry(delivery.id.event).or_default().push(delivery);
        }
        let row = |event: &StoredEvent| EventRowView {
            id: event.id,
            at: self.logged(event.received_at),
            kind: event.kind,
            entity_id: event.entity_id.clone(),
            deliveries: of
                .get(&event.id)
                .into_iter()
                .flatten()
                .filter_map(|row| {
                    let (receiver, _) = receivers.get(&row.id.account)?;
                    Some((row.id, receiver.clone(), row.state))
                })
                .collect(),
        };
        Ok(events.iter().map(row).collect())
    }
}
