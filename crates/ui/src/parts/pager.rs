//! From page to page.

use leptos::prelude::*;

use super::icon::{icon, picture};
use crate::text::Texts;

/// The links to what is newer and older; nothing when all is shown.
pub(crate) fn keyset_pager(
    texts: &'static Texts,
    label: &'static str,
    older_name: &'static str,
    newer: Option<String>,
    older: Option<String>,
) -> Option<AnyView> {
    if newer.is_none() && older.is_none() {
        return None;
    }
    let (newer, older) = (back(newer, texts.log_newer), forth(older, older_name));
    Some(view! { <nav class="pager" aria-label=label>{newer}{older}</nav> }.into_any())
}

/// The links to the pages before and after; nothing when there is only one page.
pub(crate) fn pager(
    texts: &'static Texts,
    page: u32,
    pages: u32,
    href: impl Fn(u32) -> String,
) -> Option<AnyView> {
    if pages < 2 {
        return None;
    }
    let previous = back((page > 1).then(|| href(page - 1)), texts.previous);
    let next = forth((page < pages).then(|| href(page + 1)), texts.next);
    let here = texts.page_of(page, pages);
    Some(
        view! { <nav class="pager" aria-label=texts.pages>{previous}<span>{here}</span>{next}</nav> }
            .into_any(),
    )
}

fn back(href: Option<String>, name: &'static str) -> AnyView {
    let arrow = picture("icon back", "#i-chevron");
    match href {
        Some(href) => {
            view! { <a class="button quiet" rel="prev" href=href>{arrow}<span>{name}</span></a> }.into_any()
        }
        None => view! { <span class="button quiet" aria-disabled="true">{arrow}<span>{name}</span></span> }
            .into_any(),
    }
}

fn forth(href: Option<String>, name: &'static str) -> AnyView {
    let arrow = icon("#i-chevron");
    match href {
        Some(href) => {
            view! { <a class="button quiet" rel="next" href=href><span>{name}</span>{arrow}</a> }.into_any()
        }
        None => view! { <span class="button quiet" aria-disabled="true"><span>{name}</span>{arrow}</span> }
            .into_any(),
    }
}
