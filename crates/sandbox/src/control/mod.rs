//! The control page: which faults are on, and what has come in. Plain HTTP, on a loopback address only; no other site
//! may use it through somebody's browser.

mod page;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::Platform;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::call::find;
use crate::fault::Fault;
use crate::world::World;

/// How many of the newest requests are shown.
const SHOWN_MAX: usize = 200;
/// Nothing but our own style and form.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

#[derive(Clone)]
struct Control {
    world: Arc<World>,
    platforms_addr: SocketAddr,
}

/// A change, in JSON; without `fault`, or with `null`, the fault goes off.
#[derive(Debug, Deserialize)]
struct Change {
    platform: String,
    fault: Option<String>,
}

/// Serves the page until `stopped`.
pub(crate) async fn serve(
    listener: TcpListener,
    world: Arc<World>,
    platforms_addr: SocketAddr,
    mut stopped: watch::Receiver<bool>,
) {
    let router = Router::new()
        .route("/", get(index))
        .route("/style.css", get(style))
        .route("/faults", get(faults).post(change))
        .route("/received", get(received))
        .route("/sink.json", get(sink).delete(reset))
        .layer(from_fn(guard))
        .with_state(Control {
            world,
            platforms_addr,
        });
    tokio::select! {
        _ = stopped.changed() => {}
        served = axum::serve(listener, router) => {
            if served.is_err() {
                tracing::warn!("the sandbox's control page has stopped");
            }
        }
    }
}

/// Refuses names that are not this machine's (somebody's name may lead here, by DNS rebinding) and changes that another
/// site asks for.
async fn guard(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = text(headers, header::HOST.as_str()).unwrap_or_default();
    if !is_own(host) {
        return (StatusCode::MISDIRECTED_REQUEST, "not a name of this machine\n").into_response();
    }
    if request.method() != Method::GET && request.method() != Method::HEAD && is_foreign(headers, host) {
        return (StatusCode::FORBIDDEN, "cross-site request refused\n").into_response();
    }
    let mut response = next.run(request).await;
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn is_own(host: &str) -> bool {
    if let Ok(addr) = host.parse::<SocketAddr>() {
        return addr.ip().is_loopback();
    }
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether a browser says that another site is behind the request. Programs that are no browsers send neither header.
fn is_foreign(headers: &HeaderMap, host: &str) -> bool {
    let site = text(headers, "sec-fetch-site");
    let origin = headers.get(header::ORIGIN);
    site.is_some_and(|site| site != "same-origin" && site != "none")
        || origin.is_some_and(|origin| origin.as_bytes() != format!("http://{host}").as_bytes())
}

async fn index(State(control): State<Control>) -> Html<String> {
    Html(page::render(&control.world, control.platforms_addr))
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], page::STYLE)
}

async fn faults(State(control): State<Control>) -> Json<Value> {
    let faults: Map<String, Value> = Platform::ALL
        .into_iter()
        .map(|platform| {
            let fault = control.world.fault(platform).map(Fault::code);
            (platform.code().to_owned(), json!(fault))
        })
        .collect();
    Json(Value::Object(faults))
}

async fn change(State(control): State<Control>, headers: HeaderMap, body: Bytes) -> Response {
    let is_json = text(&headers, header::CONTENT_TYPE.as_str())
        .is_some_and(|content_type| content_type.starts_with("application/json"));
    let change = if is_json {
        serde_json::from_slice(&body).ok()
    } else {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
        find(&pairs, "platform").map(|platform| Change {
            platform: platform.to_owned(),
            fault: find(&pairs, "fault").map(str::to_owned),
        })
    };
    let Some((platform, fault)) = change.as_ref().and_then(parsed) else {
        return (StatusCode::UNPROCESSABLE_ENTITY, "unknown platform or fault\n").into_response();
    };
    control.world.set_fault(platform, fault);
    if is_json {
        StatusCode::NO_CONTENT.into_response()
    } else {
        Redirect::to("/").into_response()
    }
}

fn parsed(change: &Change) -> Option<(Platform, Option<Fault>)> {
    let platform = change.platform.parse().ok()?;
    let fault = match change.fault.as_deref() {
        None | Some("") => None,
        Some(code) => Some(code.parse().ok()?),
    };
    Some((platform, fault))
}

/// What is asked of the counts: with `totals`, only the sums.
#[derive(Debug, Deserialize)]
struct Asked {
    totals: Option<String>,
}

async fn sink(State(control): State<Control>, Query(asked): Query<Asked>) -> Json<Value> {
    let sink = control.world.sink();
    if asked.totals.is_some() {
        return Json(json!(sink.totals()));
    }
    let mut all = json!(sink.totals());
    all["hosts"] = json!(sink.all());
    Json(all)
}

async fn reset(State(control): State<Control>) -> StatusCode {
    control.world.sink().reset();
    StatusCode::NO_CONTENT
}

async fn received(State(control): State<Control>) -> Json<Value> {
    let shown: Vec<_> = control
        .world
        .newest(SHOWN_MAX)
        .iter()
        .map(crate::received::Received::redacted)
        .collect();
    Json(json!(shown))
}
