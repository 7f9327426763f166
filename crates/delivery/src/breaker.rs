//! The circuit breaker of one account: after some failures in a row nothing is sent for a while, then one delivery tries.
//! It lives in the memory of the process: it spares the platform and the attempts, and nothing depends on it.

use std::time::Duration;

use tokio::time::Instant;

/// Failures in a row that open it.
const FAILURES_MAX: u32 = 5;
/// How long it stays open at first.
const WAIT_MIN: Duration = Duration::from_secs(5);
/// How long it stays open at most; each probe that fails doubles the time.
const WAIT_MAX: Duration = Duration::from_mins(5);

/// Whether deliveries may be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leave {
    /// As many as one likes.
    Free,
    /// A single one, to see.
    Probe,
    /// None before then.
    NotBefore(Instant),
}

/// A circuit breaker.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    failures: u32,
    open: Option<Open>,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    until: Instant,
    wait: Duration,
}

impl Breaker {
    /// What may be claimed at `now`.
    pub(crate) fn leave(&self, now: Instant) -> Leave {
        match self.open {
            None => Leave::Free,
            Some(open) if now < open.until => Leave::NotBefore(open.until),
            Some(_) => Leave::Probe,
        }
    }

    /// An attempt failed at `now`, and not for a reason of its own.
    pub(crate) fn fail(&mut self, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        let wait = match self.open {
            // What was under way when it opened says nothing new.
            Some(open) if now < open.until => return,
            Some(open) => (open.wait * 2).min(WAIT_MAX),
            None if self.failures >= FAILURES_MAX => WAIT_MIN,
            None => return,
        };
        self.open = Some(Open {
            until: now + wait,
            wait,
        });
    }

    /// The platform answered as it should.
    pub(crate) fn succeed(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn opened(at: Instant) -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..FAILURES_MAX {
            breaker.fail(at);
        }
        breaker
    }

    #[test]
    fn five_failures_in_a_row_open_it_for_five_seconds() {
        let start = Instant::now();
        let mut breaker = Breaker::default();
        for _ in 1..FAILURES_MAX {
            breaker.fail(start);
        }
        assert_eq!(breaker.leave(start), Leave::Free);
        breaker.succeed();
        breaker.fail(start);
        assert_eq!(
            breaker.leave(start),
            Leave::Free,
            "a success begins the count anew"
        );
        let breaker = opened(start);
        assert_eq!(breaker.leave(start), Leave::NotBefore(start + WAIT_MIN));
        assert_eq!(breaker.leave(start + WAIT_MIN), Leave::Probe);
    }

    #[test]
    fn a_probe_closes_it_or_doubles_the_wait_up_to_five_minutes() {
        let mut now = Instant::now();
        let mut breaker = opened(now);
        for expected in [10, 20, 40, 80, 160, 300, 300] {
            let Leave::NotBefore(until) = breaker.leave(now) else {
                panic!("it is open");
            };
            now = until;
            assert_eq!(breaker.leave(now), Leave::Probe);
            breaker.fail(now);
            assert_eq!(
                breaker.leave(now),
                Leave::NotBefore(now + Duration::from_secs(expected))
            );
        }
        breaker.succeed();
        assert_eq!(breaker.leave(now), Leave::Free);
    }

    #[test]
    fn what_was_under_way_when_it_opened_does_not_prolong_it() {
        let start = Instant::now();
        let mut breaker = opened(start);
        breaker.fail(start + Duration::from_secs(1));
        assert_eq!(breaker.leave(start + WAIT_MIN), Leave::Probe);
    }

    proptest! {
        #[test]
        fn it_never_stays_open_longer_than_its_limit(steps in proptest::collection::vec((any::<bool>(), 0_u64..400), 1..200)) {
            let mut now = Instant::now();
            let mut breaker = Breaker::default();
            for (works, seconds) in steps {
                now += Duration::from_secs(seconds);
                if works { breaker.succeed() } else { breaker.fail(now) }
                if let Leave::NotBefore(until) = breaker.leave(now) {
                    prop_assert!(!works && until <= now + WAIT_MAX);
                }
            }
        }
    }
}
