//! What is remembered of one remote account.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Settings, Timestamp};

use crate::parcel::{Memory, MemoryError, Note};

/// Sets the words of a mark apart from what is remembered.
const MARK: &str = "mark";
/// How much of a fingerprint a mark keeps: it only tells two addresses of one customer apart.
const MARK_BYTES: usize = 9;

/// The memory of an account, as its connector uses it for one delivery. An account that is pointed at another remote one
/// remembers nothing of it: the ids of the former mean nothing there.
///
/// What is remembered is written before the next call goes out, and after the last one with the end of the delivery: one
/// act of the store instead of two.
pub(crate) struct Recall<'a> {
    memory: &'a dyn Memory,
    place: String,
    is_dry: bool,
    held: Mutex<Held>,
}

/// What one delivery has in hand.
#[derive(Default)]
struct Held {
    /// What was read or noted.
    known: HashMap<String, Option<String>>,
    /// What is not written yet.
    notes: Vec<Note>,
    /// Why the memory could not be written.
    failure: Option<MemoryError>,
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
            held: Mutex::default(),
        }
    }

    /// The same, but nothing is written, and a memory that fails is one that knows nothing.
    pub(crate) fn dry(settings: &Settings, memory: &'a dyn Memory) -> Self {
        Self {
            is_dry: true,
            ..Self::new(settings, memory)
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // Each change is one step: a poisoned lock is as good as any.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn key(&self, what: &str, id: &str) -> String {
        format!("{} {what} {id}", self.place)
    }

    /// Reads at one go what will be asked for.
    pub(crate) async fn prepare(&self, all: &[(&str, &str)]) -> Result<(), MemoryError> {
        let keys: Vec<String> = all.iter().map(|(what, id)| self.key(what, id)).collect();
        let recalled = match self.memory.recall(&keys).await {
            Err(_) if self.is_dry => vec![None; keys.len()],
            recalled => recalled?,
        };
        self.held().known.extend(keys.into_iter().zip(recalled));
        Ok(())
    }

    pub(crate) async fn recall(&self, what: &str, id: &str) -> Result<Option<String>, MemoryError> {
        let key = self.key(what, id);
        if let Some(known) = self.held().known.get(&key) {
            return Ok(known.clone());
        }
        self.prepare(&[(what, id)]).await?;
        Ok(self.held().known.get(&key).cloned().flatten())
    }

    pub(crate) fn remember(&self, what: &str, id: &str, value: &str) {
        self.note(what, id, Some(value.to_owned()));
    }

    pub(crate) fn forget(&self, what: &str, id: &str) {
        self.note(what, id, None);
    }

    fn note(&self, what: &str, id: &str, value: Option<String>) {
        if self.is_dry {
            return;
        }
        let key = self.key(what, id);
        let mut held = self.held();
        held.known.insert(key.clone(), value.clone());
        held.notes.retain(|note| note.key != key);
        held.notes.push(Note { key, value });
    }

    /// Writes what was noted; `false` if the memory failed, and [`Self::end`] tells why. Given up half-way, it leaves the
    /// notes to the end of the delivery.
    pub(crate) async fn write(&self) -> bool {
        let notes = self.held().notes.clone();
        if notes.is_empty() {
            return true;
        }
        let written = self.memory.remember(&notes).await;
        let mut held = self.held();
        held.notes.clear();
        held.failure = written.err();
        held.failure.is_none()
    }

    /// What is left to be written; or why the memory failed.
    pub(crate) fn end(self) -> Result<Vec<Note>, MemoryError> {
        let held = self.held.into_inner().unwrap_or_else(PoisonError::into_inner);
        held.failure.map_or(Ok(held.notes), Err)
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
                self.remember(what, id, &at.ms().to_string());
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::time::Duration;

    use async_trait::async_trait;
    use domain::{Context, Platform, Values};

    use super::*;

    /// A memory that never comes to an end of writing.
    struct Mute;

    #[async_trait]
    impl Memory for Mute {
        async fn recall(&self, keys: &[String]) -> Result<Vec<Option<String>>, MemoryError> {
            Ok(vec![None; keys.len()])
        }

        async fn remember(&self, _: &[Note]) -> Result<(), MemoryError> {
            std::future::pending().await
        }

        fn fingerprint(&self, _: &str) -> Result<[u8; 32], MemoryError> {
            Ok([0; 32])
        }
    }

    fn settings() -> Settings {
        let mut values = Values::default();
        for (name, value) in [
            ("public_key", "0123456789abcdef0123456789abcdef"),
            ("language", "it"),
            ("currency", "EUR"),
        ] {
            values.insert(name.to_owned(), value.to_owned());
        }
        Settings::parse(Platform::Clerk, &values, Context::Stored).unwrap()
    }

    #[tokio::test]
    async fn what_was_being_written_when_time_was_up_goes_with_the_end() {
        let recall = Recall::new(&settings(), &Mute);
        recall.remember("order", "10421", "sale");
        let written = tokio::time::timeout(Duration::from_millis(1), recall.write()).await;
        assert!(written.is_err());
        let notes = recall.end().unwrap();
        assert_eq!(notes.len(), 1);
        assert_eq!(notes[0].value.as_deref(), Some("sale"));
    }
}
