//! Filters, one for each column: a form that the address follows.

use std::time::Duration;

use domain::{CalendarDate, LOG_SEARCH_CHARS_MAX, LogFilter, LogKind, LogLevel, LogPlace};
use leptos::ev;
use leptos::html;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;

use super::{List, PATH, log_address};
use crate::enhance::form_pairs;
use crate::parts::icon;
use crate::text::Texts;

/// How long a pause in typing lasts before the list follows. Long enough for the digits of a year.
const TYPING_PAUSE: Duration = Duration::from_millis(500);

/// The controls; in the browser they act at once.
#[derive(Clone, Copy)]
struct Controls {
    list: List,
    form: NodeRef<html::Form>,
    from: NodeRef<html::Input>,
    to: NodeRef<html::Input>,
    kind: NodeRef<html::Select>,
    level: NodeRef<html::Select>,
    account: NodeRef<html::Input>,
    /// Runs while somebody types.
    typing: StoredValue<Option<TimeoutHandle>>,
}

impl Controls {
    /// Takes the controls over into the address. Typing that goes on makes no further step to go back to.
    fn apply(self, typed: bool) {
        self.stop_typing();
        let Some(form) = self.form.get_untracked() else {
            return;
        };
        let pairs = form_pairs(&form);
        let filter = LogFilter::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        // Another filter starts with its newest entries.
        let shown = LogFilter {
            place: LogPlace::Newest,
            ..self.list.filter.get_untracked()
        };
        if shown != filter {
            let goes_on = typed && shown.is_narrowed();
            self.list.shell().go_query(&log_address(PATH, &filter), goes_on);
        }
    }

    fn type_on(self) {
        self.stop_typing();
        let pause = set_timeout_with_handle(move || self.apply(true), TYPING_PAUSE);
        self.typing.set_value(pause.ok());
    }

    fn stop_typing(self) {
        if let Some(Some(pause)) = self.typing.try_update_value(Option::take) {
            pause.clear();
        }
    }

    /// Shows what stands in the address, after a way back or a link; what is being typed is ahead of it.
    fn follow(self, filter: &LogFilter) {
        let (from, to) = days(filter);
        let is_typing = self.typing.with_value(Option::is_some);
        for (input, value) in [
            (self.from, from),
            (self.to, to),
            (self.account, filter.account.as_str()),
        ] {
            if let Some(input) = input.get()
                && !is_typing
                && input.value().trim() != value
            {
                input.set_value(value);
            }
        }
        if let Some(kind) = self.kind.get() {
            kind.set_value(filter.kind.map_or("", LogKind::code));
        }
        if let Some(level) = self.level.get() {
            level.set_value(filter.level.map_or("", LogLevel::code));
        }
    }
}

fn days(filter: &LogFilter) -> (&str, &str) {
    (
        filter.from.as_ref().map_or("", CalendarDate::as_str),
        filter.to.as_ref().map_or("", CalendarDate::as_str),
    )
}

/// The form above the list.
pub(super) fn filters(list: List) -> AnyView {
    let texts = list.shell().texts;
    let controls = Controls {
        list,
        form: NodeRef::new(),
        from: NodeRef::new(),
        to: NodeRef::new(),
        kind: NodeRef::new(),
        level: NodeRef::new(),
        account: NodeRef::new(),
        typing: StoredValue::new(None),
    };
    Effect::new(move |before: Option<()>| {
        let filter = list.filter.get();
        match before {
            Some(()) => controls.follow(&filter),
            // What was typed before the scripts came counts.
            None => controls.apply(true),
        }
    });
    on_cleanup(move || controls.stop_typing());
    let send = move |event: ev::SubmitEvent| {
        event.prevent_default();
        controls.apply(false);
    };
    let now = list.filter.get_untracked();
    let (from, to) = days(&now);
    let clear = move || {
        list.filter
            .with(LogFilter::is_narrowed)
            .then(|| view! { <a class="clear" href=PATH>{texts.clear_filters}</a> })
    };
    view! {
        <form
            class="filters log-filters"
            method="get"
            action=PATH
            role="search"
            aria-label=texts.filters
            node_ref=controls.form
            on:submit=send
        >
            {day_field(controls, "from", texts.log_from, from.to_owned(), controls.from)}
            {day_field(controls, "to", texts.log_to, to.to_owned(), controls.to)}
            {kind_field(controls, texts, now.kind)}
            {level_field(controls, texts, now.level)}
            {account_field(controls)}
            <button class="button unscripted">{texts.apply_filters}</button>
            {clear}
        </form>
    }
    .into_any()
}

