//! Takes events in: those of callers that come at the same time together, because one statement and one flush of the disk
//! for many events costs little more than for one.

use std::sync::Arc;

use domain::SiteId;
use persistence::{Acceptance, Inconsistency, NewEvent, StoreError};
use tokio::sync::oneshot;

use crate::accept::accept;
use crate::connection::Connections;
use crate::error::{is_of_one, shared, store_error};
use crate::limits::within;
use crate::together::Callers;
use crate::tries::until_through;
use crate::work::Work;

/// Statements that run at the same time: while one waits for the disk, the other is prepared.
const WRITERS: usize = 2;
/// From so many events on, a statement takes no more callers.
const EVENTS_ENOUGH: usize = 1000;

/// There is no site with this id.
#[derive(Debug, thiserror::Error)]
#[error("there is no such site")]
struct NoSite;

/// What one caller wants.
struct Call {
    site: SiteId,
    events: Vec<NewEvent>,
    answer: oneshot::Sender<Result<Vec<Acceptance>, StoreError>>,
}

/// The intake of a store.
pub(crate) struct Intake {
    connections: Connections,
    work: Arc<Work>,
    callers: Callers<Call>,
}

impl Intake {
    pub(crate) fn new(connections: Connections, work: Arc<Work>) -> Self {
        Self {
            connections,
            work,
            callers: Callers::new(WRITERS),
        }
    }

    /// Takes the events of one caller in, all or nothing; whoever goes away before the answer changes nothing about that.
    pub(crate) async fn accept(
        self: &Arc<Self>,
        site: SiteId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Acceptance>, StoreError> {
        let (answer, answered) = oneshot::channel();
        if self.callers.add(Call { site, events, answer }) {
            tokio::spawn(Arc::clone(self).write());
        }
        answered
            .await
            .unwrap_or_else(|_| Err(store_error(sqlx::Error::WorkerCrashed)))
    }

    /// Writes until nobody waits.
    async fn write(self: Arc<Self>) {
        loop {
            let calls = self.callers.next(EVENTS_ENOUGH, |call| call.events.len());
            if calls.is_empty() {
                return;
            }
            self.answer(calls).await;
        }
    }

    /// Writes what `calls` want and answers them.
    async fn answer(&self, calls: Vec<Call>) {
        match self.take(&calls).await {
            Ok(acceptances) => {
                let mut acceptances = acceptances.into_iter();
                for call in calls {
                    let own: Option<Vec<_>> = acceptances.by_ref().take(call.events.len()).collect();
                    let no_site = || Inconsistency::new("events", "site_id", call.site, NoSite).into();
                    // Whoever hung up does not want to know.
                    let _ = call.answer.send(own.ok_or_else(no_site));
                }
            }
            // What is wrong with the events of one caller is no matter of the others.
            Err(error) if calls.len() > 1 && is_of_one(&error) => {
                for call in calls {
                    Box::pin(self.answer(vec![call])).await;
                }
            }
            Err(error) => {
                let error = Arc::new(error);
                for call in calls {
                    let _ = call.answer.send(Err(shared(&error)));
                }
            }
        }
    }

    async fn take(&self, calls: &[Call]) -> Result<Vec<Option<Acceptance>>, StoreError> {
        let events: Vec<(SiteId, &NewEvent)> = calls
            .iter()
            .flat_map(|call| call.events.iter().map(|event| (call.site, event)))
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
