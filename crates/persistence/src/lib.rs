//! What can be asked of storage; nothing SQL.
//!
//! Laws of this port:
//! 1. A lookup answers `Option`: absence is no error. A write says what stood in its way.
//! 2. Every method is atomic and durable when it returns. Several changes that belong together are one [`AccountWrite`]
//!    list, so that a store may still commit many callers' writes in one go.
//! 3. Time and ids come from the caller; but turns and leases, which processes share, are told by the database's clock (see
//!    [`Paces`] and [`Deliveries::queue_time`]).
//! 4. Every query about accounts names its site.
//! 5. A row that cannot be read is [`StoreError::Inconsistent`], never a panic and never skipped.
//!
//! Adding a method: declare it here, write it in both stores, prove it in `persistence-contract`.

mod delivery;
mod error;
mod pace;
pub mod row;

use async_trait::async_trait;
use domain::{
    Account, AccountChange, AccountCheck, AccountFilter, AccountId, Contact, Fault, LogAccount, LogEntry,
    LogId, LogKind, LogPlace, Site, SiteId, Slot, Timestamp, User, UserId, UserName, Values, Verdict,
    Version,
};
use serde::{Deserialize, Serialize};

pub use delivery::{
    Acceptance, Attempt, BACKLOG_COUNT_MAX, BACKLOG_EXACT_MAX, Backlog, Changed, Claimed, Deliveries,
    DeliveryChange, DeliveryPlace, DeliveryQuery, DeliveryRow, DueAccount, EventQuery, Events, FailureGroup,
    Finish, Hold, HoldExpectation, HourCount, LEASE_AHEAD_MAX, LaneKey, Memory, NewEvent, Purgeable, Purged,
    QueueTime, Step, StoredAttempt, StoredEvent, StoredToken, Tokens, WEIGHED_MAX, Weight,
};
pub use error::{Inconsistency, StoreError};
pub use pace::{Moment, PACE_AHEAD_MAX, Paces, RemoteKey};

/// Everything that a store can do.
pub trait Store:
    Accounts
    + Checks
    + Log
    + Events
    + Deliveries
    + Paces
    + Tokens
    + Sites
    + Users
    + Sessions
    + Keys
    + Health
    + Send
    + Sync
{
}

impl<T> Store for T where
    T: Accounts
        + Checks
        + Log
        + Events
        + Deliveries
        + Paces
        + Tokens
        + Sites
        + Users
        + Sessions
        + Keys
        + Health
        + Send
        + Sync
{
}

/// A sealed secret, bytes and all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSecret {
    /// What is known of it without opening it.
    pub state: domain::SecretState,
    /// Nonce and ciphertext.
    pub sealed: Vec<u8>,
}

/// One change within an atomic list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountWrite {
    /// A new account.
    Insert {
        /// The account; its `secrets` are not looked at.
        account: Box<Account>,
        /// Its secrets.
        secrets: Vec<SealedSecret>,
        /// What is recorded.
        change: AccountChange,
    },
    /// A new state of an account.
    Update {
        /// The new state with its new version; its `secrets` are not looked at.
        account: Box<Account>,
        /// The version that it must still have.
        expected: Version,
        /// Secrets to set or replace.
        secrets: Vec<SealedSecret>,
        /// Secrets to remove, by field name.
        removed: Vec<String>,
        /// What is recorded.
        change: AccountChange,
    },
    /// Deletes an account with its secrets and recorded changes.
    Remove {
        /// The account.
        id: AccountId,
        /// The version that it must still have.
        expected: Version,
    },
}

/// One page of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountPage {
    /// The rows.
    pub rows: Vec<AccountRow>,
    /// How many accounts the filter matches on all pages.
    pub matching: u64,
    /// How many accounts the site has.
    pub total: u64,
    /// How many of them need attention: active, and their last test of the present settings failed.
    pub attention: u64,
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// The account; `secrets` stays empty in the list.
    pub account: Account,
    /// The ids of the keys that its secrets are sealed with, each once.
    pub key_ids: Vec<String>,
    /// What its last test said.
    pub check: Option<CheckSummary>,
}

/// The last test of an account without its report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckSummary {
    /// The settings version that was tested.
    pub settings_version: Version,
    /// What the tests say so far.
    pub verdict: Verdict,
    /// Since when.
    pub since: Timestamp,
    /// When the last test ended.
    pub at: Timestamp,
    /// Why it failed.
    pub fault: Option<Fault>,
}

/// Accounts.
#[async_trait]
pub trait Accounts {
    /// An account with the state of its secrets.
    async fn find_account(&self, site: SiteId, id: AccountId) -> Result<Option<Account>, StoreError>;

