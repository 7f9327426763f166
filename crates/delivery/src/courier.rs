//! Carries deliveries of one account to its platform, and hands over what became of them.

use std::sync::Arc;
use std::time::Duration;

use domain::{
    Account, AccountId, Fault, HoldReason, LogDelivery, LogEntry, LogKind, LogMessage, SiteId, SkipReason,
    Timestamp,
};
use persistence::{Attempt, Claimed, Finish, Hold, HoldExpectation, Memory, Step};
use platforms::{Delivery, DeliveryReport, Parcel, Remote};
use service::{OpenPayload, ServiceError};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::attempt::{self, Circumstances, Conclusion, Pulse, Strain, conclude, needless};
use crate::finisher::Ended;
use crate::memory::StoredMemory;
use crate::opening::{Opened, Opening, Way};
use crate::pace::{Budget, Pacer, Turns};
use crate::releases::Releases;
use crate::shared::Shared;

/// A delivery that was claimed.
#[derive(Debug)]
pub(crate) struct Ready {
    /// It.
    pub(crate) claimed: Claimed,
    /// When others may claim it.
    pub(crate) lease_until: Instant,
}

/// What the account's runner learns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Aftermath {
    /// For the circuit breaker.
    pub(crate) strain: Strain,
    /// Whether the account rests for a while.
    pub(crate) is_resting: bool,
    /// Whether the account's queue is held: what is claimed goes back.
    pub(crate) is_held: bool,
}

/// Carries one account's deliveries.
pub(crate) struct Courier {
    shared: Arc<Shared>,
    site: SiteId,
    account: AccountId,
    opened: Opening,
    releases: Releases,
    ended: mpsc::Sender<Ended>,
}

impl Courier {
    /// A courier who hands over to `ended`.
    pub(crate) fn new(
        shared: Arc<Shared>,
        site: SiteId,
        account: AccountId,
        ended: mpsc::Sender<Ended>,
    ) -> Self {
        Self {
            shared,
            site,
            account,
            opened: Opening::default(),
            releases: Releases::default(),
            ended,
        }
    }

    /// Carries one out.
    pub(crate) async fn carry(&self, ready: &Ready) -> Aftermath {
        if let Some(reason) = needless(&ready.claimed, self.now()) {
            return self.end(ready, Conclusion::skip(reason), None, Vec::new()).await;
        }
        match self.try_carry(ready).await {
            Ok(aftermath) => aftermath,
            Err(error) => {
                tracing::warn!(%error, delivery = %ready.claimed.id, "a delivery could not be prepared");
                self.put_aside(ready).await
            }
        }
    }

    /// Ends one whose carrying was broken off as an attempt of which nobody knows how it ended.
    pub(crate) async fn break_off(&self, ready: &Ready) -> Aftermath {
        let settled = match self.opened.get(&self.shared, self.site, self.account).await {
            Ok(opened) => match &*opened {
                Opened::Open(way) => Some(way.account.clone()),
                Opened::Locked(_) | Opened::Gone => None,
            },
            Err(_) => None,
        };
        let Some(account) = settled else {
            return self.put_aside(ready).await;
        };
        let known = self.circumstances(ready, true);
        let conclusion = attempt::break_off(account.platform().is_repeatable(), known);
        let entries = told(self.failure_entry(ready, &account, &conclusion, None));
        let attempt = conclusion.outcome.map(|outcome| Attempt {
            started_at: known.now,
            ms: 0,
            outcome,
            fault: None,
            sealed_exchanges: Vec::new(),
        });
        let entries = entries.flatten().into_iter().collect();
        self.end(ready, conclusion, attempt, entries).await
    }

    /// Puts one back where it was, and the account rests for a while.
    async fn put_aside(&self, ready: &Ready) -> Aftermath {
        let conclusion = Conclusion {
            is_resting: true,
            ..self.released(ready)
        };
        self.end(ready, conclusion, None, Vec::new()).await
    }

    /// Whatever is carried from now on takes the account as it is then.
    pub(crate) async fn refresh(&self) {
        self.opened.forget().await;
    }

