//! A remote account, as it is called: settings and opened secrets.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use domain::{SecretValue, Settings};

use crate::redact::Redactor;

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
pub struct Secrets {
    values: BTreeMap<&'static str, SecretValue>,
    /// The last redactor, with the other words that it knows: deliveries of one account follow each other.
    redactor: OnceLock<(Vec<SecretValue>, Arc<Redactor>)>,
}

impl Secrets {
    /// No secrets.
    pub const fn new() -> Self {
        Self {
            values: BTreeMap::new(),
            redactor: OnceLock::new(),
        }
    }

    /// Takes in the secret of `field`, in the place of an earlier one.
    pub fn insert(&mut self, field: &'static str, value: SecretValue) {
        self.values.insert(field, value);
        self.redactor.take();
    }

    /// The secret of `field`.
    pub fn get(&self, field: &str) -> Option<&SecretValue> {
        self.values.get(field)
    }

    /// The secret of `field` as it is sent: a missing one is sent as nothing, and the platform says what it thinks of
    /// that.
    pub(crate) fn expose(&self, field: &str) -> &str {
        self.get(field).map_or("", SecretValue::expose)
    }

    /// The redactor that knows these secrets, and `words` as well.
    pub(crate) fn redactor(&self, words: &[&str]) -> Arc<Redactor> {
        let new = || {
            let secrets = self.values.values().map(SecretValue::expose);
            Arc::new(Redactor::new(secrets.chain(words.iter().copied())))
        };
        let owned = || {
            words
                .iter()
                .map(|word| SecretValue::new((*word).to_owned()))
                .collect()
        };
        let (known, redactor) = self.redactor.get_or_init(|| (owned(), new()));
        if known.iter().map(SecretValue::expose).eq(words.iter().copied()) {
            Arc::clone(redactor)
        } else {
            new()
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redactor_is_kept_as_long_as_it_knows_all_that_it_must() {
        let mut secrets = Secrets::new();
        secrets.insert("key", SecretValue::new("first-secret".into()));
        let first = secrets.redactor(&["public-word"]);
        assert!(Arc::ptr_eq(&first, &secrets.redactor(&["public-word"])));
        let other = secrets.redactor(&["other-word"]);
        assert_eq!(
            other.words("first-secret public-word other-word"),
            "▇ public-word ▇"
        );
        secrets.insert("key", SecretValue::new("second-secret".into()));
        let second = secrets.redactor(&["public-word"]);
        assert_eq!(
            second.words("first-secret second-secret public-word"),
            "first-secret ▇ ▇"
        );
    }
}
