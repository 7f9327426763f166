//! Filters, one for each column.

use domain::{LOG_SEARCH_CHARS_MAX, LogFilter, LogKind, LogLevel, LogPlace};
use leptos::prelude::*;

use super::{List, PATH, log_address};
use crate::enhance::Pairs;
use crate::parts::{FilterPairs, Filters, Search, only, option};

/// What a filter narrows the list to, whatever the place on it.
fn narrowing(filter: &LogFilter) -> FilterPairs {
    LogFilter {
        place: LogPlace::Newest,
        ..filter.clone()
    }
    .to_pairs()
}

fn read(pairs: &Pairs) -> FilterPairs {
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    narrowing(&LogFilter::from_pairs(pairs))
}

/// The form above the list.
pub(super) fn filters(list: List) -> AnyView {
    let shell = list.shell();
    let texts = shell.texts;
    let shown = Memo::new(move |_| list.filter.with(narrowing));
    let filters = Filters::new(shell, PATH, shown, read);
    let kinds = kinds(filters, shell.texts.language);
    let levels = LogLevel::ALL.map(|level| {
        let title = level.title().get(texts.language).to_owned();
        option(level.code(), title, &filters.value("level"))
    });
    let controls = view! {
        {filters.day("from", texts.log_from)}
        {filters.day("to", texts.log_to)}
        {filters.select("pick-one kind", "kind", texts.log_message, kinds)}
        {filters.select("pick-one", "level", texts.log_level, levels.collect_view().into_any())}
        {account_field(list, filters)}
    };
    filters.form("filters log-filters", controls.into_any())
}

fn kinds(filters: Filters, language: domain::Language) -> AnyView {
    let now = filters.value("kind");
    let groups = LogLevel::ALL.map(|level| {
        let kinds = LogKind::ALL
            .iter()
            .filter(|kind| kind.level() == level)
            .map(|kind| option(kind.code(), kind.title().get(language).to_owned(), &now));
        view! { <optgroup label=level.title().get(language)>{kinds.collect_view()}</optgroup> }
    });
    groups.collect_view().into_any()
}

/// The account: words to look for, or the very one that a link has named.
fn account_field(list: List, filters: Filters) -> impl Fn() -> AnyView + Clone + Send + 'static {
    let texts = list.shell().texts;
    let named = Memo::new(move |_| {
        let id = list.filter.with(|filter| filter.account_id)?;
        // Until the list has followed the address.
        let name = list.view.with(|view| view.only.clone()).unwrap_or_default();
        Some((id, name))
    });
    move || match named.get() {
        Some((id, name)) => {
            let others = move || {
                let filter = LogFilter {
                    account_id: None,
                    place: LogPlace::Newest,
                    ..list.filter.get()
                };
                log_address(PATH, &filter)
            };
            let not_only = texts.log_not_only(&name);
            only(texts.log_account, "id", id.to_string(), &name, not_only, others)
        }
        None => search_field(list, filters),
    }
}

fn search_field(list: List, filters: Filters) -> AnyView {
    let texts = list.shell().texts;
    let names = move || {
        list.view.with(|view| {
            let names = view.accounts.iter();
            names
                .map(|name| view! { <option value=name.clone()></option> })
                .collect_view()
        })
    };
    let search = Search {
        name: "account",
        label: texts.log_account,
        hint: texts.log_account_hint,
        max: LOG_SEARCH_CHARS_MAX,
        list: Some("log-accounts"),
    };
    view! {
        {filters.search("pick-one account", &search)}
        <datalist id="log-accounts">{names}</datalist>
    }
    .into_any()
}
