//! What is remembered of the other side of an account, in the store. The words may hold an e-mail address or a customer's
//! id: only a keyed hash of them is stored.

use async_trait::async_trait;
use domain::AccountId;
use platforms::{Memory, MemoryError};
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

    fn key(&self, words: &str) -> Result<[u8; 32], MemoryError> {
        self.raccordo.memory_key(self.account, words).map_err(failed)
    }
}

#[async_trait]
impl Memory for StoredMemory<'_> {
    async fn recall(&self, key: &str) -> Result<Option<String>, MemoryError> {
        let key = self.key(key)?;
        self.raccordo
            .store()
            .recall(self.account, &key)
            .await
            .map_err(failed)
    }

    async fn remember(&self, key: &str, value: &str) -> Result<(), MemoryError> {
        let key = self.key(key)?;
        self.raccordo
            .store()
            .remember(self.account, &key, value)
            .await
            .map_err(failed)
    }

    async fn forget(&self, key: &str) -> Result<(), MemoryError> {
        let key = self.key(key)?;
        self.raccordo
            .store()
            .forget(self.account, &key)
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
