//! Primo avvio: the first administrator and the shop's data. A plain form, like the sign-in that it ends with.

use domain::{PasswordError, SiteError, UserNameError};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::load_failed;
use crate::app::{Shell, use_shell};
use crate::load::load_first_start;
use crate::outcome::Problem;
use crate::parts::{Entry, Heading, PageTitle, entry, icon, logo};
use crate::text::Texts;
use crate::view::FirstStartView;

/// The page of the first start.
#[component]
pub(crate) fn FirstStartPage() -> impl IntoView {
    let shell = use_shell();
    let token = use_query_map().with_untracked(|query| query.get("token").unwrap_or_default());
    let view = OnceResource::new(shell.tracked(load_first_start(token)));
    let page = move || {
        Suspend::new(async move {
            match view.await {
                Ok(view) => first_start(shell, view),
                Err(error) => load_failed(error),
            }
        })
    };
    view! { <Suspense>{page}</Suspense> }
}

fn first_start(shell: Shell, view: FirstStartView) -> AnyView {
    let texts = shell.texts;
    let (lead, content) = if view.valid {
        (Some(texts.first_start_text), form(shell, view))
    } else {
        (None, link_invalid(shell))
    };
    view! {
        <PageTitle text=texts.first_start/>
        <main id="main" class="page gate" tabindex="-1">
            {logo(true)}
            <Heading text=texts.first_start/>
            {lead.map(|lead| view! { <p class="lead">{lead}</p> })}
            {content}
        </main>
    }
    .into_any()
}

fn link_invalid(shell: Shell) -> AnyView {
    let texts = shell.texts;
    let words = texts.problem(Problem::LinkInvalid);
    view! {
        <div class="panel info">
            {icon("#i-info")}
            <div>
                <h2>{words.title}</h2>
                <p>{words.what}</p>
                <p>{words.next}</p>
                <p><a href="/sign-in">{texts.sign_in}</a></p>
            </div>
        </div>
    }
    .into_any()
}

fn form(shell: Shell, view: FirstStartView) -> AnyView {
    let texts = shell.texts;
    let (administrator, shop) = (administrator(texts, &view), shop(texts, &view));
    let wrong: Vec<AnyView> = administrator.iter().chain(&shop).filter_map(error_link).collect();
    let summary = (!wrong.is_empty()).then(|| {
        view! {
            <div class="panel bad summary" role="alert" tabindex="-1" id="summary" autofocus>
                {icon("#i-alert")}
                <div><h2>{texts.check_fields(wrong.len())}</h2><ul>{wrong}</ul></div>
            </div>
        }
    });
    view! {
        {summary}
        <form class="gate-form" method="post" action="/first-start">
            <input type="hidden" name="token" value=view.token autocomplete="off"/>
            <fieldset class="section">
                <legend>{texts.administrator}</legend>
                {administrator.map(entry).collect_view()}
            </fieldset>
            <fieldset class="section">
                <legend>{texts.shop}</legend>
                {shop.map(entry).collect_view()}
            </fieldset>
            <button class="button primary wide">{texts.create_administrator}</button>
        </form>
    }
    .into_any()
}

fn error_link(entry: &Entry) -> Option<AnyView> {
    let what = format!("{}: {}", entry.label, entry.error.as_ref()?);
    let href = format!("#f-{}", entry.name);
    // Of the document itself: the router would not move the focus.
    Some(view! { <li><a href=href rel="external">{what}</a></li> }.into_any())
}

fn administrator(texts: &'static Texts, view: &FirstStartView) -> [Entry; 3] {
    let errors = &view.errors;
    [
        Entry {
            name: "name",
            label: texts.user_name,
            hint: Some(texts.user_name_help),
            value: view.name.clone(),
            autocomplete: "username",
            error: errors
                .name
                .map(|error: UserNameError| error.text().get(texts.language).to_owned()),
            ..Entry::default()
        },
        Entry {
            name: "password",
            label: texts.password,
            hint: Some(texts.password_help),
            autocomplete: "new-password",
            password: true,
            error: errors
                .password
                .map(|error: PasswordError| error.text().get(texts.language).to_owned()),
            ..Entry::default()
        },
        Entry {
            name: "repeat",
            label: texts.password_repeat,
            autocomplete: "new-password",
            password: true,
            error: errors.repeat.then(|| texts.password_differs.to_owned()),
            ..Entry::default()
        },
    ]
}

fn shop(texts: &'static Texts, view: &FirstStartView) -> [Entry; 5] {
    let errors = &view.errors;
    let line = |name, label, value: &String, error: Option<SiteError>| Entry {
        name,
        label,
        value: value.clone(),
        autocomplete: "off",
        error: error.map(|error| error.text().get(texts.language).to_owned()),
        ..Entry::default()
    };
    [
        Entry {
            autocomplete: "organization",
            ..line("site_name", texts.site_name, &view.site_name, errors.site_name)
        },
        Entry {
            inputmode: Some("url"),
            ..line("site_url", texts.site_url, &view.site_url, errors.site_url)
        },
        Entry {
            hint: Some(texts.languages_help),
            ..line("languages", texts.languages, &view.languages, errors.languages)
        },
        Entry {
            hint: Some(texts.currencies_help),
            ..line(
                "currencies",
                texts.currencies,
                &view.currencies,
                errors.currencies,
            )
        },
        Entry {
            hint: Some(texts.time_zone_help),
            ..line("time_zone", texts.time_zone, &view.time_zone, errors.time_zone)
        },
    ]
}
