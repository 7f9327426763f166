//! States and times, never by colour alone.

use domain::Health;
use leptos::prelude::*;

use super::icon::icon;
use crate::text::Texts;
use crate::view::{HealthView, QueuedView, When};

/// Attivo or Disattivo.
pub(crate) fn state_badge(texts: &'static Texts, active: bool) -> AnyView {
    let (class, symbol) = if active {
        ("state on", "#i-check")
    } else {
        ("state off", "#i-circle")
    };
    view! { <span class=class>{icon(symbol)}<span>{texts.state_of(active)}</span></span> }.into_any()
}

/// A time as a person says it, in full on hovering.
pub(crate) fn time_tag(when: When) -> AnyView {
    view! { <time datetime=when.iso title=when.full>{when.short}</time> }.into_any()
}

/// The health, and why.
pub(crate) fn health_badge(texts: &'static Texts, view: &HealthView) -> AnyView {
    let (class, symbol) = match view.health {
        Health::NeverTested => ("state health unknown", "#i-question"),
        Health::Works => ("state health works", "#i-pulse"),
        Health::Failing => ("state health failing", "#i-alert"),
        Health::CredentialsRejected => ("state health rejected", "#i-key"),
        Health::Locked => ("state health locked", "#i-lock"),
    };
    let why = (!view.why.is_empty()).then(|| view.why.clone());
    // A title is for those who point; the others read it as well.
    let read = why
        .clone()
        .map(|why| view! { <span class="hidden-text">": " {why}</span> });
    let word = view.health.title().get(texts.language);
    view! { <span class=class title=why>{icon(symbol)}<span>{word}</span>{read}</span> }.into_any()
}

/// What waits for an account and what it takes, below its line in a list of those that are about to be switched; `None` for
/// nothing.
pub(crate) fn queued_line(texts: &'static Texts, queued: &QueuedView) -> Option<AnyView> {
    texts.queued(queued).map(|told| {
        let needless = texts
            .needless(queued)
            .map(|needless| view! { <span class="hint">{needless}</span> });
        view! { <dd class="queued"><span>{told}</span> " " {needless}</dd> }.into_any()
    })
}

/// That nothing leaves this server.
pub(crate) fn sandbox_badge(texts: &'static Texts, is_sandbox: bool) -> Option<AnyView> {
    is_sandbox.then(|| {
        view! { <span class="tag sandbox" title=texts.sandbox_help>{texts.sandbox}</span> }.into_any()
    })
}
