//! Reading events.

use domain::{EventId, SiteId};
use events::Payload;
use persistence::{DeliveryRow, EventQuery, StoredEvent};

use super::DATA_KIND;
use crate::Raccordo;
use crate::error::ServiceError;
use crate::key::ClosedData;

/// What an event carries.
#[derive(Debug, Clone, PartialEq)]
pub enum OpenPayload {
    /// It can be read.
    Open {
        /// The payload.
        payload: Payload,
        /// The same, as the shop wrote it.
        data: String,
    },
    /// The master key is missing or another one.
    Locked,
    /// It was altered or moved, or an earlier release took in what this one does not.
    Unreadable,
}

/// An event with what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct EventDetail {
    /// The event.
    pub event: StoredEvent,
    /// What it carries.
    pub payload: OpenPayload,
    /// Its deliveries.
    pub deliveries: Vec<DeliveryRow>,
}

impl Raccordo {
    /// Events without their payloads, newest first. An e-mail address as the id finds the events of somebody who is not
    /// registered.
    pub async fn list_events(&self, query: &EventQuery) -> Result<Vec<StoredEvent>, ServiceError> {
        let mut query = query.clone();
        if let Some(entity) = &mut query.entity_id {
            *entity = self.stored_entity_id(query.site, entity)?;
        }
        Ok(self.store.list_events(&query).await?)
    }

    /// An event with its payload and its deliveries.
    pub async fn find_event(&self, site: SiteId, id: EventId) -> Result<Option<EventDetail>, ServiceError> {
        let Some(event) = self.store.find_event(site, id).await? else {
            return Ok(None);
        };
        let deliveries = self.store.list_deliveries_of(site, id).await?;
        Ok(Some(EventDetail {
            payload: self.open_payload(&event)?,
            event,
            deliveries,
        }))
    }

    /// What a stored event carries, opened and read.
    pub fn open_payload(&self, event: &StoredEvent) -> Result<OpenPayload, ServiceError> {
        let opened = self.open_data(event.site, DATA_KIND, &event.id.to_string(), &event.sealed);
        let bytes = match opened {
            Ok(bytes) => bytes,
            Err(ClosedData::Locked) => return Ok(OpenPayload::Locked),
            Err(ClosedData::Unreadable) => return Ok(OpenPayload::Unreadable),
        };
        let read = String::from_utf8(bytes)
            .ok()
            .and_then(|data| Some((Payload::parse(event.kind, &data).ok()?, data)));
        Ok(match read {
            Some((payload, data)) => OpenPayload::Open { payload, data },
            None => OpenPayload::Unreadable,
        })
    }
}
