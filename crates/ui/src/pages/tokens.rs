//! Token API: who may use the API, and for what.

use domain::{Scope, TOKEN_NAME_CHARS_MAX, TokenId};
use leptos::html;
use leptos::prelude::*;
use leptos::web_sys::HtmlElement;

use super::load_failed;
use crate::app::{Shell, use_shell};
use crate::enhance::{EnhancedForm, copy};
use crate::load::load_tokens;
use crate::outcome::Outcome;
use crate::parts::{Head, icon, time_tag};
use crate::text::Texts;
use crate::view::{MadeTokenView, TokenRowView, TokensView};

/// The documentation that the API makes of itself.
const DOCS: &str = "/api/v1";

/// The tokens.
#[component]
pub(crate) fn TokensPage() -> impl IntoView {
    let shell = use_shell();
    let asked = Resource::new(
        move || shell.revision.get(),
        move |_| shell.tracked(load_tokens()),
    );
    let page = move || {
        Suspend::new(async move {
            match asked.await {
                Ok(view) => (move || shown(shell, view.clone())).into_any(),
                Err(error) => load_failed(error),
            }
        })
    };
    view! { <Transition>{page}</Transition> }
}

fn shown(shell: Shell, view: TokensView) -> AnyView {
    let texts = shell.texts;
    let token = &texts.token;
    // What a form has answered; until then, what was read.
    let view = RwSignal::new(view);
    let settle = move |outcome: Outcome| match outcome {
        Outcome::Tokens(answer) => {
            view.set(*answer);
            // Once it is there.
            request_animation_frame(focus_answer);
            shell.settle(Outcome::Tokens(Box::new(view.get_untracked())));
        }
        outcome => shell.settle(outcome),
    };
    let docs = view! {
        <a class="button" href=DOCS rel="external">{icon("#i-note")}<span>{token.docs}</span></a>
    };
    view! {
        <main id="main" class="page tokens" tabindex="-1">
            <Head title=token.tokens lead=token.lead.into_any() actions=docs.into_any()/>
            {move || view.with(|view| view.made.clone()).map(|made_now| made(texts, made_now))}
            {move || list(shell, view.with(|view| view.tokens.clone()))}
            <section class="new-token" aria-labelledby="new-token">
                <h2 id="new-token">{token.create}</h2>
                <EnhancedForm action="/tokens" class="ask" novalidate=true on_outcome=Callback::new(settle)>
                    // A closure's elements are made anew: what was typed into the old ones would stay.
                    {move || {
                        let view = view.get();
                        (move || fields(texts, &view)).into_any()
                    }}
                    <div class="actions">
                        <button class="button primary" name="do" value="create">
                            {icon("#i-key")}
                            <span>{token.submit}</span>
                        </button>
                    </div>
                </EnhancedForm>
            </section>
        </main>
    }
    .into_any()
}

/// The token that was made, or what is wrong: what a person looks for now.
fn focus_answer() {
    use leptos::wasm_bindgen::JsCast;

    let found = document()
        .query_selector(".made, [aria-invalid=true], .lacks-scope input")
        .ok()
        .flatten()
        .and_then(|found| found.dyn_into::<HtmlElement>().ok());
    if let Some(found) = found {
        // Focus that cannot be set stays where it is.
        let _ = found.focus();
    }
}

/// The text of a token, this once.
fn made(texts: &'static Texts, made: MadeTokenView) -> AnyView {
    let token = &texts.token;
    let text = made.text.0;
    let copied = RwSignal::new(false);
    let shown = NodeRef::<html::Code>::new();
    let to_copy = text.clone();
    let take = move |_| {
        if let Some(shown) = shown.get_untracked() {
            copy(&to_copy, &shown, copied);
        }
    };
    view! {
        <section class="made panel good" tabindex="-1" aria-labelledby="made" autofocus=true>
            {icon("#i-key")}
            <div>
                <h2 id="made">{format!("{}: {}", token.made, made.name)}</h2>
                <p>{token.made_text}</p>
                <p class="token-text">
                    <code node_ref=shown>{text}</code>
                    <button type="button" class="button small scripted" on:click=take>
                        {icon("#i-copy")}
                        <span>{move || if copied.get() { texts.copied } else { texts.copy }}</span>
                    </button>
                    <span class="hidden-text" role="status">{move || copied.get().then_some(texts.copied)}</span>
                </p>
            </div>
        </section>
    }
    .into_any()
}

