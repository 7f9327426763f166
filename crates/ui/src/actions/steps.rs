//! Work that a form does in steps: each request does one, and the next form carries how far it is.

use std::time::Duration;

use domain::{EventId, Timestamp};

use super::deliveries::counted;
use super::{Cx, Pairs, value};
use crate::outcome::{Notice, Outcome};
use crate::parts::{FilterPairs, address};
use crate::view::StepsView;

/// How long a step goes on before a browser without scripts is told how far it is.
const LONG_STEP: Duration = Duration::from_secs(8);
/// The same for our scripts: the bar moves, and stopping stops.
const SHORT_STEP: Duration = Duration::from_millis(400);

/// How far the work is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steps {
    /// When somebody was asked, the same for all steps: what has come or changed since is left alone, so that it comes to
    /// an end.
    pub(super) mark: Timestamp,
    /// How much is done.
    pub(super) done: u64,
    /// The event from which, or after which, the next step goes on.
    pub(super) after: Option<EventId>,
    /// How long this step goes on.
    pub(super) lasts: Duration,
    total: Option<u32>,
}

impl Cx {
    /// How far a form, or an address, says that the work is.
    pub(super) fn steps(&self, pairs: &Pairs) -> Steps {
        let now = self.raccordo.now();
        let mark = value(pairs, "mark").parse().map(Timestamp::from_ms);
        Steps {
            mark: mark.map_or(now, |mark| mark.min(now)),
            done: value(pairs, "done").parse().unwrap_or_default(),
            after: value(pairs, "after").parse().ok(),
            lasts: match value(pairs, "steps") {
                "small" => SHORT_STEP,
                _ => LONG_STEP,
            },
            total: value(pairs, "total").parse().ok(),
        }
    }
}

impl Steps {
    /// For the page that asks, where so much is left to do.
    pub(super) fn view(&self, left: u64, is_more: bool) -> StepsView {
        let mut view = StepsView {
            mark: self.mark,
            done: counted(self.done),
            total: self.total,
            after: self.after,
        };
        if !view.has_begun() {
            view.total = (!is_more).then(|| counted(left));
        }
        view
    }

    /// What comes of a step: `ended` is where to go at the end, `path` and `pairs` the page that asked.
    pub(super) fn outcome(
        &self,
        ended: Option<String>,
        path: &str,
        pairs: FilterPairs,
        notice: impl FnOnce(u32) -> Notice,
    ) -> Outcome {
        let done = counted(self.done);
        Outcome::Stepped {
            done,
            after: self.after,
            ended: ended.is_some(),
            to: ended.unwrap_or_else(|| self.next(path, pairs)),
            notice: notice(done),
        }
    }

    /// The page that asks, for somebody who goes on.
    fn next(&self, path: &str, mut pairs: FilterPairs) -> String {
        pairs.push(("mark", self.mark.ms().to_string()));
        pairs.push(("done", self.done.to_string()));
        pairs.extend(self.total.map(|total| ("total", total.to_string())));
        pairs.extend(self.after.map(|after| ("after", after.to_string())));
        address(path, pairs.iter().map(|(name, value)| (*name, value.as_str())))
    }
}
