//! JSON Schemas of what events carry.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::EventKind;

use super::part::Part;
use super::problem::{Problem, Told};

/// The schema of a payload
///
/// The JSON Schema (2020-12) of the `data` of an event type. Needs no token.
#[utoipa::path(
    get,
    path = "/schemas/{type}",
    operation_id = "getSchema",
    tag = "description",
    params(("type" = String, Path, description = "A CloudEvents type.", example = "raccordo.order.placed.v1")),
    responses(
        (status = 200, description = "The schema.", body = Object, content_type = "application/schema+json"),
        (status = 404, description = "There is no such type.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn find(Part(name): Part) -> Result<Response, Problem> {
    let kind = EventKind::from_type_name(&name).ok_or_else(|| Problem::not_found("event type"))?;
    let schema = serde_json::to_vec_pretty(&events::schema(kind)).unwrap_or_default();
    Ok((
        [
            (CONTENT_TYPE, "application/schema+json"),
            (CACHE_CONTROL, "no-cache"),
        ],
        schema,
    )
        .into_response())
}
