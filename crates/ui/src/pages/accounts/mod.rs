//! Lista degli Account.
//!
//! The first list comes with the page. In the browser the address leads: filters, order and page change it, and the
//! rows are read again without the page being made anew.

mod empty;
mod filters;
mod rows;
mod toolbar;

use std::collections::BTreeMap;

use domain::{AccountFilter, AccountId, AccountSort, Direction, PAGE_SIZE, SortColumn};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::load_failed;
use crate::app::{Shell, use_shell};
use crate::enhance::{EnhancedForm, Pairs, boxes, keep_focus};
use crate::load::load_accounts;
use crate::outcome::Outcome;
use crate::parts::{Asked, Crumb, Head, address, decode_pairs, follow_address, icon, pager, query_at};
use crate::view::{AccountListView, AccountRowView};

const PATH: &str = "/accounts";
const CRUMBS: &[Crumb] = &[Crumb::Integrations];

/// The list of accounts.
#[component]
pub(crate) fn AccountsPage() -> impl IntoView {
    let shell = use_shell();
    let query = query_at(PATH);
    let asked = Asked::first(shell, query);
    let first = OnceResource::new(shell.tracked(load_accounts(asked.query.clone())));
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

/// The boxes that are ticked, and how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Ticked {
    ticked: usize,
    all: usize,
}

/// The list and what is going on with it.
#[derive(Clone, Copy)]
struct List {
    shell: StoredValue<Shell>,
    /// As it stands in the address.
    filter: Memo<AccountFilter>,
    /// What is shown.
    view: RwSignal<AccountListView>,
    /// What it was read for.
    asked: StoredValue<Asked>,
    /// The states that were asked for and have not been answered yet.
    wanted: RwSignal<BTreeMap<AccountId, bool>>,
    /// The selection, as the boxes tell it: they may have been ticked before the scripts came.
    ticked: RwSignal<Ticked>,
    /// How many accounts a new filter finds, for those who cannot see the list change.
    announced: RwSignal<String>,
    /// The rows' element.
    body: NodeRef<html::Tbody>,
}

impl List {
    fn new(shell: Shell, query: Memo<String>, asked: Asked, view: AccountListView) -> Self {
        let filter = Memo::new(move |_| query.with(|query| parse(query)));
        let list = Self {
            shell: StoredValue::new(shell),
            filter,
            view: RwSignal::new(view),
            asked: StoredValue::new(asked),
            wanted: RwSignal::new(BTreeMap::new()),
            ticked: RwSignal::new(Ticked::default()),
            announced: RwSignal::new(String::new()),
            body: NodeRef::new(),
        };
        follow_address(shell, query, list.asked, move |asked| list.read(asked));
        Effect::new(move |_| {
            list.view.track();
            // Once the rows are there.
            request_animation_frame(move || list.count_ticked());
        });
        list
    }

    fn shell(self) -> Shell {
        self.shell.get_value()
    }

    /// Reads the list; an answer that a later question has overtaken is dropped, and after a failure the rows stay.
    fn read(self, asked: Asked) {
        let shell = self.shell();
        spawn_local(async move {
            let answer = shell.tracked(load_accounts(asked.query.clone())).await;
            if self.asked.try_get_value() != Some(asked) {
                return;
            }
            match answer {
                Ok(view) => {
                    // Signed in again, in another tab.
                    shell.session_ended.set(None);
                    let count = shell.texts.count(view.matching, view.total);
                    self.view.set(view);
                    self.announced.set(count);
                    keep_focus();
                }
                Err(error) => shell.fail(error),
            }
        });
    }

    fn count_ticked(self) {
        let Some(body) = self.body.try_get_untracked().flatten() else {
            return;
        };
        let boxes = boxes(&body);
        let ticked = boxes.iter().filter(|found| found.checked()).count();
        self.ticked.set(Ticked {
            ticked,
            all: boxes.len(),
        });
    }

    fn tick_all(self, ticked: bool) {
        let Some(body) = self.body.get_untracked() else {
            return;
        };
        for found in boxes(&body) {
            found.set_checked(ticked);
        }
        self.count_ticked();
    }

    /// A form of the list is being sent: the switches show at once what was asked for.
    fn sent(self, pairs: &Pairs) {
        let wanted = wanted(pairs);
        self.wanted.update(|all| all.extend(wanted));
    }

    /// What came of it; from here on the rows show what is stored.
    fn answered(self, outcome: Outcome) {
        self.wanted.update(|wanted| match &outcome {
            Outcome::Switched { accounts, .. } => {
                for account in accounts {
                    wanted.remove(&account.id);
                }
            }
            Outcome::InTheWay { id } => {
                wanted.remove(id);
            }
            _ => wanted.clear(),
        });
        self.shell().settle(outcome);
    }

    /// The address of the list in another order, from its first page.
    fn sorted_by(self, column: SortColumn) -> String {
        let filter = self.filter.get();
        let direction = if filter.sort.column == column {
            filter.sort.direction.reversed()
        } else if column == SortColumn::Updated {
            // The latest change is what one looks for.
            Direction::Descending
        } else {
            Direction::Ascending
        };
        list_address(&AccountFilter {
            sort: AccountSort { column, direction },
            page: 1,
            ..filter
        })
    }
}

