//! What a person typed into the form of an account, and what becomes of it. The browser checks a form with this very
//! code while it is filled in; the server checks it again when it arrives.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::account::{Description, DescriptionError, SecretState};
use crate::field::{Context, Field, FieldError, Kind, Values};
use crate::platform::{Platform, Settings};
use crate::site::SiteLists;
use crate::text::Language;

/// The name of the description in forms and in recorded changes.
pub const DESCRIPTION_FIELD: &str = "description";
/// Before a secret's name: the box that removes it.
const REMOVE_PREFIX: &str = "remove_";

/// A secret as typed. It cannot be printed, and its memory is wiped.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretValue(String);

impl SecretValue {
    /// Takes a secret in.
    pub const fn new(value: String) -> Self {
        Self(value)
    }

    /// The value, for sealing and sending only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Drop for SecretValue {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretValue(redacted)")
    }
}

/// What a form does to one secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretDraft {
    /// The field's name.
    pub field: &'static str,
    /// The new value, or `None` to remove the stored one. A secret that stays has no draft.
    pub value: Option<SecretValue>,
}

/// A checked form, ready to be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountDraft {
    /// The description.
    pub description: Description,
    /// The settings.
    pub settings: Settings,
    /// The secrets that change.
    pub secrets: Vec<SecretDraft>,
}

/// What of a checked form has to do with the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionDraft {
    /// The settings.
    pub settings: Settings,
    /// The secrets that change.
    pub secrets: Vec<SecretDraft>,
}

/// What is wrong with a form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormErrors {
    /// The description's error.
    pub description: Option<DescriptionError>,
    /// Errors by field name.
    pub fields: BTreeMap<String, FieldError>,
}

impl FormErrors {
    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.description.is_none() && self.fields.is_empty()
    }

    /// Field names and sentences in the order of the form, for the summary above it.
    pub fn messages(&self, platform: Platform, language: Language) -> Vec<(String, String)> {
        let description = self.description.map(|error| {
            (
                DESCRIPTION_FIELD.to_owned(),
                error.text().get(language).to_owned(),
            )
        });
        let fields = platform.fields().iter().filter_map(|field| {
            self.fields
                .get(field.name)
                .map(|error| (field.name.to_owned(), error.message(field, language)))
        });
        description.into_iter().chain(fields).collect()
    }
}

/// A form as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The platform.
    pub platform: Platform,
    /// The description as typed.
    pub description: String,
    /// Every field but the secrets, as typed; complete (switches that were off, and the defaults of sections that
    /// the form did not have yet).
    pub values: Values,
    secrets: BTreeMap<&'static str, SecretValue>,
    removed: BTreeSet<&'static str>,
}

