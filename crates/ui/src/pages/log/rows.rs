//! The table: its head, and a row for each entry with its details behind an *i*.

use domain::LogLevel;
use leptos::prelude::*;

use super::List;
use crate::parts::{icon, mark, step_line, technical, time_tag};
use crate::text::Texts;
use crate::view::{LogAccountView, LogDetailsView, LogRowView};

/// The columns.
pub(super) fn head(texts: &'static Texts) -> AnyView {
    view! {
        <thead>
            <tr>
                <th class="at" scope="col">{texts.log_created}</th>
                <th class="message" scope="col">{texts.log_message}</th>
                <th class="level" scope="col">{texts.log_level}</th>
                <th class="account" scope="col">{texts.log_account}</th>
            </tr>
        </thead>
    }
    .into_any()
}

/// An entry.
pub(super) fn row(list: List, row: LogRowView) -> AnyView {
    let texts = list.shell().texts;
    let LogRowView {
        id,
        at,
        level,
        message,
        account,
        details,
    } = row;
    let class = list.tail.is_fresh(&id).then_some("fresh");
    let name = texts.log_details_of(&message);
    view! {
        <tr class=class>
            <th class="at" scope="row">{time_tag(at)}</th>
            <td class="message">
                <p>{message}</p>
                // In the cell of the message, so that the details are read after it; the stylesheet puts the *i* at the
                // end of the row.
                <details>
                    <summary aria-label=name title=texts.log_details>{icon("#i-info")}</summary>
                    {more(texts, details)}
                </details>
            </td>
            <td class="level">{level_badge(texts, level)}</td>
            <td class="account">{account.map(|account| account_name(texts, account))}</td>
        </tr>
    }
    .into_any()
}

/// *Tipo Log*, never by colour alone.
fn level_badge(texts: &'static Texts, level: LogLevel) -> AnyView {
    let (class, symbol) = match level {
        LogLevel::Info => ("badge", "#i-note"),
        LogLevel::Warning => ("badge caution", "#i-alert"),
        LogLevel::Error => ("badge fault", "#i-error"),
    };
    view! { <span class=class>{icon(symbol)}<span>{level.title().get(texts.language)}</span></span> }
        .into_any()
}

/// The account; a link as long as it exists.
fn account_name(texts: &'static Texts, account: LogAccountView) -> AnyView {
    let LogAccountView {
        id,
        description,
        platform,
        exists,
    } = account;
    let name = if exists {
        view! { <a href=format!("/accounts/{id}")>{description}</a> }.into_any()
    } else {
        view! { <span class="gone">{description} " " <span class="tag">{texts.log_deleted}</span></span> }
            .into_any()
    };
    view! { <span class="whose">{mark(platform, false)}{name}</span> }.into_any()
}

/// What is behind the *i*.
fn more(texts: &'static Texts, details: LogDetailsView) -> AnyView {
    let LogDetailsView {
        by,
        platform,
        changes,
        test,
        delivery,
    } = details;
    let delivery = delivery.map(|id| {
        view! { <p><a href=format!("/deliveries/{id}")>{texts.delivery.show_one}</a></p> }
    });
    let by = by.unwrap_or_else(|| texts.log_by_panel.to_owned());
    let platform = platform.map(|platform| fact(texts.platform, platform.name().to_owned()));
    let changes = (!changes.is_empty()).then(|| {
        let lines = changes.into_iter().map(|line| view! { <li>{line}</li> });
        view! { <div><dt>{texts.log_changes}</dt><dd><ul role="list">{lines.collect_view()}</ul></dd></div> }
    });
    let (remedy, facts, steps, technical) = match test {
        None => (None, None, None, None),
        Some(test) => {
            let remedy = (!test.remedy.is_empty()).then(|| fact(texts.log_remedy, test.remedy));
            let facts = test.facts.into_iter().map(|(label, value)| fact_of(label, value));
            let lines = test.steps.into_iter().map(|step| step_line(texts, step));
            let steps = view! {
                <div>
                    <dt>{format!("{}, {}", texts.log_test, texts.milliseconds(test.ms))}</dt>
                    <dd><ol class="steps" role="list">{lines.collect_view()}</ol></dd>
                </div>
            };
            (
                remedy,
                Some(facts.collect_view()),
                Some(steps),
                technical(texts, test.details),
            )
        }
    };
    view! {
        <div class="more">
            <dl>
                {remedy}
                {fact(texts.log_by, by)}
                {platform}
                {facts}
                {changes}
                {steps}
            </dl>
            {technical}
            {delivery}
        </div>
    }
    .into_any()
}

fn fact(label: &'static str, value: String) -> AnyView {
    fact_of(label.to_owned(), value)
}

fn fact_of(label: String, value: String) -> AnyView {
    view! { <div><dt>{label}</dt><dd>{value}</dd></div> }.into_any()
}
