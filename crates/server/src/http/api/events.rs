//! Events: the way in, and what became of them.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use domain::{EventId, EventKind, Scope};
use persistence::EventQuery;
use service::AcceptError;

use super::Api;
use super::body::{media_type, read, too_large};
use super::caller::Caller;
use super::part::Part;
use super::problem::{Kind, Problem, Told};
use super::query::Query;
use super::results::{EventResult, EventResults, problem, take, too_many};
use crate::json::{Event, EventDetail, Explained, Page};

/// The most bytes of a single event.
const EVENT_BYTES_MAX: usize = 1024 * 1024;
/// The most bytes of a batch.
const BATCH_BYTES_MAX: usize = 5 * 1024 * 1024;

/// How events are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    One,
    Batch,
    /// Whatever the first character says.
    ByShape,
}

impl Packing {
    fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        match media_type(headers).as_str() {
            "application/cloudevents+json" => Ok(Self::One),
            "application/cloudevents-batch+json" => Ok(Self::Batch),
            "application/json" => Ok(Self::ByShape),
            _ => Err(Problem::new(
                Kind::MediaType,
                "This takes application/cloudevents+json for one event, application/cloudevents-batch+json for several, or \
                 application/json for either.",
            )),
        }
    }

    const fn bytes_max(self) -> usize {
        match self {
            Self::One => EVENT_BYTES_MAX,
            Self::Batch | Self::ByShape => BATCH_BYTES_MAX,
        }
    }

    fn seen(self, content: &[u8]) -> Self {
        match self {
            Self::ByShape if content.trim_ascii_start().starts_with(b"[") => Self::Batch,
            Self::ByShape => Self::One,
            told => told,
        }
    }
}

