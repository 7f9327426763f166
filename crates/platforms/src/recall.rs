//! What is remembered of one remote account.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Settings, Timestamp};

use crate::parcel::{Memory, MemoryError};

/// Sets the words of a mark apart from what is remembered.
const MARK: &str = "mark";
/// How much of a fingerprint a mark keeps: it only tells two addresses of one customer apart.
const MARK_BYTES: usize = 9;

/// The memory of an account, as its connector uses it. An account that is pointed at another remote one remembers nothing
/// of it: the ids of the former mean nothing there.
pub(crate) struct Recall<'a> {
    memory: &'a dyn Memory,
    place: String,
    is_dry: bool,
}

impl<'a> Recall<'a> {
    pub(crate) fn new(settings: &Settings, memory: &'a dyn Memory) -> Self {
        let host = settings.host();
        let place = match settings {
            Settings::Clerk(clerk) => format!("{host}/{}", clerk.public_key),
            _ => host.to_string(),
        };
        Self {
            memory,
            place,
            is_dry: false,
        }
    }

    /// The same, but nothing is written, and a memory that fails is one that knows nothing.
    pub(crate) fn dry(settings: &Settings, memory: &'a dyn Memory) -> Self {
        Self {
            is_dry: true,
            ..Self::new(settings, memory)
        }
    }

    fn key(&self, what: &str, id: &str) -> String {
        format!("{} {what} {id}", self.place)
    }

    pub(crate) async fn recall(&self, what: &str, id: &str) -> Result<Option<String>, MemoryError> {
        match self.memory.recall(&self.key(what, id)).await {
            Err(_) if self.is_dry => Ok(None),
            recalled => recalled,
        }
    }

    pub(crate) async fn remember(&self, what: &str, id: &str, value: &str) -> Result<(), MemoryError> {
        if self.is_dry {
            return Ok(());
        }
        self.memory.remember(&self.key(what, id), value).await
    }

    pub(crate) async fn forget(&self, what: &str, id: &str) -> Result<(), MemoryError> {
        if self.is_dry {
            return Ok(());
        }
        self.memory.forget(&self.key(what, id)).await
    }

    /// The instant that is remembered; what is none counts as unknown.
    pub(crate) async fn recall_time(&self, what: &str, id: &str) -> Result<Option<Timestamp>, MemoryError> {
        let known = self.recall(what, id).await?;
        Ok(known.and_then(|known| known.parse().ok()).map(Timestamp::from_ms))
    }

    /// Remembers `at` unless a later instant is remembered. Whether `at` is the latest now.
    pub(crate) async fn advance(&self, what: &str, id: &str, at: Timestamp) -> Result<bool, MemoryError> {
        match self.recall_time(what, id).await? {
            Some(known) if known > at => Ok(false),
            Some(known) if known == at => Ok(true),
            _ => {
                self.remember(what, id, &at.ms().to_string()).await?;
                Ok(true)
            }
        }
    }

    /// Stands in the memory for an e-mail address of the customer `id`: it tells that the address has changed, and whoever
    /// reads the memory without its key cannot find out by trying what it was.
    pub(crate) fn mark(&self, id: &str, email: &str) -> Result<String, MemoryError> {
        let words = format!("{}\n{}", self.key(MARK, id), email.to_lowercase());
        match self.memory.fingerprint(&words) {
            Ok(fingerprint) => Ok(URL_SAFE_NO_PAD.encode(&fingerprint[..MARK_BYTES])),
            Err(_) if self.is_dry => Ok(String::new()),
            Err(error) => Err(error),
        }
    }
}
