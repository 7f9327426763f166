//! Filters above a list: a form that the address follows.

use std::time::Duration;

use leptos::ev;
use leptos::html;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::web_sys::HtmlInputElement;

use super::icon::icon;
use super::query::address;
use crate::app::Shell;
use crate::enhance::{Pairs, form_pairs, set_controls};

/// How long a pause in typing lasts before the list follows. Long enough for the digits of a year.
const TYPING_PAUSE: Duration = Duration::from_millis(500);

/// The pairs of an address, as a filter writes them.
pub(crate) type FilterPairs = Vec<(&'static str, String)>;

/// The controls; in the browser they act at once.
#[derive(Clone, Copy)]
pub(crate) struct Filters {
    shell: StoredValue<Shell>,
    path: &'static str,
    /// What the address narrows the list to, whatever the place on it.
    shown: Memo<FilterPairs>,
    /// Makes of what the controls hold what the address would hold.
    read: fn(&Pairs) -> FilterPairs,
    form: NodeRef<html::Form>,
    /// Runs while somebody types.
    typing: StoredValue<Option<TimeoutHandle>>,
}

/// A line to type a search into.
pub(crate) struct Search {
    /// Its name in the address.
    pub(crate) name: &'static str,
    /// Its label.
    pub(crate) label: &'static str,
    /// What to type.
    pub(crate) hint: &'static str,
    /// Most characters.
    pub(crate) max: usize,
    /// The id of a list of words to choose from.
    pub(crate) list: Option<&'static str>,
}

impl Filters {
    /// The filters of the list at `path`.
    pub(crate) fn new(
        shell: Shell,
        path: &'static str,
        shown: Memo<FilterPairs>,
        read: fn(&Pairs) -> FilterPairs,
    ) -> Self {
        let filters = Self {
            shell: StoredValue::new(shell),
            path,
            shown,
            read,
            form: NodeRef::new(),
            typing: StoredValue::new(None),
        };
        Effect::new(move |before: Option<()>| {
            let shown = shown.get();
            match before {
                Some(()) => filters.follow(&shown),
                // What was typed before the scripts came counts.
                None => filters.apply(true),
            }
        });
        on_cleanup(move || filters.stop_typing());
        filters
    }

    /// Takes the controls over into the address. Another filter starts with its newest rows. Typing that goes on makes no
    /// further step to go back to.
    fn apply(self, typed: bool) {
        self.stop_typing();
        let Some(form) = self.form.get_untracked() else {
            return;
        };
        let wanted = (self.read)(&form_pairs(&form));
        let shown = self.shown.get_untracked();
        if shown != wanted {
            let to = address(
                self.path,
                wanted.iter().map(|(name, value)| (*name, value.as_str())),
            );
            self.shell.get_value().go_query(&to, typed && !shown.is_empty());
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
    fn follow(self, shown: &FilterPairs) {
        if let Some(form) = self.form.get_untracked() {
            let is_typing = self.typing.with_value(Option::is_some);
            set_controls(&form, shown, !is_typing);
        }
    }

    /// What a control shows at first.
    pub(crate) fn value(self, name: &str) -> String {
        self.shown.with_untracked(|shown| {
            let found = shown.iter().find(|(found, _)| *found == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        })
    }

    /// The form around the controls.
    pub(crate) fn form(self, class: &'static str, controls: AnyView) -> AnyView {
        let (texts, path) = (self.shell.get_value().texts, self.path);
        let send = move |event: ev::SubmitEvent| {
            event.prevent_default();
            self.apply(false);
        };
        let clear = move || {
            let is_narrowed = self.shown.with(|shown| !shown.is_empty());
            is_narrowed.then(|| view! { <a class="clear" href=path>{texts.clear_filters}</a> })
        };
        view! {
            <form
                class=class
                method="get"
                action=path
                role="search"
                aria-label=texts.filters
                node_ref=self.form
                on:submit=send
            >
                {controls}
                <button class="button unscripted">{texts.apply_filters}</button>
                {clear}
            </form>
        }
        .into_any()
    }

    /// A day.
    pub(crate) fn day(self, name: &'static str, label: &'static str) -> AnyView {
        view! {
            <label class="pick-one">
                <span>{label}</span>
                <input
                    class="input"
                    type="date"
                    name=name
                    value=self.value(name)
                    autocomplete="off"
                    on:input=move |_| self.type_on()
                />
            </label>
        }
        .into_any()
    }

    /// One of several values, or all of them.
    pub(crate) fn select(
        self,
        class: &'static str,
        name: &'static str,
        label: &'static str,
        options: AnyView,
    ) -> AnyView {
        let all = self.shell.get_value().texts.state_all;
        view! {
            <label class=class>
                <span>{label}</span>
                <select
                    class="select"
                    name=name
                    autocomplete="off"
                    on:change=move |_| self.apply(false)
                >
                    <option value="">{all}</option>
                    {options}
                </select>
            </label>
        }
        .into_any()
    }

    /// Words to look for.
    pub(crate) fn search(self, class: &'static str, search: &Search) -> AnyView {
        let name = search.name;
        let escape = move |event: ev::KeyboardEvent| {
            if event.key() == "Escape" {
                event_target::<HtmlInputElement>(&event).set_value("");
                self.apply(true);
            }
        };
        view! {
            <label class=class>
                <span>{search.label}</span>
                <input
                    class="input"
                    type="search"
                    name=name
                    value=self.value(name)
                    list=search.list
                    placeholder=search.hint
                    maxlength=search.max.to_string()
                    autocomplete="off"
                    on:input=move |_| self.type_on()
                    on:keydown=escape
                />
            </label>
        }
        .into_any()
    }
}

/// A value to choose.
pub(crate) fn option(value: &str, title: String, now: &str) -> AnyView {
    view! { <option value=value.to_owned() selected=value == now>{title}</option> }.into_any()
}

/// What a link has named: to be taken off, not to be typed over. `others` is the address without it.
pub(crate) fn only(
    label: &'static str,
    name: &'static str,
    value: String,
    shown: &str,
    not_only: String,
    others: impl Fn() -> String + Send + 'static,
) -> AnyView {
    view! {
        <div class="pick-one account">
            <span>{label}</span>
            <input type="hidden" name=name value=value autocomplete="off"/>
            <a class="only" href=others aria-label=not_only>
                <span>{shown.to_owned()}</span>
                {icon("#i-close")}
            </a>
        </div>
    }
    .into_any()
}
