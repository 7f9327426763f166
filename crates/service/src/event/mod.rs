//! Events: taking them in, reading them, explaining what becomes of them, removing what is old.

mod accept;
mod explain;
mod purge;
mod read;
mod shop;

pub use accept::AcceptError;
pub use explain::{ExplainError, Explained};
pub use purge::EventPurge;
pub use read::{EventDetail, OpenPayload};

pub(crate) use accept::{EventIds, first_event_id};
pub(crate) use shop::Shops;

/// What payloads are sealed as.
const DATA_KIND: &str = "event";
