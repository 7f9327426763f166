//! Riprova tutte, Salta tutte: shows how many before it acts, then acts in steps that can be stopped.

use leptos::prelude::*;

use super::{PATH, address_of};
use crate::app::{Shell, use_shell};
use crate::load::load_change_deliveries;
use crate::pages::load_failed;
use crate::parts::{Crumb, Head, Steps, StepsForm, icon, query_at};
use crate::text::Texts;
use crate::view::ChangeDeliveriesView;

const CRUMBS: &[Crumb] = &[Crumb::Deliveries];

/// Asks before many deliveries are tried again.
#[component]
pub(crate) fn RetryPage() -> impl IntoView {
    page(true, "/deliveries/retry")
}

/// Asks before many deliveries are skipped.
#[component]
pub(crate) fn SkipPage() -> impl IntoView {
    page(false, "/deliveries/skip")
}

fn page(retries: bool, path: &'static str) -> impl IntoView {
    let shell = use_shell();
    let query = query_at(path);
    let asked = Resource::new(
        move || (query.get(), shell.revision.get()),
        move |(query, _)| shell.tracked(load_change_deliveries(query, retries)),
    );
    let page = move || {
        Suspend::new(async move {
            match asked.await {
                Ok(view) if view.count == 0 => nothing(shell, retries, &view),
                Ok(view) => ask(shell, retries, view),
                Err(error) => load_failed(error),
            }
        })
    };
    view! { <Transition>{page}</Transition> }
}

fn nothing(shell: Shell, retries: bool, view: &ChangeDeliveriesView) -> AnyView {
    let texts = shell.texts;
    view! {
        <main id="main" class="page narrow" tabindex="-1">
            <Head title=texts.change_title(retries, 0, false) crumbs=CRUMBS/>
            <p>{texts.delivery.change_none}</p>
            <div class="actions">
                <a class="button primary" href=address_of(PATH, &view.filter)>{texts.delivery.back}</a>
            </div>
        </main>
    }
    .into_any()
}

fn ask(shell: Shell, retries: bool, view: ChangeDeliveriesView) -> AnyView {
    let texts = shell.texts;
    let ChangeDeliveriesView {
        filter,
        scope,
        count,
        is_more,
        steps,
    } = view;
    let back = address_of(PATH, &filter);
    let pairs = filter.to_pairs();
    let fields = pairs
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value autocomplete="off"/> });
    let (text, symbol, verb) = if retries {
        (texts.delivery.retry_text, "#i-retry", texts.delivery.retry)
    } else {
        (texts.delivery.skip_text, "#i-skip", texts.delivery.skip)
    };
    let twice = (retries && filter.state == Some(domain::DeliveryState::Unknown))
        .then(|| view! { <p class="unproven">{icon("#i-alert")} " " {texts.delivery.retry_twice}</p> });
    let form = Steps::new(shell, steps, RwSignal::new(false)).form(StepsForm {
        action: "/deliveries/change",
        fields: view! {
            {fields.collect_view()}
            <input type="hidden" name="do" value=if retries { "retry" } else { "skip" }/>
        }
        .into_any(),
        text: view! { <p>{text}</p> {twice} {scope_list(texts, scope)} }.into_any(),
        of: texts.delivery.deliveries,
        class: "button primary",
        symbol,
        verb: verb.to_owned(),
        is_blocked: Signal::stored(false),
        back,
    });
    view! {
        <main id="main" class="page narrow" tabindex="-1">
            <Head title=texts.change_title(retries, count, is_more) crumbs=CRUMBS/>
            {form}
        </main>
    }
    .into_any()
}

fn scope_list(texts: &'static Texts, scope: Vec<(String, String)>) -> AnyView {
    if scope.is_empty() {
        return view! { <p>{texts.delivery.all_sites}</p> }.into_any();
    }
    let lines = scope
        .into_iter()
        .map(|(label, value)| view! { <div><dt>{label}</dt><dd>{value}</dd></div> });
    view! { <dl class="scope">{lines.collect_view()}</dl> }.into_any()
}
