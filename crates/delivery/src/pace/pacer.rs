//! Who calls next. Turns of a fixed pace are taken from the store, which all processes share: a few at once, as many as are
//! waited for, so that it is not asked for every call. A pace that follows the answers stays with its process; that the
//! platform asked for rest is told to the others.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use persistence::{Moment, RemoteKey, StoreError};
use platforms::Pace;
use tokio::time::{Instant, sleep_until, timeout};

use super::budget::{Budget, GAP, WINDOW_CALLS};

/// How late a turn may be used: with what two calls may differ in their way there, no second holds more than its calls.
const TURN_GOOD_FOR: Duration = Duration::from_millis(50);
/// How long the store is waited for.
const STORE_WAIT_MAX: Duration = Duration::from_secs(1);
/// How long this process goes at its own pace after the store has failed.
const ALONE_FOR: Duration = Duration::from_secs(5);
/// How often the store is asked, while calls are made, whether others were told to rest.
const REST_ASKED_EVERY: Duration = Duration::from_secs(1);

/// The other processes that call the same remote identity, reached through the store.
#[derive(Clone)]
pub(crate) struct Others {
    pub(crate) store: Arc<dyn persistence::Paces>,
    pub(crate) remote: RemoteKey,
}

impl Others {
    async fn take_turns(&self, count: u32) -> Result<Moment, StoreError> {
        in_time(self.store.take_turns(self.remote, count, GAP)).await
    }

    async fn rest(&self, wait: Duration) -> Result<(), StoreError> {
        in_time(self.store.rest(self.remote, wait)).await
    }

    async fn find_rest(&self) -> Result<Option<Moment>, StoreError> {
        in_time(self.store.find_rest(self.remote)).await
    }
}

async fn in_time<T>(asking: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    timeout(STORE_WAIT_MAX, asking)
        .await
        .unwrap_or_else(|elapsed| Err(StoreError::Unreachable(Box::new(elapsed))))
}

/// What whoever is first in the line knows of others.
#[derive(Debug, Default)]
struct Line {
    /// Turns that are ours.
    turns: VecDeque<Instant>,
    rest_asked_at: Option<Instant>,
    /// Until when the store is not asked.
    alone_until: Option<Instant>,
}

/// The pace to one remote identity: callers go in the order in which they came.
pub(crate) struct Pacer {
    line: tokio::sync::Mutex<Line>,
    /// Callers in the line.
    callers: AtomicUsize,
    budget: Mutex<Budget>,
    others: Option<Others>,
}

impl Pacer {
    /// A pace that keeps to `budget`, together with `others`.
    pub(crate) fn new(budget: Budget, others: Option<Others>) -> Self {
        Self {
            line: tokio::sync::Mutex::default(),
            callers: AtomicUsize::new(0),
            budget: Mutex::new(budget),
            others,
        }
    }

    fn budget(&self) -> MutexGuard<'_, Budget> {
        // Each change is one step: a poisoned lock is as good as any.
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the budget by what a call showed.
    pub(crate) fn note(&self, change: impl FnOnce(&mut Budget, Instant)) {
        change(&mut self.budget(), Instant::now());
    }

    /// The platform said "too many calls", and perhaps how long to wait: nobody calls it for as long.
    pub(crate) async fn rest(&self, wait: Option<Duration>) {
        let wait = self.budget().rest(Instant::now(), wait);
        if let Some(others) = &self.others
            && let Err(error) = others.rest(wait).await
        {
            tracing::warn!(%error, "other processes are not told that a platform asks for rest");
        }
    }

    /// Takes turns for whoever waits, or asks whether others were told to rest.
    async fn hear_of_others(&self, line: &mut Line) {
        let now = Instant::now();
        let Some(others) = &self.others else { return };
        if line.alone_until.is_some_and(|until| now < until) {
            return;
        }
        let heard = if self.budget().is_shared(now) {
            while line.turns.front().is_some_and(|turn| *turn + TURN_GOOD_FOR < now) {
                line.turns.pop_front();
            }
            if !line.turns.is_empty() {
                return;
            }
            self.take_turns(others, line).await
        } else {
            line.turns.clear();
            let is_known = |at: Instant| now.duration_since(at) < REST_ASKED_EVERY;
            if line.rest_asked_at.is_some_and(is_known) {
                return;
            }
            line.rest_asked_at = Some(now);
            self.ask_for_rest(others).await
        };
        line.alone_until = heard.err().map(|error| {
            tracing::warn!(%error, "calls go at this process's own pace, without regard to others");
            Instant::now() + ALONE_FOR
        });
    }

    async fn take_turns(&self, others: &Others, line: &mut Line) -> Result<(), StoreError> {
        let waiting = self.callers.load(Ordering::Relaxed).clamp(1, WINDOW_CALLS);
        let count = u32::try_from(waiting).unwrap_or(1);
        let first = others.take_turns(count).await?;
        let start = Instant::now() + first.wait();
        line.turns = (0..count).map(|number| start + GAP * number).collect();
        Ok(())
    }

