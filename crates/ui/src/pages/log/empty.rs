//! A log without rows: because nothing has happened yet, or because nothing matches.

use leptos::prelude::*;

use super::PATH;
use crate::parts::picture;
use crate::text::Texts;

/// Nothing has happened yet.
pub(super) fn first(texts: &'static Texts) -> AnyView {
    view! {
        <section class="empty">
            {picture("icon large", "#i-note")}
            <h2>{texts.log_empty_title}</h2>
            <p>{texts.log_empty_text}</p>
        </section>
    }
    .into_any()
}

/// Nothing matches.
pub(super) fn nothing(texts: &'static Texts) -> AnyView {
    view! {
        <section class="empty">
            {picture("icon large", "#i-search")}
            <h2>{texts.log_nothing_title}</h2>
            <p>{texts.log_nothing_text}</p>
            <a class="button" href=PATH>{texts.clear_filters}</a>
        </section>
    }
    .into_any()
}
