//! The description of the API as an OpenAPI 3.1 document.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use utoipa::openapi::OpenApi;

use super::Api;

/// A document as text, indented, with a line end at its end.
pub(super) fn json(document: &OpenApi) -> String {
    // It is made of strings and numbers: nothing in it cannot be written.
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// This description
///
/// As an OpenAPI 3.1 document, made from the program itself. Needs no token.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "getDocument",
    tag = "description",
    responses((status = 200, description = "The document.", body = Object, content_type = "application/json")),
)]
pub(super) async fn serve(State(api): State<Api>) -> Response {
    (
        [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-cache")],
        api.document,
    )
        .into_response()
}
