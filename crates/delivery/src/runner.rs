//! Works off one account's queue: claims, sends side by side, and holds back when it must.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use domain::{AccountId, Timestamp};
use persistence::{Claimed, StoreError};
use tokio::sync::{Notify, watch};
use tokio::task::{self, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

use crate::attempt::Strain;
use crate::breaker::{Breaker, Leave};
use crate::claim::{Share, Throughput};
use crate::courier::{Aftermath, Courier, Ready};
use crate::shared::Shared;

/// How long an account rests after something failed on this side.
const REST: Duration = Duration::from_secs(5);
/// How long an account rests after a claim that failed.
const CLAIM_REST: Duration = Duration::from_secs(1);

/// Works off one account's queue.
pub(crate) struct Runner {
    shared: Arc<Shared>,
    account: AccountId,
    courier: Arc<Courier>,
    woken: Arc<Notify>,
    stopping: watch::Receiver<bool>,
    at_once: usize,
    breaker: Breaker,
    throughput: Throughput,
    resting_until: Option<Instant>,
    queue: VecDeque<Ready>,
    carrying: JoinSet<Aftermath>,
    /// What is being carried, by its task.
    carried: HashMap<task::Id, Arc<Ready>>,
    claiming: JoinSet<Result<Claim, StoreError>>,
    /// Whether a claim may find something.
    may_have_more: bool,
    /// Whether what is claimed or under way is a single delivery, to see.
    is_probing: bool,
    /// Whether what is claimed goes back: the account's queue is held.
    is_held: bool,
}

/// What a claim brought.
struct Claim {
    claimed: Vec<Claimed>,
    lease_until: Instant,
    /// Whether there may be more.
    is_full: bool,
}

impl Runner {
    /// A runner of `at_once` deliveries side by side, which begins with a claim.
    pub(crate) fn new(
        shared: Arc<Shared>,
        account: AccountId,
        courier: Courier,
        woken: Arc<Notify>,
        stopping: watch::Receiver<bool>,
        at_once: usize,
    ) -> Self {
        Self {
            shared,
            account,
            courier: Arc::new(courier),
            woken,
            stopping,
            at_once,
            breaker: Breaker::default(),
            throughput: Throughput::new(Instant::now()),
            resting_until: None,
            queue: VecDeque::new(),
            carrying: JoinSet::new(),
            carried: HashMap::new(),
            claiming: JoinSet::new(),
            may_have_more: true,
            is_probing: false,
            is_held: false,
        }
    }

    /// Runs until it is stopped; then what is under way is finished, and the rest goes back.
    pub(crate) async fn run(mut self) {
        loop {
            let now = Instant::now();
            let is_stopping = *self.stopping.borrow();
            if self.is_probing && self.is_idle() {
                self.is_probing = false;
            }
            if is_stopping || std::mem::take(&mut self.is_held) || !(self.is_probing || self.is_free(now)) {
                self.put_back().await;
            }
            self.start(now).await;
            if is_stopping && self.is_idle() {
                return;
            }
            let wake_at = if is_stopping { None } else { self.claim(now) };
            tokio::select! {
                Some(carried) = self.carrying.join_next_with_id() => self.learn(carried).await,
                Some(claimed) = self.claiming.join_next() => self.take(claimed).await,
                () = self.woken.notified() => self.may_have_more = true,
                () = sleep_until(wake_at.unwrap_or(now)), if wake_at.is_some() => {}
                // Without anybody to say so, it is time to stop as well.
                changed = self.stopping.changed(), if !is_stopping => if changed.is_err() { return },
            }
        }
    }

    fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.carrying.is_empty() && self.claiming.is_empty()
    }

    /// What rest and breaker leave.
    fn leave(&self, now: Instant) -> Leave {
        match self.resting_until {
            Some(until) if now < until => Leave::NotBefore(until),
            _ => self.breaker.leave(now),
        }
    }

    /// Whether what is claimed may go out.
    fn is_free(&self, now: Instant) -> bool {
        self.leave(now) == Leave::Free && !self.shared.network().is_parked()
    }

    /// Starts what there is room for.
    async fn start(&mut self, now: Instant) {
        while self.carrying.len() < self.at_once
            && let Some(ready) = self.queue.pop_front()
        {
            if now > self.shared.options.latest_start(ready.lease_until) {
                self.courier.release(&ready).await;
                continue;
            }
            let courier = Arc::clone(&self.courier);
            let ready = Arc::new(ready);
            let carried = Arc::clone(&ready);
            let task = self.carrying.spawn(async move { courier.carry(&ready).await });
            self.carried.insert(task.id(), carried);
        }
    }

    async fn put_back(&mut self) {
        while let Some(ready) = self.queue.pop_front() {
            self.courier.release(&ready).await;
            self.may_have_more = true;
        }
    }

    /// Claims more, if there is need and leave; answers when to look again otherwise.
    fn claim(&mut self, now: Instant) -> Option<Instant> {
        if !self.may_have_more || self.is_probing || !self.claiming.is_empty() {
            return None;
        }
        let leave = self.leave(now);
        if let Leave::NotBefore(until) = leave {
            return Some(until);
        }
        let is_parked = self.shared.network().is_parked();
        if (leave == Leave::Probe || is_parked) && !self.is_idle() {
            // What is under way may show already how things are.
            return None;
        }
        let at_once = u32::try_from(self.at_once).unwrap_or(u32::MAX);
        let size = self.throughput.claim_size(now, at_once);
        if self.queue.len() * 2 > usize::try_from(size).unwrap_or(usize::MAX) {
            return None;
        }
        let network = self.shared.network().leave(now, self.account);
        if let Leave::NotBefore(until) = network {
            return Some(until);
        }
        self.is_probing = leave == Leave::Probe || network == Leave::Probe;
        let (size, share) = if self.is_probing {
            (1, Share::PROBE)
        } else {
            (size, Share::of(size))
        };
        self.may_have_more = false;
        let shared = Arc::clone(&self.shared);
        let account = self.account;
        self.claiming
            .spawn(async move { claim(&shared, account, size, share).await });
        None
    }

    async fn take(&mut self, claimed: Result<Result<Claim, StoreError>, JoinError>) {
        let claim = match claimed {
            Ok(Ok(claim)) => claim,
            Ok(Err(error)) => {
                tracing::warn!(%error, account.id = %self.account, "deliveries could not be claimed");
                return self.rest(CLAIM_REST);
            }
            Err(error) => {
                tracing::error!(%error, account.id = %self.account, "a claim was broken off");
                return self.rest(CLAIM_REST);
            }
        };
        if self.is_probing && claim.claimed.is_empty() {
            self.shared.network().return_probe(Instant::now(), self.account);
        }
        self.may_have_more |= claim.is_full;
        let lease_until = claim.lease_until;
        if !claim.claimed.is_empty() {
            // What was made due again after the account was changed goes out as the account is now.
            self.courier.refresh().await;
        }
        for claimed in claim.claimed {
            if self.shared.hands.take(&claimed, lease_until) {
                self.queue.push_back(Ready { claimed, lease_until });
            } else if let Some(queued) = self.queue.iter_mut().find(|ready| ready.claimed.id == claimed.id) {
                queued.lease_until = lease_until;
            } else {
                tracing::warn!(delivery = %claimed.id, "claimed again while it was under way: the clock has jumped");
            }
        }
    }

    async fn learn(&mut self, carried: Result<(task::Id, Aftermath), JoinError>) {
        let now = Instant::now();
        let aftermath = match carried {
            Ok((task, aftermath)) => {
                self.carried.remove(&task);
                self.throughput.count(now);
                aftermath
            }
            Err(error) => {
                tracing::error!(%error, account.id = %self.account, "a delivery was broken off");
                match self.carried.remove(&error.id()) {
                    Some(ready) => self.courier.break_off(&ready).await,
                    None => return self.rest(REST),
                }
            }
        };
        match aftermath.strain {
            Strain::Eased => self.breaker.succeed(),
            Strain::Added => self.breaker.fail(now),
            Strain::Untold => {}
        }
        self.is_held |= aftermath.is_held;
        if aftermath.is_resting {
            self.rest(REST);
        }
        // A probe may have opened the way.
        self.may_have_more |= self.is_probing;
    }

    fn rest(&mut self, span: Duration) {
        self.resting_until = Some(Instant::now() + span);
        self.may_have_more = true;
    }
}

