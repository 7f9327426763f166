//! Following a list live: asks for what is new every other second, while somebody looks.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::time::Duration;

use leptos::leptos_dom::helpers::IntervalHandle;
use leptos::prelude::*;

use super::icon::icon;
use crate::text::Texts;
use crate::view::TAIL_ROWS_MAX;

/// How often what is new is asked for.
const EVERY: Duration = Duration::from_secs(2);

/// A row of a list, newest first.
pub(crate) trait Listed: PartialEq {
    /// Sorts the rows: later ones have larger ids.
    type Id: Copy + Ord + Send + Sync + 'static;

    /// Its id.
    fn id(&self) -> Self::Id;
}

/// Whether new rows appear by themselves.
pub(crate) struct Tail<Id: 'static> {
    is_on: RwSignal<bool>,
    timer: StoredValue<Option<IntervalHandle>>,
    /// Whether an answer is under way.
    is_asking: StoredValue<bool>,
    /// The rows that came by themselves.
    fresh: StoredValue<BTreeSet<Id>>,
    /// Whether more came at once than is shown.
    missed: RwSignal<bool>,
}

impl<Id> Clone for Tail<Id> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Id> Copy for Tail<Id> {}

impl<Id: Ord + Send + Sync + 'static> Tail<Id> {
    /// Off.
    pub(crate) fn new() -> Self {
        Self {
            is_on: RwSignal::new(false),
            timer: StoredValue::new(None),
            is_asking: StoredValue::new(false),
            fresh: StoredValue::new(BTreeSet::new()),
            missed: RwSignal::new(false),
        }
    }

    /// Whether a row came by itself.
    pub(crate) fn is_fresh(self, id: &Id) -> bool {
        self.fresh.with_value(|fresh| fresh.contains(id))
    }

    /// The rows that came by themselves.
    pub(crate) fn set_fresh(self, fresh: BTreeSet<Id>) {
        self.fresh.set_value(fresh);
    }

    /// The rows are read anew: none of them came by itself.
    pub(crate) fn forget(self) {
        self.fresh.update_value(BTreeSet::clear);
        self.missed.set(false);
    }

    /// Whether more came at once than is shown: who follows the list must not take it for all.
    pub(crate) fn has_missed(self) -> bool {
        self.missed.get()
    }

    /// More came at once than is shown.
    pub(crate) fn miss(self) {
        self.missed.set(true);
    }

    /// New rows no longer appear.
    pub(crate) fn stop(self) {
        if let Some(Some(timer)) = self.timer.try_update_value(Option::take) {
            timer.clear();
        }
        self.is_on.try_set(false);
    }

    /// Whether to ask now: not while an answer is under way.
    pub(crate) fn begin(self) -> bool {
        if self.is_asking.try_get_value() != Some(false) {
            return false;
        }
        self.is_asking.set_value(true);
        true
    }

    /// An answer has come; whether somebody still wants it.
    pub(crate) fn ended(self) -> bool {
        self.is_asking.try_update_value(|asking| *asking = false);
        self.is_on.try_get_untracked() == Some(true)
    }

    fn start(self, ask: Callback<()>) {
        self.is_on.set(true);
        self.missed.set(false);
        ask.run(());
        let timer = set_interval_with_handle(
            move || {
                // A page that nobody sees asks nothing.
                if !document().hidden() {
                    ask.run(());
                }
            },
            EVERY,
        );
        self.timer.set_value(timer.ok());
    }

    /// The button that starts and pauses. `announced` tells those who cannot see the list change; `started` and
    /// `stopped` are the sentences for it.
    pub(crate) fn button(
        self,
        texts: &'static Texts,
        announced: RwSignal<String>,
        (started, stopped): (&'static str, &'static str),
        ask: Callback<()>,
    ) -> AnyView {
        let is_on = self.is_on;
        let press = move |_| {
            if is_on.get_untracked() {
                self.stop();
                announced.set(stopped.to_owned());
            } else {
                self.start(ask);
                announced.set(started.to_owned());
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
}

/// What has come of a list.
pub(crate) struct Came<R: Listed> {
    /// The rows, newest first; some of them may be shown already.
    pub(crate) rows: Vec<R>,
    /// The last row, when there are older ones.
    pub(crate) older: Option<R::Id>,
    /// Whether they join what is shown without a gap.
    pub(crate) joins: bool,
}

impl<R: Listed> Came<R> {
    /// Whether more has come than the rows.
    pub(crate) const fn is_cut(&self) -> bool {
        !self.joins && self.older.is_some()
    }
}

/// The line that leads on to what came and is not shown.
pub(crate) fn missed(sentence: &'static str, older: &'static str, href: String) -> AnyView {
    view! {
        <p class="missed">{icon("#i-info")}<span>{sentence} " " <a href=href>{older}</a></span></p>
    }
    .into_any()
}

/// Puts what came above what is shown; answers which rows are new. A row that is shown takes its new state.
pub(crate) fn merge<R: Listed>(
    rows: &mut Vec<R>,
    older: &mut Option<R::Id>,
    came: Came<R>,
) -> BTreeSet<R::Id> {
    let shown: BTreeSet<R::Id> = rows.iter().map(Listed::id).collect();
    if !came.joins {
        // More has come than is told: the list is read on from here.
        rows.clear();
        *older = came.older;
    }
    for row in came.rows {
        match rows.iter_mut().find(|known| known.id() == row.id()) {
            Some(known) => *known = row,
            None => rows.push(row),
        }
    }
    rows.sort_by_key(|row| Reverse(row.id()));
    if rows.len() > TAIL_ROWS_MAX {
        rows.truncate(TAIL_ROWS_MAX);
        *older = rows.last().map(Listed::id);
    }
    rows.iter()
        .map(Listed::id)
        .filter(|id| !shown.contains(id))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    struct Row(usize, &'static str);

    impl Listed for Row {
        type Id = usize;

        fn id(&self) -> usize {
            self.0
        }
    }

    fn rows(numbers: impl DoubleEndedIterator<Item = usize>) -> Vec<Row> {
        numbers.rev().map(|number| Row(number, "")).collect()
    }

    fn came(numbers: impl DoubleEndedIterator<Item = usize>, joins: bool) -> Came<Row> {
        Came {
            rows: rows(numbers),
            older: (!joins).then_some(0),
            joins,
        }
    }

    #[test]
    fn only_what_is_left_out_is_missed() {
        assert!(came(100..103, false).is_cut());
        assert!(!came(100..103, true).is_cut());
        let first_of_all = Came {
            older: None,
            ..came(1..3, false)
        };
        assert!(!first_of_all.is_cut());
    }

    fn ids(rows: &[Row]) -> Vec<usize> {
        rows.iter().map(Listed::id).collect()
    }

    #[test]
    fn what_came_twice_is_shown_once() {
        let (mut shown, mut older) = (rows(1..4), None);
        let fresh = merge(&mut shown, &mut older, came(2..6, true));
        assert_eq!(ids(&shown), [5, 4, 3, 2, 1]);
        assert_eq!(fresh, BTreeSet::from([4, 5]));
        assert!(merge(&mut shown, &mut older, came(4..6, true)).is_empty());
    }

    #[test]
    fn an_older_row_that_was_written_late_takes_its_place() {
        let mut shown = rows([1, 3].into_iter());
        let fresh = merge(&mut shown, &mut None, came(2..4, true));
        assert_eq!(ids(&shown), [3, 2, 1]);
        assert_eq!(fresh, BTreeSet::from([2]));
    }

    #[test]
    fn a_row_that_is_shown_takes_its_new_state() {
        let mut shown = rows(1..3);
        let again = Came {
            rows: vec![Row(2, "delivered")],
            older: None,
            joins: true,
        };
        assert!(merge(&mut shown, &mut None, again).is_empty());
        assert_eq!(shown, [Row(2, "delivered"), Row(1, "")]);
    }

    #[test]
    fn at_most_so_many_rows_stay_and_the_way_to_older_ones_is_right() {
        let (mut shown, mut older) = (rows(1..200), None);
        merge(&mut shown, &mut older, came(200..206, true));
        assert_eq!(shown.len(), TAIL_ROWS_MAX);
        assert_eq!(older, Some(6));
    }

    #[test]
    fn after_a_gap_the_page_is_the_newest_one() {
        let (mut shown, mut older) = (rows(1..4), None);
        let fresh = merge(&mut shown, &mut older, came(100..103, false));
        assert_eq!(ids(&shown), [102, 101, 100]);
        assert_eq!(older, Some(0));
        assert_eq!(fresh.len(), 3);
    }
}
