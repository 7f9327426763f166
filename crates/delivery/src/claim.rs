//! How much is claimed at a time: what an account gets through in about a second, first attempts before retries.

use std::time::Duration;

use tokio::time::Instant;

/// The most deliveries of one claim, retries apart.
pub(crate) const CLAIM_MAX: u32 = 128;
/// The span in which an account's pace is measured.
const SPAN: Duration = Duration::from_secs(1);
/// Of so many deliveries of a claim one may be a retry.
const RETRY_PART: u32 = 4;

/// What is asked of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    /// Deliveries without an attempt.
    pub(crate) firsts: u32,
    /// Others.
    pub(crate) retries: u32,
}

impl Share {
    /// A claim of `size` deliveries without an attempt, and of some retries beside them.
    pub(crate) fn of(size: u32) -> Self {
        Self {
            firsts: size,
            retries: (size / RETRY_PART).max(1),
        }
    }

    /// A single delivery, if one without an attempt is there.
    pub(crate) const PROBE: Self = Self {
        firsts: 1,
        retries: 0,
    };

    /// The rest of a claim of `size`, once it is known that first attempts do not fill it: `firsts` and `retries` were
    /// handed out for this share.
    pub(crate) fn rest(self, size: u32, firsts: u32, retries: u32) -> Option<Self> {
        let room = size.saturating_sub(firsts + retries);
        let may_have_more = firsts < self.firsts && retries == self.retries;
        (may_have_more && room > 0).then_some(Self {
            firsts: 0,
            retries: room,
        })
    }
}

/// Measures how many deliveries an account gets through in a second. Who claims more than that keeps them from others for
/// longer than need be.
#[derive(Debug)]
pub(crate) struct Throughput {
    since: Instant,
    ended: u32,
    before: u32,
}

impl Throughput {
    /// Nothing has ended yet.
    pub(crate) const fn new(now: Instant) -> Self {
        Self {
            since: now,
            ended: 0,
            before: 0,
        }
    }

    /// A delivery has ended.
    pub(crate) fn count(&mut self, now: Instant) {
        self.turn(now);
        self.ended = self.ended.saturating_add(1);
    }

    /// How many to claim, at least `at_once`.
    pub(crate) fn claim_size(&mut self, now: Instant, at_once: u32) -> u32 {
        self.turn(now);
        self.ended
            .max(self.before)
            .clamp(at_once.min(CLAIM_MAX), CLAIM_MAX)
    }

    fn turn(&mut self, now: Instant) {
        let spans = now.duration_since(self.since).as_millis() / SPAN.as_millis();
        if spans > 0 {
            self.before = if spans == 1 { self.ended } else { 0 };
            self.ended = 0;
            self.since = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn at_least_three_quarters_of_a_claim_are_first_attempts_when_there_are_some(
            size in 4_u32..=CLAIM_MAX,
            firsts in 0_u32..100,
            retries in 0_u32..100,
        ) {
            let share = Share::of(size);
            let mut got = (firsts.min(share.firsts), retries.min(share.retries));
            if let Some(rest) = share.rest(size, got.0, got.1) {
                prop_assert_eq!(rest.firsts, 0);
                got.1 += (retries - got.1).min(rest.retries);
            }
            let all = got.0 + got.1;
            prop_assert!(firsts < size || got.0 * 4 >= all * 3, "{got:?}");
            prop_assert_eq!(got.0, firsts.min(size), "a first attempt never waits for a retry");
            prop_assert!(retries == 0 || got.1 > 0, "retries are never starved either");
            prop_assert!(all >= (firsts + retries).min(size), "no place stays empty");
            prop_assert!(all <= size + share.retries);
        }
    }

    #[test]
    fn a_claim_is_what_an_account_gets_through_in_a_second() {
        let start = Instant::now();
        let mut throughput = Throughput::new(start);
        assert_eq!(throughput.claim_size(start, 4), 4);
        for _ in 0..10 {
            throughput.count(start);
        }
        assert_eq!(throughput.claim_size(start, 4), 10);
        assert_eq!(throughput.claim_size(start + SPAN, 4), 10);
        assert_eq!(
            throughput.claim_size(start + 4 * SPAN, 4),
            4,
            "it was quiet since"
        );
        for _ in 0..2 * CLAIM_MAX {
            throughput.count(start + 4 * SPAN);
        }
        assert_eq!(throughput.claim_size(start + 4 * SPAN, 4), CLAIM_MAX);
    }
}
