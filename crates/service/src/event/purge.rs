//! Removing old events.

use std::time::Duration;

use domain::{EventId, LogKind, LogMessage, SiteId, Timestamp};
use persistence::{Purgeable, Purged};
use tokio::time::Instant;

use super::accept::first_event_id;
use crate::delivery::STEP_MAX;
use crate::error::ServiceError;
use crate::{Actor, Raccordo};

/// Counting what can be removed stops here.
const COUNT_MAX: u32 = 1_000_000;

/// Old events, to be removed step by step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventPurge {
    /// Those that came in before this instant; never what comes in from now on.
    pub before: Timestamp,
    /// Those after this one, which the steps before have looked at.
    pub after: Option<EventId>,
    /// The most events that one step looks at; never more than [`STEP_MAX`].
    pub limit: u32,
}

impl EventPurge {
    /// All that came in before an instant, in the largest steps.
    pub const fn all_before(before: Timestamp) -> Self {
        Self {
            before,
            after: None,
            limit: STEP_MAX,
        }
    }
}

impl Raccordo {
    /// Removes old events of which no delivery waits, with their deliveries and attempts, the oldest first: one step, and
    /// more for as long as `at_most`. Others write between two of them. The log tells once what went.
    pub async fn purge_events(
        &self,
        actor: Option<&Actor>,
        site: SiteId,
        purge: EventPurge,
        at_most: Duration,
    ) -> Result<Purged, ServiceError> {
        let before = self.purged_before(purge);
        let limit = purge.limit.clamp(1, STEP_MAX);
        let started = Instant::now();
        let mut purged = Purged {
            removed: 0,
            next: purge.after,
        };
        let ended = loop {
            match self.store.purge_events(site, purged.next, before, limit).await {
                Ok(step) => {
                    purged.removed += step.removed;
                    purged.next = step.next;
                }
                Err(error) => break Err(error),
            }
            if purged.next.is_none() || started.elapsed() >= at_most {
                break Ok(());
            }
        };
        // What went before a failure has gone as well.
        if purged.removed > 0 {
            let count = u32::try_from(purged.removed).unwrap_or(u32::MAX);
            let message = LogMessage::counted(LogKind::EventsPurged, count);
            let entry = self.entry(site, None, actor, message)?;
            self.store.append_log(vec![entry]).await?;
            tracing::info!(count, "old events removed");
        }
        ended?;
        Ok(purged)
    }

    /// How many events [`Self::purge_events`] would remove in all its steps, and how many it would keep: of the oldest
    /// 1,000,000.
    pub async fn count_purgeable(&self, site: SiteId, purge: EventPurge) -> Result<Purgeable, ServiceError> {
        let before = self.purged_before(purge);
        Ok(self
            .store
            .count_purgeable(site, purge.after, before, COUNT_MAX)
            .await?)
    }

    fn purged_before(&self, purge: EventPurge) -> EventId {
        first_event_id(purge.before.min(self.now()))
    }

    /// Removes the events that are older than events are kept and of which no delivery waits; answers how many went.
    pub async fn purge_expired_events(&self) -> Result<u64, ServiceError> {
        let Some(kept) = self.limits.events_kept else {
            return Ok(0);
        };
        let seconds = i64::try_from(kept.as_secs()).unwrap_or(i64::MAX);
        let purge = EventPurge::all_before(self.now().plus_seconds(seconds.saturating_neg()));
        let mut removed = 0;
        for site in self.store.list_sites().await? {
            let purged = self.purge_events(None, site.id, purge, Duration::MAX).await?;
            removed += purged.removed;
        }
        Ok(removed)
    }
}
