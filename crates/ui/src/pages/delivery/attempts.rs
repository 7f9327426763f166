//! The attempts, each with its calls.

use leptos::prelude::*;

use crate::parts::{icon, json_text, time_tag};
use crate::text::Texts;
use crate::view::{AttemptView, BodyView, ExchangeView};

/// The attempts, the last one first and open.
pub(super) fn timeline(texts: &'static Texts, attempts: Vec<AttemptView>) -> AnyView {
    let delivery = &texts.delivery;
    if attempts.is_empty() {
        return view! {
            <section class="attempts" aria-labelledby="attempts">
                <h2 id="attempts">{delivery.timeline}</h2>
                <p class="hint">{delivery.no_attempts}</p>
            </section>
        }
        .into_any();
    }
    let attempts = attempts
        .into_iter()
        .enumerate()
        .map(|(index, of)| attempt(texts, of, index == 0));
    view! {
        <section class="attempts" aria-labelledby="attempts">
            <h2 id="attempts">{delivery.timeline}</h2>
            <ol role="list">{attempts.collect_view()}</ol>
            <p class="hint">{delivery.redacted} " " {delivery.cut}</p>
        </section>
    }
    .into_any()
}

fn attempt(texts: &'static Texts, attempt: AttemptView, is_open: bool) -> AnyView {
    let delivery = &texts.delivery;
    let AttemptView {
        number,
        at,
        ms,
        is_delivered,
        class,
        cause,
        exchanges,
    } = attempt;
    let (mark, symbol, word) = if is_delivered {
        ("passed", "#i-tick", delivery.attempt_delivered.to_owned())
    } else {
        ("failed", "#i-close", class)
    };
    let cause = (!cause.is_empty()).then(|| view! { <p>{cause}</p> });
    let calls = match exchanges {
        None => view! { <p class="hint">{delivery.calls_locked}</p> }.into_any(),
        Some(exchanges) if exchanges.is_empty() => {
            view! { <p class="hint">{delivery.no_calls}</p> }.into_any()
        }
        Some(exchanges) => {
            // Some platforms refuse with a good status: the call that failed is the last one.
            let failed = exchanges.len().checked_sub(1).filter(|_| !is_delivered);
            let calls = exchanges.into_iter().enumerate();
            calls
                .map(|(index, of)| exchange(texts, of, failed == Some(index)))
                .collect_view()
                .into_any()
        }
    };
    view! {
        <li class=mark>
            <details open=is_open>
                <summary>
                    {icon(symbol)}
                    <span class="number">{texts.attempt_number(number)}</span>
                    <span class="word">{word}</span>
                    {time_tag(at)}
                    <span class="ms">{texts.milliseconds(ms)}</span>
                </summary>
                <div class="calls">{cause}{calls}</div>
            </details>
        </li>
    }
    .into_any()
}

fn exchange(texts: &'static Texts, exchange: ExchangeView, is_open: bool) -> AnyView {
    let delivery = &texts.delivery;
    let ExchangeView {
        method,
        url,
        status,
        request_id,
        sent,
        answer,
    } = exchange;
    // What went well is told in a line.
    let is_good = status.is_some_and(|status| (200..300).contains(&status));
    let status = status.map_or_else(|| delivery.no_answer.to_owned(), |status| status.to_string());
    let id = request_id.map(|id| view! { <p class="hint">{texts.request_id} ": " {id}</p> });
    view! {
        <details class="call" open=is_open || !is_good>
            <summary class="line">
                <code>{method} " " {url}</code>
                <span class=if is_good { "status good" } else { "status bad" }>{status}</span>
            </summary>
            <div class="bodies">
                {id}
                {body(texts, delivery.request, sent)}
                {body(texts, delivery.answer, answer)}
            </div>
        </details>
    }
    .into_any()
}

/// A body, indented if it can be, and then as it is as well.
fn body(texts: &'static Texts, title: &'static str, body: BodyView) -> AnyView {
    let delivery = &texts.delivery;
    let BodyView { raw, pretty, is_cut } = body;
    if raw.is_empty() {
        return view! { <p class="hint">{title} ": " {delivery.no_body}</p> }.into_any();
    }
    let cut = is_cut.then(|| view! { <span class="tag">"…"</span> });
    let (first, original) = match pretty {
        Some(pretty) => {
            let original = view! {
                <details class="technical">
                    <summary>{delivery.raw}</summary>
                    <pre tabindex="0">{raw}</pre>
                </details>
            };
            (pretty, Some(original))
        }
        None => (raw, None),
    };
    view! {
        <div class="body">
            <h3>{title} " " {cut}</h3>
            {json_text(first, title)}
            {original}
        </div>
    }
    .into_any()
}