/// Send events
///
/// One event as CloudEvents 1.0, or a batch of up to 1,000 of them. 202 comes only when every event that is not refused is stored safely:
/// what is answered so is not lost. Sent again with the same `source` and `id`, an event is acknowledged and not taken twice;
/// after an answer that did not arrive simply send the same again. In a batch a bad event is refused by itself, and the rest is
/// taken.
#[utoipa::path(
    post,
    path = "/events",
    operation_id = "sendEvents",
    tag = "events",
    security(("token" = ["events:write"])),
    request_body(content(
        (super::describe::CloudEvent = "application/cloudevents+json", example = json!(super::describe::sample())),
        (Vec<super::describe::CloudEvent> = "application/cloudevents-batch+json"),
        (super::describe::CloudEvents = "application/json"),
    )),
    responses(
        (status = 202, description = "At least one event was taken or is known.", body = EventResults),
        (status = 413, description = "An event over 1 MiB, a batch over 5 MiB or over 1,000 events.", body = Told, content_type = "application/problem+json"),
        (status = 415, description = "Another media type.", body = Told, content_type = "application/problem+json"),
        (status = 422, description = "Every event was refused.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn send(
    State(api): State<Api>,
    caller: Caller,
    request: Request,
) -> Result<(StatusCode, Json<EventResults>), Problem> {
    caller.needs(Scope::EventsWrite)?;
    let (parts, body) = request.into_parts();
    let packing = Packing::of(&parts.headers)?;
    let content = read(&parts.headers, body, packing.bytes_max()).await?;
    let packing = packing.seen(&content);
    if content.len() > packing.bytes_max() {
        return Err(too_large(packing.bytes_max()));
    }
    let read = match packing {
        Packing::Batch => events::read_batch(&content).map_err(|refusal| problem(&refusal))?,
        Packing::One | Packing::ByShape => {
            vec![Ok(events::read(&content).map_err(|refusal| problem(&refusal))?)]
        }
    };
    caller.charge(&api, read.len().saturating_sub(1));
    let sent = match take(&api.raccordo, caller.site_id(), read).await {
        Ok(sent) => sent,
        Err(AcceptError::TooMany) => return Err(too_many()),
        Err(AcceptError::Service(error)) => return Err(error.into()),
    };
    if !sent.results.is_empty() && sent.results.iter().all(EventResult::is_refused) {
        let told = serde_json::to_value(&sent.results).unwrap_or_default();
        return Err(
            Problem::new(Kind::Invalid, "Every event was refused; results tells why.").with_results(told),
        );
    }
    Ok((StatusCode::ACCEPTED, Json(sent)))
}

/// List events
///
/// Newest first, without their payloads.
#[utoipa::path(
    get,
    path = "/events",
    operation_id = "listEvents",
    tag = "events",
    security(("token" = ["events:read"])),
    params(
        ("type" = Option<String>, Query, description = "Only this CloudEvents type.", example = "raccordo.order.placed.v1"),
        ("entity" = Option<String>, Query, description = "Only about the thing with this id."),
        ("limit" = Option<u32>, Query, description = "Rows on a page, 1 to 200; 50 without."),
        ("cursor" = Option<String>, Query, description = "Where the page begins, from `next`."),
    ),
    responses(
        (status = 200, description = "A page.", body = Page<Event>),
        (status = 400, description = "A parameter is wrong.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn list(
    State(api): State<Api>,
    caller: Caller,
    uri: Uri,
) -> Result<Json<Page<Event>>, Problem> {
    caller.needs(Scope::EventsRead)?;
    let query = Query::read(&uri, &["type", "entity", "limit", "cursor"])?;
    let limit = query.limit()?;
    let mut events = api
        .raccordo
        .list_events(&EventQuery {
            site: caller.site_id(),
            kind: kind(&query)?,
            entity_id: query.get("entity").map(str::to_owned),
            older_than: query.cursor()?,
            limit: limit + 1,
        })
        .await?;
    let has_more = events.len() > limit as usize;
    events.truncate(limit as usize);
    let next = events.last().filter(|_| has_more);
    Ok(Json(Page {
        next: next.map(|event| query.next(&event.id.to_string())),
        items: events.iter().map(Event::from).collect(),
    }))
}

/// The parameter `type`.
pub(super) fn kind(query: &Query) -> Result<Option<EventKind>, Problem> {
    query.value(
        "type",
        "an event type, such as raccordo.order.placed.v1",
        EventKind::from_type_name,
    )
}

/// Read an event
///
/// With its payload and its deliveries.
#[utoipa::path(
    get,
    path = "/events/{id}",
    operation_id = "getEvent",
    tag = "events",
    security(("token" = ["events:read"])),
    params(("id" = String, Path, description = "The event's id here.")),
    responses(
        (status = 200, description = "The event.", body = EventDetail),
        (status = 404, description = "There is none.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn find(
    State(api): State<Api>,
    caller: Caller,
    Part(id): Part,
) -> Result<Json<EventDetail>, Problem> {
    caller.needs(Scope::EventsRead)?;
    let id: EventId = id.parse().map_err(|_| Problem::not_found("event"))?;
    match api.raccordo.find_event(caller.site_id(), id).await? {
        Some(detail) => Ok(Json(EventDetail::new(detail, api.raccordo.queue_time().await?))),
        None => Err(Problem::not_found("event")),
    }
}

/// Explain an event
///
/// For every active account that such an event reaches: the exact calls that would be sent for it now, or the rule by which
/// nothing is sent. Nothing is called.
#[utoipa::path(
    get,
    path = "/events/{id}/explain",
    operation_id = "explainEvent",
    tag = "events",
    security(("token" = ["events:read"])),
    params(("id" = String, Path, description = "The event's id here.")),
    responses(
        (status = 200, description = "One for each account.", body = Vec<Explained>),
        (status = 404, description = "There is no such event.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn explain(
    State(api): State<Api>,
    caller: Caller,
    Part(id): Part,
) -> Result<Json<Vec<Explained>>, Problem> {
    caller.needs(Scope::EventsRead)?;
    let id: EventId = id.parse().map_err(|_| Problem::not_found("event"))?;
    match api.raccordo.explain(caller.site_id(), id).await? {
        Some(explained) => Ok(Json(explained.into_iter().map(Explained::from).collect())),
        None => Err(Problem::not_found("event")),
    }
}
