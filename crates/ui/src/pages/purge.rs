//! Elimina eventi vecchi: shows how many before it acts, then acts in steps that can be stopped.

use domain::{EventAge, EventAgeError};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;

use super::load_failed;
use crate::app::{Shell, use_shell};
use crate::load::load_purge;
use crate::parts::{Crumb, Head, Steps, StepsForm, address, decode_pairs, icon, query_at};
use crate::text::Texts;
use crate::view::PurgeView;

const PATH: &str = "/events/purge";
const EVENTS: &str = "/events";
const CRUMBS: &[Crumb] = &[Crumb::Deliveries, Crumb::Events];

/// The page that asks, for an age.
pub(crate) fn purge_path(days: Option<u32>) -> String {
    let days = days.map(|days| days.to_string());
    address(PATH, days.as_deref().map(|days| ("days", days)))
}

/// Asks before old events are removed.
#[component]
pub(crate) fn PurgePage() -> impl IntoView {
    let shell = use_shell();
    let query = query_at(PATH);
    let asked = Resource::new(
        move || (query.get(), shell.revision.get()),
        move |(query, _)| shell.tracked(load_purge(query)),
    );
    let age = Age::new(shell, query);
    let content = move || {
        Suspend::new(async move {
            match asked.await {
                Ok(Some(view)) => ask(shell, age, view),
                // The field says what is wrong.
                Ok(None) => ().into_any(),
                Err(error) => load_failed(error),
            }
        })
    };
    let texts = shell.texts;
    view! {
        <main id="main" class="page narrow purge" tabindex="-1">
            <Head title=texts.delivery.purge crumbs=CRUMBS/>
            {move || (!age.has_begun.get()).then(|| age.form())}
            <Transition>{content}</Transition>
        </main>
    }
}

/// How old the events are: a form that the address follows.
#[derive(Clone, Copy)]
struct Age {
    shell: StoredValue<Shell>,
    /// As it stands in the field.
    typed: RwSignal<String>,
    /// As it stands in the address.
    asked: Memo<String>,
    /// Somebody without scripts is between two steps: another age would be other work.
    has_begun: Memo<bool>,
    is_running: RwSignal<bool>,
    input: NodeRef<html::Input>,
}

impl Age {
    fn new(shell: Shell, query: Memo<String>) -> Self {
        let pairs = Memo::new(move |_| query.with(|query| decode_pairs(query)));
        let value = move |name: &str| {
            pairs.with(|pairs| {
                let found = pairs.iter().find(|(found, _)| found == name);
                found.map(|(_, value)| value.clone())
            })
        };
        let asked = Memo::new(move |_| {
            let days = value("days").unwrap_or_default();
            match EventAge::asked(&days) {
                Ok(age) => age.to_string(),
                Err(_) => days,
            }
        });
        let age = Self {
            shell: StoredValue::new(shell),
            typed: RwSignal::new(asked.get_untracked()),
            asked,
            has_begun: Memo::new(move |_| value("mark").is_some()),
            is_running: RwSignal::new(false),
            input: NodeRef::new(),
        };
        Effect::new(move |before: Option<()>| {
            let asked = age.asked.get();
            let Some(input) = age.input.get_untracked() else {
                return;
            };
            if before.is_some() {
                if input.value().trim() != asked {
                    input.set_value(&asked);
                }
                age.typed.set(asked);
            } else {
                // What was typed before the scripts came counts.
                age.typed.set(input.value());
                age.apply();
            }
        });
        age
    }

    fn read(self) -> Result<EventAge, EventAgeError> {
        self.typed.with(|typed| typed.parse())
    }

    /// Takes the field over into the address, if an age stands in it.
    fn apply(self) {
        let Ok(age) = untrack(|| self.read()) else {
            return;
        };
        if age.to_string() != self.asked.get_untracked() {
            self.shell
                .get_value()
                .go_query(&purge_path(Some(age.days())), true);
        }
    }

    fn form(self) -> AnyView {
        let texts = self.shell.get_value().texts;
        let (delivery, language) = (&texts.delivery, texts.language);
        let wrong = Memo::new(move |_| self.read().err());
        let error = move || {
            wrong.get().map(|error| {
                view! {
                    <p class="error" id="f-days-error">{icon("#i-alert")}<span>{error.text().get(language)}</span></p>
                }
            })
        };
        let described_by = move || {
            if wrong.get().is_some() {
                "f-days-error f-days-hint"
            } else {
                "f-days-hint"
            }
        };
        let send = move |event: ev::SubmitEvent| {
            event.prevent_default();
            self.apply();
        };
        view! {
            <form class="age" method="get" action=PATH on:submit=send>
                <div class=move || if wrong.get().is_some() { "field wrong" } else { "field" }>
                    <label for="f-days">{delivery.purge_days}</label>
                    <p class="hint" id="f-days-hint">{delivery.purge_days_hint}</p>
                    <input
                        class="input"
                        id="f-days"
                        name="days"
                        inputmode="numeric"
                        value=self.asked.get_untracked()
                        maxlength="6"
                        autocomplete="off"
                        aria-describedby=described_by
                        aria-invalid=move || wrong.get().map(|_| "true")
                        disabled=move || self.is_running.get()
                        node_ref=self.input
                        on:input=move |event| self.typed.set(event_target_value(&event))
                        on:change=move |_| self.apply()
                    />
                    {error}
                </div>
                <button class="button unscripted">{delivery.purge_count}</button>
            </form>
        }
        .into_any()
    }
}

fn ask(shell: Shell, age: Age, view: PurgeView) -> AnyView {
    let texts = shell.texts;
    let delivery = &texts.delivery;
    let PurgeView {
        age: counted,
        before,
        removable,
        waiting,
        is_more,
        steps,
    } = view;
    let stay = (waiting > 0).then(|| {
        view! { <div><dt>{delivery.purge_stay}</dt><dd>{texts.events_that_wait(waiting)}</dd></div> }
    });
    let go = if steps.has_begun() {
        delivery.purge_left
    } else {
        delivery.purge_go
    };
    let scope = view! {
        <dl class="scope">
            <div><dt>{delivery.purge_before}</dt><dd><time datetime=before.iso>{before.full}</time></dd></div>
            <div><dt>{go}</dt><dd>{texts.events_to_purge(removable, is_more)}</dd></div>
            {stay}
        </dl>
    };
    if removable == 0 && !steps.has_begun() {
        return view! {
            <div class="ask">
                {scope}
                <div class="actions"><a class="button" href=EVENTS>{delivery.purge_back}</a></div>
            </div>
        }
        .into_any();
    }
    let fields = view! { <input type="hidden" name="days" value=counted.to_string() autocomplete="off"/> };
    Steps::new(shell, steps, age.is_running).form(StepsForm {
        action: PATH,
        fields: fields.into_any(),
        text: view! { {scope} {warning(texts)} }.into_any(),
        of: delivery.events,
        class: "button danger",
        symbol: "#i-trash",
        verb: texts.purge_verb(removable, is_more),
        // Another age stands in the field: those events were not counted.
        is_blocked: Signal::derive(move || !age.has_begun.get() && age.read() != Ok(counted)),
        back: EVENTS.to_owned(),
    })
}

fn warning(texts: &'static Texts) -> AnyView {
    let delivery = &texts.delivery;
    view! {
        <div class="panel bad">
            {icon("#i-alert")}
            <div>
                <h2>{texts.final_title}</h2>
                <p>{delivery.purge_lost}</p>
                <p>{delivery.purge_kept}</p>
            </div>
        </div>
    }
    .into_any()
}