async fn claim(shared: &Shared, account: AccountId, size: u32, share: Share) -> Result<Claim, StoreError> {
    let store = shared.raccordo.store();
    // By our own count from before the claim, and by the clock of leases from later: nobody else's lease begins earlier than
    // ours seems to end.
    let lease_until = Instant::now() + shared.options.lease;
    let time = shared.raccordo.queue_time().await?;
    let lease_ms = i64::try_from(shared.options.lease.as_millis()).unwrap_or(i64::MAX);
    let until = Timestamp::from_ms(time.leases.ms().saturating_add(lease_ms));
    let mut claimed = store
        .claim_deliveries(account, time, until, share.firsts, share.retries)
        .await?;
    let firsts = claimed.iter().filter(|claimed| claimed.attempts == 0).count();
    let firsts = u32::try_from(firsts).unwrap_or(u32::MAX);
    let retries = u32::try_from(claimed.len())
        .unwrap_or(u32::MAX)
        .saturating_sub(firsts);
    if let Some(rest) = share.rest(size, firsts, retries) {
        let more = store
            .claim_deliveries(account, time, until, rest.firsts, rest.retries)
            .await;
        match more {
            Ok(more) => claimed.extend(more),
            // What was handed out is not given up for it.
            Err(error) => tracing::warn!(%error, account.id = %account, "retries could not be claimed"),
        }
    }
    let is_full = claimed.len() >= usize::try_from(size).unwrap_or(usize::MAX);
    Ok(Claim {
        claimed,
        lease_until,
        is_full,
    })
}
