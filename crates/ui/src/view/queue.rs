//! What the pages about an account's queue show.

use domain::{AccountId, HoldReason};
use serde::{Deserialize, Serialize};

use super::{AccountRowView, When};

/// The last 24 hours of an account, and what waits for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityView {
    /// The account.
    pub id: AccountId,
    /// Whether it is active.
    pub active: bool,
    /// The hours, the oldest first.
    pub hours: Vec<HourView>,
    /// What waits.
    pub queued: QueuedView,
    /// Deliveries that are still being skipped since it was switched off, as far as they were counted.
    pub skipping: u32,
    /// When the oldest of those due came in.
    pub oldest: Option<When>,
    /// The last success.
    pub delivered: Option<When>,
    /// Why the queue is held.
    pub hold: Option<HoldView>,
}

/// What waits for an account, and about what it takes to work it off.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct QueuedView {
    /// Deliveries that are due.
    pub waiting: u32,
    /// Whether there are more: counting has an end.
    pub is_more: bool,
    /// Deliveries whose time has not come.
    pub later: u32,
    /// Calls that what is due takes, as far as it can be told.
    pub calls: Option<u32>,
    /// Deliveries of those due that will be skipped without a call.
    pub needless: u32,
    /// Whether the last two were reckoned from a part of a large backlog.
    pub is_sampled: bool,
    /// How long the calls take, in words, as far as it can be told.
    pub expected: Option<String>,
}

/// An hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HourView {
    /// When it began: `14:00`.
    pub label: String,
    /// Deliveries that ended well.
    pub delivered: u32,
    /// Deliveries that failed for good.
    pub failed: u32,
    /// Attempts that failed and are tried again.
    pub retried: u32,
    /// Deliveries that were skipped.
    pub skipped: u32,
}

/// A queue that is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldView {
    /// Why.
    pub reason: HoldReason,
    /// Since when.
    pub since: When,
    /// Until when; `None` until somebody lets it go.
    pub until: Option<When>,
}

/// Asks what becomes of what waits, before accounts are switched off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeactivateView {
    /// The accounts, with what waits for each; those that are gone or off by now are left out.
    pub accounts: Vec<(AccountRowView, QueuedView)>,
}
