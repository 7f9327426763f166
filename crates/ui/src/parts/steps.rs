//! Work of a form that is done in steps: how far it is, and a way to stop it. Without scripts each step is a page.

use domain::EventId;
use leptos::html;
use leptos::prelude::*;

use crate::app::Shell;
use crate::enhance::{EnhancedForm, send};
use crate::outcome::Outcome;
use crate::text::Texts;
use crate::view::StepsView;

use super::icon::icon;

/// The work while it is done.
#[derive(Clone, Copy)]
pub(crate) struct Steps {
    shell: Shell,
    /// How far it was when the page was made.
    begun: StepsView,
    form: NodeRef<html::Form>,
    done: RwSignal<u32>,
    after: RwSignal<Option<EventId>>,
    is_running: RwSignal<bool>,
    /// Scripts are here: the steps are small, so that the bar moves and stopping stops.
    is_live: RwSignal<bool>,
}

/// What the work is.
pub(crate) struct StepsForm {
    /// Where the form posts to.
    pub(crate) action: &'static str,
    /// The hidden fields that say what is worked on.
    pub(crate) fields: AnyView,
    /// What is said above the bar.
    pub(crate) text: AnyView,
    /// What is counted, for those who do not see the bar.
    pub(crate) of: &'static str,
    /// The class of the button.
    pub(crate) class: &'static str,
    /// The symbol on it.
    pub(crate) symbol: &'static str,
    /// What it does.
    pub(crate) verb: String,
    /// Whether it may not be pressed now.
    pub(crate) is_blocked: Signal<bool>,
    /// Where somebody goes who does not want it.
    pub(crate) back: String,
}

impl Steps {
    /// Work that is so far. `is_running` follows whether a step is under way.
    pub(crate) fn new(shell: Shell, begun: StepsView, is_running: RwSignal<bool>) -> Self {
        let steps = Self {
            shell,
            begun,
            form: NodeRef::new(),
            done: RwSignal::new(begun.done),
            after: RwSignal::new(begun.after),
            is_running,
            is_live: RwSignal::new(false),
        };
        Effect::new(move |_| steps.is_live.set(true));
        steps
    }

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
                    // Once the form carries the new numbers.
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

    /// The form that asks, and then shows how far it is.
    pub(crate) fn form(self, of: StepsForm) -> AnyView {
        let texts = self.shell.texts;
        let begun = self.begun;
        let StepsForm {
            action,
            fields,
            text,
            of,
            class,
            symbol,
            verb,
            is_blocked,
            back,
        } = of;
        let stop = move |event: leptos::ev::MouseEvent| {
            if self.is_running.get_untracked() {
                event.prevent_default();
                self.is_running.set(false);
            }
        };
        let shows = move || {
            begun.has_begun() || self.done.get() > 0 || self.after.get().is_some() || self.is_running.get()
        };
        let name = move || {
            if shows() && !self.is_running.get() {
                texts.delivery.go_on.to_owned()
            } else {
                verb.clone()
            }
        };
        let leave = move || {
            if self.is_running.get() || begun.has_begun() {
                texts.delivery.stop
            } else {
                texts.cancel
            }
        };
        let after = move || {
            self.after
                .get()
                .map_or_else(String::new, |after| after.to_string())
        };
        let total = begun.total.map_or_else(String::new, |total| total.to_string());
        view! {
            <EnhancedForm
                action=action
                class="ask"
                node_ref=self.form
                on_submit=Callback::new(move |_| self.is_running.set(true))
                on_outcome=Callback::new(move |outcome| self.stepped(outcome))
            >
                {fields}
                <input type="hidden" name="mark" value=begun.mark.ms().to_string() autocomplete="off"/>
                <input type="hidden" name="total" value=total autocomplete="off"/>
                <input type="hidden" name="done" value=move || self.done.get().to_string() autocomplete="off"/>
                <input type="hidden" name="after" value=after autocomplete="off"/>
                <input type="hidden" name="steps" value=move || if self.is_live.get() { "small" } else { "" } autocomplete="off"/>
                {text}
                {move || shows().then(|| bar(texts, of, self.done.get(), begun.total))}
                <div class="actions">
                    <button class=class disabled=move || self.is_running.get() || is_blocked.get()>
                        {icon(symbol)}
                        <span>{name}</span>
                    </button>
                    <a class="button quiet" href=back on:click=stop>{leave}</a>
                </div>
            </EnhancedForm>
        }
        .into_any()
    }
}

fn bar(texts: &'static Texts, of: &'static str, done: u32, total: Option<u32>) -> AnyView {
    let words = texts.done_of(done, total);
    view! {
        <div class="how-far">
            <progress
                aria-label=of
                max=total.map(|total| total.max(done).to_string())
                value=total.map(|_| done.to_string())
            ></progress>
            <p role="status">{words}</p>
        </div>
    }
    .into_any()
}
