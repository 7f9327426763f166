//! Events, deliveries and tokens: from columns to the model, and what both databases decide alike.

use std::collections::BTreeMap;

use domain::{
    AccountId, AttemptOutcome, DeliveryId, DeliveryState, EventId, EventKind, Fault, FaultClass, HoldReason,
    Platform, SiteId, SkipReason, Timestamp, TokenId,
};
use thiserror::Error;
use uuid::Uuid;

use super::{OutOfRange, count, parsed};
use crate::error::Inconsistency;
use crate::{
    Attempt, DeliveryPlace, DeliveryQuery, DeliveryRow, Finish, Hold, Memory, Purgeable, Step, StoredAttempt,
    StoredEvent, StoredToken, Weight,
};

/// A code that this program does not know.
#[derive(Debug, Error)]
#[error("unknown code")]
struct UnknownCode;

/// The columns of an event.
#[derive(Debug)]
pub struct EventColumns {
    /// `site_id`.
    pub site: SiteId,
    /// `id`.
    pub id: EventId,
    /// `source`.
    pub source: String,
    /// `external_id`.
    pub external_id: String,
    /// `kind`.
    pub kind: String,
    /// `entity_id`.
    pub entity_id: String,
    /// `occurred_at`.
    pub occurred_at: i64,
    /// `received_at`.
    pub received_at: i64,
    /// `sealed`; empty where it is not wanted.
    pub sealed: Vec<u8>,
}

impl EventColumns {
    /// The event.
    pub fn into_event(self) -> Result<StoredEvent, Inconsistency> {
        Ok(StoredEvent {
            site: self.site,
            id: self.id,
            source: self.source,
            external_id: self.external_id,
            kind: event_kind(&self.kind, self.id)?,
            entity_id: self.entity_id,
            occurred_at: Timestamp::from_ms(self.occurred_at),
            received_at: Timestamp::from_ms(self.received_at),
            sealed: self.sealed,
        })
    }
}

fn event_kind(code: &str, id: EventId) -> Result<EventKind, Inconsistency> {
    EventKind::from_code(code).ok_or_else(|| Inconsistency::new("events", "kind", id, UnknownCode))
}

/// The columns of a delivery in a list.
#[derive(Debug)]
pub struct DeliveryColumns {
    /// `event_id` and `account_id`.
    pub id: DeliveryId,
    /// The account's `site_id`.
    pub site: SiteId,
    /// The account's `platform`.
    pub platform: String,
    /// The event's `kind`.
    pub kind: String,
    /// The event's `entity_id`.
    pub entity_id: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// `reason`.
    pub reason: Option<String>,
    /// `class`.
    pub class: Option<String>,
    /// `attempts`.
    pub attempts: i64,
    /// The event's `received_at`.
    pub received_at: i64,
    /// `due_at`.
    pub due_at: i64,
    /// `leased_until`.
    pub leased_until: Option<i64>,
    /// `updated_at`.
    pub updated_at: i64,
    /// `last_ms`.
    pub last_ms: Option<i64>,
}

impl DeliveryColumns {
    /// The delivery.
    pub fn into_row(self) -> Result<DeliveryRow, Inconsistency> {
        let id = self.id;
        let reason = |code: &str| {
            SkipReason::from_code(code)
                .ok_or_else(|| Inconsistency::new("deliveries", "reason", id, UnknownCode))
        };
        Ok(DeliveryRow {
            id,
            site: self.site,
            platform: parsed(&self.platform, "accounts", "platform", id.account)?,
            kind: event_kind(&self.kind, id.event)?,
            entity_id: self.entity_id,
            state: self.state,
            reason: self.reason.as_deref().map(reason).transpose()?,
            class: self
                .class
                .as_deref()
                .map(|code| fault_class(code, id))
                .transpose()?,
            attempts: number(self.attempts, "deliveries", "attempts", id)?,
            received_at: Timestamp::from_ms(self.received_at),
            due_at: Timestamp::from_ms(self.due_at),
            leased_until: self.leased_until.map(Timestamp::from_ms),
            updated_at: Timestamp::from_ms(self.updated_at),
            last_ms: self
                .last_ms
                .map(|ms| number(ms, "deliveries", "last_ms", id))
                .transpose()?,
        })
    }
}

