//! What an account's deliveries were doing within the last day.

use domain::{AccountId, SiteId, Timestamp};
use persistence::{Backlog, Hold, HourCount};

use super::estimate::{Estimate, Queued};
use crate::Raccordo;
use crate::error::ServiceError;

/// Hours that are shown, the present one included.
const HOURS: i64 = 24;
/// Milliseconds of an hour.
const HOUR_MS: i64 = 3_600_000;

/// What an account's deliveries were doing within the last day, and what waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// The last 24 hours, the oldest first and the present one last; none is left out.
    pub hours: Vec<HourCount>,
    /// What waits.
    pub backlog: Backlog,
    /// About what it takes to work off what is due; `None` for a platform that gets no deliveries.
    pub estimate: Option<Estimate>,
    /// Deliveries that are still to be skipped since the account was switched off; counting stops at [`crate::COUNT_MAX`].
    pub skipping: u64,
    /// Why and since when the queue is held.
    pub hold: Option<Hold>,
}

impl Raccordo {
    /// What an account's deliveries were doing; `None` when there is no such account.
    pub async fn activity(&self, site: SiteId, account: AccountId) -> Result<Option<Activity>, ServiceError> {
        let Some(account) = self.store.find_account(site, account).await? else {
            return Ok(None);
        };
        let first = first_hour(self.now());
        let counts = self.store.list_hours(account.id, first).await?;
        let Queued { backlog, estimate } = self.queued(&account).await?;
        Ok(Some(Activity {
            hours: every_hour(first, &counts),
            backlog,
            estimate,
            skipping: self.count_left_over(&account).await?,
            hold: self.present_hold(account.id).await?,
        }))
    }
}

/// When the first of the last [`HOURS`] began.
const fn first_hour(now: Timestamp) -> Timestamp {
    let present = now.ms() - now.ms().rem_euclid(HOUR_MS);
    Timestamp::from_ms(present - (HOURS - 1) * HOUR_MS)
}

/// Every hour from `first` on, with nothing in those that were left out.
fn every_hour(first: Timestamp, counts: &[HourCount]) -> Vec<HourCount> {
    (0..HOURS)
        .map(|number| {
            let hour = Timestamp::from_ms(first.ms() + number * HOUR_MS);
            let counted = counts.iter().find(|count| count.hour == hour);
            counted.copied().unwrap_or(HourCount {
                hour,
                delivered: 0,
                failed: 0,
                retried: 0,
                skipped: 0,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_has_all_its_hours_whatever_was_counted() {
        let now = Timestamp::from_ms(100 * HOUR_MS + 59 * 60_000);
        let first = first_hour(now);
        assert_eq!(first.ms(), 77 * HOUR_MS);
        let counted = HourCount {
            hour: Timestamp::from_ms(100 * HOUR_MS),
            delivered: 3,
            failed: 1,
            retried: 2,
            skipped: 0,
        };
        let hours = every_hour(first, &[counted]);
        assert_eq!(hours.len(), 24);
        assert_eq!(hours.last(), Some(&counted));
        assert!(
            hours[..23]
                .iter()
                .all(|hour| hour.delivered == 0 && hour.failed == 0)
        );
    }
}
