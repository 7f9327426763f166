//! The page of what cannot be shown.

use leptos::prelude::*;

use crate::app::use_shell;
use crate::load::LoadError;
use crate::outcome::Problem;
use crate::parts::{Heading, PageTitle, encode, icon};

/// What happened and what to do about it.
#[component]
pub(crate) fn ProblemPage(
    /// What.
    problem: Problem,
) -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::actions::set_status(problem.status());
    let shell = use_shell();
    let texts = shell.texts;
    let words = texts.problem(problem);
    // A server that did not answer gave no number either.
    let status = (problem != Problem::Offline)
        .then(|| view! { <p class="status-code">{problem.status().to_string()}</p> });
    let (href, name) = match problem {
        Problem::LinkInvalid => ("/sign-in", texts.sign_in),
        _ => ("/accounts", texts.back_to_accounts),
    };
    let again = may_pass(problem).then(|| {
        view! { <a class="button quiet" href=move || shell.here() rel="external">{texts.try_again}</a> }
    });
    view! {
        <PageTitle text=words.title/>
        <main id="main" class="page message" tabindex="-1">
            {status}
            <Heading text=words.title/>
            <p class="lead"><span>{words.what}</span> " " <span>{words.next}</span></p>
            <p class="actions">
                <a class="button primary" href=href rel=shell.rel>{name}</a>
                {again}
            </p>
        </main>
    }
    .into_any()
}

/// The page of something that could not be read.
pub(crate) fn load_failed(error: LoadError) -> AnyView {
    match error {
        LoadError::Failed(problem) => view! { <ProblemPage problem/> }.into_any(),
        LoadError::SignInNeeded => view! { <SessionEndedPage/> }.into_any(),
    }
}

/// Nobody is signed in any more; the server sends whole pages to the sign-in by itself.
#[component]
fn SessionEndedPage() -> impl IntoView {
    let shell = use_shell();
    let texts = shell.texts;
    let href = move || format!("/sign-in?next={}", encode(&shell.here()));
    view! {
        <PageTitle text=texts.signed_out_title/>
        <main id="main" class="page message" tabindex="-1">
            <Heading text=texts.signed_out_title/>
            <p class="lead">{texts.signed_out_text}</p>
            <p class="actions">
                <a class="button primary" href=href rel="external">{icon("#i-lock")}<span>{texts.sign_in}</span></a>
            </p>
        </main>
    }
    .into_any()
}

/// Whether trying again later may help.
const fn may_pass(problem: Problem) -> bool {
    match problem {
        Problem::ReadOnly
        | Problem::DiskFull
        | Problem::Busy
        | Problem::Unreachable
        | Problem::Damaged
        | Problem::KeyMissing
        | Problem::OtherKey
        | Problem::Offline
        | Problem::Internal => true,
        Problem::NotFound
        | Problem::BadRequest
        | Problem::Forbidden
        | Problem::TooLarge
        | Problem::LinkInvalid => false,
    }
}
