//! Eventi: what happened in the shop, to choose from for Spiega.

use domain::{EventKind, SEARCH_CHARS_MAX};
use leptos::prelude::*;

use super::load_failed;
use super::purge::purge_path;
use crate::app::{Shell, use_shell};
use crate::enhance::Pairs;
use crate::load::load_events;
use crate::parts::{
    Crumb, FilterPairs, Filters, Head, Search, address, decode_pairs, delivery_badge, entity_name, icon,
    keyset_pager, mark, option, picture, query_at, receiver_name, time_tag,
};
use crate::text::Texts;
use crate::view::{EventRowView, EventsView};

const PATH: &str = "/events";
const CRUMBS: &[Crumb] = &[Crumb::Deliveries];

/// The events.
#[component]
pub(crate) fn EventsPage() -> impl IntoView {
    let shell = use_shell();
    let query = query_at(PATH);
    let asked = Resource::new(
        move || (query.get(), shell.revision.get()),
        move |(query, _)| shell.tracked(load_events(query)),
    );
    let filters = filters(shell, query);
    let rows = move || {
        Suspend::new(async move {
            match asked.await {
                Ok(view) => list(shell, query, view),
                Err(error) => load_failed(error),
            }
        })
    };
    let texts = shell.texts;
    let purge = move || Suspend::new(async move { asked.await.ok().map(|view| purge(texts, &view)) });
    let actions = view! { <Transition>{purge}</Transition> }.into_any();
    view! {
        <main id="main" class="page" tabindex="-1">
            <Head title=texts.delivery.events crumbs=CRUMBS lead=texts.delivery.events_lead.into_any() actions/>
            {filters}
            <Transition>{rows}</Transition>
        </main>
    }
}

/// The way to remove old events; not where there are none.
fn purge(texts: &'static Texts, view: &EventsView) -> Option<AnyView> {
    if view.rows.is_empty() && !view.is_narrowed {
        return None;
    }
    let link = view! {
        <a class="button quiet" href=purge_path(view.kept_days)>
            {icon("#i-trash")}
            <span>{texts.delivery.purge_open}</span>
        </a>
    };
    Some(link.into_any())
}

/// What pairs narrow the list to: `kind` and `entity`.
fn narrowing<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> FilterPairs {
    let mut narrowed = FilterPairs::new();
    for (name, value) in pairs {
        match name {
            "entity" if !value.trim().is_empty() => narrowed.push(("entity", value.trim().to_owned())),
            "kind" => {
                let kind = EventKind::from_code(value);
                narrowed.extend(kind.map(|kind| ("kind", kind.code().to_owned())));
            }
            _ => {}
        }
    }
    narrowed
}

fn read(pairs: &Pairs) -> FilterPairs {
    narrowing(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

fn filters(shell: Shell, query: Memo<String>) -> AnyView {
    let texts = shell.texts;
    let shown = Memo::new(move |_| query.with(|query| read(&decode_pairs(query))));
    let filters = Filters::new(shell, PATH, shown, read);
    let kind = filters.value("kind");
    let kinds = EventKind::ALL
        .iter()
        .map(|of| option(of.code(), of.title().get(texts.language).to_owned(), &kind));
    let entity = Search {
        name: "entity",
        label: texts.delivery.entity,
        hint: texts.delivery.entity_hint,
        max: SEARCH_CHARS_MAX,
        list: None,
    };
    let controls = view! {
        {filters.search("pick-one entity", &entity)}
        {filters.select("pick-one kind", "kind", texts.delivery.kind, kinds.collect_view().into_any())}
    };
    filters.form("filters log-filters", controls.into_any())
}

fn list(shell: Shell, query: Memo<String>, view: EventsView) -> AnyView {
    let texts = shell.texts;
    let delivery = &texts.delivery;
    if view.rows.is_empty() {
        let title = if view.is_narrowed {
            delivery.events_nothing
        } else {
            delivery.events_empty
        };
        return view! {
            <section class="empty">{picture("icon large", "#i-note")}<h2>{title}</h2></section>
        }
        .into_any();
    }
    let narrowed = query.with_untracked(|query| read(&decode_pairs(query)));
    let href = |older: Option<String>| {
        let place = older.as_deref().map(|older| ("older", older));
        let pairs = narrowed.iter().map(|(name, value)| (*name, value.as_str()));
        address(PATH, pairs.chain(place))
    };
    let newest = view.has_newer.then(|| href(None));
    let older = view.older.map(|id| href(Some(id.to_string())));
    let pager = keyset_pager(texts, delivery.events_pages, delivery.events_older, newest, older);
    let rows = view.rows.into_iter().map(|of| row(texts, of));
    view! {
        <table class="table events">
            <caption class="hidden-text">{delivery.events}</caption>
            <thead>
                <tr>
                    <th class="at" scope="col">{delivery.received}</th>
                    <th class="event" scope="col">{delivery.event}</th>
                    <th class="went" scope="col">{delivery.deliveries_of}</th>
                    <th class="more" scope="col"><span class="hidden-text">{delivery.explain}</span></th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
        {pager}
        <p class="kept">{texts.events_kept(view.kept_days)}</p>
    }
    .into_any()
}

fn row(texts: &'static Texts, row: EventRowView) -> AnyView {
    let delivery = &texts.delivery;
    let name = entity_name(texts, row.kind, &row.entity_id);
    let title = row.kind.title().get(texts.language);
    let label = format!("{}: {title}, {name}", delivery.explain);
    let went = if row.deliveries.is_empty() {
        view! { <span class="gone">{delivery.no_receiver}</span> }.into_any()
    } else {
        let deliveries = row.deliveries.into_iter().map(|(id, to, state)| {
            let name = receiver_name(texts, &to);
            view! {
                <li>
                    <a class="whose" href=format!("/deliveries/{id}")>{mark(to.platform, false)}<span>{name}</span></a>
                    {delivery_badge(texts, state)}
                </li>
            }
        });
        view! { <ul role="list">{deliveries.collect_view()}</ul> }.into_any()
    };
    view! {
        <tr>
            <td class="at">{time_tag(row.at)}</td>
            <th class="event" scope="row">{title}<p class="entity">{name}</p></th>
            <td class="went">{went}</td>
            <td class="more">
                <a class="button small" href=format!("/events/{}/explain", row.id) aria-label=label>
                    {delivery.explain}
                </a>
            </td>
        </tr>
    }
    .into_any()
}
