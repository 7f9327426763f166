//! Spiega: what a past event would do now, account by account.

use domain::EventId;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::load_failed;
use crate::app::{Shell, use_shell};
use crate::load::{LoadError, load_explain};
use crate::outcome::Problem;
use crate::parts::{Crumb, Head, address, entity_name, icon, json_text, receiver, time_tag};
use crate::text::Texts;
use crate::view::{ExplainView, ExplainedView, PlanView, PlannedCallView};

const CRUMBS: &[Crumb] = &[Crumb::Deliveries, Crumb::Events];

/// What an event would do.
#[component]
pub(crate) fn ExplainPage() -> impl IntoView {
    let shell = use_shell();
    let params = use_params_map();
    let id =
        Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse::<EventId>().ok())));
    let asked = Resource::new(
        move || (id.get(), shell.revision.get()),
        move |(id, _)| {
            shell.tracked(async move {
                match id {
                    Some(id) => load_explain(id).await,
                    None => Err(LoadError::Failed(Problem::NotFound)),
                }
            })
        },
    );
    let page = move || {
        Suspend::new(async move {
            match asked.await {
                Ok(view) => shown(shell, view),
                Err(error) => load_failed(error),
            }
        })
    };
    view! { <Transition>{page}</Transition> }
}

fn shown(shell: Shell, view: ExplainView) -> AnyView {
    let texts = shell.texts;
    let delivery = &texts.delivery;
    let ExplainView { event, accounts } = view;
    let title = format!(
        "{}: {}, {}",
        delivery.explain,
        event.kind.title().get(texts.language),
        entity_name(texts, event.kind, &event.entity_id)
    );
    let other = address("/events", [("kind", event.kind.code())]);
    let actions =
        view! { <a class="button" href=other>{icon("#i-swap")}<span>{delivery.other_event}</span></a> };
    let has_calls = accounts
        .iter()
        .any(|account| matches!(account.plan, PlanView::Calls(_)));
    let note = has_calls.then(|| {
        view! { <p class="hint">{delivery.redacted} " " {delivery.placeholders}</p> }
    });
    let nobody = accounts
        .is_empty()
        .then(|| view! { <p>{delivery.explain_none}</p> });
    let accounts = accounts.into_iter().map(|of| account(texts, of));
    let data = match event.data {
        Some(data) => json_text(data, delivery.payload),
        None => view! { <p class="hint">{delivery.payload_locked}</p> }.into_any(),
    };
    view! {
        <main id="main" class="page delivery" tabindex="-1">
            <Head title=title crumbs=CRUMBS lead=delivery.explain_lead.into_any() actions=actions.into_any()/>
            {nobody}
            {accounts.collect_view()}
            {note}
            <section class="payload" aria-labelledby="payload">
                <h2 id="payload">{delivery.payload}</h2>
                <p class="hint">{delivery.occurred} " " {time_tag(event.occurred)}</p>
                {data}
            </section>
        </main>
    }
    .into_any()
}

fn account(texts: &'static Texts, explained: ExplainedView) -> AnyView {
    let delivery = &texts.delivery;
    let heading = format!("a-{}", explained.to.id);
    let labelled_by = heading.clone();
    let (count, content) = match explained.plan {
        PlanView::Calls(calls) => {
            let count = texts.calls(u32::try_from(calls.len()).unwrap_or(u32::MAX));
            let calls = calls.into_iter().map(call);
            (
                count,
                view! { <ol class="planned" role="list">{calls.collect_view()}</ol> }.into_any(),
            )
        }
        PlanView::Skip(why) => (
            delivery.would_skip.to_owned(),
            view! { <p class="rule">{icon("#i-skip")}<span>{why}</span></p> }.into_any(),
        ),
        PlanView::Untold(why) => (
            delivery.untold.to_owned(),
            view! { <p class="rule">{icon("#i-lock")}<span>{why}</span></p> }.into_any(),
        ),
    };
    view! {
        <section class="explained" aria-labelledby=labelled_by>
            <h2 id=heading>{receiver(texts, explained.to)}<span class="count">{count}</span></h2>
            {content}
        </section>
    }
    .into_any()
}

fn call(call: PlannedCallView) -> AnyView {
    let PlannedCallView { method, url, body } = call;
    let body = (!body.is_empty()).then(|| view! { <pre class="json" tabindex="0">{body}</pre> });
    view! { <li class="call"><p class="line"><code>{method} " " {url}</code></p>{body}</li> }.into_any()
}
