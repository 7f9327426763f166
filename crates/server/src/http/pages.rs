//! Pages: what a GET shows, what a refused form looks like, and the page of a problem.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use leptos::nonce::Nonce;
use leptos::prelude::provide_context;
use leptos_axum::{handle_server_fns_with_context, render_app_async_with_context};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use ui::{Cx, FailedPage, Outcome, Problem, Rejection, actions};

use super::answer::{json, see_other};
use super::around::{bare, refused};
use super::visit::{self, wants_json};
use super::{Panel, cookies};

/// Pages that nobody needs to sign in for.
const OPEN: [&str; 2] = ["/sign-in", "/first-start"];

/// A path that may be a header's value, whatever somebody typed into it.
pub(super) fn ascii(path: &str) -> String {
    const OTHERS: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>');
    utf8_percent_encode(path, OTHERS).to_string()
}

/// The start page is the list.
pub(super) async fn home() -> Response {
    see_other("/accounts")
}

/// Where a form about many deliveries posts to is no page.
pub(super) async fn deliveries() -> Response {
    see_other("/deliveries")
}

/// A page.
pub(super) async fn page(State(panel): State<Panel>, request: Request) -> Response {
    let parts = request.into_parts().0;
    let mut cx = match visit::cx(&panel, &parts).await {
        Ok(cx) => cx,
        Err(error) => return refused(actions::problem(&error)),
    };
    if cx.actor.is_none() && !OPEN.contains(&parts.uri.path()) {
        return see_other(&actions::sign_in_path(&cx.path));
    }
    let (notice, has_cookie) = cookies::notice(&parts.headers);
    cx.notice = notice;
    let mut response = render(&panel, parts, move || provide_context(cx.clone())).await;
    if has_cookie {
        cookies::clear_notice(response.headers_mut(), &panel.options.public_url);
    }
    response
}

/// The page of a form that was refused, with what was typed.
pub(super) async fn rejected(
    panel: &Panel,
    cx: Cx,
    asked: Parts,
    outcome: Outcome,
    status: StatusCode,
) -> Response {
    let rejection = Rejection(outcome);
    let mut response = render(panel, asked, move || {
        provide_context(cx.clone());
        provide_context(rejection.clone());
    })
    .await;
    *response.status_mut() = status;
    response
}

/// What could not be done: JSON for a script, a page for a browser.
pub(super) async fn problem(panel: &Panel, asked: Parts, problem: Problem) -> Response {
    if wants_json(&asked.headers) {
        return json(&Outcome::Failed(problem));
    }
    let language = visit::language(&asked.headers);
    // The very thing that failed may be what the context needs: the page can do without.
    let cx = visit::cx(panel, &asked).await.ok();
    let mut response = render(panel, asked, move || {
        provide_context(language);
        provide_context(FailedPage(problem));
        if let Some(cx) = cx.clone() {
            provide_context(cx);
        }
    })
    .await;
    match StatusCode::from_u16(problem.status()) {
        Ok(status) => {
            *response.status_mut() = status;
            response
        }
        Err(_) => bare(Problem::Internal),
    }
}

/// What the browser half of a page reads.
pub(super) async fn load(State(panel): State<Panel>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let cx = match visit::cx(&panel, &parts).await {
        Ok(cx) => cx,
        Err(error) => return refused(actions::problem(&error)),
    };
    let request = Request::from_parts(parts, body);
    handle_server_fns_with_context(move || provide_context(cx.clone()), request)
        .await
        .into_response()
}

/// Renders the document for the address that was asked for.
async fn render(
    panel: &Panel,
    mut asked: Parts,
    context: impl Fn() + Clone + Send + Sync + 'static,
) -> Response {
    let Some(nonce) = asked.extensions.get::<Nonce>().cloned() else {
        return bare(Problem::Internal);
    };
    // A refused form is the page of its address, not a posted form.
    asked.method = Method::GET;
    let options = panel.leptos.clone();
    let context = move || {
        // The policy in the header allows this very nonce.
        provide_context(nonce.clone());
        context();
    };
    render_app_async_with_context(context, move || ui::shell(options.clone()))(Request::from_parts(
        asked,
        Body::empty(),
    ))
    .await
}