fn parse(query: &str) -> AccountFilter {
    let pairs = decode_pairs(query);
    AccountFilter::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

fn list_address(filter: &AccountFilter) -> String {
    let pairs = filter.to_pairs();
    address(PATH, pairs.iter().map(|(name, value)| (*name, value.as_str())))
}

/// The states that a form of the list asks for.
fn wanted(pairs: &Pairs) -> Vec<(AccountId, bool)> {
    let asked = pairs
        .iter()
        .rev()
        .find(|(name, _)| name == "do")
        .map_or("", |(_, value)| value);
    let (what, one) = asked
        .split_once(':')
        .map_or((asked, None), |(what, id)| (what, Some(id)));
    let active = match what {
        "activate" => true,
        "deactivate" => false,
        _ => return Vec::new(),
    };
    let selected = pairs
        .iter()
        .filter(|(name, _)| name == "id")
        .map(|(_, value)| value.as_str());
    let ids: Vec<&str> = one.map_or_else(|| selected.collect(), |id| vec![id]);
    ids.into_iter()
        .filter_map(|id| Some((id.parse().ok()?, active)))
        .collect()
}

fn list_page(list: List) -> AnyView {
    let shell = list.shell();
    let texts = shell.texts;
    let is_first = Memo::new(move |_| list.view.with(|view| view.total == 0));
    let matches = Memo::new(move |_| list.view.with(|view| view.matching > 0));
    let add = move || {
        (!is_first.get()).then(|| {
            view! { <a class="button primary" href="/accounts/new">{icon("#i-plus")}<span>{texts.add_account}</span></a> }
        })
    };
    let content = move || {
        if is_first.get() {
            empty::first(texts)
        } else {
            found(list, matches)
        }
    };
    view! {
        <main id="main" class="page" tabindex="-1">
            <Head title=texts.accounts crumbs=CRUMBS actions=add.into_any()/>
            <p class="hidden-text" role="status">{move || list.announced.get()}</p>
            {move || trouble(list)}
            {content}
        </main>
    }
    .into_any()
}

/// What needs a person, before anything else.
fn trouble(list: List) -> AnyView {
    let texts = list.shell().texts;
    let (attention, own_network) = list.view.with(|view| (view.attention, view.own_network));
    if own_network {
        return view! { <div class="panel bad own-network">{icon("#i-alert")}<div><p>{texts.own_network}</p></div></div> }
            .into_any();
    }
    if attention == 0 {
        return ().into_any();
    }
    let shown = list.filter.with(|filter| filter.attention);
    let link = (!shown).then(|| {
        let href = list_address(&AccountFilter {
            attention: true,
            ..AccountFilter::default()
        });
        view! { " " <a href=href>{texts.show_attention}</a> }
    });
    view! {
        <div class="panel warn attention">
            {icon("#i-alert")}
            <div><p><span>{texts.attention(attention)}</span>{link}</p></div>
        </div>
    }
    .into_any()
}

fn found(list: List, matches: Memo<bool>) -> AnyView {
    let texts = list.shell().texts;
    let content = move || {
        if matches.get() {
            table(list)
        } else {
            empty::nothing(texts)
        }
    };
    view! { {filters::filters(list)} {content} }.into_any()
}

fn table(list: List) -> AnyView {
    let shell = list.shell();
    let texts = shell.texts;
    let accounts = move || list.view.with(|view| view.rows.clone());
    // A row keeps its element, and with it its tick and the focus, as long as its account is the same.
    let key = |row: &AccountRowView| (row.id, row.version, row.health.health);
    let row = move |row: AccountRowView| rows::row(list, row);
    let pages = move || {
        let (page, matching) = list.view.with(|view| (view.filter.page, view.matching));
        let href = |page| {
            list_address(&AccountFilter {
                page,
                ..list.filter.get()
            })
        };
        pager(texts, page, matching.div_ceil(PAGE_SIZE), href)
    };
    view! {
        <EnhancedForm
            action="/accounts/selection"
            class="list"
            on_submit=Callback::new(move |pairs: Pairs| list.sent(&pairs))
            on_outcome=Callback::new(move |outcome| list.answered(outcome))
        >
            <input type="hidden" name="back" value=move || shell.here() autocomplete="off"/>
            {toolbar::toolbar(list)}
            <table class="table accounts">
                <caption class="hidden-text">{texts.accounts}</caption>
                {rows::head(list)}
                <tbody node_ref=list.body on:change=move |_| list.count_ticked()>
                    <For each=accounts key=key children=row/>
                </tbody>
            </table>
        </EnhancedForm>
        {pages}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "01890000-0000-7000-8000-000000000001";
    const TWO: &str = "01890000-0000-7000-8000-000000000002";

    fn asked(pairs: &[(&str, &str)]) -> Vec<(String, bool)> {
        let pairs: Pairs = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        wanted(&pairs)
            .into_iter()
            .map(|(id, active)| (id.to_string(), active))
            .collect()
    }

    #[test]
    fn the_toolbar_asks_for_the_selection() {
        let both = [
            ("back", "/accounts"),
            ("id", ONE),
            ("id", TWO),
            ("do", "deactivate"),
        ];
        assert_eq!(asked(&both), [(ONE.to_owned(), false), (TWO.to_owned(), false)]);
        assert_eq!(asked(&[("id", ONE), ("do", "delete")]), []);
    }

    #[test]
    fn a_switch_asks_for_its_own_row_whatever_is_selected() {
        let do_ = format!("activate:{TWO}");
        assert_eq!(asked(&[("id", ONE), ("do", &do_)]), [(TWO.to_owned(), true)]);
    }

    #[test]
    fn the_address_of_the_list_reads_back_as_the_same_filter() {
        let filter = parse("q=caffè+%26+tè&platform=clerk&state=off&sort=-updated&page=3");
        let address = list_address(&filter);
        assert_eq!(
            address.split_once('?').map(|(_, query)| parse(query)),
            Some(filter)
        );
        assert_eq!(list_address(&AccountFilter::default()), "/accounts");
    }
}
