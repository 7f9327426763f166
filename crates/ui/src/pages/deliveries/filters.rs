//! Filters above the deliveries.

use domain::{DeliveryFilter, DeliveryState, EventKind, FaultClass, SEARCH_CHARS_MAX};
use leptos::prelude::*;

use super::{List, PATH, from_the_newest};
use crate::enhance::Pairs;
use crate::parts::{FilterPairs, Filters, Search, option};

fn narrowing(filter: &DeliveryFilter) -> FilterPairs {
    from_the_newest(filter).to_pairs()
}

fn read(pairs: &Pairs) -> FilterPairs {
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    narrowing(&DeliveryFilter::from_pairs(pairs))
}

/// The form above the list.
pub(super) fn filters(list: List) -> AnyView {
    let shell = list.shell();
    let texts = shell.texts;
    let (language, delivery) = (texts.language, &texts.delivery);
    let shown = Memo::new(move |_| list.filter.with(narrowing));
    let filters = Filters::new(shell, PATH, shown, read);
    let states = DeliveryState::ALL.map(|state| {
        let title = state.title().get(language).to_owned();
        option(state.code(), title, &filters.value("state"))
    });
    let kind = filters.value("kind");
    let kinds = EventKind::ALL
        .iter()
        .map(|of| option(of.code(), of.title().get(language).to_owned(), &kind));
    let classes = FaultClass::ALL.map(|class| {
        let title = class.title().get(language).to_owned();
        option(class.code(), title, &filters.value("class"))
    });
    let account = filters.value("account");
    let accounts = list.view.with_untracked(|view| {
        let accounts = view.accounts.iter();
        accounts
            .map(|of| option(&of.id.to_string(), of.description.clone(), &account))
            .collect_view()
    });
    let entity = Search {
        name: "entity",
        label: delivery.entity,
        hint: delivery.entity_hint,
        max: SEARCH_CHARS_MAX,
        list: None,
    };
    let controls = view! {
        {filters.search("pick-one entity", &entity)}
        {filters.select("pick-one", "state", delivery.result, states.collect_view().into_any())}
        {filters.select("pick-one", "account", delivery.account, accounts.into_any())}
        {filters.select("pick-one kind", "kind", delivery.event, kinds.collect_view().into_any())}
        {filters.select("pick-one", "class", delivery.class, classes.collect_view().into_any())}
        {filters.day("from", delivery.from)}
        {filters.day("to", delivery.to)}
    };
    filters.form("filters log-filters delivery-filters", controls.into_any())
}
