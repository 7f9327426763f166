//! *Spiega*: what an event would do, account by account, without a call.

use async_trait::async_trait;
use domain::{Account, AccountId, DeliveryId, EventId, SiteId, SkipReason};
use events::Payload;
use persistence::StoredEvent;
use platforms::{Memory, MemoryError, Note, Parcel, Plan, Remote};
use thiserror::Error;

use super::OpenPayload;
use crate::error::ServiceError;
use crate::{OpenAccount, Raccordo};

/// Sets hashes of what is remembered of a platform apart from others.
const MEMORY_PURPOSE: &str = "memory";

/// What an event would do to an account.
#[derive(Debug)]
pub struct Explained {
    /// The account.
    pub account: Account,
    /// The calls, the rule that leaves the event out, or why neither can be told.
    pub plan: Result<Plan, ExplainError>,
}

/// Why it cannot be told what an event would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ExplainError {
    /// The account's secrets cannot be opened.
    #[error("the account's secrets cannot be opened")]
    AccountLocked,
    /// The payload cannot be opened: the master key is missing or another one.
    #[error("the event's payload cannot be opened")]
    PayloadLocked,
    /// The payload was altered, or an earlier release took in what this one does not.
    #[error("the event's payload cannot be read")]
    PayloadUnreadable,
}

/// What is remembered of an account's other side; nothing is added to it.
struct ReadOnly<'a> {
    raccordo: &'a Raccordo,
    account: AccountId,
}

#[async_trait]
impl Memory for ReadOnly<'_> {
    async fn recall(&self, keys: &[String]) -> Result<Vec<Option<String>>, MemoryError> {
        let keys = keys
            .iter()
            .map(|key| Ok(self.raccordo.memory_key(self.account, key)?.to_vec()))
            .collect::<Result<_, ServiceError>>()
            .map_err(as_memory)?;
        let recalled = self.raccordo.store.recall(self.account, keys).await;
        recalled.map_err(as_memory)
    }

    async fn remember(&self, _: &[Note]) -> Result<(), MemoryError> {
        Ok(())
    }

    fn fingerprint(&self, words: &str) -> Result<[u8; 32], MemoryError> {
        self.raccordo.memory_key(self.account, words).map_err(as_memory)
    }
}

fn as_memory(error: impl std::error::Error + Send + Sync + 'static) -> MemoryError {
    MemoryError(Box::new(error))
}

impl Raccordo {
    /// The key under which something is remembered of an account's other side: a keyed hash of `words`, which may hold
    /// personal data.
    pub fn memory_key(&self, account: AccountId, words: &str) -> Result<[u8; 32], ServiceError> {
        let key = self.own_key()?;
        Ok(key.keyed_hash(MEMORY_PURPOSE, &[&account.to_string(), words]))
    }

    /// What an event would do now to every active account that it reaches; `None` when there is no such event. Nothing is
    /// sent.
    pub async fn explain(
        &self,
        site: SiteId,
        event: EventId,
    ) -> Result<Option<Vec<Explained>>, ServiceError> {
        let Some(event) = self.store.find_event(site, event).await? else {
            return Ok(None);
        };
        let payload = match self.open_payload(&event)? {
            OpenPayload::Open { payload, .. } => Ok(payload),
            OpenPayload::Locked => Err(ExplainError::PayloadLocked),
            OpenPayload::Unreadable => Err(ExplainError::PayloadUnreadable),
        };
        let mut explained = Vec::new();
        for account in self.active_accounts(site, None).await? {
            if !event.kind.reaches(account.platform()) {
                continue;
            }
            let plan = match &payload {
                Ok(payload) => self.plan(&event, payload, &account).await?,
                Err(error) => Err(*error),
            };
            explained.push(Explained { account, plan });
        }
        Ok(Some(explained))
    }

    async fn plan(
        &self,
        event: &StoredEvent,
        payload: &Payload,
        account: &Account,
    ) -> Result<Result<Plan, ExplainError>, ServiceError> {
        let id = DeliveryId {
            event: event.id,
            account: account.id,
        };
        // What the engine looks at before it sends anything.
        if self.store.is_superseded(event.site, id).await? {
            return Ok(Ok(Plan::Skip(SkipReason::Superseded)));
        }
        let now = self.now();
        if event.kind.is_stale(event.occurred_at, now) {
            return Ok(Ok(Plan::Skip(SkipReason::Stale)));
        }
        let secrets = match self.open_account(event.site, account.id).await? {
            OpenAccount::Open { secrets, .. } => secrets,
            OpenAccount::Locked(_) | OpenAccount::Gone => return Ok(Err(ExplainError::AccountLocked)),
        };
        let remote = Remote {
            settings: &account.settings,
            secrets: &secrets,
        };
        let shop = self.shop(event.site, account).await?;
        let parcel = Parcel {
            kind: event.kind,
            occurred_at: event.occurred_at,
            payload,
            is_doubtful: false,
            now,
        };
        let memory = ReadOnly {
            raccordo: self,
            account: account.id,
        };
        Ok(Ok(self.platforms.explain(&remote, &shop, &parcel, &memory).await))
    }
}
