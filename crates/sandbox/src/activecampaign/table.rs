//! Rows of one kind, found by their ids and by a few of their values.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

/// A thing that an account keeps.
pub(super) trait Row {
    /// Its name in answers: `ecomOrder`; with an `s` that of a list.
    const NAME: &str;
    /// What it can be filtered by.
    const FILTERS: &[&str];
    /// Those of them that find it without a walk through all rows.
    const INDEXED: &[&str];

    /// The value that a filter of this name compares, if there is one.
    fn value(&self, filter: &str) -> Option<String>;

    /// As in an answer. `account` is the name of the account.
    fn show(&self, id: u64, account: &str) -> Value;
}

/// Rows, with ids from 1 in the order of their making. Ids are not used again.
#[derive(Debug)]
pub(super) struct Table<T> {
    rows: BTreeMap<u64, T>,
    index: HashMap<&'static str, HashMap<String, Vec<u64>>>,
    last_id: u64,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            index: HashMap::new(),
            last_id: 0,
        }
    }
}

impl<T: Row> Table<T> {
    pub(super) fn insert(&mut self, row: T) -> u64 {
        self.last_id += 1;
        self.put(self.last_id, row);
        self.last_id
    }

    /// Puts a row in the place of the one that has this id.
    pub(super) fn replace(&mut self, id: u64, row: T) {
        self.remove(id);
        self.put(id, row);
    }

    fn put(&mut self, id: u64, row: T) {
        for name in T::INDEXED {
            if let Some(value) = row.value(name) {
                let ids = self.index.entry(name).or_default().entry(value).or_default();
                ids.push(id);
            }
        }
        self.rows.insert(id, row);
    }

    pub(super) fn remove(&mut self, id: u64) -> Option<T> {
        let row = self.rows.remove(&id)?;
        for name in T::INDEXED {
            let value = row.value(name);
            let (Some(ids_of), Some(value)) = (self.index.get_mut(name), value) else {
                continue;
            };
            if let Some(ids) = ids_of.get_mut(&value) {
                ids.retain(|found| *found != id);
                if ids.is_empty() {
                    ids_of.remove(&value);
                }
            }
        }
        Some(row)
    }

    pub(super) fn get(&self, id: u64) -> Option<&T> {
        self.rows.get(&id)
    }

    pub(super) fn contains(&self, id: u64) -> bool {
        self.rows.contains_key(&id)
    }

    /// The ids of the rows that all filters fit, in their order. A name that is no filter's fits every row.
    pub(super) fn find(&self, filters: &[(&str, String)]) -> Vec<u64> {
        let fits = |row: &T| {
            filters
                .iter()
                .all(|(name, wanted)| !T::FILTERS.contains(name) || row.value(name).as_ref() == Some(wanted))
        };
        let indexed = filters.iter().find(|(name, _)| T::INDEXED.contains(name));
        match indexed {
            Some((name, wanted)) => self
                .index
                .get(name)
                .and_then(|ids| ids.get(wanted))
                .into_iter()
                .flatten()
                .copied()
                .filter(|id| self.rows.get(id).is_some_and(fits))
                .collect(),
            None => self
                .rows
                .iter()
                .filter(|(_, row)| fits(row))
                .map(|(id, _)| *id)
                .collect(),
        }
    }

    /// The first row that all filters fit.
    pub(super) fn first(&self, filters: &[(&str, String)]) -> Option<u64> {
        self.find(filters).into_iter().min()
    }
}
