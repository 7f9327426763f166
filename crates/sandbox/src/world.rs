//! What the platforms of one sandbox share: the faults that are on, and what has come in.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::Platform;
use serde::Serialize;

use crate::fault::Fault;
use crate::received::Received;

/// A message that a platform has accepted for delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// The platform.
    pub platform: Platform,
    /// The platform's id of the message, counted from 1.
    pub id: u64,
    /// The chat that it is for.
    pub chat: String,
    /// Its text.
    pub text: String,
}

impl Message {
    /// How many messages are kept; older ones are forgotten.
    pub const KEPT_MAX: usize = 10_000;
}

#[derive(Debug, Default)]
pub(crate) struct World {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    faults: BTreeMap<Platform, Fault>,
    received: VecDeque<Received>,
    messages: VecDeque<Message>,
    messages_sent: u64,
}

impl World {
    // Nothing can be left half done: a poisoned lock is as good as any.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn fault(&self, platform: Platform) -> Option<Fault> {
        self.state().faults.get(&platform).copied()
    }

    pub(crate) fn set_fault(&self, platform: Platform, fault: Option<Fault>) {
        let mut state = self.state();
        match fault {
            Some(fault) => state.faults.insert(platform, fault),
            None => state.faults.remove(&platform),
        };
    }

    pub(crate) fn receive(&self, received: Received) {
        let mut state = self.state();
        if state.received.len() == Received::KEPT_MAX {
            state.received.pop_front();
        }
        state.received.push_back(received);
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.state().received.iter().cloned().collect()
    }

    /// The newest `count` requests, the newest first.
    pub(crate) fn newest(&self, count: usize) -> Vec<Received> {
        self.state().received.iter().rev().take(count).cloned().collect()
    }

    /// Delivers a message and returns its id.
    pub(crate) fn deliver(&self, platform: Platform, chat: &str, text: &str) -> u64 {
        let mut state = self.state();
        state.messages_sent += 1;
        let id = state.messages_sent;
        if state.messages.len() == Message::KEPT_MAX {
            state.messages.pop_front();
        }
        state.messages.push_back(Message {
            platform,
            id,
            chat: chat.to_owned(),
            text: text.to_owned(),
        });
        id
    }

    pub(crate) fn messages(&self) -> Vec<Message> {
        self.state().messages.iter().cloned().collect()
    }
}