fn fields(texts: &'static Texts, view: &TokensView) -> AnyView {
    let token = &texts.token;
    let error = view
        .name_error
        .map(|error| error.text().get(texts.language).to_owned());
    let wrong = error.is_some();
    let described_by = if wrong {
        "f-name-error f-name-hint"
    } else {
        "f-name-hint"
    };
    let error = error.map(|error| {
        view! { <p class="error" id="f-name-error">{icon("#i-alert")}<span>{error}</span></p> }
    });
    let no_scope = view.lacks_scope.then(|| {
        view! { <p class="error" id="scopes-error">{icon("#i-alert")}<span>{token.no_scope}</span></p> }
    });
    let scopes = Scope::ALL.iter().map(|scope| {
        let is_ticked = view.scopes.contains(scope);
        view! {
            <label class="check-line">
                <input type="checkbox" class="check" name="scope" value=scope.code() checked=is_ticked autocomplete="off"/>
                <span>{scope.title().get(texts.language)} " " <code>{scope.code()}</code></span>
            </label>
        }
    });
    view! {
        <div class=if wrong { "field wrong" } else { "field" }>
            <label for="f-name">{token.name}</label>
            <p class="hint" id="f-name-hint">{token.name_help}</p>
            <input
                class="input"
                id="f-name"
                name="name"
                value=view.name.clone()
                maxlength=TOKEN_NAME_CHARS_MAX.to_string()
                autocomplete="off"
                aria-describedby=described_by
                aria-invalid=wrong.then_some("true")
            />
            {error}
        </div>
        <fieldset
            class=if view.lacks_scope { "field scopes wrong lacks-scope" } else { "field scopes" }
            aria-describedby=view.lacks_scope.then_some("scopes-error")
        >
            <legend>{token.scopes}</legend>
            <p class="hint">{token.scopes_help}</p>
            {scopes.collect_view()}
            {no_scope}
        </fieldset>
    }
    .into_any()
}

fn list(shell: Shell, tokens: Vec<TokenRowView>) -> AnyView {
    let texts = shell.texts;
    let token = &texts.token;
    if tokens.is_empty() {
        return view! { <p class="none">{token.none}</p> }.into_any();
    }
    let rows = tokens.into_iter().map(|of| row(texts, of));
    view! {
        <table class="table token-list">
            <caption class="hidden-text">{token.existing}</caption>
            <thead>
                <tr>
                    <th class="name" scope="col">{token.name}</th>
                    <th class="can" scope="col">{token.scopes}</th>
                    <th class="made-at" scope="col">{token.created}</th>
                    <th class="used" scope="col">{token.used}</th>
                    <th class="do" scope="col"><span class="hidden-text">{token.revoke}</span></th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn row(texts: &'static Texts, row: TokenRowView) -> AnyView {
    let token = &texts.token;
    let TokenRowView {
        id,
        name,
        scopes,
        prefix,
        created_by,
        created,
        used,
        revoked,
    } = row;
    let class = revoked.is_some().then_some("gone");
    let scopes = scopes
        .into_iter()
        .map(|scope| view! { <li title=scope.title().get(texts.language)><code>{scope.code()}</code></li> });
    let used = match used {
        Some(used) => time_tag(used),
        None => view! { <span class="muted">{token.never_used}</span> }.into_any(),
    };
    let end = match revoked {
        Some(at) => view! { <span class="tag">{token.revoked}</span> " " {time_tag(at)} }.into_any(),
        None => revoke(texts, id, &name),
    };
    view! {
        <tr class=class>
            <th class="name" scope="row">
                {name}
                <p class="prefix">{token.prefix} " " <code>{prefix}"…"</code></p>
            </th>
            <td class="can"><ul role="list">{scopes.collect_view()}</ul></td>
            <td class="made-at" data-label=token.created>{time_tag(created)} " " <span class="by">{created_by}</span></td>
            <td class="used" data-label=token.used>{used}</td>
            <td class="do">{end}</td>
        </tr>
    }
    .into_any()
}

/// Asks in its place, then revokes.
fn revoke(texts: &'static Texts, id: TokenId, name: &str) -> AnyView {
    let (label, question) = (texts.revoke_token(name), texts.revoke_question(name));
    view! {
        <details class="revoke">
            <summary class="button small" aria-label=label.clone()>{texts.token.revoke}"…"</summary>
            <EnhancedForm action="/tokens">
                <input type="hidden" name="id" value=id.to_string()/>
                <p>{question}</p>
                <button class="button small danger" name="do" value="revoke" aria-label=label>
                    {texts.token.revoke}
                </button>
            </EnhancedForm>
        </details>
    }
    .into_any()
}
