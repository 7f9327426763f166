//! The panel over HTTP: pages, forms, assets, health.
//!
//! The way of a request: `around` gives it an id, a nonce and a time limit; a foreign form is refused; the router
//! finds the handler; whatever could not be done comes back as a [`Problem`] and leaves as a designed page.

mod answer;
pub mod api;
mod around;
mod assets;
mod cookies;
mod download;
mod events;
mod forms;
mod health;
mod pages;
mod visit;

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use leptos::config::{Env, LeptosOptions};
use leptos_axum::{AxumRouteListing, generate_route_list};
use service::Raccordo;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use ui::Problem;

use crate::config::PublicUrl;

pub use around::RequestId;
pub use assets::Assets;
pub use visit::Peer;

/// What the HTTP side is told by the configuration.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// How people reach the panel.
    pub public_url: PublicUrl,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// The most bytes that a posted form may have.
    pub body_bytes_max: usize,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// How many requests and events a token of the API may send in a second.
    pub api_rate: u32,
}

/// What every handler can reach.
#[derive(Clone)]
pub(crate) struct Panel {
    raccordo: Arc<Raccordo>,
    options: Arc<HttpOptions>,
    leptos: LeptosOptions,
}

/// The addresses of the pages. Listed once for the whole process: while Leptos lists them, no page anywhere loads its data.
static PAGES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(ui::App));

/// The whole panel as one service.
pub fn router(raccordo: Arc<Raccordo>, options: HttpOptions, assets: Assets) -> Router {
    let leptos = LeptosOptions::builder()
        .output_name("raccordo")
        .site_pkg_dir(assets.folder())
        .env(if cfg!(debug_assertions) {
            Env::DEV
        } else {
            Env::PROD
        })
        .build();
    let csrf = match CsrfLayer::new().add_trusted_origin(&options.public_url.origin) {
        Ok(csrf) => csrf,
        // The origin was parsed with the configuration; without it, forms of the very host still pass.
        Err(_) => CsrfLayer::new(),
    };
    let options = Arc::new(options);
    let styles = format!("/{}/raccordo.css", assets.folder());
    let api = api::router(Arc::clone(&raccordo), Arc::clone(&options), &styles);
    let panel = Panel {
        raccordo,
        options,
        leptos,
    };
    let mut router = Router::new();
    for route in &*PAGES {
        router = router.route(route.path(), get(pages::page));
    }
    let pages = router
        .route("/", get(pages::home))
        .route("/load/{*name}", get(pages::load))
        .route("/log.csv", get(download::log))
        .route("/sign-in", post(forms::sign_in))
        .route("/sign-out", post(forms::sign_out).get(pages::home))
        .route("/first-start", post(forms::first_start))
        .route("/language", post(forms::language).get(pages::home))
        .route("/accounts/new", post(forms::create))
        .route("/accounts/selection", post(forms::selection).get(pages::home))
        .route("/accounts/delete", post(forms::delete))
        .route("/accounts/swap", post(forms::swap))
        .route("/accounts/{id}", post(forms::update))
        .route("/accounts/{id}/queue", post(forms::queue).get(pages::home))
        .route(
            "/deliveries/change",
            post(forms::deliveries).get(pages::deliveries),
        )
        .route("/deliveries/{id}", post(forms::delivery))
        .route("/events/purge", post(forms::purge))
        .route("/tokens", post(forms::tokens))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .fallback(|| async { around::refused(Problem::NotFound) })
        .method_not_allowed_fallback(|| async { around::refused(Problem::NotFound) })
        .with_state(panel.clone())
        .layer(csrf.with_rejection_response(|_| around::refused(Problem::Forbidden)))
        .layer(CatchPanicLayer::custom(around::panicked))
        // A page holds no secret that a guess at its compressed length could find out: forms need no token.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        // Assets need neither an id in the log nor a page for what goes wrong.
        .layer(from_fn_with_state(assets, assets::serve))
        .layer(from_fn_with_state(panel, around::around));
    // The API comes without cookies, pages and a line in the log for each request.
    api.merge(pages).layer(CatchPanicLayer::new())
}
