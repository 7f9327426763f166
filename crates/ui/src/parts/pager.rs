//! From page to page.

use leptos::prelude::*;

use super::icon::{icon, picture};
use crate::text::Texts;

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
    let previous = (page > 1).then(|| href(page - 1));
    let next = (page < pages).then(|| href(page + 1));
    let back = picture("icon back", "#i-chevron");
    let previous = match previous {
        Some(href) => {
            view! { <a class="button quiet" rel="prev" href=href>{back}<span>{texts.previous}</span></a> }.into_any()
        }
        None => {
            view! { <span class="button quiet" aria-disabled="true">{back}<span>{texts.previous}</span></span> }.into_any()
        }
    };
    let forth = icon("#i-chevron");
    let next = match next {
        Some(href) => {
            view! { <a class="button quiet" rel="next" href=href><span>{texts.next}</span>{forth}</a> }
                .into_any()
        }
        None => {
            view! { <span class="button quiet" aria-disabled="true"><span>{texts.next}</span>{forth}</span> }
                .into_any()
        }
    };
    let here = texts.page_of(page, pages);
    Some(
        view! { <nav class="pager" aria-label=texts.pages>{previous}<span>{here}</span>{next}</nav> }
            .into_any(),
    )
}
