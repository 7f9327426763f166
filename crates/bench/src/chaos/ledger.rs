//! Which events were sent, and which of them the panel has accepted.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The shop's own book: what is not accepted is sent again, as a shop does.
#[derive(Default)]
pub(crate) struct Ledger {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The number of the next new event.
    next: u32,
    /// The number after the last new event for now.
    end: u32,
    /// Sent, without an answer that says that they are accepted.
    again: VecDeque<u32>,
    accepted: BTreeSet<u32>,
    known: u64,
    sent_again: u64,
    answers: BTreeMap<String, u64>,
}

/// Counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counts {
    /// Events that were accepted.
    pub(crate) accepted: usize,
    /// How often one was acknowledged as known.
    pub(crate) known: u64,
    /// How often one was sent again.
    pub(crate) sent_again: u64,
    /// How requests were answered.
    pub(crate) answers: BTreeMap<String, u64>,
}

impl Ledger {
    // Every change is one step: a poisoned lock is as good as any.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets so many more new events happen.
    pub(crate) fn allow(&self, more: u32) {
        let mut state = self.state();
        state.end = state.end.saturating_add(more);
    }

    /// At most `count` events to send: those of before first.
    pub(crate) fn take(&self, count: usize) -> Vec<u32> {
        let mut state = self.state();
        let mut taken: Vec<u32> = Vec::with_capacity(count);
        while taken.len() < count {
            if let Some(number) = state.again.pop_front() {
                state.sent_again += 1;
                taken.push(number);
            } else if state.next < state.end {
                taken.push(state.next);
                state.next += 1;
            } else {
                break;
            }
        }
        taken
    }

    /// These have no good answer.
    pub(crate) fn give_back(&self, numbers: &[u32]) {
        self.state().again.extend(numbers);
    }

    /// This one was accepted.
    pub(crate) fn accept(&self, number: u32, is_known: bool) {
        let mut state = self.state();
        state.accepted.insert(number);
        state.known += u64::from(is_known);
    }

    /// A request was answered like this.
    pub(crate) fn answered(&self, how: &str) {
        let mut state = self.state();
        match state.answers.get_mut(how) {
            Some(times) => *times += 1,
            None => drop(state.answers.insert(how.to_owned(), 1)),
        }
    }

    /// Whether every event has been accepted.
    pub(crate) fn is_done(&self) -> bool {
        let state = self.state();
        state.next == state.end && state.accepted.len() == state.next as usize
    }

    /// The events that were accepted.
    pub(crate) fn accepted(&self) -> BTreeSet<u32> {
        self.state().accepted.clone()
    }

    /// Counts.
    pub(crate) fn counts(&self) -> Counts {
        let state = self.state();
        Counts {
            accepted: state.accepted.len(),
            known: state.known,
            sent_again: state.sent_again,
            answers: state.answers.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_good_answer_is_sent_again_first() {
        let ledger = Ledger::default();
        ledger.allow(4);
        assert_eq!(ledger.take(2), [0, 1]);
        ledger.accept(0, false);
        ledger.give_back(&[1]);
        assert_eq!(ledger.take(5), [1, 2, 3]);
        assert!(ledger.take(1).is_empty() && !ledger.is_done());
        for number in [1, 2, 3] {
            ledger.accept(number, number == 1);
        }
        let counts = ledger.counts();
        assert!(ledger.is_done());
        assert_eq!((counts.accepted, counts.known, counts.sent_again), (4, 1, 1));
    }
}
