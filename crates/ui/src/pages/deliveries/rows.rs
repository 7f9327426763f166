//! The table: its head, and a row for each delivery.

use leptos::prelude::*;

use super::List;
use crate::parts::{delivery_badge, entity_name, receiver, time_tag};
use crate::text::Texts;
use crate::view::DeliveryRowView;

/// The columns.
pub(super) fn head(texts: &'static Texts) -> AnyView {
    let delivery = &texts.delivery;
    view! {
        <thead>
            <tr>
                <th class="at" scope="col">{delivery.received}</th>
                <th class="event" scope="col">{delivery.event}</th>
                <th class="account" scope="col">{delivery.account}</th>
                <th class="result" scope="col">{delivery.result}</th>
                <th class="tries" scope="col">{delivery.attempts}</th>
                <th class="took" scope="col">{delivery.took}</th>
            </tr>
        </thead>
    }
    .into_any()
}

/// A delivery.
pub(super) fn row(list: List, row: DeliveryRowView) -> AnyView {
    let texts = list.shell().texts;
    let class = list.tail.is_fresh(&row.id).then_some("fresh");
    let DeliveryRowView {
        id,
        at,
        kind,
        entity_id,
        to,
        state,
        is_under_way,
        why,
        due,
        attempts,
        ms,
    } = row;
    let why = (!why.is_empty()).then(|| view! { <span>{why}</span> });
    let next = due.map(|due| view! { <span>{time_tag(due)}</span> });
    let under_way = is_under_way.then(|| view! { <span>{texts.delivery.under_way}</span> });
    let has_notes = why.is_some() || next.is_some() || under_way.is_some();
    let notes = has_notes.then(|| view! { <p class="notes">{why}{next}{under_way}</p> });
    let took = ms.map(|ms| texts.milliseconds(ms));
    view! {
        <tr class=class>
            <td class="at">{time_tag(at)}</td>
            <th class="event" scope="row">
                <a href=format!("/deliveries/{id}")>{kind.title().get(texts.language)}</a>
                <p class="entity">{entity_name(texts, kind, &entity_id)}</p>
            </th>
            <td class="account">{receiver(texts, to)}</td>
            <td class="result">{delivery_badge(texts, state)}{notes}</td>
            <td class="tries" data-label=texts.delivery.attempts>{(attempts > 0).then(|| texts.attempts_of(attempts))}</td>
            <td class="took">{took}</td>
        </tr>
    }
    .into_any()
}
