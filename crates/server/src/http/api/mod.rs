//! `/api/v1`: what the shop's programs use. The same use cases and rules as the panel, by tokens instead of sessions.
//!
//! Each handler carries its description; [`routes`] registers both at once, so that no route is without one. The document, the
//! readable page and `docs/openapi.json` are made from them.

mod account_answer;
mod account_form;
mod accounts;
mod around;
mod body;
mod bulk;
mod caller;
mod changes;
mod deliveries;
mod describe;
mod document;
mod events;
mod guide;
mod log;
mod part;
mod problem;
mod purge;
mod query;
mod results;
mod schemas;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use service::Raccordo;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::HttpOptions;
use caller::Rates;
use problem::{Kind, Problem};
pub(crate) use results::take;

/// Where the API stands.
pub(super) const PREFIX: &str = "/api/v1";

/// What every handler of the API can reach.
#[derive(Clone)]
struct Api {
    raccordo: Arc<Raccordo>,
    options: Arc<HttpOptions>,
    rates: Arc<Rates>,
    document: Bytes,
    guide: Bytes,
}

/// The API as routes below [`PREFIX`]. `styles` is the address of the panel's style.
pub(super) fn router(raccordo: Arc<Raccordo>, options: Arc<HttpOptions>, styles: &str) -> Router {
    let (router, mut document) = described().split_for_parts();
    describe::complete(&mut document);
    let api = Api {
        raccordo,
        rates: Arc::new(Rates::new(options.api_rate)),
        document: document::json(&document).into(),
        guide: guide::page(&document, styles, &options.public_url.origin).into(),
        options,
    };
    let router = router
        .fallback(nothing)
        .method_not_allowed_fallback(not_allowed)
        .layer(CatchPanicLayer::custom(around::panicked))
        .layer(from_fn_with_state(api.clone(), around::around))
        .with_state(api);
    Router::new()
        .nest(PREFIX, router)
        // A slash too many is no reason to leave somebody without the page.
        .route(
            &format!("{PREFIX}/"),
            get(|| async { Redirect::permanent(PREFIX) }),
        )
}

/// Every route with its description.
fn described() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(describe::head())
        .routes(routes!(events::send, events::list))
        .routes(routes!(purge::purge))
        .routes(routes!(events::find))
        .routes(routes!(events::explain))
        .routes(routes!(accounts::list, accounts::create))
        .routes(routes!(
            accounts::find,
            accounts::replace,
            accounts::change,
            accounts::delete
        ))
        .routes(routes!(changes::activate))
        .routes(routes!(changes::deactivate))
        .routes(routes!(changes::test))
        .routes(routes!(changes::pause))
        .routes(routes!(changes::resume))
        .routes(routes!(changes::activity))
        .routes(routes!(deliveries::list))
        .routes(routes!(bulk::failures))
        .routes(routes!(bulk::retry))
        .routes(routes!(bulk::skip))
        .routes(routes!(deliveries::find))
        .routes(routes!(deliveries::retry))
        .routes(routes!(deliveries::skip))
        .routes(routes!(log::list))
        .routes(routes!(schemas::find))
        .routes(routes!(document::serve))
        .routes(routes!(guide::serve))
        .routes(routes!(guide::problem))
}

/// The description of the API, as it is served.
pub fn document() -> String {
    let (_, mut document) = described().split_for_parts();
    describe::complete(&mut document);
    document::json(&document)
}

async fn nothing() -> Problem {
    Problem::not_found("address")
}

async fn not_allowed(request: Request) -> Response {
    let detail = format!("{} is not allowed here.", request.method());
    Problem::new(Kind::Method, detail).into_response()
}
