//! Elimina: says what is lost before it is.

use domain::Version;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::load_failed;
use crate::app::{Shell, use_shell};
use crate::enhance::EnhancedForm;
use crate::load::load_delete;
use crate::parts::{Crumb, Head, icon, platform_name, state_badge};
use crate::text::Texts;
use crate::view::{AccountRowView, DeleteView};

const CRUMBS: &[Crumb] = &[Crumb::Integrations, Crumb::Accounts];

/// Asks before deleting accounts.
#[component]
pub(crate) fn DeletePage() -> impl IntoView {
    let shell = use_shell();
    let query = use_query_map();
    let ids = Memo::new(move |_| query.with(|query| query.get("ids").unwrap_or_default()));
    let asked = Resource::new(
        move || (ids.get(), shell.revision.get()),
        move |(ids, _)| shell.tracked(load_delete(ids)),
    );
    let page = move || {
        Suspend::new(async move {
            match asked.await {
                Ok(view) if view.accounts.is_empty() => nothing(shell),
                Ok(view) => ask(shell, view),
                Err(error) => load_failed(error),
            }
        })
    };
    view! { <Transition>{page}</Transition> }
}

fn ask(shell: Shell, view: DeleteView) -> AnyView {
    let texts = shell.texts;
    let accounts = view.accounts;
    let names: Vec<&str> = accounts
        .iter()
        .map(|account| account.description.as_str())
        .collect();
    let title = texts.delete_title(&names);
    let any_active = accounts.iter().any(|account| account.active);
    // The version too: what somebody changed meanwhile is not deleted unseen.
    let ids = accounts
        .iter()
        .map(|account| view! { <input type="hidden" name="id" value=seen(&account.id.to_string(), account.version) autocomplete="off"/> })
        .collect_view();
    let subjects = accounts
        .into_iter()
        .map(|account| subject(texts, account))
        .collect_view();
    let sending = any_active.then(|| view! { <li>{texts.lost_sending}</li> });
    let instead = any_active.then(|| {
        view! { <button class="button" name="do" value="deactivate">{texts.deactivate_instead}</button> }
    });
    let pause = any_active.then(|| view! { <p>{texts.deactivate_text}</p> });
    let settle = move |outcome| shell.settle_away(outcome);
    view! {
        <main id="main" class="page narrow" tabindex="-1">
            <Head title=title crumbs=CRUMBS/>
            <EnhancedForm action="/accounts/delete" class="ask" on_outcome=Callback::new(settle)>
                {ids}
                <ul class="subjects">{subjects}</ul>
                <div class="panel bad">
                    {icon("#i-alert")}
                    <div>
                        <h2>{texts.final_title}</h2>
                        <p>{texts.lost}</p>
                        <ul>
                            <li>{texts.lost_settings}</li>
                            <li>{texts.lost_secrets}</li>
                            <li>{texts.lost_deliveries}</li>
                            {sending}
                        </ul>
                        <p>{texts.kept_remote}</p>
                    </div>
                </div>
                {pause}
                <div class="actions">
                    <button class="button danger" name="do" value="delete">
                        {icon("#i-trash")}
                        <span>{texts.delete_forever}</span>
                    </button>
                    {instead}
                    <a class="button quiet" href="/accounts">{texts.cancel}</a>
                </div>
            </EnhancedForm>
        </main>
    }
    .into_any()
}

fn subject(texts: &'static Texts, account: AccountRowView) -> AnyView {
    view! {
        <li>
            <span class="subject">{account.description}</span>
            {platform_name(account.platform)}
            <span class="target">{account.target.show(texts.language)}</span>
            {state_badge(texts, account.active)}
        </li>
    }
    .into_any()
}

fn nothing(shell: Shell) -> AnyView {
    let texts = shell.texts;
    view! {
        <main id="main" class="page narrow" tabindex="-1">
            <Head title=texts.nothing_to_delete crumbs=CRUMBS/>
            <p>{texts.nothing_to_delete_text}</p>
            <div class="actions"><a class="button primary" href="/accounts">{texts.back_to_accounts}</a></div>
        </main>
    }
    .into_any()
}

/// An account as it was seen: `<uuid>:<version>`.
fn seen(id: &str, version: Version) -> String {
    format!("{id}:{version}")
}
