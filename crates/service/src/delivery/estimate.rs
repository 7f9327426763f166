//! What waits for an account, and about what it takes to work it off.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::{Account, AccountId, EventKind, Platform, expected_ms};
use persistence::{BACKLOG_EXACT_MAX, Backlog, Weight};
use tokio::time::{Duration, Instant};

use crate::Raccordo;
use crate::error::ServiceError;

/// How much longer than it took to count a large backlog its count is told again.
const KEPT_TIMES: u32 = 20;
/// Digits that are told of a number that is reckoned from a part.
const DIGITS_TOLD: u32 = 3;

/// What waits for an account, and about what it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queued {
    /// What waits.
    pub backlog: Backlog,
    /// What it takes to work off what is due; `None` for a platform that gets no deliveries.
    pub estimate: Option<Estimate>,
}

/// About what it takes to work off what is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// Calls.
    pub calls: u64,
    /// Deliveries that will be skipped without a call: a later event says more, or they are too old.
    pub needless: u64,
    /// Whether both were reckoned from the oldest of a large backlog.
    pub is_sampled: bool,
    /// How long the calls take at the platform's pace, with those of other accounts that share it, in milliseconds;
    /// `None` where nothing limits it, as in the sandbox.
    pub expected_ms: Option<u64>,
}

/// What was counted of large backlogs, for as long as it is told again.
#[derive(Default)]
pub(crate) struct LargeBacklogs(Mutex<HashMap<AccountId, Counted>>);

struct Counted {
    backlog: Backlog,
    weights: Vec<Weight>,
    until: Instant,
}

impl LargeBacklogs {
    fn find(&self, account: AccountId) -> Option<(Backlog, Vec<Weight>)> {
        let now = Instant::now();
        let counted = self.counted();
        let found = counted.get(&account).filter(|counted| now < counted.until)?;
        Some((found.backlog, found.weights.clone()))
    }

    fn keep(&self, account: AccountId, backlog: Backlog, weights: Vec<Weight>, took: Duration) {
        let now = Instant::now();
        let mut counted = self.counted();
        counted.retain(|_, counted| now < counted.until);
        let until = now + took * KEPT_TIMES;
        counted.insert(
            account,
            Counted {
                backlog,
                weights,
                until,
            },
        );
    }

    fn counted(&self) -> MutexGuard<'_, HashMap<AccountId, Counted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Raccordo {
    /// What waits for an account, and about what it takes.
    pub async fn queued(&self, account: &Account) -> Result<Queued, ServiceError> {
        let (backlog, weights) = self.weigh(account).await?;
        let platform = account.platform();
        if !EventKind::ALL.iter().any(|kind| kind.reaches(platform)) {
            return Ok(Queued {
                backlog,
                estimate: None,
            });
        }
        let due = Due::of(platform, backlog.waiting, &weights);
        let pace = platform
            .calls_per_s()
            .filter(|_| due.calls > 0 && !account.settings.host().is_sandbox());
        let expected_ms = match pace {
            Some(pace) => Some(expected_ms(
                self.calls_until_done(account, due.calls).await?,
                pace,
            )),
            None => None,
        };
        let estimate = Estimate {
            calls: due.calls,
            needless: due.needless,
            is_sampled: due.is_sampled,
            expected_ms,
        };
        Ok(Queued {
            backlog,
            estimate: Some(estimate),
        })
    }

    /// Whether anything waits for an account, due or not.
    pub async fn has_waiting(&self, account: &Account) -> Result<bool, ServiceError> {
        let backlog = self
            .store
            .backlog(account.site_id, account.id, self.now())
            .await?;
        Ok(backlog.waiting > 0 || backlog.later > 0)
    }

    /// What waits for an account, and what of it is due by kind. A large backlog is counted now and then.
    async fn weigh(&self, account: &Account) -> Result<(Backlog, Vec<Weight>), ServiceError> {
        let (site, id, now) = (account.site_id, account.id, self.now());
        let exact = self.store.backlog(site, id, now).await?;
        let is_large = |count: u64| count >= u64::from(BACKLOG_EXACT_MAX);
        if !is_large(exact.waiting) && !is_large(exact.later) {
            let weights = match exact.waiting {
                0 => Vec::new(),
                _ => self.store.weigh_backlog(site, id, now).await?,
            };
            return Ok((exact, weights));
        }
        let (whole, weights) = if let Some(found) = self.large_backlogs.find(id) {
            found
        } else {
            let started = Instant::now();
            let whole = self.store.whole_backlog(site, id, now).await?;
            let weights = self.store.weigh_backlog(site, id, now).await?;
            self.large_backlogs
                .keep(id, whole, weights.clone(), started.elapsed());
            (whole, weights)
        };
        // What is small, or first or last, is cheap to know as it is now.
        let newest = |exact: u64, whole: u64| if is_large(exact) { whole.max(exact) } else { exact };
        let backlog = Backlog {
            waiting: newest(exact.waiting, whole.waiting),
            later: newest(exact.later, whole.later),
            ..exact
        };
        Ok((backlog, weights))
    }

