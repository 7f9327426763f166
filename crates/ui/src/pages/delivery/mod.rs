//! A delivery: the outcome first, then what can be done, then how it came about.

mod attempts;

use std::time::Duration;

use domain::DeliveryState;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::load_failed;
use crate::app::{Shell, use_shell};
use crate::enhance::EnhancedForm;
use crate::load::load_delivery;
use crate::parts::{
    Crumb, Head, address, copied_text, entity_name, icon, json_text, picture, receiver, time_tag,
};
use crate::text::Texts;
use crate::view::{CurlView, DeliveryRowView, DeliveryView, EventView};

const CRUMBS: &[Crumb] = &[Crumb::Deliveries];
/// When a delivery is read again after something was asked for.
const LOOK_AGAIN: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(4)];

/// A delivery.
#[component]
pub(crate) fn DeliveryPage() -> impl IntoView {
    let shell = use_shell();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let asked = Resource::new(
        move || (id.get(), shell.revision.get()),
        move |(id, _)| shell.tracked(load_delivery(id)),
    );
    let page = move || {
        Suspend::new(async move {
            match asked.await {
                // A closure's elements are made anew whenever the delivery is read again.
                Ok(view) => (move || shown(shell, id, view.clone())).into_any(),
                Err(error) => load_failed(error),
            }
        })
    };
    view! { <Transition>{page}</Transition> }
}

fn shown(shell: Shell, id: Memo<String>, view: DeliveryView) -> AnyView {
    let texts = shell.texts;
    let row = &view.row;
    let title = format!(
        "{}: {}",
        row.kind.title().get(texts.language),
        entity_name(texts, row.kind, &row.entity_id)
    );
    let lead = view! {
        {receiver(texts, row.to.clone())}
        " "
        <span>{texts.delivery.received} " " {time_tag(row.at.clone())}</span>
    };
    view! {
        <main id="main" class="page delivery" tabindex="-1">
            <Head title=title crumbs=CRUMBS lead=lead.into_any()/>
            {outcome(texts, &view)}
            {actions(shell, id, &view.row)}
            {view.curl.map(|line| curl(texts, line))}
            {attempts::timeline(texts, view.attempts)}
            {event(texts, view.event)}
        </main>
    }
    .into_any()
}

/// The last call, to be made by hand.
fn curl(texts: &'static Texts, CurlView { line, is_cut }: CurlView) -> Option<AnyView> {
    let delivery = &texts.delivery;
    let note = if is_cut {
        delivery.curl_note_cut
    } else {
        delivery.curl_note
    };
    copied_text(texts, delivery.curl, Some(note), line)
}

/// What became of it, why, and what to do about it.
fn outcome(texts: &'static Texts, view: &DeliveryView) -> AnyView {
    let row = &view.row;
    let (class, symbol) = match row.state {
        DeliveryState::Waiting => ("outcome panel info", "#i-clock"),
        DeliveryState::Delivered => ("outcome panel good", "#i-check"),
        DeliveryState::Refused => ("outcome panel bad", "#i-error"),
        DeliveryState::GivenUp => ("outcome panel bad", "#i-alert"),
        DeliveryState::Skipped => ("outcome panel info", "#i-skip"),
        DeliveryState::Unknown => ("outcome panel warn", "#i-question"),
    };
    let delivery = &texts.delivery;
    let next = row.due.clone().map(|due| {
        let words = if row.attempts == 0 {
            delivery.waits_first
        } else {
            delivery.waits_next
        };
        view! { <p><span>{words}</span> " " {time_tag(due)}</p> }
    });
    let under_way = row
        .is_under_way
        .then(|| view! { <p>{delivery.attempt_under_way}</p> });
    let said = match row.state {
        DeliveryState::Delivered => Some(delivery.delivered_to),
        DeliveryState::Unknown => Some(delivery.unknown_text),
        _ => None,
    };
    let cause = (!view.cause.is_empty()).then(|| view! { <p>{view.cause.clone()}</p> });
    let remedy = (!view.remedy.is_empty()).then(|| {
        view! { <p><strong>{delivery.what_to_do}</strong> " " {view.remedy.clone()}</p> }
    });
    let tries = (row.attempts > 0).then(|| {
        let took = row.ms.map(|ms| format!(" · {}", texts.milliseconds(ms)));
        view! { <span>{delivery.attempts} " " {texts.attempts_of(row.attempts)} {took}</span> }
    });
    view! {
        <section class=class aria-labelledby="outcome">
            {picture("icon", symbol)}
            <div>
                <h2 id="outcome">{row.state.title().get(texts.language)}</h2>
                {said.map(|said| view! { <p>{said}</p> })}
                {cause}
                {remedy}
                {next}
                {under_way}
                <p class="meta"><span>{time_tag(view.updated.clone())}</span> " " {tries}</p>
            </div>
        </section>
    }
    .into_any()
}

