//! Identical failures, above the list: what to look at, and what to do with all of them at once.

use domain::DeliveryFilter;
use leptos::prelude::*;

use super::{List, PATH, address_of};
use crate::parts::{icon, mark, receiver_name, time_tag};
use crate::text::Texts;
use crate::view::FailureGroupView;

/// The groups; nothing when there are none.
pub(super) fn groups(list: List) -> Option<AnyView> {
    let texts = list.shell().texts;
    let groups = list.view.with(|view| view.groups.clone());
    if groups.is_empty() {
        return None;
    }
    let groups = groups.into_iter().map(|of| group(texts, of));
    Some(
        view! {
            <section class="failures" aria-labelledby="failures">
                <h2 id="failures">{icon("#i-alert")}<span>{texts.delivery.failures}</span></h2>
                <ul role="list">{groups.collect_view()}</ul>
            </section>
        }
        .into_any(),
    )
}

fn group(texts: &'static Texts, group: FailureGroupView) -> AnyView {
    let FailureGroupView {
        to,
        state,
        class,
        count,
        since,
    } = group;
    let filter = DeliveryFilter {
        account: Some(to.id),
        state: Some(state),
        class,
        ..DeliveryFilter::default()
    };
    let why = class.map(|class| class.title().get(texts.language));
    let how_many = texts.deliveries_in(count, state);
    let name = receiver_name(texts, &to);
    let retry = format!("{} {how_many}, {name}", texts.delivery.retry_all);
    let show = format!("{} {how_many}, {name}", texts.delivery.show);
    view! {
        <li>
            <p class="what">
                <strong>{how_many}</strong>
                {why.map(|why| view! { <span>{why}</span> })}
            </p>
            <p class="where">
                <span class="whose">{mark(to.platform, false)}<span>{name}</span></span>
                " "
                {time_tag(since)}
            </p>
            <p class="do">
                <a class="button small" href=address_of(PATH, &filter) aria-label=show>{texts.delivery.show}</a>
                <a class="button small" href=address_of("/deliveries/retry", &filter) aria-label=retry>
                    {texts.delivery.retry_all}
                </a>
            </p>
        </li>
    }
    .into_any()
}
