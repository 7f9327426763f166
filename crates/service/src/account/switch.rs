//! Switching accounts on and off. Switching off keeps every setting.

use std::slice::from_ref;

use domain::{
    Account, AccountChange, AccountCheck, AccountId, ChangeKind, Health, HoldReason, LogEntry, LogKind,
    LogMessage, SiteId,
};
use persistence::{AccountWrite, HoldExpectation, StoreError};
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

/// Whether somebody has said yes to switching on an account that no test has proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// Nobody was asked.
    Missing,
    /// Somebody was asked and said yes; the log records it.
    Given,
}

/// What becomes of what waits for an account that is switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Queue {
    /// It waits until the account is switched on again.
    #[default]
    Hold,
    /// It is skipped.
    Skip,
}

/// Holds that end when an account is switched on. A pause is for somebody else to end.
const SWITCHED_ON: [HoldReason; 3] = [HoldReason::Off, HoldReason::Credentials, HoldReason::Locked];

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
    /// No test has proven it: somebody must confirm first.
    #[error("the account was never tested, or fails")]
    Unproven {
        /// The account that was to be switched on.
        account: Box<Account>,
        /// What is known of it.
        health: Health,
        /// Its last test.
        check: Option<Box<AccountCheck>>,
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
    /// Switches an account on or off. One that is there already stays as it is. `queue` says what becomes of what waits
    /// when it is switched off; switching it on lets its queue go, unless it is paused.
    pub async fn switch_account(
        &self,
        actor: &Actor,
        site: SiteId,
        id: AccountId,
        active: bool,
        confirmation: Confirmation,
        queue: Queue,
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
            let mut kind = LogKind::AccountDeactivated;
            if active {
                let (health, check) = self.health(&before).await?;
                kind = LogKind::AccountActivated;
                if !health.is_proven() {
                    if confirmation == Confirmation::Missing {
                        // The page that offers to swap tells the health as well: one question is enough.
                        let holders = self.holders_in_the_way(&before).await?;
                        if !holders.is_empty() {
                            return Err(ActivateError::InTheWay {
                                account: Box::new(before),
                                holders,
                            });
                        }
                        return Err(ActivateError::Unproven {
                            account: Box::new(before),
                            health,
                            check: check.map(Box::new),
                        });
                    }
                    kind = LogKind::AccountActivatedUnproven;
                }
            }
            let (after, write) = self.switched(actor, &before, active);
            let entry = self.entry(site, Some(&after), Some(actor), LogMessage::new(kind))?;
            let ousted = if active { &[][..] } else { from_ref(&before) };
            match self.write_switch(site, vec![write], vec![entry], ousted).await {
                Ok(()) => {
                    tracing::info!(account.id = %id, platform = after.platform().code(), active, "account switched");
                    self.settle_queue(actor, &after, queue).await;
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
    /// is only the default account stays active and gives up the mark. The page that asks for it tells the account's
    /// health as well, so that no further confirmation is needed. `queue` says what becomes of what waits for those that are
    /// switched off.
    pub async fn swap_account(
        &self,
        actor: &Actor,
        site: SiteId,
        id: AccountId,
        queue: Queue,
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
            let (mut writes, mut entries) = (Vec::new(), Vec::new());
            let (mut ousted, mut off) = (Vec::new(), Vec::new());
            for holder in self.store.list_slot_holders(site, &wanted).await? {
                match as_holder(&holder, &wanted) {
                    Some(Holder { slot, .. }) if slot.is_default() => {
                        let (write, entry) = self.unmarked(actor, &holder)?;
                        writes.push(write);
                        entries.push(entry);
                    }
                    Some(_) => {
                        let message = LogMessage::new(LogKind::AccountDeactivated);
                        entries.push(self.entry(site, Some(&holder), Some(actor), message)?);
                        let (after, write) = self.switched(actor, &holder, false);
                        writes.push(write);
                        ousted.push(holder);
                        off.push(after);
                    }
                    None => {}
                }
            }
            let (health, _) = self.health(&before).await?;
            let kind = if health.is_proven() {
                LogKind::AccountActivated
            } else {
                LogKind::AccountActivatedUnproven
            };
            let (after, write) = self.switched(actor, &before, true);
            writes.push(write);
            entries.push(self.entry(site, Some(&after), Some(actor), LogMessage::new(kind))?);
            match self.write_switch(site, writes, entries, &ousted).await {
                Ok(()) => {
                    tracing::info!(account.id = %id, platform = after.platform().code(), "account swapped in");
                    for account in off.iter().chain([&after]) {
                        self.settle_queue(actor, account, queue).await;
                    }
                    return Ok(after);
                }
                Err(StoreError::VersionConflict { .. } | StoreError::SlotTaken { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(busy())
    }

    /// Writes a switch. The queues of those that go off are held before, so that nothing that comes back in between is
    /// skipped, and go on if the switch fails.
    async fn write_switch(
        &self,
        site: SiteId,
        writes: Vec<AccountWrite>,
        entries: Vec<LogEntry>,
        going_off: &[Account],
    ) -> Result<(), StoreError> {
        let mut held = Vec::new();
        let mut written = Ok(());
        for account in going_off {
            match self.hold_off(account).await {
                Ok(one) => held.push(one),
                Err(error) => written = Err(error),
            }
        }
        if written.is_ok() {
            written = self.store.write_accounts(site, writes, entries).await;
        }
        if written.is_err() {
            for one in held {
                self.take_back(one).await;
            }
        }
        written
    }

    /// Does what follows for the queue of an account that was just switched: it is, whatever becomes of this;
    /// [`Self::tend_queues`] and [`Self::skip_left_over`] do what is not done now.
    async fn settle_queue(&self, actor: &Actor, account: &Account, queue: Queue) {
        let settled = match (account.active, queue) {
            (true, _) => self.let_go(account, Some(actor), &SWITCHED_ON).await.map(drop),
            (false, Queue::Hold) => Ok(()),
            (false, Queue::Skip) => self.skip_queue(actor, account).await,
        };
        if let Err(error) = settled {
            tracing::warn!(%error, account.id = %account.id, "the queue of an account that was switched could not be settled");
        }
    }

    async fn skip_queue(&self, actor: &Actor, account: &Account) -> Result<(), ServiceError> {
        // Not even one that has ended is left: what is off and not held is skipped.
        self.store
            .set_hold(account.id, HoldExpectation::Any, None, Vec::new())
            .await?;
        self.skip_at_once(actor, account).await
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

    fn unmarked(&self, actor: &Actor, before: &Account) -> Result<(AccountWrite, LogEntry), ServiceError> {
        let settings = before.settings.clone().with_default_mark(false);
        let (after, write) = self.next_state(
            actor,
            before,
            ChangeKind::Edited,
            Account {
                settings,
                ..before.clone()
            },
        );
        let message = LogMessage {
            fields: AccountChange::fields_between(Some(before), &after),
            ..LogMessage::new(LogKind::AccountEdited)
        };
        let entry = self.entry(before.site_id, Some(&after), Some(actor), message)?;
        Ok((write, entry))
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