    /// Calls that are made until so many `calls` of an account are: those of other accounts that share its pace take turns
    /// with them.
    async fn calls_until_done(&self, account: &Account, calls: u64) -> Result<u64, ServiceError> {
        let platform = account.platform();
        let remote = account.settings.remote();
        let mut all = calls;
        for other in self.active_accounts(account.site_id, Some(platform)).await? {
            let shares_pace = other.id != account.id && other.settings.remote() == remote;
            if shares_pace && self.present_hold(other.id).await?.is_none() {
                let (backlog, weights) = self.weigh(&other).await?;
                let theirs = Due::of(platform, backlog.waiting, &weights).calls;
                all = all.saturating_add(theirs.min(calls));
            }
        }
        Ok(all)
    }
}

/// What is due, in calls.
#[derive(Debug, PartialEq, Eq)]
struct Due {
    calls: u64,
    needless: u64,
    is_sampled: bool,
}

impl Due {
    /// Of `waiting` deliveries to `platform`, by the weights of those that were looked at.
    fn of(platform: Platform, waiting: u64, weights: &[Weight]) -> Self {
        let (mut looked_at, mut calls, mut needless) = (0, 0, 0);
        for weight in weights {
            let sent = weight.waiting.saturating_sub(weight.needless);
            let each = platform.calls_for(weight.kind).unwrap_or_default();
            looked_at += weight.waiting;
            needless += weight.needless;
            calls += sent.saturating_mul(u64::from(each));
        }
        if looked_at >= waiting || looked_at == 0 {
            return Self {
                calls,
                needless,
                is_sampled: false,
            };
        }
        let scaled = |part: u64| {
            let whole = u128::from(part) * u128::from(waiting) / u128::from(looked_at);
            rounded(u64::try_from(whole).unwrap_or(u64::MAX))
        };
        Self {
            calls: scaled(calls),
            needless: scaled(needless),
            is_sampled: true,
        }
    }
}

/// The first digits of a number; more would say more than is known.
const fn rounded(number: u64) -> u64 {
    let mut unit = 1;
    while number / unit >= 10_u64.pow(DIGITS_TOLD) {
        unit *= 10;
    }
    number / unit * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEIGHTS: [Weight; 3] = [
        Weight {
            kind: EventKind::CustomerUpdated,
            waiting: 700,
            needless: 500,
        },
        Weight {
            kind: EventKind::OrderPlaced,
            waiting: 200,
            needless: 0,
        },
        Weight {
            kind: EventKind::CartUpdated,
            waiting: 100,
            needless: 100,
        },
    ];

    #[test]
    fn what_comes_to_nothing_takes_no_call() {
        let due = Due::of(Platform::ActiveCampaign, 1_000, &WEIGHTS);
        let expected = Due {
            calls: 200 + 200 * 3,
            needless: 600,
            is_sampled: false,
        };
        assert_eq!(due, expected);
        let nothing = Due {
            calls: 0,
            needless: 0,
            is_sampled: false,
        };
        assert_eq!(Due::of(Platform::ActiveCampaign, 0, &[]), nothing);
    }

    #[test]
    fn a_part_speaks_for_the_whole() {
        let due = Due::of(Platform::ActiveCampaign, 987_654, &WEIGHTS);
        let expected = Due {
            calls: 790_000,
            needless: 592_000,
            is_sampled: true,
        };
        assert_eq!(due, expected);
    }

    #[test]
    fn three_digits_are_told() {
        for (number, told) in [(0, 0), (7, 7), (999, 999), (1_009, 1_000), (123_999, 123_000)] {
            assert_eq!(rounded(number), told);
        }
        assert_eq!(rounded(u64::MAX), 18_400_000_000_000_000_000);
    }
}
