//! What is remembered of the other side of an account, in the store. The words may hold an e-mail address or a customer's
//! id: only a keyed hash of them is stored.

use async_trait::async_trait;
use domain::AccountId;
use platforms::{Memory, MemoryError, Note};
use service::Raccordo;

/// The memory of one account.
pub(crate) struct StoredMemory<'a> {
    raccordo: &'a Raccordo,
    account: AccountId,
}

impl<'a> StoredMemory<'a> {
    /// The memory of `account`.
    pub(crate) const fn new(raccordo: &'a Raccordo, account: AccountId) -> Self {
        Self { raccordo, account }
    }

    /// `notes` as they are stored.
    pub(crate) fn sealed(&self, notes: &[Note]) -> Result<Vec<persistence::Memory>, MemoryError> {
        let sealed = |note: &Note| {
            Ok(persistence::Memory {
                key: self.key(&note.key)?.to_vec(),
                value: note.value.clone(),
            })
        };
        notes.iter().map(sealed).collect()
    }

    fn key(&self, words: &str) -> Result<[u8; 32], MemoryError> {
        self.raccordo.memory_key(self.account, words).map_err(failed)
    }
}

#[async_trait]
impl Memory for StoredMemory<'_> {
    async fn recall(&self, keys: &[String]) -> Result<Vec<Option<String>>, MemoryError> {
        let keys = keys
            .iter()
            .map(|key| Ok(self.key(key)?.to_vec()))
            .collect::<Result<_, MemoryError>>()?;
        self.raccordo
            .store()
            .recall(self.account, keys)
            .await
            .map_err(failed)
    }

    async fn remember(&self, notes: &[Note]) -> Result<(), MemoryError> {
        let memories = self.sealed(notes)?;
        self.raccordo
            .store()
            .remember(self.account, memories)
            .await
            .map_err(failed)
    }

    fn fingerprint(&self, words: &str) -> Result<[u8; 32], MemoryError> {
        self.key(words)
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> MemoryError {
    MemoryError(Box::new(error))
}
