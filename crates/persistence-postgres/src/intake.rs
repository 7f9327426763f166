//! Takes events in: those of callers that come at the same time together, because one statement and one flush of the disk
//! for many events costs little more than for one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::SiteId;
use persistence::{Acceptance, Inconsistency, NewEvent, StoreError};
use tokio::sync::oneshot;

use crate::accept::accept;
use crate::connection::Connections;
use crate::error::{is_of_one, shared, store_error};
use crate::limits::within;
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

/// Callers that wait, and how many statements run.
#[derive(Default)]
struct Queue {
    calls: VecDeque<Call>,
    writers: usize,
}

/// The intake of a store.
pub(crate) struct Intake {
    connections: Connections,
    work: Arc<Work>,
    queue: Mutex<Queue>,
}

impl Intake {
    pub(crate) fn new(connections: Connections, work: Arc<Work>) -> Self {
        Self {
            connections,
            work,
            queue: Mutex::default(),
        }
    }

    /// Takes the events of one caller in, all or nothing; whoever goes away before the answer changes nothing about that.
    pub(crate) async fn accept(
        self: &Arc<Self>,
        site: SiteId,
        events: Vec<NewEvent>,
    ) -> Result<Vec<Acceptance>, StoreError> {
        let (answer, answered) = oneshot::channel();
        let is_alone = {
            let mut queue = self.queue();
            queue.calls.push_back(Call { site, events, answer });
            let is_alone = queue.writers < WRITERS;
            queue.writers += usize::from(is_alone);
            is_alone
        };
        if is_alone {
            tokio::spawn(Arc::clone(self).write());
        }
        answered
            .await
            .unwrap_or_else(|_| Err(store_error(sqlx::Error::WorkerCrashed)))
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Whoever panicked left nothing half done.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The callers of the next statement; without any, one statement less runs.
    fn next(&self) -> Vec<Call> {
        let mut queue = self.queue();
        let mut calls = Vec::new();
        let mut events = 0;
        while events < EVENTS_ENOUGH
            && let Some(call) = queue.calls.pop_front()
        {
            events += call.events.len();
            calls.push(call);
        }
        queue.writers -= usize::from(calls.is_empty());
        calls
    }

    /// Writes until nobody waits.
    async fn write(self: Arc<Self>) {
        loop {
            let calls = self.next();
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
