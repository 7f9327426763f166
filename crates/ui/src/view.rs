//! What pages show: made on the server, serialised into the page, read by the browser. Times come as ready strings, so
//! that both halves render the same.

use domain::{
    AccountFilter, AccountId, DeliveryId, FormErrors, Health, Language, LogFilter, LogId, LogLevel, Lookup,
    PasswordError, Platform, RemoteValue, SecretUse, SiteError, SiteLists, Slot, StepKind, StepState, Target,
    UserNameError, Values, Version,
};
use serde::{Deserialize, Serialize};

use crate::outcome::{Notice, Problem};

mod delivery;
mod queue;
mod steps;
mod token;

pub use delivery::{
    AttemptView, BodyView, ChangeDeliveriesView, CurlView, DeliveriesTailView, DeliveriesView,
    DeliveryRowView, DeliveryView, EventRowView, EventView, EventsView, ExchangeView, ExplainView,
    ExplainedView, FailureGroupView, OffersView, PlanView, PlannedCallView, ReceiverView,
};
pub use queue::{ActivityView, DeactivateView, HoldView, HourView, QueuedView};
pub use steps::{PurgeView, StepsView};
pub use token::{MadeTokenView, TokenRowView, TokenText, TokensView};

/// The most rows of a list that is followed live, so that a page left open does not grow.
pub(crate) const TAIL_ROWS_MAX: usize = 200;

/// A time, in the site's time zone and the interface's language.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct When {
    /// For the `datetime` attribute.
    pub iso: String,
    /// In full: `23 novembre 2026, 14:03`.
    pub full: String,
    /// As a person says it: `2 h fa`, `ieri`, `3 set`.
    pub short: String,
}

/// What every page knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShellView {
    /// The interface's language.
    pub language: Language,
    /// Who is signed in.
    pub user: Option<String>,
    /// The site's name, for people who are signed in.
    pub site: Option<String>,
    /// Something to tell, once.
    pub notice: Option<Notice>,
    /// Why no secret can be used or sealed, for people who are signed in.
    pub locked: Option<SecretUse>,
    /// The path and query of the page as requested, for the way back from the language switch.
    pub path: String,
}

/// Lista degli Account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountListView {
    /// What is shown; the page is the one that exists, not the one asked for.
    pub filter: AccountFilter,
    /// The rows.
    pub rows: Vec<AccountRowView>,
    /// How many match the filter.
    pub matching: u32,
    /// How many there are.
    pub total: u32,
    /// How many of them need attention.
    pub attention: u32,
    /// Whether the panel's own network is the likelier reason why nothing works.
    pub own_network: bool,
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRowView {
    /// The account.
    pub id: AccountId,
    /// Its platform.
    pub platform: Platform,
    /// Its description.
    pub description: String,
    /// What a person recognises the remote side by.
    pub target: Target,
    /// Whether it is the default account of its platform.
    pub is_default: bool,
    /// Whether it is active.
    pub active: bool,
    /// Why its secrets cannot be used.
    pub locked: Option<SecretUse>,
    /// Its health, a fact apart from its switch.
    pub health: HealthView,
    /// Whether its platform is one of the sandbox.
    pub sandbox: bool,
    /// Its version.
    pub version: Version,
    /// When it was last changed.
    pub updated: When,
    /// By whom.
    pub updated_by: String,
}

/// The health of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthView {
    /// The health.
    pub health: Health,
    /// Why, in words; empty when there is nothing to explain.
    pub why: String,
}

/// A step of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepView {
    /// Which.
    pub kind: StepKind,
    /// How it ended.
    pub state: StepState,
    /// How long it took, in milliseconds.
    pub ms: u32,
}

/// What a test is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TestAbout {
    /// The account as it is saved.
    Saved,
    /// What is typed and not saved.
    Typed,
    /// Settings that have changed since.
    Outdated,
}

