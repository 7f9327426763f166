//! The delivery engine. Three words: an event has one delivery for each account that wants it; a delivery has attempts.
//! It claims what is due, sends it at the pace of each platform, and decides what comes next. Any number of engines may
//! work on one store: a claim is a lease, and only the latest claim of a delivery can end it. What the engine keeps in its
//! own memory (paces, breakers, what is known of the network) spares others; nothing is lost with it.

mod attempt;
mod breaker;
mod claim;
mod courier;
mod egress;
mod finisher;
mod hands;
mod memory;
mod network;
mod opening;
mod pace;
mod releases;
mod runner;
mod shared;

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use domain::{AccountId, Timestamp};
use persistence::{DueAccount, StoreError};
use service::{KeyState, Raccordo};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use courier::Courier;
use finisher::{Ended, Finisher};
use runner::Runner;
use shared::Shared;

pub use shared::EngineOptions;

/// The longest that nobody looks whether something is due.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The shortest time between two looks: events that come in one after the other are looked for together.
const LOOK_PAUSE: Duration = Duration::from_millis(2);
/// How often it is asked at most when something will be due.
const ASK_EVERY: Duration = Duration::from_millis(20);
/// How long nobody looks after a look that failed.
const FAILED_PAUSE: Duration = Duration::from_secs(1);

/// The engine.
pub struct Engine {
    shared: Arc<Shared>,
}

/// The runners, by account.
#[derive(Clone, Default)]
struct Runners(Arc<Mutex<HashMap<AccountId, Running>>>);

struct Running {
    woken: Arc<Notify>,
    task: AbortHandle,
}

/// One run of the engine.
struct Run {
    shared: Arc<Shared>,
    runners: Runners,
    tasks: JoinSet<()>,
    stopping: watch::Sender<bool>,
    ended: mpsc::Sender<Ended>,
    asked_at: Option<Instant>,
}

impl Engine {
    /// An engine that does nothing yet.
    pub fn new(raccordo: Arc<Raccordo>, options: EngineOptions) -> Self {
        Self {
            shared: Arc::new(Shared::new(raccordo, options)),
        }
    }

    /// Delivers until `stop` is ready. Then nothing new is begun, and what is under way is finished, for
    /// [`EngineOptions::grace`] at most; what is not finished by then counts as doubtful once its lease is over. Dropped
    /// before, everything ends at once, as in a crash. Without the database's own key nothing is claimed: another process
    /// may have it.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        if self.shared.raccordo.key_state() != KeyState::Ready {
            tracing::warn!("nothing is delivered from here: the master key is missing or another one");
            return stop.await;
        }
        self.shared.hands.clear();
        let (ended, incoming) = mpsc::channel(finisher::WAITING_MAX);
        let runners = Runners::default();
        let mut finishing = JoinSet::new();
        let told = runners.clone();
        let ending = Finisher::new(
            Arc::clone(self.shared.raccordo.store()),
            Arc::clone(&self.shared.hands),
            move |account| told.wake(account),
        );
        finishing.spawn(ending.run(incoming));
        let mut run = Run {
            shared: Arc::clone(&self.shared),
            runners,
            tasks: JoinSet::new(),
            stopping: watch::Sender::new(false),
            ended,
            asked_at: None,
        };
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                biased;
                () = &mut stop => break,
                () = run.look() => {}
            }
        }
        let Run {
            mut tasks,
            stopping,
            ended,
            ..
        } = run;
        stopping.send_replace(true);
        drop(ended);
        let finished = async {
            while tasks.join_next().await.is_some() {}
            while finishing.join_next().await.is_some() {}
        };
        if timeout(self.shared.options.grace, finished).await.is_err() {
            tracing::warn!("stopped before every delivery under way had ended");
        }
    }
}

impl Runners {
    fn lock(&self) -> MutexGuard<'_, HashMap<AccountId, Running>> {
        // Each change is one step: a poisoned lock is as good as any.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the runner of `account` that there may be work.
    fn wake(&self, account: AccountId) {
        if let Some(running) = self.lock().get(&account) {
            running.woken.notify_one();
        }
    }
}

impl Run {
    /// Wakes the runners of what is due, and waits until something else may be.
    async fn look(&mut self) {
        let looked_at = Instant::now();
        let shared = Arc::clone(&self.shared);
        let store = shared.raccordo.store();
        // It listens before it looks, so that nothing slips in between.
        let mut woken = store.await_work(LOOK_EVERY);
        let is_woken = poll_fn(|cx| Poll::Ready(woken.as_mut().poll(cx).is_ready())).await;
        let now = shared.raccordo.now();
        match self.wake_due().await {
            Ok(()) if is_woken => {}
            Ok(()) => match self.next_look(now).await {
                Ok(next) => tokio::select! {
                    () = woken => {}
                    () = sleep_until(next) => {}
                },
                Err(error) => pause(&error).await,
            },
            Err(error) => pause(&error).await,
        }
        sleep_until(looked_at + LOOK_PAUSE).await;
    }

    async fn wake_due(&mut self) -> Result<(), StoreError> {
        while self.tasks.try_join_next().is_some() {}
        let shared = Arc::clone(&self.shared);
        let time = shared.raccordo.queue_time().await?;
        for due in shared.raccordo.store().list_due_accounts(time).await? {
            self.wake(due).await?;
        }
        Ok(())
    }

    /// Wakes the runner of an account, or starts one.
    async fn wake(&mut self, due: DueAccount) -> Result<(), StoreError> {
        if let Some(running) = self.runners.lock().get(&due.account)
            && !running.task.is_finished()
        {
            running.woken.notify_one();
            return Ok(());
        }
        let store = self.shared.raccordo.store();
        let Some(account) = store.find_account(due.site, due.account).await? else {
            return Ok(());
        };
        // Whatever a runner before this one had in hand went with it.
        self.shared.hands.forget(due.account);
        let woken = Arc::new(Notify::new());
        let courier = Courier::new(
            Arc::clone(&self.shared),
            due.site,
            due.account,
            self.ended.clone(),
        );
        let runner = Runner::new(
            Arc::clone(&self.shared),
            due.account,
            courier,
            Arc::clone(&woken),
            self.stopping.subscribe(),
            self.shared.options.at_once(account.platform()),
        );
        let task = self.tasks.spawn(runner.run());
        self.runners.lock().insert(due.account, Running { woken, task });
        Ok(())
    }

    /// When to look again, if nobody wakes us before.
    async fn next_look(&mut self, now: Timestamp) -> Result<Instant, StoreError> {
        let asking_at = Instant::now();
        if let Some(asked_at) = self.asked_at
            && asking_at < asked_at + ASK_EVERY
        {
            return Ok(asked_at + ASK_EVERY);
        }
        self.asked_at = Some(asking_at);
        let due_at = self.shared.raccordo.store().next_due_at(now).await?;
        let wait = due_at.map_or(LOOK_EVERY, |due_at| {
            let ms = due_at.ms().saturating_sub(now.ms());
            Duration::from_millis(u64::try_from(ms).unwrap_or_default()).min(LOOK_EVERY)
        });
        Ok(asking_at + wait)
    }
}

async fn pause(error: &StoreError) {
    tracing::warn!(%error, "due deliveries could not be looked for");
    sleep(FAILED_PAUSE).await;
}
