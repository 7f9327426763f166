//! A list without deliveries: because nothing has happened yet, or because nothing matches.

use leptos::prelude::*;

use super::PATH;
use crate::parts::picture;
use crate::text::Texts;

/// Nothing has happened yet.
pub(super) fn first(texts: &'static Texts) -> AnyView {
    view! {
        <section class="empty">
            {picture("icon large", "#i-send")}
            <h2>{texts.delivery.empty_title}</h2>
            <p>{texts.delivery.empty_text}</p>
            <a class="button" href="/tokens">{texts.delivery.make_token}</a>
        </section>
    }
    .into_any()
}

/// Nothing matches.
pub(super) fn nothing(texts: &'static Texts) -> AnyView {
    view! {
        <section class="empty">
            {picture("icon large", "#i-search")}
            <h2>{texts.delivery.nothing_title}</h2>
            <p>{texts.delivery.nothing_text}</p>
            <a class="button" href=PATH>{texts.clear_filters}</a>
        </section>
    }
    .into_any()
}
