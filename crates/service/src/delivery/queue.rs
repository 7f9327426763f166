//! Holding an account's queue and letting it go.

use domain::{Account, AccountId, HoldReason, LogEntry, LogKind, LogMessage, SiteId, Timestamp};
use persistence::{Hold, HoldExpectation, StoreError};

use crate::error::ServiceError;
use crate::{Actor, Raccordo};

/// The reasons that somebody may let go while an account is off.
const WHILE_OFF: [HoldReason; 3] = [HoldReason::Credentials, HoldReason::Paused, HoldReason::Locked];
/// Seconds that switching an account off takes at most.
const SWITCHING_S: i64 = 60;
/// Seconds for which the pace to a remote identity is kept that nobody calls: it is forgotten long after it has mattered.
const PACES_KEPT_S: i64 = 86_400;

/// The queue of an account that is about to be switched off.
#[derive(Debug)]
pub(crate) struct HeldOff {
    account: AccountId,
    before: Option<Hold>,
    /// Whether it was not held like this before.
    is_ours: bool,
}

impl Raccordo {
    /// Pauses an account's queue, until an instant or until somebody resumes it; `false` when there is no such account, or its
    /// queue is paused just so, or held for another reason: a pause in its place would forget that.
    pub async fn pause(
        &self,
        actor: &Actor,
        site: SiteId,
        account: AccountId,
        until: Option<Timestamp>,
    ) -> Result<bool, ServiceError> {
        let Some(account) = self.store.find_account(site, account).await? else {
            return Ok(false);
        };
        let now = self.now();
        let before = self.store.find_hold(account.id).await?;
        let in_the_way = |hold: Hold| hold.reason != HoldReason::Paused || hold.until == until;
        if before.filter(|hold| self.holds(hold)).is_some_and(in_the_way) {
            return Ok(false);
        }
        let minutes =
            until.map(|until| u32::try_from(until.seconds_since(now).max(0) / 60).unwrap_or(u32::MAX));
        let message = LogMessage {
            count: minutes,
            hold: Some(HoldReason::Paused),
            ..LogMessage::new(LogKind::QueuePaused)
        };
        let entry = self.entry(site, Some(&account), Some(actor), message)?;
        let hold = Hold {
            reason: HoldReason::Paused,
            since: now,
            until,
        };
        Ok(self
            .replace_hold(account.id, before, Some(hold), vec![entry])
            .await?)
    }

    /// Lets an account's queue go, whatever held it; `false` when there is no such account, or nothing holds its queue, or it
    /// is held because the account is off.
    pub async fn resume(
        &self,
        actor: &Actor,
        site: SiteId,
        account: AccountId,
    ) -> Result<bool, ServiceError> {
        match self.store.find_account(site, account).await? {
            Some(account) if account.active => self.let_go(&account, Some(actor), &HoldReason::ALL).await,
            Some(account) => self.let_go(&account, Some(actor), &WHILE_OFF).await,
            None => Ok(false),
        }
    }

    /// Stops skipping what waits for an account that is off: the rest waits until it is on again. `false` when there is no
    /// such account, or nothing is to be skipped.
    pub async fn keep_left_over(
        &self,
        actor: &Actor,
        site: SiteId,
        account: AccountId,
    ) -> Result<bool, ServiceError> {
        let Some(account) = self.store.find_account(site, account).await? else {
            return Ok(false);
        };
        if account.active {
            return Ok(false);
        }
        let message = LogMessage::held(HoldReason::Off);
        let entry = self.entry(site, Some(&account), Some(actor), message)?;
        Ok(self
            .replace_hold(account.id, None, Some(self.off()), vec![entry])
            .await?)
    }

    /// The hold of an account that is off, from now on.
    fn off(&self) -> Hold {
        Hold {
            reason: HoldReason::Off,
            since: self.now(),
            until: None,
        }
    }

    /// The hold of an account's queue, unless it has ended.
    pub(crate) async fn present_hold(&self, account: AccountId) -> Result<Option<Hold>, StoreError> {
        let hold = self.store.find_hold(account).await?;
        Ok(hold.filter(|hold| self.holds(hold)))
    }