impl Submission {
    /// Sorts the pairs of a form. Names that the platform does not have are passed over. A form without `first_save`
    /// has every section; one with it has only those that are open before the first save, and the rest starts with
    /// its defaults.
    pub fn from_pairs<'a>(
        platform: Platform,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
        lists: &SiteLists,
        first_save: bool,
    ) -> Self {
        let defaults = platform.defaults(lists);
        let mut submission = Self {
            platform,
            description: String::new(),
            values: Values::new(),
            secrets: BTreeMap::new(),
            removed: BTreeSet::new(),
        };
        for field in platform.fields() {
            if field.is_secret() {
                continue;
            }
            if first_save && field.section.after_first_save() {
                if let Some(value) = defaults.get(field.name) {
                    submission.values.insert(field.name.to_owned(), value.clone());
                }
            } else if matches!(field.kind, Kind::Switch) {
                submission
                    .values
                    .insert(field.name.to_owned(), "false".to_owned());
            }
        }
        for (name, value) in pairs {
            submission.take(name, value);
        }
        submission
    }

    fn take(&mut self, name: &str, value: &str) {
        if name == DESCRIPTION_FIELD {
            value.clone_into(&mut self.description);
        } else if let Some(field) = self.platform.field(name) {
            if field.is_secret() {
                if !value.trim().is_empty() {
                    self.secrets
                        .insert(field.name, SecretValue::new(value.to_owned()));
                }
            } else {
                let value = if matches!(field.kind, Kind::Switch) && value == "on" {
                    "true"
                } else {
                    value
                };
                self.values.insert(field.name.to_owned(), value.to_owned());
            }
        } else if let Some(field) = name
            .strip_prefix(REMOVE_PREFIX)
            .and_then(|name| self.platform.field(name))
            && field.is_secret()
        {
            self.removed.insert(field.name);
        }
    }

    /// The form name of the box that removes `field`'s secret.
    pub fn remove_name(field: &Field) -> String {
        format!("{REMOVE_PREFIX}{}", field.name)
    }

    /// Whether a new value was typed for `field`.
    pub fn has_secret(&self, field: &str) -> bool {
        self.secrets.contains_key(field)
    }

    /// Checks everything. `stored` are the secrets that the account already has: an empty field keeps one of them,
    /// unless the address that it would be sent to has changed.
    pub fn check(
        &self,
        lists: &SiteLists,
        today: &str,
        stored: &[SecretState],
    ) -> Result<AccountDraft, FormErrors> {
        let description = self.description.parse();
        match (description, self.check_connection(lists, today, stored)) {
            (Ok(description), Ok(ConnectionDraft { settings, secrets })) => Ok(AccountDraft {
                description,
                settings,
                secrets,
            }),
            (description, connection) => Err(FormErrors {
                description: description.err(),
                ..connection.err().unwrap_or_default()
            }),
        }
    }

    /// Checks everything but the description: what a test of the connection needs.
    pub fn check_connection(
        &self,
        lists: &SiteLists,
        today: &str,
        stored: &[SecretState],
    ) -> Result<ConnectionDraft, FormErrors> {
        let mut errors = FormErrors::default();
        let settings = Settings::parse(self.platform, &self.values, Context::Typed { lists, today })
            .map_err(|wrong| {
                errors
                    .fields
                    .extend(wrong.into_iter().map(|(name, error)| (name.to_owned(), error)));
            })
            .ok();
        let host = settings.as_ref().map(Settings::host);
        let mut secrets = Vec::new();
        for field in self.platform.fields().iter().filter(|field| field.is_secret()) {
            let stored = stored.iter().find(|secret| secret.field == field.name);
            let bound_elsewhere =
                stored.filter(|secret| host.as_ref().is_some_and(|host| *host != secret.host));
            match self.check_secret(field, stored.is_some()) {
                Ok(Some(draft)) => secrets.push(draft),
                Ok(None) => {
                    if let Some(secret) = bound_elsewhere {
                        if field.is_shown(&self.values) {
                            let host = secret.host.to_string();
                            errors
                                .fields
                                .insert(field.name.to_owned(), FieldError::SecretBoundTo { host });
                        } else {
                            // Out of sight and of no use at the new address: it goes.
                            secrets.push(SecretDraft {
                                field: field.name,
                                value: None,
                            });
                        }
                    }
                }
                Err(error) => {
                    errors.fields.insert(field.name.to_owned(), error);
                }
            }
        }
        match settings {
            Some(settings) if errors.is_empty() => Ok(ConnectionDraft { settings, secrets }),
            _ => Err(errors),
        }
    }

    fn check_secret(
        &self,
        field: &'static Field,
        is_stored: bool,
    ) -> Result<Option<SecretDraft>, FieldError> {
        let shown = field.is_shown(&self.values);
        if let Some(typed) = self.secrets.get(field.name).filter(|_| shown) {
            let value = field
                .check_text(typed.expose())?
                .map(|text| SecretValue::new(text.to_owned()));
            return Ok(value.map(|value| SecretDraft {
                field: field.name,
                value: Some(value),
            }));
        }
        if self.removed.contains(field.name) && is_stored {
            if field.is_required() && shown {
                return Err(FieldError::SecretNeeded);
            }
            return Ok(Some(SecretDraft {
                field: field.name,
                value: None,
            }));
        }
        if !is_stored && shown && field.is_required() {
            return Err(FieldError::Required);
        }
        Ok(None)
    }
}
