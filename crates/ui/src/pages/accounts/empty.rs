//! A list without rows: because there is no account yet, or because none matches.

use domain::Platform;
use leptos::prelude::*;

use crate::parts::{mark, picture};
use crate::text::Texts;

/// No account yet: what an account is, and where to start.
pub(super) fn first(texts: &'static Texts) -> AnyView {
    let tiles = Platform::ALL.map(|platform| {
        let href = format!("/accounts/new?platform={}", platform.code());
        view! {
            <li>
                <a class="tile" href=href>
                    {mark(platform, true)}
                    <strong>{platform.name()}</strong>
                    <span>{platform.summary().get(texts.language)}</span>
                    <small>{platform.needs().get(texts.language)}</small>
                </a>
            </li>
        }
    });
    view! {
        <section class="empty first">
            <h2>{texts.empty_title}</h2>
            <p>{texts.empty_text}</p>
            <ul class="tiles" role="list">{tiles.collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// No account matches.
pub(super) fn nothing(texts: &'static Texts) -> AnyView {
    view! {
        <section class="empty">
            {picture("icon large", "#i-search")}
            <h2>{texts.nothing_title}</h2>
            <p>{texts.nothing_text}</p>
            <a class="button" href="/accounts">{texts.clear_filters}</a>
        </section>
    }
    .into_any()
}