    /// Whether a hold has not ended.
    fn holds(&self, hold: &Hold) -> bool {
        hold.until.is_none_or(|until| self.now() < until)
    }

    /// Puts a hold in the place of `before`, or lets go with `None`; `false` if another one is there by now.
    async fn replace_hold(
        &self,
        account: AccountId,
        before: Option<Hold>,
        hold: Option<Hold>,
        entries: Vec<LogEntry>,
    ) -> Result<bool, StoreError> {
        let expected = HoldExpectation::Is(before.map(|hold| hold.reason));
        self.store.set_hold(account, expected, hold, entries).await
    }

    /// Holds the queue of an account that is about to be switched off, so that what comes back meanwhile waits. A pause
    /// stays: it outlives being switched on again. Answers what takes it back.
    pub(crate) async fn hold_off(&self, account: &Account) -> Result<HeldOff, StoreError> {
        let before = self.store.find_hold(account.id).await?;
        let mut held = HeldOff {
            account: account.id,
            before,
            is_ours: false,
        };
        let stays = |hold: Hold| matches!(hold.reason, HoldReason::Paused | HoldReason::Off);
        if before.filter(|hold| self.holds(hold)).is_some_and(stays) {
            return Ok(held);
        }
        held.is_ours = self
            .replace_hold(account.id, before, Some(self.off()), Vec::new())
            .await?;
        Ok(held)
    }

    /// The account stays on: its queue is as it was. If that fails, [`Self::tend_queues`] does it.
    pub(crate) async fn take_back(&self, held: HeldOff) {
        if !held.is_ours {
            return;
        }
        let done = self
            .replace_hold(held.account, Some(self.off()), held.before, Vec::new())
            .await;
        if let Err(error) = done {
            tracing::warn!(%error, account.id = %held.account, "a held queue could not be let go");
        }
    }

    /// Lets a queue go that is held for one of `reasons`; answers whether it was. `actor` is who caused it. Of an account that
    /// is off the queue stays held, for that reason: what is off and not held is skipped.
    pub(crate) async fn let_go(
        &self,
        account: &Account,
        actor: Option<&Actor>,
        reasons: &[HoldReason],
    ) -> Result<bool, ServiceError> {
        let Some(hold) = self.present_hold(account.id).await? else {
            return Ok(false);
        };
        if !reasons.contains(&hold.reason) {
            return Ok(false);
        }
        // That an account is switched on again is told anyway.
        let entries = match hold.reason {
            HoldReason::Off => Vec::new(),
            reason => {
                let message = LogMessage {
                    hold: Some(reason),
                    ..LogMessage::new(LogKind::QueueResumed)
                };
                vec![self.entry(account.site_id, Some(account), actor, message)?]
            }
        };
        let next = (!account.active).then(|| self.off());
        Ok(self.replace_hold(account.id, Some(hold), next, entries).await?)
    }

    /// Lets go the queues that were held because secrets could not be opened, where they can be now, and those that are held
    /// as if their accounts were off; forgets the pace to whom nobody has called for a day. Does so for whatever a process
    /// left behind, now and then.
    pub async fn tend_queues(&self) -> Result<(), ServiceError> {
        let has_key = self.own_key().is_ok();
        for site in self.store.list_sites().await? {
            for account in self.active_accounts(site.id, None).await? {
                let Some(hold) = self.present_hold(account.id).await? else {
                    continue;
                };
                // Whoever is switching it off right now has held it just before.
                let is_left = self.now().seconds_since(hold.since) > SWITCHING_S;
                if hold.reason == HoldReason::Off && is_left {
                    self.let_go(&account, None, &[HoldReason::Off]).await?;
                }
                if hold.reason == HoldReason::Locked && has_key {
                    let sealed = self.store.list_secrets(site.id, account.id).await?;
                    if self.opened(&account, &sealed).is_ok() {
                        self.let_go(&account, None, &[HoldReason::Locked]).await?;
                    }
                }
            }
        }
        let before = self.now().plus_seconds(-PACES_KEPT_S);
        if let Err(error) = self.store.remove_paces(before).await {
            // They are in nobody's way, and a database that cannot be written to is still read.
            tracing::warn!(%error, "old paces were not removed");
        }
        Ok(())
    }
}
