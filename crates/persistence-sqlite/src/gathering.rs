//! Gathers the events that many callers send at once: they become rows of the same statements, where each caller's own
//! statements would cost more than the rows.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::SiteId;
use persistence::{Acceptance, NewEvent, StoreError};
use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, timeout};

use crate::error::Closed;
use crate::intake;
use crate::writer::Writer;

/// The most events that are written together, but for those of one caller.
const EVENTS_MAX: usize = 4096;
/// So many events are worth an act by themselves.
const EVENTS_ENOUGH: usize = 256;
/// The longest that callers are waited for.
const PATIENCE_MAX: Duration = Duration::from_millis(10);

type Answer = Result<Vec<Acceptance>, StoreError>;

/// What a caller sends, and who waits for the answer.
struct Call {
    site: SiteId,
    events: Arc<Vec<NewEvent>>,
    answer: oneshot::Sender<Answer>,
}

/// What was answered in one act.
#[derive(Clone, Copy)]
struct Answered {
    calls: usize,
    events: usize,
}

/// The calls that wait to be written.
#[derive(Default)]
struct Waiting {
    calls: Vec<Call>,
    /// Whether a task writes them.
    is_written: bool,
    /// How many calls the task waits for.
    wanted: usize,
    /// Tells it that they are there.
    are_there: Arc<Notify>,
}

/// The way in.
pub(crate) struct Gathering {
    writer: Arc<Writer>,
    waiting: Arc<Mutex<Waiting>>,
}

impl Gathering {
    pub(crate) fn new(writer: Arc<Writer>) -> Self {
        Self {
            writer,
            waiting: Arc::default(),
        }
    }

    /// Takes events in; when this returns, they are on the disk.
    pub(crate) async fn accept(&self, site: SiteId, events: Vec<NewEvent>) -> Answer {
        let (answer, answered) = oneshot::channel();
        let events = Arc::new(events);
        let is_written = {
            let mut waiting = lock(&self.waiting);
            waiting.calls.push(Call { site, events, answer });
            if waiting.calls.len() == waiting.wanted {
                waiting.are_there.notify_one();
            }
            std::mem::replace(&mut waiting.is_written, true)
        };
        if !is_written {
            // A task of its own: should this caller go away, the others still wait.
            tokio::spawn(write_all(Arc::clone(&self.writer), Arc::clone(&self.waiting)));
        }
        answered
            .await
            .map_err(|_| StoreError::Unreachable(Box::new(Closed)))?
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the first calls of one site, as many as fit.
fn take(waiting: &Mutex<Waiting>) -> Vec<Call> {
    let calls = &mut lock(waiting).calls;
    let site = calls.first().map(|call| call.site);
    let mut events = 0;
    let fitting = calls.iter().take_while(|call| {
        events += call.events.len();
        Some(call.site) == site && events <= EVENTS_MAX
    });
    let count = fitting.count().max(1).min(calls.len());
    calls.drain(..count).collect()
}

/// Writes until nothing waits.
async fn write_all(writer: Arc<Writer>, waiting: Arc<Mutex<Waiting>>) {
    loop {
        {
            let mut waiting = lock(&waiting);
            if waiting.calls.is_empty() {
                waiting.is_written = false;
                return;
            }
        }
        let started = Instant::now();
        let answered = write_some(&writer, &waiting).await;
        wait_for_callers(&waiting, answered, started.elapsed() / 2).await;
    }
}

/// Waits for whoever was just answered to come again, for a part of the time that this took: with few events each, they cost
/// less together with those who have come meanwhile than after them. A caller who is alone is not waited for.
async fn wait_for_callers(waiting: &Mutex<Waiting>, answered: Answered, patience: Duration) {
    let are_there = {
        let mut waiting = lock(waiting);
        if answered.calls + waiting.calls.len() < 2 || answered.events >= EVENTS_ENOUGH {
            return;
        }
        waiting.wanted = answered.calls + waiting.calls.len();
        Arc::clone(&waiting.are_there)
    };
    // Whether they have come or not, those who are there are written now.
    let _ = timeout(patience.min(PATIENCE_MAX), are_there.notified()).await;
    lock(waiting).wanted = 0;
}

/// Writes what waits, in one act.
async fn write_some(writer: &Writer, waiting: &Arc<Mutex<Waiting>>) -> Answered {
    let taken = Arc::new(Mutex::new(Vec::new()));
    let (from, to) = (Arc::clone(waiting), Arc::clone(&taken));
    let written = writer
        .write(move |conn| {
            Box::pin(async move {
                // As late as this, so that nobody is left out who came while others were written.
                let calls = take(&from);
                let sent: Vec<(SiteId, Arc<Vec<NewEvent>>)> = calls
                    .iter()
                    .map(|call| (call.site, Arc::clone(&call.events)))
                    .collect();
                *lock(&to) = calls;
                let Some((site, _)) = sent.first() else {
                    return Ok(Vec::new());
                };
                let events: Vec<&NewEvent> = sent.iter().flat_map(|(_, events)| events.iter()).collect();
                intake::accept(conn, *site, &events).await
            })
        })
        .await;
    let mut calls = std::mem::take(&mut *lock(&taken));
    let answered = Answered {
        calls: calls.len(),
        events: calls.iter().map(|call| call.events.len()).sum(),
    };
    if let Ok(mut answers) = written {
        for call in calls {
            let rest = answers.split_off(call.events.len().min(answers.len()));
            // A caller that has gone away does not wait for it.
            let _ = call.answer.send(Ok(std::mem::replace(&mut answers, rest)));
        }
        return answered;
    }
    if calls.is_empty() {
        calls = take(waiting);
    }
    // Whoever it was because of, each hears of its own.
    for call in calls {
        let events = call.events;
        let alone = writer.write(move |conn| {
            Box::pin(async move {
                let events: Vec<&NewEvent> = events.iter().collect();
                intake::accept(conn, call.site, &events).await
            })
        });
        let _ = call.answer.send(alone.await);
    }
    answered
}
