//! Deliveries and their attempts.

use domain::{ATTEMPTS_MAX, AccountId, AttemptOutcome, DeliveryState, EventId, FaultClass};
use events::Time;
use persistence::{DeliveryRow, QueueTime};
use serde::Serialize;
use serde_json::value::RawValue;
use service::OpenAttempt;
use utoipa::ToSchema;

use super::event::Rule;
use super::{Entity, Event, Fault, time};

/// One event on its way to one account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Delivery {
    /// Its name: `EVENT.ACCOUNT`.
    #[schema(example = "019a9b57-2c00-7000-8000-000000000001.019a9b57-2c00-7000-8000-000000000002")]
    pub(crate) id: String,
    /// The event.
    #[schema(value_type = String, format = "uuid")]
    pub(crate) event: EventId,
    /// The account.
    #[schema(value_type = String, format = "uuid")]
    pub(crate) account: AccountId,
    /// The account's platform.
    pub(crate) platform: &'static str,
    /// The type of the event.
    #[serde(rename = "type")]
    #[schema(example = "raccordo.order.placed.v1")]
    pub(crate) kind: &'static str,
    /// What it is about.
    pub(crate) entity: Entity,
    /// `waiting`, `delivered`, `refused`, `given_up`, `skipped` or `unknown`.
    #[schema(value_type = String, example = "delivered")]
    pub(crate) state: DeliveryState,
    /// Why it was skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) skipped: Option<Rule>,
    /// Why the last attempt failed, in short.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) class: Option<FaultClass>,
    /// Attempts made.
    pub(crate) attempts: u32,
    /// Most attempts.
    pub(crate) attempts_max: u32,
    /// Whether an attempt is under way.
    pub(crate) is_under_way: bool,
    /// When the event came in.
    pub(crate) received_at: Time,
    /// When the next attempt is due, while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) due_at: Option<Time>,
    /// When it last changed.
    pub(crate) updated_at: Time,
    /// How long the last attempt took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_ms: Option<u32>,
}

impl Delivery {
    /// A delivery as it stands at `now`: a lease that has run out is none.
    pub(crate) fn new(row: &DeliveryRow, now: QueueTime) -> Self {
        let waits = row.state == DeliveryState::Waiting;
        Self {
            id: row.id.to_string(),
            event: row.id.event,
            account: row.id.account,
            platform: row.platform.code(),
            kind: row.kind.type_name(),
            entity: Entity {
                entity_type: row.kind.entity().code(),
                id: row.entity_id.clone(),
            },
            state: row.state,
            skipped: row.reason.map(Rule::from),
            class: row.class,
            attempts: row.attempts,
            attempts_max: ATTEMPTS_MAX,
            is_under_way: row.is_under_way(now.leases),
            received_at: time(row.received_at),
            due_at: waits.then(|| time(row.due_at)),
            updated_at: time(row.updated_at),
            last_ms: row.last_ms,
        }
    }
}

/// A delivery with its attempts and its event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryDetail {
    /// The delivery.
    pub(crate) delivery: Delivery,
    /// The description of its account; left out when that is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account_description: Option<String>,
    /// Its attempts, the first one first.
    pub(crate) attempts: Vec<Attempt>,
    /// Its event.
    pub(crate) event: Event,
    /// The event's payload; left out where it cannot be opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub(crate) data: Option<Box<RawValue>>,
}

/// An attempt.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Attempt {
    /// Its number, from 1.
    pub(crate) number: u32,
    /// When it began.
    pub(crate) started_at: Time,
    /// How long it took, in milliseconds.
    pub(crate) ms: u32,
    /// Whether the platform took it.
    pub(crate) delivered: bool,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fault: Option<Fault>,
    /// The calls, redacted; left out where they cannot be opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub(crate) exchanges: Option<Vec<domain::Exchange>>,
}

impl Attempt {
    fn new(attempt: OpenAttempt, platform: domain::Platform) -> Self {
        let fault = match (attempt.outcome, &attempt.fault) {
            (AttemptOutcome::Failed(class), Some(fault)) => Some(Fault::new(fault, class, platform)),
            _ => None,
        };
        Self {
            number: attempt.number,
            started_at: time(attempt.started_at),
            ms: attempt.ms,
            delivered: attempt.outcome == AttemptOutcome::Delivered,
            fault,
            exchanges: attempt.exchanges,
        }
    }
}

impl DeliveryDetail {
    /// A delivery as it stands at `now`.
    pub(crate) fn new(detail: service::DeliveryDetail, now: QueueTime) -> Self {
        let platform = detail.row.platform;
        Self {
            delivery: Delivery::new(&detail.row, now),
            account_description: detail.account.map(|account| account.description.to_string()),
            attempts: detail
                .attempts
                .into_iter()
                .map(|attempt| Attempt::new(attempt, platform))
                .collect(),
            event: Event::from(&detail.event),
            data: detail.data.and_then(|data| RawValue::from_string(data).ok()),
        }
    }
}
