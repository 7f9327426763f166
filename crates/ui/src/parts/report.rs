//! Parts of a test's report.

use domain::StepState;
use leptos::html;
use leptos::prelude::*;

use super::icon::icon;
use crate::enhance::copy;
use crate::text::Texts;
use crate::view::StepView;

/// A step, how it ended and how long it took.
pub(crate) fn step_line(texts: &'static Texts, step: StepView) -> AnyView {
    let (class, symbol) = match step.state {
        StepState::Passed => ("passed", "#i-tick"),
        StepState::Failed => ("failed", "#i-close"),
        StepState::Skipped => ("skipped", "#i-dash"),
    };
    let time = (step.state != StepState::Skipped).then(|| texts.milliseconds(step.ms));
    view! {
        <li class=class>
            {icon(symbol)}
            <span>{step.kind.title().get(texts.language)}</span>
            <span class="hidden-text">{format!(": {}", texts.step_state(step.state))}</span>
            <span class="ms">{time}</span>
        </li>
    }
    .into_any()
}

/// The report for people who know HTTP, to be opened and copied; nothing when there is none.
pub(crate) fn technical(texts: &'static Texts, details: String) -> Option<AnyView> {
    if details.is_empty() {
        return None;
    }
    let text = details.clone();
    let shown = NodeRef::<html::Pre>::new();
    let copied = RwSignal::new(false);
    let take = move |_| {
        if let Some(shown) = shown.get_untracked() {
            copy(&text, &shown, copied);
        }
    };
    Some(
        view! {
            <details class="technical">
                <summary>{texts.test_details}</summary>
                <pre tabindex="0" node_ref=shown>{details}</pre>
                <button type="button" class="button small scripted" on:click=take>
                    {icon("#i-copy")}
                    <span>{move || if copied.get() { texts.copied } else { texts.copy }}</span>
                </button>
                <span class="hidden-text" role="status">{move || copied.get().then_some(texts.copied)}</span>
            </details>
        }
        .into_any(),
    )
}
