//! What the platforms have taken: every write that was carried out is counted, whatever became of its answer.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tokio::time::Instant;

/// A kind of thing that a platform keeps for a shop. What identifies one is the shop's own id of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `ActiveCampaign`'s contact, by its e-mail address in small letters.
    Contact,
    /// A contact on a list of `ActiveCampaign`: `e-mail/list id`.
    Subscription,
    /// A tag of `ActiveCampaign`, by its name.
    Tag,
    /// A tag on a contact of `ActiveCampaign`: `e-mail/tag's name`.
    ContactTag,
    /// A connection of `ActiveCampaign`: `service/external id`.
    Connection,
    /// A customer of the shop, by the external id.
    Customer,
    /// An order, by the external id.
    Order,
    /// An abandoned cart, by the external checkout id. One that has become an order counts as deleted.
    Cart,
    /// A product, by its id.
    Product,
    /// A category, by its id.
    Category,
    /// A page, by its id.
    Page,
    /// A sale that Clerk.io tracks, by the order's id.
    Sale,
}

/// What was done to a thing, and how many times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Times that it came into being. More than one: the platform has it twice, or had it before a deletion.
    pub created: u32,
    /// Times that it was changed, or sent again as it was.
    pub updated: u32,
    /// Times that it was deleted.
    pub deleted: u32,
}

/// All counts in three numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Writes that were carried out.
    pub writes: u64,
    /// Things that were written.
    pub things: u64,
    /// Things that came into being more than once.
    pub repeated: u64,
}

/// What a write does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Write {
    Created,
    Updated,
    Deleted,
}

type Things = HashMap<String, Thing>;

/// What is known of a thing.
#[derive(Debug, Clone, Copy)]
struct Thing {
    count: Count,
    first_at: Instant,
}

/// Counts what the platforms take, by host, kind and id. It lasts as long as the sandbox.
#[derive(Default)]
pub struct Sink {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    writes: u64,
    hosts: HashMap<String, HashMap<Kind, Things>>,
}

impl State {
    fn thing(&self, host: &str, kind: Kind, id: &str) -> Option<&Thing> {
        self.hosts.get(host)?.get(&kind)?.get(id)
    }
}

impl Sink {
    // A count is one step: a poisoned lock is as good as any.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn record(&self, host: &str, kind: Kind, id: &str, write: Write) {
        let mut state = self.state();
        state.writes += 1;
        if !state.hosts.contains_key(host) {
            state.hosts.insert(host.to_owned(), HashMap::new());
        }
        let Some(kinds) = state.hosts.get_mut(host) else {
            return;
        };
        let new = || Thing {
            count: Count::default(),
            first_at: Instant::now(),
        };
        let things = kinds.entry(kind).or_default();
        let count = &mut things.entry(id.to_owned()).or_insert_with(new).count;
        let times = match write {
            Write::Created => &mut count.created,
            Write::Updated => &mut count.updated,
            Write::Deleted => &mut count.deleted,
        };
        *times = times.saturating_add(1);
    }

    /// What was done to one thing; nothing at all if it is unknown.
    pub fn count(&self, host: &str, kind: Kind, id: &str) -> Count {
        let state = self.state();
        state
            .thing(host, kind, id)
            .map(|thing| thing.count)
            .unwrap_or_default()
    }

    /// When the first write to a thing was carried out.
    pub fn first_at(&self, host: &str, kind: Kind, id: &str) -> Option<Instant> {
        self.state().thing(host, kind, id).map(|thing| thing.first_at)
    }

    /// How many things of one kind there are on one host. Costs next to nothing.
    pub fn things(&self, host: &str, kind: Kind) -> usize {
        let state = self.state();
        let things = state.hosts.get(host).and_then(|kinds| kinds.get(&kind));
        things.map_or(0, HashMap::len)
    }

    /// Everything of one kind on one host.
    pub fn counts(&self, host: &str, kind: Kind) -> BTreeMap<String, Count> {
        let state = self.state();
        let things = state.hosts.get(host).and_then(|kinds| kinds.get(&kind));
        things
            .into_iter()
            .flatten()
            .map(|(id, thing)| (id.clone(), thing.count))
            .collect()
    }

    /// How many writes were carried out. Costs next to nothing.
    pub fn writes(&self) -> u64 {
        self.state().writes
    }

    /// The counts in short. Walks through all of them.
    pub fn totals(&self) -> Totals {
        let state = self.state();
        let mut totals = Totals {
            writes: state.writes,
            ..Totals::default()
        };
        for thing in state
            .hosts
            .values()
            .flat_map(HashMap::values)
            .flat_map(HashMap::values)
        {
            totals.things += 1;
            totals.repeated += u64::from(thing.count.created > 1);
        }
        totals
    }

    /// Forgets the counts. The platforms keep what they have.
    pub fn reset(&self) {
        *self.state() = State::default();
    }

    /// Host, kind, id and count, each in the order of their names.
    pub(crate) fn all(&self) -> BTreeMap<String, BTreeMap<Kind, BTreeMap<String, Count>>> {
        let state = self.state();
        let sorted = |things: &Things| {
            things
                .iter()
                .map(|(id, thing)| (id.clone(), thing.count))
                .collect()
        };
        state
            .hosts
            .iter()
            .map(|(host, kinds)| {
                let kinds = kinds
                    .iter()
                    .map(|(kind, things)| (*kind, sorted(things)))
                    .collect();
                (host.clone(), kinds)
            })
            .collect()
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sink")
            .field("writes", &self.writes())
            .finish_non_exhaustive()
    }
}
