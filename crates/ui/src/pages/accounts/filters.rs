//! Search and filters: a form that the address follows.

use std::time::Duration;

use domain::{AccountFilter, Platform, SEARCH_CHARS_MAX};
use leptos::ev;
use leptos::html;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;

use super::{List, PATH, list_address};
use crate::enhance::form_pairs;
use crate::parts::icon;

/// How long a pause in typing lasts before the search begins.
const TYPING_PAUSE: Duration = Duration::from_millis(250);

/// The controls; in the browser they act at once.
#[derive(Clone, Copy)]
struct Controls {
    list: List,
    form: NodeRef<html::Form>,
    search: NodeRef<html::Input>,
    platform: NodeRef<html::Select>,
    state: NodeRef<html::Select>,
    /// Runs while somebody types.
    typing: StoredValue<Option<TimeoutHandle>>,
}

impl Controls {
    /// Takes the controls over into the address. A search that goes on makes no further step to go back to.
    fn apply(self, typed: bool) {
        self.stop_typing();
        let Some(form) = self.form.get_untracked() else {
            return;
        };
        let pairs = form_pairs(&form);
        let filter =
            AccountFilter::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        // Another filter starts from its first page.
        let shown = AccountFilter {
            page: 1,
            ..self.list.filter.get_untracked()
        };
        if shown != filter {
            let goes_on = typed && !shown.search.is_empty();
            self.list.shell().go_query(&list_address(&filter), goes_on);
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
    fn follow(self, filter: &AccountFilter) {
        if let Some(search) = self.search.get() {
            let value = search.value();
            let shown = AccountFilter::from_pairs([("q", value.as_str())]).search;
            if shown != filter.search && self.typing.with_value(Option::is_none) {
                search.set_value(&filter.search);
            }
        }
        if let Some(platform) = self.platform.get() {
            platform.set_value(filter.platform.map_or("", Platform::code));
        }
        if let Some(state) = self.state.get() {
            state.set_value(state_code(filter));
        }
    }
}

const fn state_code(filter: &AccountFilter) -> &'static str {
    match filter.active {
        _ if filter.attention => "attention",
        None => "",
        Some(true) => "on",
        Some(false) => "off",
    }
}

/// The form above the list.
pub(super) fn filters(list: List) -> AnyView {
    let texts = list.shell().texts;
    let controls = Controls {
        list,
        form: NodeRef::new(),
        search: NodeRef::new(),
        platform: NodeRef::new(),
        state: NodeRef::new(),
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
    let now = list.filter.get_untracked();
    let send = move |event: ev::SubmitEvent| {
        event.prevent_default();
        controls.apply(false);
    };
    let sort = move || {
        let sort = AccountFilter {
            sort: list.filter.with(|filter| filter.sort),
            ..AccountFilter::default()
        };
        sort.to_pairs().pop().map(|(name, value)| {
            view! { <input type="hidden" name=name value=value autocomplete="off"/> }
        })
    };
    let platforms = Platform::ALL.map(|platform| {
        view! { <option value=platform.code() selected=now.platform == Some(platform)>{platform.name()}</option> }
    });
    let chosen = state_code(&now);
    let states = [
        ("", texts.state_all),
        ("on", texts.active_many),
        ("off", texts.inactive_many),
        ("attention", texts.state_attention),
    ]
    .map(|(code, name)| view! { <option value=code selected=code == chosen>{name}</option> });
    let clear = move || {
        list.filter
            .with(AccountFilter::is_narrowed)
            .then(|| view! { <a class="clear" href=PATH>{texts.clear_filters}</a> })
    };
    view! {
        <form
            class="filters"
            method="get"
            action=PATH
            role="search"
            aria-label=texts.filters
            node_ref=controls.form
            on:submit=send
        >
            {sort}
            {search_field(controls, now.search)}
            <label class="pick-one">
                <span>{texts.platform}</span>
                <select
                    class="select"
                    name="platform"
                    autocomplete="off"
                    node_ref=controls.platform
                    on:change=move |_| controls.apply(false)
                >
                    <option value="">{texts.platform_all}</option>
                    {platforms.collect_view()}
                </select>
            </label>
            <label class="pick-one">
                <span>{texts.state}</span>
                <select
                    class="select"
                    name="state"
                    autocomplete="off"
                    node_ref=controls.state
                    on:change=move |_| controls.apply(false)
                >
                    {states.collect_view()}
                </select>
            </label>
            <button class="button unscripted">{texts.apply_filters}</button>
            {clear}
        </form>
    }
    .into_any()
}

fn search_field(controls: Controls, value: String) -> AnyView {
    let texts = controls.list.shell().texts;
    let escape = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape"
            && let Some(search) = controls.search.get_untracked()
        {
            search.set_value("");
            controls.apply(true);
        }
    };
    view! {
        <label class="search">
            <span class="hidden-text">{texts.search}</span>
            {icon("#i-search")}
            <input
                class="input"
                type="search"
                name="q"
                value=value
                placeholder=texts.search_hint
                maxlength=SEARCH_CHARS_MAX.to_string()
                autocomplete="off"
                node_ref=controls.search
                on:input=move |_| controls.type_on()
                on:keydown=escape
            />
        </label>
    }
    .into_any()
}