/// The state of a code that `id` has.
pub fn delivery_state(code: &str, id: DeliveryId) -> Result<DeliveryState, Inconsistency> {
    DeliveryState::from_code(code).ok_or_else(|| Inconsistency::new("deliveries", "state", id, UnknownCode))
}

/// The class of a code that `id` has.
pub fn fault_class(code: &str, id: DeliveryId) -> Result<FaultClass, Inconsistency> {
    FaultClass::from_code(code).ok_or_else(|| Inconsistency::new("deliveries", "class", id, UnknownCode))
}

/// A number that fits 32 bits and is not negative.
pub fn number(
    value: i64,
    table: &'static str,
    column: &'static str,
    row: impl std::fmt::Display,
) -> Result<u32, Inconsistency> {
    u32::try_from(value).map_err(|_| Inconsistency::new(table, column, row, OutOfRange))
}

/// How an attempt ended, as stored: what the platform took, or the class of the failure.
pub const fn outcome_code(outcome: AttemptOutcome) -> &'static str {
    match outcome {
        AttemptOutcome::Delivered => DeliveryState::Delivered.code(),
        AttemptOutcome::Failed(class) => class.code(),
    }
}

/// The columns of an attempt.
#[derive(Debug)]
pub struct AttemptColumns {
    /// `event_id` and `account_id`.
    pub id: DeliveryId,
    /// Which one of the delivery it is, from 1.
    pub number: i64,
    /// `started_at`.
    pub started_at: i64,
    /// `ms`.
    pub ms: i64,
    /// `outcome`.
    pub outcome: String,
    /// `fault`.
    pub fault: Option<Fault>,
    /// `sealed`.
    pub sealed: Vec<u8>,
}

impl AttemptColumns {
    /// The attempt.
    pub fn into_attempt(self) -> Result<StoredAttempt, Inconsistency> {
        let outcome = if self.outcome == DeliveryState::Delivered.code() {
            AttemptOutcome::Delivered
        } else {
            let class = FaultClass::from_code(&self.outcome)
                .ok_or_else(|| Inconsistency::new("delivery_attempts", "outcome", self.id, UnknownCode))?;
            AttemptOutcome::Failed(class)
        };
        Ok(StoredAttempt {
            number: number(self.number, "delivery_attempts", "number", self.id)?,
            attempt: Attempt {
                started_at: Timestamp::from_ms(self.started_at),
                ms: number(self.ms, "delivery_attempts", "ms", self.id)?,
                outcome,
                fault: self.fault,
                sealed_exchanges: self.sealed,
            },
        })
    }
}

/// An account's hold, from the columns.
pub fn hold(account: AccountId, reason: &str, since: i64, until: Option<i64>) -> Result<Hold, Inconsistency> {
    Ok(Hold {
        reason: HoldReason::from_code(reason)
            .ok_or_else(|| Inconsistency::new("delivery_holds", "reason", account, UnknownCode))?,
        since: Timestamp::from_ms(since),
        until: until.map(Timestamp::from_ms),
    })
}

/// Whether a hold says the same as the one before it, whenever it began.
pub fn is_same_hold(before: Option<&Hold>, after: Option<&Hold>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => before.reason == after.reason && before.until == after.until,
        (None, None) => true,
        _ => false,
    }
}

/// The columns of a token.
#[derive(Debug)]
pub struct TokenColumns {
    /// `id`.
    pub id: TokenId,
    /// `site_id`.
    pub site: SiteId,
    /// `name`.
    pub name: String,
    /// `scopes`.
    pub scopes: Vec<String>,
    /// `prefix`.
    pub prefix: String,
    /// `created_by`.
    pub created_by: String,
    /// `created_at`.
    pub created_at: i64,
    /// `used_at`.
    pub used_at: Option<i64>,
    /// `revoked_at`.
    pub revoked_at: Option<i64>,
}