    /// One page of the list. A page past the end is empty but counts all the same.
    async fn list_accounts(&self, site: SiteId, filter: &AccountFilter) -> Result<AccountPage, StoreError>;

    /// The active accounts that hold one of `slots`, in the order of their ids.
    async fn list_slot_holders(&self, site: SiteId, slots: &[Slot]) -> Result<Vec<Account>, StoreError>;

    /// The sealed secrets of an account.
    async fn list_secrets(&self, site: SiteId, id: AccountId) -> Result<Vec<SealedSecret>, StoreError>;

    /// The recorded changes of an account after `since`, oldest first (`None`: all).
    async fn list_changes(
        &self,
        site: SiteId,
        id: AccountId,
        since: Option<Version>,
    ) -> Result<Vec<AccountChange>, StoreError>;

    /// Carries out every write, or none. The writes happen in their order, so that an account may take a slot that an
    /// earlier one of the list has left. Fails with [`StoreError::VersionConflict`] where an account no longer has the
    /// expected version (or is gone), and with [`StoreError::SlotTaken`] where two active accounts would share a slot:
    /// the database keeps both rules, whoever else is writing. `entries` go into the log in the same act.
    async fn write_accounts(
        &self,
        site: SiteId,
        writes: Vec<AccountWrite>,
        entries: Vec<LogEntry>,
    ) -> Result<(), StoreError>;
}

/// The last tests of accounts, and when the next are due.
#[async_trait]
pub trait Checks {
    /// The last test of an account.
    async fn find_check(&self, site: SiteId, id: AccountId) -> Result<Option<AccountCheck>, StoreError>;

    /// Puts a test in the place of the last one, and `entries` into the log, in one act. Nothing is written, and
    /// `false` answered, when the account is gone, or when a test of newer settings, or a later one of the same, is
    /// recorded already. `host` is where the account's calls go.
    async fn record_check(
        &self,
        site: SiteId,
        check: &AccountCheck,
        host: &str,
        entries: Vec<LogEntry>,
    ) -> Result<bool, StoreError>;

    /// Hands out at most `limit` active accounts whose check is due at `now`, those that have waited longest first, and
    /// makes their next one due at `next`. An account is handed out once, however many processes ask.
    async fn claim_due_checks(
        &self,
        now: Timestamp,
        next: Timestamp,
        limit: u32,
    ) -> Result<Vec<(SiteId, AccountId)>, StoreError>;

    /// How many active accounts of a site were tested with their present settings, and how many of those met nobody.
    async fn count_contact(&self, site: SiteId) -> Result<Contact, StoreError>;
}

/// What is asked of the log. Each part narrows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogQuery {
    /// The site.
    pub site: SiteId,
    /// Only these kinds; an empty list finds nothing.
    pub kinds: Option<Vec<LogKind>>,
    /// Only entries about these accounts; an empty list finds nothing.
    pub accounts: Option<Vec<AccountId>>,
    /// Only entries from this id on.
    pub from: Option<LogId>,
    /// Only entries before this id.
    pub before: Option<LogId>,
    /// Where the page begins.
    pub place: LogPlace,
    /// The most entries to answer.
    pub limit: u32,
}

/// The log.
#[async_trait]
pub trait Log {
    /// Adds entries.
    async fn append_log(&self, entries: Vec<LogEntry>) -> Result<(), StoreError>;

    /// Entries, newest first. [`LogPlace::NewerThan`] answers those just above its entry, newest first too.
    async fn list_log(&self, query: &LogQuery) -> Result<Vec<LogEntry>, StoreError>;

    /// How the database goes about [`Log::list_log`], in its own words.
    async fn explain_log(&self, query: &LogQuery) -> Result<String, StoreError>;

    /// Accounts that the log tells of and whose latest description holds `text` (capitals and small letters alike, no
    /// wildcards), by description. Those that were deleted are among them.
    async fn list_log_accounts(
        &self,
        site: SiteId,
        text: &str,
        limit: u32,
    ) -> Result<Vec<LogAccount>, StoreError>;

    /// Removes at most `limit` entries before `before`, the oldest first; answers how many went.
    async fn purge_log(&self, site: SiteId, before: LogId, limit: u32) -> Result<u64, StoreError>;
}

/// Sites.
#[async_trait]
pub trait Sites {
    /// All sites, oldest first.
    async fn list_sites(&self) -> Result<Vec<Site>, StoreError>;

    /// Adds a site, unless there is one already and `only_if_first`; answers whether it was added. Of several
    /// processes that start together on an empty database, one adds it.
    async fn insert_site(
        &self,
        site: &Site,
        created_at: Timestamp,
        only_if_first: bool,
    ) -> Result<bool, StoreError>;

    /// Saves a site's name, address, lists and time zone.
    async fn update_site(&self, site: &Site) -> Result<(), StoreError>;
}

