//! Test Connessione in the form of an account: its steps as they end, what it found, what to do.

use std::time::Duration;

use leptos::leptos_dom::helpers::IntervalHandle;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

use crate::app::Shell;
use crate::enhance::{Pairs, cancel};
use crate::parts::{icon, step_line, technical, time_tag};
use crate::text::Texts;
use crate::view::{AccountFormView, FoundView, HealthView, StepView, TestAbout, TestView};

/// What is being tried, and what was.
#[derive(Clone, Copy)]
pub(super) struct Trying {
    /// The steps that have ended, while a test is under way.
    running: RwSignal<Option<Vec<StepView>>>,
    /// Whole seconds since the test began.
    seconds: RwSignal<u32>,
    /// Counts them.
    ticking: StoredValue<Option<IntervalHandle>>,
    /// The last test.
    test: RwSignal<Option<TestView>>,
    /// What the platform was asked for.
    pub(super) found: RwSignal<Option<FoundView>>,
    /// What became of a test message.
    sent: RwSignal<Option<String>>,
    /// The account's health.
    pub(super) health: RwSignal<HealthView>,
}

impl Trying {
    pub(super) fn new(view: &AccountFormView) -> Self {
        Self {
            running: RwSignal::new(None),
            seconds: RwSignal::new(0),
            ticking: StoredValue::new(None),
            test: RwSignal::new(view.test.clone()),
            found: RwSignal::new(view.found.clone()),
            sent: RwSignal::new(view.sent.clone()),
            health: RwSignal::new(view.health.clone()),
        }
    }

    /// The form is being sent: perhaps to be tested.
    pub(super) fn sent(self, pairs: &Pairs) {
        let tests = pairs.iter().any(|(name, value)| name == "do" && value == "test");
        if !tests {
            return;
        }
        self.seconds.set(0);
        self.running.set(Some(Vec::new()));
        show();
        let tick = move || {
            // The page may have gone meanwhile.
            self.seconds.try_update(|seconds| *seconds += 1);
        };
        self.stop_ticking();
        self.ticking
            .set_value(set_interval_with_handle(tick, Duration::from_secs(1)).ok());
    }

    /// A step has ended.
    pub(super) fn stepped(self, step: StepView) {
        self.running.update(|running| {
            if let Some(steps) = running {
                steps.push(step);
            }
        });
    }

    /// Something was tried; the form says what came of it.
    pub(super) fn tried(self, view: &AccountFormView) {
        let tests = view.test.as_ref().is_some_and(|test| test.is_fresh);
        if tests {
            self.ended();
        }
        self.health.set(view.health.clone());
        if view.sent.is_some() {
            self.sent.set(view.sent.clone());
        }
        if view.found.is_some() {
            self.found.set(view.found.clone());
        }
        if view.test.is_some() {
            self.test.set(view.test.clone());
        }
        if tests {
            show();
        }
    }

    /// Nothing is under way any more.
    pub(super) fn ended(self) {
        self.stop_ticking();
        self.running.set(None);
    }

    fn stop_ticking(self) {
        if let Some(Some(ticking)) = self.ticking.try_update_value(Option::take) {
            ticking.clear();
        }
    }

    fn stop(self) {
        cancel();
        self.ended();
        // The button that was pressed goes: the one that begins anew takes the focus.
        let again = document()
            .query_selector("[data-streams]")
            .ok()
            .flatten()
            .and_then(|button| button.dyn_into::<HtmlElement>().ok());
        if let Some(again) = again {
            // Focus that cannot be set stays where it is.
            let _ = again.focus();
        }
    }
}

/// Brings the panel into sight, once it is there.
fn show() {
    request_animation_frame(|| {
        if let Some(panel) = document().get_element_by_id("test") {
            panel.scroll_into_view_with_bool(false);
        }
    });
}

/// The panel: nothing before the first test. It takes the focus when the page comes with a test just made. Below it,
/// where it is offered, the button that sends a real message.
pub(super) fn test_panel(shell: Shell, trying: Trying, is_fresh: bool, offers_message: bool) -> AnyView {
    let texts = shell.texts;
    // Whoever leaves the page does not wait for its test.
    on_cleanup(move || {
        trying.stop_ticking();
        cancel();
    });
    let content = move || {
        if trying.running.with(Option::is_some) {
            return Some(running(texts, trying));
        }
        trying.test.get().map(|test| result(texts, test))
    };
    // There from the start, so that what comes into it is read out.
    view! {
        <div class="test" id="test" role="status" aria-atomic="false" tabindex="-1" autofocus=is_fresh>{content}</div>
        {message_button(texts, trying, offers_message)}
    }
    .into_any()
}