    /// Puts one back where it was.
    pub(crate) async fn release(&self, ready: &Ready) {
        self.end(ready, self.released(ready), None, Vec::new()).await;
    }

    async fn try_carry(&self, ready: &Ready) -> Result<Aftermath, ServiceError> {
        let opened = self.opened.get(&self.shared, self.site, self.account).await?;
        let way = match &*opened {
            Opened::Open(way) if way.account.active => way,
            Opened::Open(_) => return self.give_back_switched_off(ready).await,
            Opened::Locked(account) => return self.hold_locked(ready, account).await,
            Opened::Gone => {
                self.shared.hands.let_go(ready.claimed.id, u32::MAX);
                return Ok(Aftermath {
                    strain: Strain::Untold,
                    is_resting: false,
                    is_held: true,
                });
            }
        };
        let payload = match self.shared.raccordo.open_payload(&ready.claimed.event)? {
            OpenPayload::Open { payload, .. } => payload,
            // The engine runs with the database's own key only.
            OpenPayload::Locked => return Ok(self.put_aside(ready).await),
            OpenPayload::Unreadable => {
                tracing::error!(delivery = %ready.claimed.id, "the stored payload cannot be read");
                let conclusion = Conclusion::end(domain::DeliveryState::Refused, None, Strain::Untold);
                return Ok(self.end(ready, conclusion, None, Vec::new()).await);
            }
        };
        if attempt::is_lost(&ready.claimed) {
            tracing::error!(delivery = %ready.claimed.id, "a delivery was claimed again and again, to no end");
            let conclusion = Conclusion::end(domain::DeliveryState::Unknown, None, Strain::Untold);
            let entry = told(self.failure_entry(ready, &way.account, &conclusion, None));
            let entries = entry.flatten().into_iter().collect();
            return Ok(self.end(ready, conclusion, None, entries).await);
        }
        let started_at = self.now();
        let report = self.send(ready, way, &payload, started_at).await;
        Ok(self.settle(ready, way, started_at, report).await)
    }

    /// Sends it, as long as nobody else may claim it.
    async fn send(
        &self,
        ready: &Ready,
        way: &Way,
        payload: &events::Payload,
        started_at: Timestamp,
    ) -> DeliveryReport {
        let raccordo = &self.shared.raccordo;
        let remote = Remote {
            settings: &way.account.settings,
            secrets: &way.secrets,
        };
        let parcel = Parcel {
            kind: ready.claimed.event.kind,
            occurred_at: ready.claimed.event.occurred_at,
            payload,
            is_doubtful: ready.claimed.is_doubtful,
            now: started_at,
        };
        let memory = StoredMemory::new(raccordo, self.account);
        let turns = Turns {
            pacer: Arc::clone(&way.pacer),
            deadline: self.shared.options.latest_end(ready.lease_until),
        };
        raccordo
            .platforms()
            .deliver(&remote, &way.shop, &parcel, &memory, &turns)
            .await
    }

