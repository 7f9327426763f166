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
    copied_text(texts, texts.test_details, None, details)
}

/// A text to be opened and copied; nothing when it is empty. The `note` stands above it.
pub(crate) fn copied_text(
    texts: &'static Texts,
    title: &'static str,
    note: Option<&'static str>,
    text: String,
) -> Option<AnyView> {
    if text.is_empty() {
        return None;
    }
    let copied = RwSignal::new(false);
    let shown = NodeRef::<html::Pre>::new();
    let taken = text.clone();
    let take = move |_| {
        if let Some(shown) = shown.get_untracked() {
            copy(&taken, &shown, copied);
        }
    };
    Some(
        view! {
            <details class="technical">
                <summary>{title}</summary>
                {note.map(|note| view! { <p class="hint">{note}</p> })}
                <pre tabindex="0" node_ref=shown>{text}</pre>
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
