//! Deleting accounts: final.

use domain::{AccountId, LogKind, LogMessage, SiteId, Version};
use persistence::{AccountWrite, StoreError};
use thiserror::Error;

use crate::error::ServiceError;
use crate::{Actor, Raccordo};

/// Why accounts are not deleted.
#[derive(Debug, Error)]
pub enum DeleteError {
    /// Somebody else changed one of them since the person was asked.
    #[error("an account was changed meanwhile")]
    Changed,
    /// Something else.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Raccordo {
    /// Deletes accounts in the states that a person has seen, all or none; those already gone are passed over. Answers
    /// how many were deleted.
    pub async fn delete_accounts(
        &self,
        actor: &Actor,
        site: SiteId,
        accounts: &[(AccountId, Version)],
    ) -> Result<u32, DeleteError> {
        let (mut writes, mut entries) = (Vec::new(), Vec::new());
        for (id, expected) in accounts {
            match self
                .store
                .find_account(site, *id)
                .await
                .map_err(ServiceError::from)?
            {
                Some(account) if account.version != *expected => return Err(DeleteError::Changed),
                Some(account) => {
                    let message = LogMessage::new(LogKind::AccountDeleted);
                    entries.push(self.entry(site, Some(&account), Some(actor), message)?);
                    writes.push(AccountWrite::Remove {
                        id: *id,
                        expected: *expected,
                    });
                }
                None => {}
            }
        }
        let count = u32::try_from(writes.len()).unwrap_or(u32::MAX);
        match self.store.write_accounts(site, writes, entries).await {
            Ok(()) => {
                tracing::info!(count, user = %actor.user.name, "accounts deleted");
                Ok(count)
            }
            Err(StoreError::VersionConflict { .. }) => Err(DeleteError::Changed),
            Err(error) => Err(ServiceError::Store(error).into()),
        }
    }
}