    /// Learns from a report, and hands over what follows. Whatever else fails now, what became of the delivery is kept.
    async fn settle(
        &self,
        ready: &Ready,
        way: &Way,
        started_at: Timestamp,
        mut report: DeliveryReport,
    ) -> Aftermath {
        let memory = StoredMemory::new(&self.shared.raccordo, self.account);
        let memories = memory.sealed(&report.notes).unwrap_or_else(|error| {
            // What cannot be remembered is in doubt.
            report.delivery = Delivery::MemoryFailed(error);
            Vec::new()
        });
        if let Delivery::MemoryFailed(error) = &report.delivery {
            tracing::warn!(
                error = error as &dyn std::error::Error,
                account.id = %self.account,
                "what is remembered of a platform could not be used"
            );
        }
        let has_called = !report.exchanges.is_empty();
        note_pulse(&way.pacer, attempt::pulse(&report.delivery, has_called)).await;
        let mut entries = Vec::new();
        if let Some(contact) = attempt::contact(&report.delivery, has_called) {
            let host = way.account.settings.host();
            let noted = self
                .shared
                .note_contact(self.site, self.account, &host, contact)
                .await;
            entries.extend(told(noted).flatten());
        }
        let known = Circumstances {
            hint_s: report.retry_after_s,
            ..self.circumstances(ready, has_called)
        };
        let mut conclusion = conclude(&report.delivery, known);
        if let Some(reason) = conclusion.hold {
            // A queue that could not be held would try again at once.
            conclusion.is_resting |= told(self.hold(&way.account, reason).await).is_none();
        }
        let fault = match report.delivery {
            Delivery::Failed { fault, .. } => Some(fault),
            _ => None,
        };
        let failure = self.failure_entry(ready, &way.account, &conclusion, fault.as_ref());
        entries.extend(told(failure).flatten());
        let raccordo = &self.shared.raccordo;
        let attempt = conclusion.outcome.map(|outcome| Attempt {
            started_at,
            ms: report.ms,
            outcome,
            sealed_exchanges: told(raccordo.seal_calls(
                self.site,
                ready.claimed.id,
                &report.exchanges,
                fault.as_ref(),
            ))
            .unwrap_or_default(),
            // What the platform said may quote what was sent to it.
            fault: fault.map(|fault| fault.without_words()),
        });
        self.finish(ready, conclusion, attempt, entries, memories).await
    }

    fn circumstances(&self, ready: &Ready, has_called: bool) -> Circumstances {
        Circumstances {
            attempts: ready.claimed.attempts,
            was_doubtful: ready.claimed.is_doubtful,
            is_parked: self.shared.network().is_parked(),
            has_called,
            hint_s: None,
            received_at: ready.claimed.event.received_at,
            chance: chance(&ready.claimed),
            now: self.now(),
        }
    }

    /// What the log is told of a delivery that failed for good.
    fn failure_entry(
        &self,
        ready: &Ready,
        account: &Account,
        conclusion: &Conclusion,
        fault: Option<&Fault>,
    ) -> Result<Option<LogEntry>, ServiceError> {
        let state = match conclusion.step {
            Step::End { state, .. } if state.is_failure() => state,
            _ => return Ok(None),
        };
        let delivery = LogDelivery {
            event: ready.claimed.event.id,
            kind: ready.claimed.event.kind,
            entity_id: ready.claimed.event.entity_id.clone(),
            state,
            fault: fault.map(Fault::without_words),
        };
        let message = LogMessage::delivery(LogKind::DeliveryFailed, delivery);
        let entry = self
            .shared
            .raccordo
            .log_entry(self.site, Some(account), message)?;
        Ok(Some(entry))
    }

    /// Holds the account's queue, unless somebody has changed the account meanwhile: then what failed says nothing of how
    /// it is now.
    async fn hold(&self, account: &Account, reason: HoldReason) -> Result<(), ServiceError> {
        // Whoever claims next takes the account as it is then.
        self.opened.forget().await;
        let store = self.shared.raccordo.store();
        let before = store.find_hold(account.id).await?;
        let is_held = |hold: Hold| hold.until.is_none_or(|until| self.now() < until);
        // What a person has asked for is not replaced.
        if before.is_some_and(is_held) || self.has_changed(account).await? {
            return Ok(());
        }
        let entry = self
            .shared
            .raccordo
            .log_entry(self.site, Some(account), LogMessage::held(reason))?;
        let hold = Hold {
            reason,
            since: self.now(),
            until: None,
        };
        let expected = HoldExpectation::Is(before.map(|hold| hold.reason));
        let is_set = store
            .set_hold(account.id, expected, Some(hold), vec![entry])
            .await?;
        // Whoever saved others between the two has let the queue go before it was held.
        if is_set && self.has_changed(account).await? {
            let ours = HoldExpectation::Is(Some(reason));
            store.set_hold(account.id, ours, None, Vec::new()).await?;
        }
        Ok(())
    }

    async fn has_changed(&self, account: &Account) -> Result<bool, ServiceError> {
        let store = self.shared.raccordo.store();
        let present = store.find_account(self.site, account.id).await?;
        Ok(present.is_none_or(|present| present.settings_version != account.settings_version))
    }