/// How a user comes into being.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// By the one-time link of the first start: only while there is no user, and the link is used up in the same act.
    FirstStart {
        /// SHA-256 of the link's token.
        token_hash: [u8; 32],
        /// Now: the link must not have expired.
        at: Timestamp,
    },
    /// By somebody at the command line.
    CommandLine,
}

/// People.
#[async_trait]
pub trait Users {
    /// How many users there are.
    async fn count_users(&self) -> Result<u64, StoreError>;

    /// A user and the hash of the password.
    async fn find_user(&self, name: &UserName) -> Result<Option<(User, String)>, StoreError>;

    /// All users by name, with the time of their creation.
    async fn list_users(&self) -> Result<Vec<(User, Timestamp)>, StoreError>;

    /// Adds a user. [`StoreError::NameTaken`] or [`StoreError::LinkInvalid`] where that is the reason not to.
    async fn insert_user(
        &self,
        user: &User,
        password_hash: &str,
        created_at: Timestamp,
        admission: Admission,
    ) -> Result<(), StoreError>;

    /// Sets a password and ends every session of the user; `false` when there is no such user.
    async fn update_password(&self, id: UserId, password_hash: &str) -> Result<bool, StoreError>;

    /// Puts the one-time link of the first start in the place of any earlier one.
    async fn replace_first_start_link(
        &self,
        token_hash: [u8; 32],
        expires_at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Whether the link is good.
    async fn has_first_start_link(&self, token_hash: [u8; 32], at: Timestamp) -> Result<bool, StoreError>;
}

/// A session as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who is signed in.
    pub user: User,
    /// When the session began.
    pub created_at: Timestamp,
    /// When it was last used; written at most every few minutes.
    pub seen_at: Timestamp,
    /// When it ends, however much it is used.
    pub expires_at: Timestamp,
}

/// A form that was sent after its session had ended, kept for the same person until the next sign-in. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The page of the form.
    pub path: String,
    /// What was typed, but for the secrets.
    pub values: Values,
}

/// How often a sign-in has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// Failures in a row, this one included.
    pub failures: u32,
    /// The time of the attempt before this one, if any.
    pub previous_at: Option<Timestamp>,
}

/// Sessions, drafts and sign-in attempts.
#[async_trait]
pub trait Sessions {
    /// Begins a session.
    async fn insert_session(&self, token_hash: [u8; 32], session: &Session) -> Result<(), StoreError>;

    /// The session, also an expired one that has not been removed yet.
    async fn find_session(&self, token_hash: [u8; 32]) -> Result<Option<Session>, StoreError>;

    /// Notes that the session was used.
    async fn touch_session(&self, token_hash: [u8; 32], seen_at: Timestamp) -> Result<(), StoreError>;

    /// Ends a session.
    async fn remove_session(&self, token_hash: [u8; 32]) -> Result<(), StoreError>;

    /// Removes sessions that expired or were last used before `before`, and drafts and attempts older than it; answers
    /// how many sessions went.
    async fn remove_stale(&self, before: Timestamp) -> Result<u64, StoreError>;

    /// Keeps a draft.
    async fn insert_draft(
        &self,
        token_hash: [u8; 32],
        user: UserId,
        draft: &Draft,
        created_at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Hands a draft out, once and only to its own user.
    async fn take_draft(&self, token_hash: [u8; 32], user: UserId) -> Result<Option<Draft>, StoreError>;

    /// The failures counted for `subject` so far.
    async fn find_attempts(&self, subject: &str) -> Result<Option<Attempts>, StoreError>;

    /// Counts one more failure for `subject` and answers with it included; failures older than `forget_before` do not
    /// count any more. Two at once are both counted.
    async fn count_attempt(
        &self,
        subject: &str,
        at: Timestamp,
        forget_before: Timestamp,
    ) -> Result<Attempts, StoreError>;

    /// Forgets the failures of `subject`.
    async fn remove_attempts(&self, subject: &str) -> Result<(), StoreError>;
}

/// The master keys that this database's secrets were sealed with.
#[async_trait]
pub trait Keys {
    /// Ids of the keys in use, oldest first.
    async fn list_key_ids(&self) -> Result<Vec<String>, StoreError>;

    /// Registers the first key, unless one is registered already; answers whether it was registered.
    async fn insert_first_key_id(&self, key_id: &str, created_at: Timestamp) -> Result<bool, StoreError>;
}

/// The database itself.
#[async_trait]
pub trait Health {
    /// Whether the database answers and can be written to.
    async fn ping(&self) -> Result<(), StoreError>;

    /// The database's kind and version, for `doctor` and the log.
    async fn describe(&self) -> Result<String, StoreError>;

    /// Waits for what is under way and closes the connections.
    async fn close(&self);
}
