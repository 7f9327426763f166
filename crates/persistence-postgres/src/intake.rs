//! Takes events in: those of callers that come at the same time together, because one statement and one flush of the disk
//! for many events costs little more than for one.

use std::sync::Arc;

use domain::SiteId;
use persistence::{Acceptance, Inconsistency, NewEvent, StoreError};

use crate::accept::accept;
use crate::connection::Connections;
use crate::limits::within;
use crate::together::{Service, Together};
use crate::tries::until_through;
use crate::work::Work;

/// Statements that run at the same time: while one waits for the disk, the other is prepared.
const WRITERS: usize = 2;
/// From so many events and callers on, a statement takes no more callers.
const EVENTS_ENOUGH: usize = 1000;

/// There is no site with this id.
#[derive(Debug, thiserror::Error)]
#[error("there is no such site")]
struct NoSite;

/// The intake of a store.
pub(crate) struct Intake {
    connections: Connections,
    work: Arc<Work>,
}

impl Intake {
    /// The intake on `connections`, for callers who come together; tells `work` of what it has taken.
    pub(crate) fn together(connections: Connections, work: Arc<Work>) -> Arc<Together<Self>> {
        Arc::new(Together::new(Self { connections, work }, WRITERS, EVENTS_ENOUGH))
    }
}

impl Together<Intake> {
    /// Takes the events of one caller in, all or nothing.
    pub(crate) async fn accept(
        self: &Arc<Self>,
        site: SiteId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Acceptance>, StoreError> {
        let accepted: Option<Vec<_>> = self.ask((site, events)).await?.into_iter().collect();
        accepted.ok_or_else(|| Inconsistency::new("events", "site_id", site, NoSite).into())
    }
}

impl Service for Intake {
    /// Events of a site.
    type Ask = (SiteId, Vec<NewEvent>);
    /// What became of one of them; `None` where there is no such site.
    type Part = Option<Acceptance>;

    fn parts((_, events): &Self::Ask) -> usize {
        events.len()
    }

    async fn serve(&self, asks: &[Self::Ask]) -> Result<Vec<Self::Part>, StoreError> {
        let events: Vec<(SiteId, &NewEvent)> = asks
            .iter()
            .flat_map(|(site, events)| events.iter().map(|event| (*site, event)))
            .collect();
        // Callers come and go; whoever writes for them must not wait for ever.
        let accepting = until_through(|| accept(&self.connections, &events));
        let acceptances = within(self.connections.call_timeout(), accepting).await?;
        let is_work = |acceptance: &Option<Acceptance>| {
            matches!(acceptance, Some(Acceptance::Taken { deliveries: 1.. }))
        };
        if acceptances.iter().any(is_work) {
            self.work.wake();
        }
        Ok(acceptances)
    }
}