impl TokenColumns {
    /// The token.
    pub fn into_token(self) -> StoredToken {
        StoredToken {
            id: self.id,
            site: self.site,
            name: self.name,
            scopes: self.scopes,
            prefix: self.prefix,
            created_by: self.created_by,
            created_at: Timestamp::from_ms(self.created_at),
            used_at: self.used_at.map(Timestamp::from_ms),
            revoked_at: self.revoked_at.map(Timestamp::from_ms),
        }
    }
}

/// Milliseconds of an hour.
const HOUR_MS: i64 = 60 * 60 * 1000;

/// When the hour of `at` began.
pub const fn hour_of(at: Timestamp) -> Timestamp {
    Timestamp::from_ms(at.ms() - at.ms().rem_euclid(HOUR_MS))
}

/// When a delivery to `platform` is first due; `None` where there is none.
pub fn first_due_at(
    kind: EventKind,
    platform: Platform,
    occurred_at: Timestamp,
    received_at: Timestamp,
) -> Option<Timestamp> {
    let due_at = occurred_at.plus_seconds(i64::from(kind.wait_s(platform)));
    kind.reaches(platform).then(|| due_at.max(received_at))
}

/// The codes of the kinds that make an earlier event of `kind` about the same thing needless; none where nothing does.
pub fn superseding_codes(kind: EventKind) -> impl Iterator<Item = &'static str> {
    let is_superseding =
        move |later: &EventKind| kind.is_replaceable() && later.entity() == kind.entity() && later.replaces();
    EventKind::ALL
        .iter()
        .copied()
        .filter(is_superseding)
        .map(EventKind::code)
}

/// The codes of the kinds that, delivered later, make an event of `kind` needless that is tried again.
pub fn overtaking_codes(kind: EventKind) -> impl Iterator<Item = &'static str> {
    let is_overtaking = move |later: &EventKind| later.overtakes(kind);
    EventKind::ALL
        .iter()
        .copied()
        .filter(is_overtaking)
        .map(EventKind::code)
}

/// Of each kind that becomes stale its code, and what happened up to when is so at `now`, in milliseconds.
pub fn stale_codes(now: Timestamp) -> impl Iterator<Item = (&'static str, i64)> {
    EventKind::ALL
        .iter()
        .filter_map(move |kind| Some((kind.code(), kind.stale_up_to(now)?.ms())))
}

/// What is due of a kind, from the columns: `kind`, how many, and how many of them are needless.
pub fn weight(account: AccountId, kind: &str, waiting: i64, needless: i64) -> Result<Weight, Inconsistency> {
    Ok(Weight {
        kind: EventKind::from_code(kind)
            .ok_or_else(|| Inconsistency::new("events", "kind", account, UnknownCode))?,
        waiting: count(waiting, "deliveries", "event_id")?,
        needless: count(needless, "deliveries", "event_id")?,
    })
}

/// What a [`Finish`] makes of a delivery's columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finished {
    /// Where it stands then.
    pub state: DeliveryState,
    /// Why it was skipped.
    pub reason: Option<SkipReason>,
    /// When it is due next; unchanged at its end.
    pub due_at: Option<Timestamp>,
    /// Whether it is doubtful: this, or with `None` as it was.
    pub is_doubtful: Option<bool>,
    /// What is added to `attempts`.
    pub attempts: u8,
    /// The class of the attempt's failure: `None` without an attempt, which leaves the column as it was.
    pub class: Option<Option<FaultClass>>,
    /// How long the attempt took: `None` without one, which leaves the column as it was.
    pub last_ms: Option<u32>,
}