fn actions(shell: Shell, id: Memo<String>, row: &DeliveryRowView) -> AnyView {
    let delivery = &shell.texts.delivery;
    let shown = row.id.to_string();
    let settle = move |outcome| {
        shell.settle(outcome);
        // What was asked for happens within a moment: whoever still looks at it sees it.
        for after in LOOK_AGAIN {
            let shown = shown.clone();
            set_timeout(
                move || {
                    if id.try_get_untracked() == Some(shown) {
                        shell.refresh();
                    }
                },
                after,
            );
        }
    };
    // In a queue that is held, only the account can help.
    let is_held = row.state == DeliveryState::Waiting && row.due.is_none() && !row.is_under_way;
    let can_retry = row.state != DeliveryState::Delivered && !row.is_under_way && !is_held;
    let can_skip = row.state == DeliveryState::Waiting && !row.is_under_way;
    let account = is_held.then(|| {
        let href = format!("/accounts/{}", row.to.id);
        view! { <a class="button primary" href=href>{delivery.open_account}</a> }
    });
    let retry = can_retry.then(|| {
        view! {
            <button class="button primary" name="do" value="retry">
                {icon("#i-retry")}
                <span>{delivery.retry_now}</span>
            </button>
        }
    });
    let skip = can_skip.then(|| {
        view! {
            <button class="button" name="do" value="skip">
                {icon("#i-skip")}
                <span>{delivery.skip}</span>
            </button>
        }
    });
    let explain = format!("/events/{}/explain", row.id.event);
    view! {
        <EnhancedForm
            action=format!("/deliveries/{}", row.id)
            class="actions"
            on_outcome=Callback::new(settle)
        >
            {account}
            {retry}
            {skip}
            <a class="button" href=explain>{icon("#i-search")}<span>{delivery.explain}</span></a>
        </EnhancedForm>
    }
    .into_any()
}

fn event(texts: &'static Texts, view: EventView) -> AnyView {
    let delivery = &texts.delivery;
    let same = address("/deliveries", [("entity", view.entity_id.as_str())]);
    let data = match view.data {
        Some(data) => json_text(data, delivery.payload),
        None => view! { <p class="hint">{delivery.payload_locked}</p> }.into_any(),
    };
    view! {
        <section class="payload" aria-labelledby="payload">
            <h2 id="payload">{delivery.payload}</h2>
            <dl class="facts">
                <div><dt>{delivery.occurred}</dt><dd>{time_tag(view.occurred)}</dd></div>
                <div><dt>{delivery.received}</dt><dd>{time_tag(view.received)}</dd></div>
                <div><dt>{delivery.source}</dt><dd>{view.source}</dd></div>
                <div><dt>{delivery.shop_id}</dt><dd>{view.external_id}</dd></div>
            </dl>
            {data}
            <p><a href=same>{delivery.same_entity}</a></p>
        </section>
    }
    .into_any()
}
