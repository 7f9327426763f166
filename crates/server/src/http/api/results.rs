//! What became of events that were sent: told by the API and, in the same shape, at the command line.

use domain::{EventId, SiteId};
use events::{BATCH_EVENTS_MAX, Event, Refusal, RefusalKind};
use persistence::Acceptance;
use serde::Serialize;
use service::{AcceptError, Raccordo};
use utoipa::ToSchema;

use super::problem::{Kind, Problem, Told};

/// What [`EventResult::status`] says of an event that breaks a rule.
const REFUSED: &str = "refused";

/// What became of the events of a request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventResults {
    /// One for each event, in their order.
    pub(crate) results: Vec<EventResult>,
}

/// What became of an event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventResult {
    /// The shop's own id, where it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    /// Where the shop says that it comes from, where it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// `accepted`: it is stored. `known`: it had been taken in before, and is not taken twice. `refused`: it breaks a rule.
    #[schema(example = "accepted")]
    pub(crate) status: &'static str,
    /// Its id here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub(crate) event: Option<EventId>,
    /// How many deliveries were made: one for each active account that such an event reaches.
    #[serde(skip_serializing_if = "Option::is_none")]
    deliveries: Option<u32>,
    /// Why it is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    problem: Option<Told>,
}

impl EventResult {
    fn refused(refusal: &Refusal) -> Self {
        Self {
            id: refusal.id.clone(),
            source: refusal.source_name.clone(),
            status: REFUSED,
            event: None,
            deliveries: None,
            problem: Some(problem(refusal).told(None)),
        }
    }

    fn taken(name: (String, String), event: EventId, acceptance: Acceptance) -> Self {
        let (source, id) = name;
        let (status, deliveries) = match acceptance {
            Acceptance::Taken { deliveries } => ("accepted", Some(deliveries)),
            Acceptance::Known(_) => ("known", None),
        };
        Self {
            id: Some(id),
            source: Some(source),
            status,
            event: Some(event),
            deliveries,
            problem: None,
        }
    }

    /// Whether it breaks a rule.
    pub(crate) fn is_refused(&self) -> bool {
        self.status == REFUSED
    }

    /// Where and why it is refused, for people; empty when it is not.
    pub(crate) fn reason(&self) -> String {
        self.problem.as_ref().map(Told::reason).unwrap_or_default()
    }
}

/// Why an event, or a whole batch, is refused.
pub(super) fn problem(refusal: &Refusal) -> Problem {
    let kind = match refusal.detail {
        RefusalKind::NotJson { .. } => Kind::Malformed,
        RefusalKind::BatchTooLong => return too_many(),
        _ => Kind::Invalid,
    };
    Problem::at(kind, refusal.pointer.clone(), refusal.detail.to_string())
}

/// More events than are taken at once.
pub(super) fn too_many() -> Problem {
    let detail = format!("A batch may have at most {BATCH_EVENTS_MAX} events: send them in several batches.");
    Problem::new(Kind::TooLarge, detail)
}

/// Takes in what can be, and tells of each event what became of it, in their order.
pub(crate) async fn take(
    raccordo: &Raccordo,
    site: SiteId,
    read: Vec<Result<Event, Refusal>>,
) -> Result<EventResults, AcceptError> {
    let mut results: Vec<Option<EventResult>> = Vec::with_capacity(read.len());
    let mut good = Vec::with_capacity(read.len());
    let mut names = Vec::with_capacity(read.len());
    for event in read {
        match event {
            Ok(event) => {
                names.push((event.source.clone(), event.id.clone()));
                good.push(event);
                results.push(None);
            }
            Err(refusal) => results.push(Some(EventResult::refused(&refusal))),
        }
    }
    let received = raccordo.receive_events(site, good).await?;
    let mut taken = names
        .into_iter()
        .zip(received)
        .map(|(name, (event, acceptance))| EventResult::taken(name, event, acceptance));
    let results = results
        .into_iter()
        .filter_map(|result| result.or_else(|| taken.next()))
        .collect();
    Ok(EventResults { results })
}
