//! What a supervisor asks.

use axum::extract::State;
use axum::http::StatusCode;

use super::Panel;

/// The process answers.
pub(super) async fn live() -> &'static str {
    "live\n"
}

/// The process can serve: the database answers and can be written to.
pub(super) async fn ready(State(panel): State<Panel>) -> (StatusCode, &'static str) {
    match panel.raccordo.ping().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not answer or cannot be written to\n",
            )
        }
    }
}
