//! Asks what becomes of what waits, before accounts are switched off.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::load_failed;
use crate::app::{Shell, use_shell};
use crate::enhance::EnhancedForm;
use crate::load::load_deactivate;
use crate::parts::{Crumb, Head, icon, platform_name, queue_choice, queued_line};
use crate::view::DeactivateView;

const CRUMBS: &[Crumb] = &[Crumb::Integrations, Crumb::Accounts];

/// Asks, naming the accounts and how much waits for each.
#[component]
pub(crate) fn DeactivatePage() -> impl IntoView {
    let shell = use_shell();
    let query = use_query_map();
    let ids = Memo::new(move |_| query.with(|query| query.get("ids").unwrap_or_default()));
    let asked = Resource::new(
        move || (ids.get(), shell.revision.get()),
        move |(ids, _)| shell.tracked(load_deactivate(ids)),
    );
    let back = Memo::new(move |_| query.with(|query| query.get("back").unwrap_or_default()));
    let page = move || {
        Suspend::new(async move {
            match asked.await {
                Ok(view) => ask(shell, view, back.get_untracked()),
                Err(error) => load_failed(error),
            }
        })
    };
    view! { <Transition>{page}</Transition> }
}

fn ask(shell: Shell, view: DeactivateView, back: String) -> AnyView {
    let texts = shell.texts;
    let queue = &texts.queue;
    let names: Vec<&str> = view
        .accounts
        .iter()
        .map(|(account, _)| account.description.as_str())
        .collect();
    let title = texts.deactivate_title(&names);
    let text = if names.len() == 1 {
        queue.deactivate_text
    } else {
        queue.deactivate_many_text
    };
    if view.accounts.is_empty() {
        return view! {
            <main id="main" class="page narrow" tabindex="-1">
                <Head title=title crumbs=CRUMBS/>
                <p>{queue.deactivate_none}</p>
                <div class="actions">
                    <a class="button primary" href="/accounts">{texts.back_to_accounts}</a>
                </div>
            </main>
        }
        .into_any();
    }
    let accounts = view.accounts.into_iter().map(|(account, queued)| {
        let id = account.id;
        view! {
            <div>
                <input type="hidden" name="id" value=id.to_string()/>
                <dt>
                    <a class="subject" href=format!("/accounts/{id}")>{account.description}</a>
                    " "
                    {platform_name(account.platform)}
                </dt>
                {queued_line(texts, &queued)}
            </div>
        }
    });
    view! {
        <main id="main" class="page narrow" tabindex="-1">
            <Head title=title crumbs=CRUMBS/>
            <EnhancedForm action="/accounts/selection" class="ask" on_outcome=Callback::new(move |outcome| shell.settle_away(outcome))>
                <input type="hidden" name="back" value=back/>
                <dl class="swaps">{accounts.collect_view()}</dl>
                {queue_choice(texts, text)}
                <div class="actions">
                    <button class="button primary" name="do" value="deactivate">
                        {icon("#i-pause")}
                        <span>{texts.deactivate}</span>
                    </button>
                    <a class="button quiet" href="/accounts">{texts.cancel}</a>
                </div>
            </EnhancedForm>
        </main>
    }
    .into_any()
}