    async fn ask_for_rest(&self, others: &Others) -> Result<(), StoreError> {
        if let Some(rest) = others.find_rest().await? {
            self.note(|budget, now| budget.rest_as_told(now, rest.wait(), rest.past()));
        }
        Ok(())
    }

    /// Takes a call, or answers when to ask again.
    fn try_take(&self, line: &mut Line) -> Result<(), Instant> {
        let mut budget = self.budget();
        let now = Instant::now();
        let own = budget.next_at(now);
        let at = line.turns.front().map_or(own, |turn| own.max(*turn));
        if at > now {
            return Err(at);
        }
        line.turns.pop_front();
        budget.take(now);
        Ok(())
    }
}

/// A caller in the line, for as long as this lives.
struct Caller<'a>(&'a AtomicUsize);

impl<'a> Caller<'a> {
    fn new(callers: &'a AtomicUsize) -> Self {
        callers.fetch_add(1, Ordering::Relaxed);
        Self(callers)
    }
}

impl Drop for Caller<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[async_trait]
impl Pace for Pacer {
    async fn turn(&self) {
        let _caller = Caller::new(&self.callers);
        let mut line = self.line.lock().await;
        loop {
            self.hear_of_others(&mut line).await;
            // Meanwhile the platform may have asked for more patience.
            match self.try_take(&mut line) {
                Ok(()) => return,
                Err(at) => sleep_until(at).await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]

    use std::sync::atomic::AtomicBool;

    use domain::Timestamp;
    use tokio::task::JoinSet;

    use super::super::budget::{Limit, WINDOW, densest};
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A store that many processes have open.
    struct Shared {
        start: Instant,
        taken_until: Mutex<Instant>,
        resting_until: Mutex<Option<Instant>>,
        asked: AtomicUsize,
        is_broken: AtomicBool,
        is_stuck: AtomicBool,
    }

    impl Shared {
        fn new() -> Arc<Self> {
            let start = Instant::now();
            Arc::new(Self {
                start,
                taken_until: Mutex::new(start),
                resting_until: Mutex::new(None),
                asked: AtomicUsize::new(0),
                is_broken: AtomicBool::new(false),
                is_stuck: AtomicBool::new(false),
            })
        }

        async fn ask(&self) -> Result<(), StoreError> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            if self.is_stuck.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            if self.is_broken.load(Ordering::SeqCst) {
                return Err(StoreError::Unreachable("broken".into()));
            }
            Ok(())
        }

        fn moment(&self, at: Instant) -> Moment {
            // No test goes on for longer than a number of milliseconds can tell.
            let ms = |at: Instant| i64::try_from((at - self.start).as_millis()).unwrap_or(i64::MAX);
            Moment {
                at: Timestamp::from_ms(ms(at)),
                now: Timestamp::from_ms(ms(Instant::now())),
            }
        }

        /// A process that has it open.
        fn pacer(self: &Arc<Self>, limit: Limit, is_free: bool) -> Arc<Pacer> {
            let others = Others {
                store: Arc::<Self>::clone(self),
                remote: [7; 32],
            };
            Arc::new(Pacer::new(Budget::new(limit, is_free), Some(others)))
        }
    }

    #[async_trait]
    impl persistence::Paces for Shared {
        async fn take_turns(&self, _: RemoteKey, count: u32, gap: Duration) -> Result<Moment, StoreError> {
            self.ask().await?;
            let resting_until = *self.resting_until.lock().unwrap();
            let mut taken_until = self.taken_until.lock().unwrap();
            let first = (*taken_until)
                .max(Instant::now())
                .max(resting_until.unwrap_or(self.start));
            *taken_until = first + gap * count;
            Ok(self.moment(first))
        }

        async fn rest(&self, _: RemoteKey, wait: Duration) -> Result<(), StoreError> {
            self.ask().await?;
            *self.resting_until.lock().unwrap() = Some(Instant::now() + wait);
            Ok(())
        }

        async fn find_rest(&self, _: RemoteKey) -> Result<Option<Moment>, StoreError> {
            self.ask().await?;
            let resting_until = *self.resting_until.lock().unwrap();
            Ok(resting_until.map(|until| self.moment(until)))
        }

        async fn remove_paces(&self, _: Timestamp) -> Result<u64, StoreError> {
            Ok(0)
        }
    }

    /// A process by itself.
    fn alone(limit: Limit) -> Arc<Pacer> {
        Arc::new(Pacer::new(Budget::new(limit, false), None))
    }

    /// When `number` callers of each of `pacers` make their calls, all having come at once.
    async fn calls(pacers: &[Arc<Pacer>], number: usize) -> Vec<Instant> {
        let mut callers = JoinSet::new();
        for pacer in pacers {
            for _ in 0..number {
                let pacer = Arc::clone(pacer);
                callers.spawn(async move {
                    pacer.turn().await;
                    Instant::now()
                });
            }
        }
        let mut calls = callers.join_all().await;
        calls.sort();
        calls
    }

    #[test]
    fn a_window_is_made_of_gaps() {
        assert_eq!(GAP * u32::try_from(WINDOW_CALLS).unwrap(), WINDOW);
    }

    #[tokio::test(start_paused = true)]
    async fn processes_share_one_pace_and_use_all_of_it() {
        let shared = Shared::new();
        let pacers = [0; 3].map(|_| shared.pacer(Limit::Window, false));
        let calls = calls(&pacers, 20).await;
        assert!(densest(&calls, SECOND) <= WINDOW_CALLS);
        let whole = calls[59] - calls[0];
        assert!(
            whole.abs_diff(GAP * 59) < Duration::from_millis(5),
            "no turn is lost: {whole:?}"
        );
        // Five turns at a time, but for the first ones: the store is not asked for every call.
        let asked = shared.asked.load(Ordering::SeqCst);
        assert!(asked <= 18, "{asked}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_was_not_used_is_lost() {
        let shared = Shared::new();
        let pacer = shared.pacer(Limit::Window, false);
        // Four callers go away while they wait: what was taken for them is over before the next one comes.
        let gone = tokio::time::timeout(Duration::from_millis(1), calls(&[Arc::clone(&pacer)], 5)).await;
        assert!(gone.is_err());
        tokio::time::sleep(SECOND * 5).await;
        let calls = calls(&[pacer], 10).await;
        assert!(densest(&calls, SECOND) <= WINDOW_CALLS);
    }

    #[tokio::test(start_paused = true)]
    async fn without_the_store_a_process_goes_at_its_own_pace() {
        for (is_broken, is_stuck) in [(true, false), (false, true)] {
            let shared = Shared::new();
            let pacer = shared.pacer(Limit::Window, false);
            pacer.turn().await;
            shared.is_broken.store(is_broken, Ordering::SeqCst);
            shared.is_stuck.store(is_stuck, Ordering::SeqCst);
            let start = Instant::now();
            let found = calls(&[Arc::clone(&pacer)], 30).await;
            assert!(densest(&found, SECOND) <= WINDOW_CALLS);
            // A second for each time that the store is asked in vain.
            assert!(
                start.elapsed() <= WINDOW * 6 + SECOND * 3,
                "{:?}",
                start.elapsed()
            );
            // Back again, it is asked again.
            shared.is_broken.store(false, Ordering::SeqCst);
            shared.is_stuck.store(false, Ordering::SeqCst);
            tokio::time::sleep(ALONE_FOR).await;
            let asked = shared.asked.load(Ordering::SeqCst);
            let found = calls(&[pacer], 10).await;
            assert!(densest(&found, SECOND) <= WINDOW_CALLS);
            assert!(shared.asked.load(Ordering::SeqCst) > asked);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_one_process_is_told_about_rest_others_keep() {
        for (limit, is_free) in [
            (Limit::Adaptive, false),
            (Limit::Adaptive, true),
            (Limit::Window, true),
            (Limit::Window, false),
        ] {
            let shared = Shared::new();
            let told = shared.pacer(limit, is_free);
            let other = shared.pacer(limit, is_free);
            other.turn().await;
            told.rest(Some(SECOND * 10)).await;
            // What is known is asked for anew only after a while.
            tokio::time::sleep(REST_ASKED_EVERY).await;
            other.turn().await;
            let rested = shared.start.elapsed();
            assert!(rested >= SECOND * 10, "{limit:?} {is_free} {rested:?}");
            if limit == Limit::Window {
                // Also a host without a limit of its own is called at its platform's pace for a while.
                let found = calls(&[told, other], 10).await;
                assert!(densest(&found, SECOND) <= WINDOW_CALLS, "{is_free}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn callers_of_two_accounts_share_one_budget_in_their_order() {
        let pacer = alone(Limit::Window);
        let start = Instant::now();
        let mut callers = JoinSet::new();
        for number in 0..20_usize {
            let pacer = Arc::clone(&pacer);
            callers.spawn(async move {
                pacer.turn().await;
                (number, Instant::now())
            });
            tokio::task::yield_now().await;
        }
        let mut calls = Vec::new();
        while let Some(Ok(call)) = callers.join_next().await {
            calls.push(call);
        }
        assert!(calls.is_sorted(), "{calls:?}");
        let times: Vec<Instant> = calls.iter().map(|(_, at)| *at).collect();
        assert!(densest(&times, SECOND) <= WINDOW_CALLS);
        assert_eq!(
            Instant::now().duration_since(start).as_millis(),
            3 * WINDOW.as_millis()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_who_goes_away_gives_its_place_to_the_next() {
        let pacer = alone(Limit::Window);
        for _ in 0..WINDOW_CALLS {
            pacer.turn().await;
        }
        let gone = tokio::time::timeout(Duration::from_millis(10), pacer.turn()).await;
        assert!(gone.is_err());
        let start = Instant::now();
        pacer.turn().await;
        assert!(start.elapsed() < WINDOW);
    }
}
