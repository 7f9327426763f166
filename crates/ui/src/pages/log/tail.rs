//! Following the log live: asks for what is new every other second, while somebody looks.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::time::Duration;

use domain::LogId;
use leptos::leptos_dom::helpers::IntervalHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::List;
use crate::load::load_log_tail;
use crate::parts::icon;
use crate::view::{LogTailView, LogView};

/// How often what is new is asked for.
const EVERY: Duration = Duration::from_secs(2);
/// The most rows that stay, so that a page left open does not grow.
const ROWS_MAX: usize = 200;

/// Whether new entries appear by themselves.
#[derive(Clone, Copy)]
pub(super) struct Tail {
    is_on: RwSignal<bool>,
    timer: StoredValue<Option<IntervalHandle>>,
    /// Whether an answer is under way.
    is_asking: StoredValue<bool>,
    /// The entries that came by themselves.
    fresh: StoredValue<BTreeSet<LogId>>,
}

impl Tail {
    pub(super) fn new() -> Self {
        Self {
            is_on: RwSignal::new(false),
            timer: StoredValue::new(None),
            is_asking: StoredValue::new(false),
            fresh: StoredValue::new(BTreeSet::new()),
        }
    }

    /// Whether an entry came by itself.
    pub(super) fn is_fresh(self, id: LogId) -> bool {
        self.fresh.with_value(|fresh| fresh.contains(&id))
    }

    /// The rows are read anew: none of them came by itself.
    pub(super) fn forget(self) {
        self.fresh.update_value(BTreeSet::clear);
    }

    pub(super) fn stop(self) {
        if let Some(Some(timer)) = self.timer.try_update_value(Option::take) {
            timer.clear();
        }
        self.is_on.try_set(false);
    }
}

/// The button that starts and pauses; only where the newest entry is shown.
pub(super) fn button(list: List) -> impl Fn() -> Option<AnyView> + Clone + Send + 'static {
    let is_newest = Memo::new(move |_| list.view.with(|view| view.newer.is_none()));
    move || is_newest.get().then(|| toggle(list))
}

fn toggle(list: List) -> AnyView {
    let texts = list.shell().texts;
    let is_on = list.tail.is_on;
    let press = move |_| {
        if is_on.get_untracked() {
            list.tail.stop();
            list.announced.set(texts.tail_stopped.to_owned());
        } else {
            start(list);
            list.announced.set(texts.tail_started.to_owned());
        }
    };
    let class = move || {
        if is_on.get() {
            "button live on scripted"
        } else {
            "button live scripted"
        }
    };
    // The name says what pressing it does, so that it needs no state beside it.
    let name = move || {
        if is_on.get() {
            texts.tail_off
        } else {
            texts.tail_on
        }
    };
    view! {
        <button type="button" class=class on:click=press>
            {icon("#i-circle")}
            <span>{name}</span>
        </button>
    }
    .into_any()
}

fn start(list: List) {
    list.tail.is_on.set(true);
    ask(list);
    let timer = set_interval_with_handle(
        move || {
            // A page that nobody sees asks nothing.
            if !document().hidden() {
                ask(list);
            }
        },
        EVERY,
    );
    list.tail.timer.set_value(timer.ok());
}

fn ask(list: List) {
    if list.tail.is_asking.try_get_value() != Some(false) {
        return;
    }
    list.tail.is_asking.set_value(true);
    let asked = list.asked.get_value();
    let newest = list
        .view
        .with_untracked(|view| view.rows.first().map(|row| row.id));
    spawn_local(async move {
        let answer = load_log_tail(asked.query.clone(), newest).await;
        list.tail.is_asking.try_update_value(|asking| *asking = false);
        let is_wanted = list.tail.is_on.try_get_untracked() == Some(true);
        if !is_wanted || list.asked.try_get_value() != Some(asked) {
            return;
        }
        match answer {
            Ok(came) => {
                let mut view = list.view.get_untracked();
                let fresh = merge(&mut view, came);
                if !fresh.is_empty() {
                    let texts = list.shell().texts;
                    list.announced.set(texts.log_arrived(fresh.len()));
                    list.tail.fresh.set_value(fresh);
                    list.view.set(view);
                }
            }
            Err(error) => {
                list.tail.stop();
                list.fail(error);
            }
        }
    });
}

