//! The posted forms, one handler for each.

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::Response;
use domain::{AccountId, Language};
use ui::{Cx, Outcome, Problem, actions};

use super::answer::{answer, see_other};
use super::around::refused;
use super::visit::{self, wants_events, wants_json};
use super::{Panel, cookies, events, pages};

type Pairs = Vec<(String, String)>;

/// Reads a form and the context of its request.
async fn read(panel: &Panel, request: Request) -> Result<(Cx, Parts, Pairs), Response> {
    let (parts, body) = request.into_parts();
    let pairs = pairs(panel, &parts, body).await.map_err(refused)?;
    match visit::cx(panel, &parts).await {
        Ok(cx) => Ok((cx, parts, pairs)),
        Err(error) => Err(refused(actions::problem(&error))),
    }
}

async fn pairs(panel: &Panel, parts: &Parts, body: Body) -> Result<Pairs, Problem> {
    let is_form = |kind: &HeaderValue| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded");
    if !parts.headers.get(CONTENT_TYPE).is_some_and(is_form) {
        return Err(Problem::BadRequest);
    }
    let body = to_bytes(body, panel.options.body_bytes_max)
        .await
        .map_err(|error| {
            let is_too_large = std::error::Error::source(&error)
                .is_some_and(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>);
            if is_too_large {
                Problem::TooLarge
            } else {
                Problem::BadRequest
            }
        })?;
    Ok(form_urlencoded::parse(&body).into_owned().collect())
}

macro_rules! handler {
    ($(#[$doc:meta])* $name:ident, $action:path) => {
        $(#[$doc])*
        pub(super) async fn $name(State(panel): State<Panel>, request: Request) -> Response {
            match read(&panel, request).await {
                Ok((cx, parts, pairs)) => {
                    let outcome = $action(&cx, &pairs).await;
                    answer(&panel, cx, parts, outcome).await
                }
                Err(response) => response,
            }
        }
    };
}

handler!(
    /// The toolbar and the switches of the list.
    selection, actions::switch::selection
);
handler!(
    /// Deleting, after the page that asks.
    delete, actions::delete::submit
);
handler!(
    /// Switching on in the place of another.
    swap, actions::switch::swap
);
handler!(
    /// Many deliveries, after the page that asks: one step of it.
    deliveries, actions::change_deliveries::submit
);
handler!(
    /// Old events, after the page that asks: one step of removing them.
    purge, actions::purge::submit
);
handler!(
    /// Making and revoking tokens of the API.
    tokens, actions::tokens::submit
);

macro_rules! handler_of_one {
    ($(#[$doc:meta])* $name:ident, $action:path) => {
        $(#[$doc])*
        pub(super) async fn $name(
            State(panel): State<Panel>,
            Path(id): Path<String>,
            request: Request,
        ) -> Response {
            let Ok(id) = id.parse() else {
                return refused(Problem::NotFound);
            };
            match read(&panel, request).await {
                Ok((cx, parts, pairs)) => {
                    let outcome = $action(&cx, id, &pairs).await;
                    answer(&panel, cx, parts, outcome).await
                }
                Err(response) => response,
            }
        }
    };
}

handler_of_one!(
    /// Trying a delivery again, skipping it.
    delivery, actions::delivery::submit
);
handler_of_one!(
    /// Pausing and resuming an account's queue.
    queue, actions::queue::submit
);

/// A new account: saved or tried.
pub(super) async fn create(State(panel): State<Panel>, request: Request) -> Response {
    form(&panel, None, request).await
}

/// An existing account: saved or tried.
pub(super) async fn update(State(panel): State<Panel>, Path(id): Path<String>, request: Request) -> Response {
    match id.parse() {
        Ok(id) => form(&panel, Some(id), request).await,
        Err(_) => refused(Problem::NotFound),
    }
}

async fn form(panel: &Panel, id: Option<AccountId>, request: Request) -> Response {
    match read(panel, request).await {
        Ok((cx, parts, pairs)) if wants_events(&parts.headers) => events::stream(cx, id, pairs),
        Ok((cx, parts, pairs)) => {
            let outcome = match id {
                Some(id) => actions::save::update(&cx, id, &pairs, &|_| ()).await,
                None => actions::save::create(&cx, &pairs, &|_| ()).await,
            };
            answer(panel, cx, parts, outcome).await
        }
        Err(response) => response,
    }
}

macro_rules! beginning {
    ($(#[$doc:meta])* $name:ident, $action:path) => {
        $(#[$doc])*
        pub(super) async fn $name(State(panel): State<Panel>, request: Request) -> Response {
            match read(&panel, request).await {
                Ok((cx, parts, pairs)) => {
                    let (outcome, session) = $action(&cx, &pairs).await;
                    let mut response = answer(&panel, cx, parts, outcome).await;
                    if let Some(session) = session {
                        cookies::set_session(response.headers_mut(), &session, &panel.options.public_url);
                    }
                    response
                }
                Err(response) => response,
            }
        }
    };
}

beginning!(
    /// Signing in.
    sign_in, actions::sign_in::submit
);
beginning!(
    /// The first administrator.
    first_start, actions::first_start::submit
);

/// Signing out.
pub(super) async fn sign_out(State(panel): State<Panel>, request: Request) -> Response {
    match read(&panel, request).await {
        Ok((cx, parts, pairs)) => {
            let outcome = actions::sign_in::sign_out(&cx, &pairs).await;
            let is_out = matches!(outcome, Outcome::Go { .. });
            let mut response = answer(&panel, cx, parts, outcome).await;
            if is_out {
                cookies::clear_session(response.headers_mut(), &panel.options.public_url);
            }
            response
        }
        Err(response) => response,
    }
}

/// Choosing the language; remembered in the browser.
pub(super) async fn language(State(panel): State<Panel>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let pairs = match pairs(&panel, &parts, body).await {
        Ok(pairs) => pairs,
        Err(problem) => return refused(problem),
    };
    let value = |name: &str| {
        pairs
            .iter()
            .find(|(found, _)| found == name)
            .map_or("", |(_, value)| value.as_str())
    };
    let Some(language) = Language::from_code(value("language")) else {
        return refused(Problem::BadRequest);
    };
    let to = actions::local_path(value("next"));
    let mut response = if wants_json(&parts.headers) {
        super::answer::json(&Outcome::Go {
            to: to.to_owned(),
            notice: None,
        })
    } else {
        see_other(&pages::ascii(to))
    };
    cookies::set_language(response.headers_mut(), language, &panel.options.public_url);
    response
}
