//! A remote account, as it is called: settings and opened secrets.

use std::collections::BTreeMap;
use std::fmt;

use domain::{SecretValue, Settings};

/// A remote account.
#[derive(Debug, Clone, Copy)]
pub struct Remote<'a> {
    /// Its settings.
    pub settings: &'a Settings,
    /// Its secrets.
    pub secrets: &'a Secrets,
}

/// An account's secrets by the names of their fields. They cannot be printed.
#[derive(Clone, Default)]
pub struct Secrets(BTreeMap<&'static str, SecretValue>);

impl Secrets {
    /// No secrets.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Takes in the secret of `field`, in the place of an earlier one.
    pub fn insert(&mut self, field: &'static str, value: SecretValue) {
        self.0.insert(field, value);
    }

    /// The secret of `field`.
    pub fn get(&self, field: &str) -> Option<&SecretValue> {
        self.0.get(field)
    }

    /// The secret of `field` as it is sent: a missing one is sent as nothing, and the platform says what it thinks of
    /// that.
    pub(crate) fn expose(&self, field: &str) -> &str {
        self.get(field).map_or("", SecretValue::expose)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(SecretValue::expose)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
