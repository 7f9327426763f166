//! How many calls may be made, and when.

use std::collections::VecDeque;
use std::time::Duration;

use domain::{ACTIVECAMPAIGN_CALLS_PER_S, CLERK_CALLS_PER_S};
use tokio::time::Instant;

/// Calls in a window: what `ActiveCampaign` lets through in a second.
pub(crate) const WINDOW_CALLS: usize = ACTIVECAMPAIGN_CALLS_PER_S as usize;
/// The span in which no more than that are made: a second, and what two calls may differ in their way there.
pub(crate) const WINDOW: Duration = Duration::from_millis(1_100);
/// From one call to the next where they are spread over the window evenly.
pub(crate) const GAP: Duration = Duration::from_millis(220);
/// Calls a second to begin with where no limit is published: Clerk.io.
const RATE_FIRST: u32 = CLERK_CALLS_PER_S;
/// The fewest calls a second.
const RATE_MIN: u32 = 1;
/// The most calls a second.
const RATE_MAX: u32 = 200;
/// How often the rate changes at most, either way.
const RATE_CHANGES_EVERY: Duration = Duration::from_secs(1);
/// How long calls rest after "too many calls" without a word about how long.
const REST: Duration = Duration::from_secs(1);
/// The longest that calls rest; the schedule of the deliveries takes care of more.
const REST_MAX: Duration = Duration::from_mins(1);
/// How long a host without a limit of its own is called at its platform's usual pace after it said "too many calls".
const LIMITED_FOR: Duration = Duration::from_mins(1);

/// The kind of limit that a platform has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// So many calls in any window.
    Window,
    /// Unpublished: more and more, until it is too much.
    Adaptive,
}

/// A budget of calls.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: Limit,
    /// Whether there is no limit until the host says otherwise.
    is_free: bool,
    limited_until: Option<Instant>,
    resting_until: Option<Instant>,
    calls: VecDeque<Instant>,
    rate: u32,
    rate_changed_at: Option<Instant>,
}

impl Budget {
    /// A budget from which nothing was taken.
    pub(crate) fn new(limit: Limit, is_free: bool) -> Self {
        Self {
            limit,
            is_free,
            limited_until: None,
            resting_until: None,
            calls: VecDeque::with_capacity(WINDOW_CALLS),
            rate: RATE_FIRST,
            rate_changed_at: None,
        }
    }

    /// Whether calls go out in turns that all processes share.
    pub(crate) fn is_shared(&self, now: Instant) -> bool {
        self.limit == Limit::Window && self.is_limited(now)
    }

    fn is_limited(&self, now: Instant) -> bool {
        !self.is_free || self.limited_until.is_some_and(|until| now < until)
    }

    /// When the next call may be made: not after `now` for at once.
    pub(crate) fn next_at(&self, now: Instant) -> Instant {
        let rested = self.resting_until.unwrap_or(now);
        if !self.is_limited(now) {
            return rested;
        }
        let spaced = match self.limit {
            Limit::Window if self.calls.len() < WINDOW_CALLS => None,
            Limit::Window => self.calls.front().map(|first| *first + WINDOW),
            Limit::Adaptive => self
                .calls
                .back()
                .map(|last| *last + Duration::from_secs(1) / self.rate),
        };
        spaced.map_or(rested, |spaced| spaced.max(rested))
    }

    /// A call is made at `now`.
    pub(crate) fn take(&mut self, now: Instant) {
        if self.calls.len() == WINDOW_CALLS {
            self.calls.pop_front();
        }
        self.calls.push_back(now);
    }

    /// The platform said "too many calls", and perhaps how long to wait; answers how long calls rest.
    pub(crate) fn rest(&mut self, now: Instant, wait: Option<Duration>) -> Duration {
        let wait = wait.unwrap_or(REST).min(REST_MAX);
        self.rest_as_told(now, wait, Duration::ZERO);
        self.slow_down(now);
        wait
    }

    /// Another process was told to rest: it does so for another `wait`, or has done so until `past` ago.
    pub(crate) fn rest_as_told(&mut self, now: Instant, wait: Duration, past: Duration) {
        let until = now + wait;
        self.resting_until = self.resting_until.max(Some(until));
        let limited_for = LIMITED_FOR.saturating_sub(past);
        self.limited_until = self.limited_until.max(Some(until + limited_for));
    }

    /// The platform does not get along.
    pub(crate) fn slow_down(&mut self, now: Instant) {
        // Calls that were under way together tell of one and the same trouble.
        if self.may_change_rate(now) {
            self.rate = (self.rate / 2).max(RATE_MIN);
            self.rate_changed_at = Some(now);
        }
    }

