//! What the API and the command line tell, as JSON: one shape for both. Times are RFC 3339; words are English. There is no
//! place for the value of a secret.

mod account;
mod answer;
mod delivery;
mod event;
mod failure;
mod fault;
mod log;
mod token;

use domain::Timestamp;
use events::Time;
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use account::{Account, Activity, InTheWay, Test};
pub(crate) use answer::{AccountAnswer, AccountBrief, DeliveryAnswer, DeliveryBrief, TestAnswer, TestBrief};
pub(crate) use delivery::{Delivery, DeliveryDetail};
pub(crate) use event::{Event, EventDetail, Explained};
pub(crate) use failure::FailureGroup;
pub(crate) use fault::Fault;
pub(crate) use log::LogEntry;
pub(crate) use token::{NewToken, Token};

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// What is on it, newest first; accounts by their description.
    pub(crate) items: Vec<T>,
    /// The address of the next page; left out on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/api/v1/events?limit=50&cursor=019a9b57-2c00-7000-8000-000000000001")]
    pub(crate) next: Option<String>,
}

/// What something is about.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Entity {
    /// `customer`, `cart`, `order`, `product`, `category` or `page`.
    #[serde(rename = "type")]
    #[schema(example = "order")]
    pub(crate) entity_type: &'static str,
    /// Its id, as the shop calls it.
    #[schema(example = "10421")]
    pub(crate) id: String,
}

/// An instant in the form of the answers.
pub(crate) fn time(at: Timestamp) -> Time {
    Time::from(at)
}
