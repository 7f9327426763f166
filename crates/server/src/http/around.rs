//! What happens around every request: id, log line, time limit, headers, and a page for whatever could not be done.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use leptos::nonce::Nonce;
use tracing::Instrument;
use ui::Problem;

use super::{Panel, pages};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names a request in the log and in its answer.
#[derive(Debug, Clone)]
pub struct RequestId(pub Arc<str>);

/// Marks an answer whose page is still to be made.
#[derive(Debug, Clone, Copy)]
struct Refused(Problem);

/// An answer that becomes the page (or JSON) of `problem`.
pub(super) fn refused(problem: Problem) -> Response {
    let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = status.into_response();
    response.extensions_mut().insert(Refused(problem));
    response
}

/// A fault of ours; the panic hook has logged it.
pub(super) fn panicked(_: Box<dyn Any + Send>) -> Response {
    refused(Problem::Internal)
}

/// Everything around a request.
pub(super) async fn around(State(panel): State<Panel>, mut request: Request, next: Next) -> Response {
    let Ok(random) = vault::random_bytes::<24>() else {
        // Without random bytes there is no nonce, and without a nonce no page.
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let id: Arc<str> = URL_SAFE_NO_PAD.encode(&random[..8]).into();
    let nonce: Arc<str> = URL_SAFE_NO_PAD.encode(&random[8..]).into();
    let span = tracing::info_span!("request", id = %id);
    request.extensions_mut().insert(RequestId(Arc::clone(&id)));
    request
        .extensions_mut()
        .insert(Nonce::from_value(Arc::clone(&nonce)));
    let is_asset = request.uri().path().starts_with("/pkg-");
    let response = answer(&panel, request, next).instrument(span.clone());
    let mut response = response.await;
    if is_asset {
        common(response.headers_mut(), &panel);
    } else {
        let is_page = response
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        let nonce = is_page.then_some(&*nonce);
        policy(response.headers_mut(), nonce);
        common(response.headers_mut(), &panel);
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

async fn answer(panel: &Panel, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let asked = parts.clone();
    let limit = panel.options.request_timeout;
    let response = match tokio::time::timeout(limit, next.run(Request::from_parts(parts, body))).await {
        Ok(response) => response,
        Err(_) => refused(Problem::Busy),
    };
    let response = match response.extensions().get::<Refused>() {
        Some(Refused(problem)) => pages::problem(panel, asked.clone(), *problem).await,
        None => response,
    };
    log(&asked, response.status(), started.elapsed());
    response
}

/// One line for a request. The query is not told: it may hold the token of a link.
fn log(asked: &axum::http::request::Parts, status: StatusCode, took: Duration) {
    let (method, path, status) = (&asked.method, asked.uri.path(), status.as_u16());
    let duration_ms = took.as_secs_f64() * 1000.0;
    if path.starts_with("/pkg-") || path.starts_with("/health/") {
        tracing::debug!(%method, path, status, duration_ms, "answered");
    } else {
        tracing::info!(%method, path, status, duration_ms, "answered");
    }
}

/// The Content-Security-Policy. WebAssembly may be compiled; scripts need the nonce or our origin; nothing is inline.
fn policy(headers: &mut HeaderMap, nonce: Option<&str>) {
    let script = nonce.map_or_else(String::new, |nonce| {
        format!(" 'nonce-{nonce}' 'wasm-unsafe-eval'")
    });
    let policy = format!(
        "default-src 'none'; script-src 'self'{script}; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert("content-security-policy", policy);
    }
    // Pages show data of people who are signed in, and forms what was typed.
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}

fn common(headers: &mut HeaderMap, panel: &Panel) {
    let mut set = |name: &'static str, value: &'static str| {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    };
    set("x-content-type-options", "nosniff");
    set("x-frame-options", "DENY");
    // Not `no-referrer`: a link must not tell others where it stands, but the panel itself may know.
    set("referrer-policy", "same-origin");
    set("cross-origin-opener-policy", "same-origin");
    set("cross-origin-resource-policy", "same-origin");
    set(
        "permissions-policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    );
    if panel.options.public_url.is_https {
        set("strict-transport-security", "max-age=31536000");
    }
}

/// The last resort: the page of a problem that cannot be rendered.
pub(super) fn bare(problem: Problem) -> Response {
    let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Body::from(format!("{status}\n"))).into_response()
}