    /// The platform gets along.
    pub(crate) fn speed_up(&mut self, now: Instant) {
        if self.may_change_rate(now) {
            self.rate = (self.rate + 1).min(RATE_MAX);
            self.rate_changed_at = Some(now);
        }
    }

    fn may_change_rate(&self, now: Instant) -> bool {
        self.rate_changed_at
            .is_none_or(|at| now.duration_since(at) >= RATE_CHANGES_EVERY)
    }
}

/// The most calls within any `span`.
#[cfg(test)]
pub(crate) fn densest(calls: &[Instant], span: Duration) -> usize {
    let within = |first: Instant| {
        let calls = calls
            .iter()
            .filter(|call| **call >= first && **call < first + span);
        calls.count()
    };
    calls.iter().map(|first| within(*first)).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// What callers do between their calls.
    #[derive(Debug, Clone, Copy)]
    enum Act {
        Call,
        Pass(u64),
        TooMany(Option<u64>),
        Down,
        Works,
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        let act = prop_oneof![
            8 => Just(Act::Call),
            2 => (0_u64..3_000).prop_map(Act::Pass),
            1 => proptest::option::of(0_u64..90).prop_map(Act::TooMany),
            1 => Just(Act::Down),
            4 => Just(Act::Works),
        ];
        proptest::collection::vec(act, 1..300)
    }

    /// Plays the acts, each call as early as it may be; answers when the calls were made.
    fn play(budget: &mut Budget, acts: &[Act]) -> Vec<Instant> {
        let mut now = Instant::now();
        let mut calls = Vec::new();
        for act in acts {
            match *act {
                Act::Call => {
                    now = now.max(budget.next_at(now));
                    budget.take(now);
                    calls.push(now);
                }
                Act::Pass(ms) => now += Duration::from_millis(ms),
                Act::TooMany(wait_s) => {
                    budget.rest(now, wait_s.map(Duration::from_secs));
                }
                Act::Down => budget.slow_down(now),
                Act::Works => budget.speed_up(now),
            }
        }
        calls
    }

    proptest! {
        #[test]
        fn the_window_never_holds_more_than_its_calls(acts in acts()) {
            let calls = play(&mut Budget::new(Limit::Window, false), &acts);
            prop_assert!(densest(&calls, WINDOW) <= WINDOW_CALLS);
        }

        #[test]
        fn the_adaptive_rate_stays_within_its_bounds(acts in acts()) {
            let mut budget = Budget::new(Limit::Adaptive, false);
            let calls = play(&mut budget, &acts);
            prop_assert!((RATE_MIN..=RATE_MAX).contains(&budget.rate));
            prop_assert!(densest(&calls, SECOND) <= RATE_MAX as usize);
        }

        #[test]
        fn nobody_calls_while_the_platform_asks_for_rest(acts in acts(), wait_s in 0_u64..60) {
            for (limit, is_free) in [(Limit::Window, false), (Limit::Adaptive, false), (Limit::Window, true)] {
                let mut budget = Budget::new(limit, is_free);
                play(&mut budget, &acts);
                // Later than all that was played.
                let now = Instant::now() + Duration::from_secs(1_000_000);
                budget.rest(now, Some(Duration::from_secs(wait_s)));
                prop_assert!(budget.next_at(now) >= now + Duration::from_secs(wait_s));
            }
        }
    }

    #[test]
    fn the_whole_budget_is_used() {
        let mut budget = Budget::new(Limit::Window, false);
        let calls = play(&mut budget, &[Act::Call; 50]);
        let whole = calls[49].duration_since(calls[0]);
        assert_eq!(whole, WINDOW * 9, "fifty calls are ten windows");
    }

    #[test]
    fn the_rate_is_halved_once_for_one_trouble_and_grows_by_one_a_second() {
        let start = Instant::now();
        let mut budget = Budget::new(Limit::Adaptive, false);
        for _ in 0..8 {
            budget.slow_down(start);
        }
        assert_eq!(budget.rate, RATE_FIRST / 2);
        for second in 1..=5 {
            for _ in 0..10 {
                budget.speed_up(start + SECOND * second);
            }
        }
        assert_eq!(budget.rate, RATE_FIRST / 2 + 5);
    }

    #[test]
    fn a_host_of_ones_own_has_no_limit_until_it_says_so_and_for_a_while() {
        let start = Instant::now();
        let mut budget = Budget::new(Limit::Window, true);
        for _ in 0..1_000 {
            assert!(budget.next_at(start) <= start);
            budget.take(start);
        }
        budget.rest(start, None);
        assert_eq!(budget.next_at(start), start + WINDOW);
        let later = start + REST + LIMITED_FOR;
        for _ in 0..1_000 {
            assert!(budget.next_at(later) <= later);
            budget.take(later);
        }
    }
}