/// Puts what came above what is shown; answers which rows are new.
fn merge(view: &mut LogView, came: LogTailView) -> BTreeSet<LogId> {
    let shown: BTreeSet<LogId> = view.rows.iter().map(|row| row.id).collect();
    if !came.joins {
        // More has come than a page holds: the page is read on from here.
        view.rows.clear();
        view.older = came.older;
    }
    let known: BTreeSet<LogId> = view.rows.iter().map(|row| row.id).collect();
    view.rows
        .extend(came.rows.into_iter().filter(|row| !known.contains(&row.id)));
    view.rows.sort_by_key(|row| Reverse(row.id));
    if view.rows.len() > ROWS_MAX {
        view.rows.truncate(ROWS_MAX);
        view.older = view.rows.last().map(|row| row.id);
    }
    view.rows
        .iter()
        .map(|row| row.id)
        .filter(|id| !shown.contains(id))
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use domain::{LogFilter, LogLevel};

    use super::*;
    use crate::view::{LogDetailsView, LogRowView, When};

    fn id(number: usize) -> LogId {
        format!("01890000-0000-7000-8000-{number:012}").parse().unwrap()
    }

    fn row(number: usize) -> LogRowView {
        LogRowView {
            id: id(number),
            at: When {
                iso: String::new(),
                full: String::new(),
                short: String::new(),
            },
            level: LogLevel::Info,
            message: number.to_string(),
            account: None,
            details: LogDetailsView {
                by: None,
                platform: None,
                changes: Vec::new(),
                test: None,
            },
        }
    }

    fn view(numbers: impl DoubleEndedIterator<Item = usize>) -> LogView {
        LogView {
            filter: LogFilter::default(),
            rows: numbers.rev().map(row).collect(),
            newer: None,
            older: None,
            accounts: Vec::new(),
            only: None,
            kept_days: None,
        }
    }

    fn came(numbers: impl DoubleEndedIterator<Item = usize>, joins: bool) -> LogTailView {
        LogTailView {
            rows: numbers.rev().map(row).collect(),
            older: (!joins).then(|| id(0)),
            joins,
        }
    }

    fn messages(view: &LogView) -> Vec<&str> {
        view.rows.iter().map(|row| row.message.as_str()).collect()
    }

    #[test]
    fn what_came_twice_is_shown_once() {
        let mut view = view(1..4);
        let fresh = merge(&mut view, came(2..6, true));
        assert_eq!(messages(&view), ["5", "4", "3", "2", "1"]);
        assert_eq!(fresh, BTreeSet::from([id(4), id(5)]));
        assert!(merge(&mut view, came(4..6, true)).is_empty());
    }

    #[test]
    fn an_older_entry_that_was_written_late_takes_its_place() {
        let mut view = view([1, 3].into_iter());
        let fresh = merge(&mut view, came(2..4, true));
        assert_eq!(messages(&view), ["3", "2", "1"]);
        assert_eq!(fresh, BTreeSet::from([id(2)]));
    }

    #[test]
    fn at_most_so_many_rows_stay_and_the_way_to_older_ones_is_right() {
        let mut view = view(1..200);
        merge(&mut view, came(200..206, true));
        assert_eq!(view.rows.len(), ROWS_MAX);
        assert_eq!(view.older, Some(id(6)));
    }

    #[test]
    fn after_a_gap_the_page_is_the_newest_one() {
        let mut view = view(1..4);
        let fresh = merge(&mut view, came(100..103, false));
        assert_eq!(messages(&view), ["102", "101", "100"]);
        assert_eq!(view.older, Some(id(0)));
        assert_eq!(fresh.len(), 3);
    }
}
