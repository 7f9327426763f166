//! What can be asked of storage about events, deliveries and the tokens of the API.

use std::time::Duration;

use async_trait::async_trait;
use domain::{
    AccountId, AttemptOutcome, DeliveryId, DeliveryState, EventId, EventKind, Fault, FaultClass, HoldReason,
    LogEntry, Platform, SiteId, SkipReason, Timestamp, TokenId,
};

use crate::StoreError;

/// [`LEASE_AHEAD_MAX`] in milliseconds, as a literal: for statements that are put together when they are compiled.
#[macro_export]
macro_rules! lease_ahead_max_ms {
    () => {
        7_200_000
    };
}

/// The furthest ahead that a lease can end, two hours: longer than any that is ever taken. One that seems to end later was
/// taken by a clock that was ahead of ours, by nobody knows how much, and counts as ended; else it would keep a delivery
/// back until our clock has come there.
pub const LEASE_AHEAD_MAX: Duration = Duration::from_millis(lease_ahead_max_ms!());

/// A moment of the queue, by the two clocks that it has. Each process tells what is due by its own; a lease holds between
/// processes, whose clocks may be hours apart, and is told by one that they share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueTime {
    /// By the clock of whoever asks: what waits for a time is compared with it.
    pub due: Timestamp,
    /// By [`Deliveries::queue_time`]: the ends of leases are compared with it.
    pub leases: Timestamp,
}

impl QueueTime {
    /// A moment at which both clocks say the same.
    pub const fn same(now: Timestamp) -> Self {
        Self {
            due: now,
            leases: now,
        }
    }
}

/// Groups deliveries without telling of whom: a keyed hash of a customer, a cart, an order.
pub type LaneKey = [u8; 16];

/// An event to take in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Its id, version 7; later events have larger ones.
    pub id: EventId,
    /// Where the shop says that it comes from.
    pub source: String,
    /// The shop's own id; with the source it names the event once and for all.
    pub external_id: String,
    /// What happened.
    pub kind: EventKind,
    /// The id of what it is about, as the shop calls it.
    pub entity_id: String,
    /// Deliveries of one lane to one account go out one after the other.
    pub lane: LaneKey,
    /// The cart that this order ends: what waits about it is skipped as [`SkipReason::Ordered`].
    pub ends_cart: Option<String>,
    /// When it happened, by the shop's clock.
    pub occurred_at: Timestamp,
    /// When it came in.
    pub received_at: Timestamp,
    /// Its payload, sealed.
    pub sealed: Vec<u8>,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acceptance {
    /// It was taken in, with so many deliveries.
    Taken {
        /// Deliveries that were made.
        deliveries: u32,
    },
    /// It had been taken in before, as this one.
    Known(EventId),
}

/// What a step of [`Events::purge_events`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purged {
    /// Events that went.
    pub removed: u64,
    /// The last event that was looked at, to go on after; `None` when there is no other.
    pub next: Option<EventId>,
}

/// What [`Events::purge_events`] would do, in all its steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Purgeable {
    /// Events that would go.
    pub removable: u64,
    /// Events that would stay, because a delivery of them waits.
    pub waiting: u64,
    /// Whether there may be more events than were looked at.
    pub is_more: bool,
}

/// An event as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its site.
    pub site: SiteId,
    /// Its id.
    pub id: EventId,
    /// Where the shop says that it comes from.
    pub source: String,
    /// The shop's own id.
    pub external_id: String,
    /// What happened.
    pub kind: EventKind,
    /// The id of what it is about.
    pub entity_id: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it came in.
    pub received_at: Timestamp,
    /// Its payload, sealed; empty in lists.
    pub sealed: Vec<u8>,
}

/// Which events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventQuery {
    /// The site.
    pub site: SiteId,
    /// Only this kind.
    pub kind: Option<EventKind>,
    /// Only about the thing with this id.
    pub entity_id: Option<String>,
    /// Only older ones than this.
    pub older_than: Option<EventId>,
    /// At most so many, newest first.
    pub limit: u32,
}

/// An account with something to deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueAccount {
    /// Its site.
    pub site: SiteId,
    /// The account.
    pub account: AccountId,
}

/// A delivery handed out for an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Which.
    pub id: DeliveryId,
    /// Counts the claims of this delivery: whoever finishes it must hold the latest.
    pub fence: u32,
    /// Attempts made before.
    pub attempts: u32,
    /// Claims right before this one whose leases ended without a word of whoever held them.
    pub losses: u32,
    /// Whether the last attempt went out without an answer: it may have been carried out.
    pub is_doubtful: bool,
    /// Whether a later waiting event makes it needless.
    pub is_superseded: bool,
    /// The event.
    pub event: StoredEvent,
}