/// What a test found, in the reader's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestView {
    /// When.
    pub at: When,
    /// How long it took, in milliseconds.
    pub ms: u32,
    /// Whether the account works.
    pub works: bool,
    /// What it is about.
    pub about: TestAbout,
    /// Whether it was made for this very page: whoever asked for it looks for it.
    pub is_fresh: bool,
    /// The steps, in their order.
    pub steps: Vec<StepView>,
    /// What the platform says of the remote account: labels and values. The first names it.
    pub facts: Vec<(String, String)>,
    /// What is wrong; empty when it works.
    pub cause: String,
    /// What to do about it; empty when it works.
    pub remedy: String,
    /// The report for people who know HTTP, without secrets.
    pub details: String,
}

/// What a platform answered with, to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundView {
    /// What was asked for.
    pub lookup: Lookup,
    /// The field that asked.
    pub field: String,
    /// The values.
    pub values: Vec<RemoteValue>,
    /// Why there are none, and what to do; empty when the platform answered.
    pub problem: String,
}

/// Asks before accounts are switched on that no test has proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivateView {
    /// The accounts, with what waits for each; those that are gone or active by now are left out.
    pub accounts: Vec<(AccountRowView, QueuedView)>,
}

/// Lista dei Log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogView {
    /// What is shown; the place is the one that exists, not the one asked for.
    pub filter: LogFilter,
    /// The rows, newest first.
    pub rows: Vec<LogRowView>,
    /// The first row, when there are newer entries.
    pub newer: Option<LogId>,
    /// The last row, when there are older entries.
    pub older: Option<LogId>,
    /// The descriptions of accounts that the log tells of, to choose from.
    pub accounts: Vec<String>,
    /// What the account is called that all of it is about, when the filter names one by its id.
    pub only: Option<String>,
    /// How many days entries are kept; `None` for ever.
    pub kept_days: Option<u32>,
}

/// What has come into the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogTailView {
    /// The rows, newest first; some of them may be shown already.
    pub rows: Vec<LogRowView>,
    /// The last row, when there are older entries.
    pub older: Option<LogId>,
    /// Whether they join what is shown without a gap.
    pub joins: bool,
}

/// A row of the log. Its sentences are in the reader's language already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRowView {
    /// The entry.
    pub id: LogId,
    /// When, to the second.
    pub at: When,
    /// *Tipo Log*.
    pub level: LogLevel,
    /// *Messaggio*.
    pub message: String,
    /// *Account Integrazione*.
    pub account: Option<LogAccountView>,
    /// What is behind the *i*.
    pub details: LogDetailsView,
}

/// The account of an entry, as it was called then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogAccountView {
    /// The account.
    pub id: AccountId,
    /// Its description at the time.
    pub description: String,
    /// Its platform.
    pub platform: Platform,
    /// Whether it still exists.
    pub exists: bool,
}

/// What is behind the *i* of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogDetailsView {
    /// Who; `None` for the panel itself.
    pub by: Option<String>,
    /// The platform, if it is about one.
    pub platform: Option<Platform>,
    /// What changed, in words.
    pub changes: Vec<String>,
    /// The test or call that it tells of.
    pub test: Option<TestView>,
    /// The delivery that it tells of.
    pub delivery: Option<DeliveryId>,
}

/// Dati Account, new or existing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountFormView {
    /// The account; `None` for a new one.
    pub id: Option<AccountId>,
    /// The platform; `None` until one is chosen.
    pub platform: Option<Platform>,
    /// The description as saved or typed.
    pub description: String,
    /// The fields as saved or typed; never a secret.
    pub values: Values,
    /// The secrets that are stored.
    pub secrets: Vec<SecretView>,
    /// The version that the form was opened on.
    pub version: Option<Version>,
    /// Whether the account is active.
    pub active: bool,
    /// What is wrong.
    pub errors: FormErrors,
    /// What somebody else changed since the form was opened. The typed values stand; saving again is a decision.
    pub conflict: Option<ConflictView>,
    /// What stands in the way of saving, other than the form itself.
    pub problem: Option<Problem>,
    /// An active account holds a place that this active one would take by the change; nothing was saved.
    pub in_the_way: Vec<InTheWayView>,
    /// Its health; for a new account, never tested.
    pub health: HealthView,
    /// The last test: the one just made, or the one that stays with the account.
    pub test: Option<TestView>,
    /// What the platform was asked for, to choose from.
    pub found: Option<FoundView>,
    /// What became of a test message: why it was not sent, and what to do; empty when it was.
    pub sent: Option<String>,
    /// Whether a test message can be sent to the shop's own people.
    pub offers_message: bool,
    /// Whether the platform is one of the sandbox.
    pub sandbox: bool,
    /// What the site offers to choose from.
    pub lists: SiteLists,
    /// Today in the site's time zone.
    pub today: String,
    /// Last change; `None` for a new account.
    pub updated: Option<When>,
    /// By whom.
    pub updated_by: String,
}

