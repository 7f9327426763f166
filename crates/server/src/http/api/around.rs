//! What happens around every request of the API: id, time limit, headers, and a problem for whatever could not be done. It is
//! apart from the pages': thousands of events a second leave no line each in the log.

use std::any::Any;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Api;
use super::problem::{Kind, Problem};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a page of the API may load: the panel's style and icon.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A fault of ours; the panic hook has logged it.
pub(super) fn panicked(_: Box<dyn Any + Send>) -> Response {
    Problem::new(Kind::Internal, "Something went wrong within the server.").into_response()
}

/// Everything around a request.
pub(super) async fn around(State(api): State<Api>, request: Request, next: Next) -> Response {
    // An id that cannot be made is no reason to refuse an event.
    let random = vault::random_bytes::<9>().unwrap_or_default();
    let id = URL_SAFE_NO_PAD.encode(random);
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let started = Instant::now();
    let limit = api.options.request_timeout;
    let mut response = match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::time_up().into_response(),
    };
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let headers = std::mem::take(response.headers_mut());
        response = problem.answer(&id);
        for (name, value) in headers {
            // `Allow` of a method that is not allowed.
            if let Some(name) = name
                && !response.headers().contains_key(&name)
                && name != axum::http::header::CONTENT_LENGTH
            {
                response.headers_mut().insert(name, value);
            }
        }
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        HeaderName::from_static("referrer-policy"),
        HeaderValue::from_static("same-origin"),
    );
    if api.options.public_url.is_https {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    let duration_ms = started.elapsed().as_secs_f64() * 1000.0;
    let status = response.status().as_u16();
    tracing::debug!(%method, path = uri.path(), status, duration_ms, request = id, "answered by the API");
    response
}
