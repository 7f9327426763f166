//! What the pages about events and deliveries show.

use domain::{
    AccountId, DeliveryFilter, DeliveryId, DeliveryState, EventId, EventKind, FaultClass, Platform,
};
use serde::{Deserialize, Serialize};

use super::{StepsView, When};

/// Consegne.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveriesView {
    /// What is shown; the place is the one that exists, not the one asked for.
    pub filter: DeliveryFilter,
    /// The rows, newest event first.
    pub rows: Vec<DeliveryRowView>,
    /// The first row, when there are newer deliveries.
    pub newer: Option<DeliveryId>,
    /// The last row, when there are older deliveries.
    pub older: Option<DeliveryId>,
    /// The accounts to choose from.
    pub accounts: Vec<ReceiverView>,
    /// Identical failures, as long as nothing but the account narrows the list.
    pub groups: Vec<FailureGroupView>,
    /// What can be done with all that the filter finds.
    pub offers: OffersView,
    /// How many days events are kept; `None` for ever.
    pub kept_days: Option<u32>,
}

/// What can be done with all deliveries that a filter finds: what would change none is not offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OffersView {
    /// Trying again.
    pub retries: bool,
    /// Skipping.
    pub skips: bool,
}

/// What has become of the deliveries of a list that is followed live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveriesTailView {
    /// The rows of the newest page.
    pub rows: Vec<DeliveryRowView>,
    /// The last row, when there are older deliveries.
    pub older: Option<DeliveryId>,
    /// Whether they join what is shown without a gap.
    pub joins: bool,
    /// Identical failures now.
    pub groups: Vec<FailureGroupView>,
    /// What can be done with all now.
    pub offers: OffersView,
}

/// The account that a delivery is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReceiverView {
    /// The account.
    pub id: AccountId,
    /// Its description; empty when it exists no longer.
    pub description: String,
    /// Its platform.
    pub platform: Platform,
}

/// A row of the deliveries.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DeliveryRowView {
    /// The delivery.
    pub id: DeliveryId,
    /// When its event came in, to the second.
    pub at: When,
    /// What happened.
    pub kind: EventKind,
    /// The id of what it is about.
    pub entity_id: String,
    /// Where it goes.
    pub to: ReceiverView,
    /// Where it stands.
    pub state: DeliveryState,
    /// Whether an attempt is under way.
    pub is_under_way: bool,
    /// Why it stands there, in a few words; may be empty.
    pub why: String,
    /// When the next attempt is due, while it waits for one.
    pub due: Option<When>,
    /// Attempts made.
    pub attempts: u32,
    /// How long the last attempt took, in milliseconds.
    pub ms: Option<u32>,
}

/// Identical failures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureGroupView {
    /// The account.
    pub to: ReceiverView,
    /// Refused, given up or unknown.
    pub state: DeliveryState,
    /// Why.
    pub class: Option<FaultClass>,
    /// How many.
    pub count: u32,
    /// When the first of them came in, with the word for it: `dalle 09:12`.
    pub since: When,
}

/// A delivery with its attempts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryView {
    /// As in the list.
    pub row: DeliveryRowView,
    /// What became of it: the cause, in the reader's words.
    pub cause: String,
    /// What to do about it; may be empty.
    pub remedy: String,
    /// When it last changed.
    pub updated: When,
    /// The attempts, the last one first.
    pub attempts: Vec<AttemptView>,
    /// The last call as a command line; `None` when none was made or it cannot be opened.
    pub curl: Option<CurlView>,
    /// The event.
    pub event: EventView,
}

/// A call as a command line, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurlView {
    /// The line.
    pub line: String,
    /// Whether the body was too long to be kept: the line reads it from a file that is yet to be written.
    pub is_cut: bool,
}

/// An attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptView {
    /// Its number, from 1.
    pub number: u32,
    /// When it began, to the second.
    pub at: When,
    /// How long it took, in milliseconds.
    pub ms: u32,
    /// Whether the platform took it.
    pub is_delivered: bool,
    /// Why it failed, in a few words; empty for one that did not.
    pub class: String,
    /// Why it failed; empty for one that did not.
    pub cause: String,
    /// The calls; `None` when they cannot be opened without the master key.
    pub exchanges: Option<Vec<ExchangeView>>,
}

/// A call and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeView {
    /// The method.
    pub method: String,
    /// The address, with `▇` where a secret stood.
    pub url: String,
    /// The status of the answer; `None` when there was none.
    pub status: Option<u16>,
    /// How the platform names the request.
    pub request_id: Option<String>,
    /// What was sent.
    pub sent: BodyView,
    /// What came back.
    pub answer: BodyView,
}

/// A body to be read by a person.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BodyView {
    /// As it is; empty for none.
    pub raw: String,
    /// Indented, if it is JSON that reads better so.
    pub pretty: Option<String>,
    /// Whether it was cut.
    pub is_cut: bool,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventView {
    /// The event.
    pub id: EventId,
    /// What happened.
    pub kind: EventKind,
    /// The id of what it is about.
    pub entity_id: String,
    /// Where the shop says that it comes from.
    pub source: String,
    /// The shop's own id.
    pub external_id: String,
    /// When it happened, by the shop's clock.
    pub occurred: When,
    /// When it came in.
    pub received: When,
    /// What it carries, indented; `None` when it cannot be opened without the master key.
    pub data: Option<String>,
}

/// Eventi.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventsView {
    /// The rows, newest first.
    pub rows: Vec<EventRowView>,
    /// Whether there are newer ones.
    pub has_newer: bool,
    /// The last row, when there are older ones.
    pub older: Option<EventId>,
    /// Whether only some events were asked for.
    pub is_narrowed: bool,
    /// How many days events are kept; `None` for ever.
    pub kept_days: Option<u32>,
}

/// A row of the events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRowView {
    /// The event.
    pub id: EventId,
    /// When it came in, to the second.
    pub at: When,
    /// What happened.
    pub kind: EventKind,
    /// The id of what it is about.
    pub entity_id: String,
    /// Where it goes, and where each of its deliveries stands.
    pub deliveries: Vec<(DeliveryId, ReceiverView, DeliveryState)>,
}

/// Spiega: what an event would do now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainView {
    /// The event.
    pub event: EventView,
    /// For each active account that it reaches.
    pub accounts: Vec<ExplainedView>,
}

/// What an event would do at one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainedView {
    /// The account.
    pub to: ReceiverView,
    /// What would happen.
    pub plan: PlanView,
}

/// What would happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PlanView {
    /// These calls, one after the other.
    Calls(Vec<PlannedCallView>),
    /// Nothing, by this rule.
    Skip(String),
    /// It cannot be told, for this reason.
    Untold(String),
}

/// A call that would be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedCallView {
    /// The method.
    pub method: String,
    /// The address, with `▇` where a secret would stand.
    pub url: String,
    /// The body; empty for none.
    pub body: String,
}

/// Asks before many deliveries are changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeDeliveriesView {
    /// Which.
    pub filter: DeliveryFilter,
    /// The same in words: labels and values.
    pub scope: Vec<(String, String)>,
    /// How many there are now.
    pub count: u32,
    /// Whether there are more than were counted.
    pub is_more: bool,
    /// How far it is.
    pub steps: StepsView,
}
