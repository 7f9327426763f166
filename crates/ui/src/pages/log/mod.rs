//! Lista dei Log.
//!
//! The first page comes with the document. In the browser the address leads: filters and place change it, and the rows
//! are read again without the page being made anew.

mod empty;
mod filters;
mod rows;
mod tail;

use domain::{LogFilter, LogId, LogPlace};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::load_failed;
use crate::app::{Shell, use_shell};
use crate::enhance::keep_focus;
use crate::load::load_log;
use crate::parts::{
    Asked, Crumb, Head, Tail, address, decode_pairs, follow_address, icon, keyset_pager, missed, query_at,
};
use crate::view::{LogRowView, LogView};

const PATH: &str = "/log";
/// The same as a file.
const FILE: &str = "/log.csv";
const CRUMBS: &[Crumb] = &[Crumb::Area];

/// The log.
#[component]
pub(crate) fn LogPage() -> impl IntoView {
    let shell = use_shell();
    let query = query_at(PATH);
    let asked = Asked::first(shell, query);
    let first = OnceResource::new(shell.tracked(load_log(asked.query.clone())));
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
    filter: Memo<LogFilter>,
    /// What is shown.
    view: RwSignal<LogView>,
    /// What it was read for.
    asked: StoredValue<Asked>,
    /// What has changed, for those who cannot see the list change.
    announced: RwSignal<String>,
    /// Whether new entries appear by themselves.
    tail: Tail<LogId>,
}

impl List {
    fn new(shell: Shell, query: Memo<String>, asked: Asked, view: LogView) -> Self {
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
    fn address_at(self, place: LogPlace) -> String {
        let filter = LogFilter {
            place,
            ..self.filter.get()
        };
        log_address(PATH, &filter)
    }

    /// Reads the page; an answer that a later question has overtaken is dropped, and after a failure the rows stay.
    fn read(self, asked: Asked) {
        let shell = self.shell();
        spawn_local(async move {
            let answer = shell.tracked(load_log(asked.query.clone())).await;
            if self.asked.try_get_value() != Some(asked) {
                return;
            }
            match answer {
                Ok(view) => {
                    // Signed in again, in another tab.
                    shell.session_ended.set(None);
                    let shown = shell.texts.log_shown(view.rows.len(), view.older.is_some());
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

fn parse(query: &str) -> LogFilter {
    let pairs = decode_pairs(query);
    LogFilter::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

fn log_address(path: &str, filter: &LogFilter) -> String {
    let pairs = filter.to_pairs();
    address(path, pairs.iter().map(|(name, value)| (*name, value.as_str())))
}

fn list_page(list: List) -> AnyView {
    let shell = list.shell();
    let texts = shell.texts;
    let has_rows = Memo::new(move |_| list.view.with(|view| !view.rows.is_empty()));
    let is_first = Memo::new(move |_| {
        list.view
            .with(|view| view.rows.is_empty() && !view.filter.is_narrowed())
    });
    let file = move || {
        has_rows.get().then(|| {
            let href = move || {
                let filter = LogFilter {
                    place: LogPlace::Newest,
                    ..list.filter.get()
                };
                log_address(FILE, &filter)
            };
            view! {
                <a class="button" href=href rel="external" download>
                    {icon("#i-download")}
                    <span>{texts.download_csv}</span>
                </a>
            }
        })
    };
    let actions = view! { {tail::button(list)} {file} }.into_any();
    let content = move || {
        if is_first.get() {
            empty::first(texts)
        } else {
            found(list, has_rows)
        }
    };
    let kept = list.view.with_untracked(|view| texts.log_kept(view.kept_days));
    view! {
        <main id="main" class="page" tabindex="-1">
            <Head title=texts.log crumbs=CRUMBS actions/>
            <p class="hidden-text" role="status">{move || list.announced.get()}</p>
            {content}
            <p class="kept">{kept}</p>
        </main>
    }
    .into_any()
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
    // A row keeps its element, and with it its open details and the focus, as long as it is shown.
    let key = |row: &LogRowView| row.id;
    let row = move |row: LogRowView| rows::row(list, row);
    let missed = move || {
        let older = list
            .tail
            .has_missed()
            .then(|| list.view.with(|view| view.older))?;
        let href = list.address_at(LogPlace::OlderThan(older?));
        Some(missed(texts.tail_missed, texts.log_older, href))
    };
    view! {
        {missed}
        <table class="table log">
            <caption class="hidden-text">{texts.log}</caption>
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
        texts.log_pages,
        texts.log_older,
        newer.map(|id| list.address_at(LogPlace::NewerThan(id))),
        older.map(|id| list.address_at(LogPlace::OlderThan(id))),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_the_log_reads_back_as_the_same_filter() {
        let filter = parse(
            "level=error&kind=test_failed&account=caffè+%26+tè&from=2026-11-01&to=2026-11-23\
             &older=01890000-0000-7000-8000-000000000001",
        );
        let address = log_address(PATH, &filter);
        assert_eq!(
            address.split_once('?').map(|(_, query)| parse(query)),
            Some(filter)
        );
        assert_eq!(log_address(PATH, &LogFilter::default()), "/log");
    }
}