/// One attempt, to record. Nothing is recorded for what was skipped without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds.
    pub ms: u32,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// Why it failed.
    pub fault: Option<Fault>,
    /// The calls, redacted, as JSON of `Vec<Exchange>`, sealed: they hold personal data.
    pub sealed_exchanges: Vec<u8>,
}

/// An attempt as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAttempt {
    /// Its number, from 1.
    pub number: u32,
    /// The rest.
    pub attempt: Attempt,
}

/// Where a delivery goes from its claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// To its end. `reason` is there for [`DeliveryState::Skipped`] and only for it; never [`DeliveryState::Waiting`].
    End {
        /// The state.
        state: DeliveryState,
        /// Why it was skipped.
        reason: Option<SkipReason>,
    },
    /// To another attempt. What waits behind it in its lane is due no earlier: a store need note that of the next thousand
    /// only, but hands out none of them before.
    Retry {
        /// Not before.
        due_at: Timestamp,
        /// Whether the attempt may have been carried out.
        is_doubtful: bool,
    },
    /// Back to where it was, without an attempt being counted: the account's queue is held, or our own network is down.
    Release {
        /// Not before.
        due_at: Timestamp,
        /// Whether the attempt may have been carried out; kept if it was so before.
        is_doubtful: bool,
    },
}

/// The end of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finish {
    /// Which delivery.
    pub id: DeliveryId,
    /// The claim's fence; a later claim makes this one void.
    pub fence: u32,
    /// Now.
    pub at: Timestamp,
    /// The attempt; counted unless the step is [`Step::Release`], recorded always.
    pub attempt: Option<Attempt>,
    /// Where it goes.
    pub step: Step,
    /// What the log is told, if the claim still holds; told once, whoever tells it again.
    pub entries: Vec<LogEntry>,
    /// What is remembered of the account's other side, whoever holds the claim by now. Of a key that comes twice the last
    /// counts.
    pub memories: Vec<Memory>,
}

/// Something that is remembered of the other side of an account, or forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    /// A keyed hash of what it is about.
    pub key: Vec<u8>,
    /// An id over there, sealed or plain; `None` where the other side no longer knows it.
    pub value: Option<String>,
}

/// A delivery in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Which.
    pub id: DeliveryId,
    /// Its site.
    pub site: SiteId,
    /// The account's platform.
    pub platform: Platform,
    /// What happened.
    pub kind: EventKind,
    /// The id of what it is about.
    pub entity_id: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// Why it was skipped.
    pub reason: Option<SkipReason>,
    /// Why the last attempt failed, in short.
    pub class: Option<FaultClass>,
    /// Attempts made.
    pub attempts: u32,
    /// When the event came in.
    pub received_at: Timestamp,
    /// When the next attempt is due, while it waits.
    pub due_at: Timestamp,
    /// Until when an attempt is under way, if one is: see [`Self::is_under_way`].
    pub leased_until: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// How long the last attempt took, in milliseconds.
    pub last_ms: Option<u32>,
}

impl DeliveryRow {
    /// Whether an attempt is under way at `now`, by [`Deliveries::queue_time`]: its lease has not ended, and does not end further ahead than
    /// [`LEASE_AHEAD_MAX`].
    pub fn is_under_way(&self, now: Timestamp) -> bool {
        self.leased_until.is_some_and(|until| {
            let ahead_ms = until.ms().saturating_sub(now.ms());
            ahead_ms > 0 && ahead_ms <= lease_ahead_max_ms!()
        })
    }
}

/// Which deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryQuery {
    /// The site.
    pub site: SiteId,
    /// Only to this account.
    pub account: Option<AccountId>,
    /// Only of these states; `None` for any.
    pub states: Option<Vec<DeliveryState>>,
    /// Only of this kind.
    pub kind: Option<EventKind>,
    /// Only those whose last attempt failed like this.
    pub class: Option<FaultClass>,
    /// Only about the thing with this id.
    pub entity_id: Option<String>,
    /// Only events from this id on.
    pub from: Option<EventId>,
    /// Only events before this id.
    pub before: Option<EventId>,
    /// Only deliveries that last changed before this instant.
    pub updated_before: Option<Timestamp>,
    /// Where the page begins.
    pub place: DeliveryPlace,
    /// At most so many, newest event first.
    pub limit: u32,
}

