//! Parts of the pages about events and deliveries.

use domain::{DeliveryState, EmailHash, EventKind};
use leptos::prelude::*;

use super::icon::{icon, mark};
use crate::text::Texts;
use crate::view::ReceiverView;

/// Where a delivery stands, never by colour alone.
pub(crate) fn delivery_badge(texts: &'static Texts, state: DeliveryState) -> AnyView {
    let (class, symbol) = match state {
        DeliveryState::Waiting => ("badge", "#i-clock"),
        DeliveryState::Delivered => ("badge done", "#i-check"),
        DeliveryState::Refused => ("badge fault", "#i-error"),
        DeliveryState::GivenUp => ("badge fault", "#i-alert"),
        DeliveryState::Skipped => ("badge", "#i-skip"),
        DeliveryState::Unknown => ("badge caution", "#i-question"),
    };
    view! { <span class=class>{icon(symbol)}<span>{state.title().get(texts.language)}</span></span> }
        .into_any()
}

/// What an event is about: `Ordine 10421`.
pub(crate) fn entity_name(texts: &'static Texts, kind: EventKind, entity_id: &str) -> String {
    // An id that the service has put in the place of an e-mail address says nothing to a person.
    if EmailHash::is_written_as(entity_id) {
        return texts.delivery.known_by_email.to_owned();
    }
    format!("{} {entity_id}", kind.entity().title().get(texts.language))
}

/// What an account is called, also when it exists no longer.
pub(crate) fn receiver_name(texts: &'static Texts, to: &ReceiverView) -> String {
    if to.description.is_empty() {
        texts.delivery.deleted_account.to_owned()
    } else {
        to.description.clone()
    }
}

/// An account; a link as long as it exists.
pub(crate) fn receiver(texts: &'static Texts, to: ReceiverView) -> AnyView {
    let ReceiverView {
        id,
        description,
        platform,
    } = to;
    let name = if description.is_empty() {
        view! { <span class="gone">{texts.delivery.deleted_account}</span> }.into_any()
    } else {
        view! { <a href=format!("/accounts/{id}")>{description}</a> }.into_any()
    };
    view! { <span class="whose">{mark(platform, false)}{name}</span> }.into_any()
}

/// A text to be read as it stands, such as JSON.
pub(crate) fn json_text(text: String, label: &'static str) -> AnyView {
    view! { <pre class="json" tabindex="0" role="group" aria-label=label>{text}</pre> }.into_any()
}
