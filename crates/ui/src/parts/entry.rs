//! A line to type in, on the pages that are not the form of an account.

use leptos::prelude::*;

use super::icon::icon;
use crate::app::use_shell;

/// What a line is like.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    /// Its name in the form.
    pub(crate) name: &'static str,
    /// Its label.
    pub(crate) label: &'static str,
    /// What to type.
    pub(crate) hint: Option<&'static str>,
    /// What is in it.
    pub(crate) value: String,
    /// What browsers may fill it in with.
    pub(crate) autocomplete: &'static str,
    /// The on-screen keyboard.
    pub(crate) inputmode: Option<&'static str>,
    /// Whether it hides what is typed.
    pub(crate) password: bool,
    /// What is wrong with it.
    pub(crate) error: Option<String>,
}

/// The line with its label, hint and error.
pub(crate) fn entry(entry: Entry) -> AnyView {
    let texts = use_shell().texts;
    let id = format!("f-{}", entry.name);
    let hint_id = entry.hint.map(|_| format!("{id}-hint"));
    let error_id = entry.error.as_ref().map(|_| format!("{id}-error"));
    let described_by = [error_id.clone(), hint_id.clone()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    let described_by = (!described_by.is_empty()).then_some(described_by);
    let wrong = entry.error.is_some();
    let shown = RwSignal::new(false);
    let kind = move || {
        if entry.password && !shown.get() {
            "password"
        } else {
            "text"
        }
    };
    let input = view! {
        <input
            class="input"
            id=id.clone()
            name=entry.name
            type=kind
            value=entry.value
            required
            autocomplete=entry.autocomplete
            autocapitalize="none"
            spellcheck="false"
            inputmode=entry.inputmode
            aria-describedby=described_by
            aria-invalid=wrong.then_some("true")
        />
    };
    let control = if entry.password {
        view! {
            <div class="with-button">
                {input}
                <button
                    type="button"
                    class="button scripted"
                    aria-pressed=move || if shown.get() { "true" } else { "false" }
                    aria-controls=id.clone()
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    {texts.show}
                </button>
            </div>
        }
        .into_any()
    } else {
        input.into_any()
    };
    view! {
        <div class=if wrong { "field wrong" } else { "field" }>
            <label for=id>{entry.label}</label>
            {entry.hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
            {control}
            {entry.error.map(|error| view! { <p class="error" id=error_id>{icon("#i-alert")}<span>{error}</span></p> })}
        </div>
    }
    .into_any()
}
