//! Consegne.
//!
//! Like the log: the first page comes with the document, then the address leads.

mod change;
mod empty;
mod filters;
mod groups;
mod rows;
mod tail;

use domain::{DeliveryFilter, DeliveryFilterPlace, DeliveryId};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::load_failed;
use crate::app::{Shell, use_shell};
use crate::enhance::keep_focus;
use crate::load::load_deliveries;
use crate::parts::{
    Asked, Crumb, Head, Tail, address, decode_pairs, follow_address, icon, keyset_pager, missed, query_at,
};
use crate::view::{DeliveriesView, DeliveryRowView, OffersView};

pub(crate) use change::{RetryPage, SkipPage};

const PATH: &str = "/deliveries";
const CRUMBS: &[Crumb] = &[Crumb::Area];

/// The deliveries.
#[component]
pub(crate) fn DeliveriesPage() -> impl IntoView {
    let shell = use_shell();
    let query = query_at(PATH);
    let asked = Asked::first(shell, query);
    let first = OnceResource::new(shell.tracked(load_deliveries(asked.query.clone())));
    let page = move || {
        let asked = asked.clone();
        Suspend::new(async move {
            match first.await {
                Ok(view) => list_page(List::new(shell, query, asked, view)),
                Err(error) => load_failed(error),
            }
        })
    };
    view! { <Suspense>{page}</Suspense> }
}

/// The list and what is going on with it.
#[derive(Clone, Copy)]
struct List {
    shell: StoredValue<Shell>,
    /// As it stands in the address.
    filter: Memo<DeliveryFilter>,
    /// What is shown.
    view: RwSignal<DeliveriesView>,
    /// What it was read for.
    asked: StoredValue<Asked>,
    /// What has changed, for those who cannot see the list change.
    announced: RwSignal<String>,
    /// Whether new deliveries appear by themselves.
    tail: Tail<DeliveryId>,
}

impl List {
    fn new(shell: Shell, query: Memo<String>, asked: Asked, view: DeliveriesView) -> Self {
        let filter = Memo::new(move |_| query.with(|query| parse(query)));
        let list = Self {
            shell: StoredValue::new(shell),
            filter,
            view: RwSignal::new(view),
            asked: StoredValue::new(asked),
            announced: RwSignal::new(String::new()),
            tail: Tail::new(),
        };
        follow_address(shell, query, list.asked, move |asked| list.read(asked));
        on_cleanup(move || list.tail.stop());
        list
    }

    fn shell(self) -> Shell {
        self.shell.get_value()
    }

    /// The address of another place of the list.
    fn address_at(self, place: DeliveryFilterPlace) -> String {
        let filter = DeliveryFilter {
            place,
            ..self.filter.get()
        };
        address_of(PATH, &filter)
    }

    /// Reads the page; an answer that a later question has overtaken is dropped, and after a failure the rows stay.
    fn read(self, asked: Asked) {
        let shell = self.shell();
        spawn_local(async move {
            let answer = shell.tracked(load_deliveries(asked.query.clone())).await;
            if self.asked.try_get_value() != Some(asked) {
                return;
            }
            match answer {
                Ok(view) => {
                    // Signed in again, in another tab.
                    shell.session_ended.set(None);
                    let shown = shell
                        .texts
                        .deliveries_shown(view.rows.len(), view.older.is_some());
                    self.tail.forget();
                    if view.newer.is_some() {
                        self.tail.stop();
                    }
                    self.view.set(view);
                    self.announced.set(shown);
                    keep_focus();
                }
                Err(error) => shell.fail(error),
            }
        });
    }
}

