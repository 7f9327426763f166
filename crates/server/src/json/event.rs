//! Events.

use domain::{AccountId, EventId, Language};
use events::Time;
use persistence::{QueueTime, StoredEvent};
use platforms::Plan;
use serde::Serialize;
use serde_json::value::RawValue;
use service::OpenPayload;
use utoipa::ToSchema;

use super::{Delivery, Entity, time};

/// An event that was taken in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Event {
    /// Its id here.
    #[schema(value_type = String, format = "uuid")]
    pub(crate) id: EventId,
    /// Where the shop says that it comes from.
    pub(crate) source: String,
    /// The shop's own id.
    pub(crate) external_id: String,
    /// Its CloudEvents type.
    #[serde(rename = "type")]
    #[schema(example = "raccordo.order.placed.v1")]
    pub(crate) kind: &'static str,
    /// What it is about.
    pub(crate) entity: Entity,
    /// When it happened, by the shop's clock.
    pub(crate) occurred_at: Time,
    /// When it came in.
    pub(crate) received_at: Time,
}

impl From<&StoredEvent> for Event {
    fn from(event: &StoredEvent) -> Self {
        Self {
            id: event.id,
            source: event.source.clone(),
            external_id: event.external_id.clone(),
            kind: event.kind.type_name(),
            entity: Entity {
                entity_type: event.kind.entity().code(),
                id: event.entity_id.clone(),
            },
            occurred_at: time(event.occurred_at),
            received_at: time(event.received_at),
        }
    }
}

/// An event with its payload and its deliveries.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventDetail {
    /// The event.
    pub(crate) event: Event,
    /// Its payload; left out where it cannot be opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub(crate) data: Option<Box<RawValue>>,
    /// Whether the payload is sealed with a master key that the server does not have.
    pub(crate) is_locked: bool,
    /// Its deliveries.
    pub(crate) deliveries: Vec<Delivery>,
}

impl EventDetail {
    /// An event as it stands at `now`.
    pub(crate) fn new(detail: service::EventDetail, now: QueueTime) -> Self {
        let is_locked = matches!(detail.payload, OpenPayload::Locked);
        let data = match detail.payload {
            OpenPayload::Open { data, .. } => RawValue::from_string(data).ok(),
            OpenPayload::Locked | OpenPayload::Unreadable => None,
        };
        Self {
            event: Event::from(&detail.event),
            data,
            is_locked,
            deliveries: detail
                .deliveries
                .iter()
                .map(|row| Delivery::new(row, now))
                .collect(),
        }
    }
}

/// What would be sent to an account for an event: `calls`, or why nothing, or why it cannot be told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Explained {
    /// The account.
    #[schema(value_type = String, format = "uuid")]
    pub(crate) account: AccountId,
    /// Its platform.
    pub(crate) platform: &'static str,
    /// Its description.
    pub(crate) description: String,
    /// The calls, one after the other.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) calls: Vec<Call>,
    /// The rule by which nothing is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) skipped: Option<Rule>,
    /// Why it cannot be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<String>,
}

/// A call that would be made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Call {
    /// The method.
    pub(crate) method: String,
    /// The address, with `▇` where a secret would stand.
    pub(crate) url: String,
    /// The body, redacted; ids that only the answers will tell stand in angle brackets.
    pub(crate) body: String,
}

/// A rule by which nothing is sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rule {
    /// Its code.
    #[schema(example = "unpaid")]
    pub(crate) reason: &'static str,
    /// The same as a sentence.
    pub(crate) text: &'static str,
}

impl From<domain::SkipReason> for Rule {
    fn from(reason: domain::SkipReason) -> Self {
        Self {
            reason: reason.code(),
            text: reason.text().get(Language::En),
        }
    }
}

impl From<service::Explained> for Explained {
    fn from(explained: service::Explained) -> Self {
        let (mut calls, mut skipped, mut problem) = (Vec::new(), None, None);
        match explained.plan {
            Ok(Plan::Calls(planned)) => {
                calls = planned
                    .into_iter()
                    .map(|call| Call {
                        method: call.method,
                        url: call.url,
                        body: call.body,
                    })
                    .collect();
            }
            Ok(Plan::Skip(reason)) => skipped = Some(Rule::from(reason)),
            Err(error) => problem = Some(error.to_string()),
        }
        Self {
            account: explained.account.id,
            platform: explained.account.platform().code(),
            description: explained.account.description.to_string(),
            calls,
            skipped,
            problem,
        }
    }
}