/// Where a page of deliveries begins. They sort by event, then by account, both falling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeliveryPlace {
    /// With the newest.
    #[default]
    Newest,
    /// With what is older than this one.
    OlderThan(DeliveryId),
    /// With what is newer than this one: the page that ends just above it. Answered newest first all the same.
    NewerThan(DeliveryId),
}

/// What a person does with deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryChange {
    /// Waiting, refused, given up, unknown or skipped ones become due now, with their attempts counted anew and the class
    /// of the last failure forgotten; those that are under way, or untried and due already, stay as they are and are not
    /// counted. One that was sent without an answer stays doubtful.
    RetryNow,
    /// Waiting ones that are not under way end as skipped.
    Skip(SkipReason),
}

/// What a step of [`Deliveries::change_deliveries`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Changed {
    /// How many were changed.
    pub count: u64,
    /// Where the next step goes on: its [`DeliveryQuery::from`]. `None` at the end.
    pub next: Option<EventId>,
}

/// What waits for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// Deliveries that wait and are due, or were due for their first attempt once, as far as they were counted.
    pub waiting: u64,
    /// Deliveries whose time has not come: carts, retries. Counted just as far.
    pub later: u64,
    /// When the oldest of those due came in.
    pub oldest_at: Option<Timestamp>,
    /// The last success.
    pub delivered_at: Option<Timestamp>,
}

/// How far [`Deliveries::backlog`] counts.
pub const BACKLOG_EXACT_MAX: u32 = 10_000;

/// How far [`Deliveries::whole_backlog`] counts.
pub const BACKLOG_COUNT_MAX: u32 = 1_000_000;

/// Most deliveries that [`Deliveries::weigh_backlog`] looks at.
pub const WEIGHED_MAX: u32 = 3_000;

/// Deliveries of one kind that are due to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weight {
    /// The kind.
    pub kind: EventKind,
    /// How many.
    pub waiting: u64,
    /// How many of them come to nothing when they are handed out: [`Claimed::is_superseded`], or stale
    /// ([`EventKind::stale_up_to`]).
    pub needless: u64,
}

/// What became of an account's deliveries within an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourCount {
    /// When the hour began.
    pub hour: Timestamp,
    /// Deliveries that ended well.
    pub delivered: u32,
    /// Deliveries that were refused, given up or are unknown.
    pub failed: u32,
    /// Attempts that failed and are tried again.
    pub retried: u32,
    /// Deliveries that were skipped.
    pub skipped: u32,
}

/// Identical failures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureGroup {
    /// The account.
    pub account: AccountId,
    /// Refused, given up or unknown.
    pub state: DeliveryState,
    /// Why.
    pub class: Option<FaultClass>,
    /// How many.
    pub count: u64,
    /// When the first of them came in.
    pub since: Timestamp,
    /// When the last of them changed.
    pub until: Timestamp,
}

/// An account's queue that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// Why.
    pub reason: HoldReason,
    /// Since when.
    pub since: Timestamp,
    /// Until when; `None` until somebody lets it go.
    pub until: Option<Timestamp>,
}

/// What must be there for a hold to be set, ended or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldExpectation {
    /// Whatever.
    Any,
    /// A hold for this reason, or none: what was read before.
    Is(Option<HoldReason>),
}

impl HoldExpectation {
    /// Whether `hold` is what was expected.
    pub fn is_met(self, hold: Option<&Hold>) -> bool {
        match self {
            Self::Any => true,
            Self::Is(reason) => hold.map(|hold| hold.reason) == reason,
        }
    }
}

/// A token of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredToken {
    /// Its id.
    pub id: TokenId,
    /// Its site.
    pub site: SiteId,
    /// What people call it.
    pub name: String,
    /// What it may do: the codes of its scopes.
    pub scopes: Vec<String>,
    /// The first characters of it, to tell it from others.
    pub prefix: String,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was last used; written at most once a minute.
    pub used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// Events.
#[async_trait]
pub trait Events {
    /// Takes events in, each with one delivery for every active account of the site that [`EventKind::reaches`], all or
    /// nothing, and durably. An event whose source and external id are known already is not taken twice, whoever else is
    /// sending it. The answers are in the order of the events. A delivery is first due at
    /// `max(received_at, occurred_at + EventKind::wait_s)`. Wakes [`Deliveries::await_work`].
    async fn accept_events(&self, site: SiteId, events: Vec<NewEvent>)
    -> Result<Vec<Acceptance>, StoreError>;