fn parse(query: &str) -> DeliveryFilter {
    let pairs = decode_pairs(query);
    DeliveryFilter::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

/// An address of the deliveries, or of a page about them, for a filter.
fn address_of(path: &str, filter: &DeliveryFilter) -> String {
    let pairs = filter.to_pairs();
    address(path, pairs.iter().map(|(name, value)| (*name, value.as_str())))
}

/// The filter, with the list from its beginning.
fn from_the_newest(filter: &DeliveryFilter) -> DeliveryFilter {
    DeliveryFilter {
        place: DeliveryFilterPlace::Newest,
        ..filter.clone()
    }
}

fn list_page(list: List) -> AnyView {
    let shell = list.shell();
    let texts = shell.texts;
    let has_rows = Memo::new(move |_| list.view.with(|view| !view.rows.is_empty()));
    let is_first = Memo::new(move |_| {
        list.view
            .with(|view| view.rows.is_empty() && !view.filter.is_narrowed())
    });
    let events = view! {
        <a class="button quiet" href="/events">
            {icon("#i-note")}
            <span>{texts.delivery.events}</span>
        </a>
    };
    let actions = view! { {events} {bulk(list)} {tail::button(list)} }.into_any();
    let content = move || {
        if is_first.get() {
            empty::first(texts)
        } else {
            found(list, has_rows)
        }
    };
    let kept = list.view.with_untracked(|view| texts.events_kept(view.kept_days));
    view! {
        <main id="main" class="page" tabindex="-1">
            <Head title=texts.delivery.deliveries crumbs=CRUMBS actions/>
            <p class="hidden-text" role="status">{move || list.announced.get()}</p>
            {move || groups::groups(list)}
            {content}
            <p class="kept">{kept}</p>
        </main>
    }
    .into_any()
}

/// The links that act on all deliveries in the state that is shown.
fn bulk(list: List) -> impl Fn() -> AnyView + Clone + Send + 'static {
    let texts = list.shell().texts;
    move || {
        let (filter, OffersView { retries, skips }) = list
            .view
            .with(|view| (from_the_newest(&view.filter), view.offers));
        let retry = retries.then(|| {
            let href = address_of("/deliveries/retry", &filter);
            view! { <a class="button" href=href>{icon("#i-retry")}<span>{texts.delivery.retry_all}</span></a> }
        });
        let skip = skips.then(|| {
            let href = address_of("/deliveries/skip", &filter);
            view! { <a class="button" href=href>{icon("#i-skip")}<span>{texts.delivery.skip_all}</span></a> }
        });
        view! { {retry} {skip} }.into_any()
    }
}

/// The filters stay, and with them the focus, whatever they find.
fn found(list: List, has_rows: Memo<bool>) -> AnyView {
    let texts = list.shell().texts;
    let content = move || {
        if has_rows.get() {
            table(list)
        } else {
            empty::nothing(texts)
        }
    };
    view! { {filters::filters(list)} {content} }.into_any()
}

fn table(list: List) -> AnyView {
    let texts = list.shell().texts;
    let entries = move || list.view.with(|view| view.rows.clone());
    // A row is made anew when it changes, and only then.
    let key = |row: &DeliveryRowView| row.clone();
    let row = move |row: DeliveryRowView| rows::row(list, row);
    let missed = move || {
        let older = list
            .tail
            .has_missed()
            .then(|| list.view.with(|view| view.older))?;
        let href = list.address_at(DeliveryFilterPlace::OlderThan(older?));
        Some(missed(texts.delivery.tail_missed, texts.delivery.older, href))
    };
    view! {
        {missed}
        <table class="table deliveries">
            <caption class="hidden-text">{texts.delivery.deliveries}</caption>
            {rows::head(texts)}
            <tbody>
                <For each=entries key=key children=row/>
            </tbody>
        </table>
        {move || pager(list)}
    }
    .into_any()
}

/// The links to what is newer and older.
fn pager(list: List) -> Option<AnyView> {
    let texts = list.shell().texts;
    let (newer, older) = list.view.with(|view| (view.newer, view.older));
    keyset_pager(
        texts,
        texts.delivery.pages,
        texts.delivery.older,
        newer.map(|id| list.address_at(DeliveryFilterPlace::NewerThan(id))),
        older.map(|id| list.address_at(DeliveryFilterPlace::OlderThan(id))),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_the_deliveries_reads_back_as_the_same_filter() {
        let filter = parse(
            "account=01890000-0000-7000-8000-000000000001&state=refused&kind=order.placed&class=credentials\
             &entity=caffè+%26+tè&from=2026-11-01&to=2026-11-23\
             &older=01890000-0000-7000-8000-000000000002.01890000-0000-7000-8000-000000000001",
        );
        let address = address_of(PATH, &filter);
        assert_eq!(
            address.split_once('?').map(|(_, query)| parse(query)),
            Some(filter)
        );
        assert_eq!(address_of(PATH, &DeliveryFilter::default()), "/deliveries");
    }
}