fn running(texts: &'static Texts, trying: Trying) -> AnyView {
    let steps = move || {
        let steps = trying.running.get().unwrap_or_default();
        steps
            .into_iter()
            .map(|step| step_line(texts, step))
            .collect_view()
    };
    // Read out every second it would drown the steps.
    let seconds = move || format!("{} s", trying.seconds.get());
    view! {
        <section class="test-panel running" aria-label=texts.test_connection>
            <h2>
                <span class="spinner" aria-hidden="true"></span>
                <span>{texts.test_running}</span>
                " "
                <span class="time" aria-hidden="true">{seconds}</span>
            </h2>
            <ol class="steps" role="list" aria-label=texts.test_steps>{steps}</ol>
            <button type="button" class="button small" on:click=move |_| trying.stop()>
                {texts.test_cancel}
            </button>
        </section>
    }
    .into_any()
}

fn result(texts: &'static Texts, test: TestView) -> AnyView {
    let TestView {
        at,
        ms,
        works,
        about,
        is_fresh: _,
        steps,
        facts,
        cause,
        remedy,
        details,
    } = test;
    let (class, symbol, title) = if works {
        ("test-panel works", "#i-check", texts.test_works)
    } else {
        ("test-panel fails", "#i-alert", texts.test_fails)
    };
    let named = facts.first().map(|(_, value)| format!(" · {value}"));
    let facts = (!facts.is_empty()).then(|| {
        let facts = facts
            .into_iter()
            .map(|(label, value)| view! { <div><dt>{label}</dt><dd>{value}</dd></div> });
        view! { <dl class="facts">{facts.collect_view()}</dl> }
    });
    let trouble = (!works).then(|| {
        view! {
            <p class="cause">{cause}</p>
            <p class="remedy"><strong>{texts.what_to_do}</strong> " " <span>{remedy}</span></p>
        }
    });
    let about = match about {
        TestAbout::Saved => None,
        TestAbout::Typed => Some(texts.test_unsaved),
        TestAbout::Outdated => Some(texts.test_outdated),
    };
    let about = about.map(|words| view! { <p class="about">{icon("#i-info")}<span>{words}</span></p> });
    let steps = (!steps.is_empty()).then(|| {
        let steps = steps.into_iter().map(|step| step_line(texts, step));
        view! { <ol class="steps" role="list" aria-label=texts.test_steps>{steps.collect_view()}</ol> }
    });
    view! {
        <section class=class aria-label=texts.test_connection>
            <h2>
                {icon(symbol)}
                <span>{title}</span>
                <span class="time">{format!(" · {}", texts.milliseconds(ms))}</span>
                <span class="named">{named}</span>
            </h2>
            <p class="when"><span>{texts.test_last}</span> " " {time_tag(at)}</p>
            {trouble}
            {about}
            {facts}
            {steps}
            {technical(texts, details)}
        </section>
    }
    .into_any()
}

/// The button that sends a real message, clearly said so.
fn message_button(texts: &'static Texts, trying: Trying, is_offered: bool) -> Option<AnyView> {
    // Without scripts the page comes anew: whoever sent the message goes on where they were.
    let came = trying.sent.with_untracked(Option::is_some);
    let sent = move || {
        trying.sent.get().map(|problem| {
            let (class, symbol, title) = if problem.is_empty() {
                ("sent", "#i-check", texts.message_sent)
            } else {
                ("not-sent", "#i-alert", texts.message_not_sent)
            };
            view! { <span class=class>{icon(symbol)}<span>{title} " " {problem}</span></span> }
        })
    };
    is_offered.then(|| {
        view! {
            <div class="test-message">
                <button
                    class="button small"
                    name="do"
                    value="message"
                    aria-describedby="message-help"
                    autofocus=came
                >
                    {icon("#i-send")}
                    <span>{texts.send_message}</span>
                </button>
                <p class="hint" id="message-help">{texts.send_message_help}</p>
                <p class="message-outcome" role="status">{sent}</p>
            </div>
        }
        .into_any()
    })
}