    async fn hold_locked(&self, ready: &Ready, account: &Account) -> Result<Aftermath, ServiceError> {
        self.hold(account, HoldReason::Locked).await?;
        let conclusion = Conclusion {
            hold: Some(HoldReason::Locked),
            ..self.released(ready)
        };
        Ok(self.end(ready, conclusion, None, Vec::new()).await)
    }

    /// The account was switched off after the claim: as whoever did it chose for what waits.
    async fn give_back_switched_off(&self, ready: &Ready) -> Result<Aftermath, ServiceError> {
        let held = self.shared.raccordo.store().find_hold(self.account).await?;
        let conclusion = match held {
            Some(held) => Conclusion {
                hold: Some(held.reason),
                ..self.released(ready)
            },
            None => Conclusion::skip(SkipReason::Inactive),
        };
        Ok(self.end(ready, conclusion, None, Vec::new()).await)
    }

    fn released(&self, ready: &Ready) -> Conclusion {
        Conclusion::release(self.now(), ready.claimed.is_doubtful)
    }

    async fn end(
        &self,
        ready: &Ready,
        conclusion: Conclusion,
        attempt: Option<Attempt>,
        entries: Vec<LogEntry>,
    ) -> Aftermath {
        self.finish(ready, conclusion, attempt, entries, Vec::new()).await
    }

    async fn finish(
        &self,
        ready: &Ready,
        conclusion: Conclusion,
        attempt: Option<Attempt>,
        entries: Vec<LogEntry>,
        memories: Vec<Memory>,
    ) -> Aftermath {
        let id = ready.claimed.id;
        let is_told = match conclusion.step {
            Step::Release { .. } => {
                let fault = attempt.as_ref().and_then(|attempt| attempt.fault.as_ref());
                self.releases.note(id, fault)
            }
            Step::End { .. } | Step::Retry { .. } => {
                self.releases.forget(id);
                true
            }
        };
        tracing::debug!(
            delivery = %id,
            kind = ready.claimed.event.kind.code(),
            duration_ms = attempt.as_ref().map(|attempt| attempt.ms),
            step = ?conclusion.step,
            "delivery attempted"
        );
        let ended = Ended {
            finish: Finish {
                id,
                fence: ready.claimed.fence,
                at: self.now(),
                attempt: attempt.filter(|_| is_told),
                step: conclusion.step,
                entries,
                memories,
            },
            lease_until: ready.lease_until,
        };
        if self.ended.send(ended).await.is_err() {
            self.shared.hands.let_go(id, u32::MAX);
            tracing::error!(delivery = %id, "a delivery was left as it is: nobody ends deliveries any more");
        }
        Aftermath {
            strain: conclusion.strain,
            is_resting: conclusion.is_resting,
            is_held: conclusion.hold.is_some(),
        }
    }

    fn now(&self) -> Timestamp {
        self.shared.raccordo.now()
    }
}

/// What was done beside a delivery; if it failed, that is told here and holds nothing up.
fn told<T>(done: Result<T, ServiceError>) -> Option<T> {
    done.inspect_err(|error| tracing::warn!(%error, "not all of what follows from an attempt could be done"))
        .ok()
}

async fn note_pulse(pacer: &Pacer, pulse: Pulse) {
    match pulse {
        Pulse::Works => pacer.note(Budget::speed_up),
        Pulse::Struggles => pacer.note(Budget::slow_down),
        Pulse::TooMany(wait_s) => {
            let wait = wait_s.map(|wait_s| Duration::from_secs(u64::from(wait_s)));
            pacer.rest(wait).await;
        }
        Pulse::Untold => {}
    }
}

/// Scatters the retries of one outage: the last byte of an event's id is random, and each attempt turns it further.
fn chance(claimed: &Claimed) -> u8 {
    /// Coprime to 256: it leads through all values.
    const TURN: u8 = 101;
    let [.., last] = *claimed.id.event.uuid().as_bytes();
    let turns = u8::try_from(claimed.attempts).unwrap_or(u8::MAX);
    last.wrapping_add(turns.wrapping_mul(TURN))
}
