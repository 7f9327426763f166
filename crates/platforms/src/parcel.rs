//! An event on its way to a platform: what is handed in, and what is told of it.

use std::collections::BTreeSet;
use std::fmt;

use async_trait::async_trait;
use domain::{Effect, EventKind, Exchange, Fact, Fault, FaultClass, LanguageTag, SkipReason, Timestamp};
use events::Payload;
use thiserror::Error;
use tokio::time::Instant;

/// What is known of the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shop {
    /// What people call it.
    pub name: String,
    /// Its public address.
    pub url: String,
    /// Its default language.
    pub language: LanguageTag,
    /// The languages that other active accounts of the same platform take care of (Clerk.io).
    pub other_languages: BTreeSet<LanguageTag>,
}

/// An event to deliver.
#[derive(Debug, Clone, Copy)]
pub struct Parcel<'a> {
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub occurred_at: Timestamp,
    /// What it carries.
    pub payload: &'a Payload,
    /// Whether an earlier attempt went out without an answer: what can be read back is looked for first.
    pub is_doubtful: bool,
    /// Now.
    pub now: Timestamp,
}

/// The memory could not be used.
#[derive(Debug, Error)]
#[error("what is remembered of the platform cannot be read or written")]
pub struct MemoryError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Something to remember of the other side of an account, or to forget: ids over there, by words of this crate such as
/// `negozio.api-us1.com order 10421`. The words may hold personal data (an e-mail address); the values never do.
#[derive(Clone, PartialEq, Eq)]
pub struct Note {
    /// The words.
    pub key: String,
    /// What is to be remembered; `None` where the other side does not know it any more.
    pub value: Option<String>,
}

impl fmt::Debug for Note {
    /// Its words may hold personal data, and name an account by its public key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Note").finish_non_exhaustive()
    }
}

/// What is remembered of the other side of one account.
#[async_trait]
pub trait Memory: Send + Sync {
    /// What is remembered under each of `keys`, in their order.
    async fn recall(&self, keys: &[String]) -> Result<Vec<Option<String>>, MemoryError>;

    /// Remembers and forgets, at once and durably. No key comes twice.
    async fn remember(&self, notes: &[Note]) -> Result<(), MemoryError>;

    /// A keyed hash of `words`, which may hold personal data: always the same one of the same words, and without the key
    /// nobody can test what they are. A value may hold it.
    fn fingerprint(&self, words: &str) -> Result<[u8; 32], MemoryError>;
}

/// The pace of calls to one remote account.
#[async_trait]
pub trait Pace: Send + Sync {
    /// Waits until the next call may be made.
    async fn turn(&self);

    /// When the whole delivery has ended; `None` if that does not matter. A call that could take longer is not begun.
    fn deadline(&self) -> Option<Instant> {
        None
    }
}

/// No limit.
#[derive(Debug, Clone, Copy, Default)]
pub struct AtOnce;

#[async_trait]
impl Pace for AtOnce {
    async fn turn(&self) {}
}

/// What became of a delivery.
#[derive(Debug)]
pub enum Delivery {
    /// The platform took it. What it said of it, as facts to show.
    Done(Vec<Fact>),
    /// There was nothing to send.
    Skipped(SkipReason),
    /// It failed.
    Failed {
        /// Why.
        fault: Fault,
        /// Whether something may have been changed over there.
        effect: Effect,
        /// Whether it may be tried again although it may have been carried out: the platform can be read back, or the same
        /// thing sent again changes nothing.
        is_repeatable: bool,
    },
    /// The memory failed, not the platform: nothing is known to be wrong over there. Some calls may have been made.
    MemoryFailed(MemoryError),
}

impl Delivery {
    /// The class of the failure, if it is one of the platform's.
    pub const fn class(&self) -> Option<FaultClass> {
        match self {
            Self::Failed { fault, effect, .. } => Some(fault.class(*effect)),
            _ => None,
        }
    }
}

/// An attempt, as told.
#[derive(Debug)]
pub struct DeliveryReport {
    /// What became of it.
    pub delivery: Delivery,
    /// Seconds to wait before another attempt, if the last answer says (`Retry-After`), whatever else it says.
    pub retry_after_s: Option<u32>,
    /// The calls, redacted. They may hold personal data.
    pub exchanges: Vec<Exchange>,
    /// How long it took, in milliseconds, waiting for turns left out.
    pub ms: u32,
    /// What is still to be remembered, whatever became of the delivery. No key comes twice.
    pub notes: Vec<Note>,
}

/// A call that would be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedCall {
    /// The method.
    pub method: String,
    /// The address, with `▇` where a secret would stand.
    pub url: String,
    /// The body as indented JSON, redacted; empty for none. Ids that only the answers will tell stand in angle brackets,
    /// such as `‹contact›`.
    pub body: String,
}

/// What a delivery would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// These calls, one after the other.
    Calls(Vec<PlannedCall>),
    /// Nothing, by this rule.
    Skip(SkipReason),
}
