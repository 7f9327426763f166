//! Accedi. A plain form: signing in loads a whole page, so that the frame shows who is there, and password managers
//! know such a form best.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::load_failed;
use crate::app::{Shell, use_shell};
use crate::load::load_sign_in;
use crate::parts::{Entry, Heading, PageTitle, entry, icon, logo};
use crate::view::SignInView;

/// The sign-in page.
#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    let shell = use_shell();
    let next = use_query_map().with_untracked(|query| query.get("next").unwrap_or_default());
    let view = OnceResource::new(shell.tracked(load_sign_in(next)));
    let page = move || {
        Suspend::new(async move {
            match view.await {
                Ok(view) => sign_in(shell, view),
                Err(error) => load_failed(error),
            }
        })
    };
    view! { <Suspense>{page}</Suspense> }
}

fn sign_in(shell: Shell, view: SignInView) -> AnyView {
    let texts = shell.texts;
    let content = if view.first_start {
        view! { <div class="panel info">{icon("#i-info")}<div><p>{texts.no_users_yet}</p></div></div> }
            .into_any()
    } else {
        form(shell, view)
    };
    view! {
        <PageTitle text=texts.sign_in/>
        <main id="main" class="page gate" tabindex="-1">
            {logo(true)}
            <Heading text=texts.sign_in/>
            <p class="lead">{texts.sign_in_text}</p>
            {content}
        </main>
    }
    .into_any()
}

fn form(shell: Shell, view: SignInView) -> AnyView {
    let texts = shell.texts;
    let failed = view.error.map(|error| {
        let what = texts.sign_in_error(error);
        view! {
            <div class="panel bad summary" role="alert" tabindex="-1" id="summary" autofocus>
                {icon("#i-alert")}
                <div><h2>{texts.sign_in_failed}</h2><p>{what}</p></div>
            </div>
        }
    });
    let name = entry(Entry {
        name: "name",
        label: texts.user_name,
        value: view.name,
        autocomplete: "username",
        ..Entry::default()
    });
    let password = entry(Entry {
        name: "password",
        label: texts.password,
        autocomplete: "current-password",
        password: true,
        ..Entry::default()
    });
    view! {
        {failed}
        <form class="gate-form" method="post" action="/sign-in">
            <input type="hidden" name="next" value=view.next autocomplete="off"/>
            {name}
            {password}
            <button class="button primary wide">{texts.sign_in}</button>
            <p class="hint">{texts.forgotten}</p>
        </form>
    }
    .into_any()
}
