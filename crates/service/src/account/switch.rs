//! Switching accounts on and off. Switching off keeps every setting.

use domain::{Account, AccountId, ChangeKind, SiteId};
use persistence::{AccountWrite, StoreError};
use thiserror::Error;

use super::read::as_holder;
use super::{Holder, TRIES_MAX};
use crate::error::ServiceError;
use crate::{Actor, Raccordo};

/// What a switch did.
#[derive(Debug)]
pub struct Switch {
    /// The account's state now.
    pub account: Account,
    /// Whether this call changed it.
    pub changed: bool,
}

/// Why an account is not switched on.
#[derive(Debug, Error)]
pub enum ActivateError {
    /// Other active accounts are in the way.
    #[error("another active account is in the way")]
    InTheWay {
        /// The account that was to be switched on.
        account: Box<Account>,
        /// Who is in the way.
        holders: Vec<Holder>,
    },
    /// There is no such account (any more).
    #[error("the account does not exist")]
    NotFound,
    /// Something else.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<StoreError> for ActivateError {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

impl Raccordo {
    /// Switches an account on or off. One that is there already stays as it is.
    pub async fn switch_account(
        &self,
        actor: &Actor,
        site: SiteId,
        id: AccountId,
        active: bool,
    ) -> Result<Switch, ActivateError> {
        for _ in 0..TRIES_MAX {
            let before = self
                .store
                .find_account(site, id)
                .await?
                .ok_or(ActivateError::NotFound)?;
            if before.active == active {
                return Ok(Switch {
                    account: before,
                    changed: false,
                });
            }
            let (after, write) = self.switched(actor, &before, active);
            match self.store.write_accounts(site, vec![write]).await {
                Ok(()) => {
                    tracing::info!(account.id = %id, platform = after.platform().code(), active, "account switched");
                    return Ok(Switch {
                        account: after,
                        changed: true,
                    });
                }
                Err(StoreError::VersionConflict { .. }) => {}
                Err(StoreError::SlotTaken { .. }) => {
                    let holders = self.holders_in_the_way(&before).await?;
                    // The one in the way may have left meanwhile.
                    if !holders.is_empty() {
                        return Err(ActivateError::InTheWay {
                            account: Box::new(before),
                            holders,
                        });
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(busy())
    }

    /// Switches an account on in the place of those in its way, in one step: who holds its place is switched off; who
    /// is only the default account stays active and gives up the mark.
    pub async fn swap_account(
        &self,
        actor: &Actor,
        site: SiteId,
        id: AccountId,
    ) -> Result<Account, ActivateError> {
        for _ in 0..TRIES_MAX {
            let before = self
                .store
                .find_account(site, id)
                .await?
                .ok_or(ActivateError::NotFound)?;
            if before.active {
                return Ok(before);
            }
            let wanted = before.settings.slots();
            let mut writes = Vec::new();
            for holder in self.store.list_slot_holders(site, &wanted).await? {
                match as_holder(&holder, &wanted) {
                    Some(Holder { slot, .. }) if slot.is_default() => {
                        writes.push(self.unmarked(actor, &holder));
                    }
                    Some(_) => writes.push(self.switched(actor, &holder, false).1),
                    None => {}
                }
            }
            let (after, write) = self.switched(actor, &before, true);
            writes.push(write);
            match self.store.write_accounts(site, writes).await {
                Ok(()) => {
                    tracing::info!(account.id = %id, platform = after.platform().code(), "account swapped in");
                    return Ok(after);
                }
                Err(StoreError::VersionConflict { .. } | StoreError::SlotTaken { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(busy())
    }

    fn switched(&self, actor: &Actor, before: &Account, active: bool) -> (Account, AccountWrite) {
        let kind = if active {
            ChangeKind::Activated
        } else {
            ChangeKind::Deactivated
        };
        self.next_state(
            actor,
            before,
            kind,
            Account {
                active,
                ..before.clone()
            },
        )
    }

    fn unmarked(&self, actor: &Actor, before: &Account) -> AccountWrite {
        let settings = before.settings.clone().with_default_mark(false);
        self.next_state(
            actor,
            before,
            ChangeKind::Edited,
            Account {
                settings,
                ..before.clone()
            },
        )
        .1
    }

    fn next_state(
        &self,
        actor: &Actor,
        before: &Account,
        kind: ChangeKind,
        after: Account,
    ) -> (Account, AccountWrite) {
        let after = Account {
            version: before.version.next(),
            updated_at: self.now(),
            updated_by: actor.user.name.to_string(),
            ..after
        };
        let write = AccountWrite::Update {
            account: Box::new(after.clone()),
            expected: before.version,
            secrets: Vec::new(),
            removed: Vec::new(),
            change: self.change(actor, Some(before), &after, kind, Vec::new()),
        };
        (after, write)
    }
}

/// Too many others changed the same accounts at once.
fn busy() -> ActivateError {
    ServiceError::Store(StoreError::Busy("the account kept changing".into())).into()
}
