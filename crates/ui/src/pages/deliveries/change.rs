//! Riprova tutte, Salta tutte: shows how many before it acts, then acts in steps that can be stopped.

use domain::EventId;
use leptos::html;
use leptos::prelude::*;

use super::{PATH, address_of};
use crate::app::{Shell, use_shell};
use crate::enhance::{EnhancedForm, send};
use crate::load::load_change_deliveries;
use crate::outcome::Outcome;
use crate::pages::load_failed;
use crate::parts::{Crumb, Head, icon, query_at};
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

/// The change while it is made.
#[derive(Clone, Copy)]
struct Progress {
    shell: Shell,
    form: NodeRef<html::Form>,
    done: RwSignal<u32>,
    after: RwSignal<Option<EventId>>,
    is_running: RwSignal<bool>,
    /// Scripts are here: the steps are small, so that the bar moves and stopping stops.
    is_live: RwSignal<bool>,
}

impl Progress {
    /// A step has ended.
    fn stepped(self, outcome: Outcome) {
        match &outcome {
            Outcome::Stepped {
                done,
                after,
                ended: false,
                ..
            } => {
                self.done.set(*done);
                self.after.set(*after);
                if self.is_running.get_untracked() {
                    // Once the form carries the new number.
                    request_animation_frame(move || {
                        if let Some(form) = self.form.try_get_untracked().flatten() {
                            send(&form);
                        }
                    });
                }
            }
            _ => self.is_running.set(false),
        }
        self.shell.settle(outcome);
    }
}

fn ask(shell: Shell, retries: bool, view: ChangeDeliveriesView) -> AnyView {
    let texts = shell.texts;
    let ChangeDeliveriesView {
        filter,
        scope,
        count,
        is_more,
        mark,
        after,
        done,
        total,
    } = view;
    let progress = Progress {
        shell,
        form: NodeRef::new(),
        done: RwSignal::new(done),
        after: RwSignal::new(after),
        is_running: RwSignal::new(false),
        is_live: RwSignal::new(false),
    };
    Effect::new(move |_| progress.is_live.set(true));
    let has_begun = done > 0;
    let total = if has_begun { total } else { count };
    // Counting has an end: beyond it nobody knows how far it is.
    let known = (!is_more).then_some(total);
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
    let stop = move |event: leptos::ev::MouseEvent| {
        if progress.is_running.get_untracked() {
            event.prevent_default();
            progress.is_running.set(false);
        }
    };
    let shows = move || has_begun || progress.done.get() > 0 || progress.is_running.get();
    let name = move || {
        if shows() && !progress.is_running.get() {
            texts.delivery.go_on
        } else {
            verb
        }
    };
    view! {
        <main id="main" class="page narrow" tabindex="-1">
            <Head title=texts.change_title(retries, count, is_more) crumbs=CRUMBS/>
            <EnhancedForm
                action="/deliveries/change"
                class="ask"
                node_ref=progress.form
                on_submit=Callback::new(move |_| progress.is_running.set(true))
                on_outcome=Callback::new(move |outcome| progress.stepped(outcome))
            >
                {fields.collect_view()}
                <input type="hidden" name="do" value=if retries { "retry" } else { "skip" }/>
                <input type="hidden" name="mark" value=mark.ms().to_string() autocomplete="off"/>
                <input type="hidden" name="total" value=total.to_string() autocomplete="off"/>
                <input type="hidden" name="done" value=move || progress.done.get().to_string() autocomplete="off"/>
                <input type="hidden" name="after" value=move || progress.after.get().map(|after| after.to_string()).unwrap_or_default() autocomplete="off"/>
                <input type="hidden" name="steps" value=move || if progress.is_live.get() { "small" } else { "" } autocomplete="off"/>
                <p>{text}</p>
                {twice}
                {scope_list(texts, scope)}
                {move || shows().then(|| bar(texts, progress.done.get(), known))}
                <div class="actions">
                    <button class="button primary" disabled=move || progress.is_running.get()>
                        {icon(symbol)}
                        <span>{name}</span>
                    </button>
                    <a class="button quiet" href=address_of(PATH, &filter) on:click=stop>{texts.delivery.stop}</a>
                </div>
            </EnhancedForm>
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

fn bar(texts: &'static Texts, done: u32, total: Option<u32>) -> AnyView {
    let words = texts.changed_of(done, total);
    view! {
        <div class="how-far">
            <progress
                aria-label=texts.delivery.deliveries
                max=total.map(|total| total.max(done).to_string())
                value=total.map(|_| done.to_string())
            ></progress>
            <p role="status">{words}</p>
        </div>
    }
    .into_any()
}