    /// An event with its payload.
    async fn find_event(&self, site: SiteId, id: EventId) -> Result<Option<StoredEvent>, StoreError>;

    /// The largest id of an event of a site.
    async fn last_event_id(&self, site: SiteId) -> Result<Option<EventId>, StoreError>;

    /// Events without their payloads.
    async fn list_events(&self, query: &EventQuery) -> Result<Vec<StoredEvent>, StoreError>;

    /// Looks at the `limit` oldest events between `after` and `before`, and removes those of which no delivery waits, with
    /// their deliveries and attempts. Repeated with [`Purged::next`] until there is none it looks at each event once, in
    /// steps that others can write between.
    async fn purge_events(
        &self,
        site: SiteId,
        after: Option<EventId>,
        before: EventId,
        limit: u32,
    ) -> Result<Purged, StoreError>;

    /// What [`Self::purge_events`] would do with the `at_most` oldest events between `after` and `before`. Costs an entry of
    /// an index for each of these, and one for each delivery of them that waits.
    async fn count_purgeable(
        &self,
        site: SiteId,
        after: Option<EventId>,
        before: EventId,
        at_most: u32,
    ) -> Result<Purgeable, StoreError>;
}

/// Deliveries.
#[async_trait]
pub trait Deliveries {
    /// The moment of the queue for a process whose own clock says `now`. Leases are told by the clock of the server, where
    /// several processes share one, else by its own. It may go on until the answer is there, and never goes back for it.
    async fn queue_time(&self, now: Timestamp) -> Result<QueueTime, StoreError>;

    /// The active accounts whose queue is not held (or whose hold has ended) and that have a delivery due at `time` that
    /// is not under way. What was ready for its first attempt once, by whichever clock, is due whatever `time` says; only
    /// what waits for a time (carts, retries, what was released) is compared with it. Costs a look into an index per active
    /// account, whatever the backlog.
    async fn list_due_accounts(&self, time: QueueTime) -> Result<Vec<DueAccount>, StoreError>;

