//! States and times, never by colour alone.

use domain::SecretUse;
use leptos::prelude::*;

use super::icon::icon;
use crate::text::Texts;
use crate::view::When;

/// Attivo or Disattivo.
pub(crate) fn state_badge(texts: &'static Texts, active: bool) -> AnyView {
    let (class, symbol) = if active {
        ("state on", "#i-check")
    } else {
        ("state off", "#i-circle")
    };
    view! { <span class=class>{icon(symbol)}<span>{texts.state_of(active)}</span></span> }.into_any()
}

/// That the secrets cannot be used, and why.
pub(crate) fn locked_badge(texts: &'static Texts, secrets: SecretUse) -> AnyView {
    let reason = secrets.reason().map(|reason| reason.get(texts.language));
    view! { <span class="state locked" title=reason>{icon("#i-lock")}<span>{texts.locked}</span></span> }
        .into_any()
}

/// A time as a person says it, in full on hovering.
pub(crate) fn time_tag(when: When) -> AnyView {
    view! { <time datetime=when.iso title=when.full>{when.short}</time> }.into_any()
}
