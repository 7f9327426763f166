//! From an [`Outcome`] to an answer: JSON for a script of ours; a redirect or a page for a browser that navigates.

use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use ui::{Cx, Outcome, Problem, activate_path, deactivate_path};

use super::around::{bare, refused};
use super::visit::wants_json;
use super::{Panel, cookies, pages};

fn status(outcome: &Outcome) -> StatusCode {
    match outcome {
        Outcome::Go { .. } | Outcome::Switched { .. } | Outcome::Stepped { .. } | Outcome::Tried(_) => {
            StatusCode::OK
        }
        Outcome::Tokens(view) if view.made.is_some() => StatusCode::CREATED,
        Outcome::Tokens(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Outcome::InTheWay { .. } | Outcome::Unproven { .. } | Outcome::Waiting { .. } => StatusCode::CONFLICT,
        Outcome::AccountRejected(_) | Outcome::SignInRejected(_) | Outcome::FirstStartRejected(_) => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Outcome::SignInNeeded { .. } => StatusCode::UNAUTHORIZED,
        Outcome::Failed(problem) => {
            StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// The answer to a posted form.
pub(super) async fn answer(panel: &Panel, cx: Cx, asked: Parts, outcome: Outcome) -> Response {
    if wants_json(&asked.headers) {
        return json(&outcome);
    }
    let url = &panel.options.public_url;
    let (to, notice) = match outcome {
        Outcome::Go { to, notice } => (to, notice),
        Outcome::Switched { notice, to, .. } => (to, Some(notice)),
        Outcome::InTheWay { id } => (format!("/accounts/swap?id={id}"), None),
        Outcome::Unproven { ids, back } => (activate_path(&ids, &back), None),
        Outcome::Waiting { ids, back } => (deactivate_path(&ids, &back), None),
        Outcome::Stepped {
            to, notice, ended, ..
        } => (to, ended.then_some(notice)),
        Outcome::SignInNeeded { to } => (to, None),
        Outcome::Failed(problem) => return refused(problem),
        rejected @ (Outcome::Tried(_)
        | Outcome::Tokens(_)
        | Outcome::AccountRejected(_)
        | Outcome::SignInRejected(_)
        | Outcome::FirstStartRejected(_)) => {
            let status = status(&rejected);
            return pages::rejected(panel, cx, asked, rejected, status).await;
        }
    };
    let mut response = see_other(&to);
    if let Some(notice) = notice {
        cookies::set_notice(response.headers_mut(), &notice, url);
    }
    response
}

/// An outcome for a script.
pub(super) fn json(outcome: &Outcome) -> Response {
    let Ok(body) = serde_json::to_vec(outcome) else {
        return bare(Problem::Internal);
    };
    let mut response = (status(outcome), body).into_response();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Goes on to a path of ours with a GET.
pub(super) fn see_other(to: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/accounts"));
    response.headers_mut().insert(LOCATION, to);
    response
}
