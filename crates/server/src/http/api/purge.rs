//! Removing old events, step by step.

use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use domain::{EventId, Scope};
use events::Time;
use serde::{Deserialize, Serialize};
use service::EventPurge;
use utoipa::ToSchema;

use super::Api;
use super::body;
use super::bulk::{step_limit, value};
use super::caller::Caller;
use super::problem::{Problem, Told};
use crate::json::time;

/// Which events are deleted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OldEvents {
    /// Those that came in before this time.
    before: Time,
    /// Those after the event with this id: from the answer to the step before.
    #[serde(default)]
    after: Option<String>,
    /// The most that are looked at, 1 to 500; 500 without.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// What a step deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PurgeStep {
    /// How many events.
    deleted: u64,
    /// Whether there may be more to delete: ask again, with `before` and `after`.
    more: bool,
    /// To send with the request for the next step.
    before: Time,
    /// To send with the request for the next step; not there after the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

/// Delete old events
///
/// One step that looks at 500 events at most, the oldest first, and deletes them with their deliveries and attempts. Events of which a
/// delivery still waits are kept. This is final, and a deleted event that is sent again counts as a new one.
#[utoipa::path(
    post,
    path = "/events/purge",
    operation_id = "purgeEvents",
    tag = "events",
    security(("token" = ["events:delete"])),
    request_body = OldEvents,
    responses(
        (status = 200, description = "How many were deleted.", body = PurgeStep),
        (status = 422, description = "A condition is wrong.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn purge(
    State(api): State<Api>,
    caller: Caller,
    request: Request,
) -> Result<Json<PurgeStep>, Problem> {
    caller.needs(Scope::EventsDelete)?;
    let OldEvents { before, after, limit } = body::json(request).await?;
    let after: Option<EventId> = value(after, "after", "the id of an event", |text| text.parse().ok())?;
    let purge = EventPurge {
        // What comes in between two steps is not deleted, whatever time was sent.
        before: before.at().min(api.raccordo.now()),
        after,
        limit: step_limit(limit)?,
    };
    let purged = api
        .raccordo
        .purge_events(Some(&caller.actor()), caller.site_id(), purge, Duration::ZERO)
        .await?;
    Ok(Json(PurgeStep {
        deleted: purged.removed,
        more: purged.next.is_some(),
        before: time(purge.before),
        after: purged.next.map(|id| id.to_string()),
    }))
}