    /// When the next delivery of any account becomes due after `now`. The end of a lease may be among these times or not:
    /// it follows a crash, and whoever looks now and then anyhow sees it soon enough.
    async fn next_due_at(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError>;

    /// Returns as soon as there may be new work (an event was accepted, here or by another process, or deliveries were
    /// made due), at the latest after `at_most`.
    async fn await_work(&self, at_most: Duration);

    /// Hands out at most `firsts` deliveries without an attempt and `retries` others of an account, for attempts until
    /// `lease_until`: due at `time` as in [`Self::list_due_accounts`], not under way (an expired lease, or one that ends
    /// further ahead than [`LEASE_AHEAD_MAX`], counts as not under way, and as doubtful), the oldest event first, and only
    /// those before which no other of the same lane is open (waiting, and due or handed out before) and of whose lane none
    /// is under way. Only from an active account whose queue is not held. Each is handed out once, and one of a lane at a
    /// time, however many processes ask.
    async fn claim_deliveries(
        &self,
        account: AccountId,
        time: QueueTime,
        lease_until: Timestamp,
        firsts: u32,
        retries: u32,
    ) -> Result<Vec<Claimed>, StoreError>;

    /// Whether a later event than this one waits for the account, or has been delivered to it, and makes this one needless:
    /// [`Claimed::is_superseded`], if it were handed out. `false` where there is no such event.
    async fn is_superseded(&self, site: SiteId, id: DeliveryId) -> Result<bool, StoreError>;

    /// Ends claims, all in one act; `false` for one whose fence is not the latest any more, which changes nothing. Counts
    /// into [`Self::list_hours`].
    async fn finish_deliveries(&self, finishes: Vec<Finish>) -> Result<Vec<bool>, StoreError>;

    /// A page of deliveries.
    async fn list_deliveries(&self, query: &DeliveryQuery) -> Result<Vec<DeliveryRow>, StoreError>;

    /// How many there are, whatever the place; stops counting at `at_most`.
    async fn count_deliveries(&self, query: &DeliveryQuery, at_most: u32) -> Result<u64, StoreError>;

    /// A delivery with its attempts, the first one first.
    async fn find_delivery(
        &self,
        site: SiteId,
        id: DeliveryId,
    ) -> Result<Option<(DeliveryRow, Vec<StoredAttempt>)>, StoreError>;

    /// All deliveries of an event, by account.
    async fn list_deliveries_of(&self, site: SiteId, event: EventId) -> Result<Vec<DeliveryRow>, StoreError>;

    /// Changes at most `query.limit` of the deliveries of `query`, oldest event first and whatever the place. Fewer may be
    /// changed than were found, zero even: what others have changed in between stays as it is. Wakes [`Self::await_work`]
    /// where any were. Repeated from [`Changed::next`] until there is none it changes all of them, in steps that others can
    /// write between and of which none searches again what those before it have passed.
    async fn change_deliveries(
        &self,
        query: &DeliveryQuery,
        change: DeliveryChange,
        time: QueueTime,
    ) -> Result<Changed, StoreError>;

    /// How many deliveries of `query` [`Self::change_deliveries`] would change in all its steps; stops counting at `at_most`.
    async fn count_changes(
        &self,
        query: &DeliveryQuery,
        change: DeliveryChange,
        time: QueueTime,
        at_most: u32,
    ) -> Result<u64, StoreError>;

    /// What waits for an account. Each number is counted to [`BACKLOG_EXACT_MAX`] and no further, so that it costs the same
    /// whatever the backlog.
    async fn backlog(&self, site: SiteId, account: AccountId, now: Timestamp) -> Result<Backlog, StoreError>;

    /// What [`Self::backlog`] tells, each number counted to [`BACKLOG_COUNT_MAX`]: it takes the longer the more there is.
    async fn whole_backlog(
        &self,
        site: SiteId,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Backlog, StoreError>;

    /// What is due to an account, kind by kind, and how much of it would come to nothing if it were handed out at `now`.
    /// Looks at the oldest [`WEIGHED_MAX`] alone, and at what is later about the same things: where more is due, the
    /// weights are a sample of it. Kinds of which nothing is due are left out.
    async fn weigh_backlog(
        &self,
        site: SiteId,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Vec<Weight>, StoreError>;

    /// What became of an account's deliveries, hour by hour since `since`; hours without any are left out. What is skipped
    /// by an order or a person counts like what [`Self::finish_deliveries`] ends.
    async fn list_hours(&self, account: AccountId, since: Timestamp) -> Result<Vec<HourCount>, StoreError>;

    /// Identical failures of a site, the latest first, at most `limit` groups.
    async fn list_failure_groups(&self, site: SiteId, limit: u32) -> Result<Vec<FailureGroup>, StoreError>;

    /// Why and since when an account's queue is held, also after its end.
    async fn find_hold(&self, account: AccountId) -> Result<Option<Hold>, StoreError>;

    /// Holds an account's queue, or lets it go with `None`; `false` if the account is gone, or another hold than `expected`
    /// is there, or it is held for the same reason until the same time already: that hold keeps its beginning. `entries` go
    /// into the log, if anything changed. Wakes [`Self::await_work`].
    async fn set_hold(
        &self,
        account: AccountId,
        expected: HoldExpectation,
        hold: Option<Hold>,
        entries: Vec<LogEntry>,
    ) -> Result<bool, StoreError>;

    /// What is remembered of the other side of an account under each of `keys` (see [`Memory`]), in their order.
    async fn recall(&self, account: AccountId, keys: Vec<Vec<u8>>)
    -> Result<Vec<Option<String>>, StoreError>;

    /// Remembers, in the place of earlier values, and forgets, in their order; of an account that is gone nothing is
    /// remembered.
    async fn remember(&self, account: AccountId, memories: Vec<Memory>) -> Result<(), StoreError>;
}

/// Tokens of the API.
#[async_trait]
pub trait Tokens {
    /// Adds a token by its hash, and `entries` to the log.
    async fn insert_token(
        &self,
        token: &StoredToken,
        token_hash: [u8; 32],
        entries: Vec<LogEntry>,
    ) -> Result<(), StoreError>;

    /// The token of a hash, revoked or not.
    async fn find_token(&self, token_hash: [u8; 32]) -> Result<Option<StoredToken>, StoreError>;

    /// All tokens of a site, newest first.
    async fn list_tokens(&self, site: SiteId) -> Result<Vec<StoredToken>, StoreError>;

    /// Notes that a token was used.
    async fn touch_token(&self, id: TokenId, used_at: Timestamp) -> Result<(), StoreError>;

    /// Revokes a token; `false` when there is none or it was revoked before. `entries` go into the log, if it was.
    async fn revoke_token(
        &self,
        site: SiteId,
        id: TokenId,
        revoked_at: Timestamp,
        entries: Vec<LogEntry>,
    ) -> Result<bool, StoreError>;
}
