//! Callers that come at the same time and are served together: one statement for many costs little more than for one.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Callers that wait, and how many are being served.
pub(crate) struct Callers<C> {
    queue: Mutex<Queue<C>>,
    servers_max: usize,
}

struct Queue<C> {
    calls: VecDeque<C>,
    servers: usize,
}

impl<C> Callers<C> {
    /// Nobody waits yet; at most `servers_max` statements run at the same time.
    pub(crate) const fn new(servers_max: usize) -> Self {
        Self {
            queue: Mutex::new(Queue {
                calls: VecDeque::new(),
                servers: 0,
            }),
            servers_max,
        }
    }

    /// Adds a caller. Whether one more server is to be started, who calls [`Self::next`] until there is nobody.
    pub(crate) fn add(&self, call: C) -> bool {
        let mut queue = self.queue();
        queue.calls.push_back(call);
        let is_wanted = queue.servers < self.servers_max;
        queue.servers += usize::from(is_wanted);
        is_wanted
    }

    /// Those who are served next, until there is `enough` of what `size` counts; with nobody, the server goes.
    pub(crate) fn next(&self, enough: usize, size: impl Fn(&C) -> usize) -> Vec<C> {
        let mut queue = self.queue();
        let mut calls = Vec::new();
        let mut all = 0;
        while all < enough
            && let Some(call) = queue.calls.pop_front()
        {
            all += size(&call);
            calls.push(call);
        }
        queue.servers -= usize::from(calls.is_empty());
        calls
    }

    fn queue(&self) -> MutexGuard<'_, Queue<C>> {
        // Whoever panicked left nothing half done.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
