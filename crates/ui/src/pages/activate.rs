//! Asks before accounts are switched on that no test has proven.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::load_failed;
use crate::app::{Shell, use_shell};
use crate::enhance::EnhancedForm;
use crate::load::load_activate;
use crate::parts::{Crumb, Head, health_badge, icon, platform_name, queued_line};
use crate::view::{AccountRowView, ActivateView};

const CRUMBS: &[Crumb] = &[Crumb::Integrations, Crumb::Accounts];

/// Asks, naming the accounts and what is known of each.
#[component]
pub(crate) fn ActivatePage() -> impl IntoView {
    let shell = use_shell();
    let query = use_query_map();
    let ids = Memo::new(move |_| query.with(|query| query.get("ids").unwrap_or_default()));
    let asked = Resource::new(
        move || (ids.get(), shell.revision.get()),
        move |(ids, _)| shell.tracked(load_activate(ids)),
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

fn ask(shell: Shell, view: ActivateView, back: String) -> AnyView {
    let texts = shell.texts;
    let title = if view.accounts.len() == 1 {
        texts.activate_one
    } else {
        texts.activate_many
    };
    if view.accounts.is_empty() {
        return view! {
            <main id="main" class="page narrow" tabindex="-1">
                <Head title=title crumbs=CRUMBS/>
                <p>{texts.activate_none}</p>
                <div class="actions">
                    <a class="button primary" href="/accounts">{texts.back_to_accounts}</a>
                </div>
            </main>
        }
        .into_any();
    }
    let test_first = match view.accounts.as_slice() {
        [(account, _)] => Some(view! {
            <a class="button" href=format!("/accounts/{}#test", account.id) rel="external">
                {texts.test_first}
            </a>
        }),
        _ => None,
    };
    let accounts = view.accounts.into_iter().map(|(account, queued)| {
        let AccountRowView {
            id,
            description,
            platform,
            health,
            ..
        } = account;
        let why = (!health.why.is_empty()).then(|| view! { <p class="why">{health.why.clone()}</p> });
        let queued = queued_line(texts, &queued);
        view! {
            <div>
                <input type="hidden" name="id" value=id.to_string()/>
                <dt>
                    <a class="subject" href=format!("/accounts/{id}")>{description}</a>
                    " "
                    {platform_name(platform)}
                </dt>
                <dd>{health_badge(texts, &health)}{why}</dd>
                {queued}
            </div>
        }
    });
    view! {
        <main id="main" class="page narrow" tabindex="-1">
            <Head title=title crumbs=CRUMBS/>
            <EnhancedForm action="/accounts/selection" class="ask" on_outcome=Callback::new(move |outcome| shell.settle_away(outcome))>
                <input type="hidden" name="confirmed" value="yes"/>
                <input type="hidden" name="back" value=back/>
                <p>{texts.activate_why}</p>
                <dl class="swaps">{accounts.collect_view()}</dl>
                <div class="actions">
                    <button class="button primary" name="do" value="activate">
                        {icon("#i-power")}
                        <span>{texts.activate_anyway}</span>
                    </button>
                    {test_first}
                    <a class="button quiet" href="/accounts">{texts.cancel}</a>
                </div>
            </EnhancedForm>
        </main>
    }
    .into_any()
}
