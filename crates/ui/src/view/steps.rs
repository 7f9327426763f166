//! Work that a form does in steps.

use domain::{EventAge, EventId, Timestamp};
use serde::{Deserialize, Serialize};

use super::When;

/// How far such work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepsView {
    /// When it was asked for: what has come or changed since is left alone.
    pub mark: Timestamp,
    /// How much is done already.
    pub done: u32,
    /// How much there was at the beginning; `None` when it was more than is counted.
    pub total: Option<u32>,
    /// The event from which, or after which, the next step goes on.
    pub after: Option<EventId>,
}

impl StepsView {
    /// Whether there has been a step.
    pub const fn has_begun(self) -> bool {
        self.done > 0 || self.after.is_some()
    }
}

/// Asks before old events are removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurgeView {
    /// How old they are at least.
    pub age: EventAge,
    /// Those that came in before.
    pub before: When,
    /// How many would go now.
    pub removable: u32,
    /// How many would stay, because a delivery of them waits.
    pub waiting: u32,
    /// Whether there are more than were counted.
    pub is_more: bool,
    /// How far it is.
    pub steps: StepsView,
}