fn day_field(
    controls: Controls,
    name: &'static str,
    label: &'static str,
    value: String,
    node_ref: NodeRef<html::Input>,
) -> AnyView {
    view! {
        <label class="pick-one">
            <span>{label}</span>
            <input
                class="input"
                type="date"
                name=name
                value=value
                autocomplete="off"
                node_ref=node_ref
                on:input=move |_| controls.type_on()
            />
        </label>
    }
    .into_any()
}

fn kind_field(controls: Controls, texts: &'static Texts, now: Option<LogKind>) -> AnyView {
    let groups = LogLevel::ALL.map(|level| {
        let kinds = LogKind::ALL.iter().filter(|kind| kind.level() == level).map(|kind| {
            view! {
                <option value=kind.code() selected=now == Some(*kind)>{kind.title().get(texts.language)}</option>
            }
        });
        view! { <optgroup label=level.title().get(texts.language)>{kinds.collect_view()}</optgroup> }
    });
    view! {
        <label class="pick-one kind">
            <span>{texts.log_message}</span>
            <select
                class="select"
                name="kind"
                autocomplete="off"
                node_ref=controls.kind
                on:change=move |_| controls.apply(false)
            >
                <option value="">{texts.state_all}</option>
                {groups.collect_view()}
            </select>
        </label>
    }
    .into_any()
}

fn level_field(controls: Controls, texts: &'static Texts, now: Option<LogLevel>) -> AnyView {
    let levels = LogLevel::ALL.map(|level| {
        view! {
            <option value=level.code() selected=now == Some(level)>{level.title().get(texts.language)}</option>
        }
    });
    view! {
        <label class="pick-one">
            <span>{texts.log_level}</span>
            <select
                class="select"
                name="level"
                autocomplete="off"
                node_ref=controls.level
                on:change=move |_| controls.apply(false)
            >
                <option value="">{texts.state_all}</option>
                {levels.collect_view()}
            </select>
        </label>
    }
    .into_any()
}

/// The account: words to look for, or the very one that a link has named.
fn account_field(controls: Controls) -> impl Fn() -> AnyView + Clone + Send + 'static {
    let list = controls.list;
    let only = Memo::new(move |_| {
        let id = list.filter.with(|filter| filter.account_id)?;
        // Until the list has followed the address.
        let name = list.view.with(|view| view.only.clone()).unwrap_or_default();
        Some((id, name))
    });
    move || match only.get() {
        Some((id, name)) => only_field(list, id.to_string(), &name),
        None => search_field(
            controls,
            list.filter.with_untracked(|filter| filter.account.clone()),
        ),
    }
}

fn only_field(list: List, id: String, name: &str) -> AnyView {
    let texts = list.shell().texts;
    let others = move || {
        let filter = LogFilter {
            account_id: None,
            place: LogPlace::Newest,
            ..list.filter.get()
        };
        log_address(PATH, &filter)
    };
    view! {
        <div class="pick-one account">
            <span>{texts.log_account}</span>
            <input type="hidden" name="id" value=id autocomplete="off"/>
            <a class="only" href=others aria-label=texts.log_not_only(name)>
                <span>{name.to_owned()}</span>
                {icon("#i-close")}
            </a>
        </div>
    }
    .into_any()
}

fn search_field(controls: Controls, value: String) -> AnyView {
    let list = controls.list;
    let texts = list.shell().texts;
    let escape = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape"
            && let Some(account) = controls.account.get_untracked()
        {
            account.set_value("");
            controls.apply(true);
        }
    };
    let names = move || {
        list.view.with(|view| {
            let names = view.accounts.iter();
            names
                .map(|name| view! { <option value=name.clone()></option> })
                .collect_view()
        })
    };
    view! {
        <label class="pick-one account">
            <span>{texts.log_account}</span>
            <input
                class="input"
                type="search"
                name="account"
                value=value
                list="log-accounts"
                placeholder=texts.log_account_hint
                maxlength=LOG_SEARCH_CHARS_MAX.to_string()
                autocomplete="off"
                node_ref=controls.account
                on:input=move |_| controls.type_on()
                on:keydown=escape
            />
            <datalist id="log-accounts">{names}</datalist>
        </label>
    }
    .into_any()
}