/// A stored secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretView {
    /// The field's name.
    pub field: String,
    /// When it was set.
    pub set: When,
    /// By whom.
    pub set_by: String,
    /// The host that it was set for.
    pub host: String,
    /// Whether it can be used.
    pub usable: SecretUse,
}

/// What changed since a form was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictView {
    /// The changes, oldest first.
    pub changes: Vec<ChangeView>,
}

/// One change by somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeView {
    /// Who.
    pub by: String,
    /// When.
    pub at: When,
    /// What, in words: `URL API: «a» → «b»`.
    pub what: Vec<String>,
}

/// An account that holds a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InTheWayView {
    /// The account.
    pub id: AccountId,
    /// Its description.
    pub description: String,
    /// The place.
    pub slot: Slot,
}

/// Offers to swap an account with the ones in its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapView {
    /// The account to switch on.
    pub id: AccountId,
    /// Its description.
    pub description: String,
    /// Its platform.
    pub platform: Platform,
    /// Its health.
    pub health: HealthView,
    /// What waits for it.
    pub queued: QueuedView,
    /// Who is in the way: those that hold its place are switched off; one that is only the default account stays
    /// active and gives up the mark.
    pub in_the_way: Vec<InTheWayView>,
    /// What waits for those that are switched off.
    pub ousted: Vec<(AccountId, QueuedView)>,
}

/// Asks before deleting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteView {
    /// What would be deleted; those already gone are left out.
    pub accounts: Vec<AccountRowView>,
}

/// The sign-in page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SignInView {
    /// The name as typed.
    pub name: String,
    /// Where to go afterwards.
    pub next: String,
    /// Why the last try failed.
    pub error: Option<SignInError>,
    /// Whether there is no user yet: the first start's link is needed.
    pub first_start: bool,
}

/// Why a sign-in is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignInError {
    /// Name or password is wrong; never told which.
    Wrong,
    /// Too many failures: wait.
    Wait {
        /// Seconds to wait.
        seconds: u32,
    },
    /// Something else.
    Problem(Problem),
}

/// The page of the first start.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FirstStartView {
    /// The link's token.
    pub token: String,
    /// Whether the link is good.
    pub valid: bool,
    /// The administrator's name as typed.
    pub name: String,
    /// The shop's name.
    pub site_name: String,
    /// The shop's address.
    pub site_url: String,
    /// Its languages, with commas.
    pub languages: String,
    /// Its currencies, with commas.
    pub currencies: String,
    /// Its time zone.
    pub time_zone: String,
    /// What is wrong.
    pub errors: FirstStartErrors,
}

/// What is wrong on the page of the first start.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FirstStartErrors {
    /// The administrator's name.
    pub name: Option<UserNameError>,
    /// The password.
    pub password: Option<PasswordError>,
    /// The repeated password differs.
    pub repeat: bool,
    /// The shop's name.
    pub site_name: Option<SiteError>,
    /// The shop's address.
    pub site_url: Option<SiteError>,
    /// Languages.
    pub languages: Option<SiteError>,
    /// Currencies.
    pub currencies: Option<SiteError>,
    /// Time zone.
    pub time_zone: Option<SiteError>,
}

impl FirstStartErrors {
    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
