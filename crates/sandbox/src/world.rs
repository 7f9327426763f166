//! What the platforms of one sandbox share: the faults that are on, what has come in, and what they keep of it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{Platform, Timestamp};
use serde::Serialize;
use tokio::time::Instant;

use crate::activecampaign::Accounts;
use crate::clerk::Store;
use crate::fault::Fault;
use crate::received::Received;
use crate::sink::Sink;

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
    activecampaign: Accounts,
    clerk: Store,
    sink: Arc<Sink>,
}

#[derive(Debug, Default)]
struct State {
    faults: BTreeMap<Platform, Fault>,
    received: VecDeque<Received>,
    calls: u64,
    messages: VecDeque<Message>,
    messages_sent: u64,
    /// When the calls of the last second were admitted, by host.
    admitted: HashMap<String, VecDeque<Instant>>,
    now: Option<Timestamp>,
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

    pub(crate) const fn activecampaign(&self) -> &Accounts {
        &self.activecampaign
    }

    pub(crate) const fn clerk(&self) -> &Store {
        &self.clerk
    }

    pub(crate) const fn sink(&self) -> &Arc<Sink> {
        &self.sink
    }

    /// Whether a call to `host` is among the first `limit` of any second that ends with it.
    pub(crate) fn admits(&self, host: &str, limit: usize) -> bool {
        const WINDOW: Duration = Duration::from_secs(1);
        let now = Instant::now();
        let mut state = self.state();
        let admitted = state.admitted.entry(host.to_owned()).or_default();
        while admitted
            .front()
            .is_some_and(|at| now.duration_since(*at) >= WINDOW)
        {
            admitted.pop_front();
        }
        let is_admitted = admitted.len() < limit;
        if is_admitted {
            admitted.push_back(now);
        }
        is_admitted
    }

    /// The platforms' time: the one that was set, or the system's.
    #[expect(
        clippy::disallowed_methods,
        reason = "the platforms are other machines, with a clock of their own"
    )]
    pub(crate) fn now(&self) -> Timestamp {
        let set = self.state().now;
        set.unwrap_or_else(|| {
            let since_epoch = std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .unwrap_or_default();
            Timestamp::from_ms(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
        })
    }

    pub(crate) fn set_now(&self, now: Option<Timestamp>) {
        self.state().now = now;
    }

    pub(crate) fn receive(&self, received: Received) {
        let mut state = self.state();
        state.calls += 1;
        if state.received.len() == Received::KEPT_MAX {
            state.received.pop_front();
        }
        state.received.push_back(received);
    }

    pub(crate) fn calls(&self) -> u64 {
        self.state().calls
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