impl Finished {
    /// What `finish` makes of them.
    pub fn of(finish: &Finish) -> Self {
        let class = finish.attempt.as_ref().map(|attempt| match attempt.outcome {
            AttemptOutcome::Delivered => None,
            AttemptOutcome::Failed(class) => Some(class),
        });
        let is_silent = class == Some(Some(FaultClass::Unknown));
        // A doubt stays until an attempt says otherwise: whatever is sent again later is looked up before.
        let keep = |is_doubtful: bool| is_doubtful.then_some(true);
        let (state, reason, due_at, is_doubtful) = match finish.step {
            Step::End { state, reason } => {
                let is_doubtful = keep(is_silent || state == DeliveryState::Unknown);
                (state, reason, None, is_doubtful)
            }
            Step::Retry { due_at, is_doubtful } => {
                (DeliveryState::Waiting, None, Some(due_at), Some(is_doubtful))
            }
            Step::Release { due_at, is_doubtful } => {
                (DeliveryState::Waiting, None, Some(due_at), keep(is_doubtful))
            }
        };
        let is_counted = finish.attempt.is_some() && !matches!(finish.step, Step::Release { .. });
        Self {
            state,
            reason,
            due_at,
            is_doubtful,
            attempts: u8::from(is_counted),
            class,
            last_ms: finish.attempt.as_ref().map(|attempt| attempt.ms),
        }
    }

    /// What it adds to the hour's counts: delivered, failed, retried, skipped.
    pub fn counts(&self, step: &Step) -> [u32; 4] {
        match (self.state, step) {
            (DeliveryState::Delivered, _) => [1, 0, 0, 0],
            (state, _) if state.is_failure() => [0, 1, 0, 0],
            (DeliveryState::Skipped, _) => [0, 0, 0, 1],
            (_, Step::Retry { .. }) => [0, 0, 1, 0],
            _ => [0; 4],
        }
    }
}

/// Where a change goes on that has `found` what it looked for, at most `limit`: from the last event, of which it may not have
/// found every delivery.
pub fn next_of(found: &[DeliveryId], limit: u32) -> Option<EventId> {
    let is_full = u32::try_from(found.len()).is_ok_and(|count| count >= limit);
    found.last().filter(|_| is_full).map(|last| last.event)
}

/// The part of the deliveries that a query reads: events from the first to the last, both included, and of the first or
/// the last only those past the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryRange {
    /// The smallest event.
    pub first: Uuid,
    /// The largest event.
    pub last: Uuid,
    /// Only deliveries whose (event, account) is less than this.
    pub below: Option<(Uuid, Uuid)>,
    /// Only deliveries whose (event, account) is greater than this.
    pub above: Option<(Uuid, Uuid)>,
}

impl DeliveryRange {
    /// What `query` reads from `place`; `None` where it finds nothing.
    pub fn of(query: &DeliveryQuery, place: DeliveryPlace) -> Option<Self> {
        let number = |id: EventId| id.uuid().as_u128();
        let key = |id: DeliveryId| (id.event.uuid(), id.account.uuid());
        let mut first = query.from.map_or(0, number);
        let mut last = u128::MAX;
        if let Some(before) = query.before {
            last = number(before).checked_sub(1)?;
        }
        let (mut below, mut above) = (None, None);
        match place {
            DeliveryPlace::Newest => {}
            DeliveryPlace::OlderThan(id) => {
                last = last.min(number(id.event));
                below = Some(key(id));
            }
            DeliveryPlace::NewerThan(id) => {
                first = first.max(number(id.event));
                above = Some(key(id));
            }
        }
        let is_empty = first > last || query.states.as_ref().is_some_and(Vec::is_empty);
        (!is_empty).then(|| Self {
            first: Uuid::from_u128(first),
            last: Uuid::from_u128(last),
            below,
            above,
        })
    }
}

/// What is to be remembered and forgotten, by account and key: of what is told several times, the last.
pub fn latest_memories<'a>(
    memories: impl Iterator<Item = (AccountId, &'a Memory)>,
) -> BTreeMap<(AccountId, &'a [u8]), Option<&'a str>> {
    memories
        .map(|(account, memory)| ((account, memory.key.as_slice()), memory.value.as_deref()))
        .collect()
}

/// What a purge would do with `all` events of which so many wait, as a database answered.
pub fn purgeable(all: i64, waiting: i64, is_more: bool) -> Result<Purgeable, Inconsistency> {
    let all = count(all, "events", "id")?;
    // More may have been made to wait since all were counted.
    let waiting = count(waiting, "deliveries", "event_id")?.min(all);
    Ok(Purgeable {
        removable: all - waiting,
        waiting,
        is_more,
    })
}
