//! Ends deliveries in the store, many in one act.

use std::sync::Arc;
use std::time::Duration;

use domain::AccountId;
use persistence::{Finish, Store, StoreError};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::hands::Hands;

/// The most that are ended in one act.
const BATCH_MAX: usize = 256;
/// How long others are waited for.
const COLLECTING: Duration = Duration::from_millis(2);
/// How many may wait to be ended: behind a database that does not answer nothing more is sent.
pub(crate) const WAITING_MAX: usize = 512;
/// Before a failed act is tried again; it doubles each time.
const WAIT_MIN: Duration = Duration::from_millis(100);
/// The longest that it becomes.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// After so many failures in a row it is the database that fails, not what it is given.
const FAILURES_MAX: u32 = 12;

/// A delivery whose claim ends.
#[derive(Debug)]
pub(crate) struct Ended {
    /// How.
    pub(crate) finish: Finish,
    /// When somebody else may claim it: nothing can be ended from then on.
    pub(crate) lease_until: Instant,
}

/// Ends what comes in.
pub(crate) struct Finisher<T> {
    store: Arc<dyn Store>,
    hands: Arc<Hands>,
    /// Is told whose deliveries have ended.
    tell: T,
    /// What could not be ended, in the batches in which it is tried again beside what comes in: one that the store refuses
    /// holds nobody up.
    failed: Vec<Vec<Ended>>,
    wait: Duration,
    retry_at: Instant,
}

impl<T: Fn(AccountId) + Send> Finisher<T> {
    pub(crate) fn new(store: Arc<dyn Store>, hands: Arc<Hands>, tell: T) -> Self {
        Self {
            store,
            hands,
            tell,
            failed: Vec::new(),
            wait: WAIT_MIN,
            retry_at: Instant::now(),
        }
    }

    /// Ends what comes in until every sender is gone and nothing is left; what fails until its lease is over is left to
    /// whoever claims it next.
    pub(crate) async fn run(mut self, mut incoming: mpsc::Receiver<Ended>) {
        let mut is_open = true;
        while is_open || !self.failed.is_empty() {
            let mut batch = Vec::new();
            let has_room = self.failed.iter().map(Vec::len).sum::<usize>() < WAITING_MAX;
            tokio::select! {
                count = incoming.recv_many(&mut batch, BATCH_MAX), if is_open && has_room => {
                    is_open = count > 0;
                }
                () = sleep_until(self.retry_at), if !self.failed.is_empty() => {}
            }
            if !batch.is_empty() {
                collect(&mut incoming, &mut batch).await;
                if let Err(batch) = self.try_finish(batch).await {
                    if self.failed.is_empty() {
                        self.retry_at = Instant::now() + self.wait;
                    }
                    self.failed.push(batch);
                }
            }
            if !self.failed.is_empty() && self.retry_at <= Instant::now() {
                self.retry().await;
            }
        }
    }

    /// Tries again what failed, in halves of what fails once more.
    async fn retry(&mut self) {
        let mut failures = 0;
        let mut has_ended = false;
        let mut given = std::mem::take(&mut self.failed);
        while let Some(batch) = given.pop() {
            let batch = self.still_ours(batch);
            if batch.is_empty() {
                continue;
            }
            if failures >= FAILURES_MAX {
                self.failed.push(batch);
                continue;
            }
            match self.try_finish(batch).await {
                Ok(()) => {
                    has_ended = true;
                    failures = 0;
                }
                Err(mut batch) => {
                    failures += 1;
                    if batch.len() == 1 {
                        self.failed.push(batch);
                    } else {
                        given.push(batch.split_off(batch.len() / 2));
                        given.push(batch);
                    }
                }
            }
        }
        self.wait = if has_ended || self.failed.is_empty() {
            WAIT_MIN
        } else {
            (self.wait * 2).min(WAIT_MAX)
        };
        self.retry_at = Instant::now() + self.wait;
    }

    /// What nobody else may claim yet.
    fn still_ours(&self, mut batch: Vec<Ended>) -> Vec<Ended> {
        let now = Instant::now();
        let before = batch.len();
        batch.retain(|one| {
            let grip = self.hands.grip(one.finish.id);
            let is_ours = grip.map_or(one.lease_until, |grip| grip.lease_until) > now;
            if !is_ours {
                self.hands.let_go(one.finish.id, one.finish.fence);
            }
            is_ours
        });
        if batch.len() < before {
            let count = before - batch.len();
            tracing::error!(count, "deliveries were left as they are: their leases have ended");
        }
        batch
    }

    /// Ends all of `batch`, or none: then it is handed back.
    async fn try_finish(&self, mut batch: Vec<Ended>) -> Result<(), Vec<Ended>> {
        for one in &mut batch {
            // It may have been claimed again while it was under way.
            if let Some(grip) = self.hands.grip(one.finish.id) {
                one.finish.fence = grip.fence;
            }
        }
        match self.write(&batch).await {
            Ok(()) => {
                self.settle(&batch);
                Ok(())
            }
            Err(error) => {
                tracing::warn!(%error, count = batch.len(), "deliveries could not be ended");
                Err(batch)
            }
        }
    }

    async fn write(&self, batch: &[Ended]) -> Result<(), StoreError> {
        let finishes = batch.iter().map(|ended| ended.finish.clone()).collect();
        let are_ended = self.store.finish_deliveries(finishes).await?;
        for (one, is_ended) in batch.iter().zip(are_ended) {
            if !is_ended {
                tracing::warn!(
                    delivery = %one.finish.id,
                    "another process has claimed the delivery meanwhile, or it is gone"
                );
            }
        }
        Ok(())
    }

    fn settle(&self, batch: &[Ended]) {
        let mut last = None;
        for one in batch {
            self.hands.let_go(one.finish.id, one.finish.fence);
            let account = one.finish.id.account;
            if last != Some(account) {
                (self.tell)(account);
                last = Some(account);
            }
        }
    }
}

/// Waits a moment for others.
async fn collect(incoming: &mut mpsc::Receiver<Ended>, batch: &mut Vec<Ended>) {
    let until = Instant::now() + COLLECTING;
    while batch.len() < BATCH_MAX {
        let room = BATCH_MAX - batch.len();
        match timeout_at(until, incoming.recv_many(batch, room)).await {
            Ok(more) if more > 0 => {}
            _ => break,
        }
    }
}
