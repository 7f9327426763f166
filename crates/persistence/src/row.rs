//! What lies between a row and the model, alike for every database. No driver here.

mod check;
mod delivery;
mod log;

use std::error::Error;
use std::fmt::Display;
use std::str::FromStr;

use domain::{
    Account, AccountChange, AccountId, ChangeKind, Context, FieldChange, Host, Platform, SecretChange,
    SecretState, Settings, Site, SiteId, SiteLists, Slot, Timestamp, User, UserId, Values, Version,
};
use thiserror::Error;

use crate::error::Inconsistency;

pub use check::{StoredCheck, contact};
pub use delivery::{
    AttemptColumns, DeliveryColumns, DeliveryRange, EventColumns, Finished, TokenColumns, delivery_state,
    fault_class, first_due_at, hold, hour_of, is_same_hold, latest_memories, next_of, number, outcome_code,
    overtaking_codes, purgeable, stale_codes, superseding_codes, weight,
};
pub use log::{LogRange, StoredEntry, accounts_of, check_entries, log_account};

/// The columns of an account.
#[derive(Debug)]
pub struct StoredAccount {
    /// `id`.
    pub id: AccountId,
    /// `site_id`.
    pub site_id: SiteId,
    /// `platform`.
    pub platform: String,
    /// `description`.
    pub description: String,
    /// `settings`.
    pub settings: Values,
    /// `active`.
    pub active: bool,
    /// `version`.
    pub version: i64,
    /// `settings_version`.
    pub settings_version: i64,
    /// `created_at`.
    pub created_at: i64,
    /// `updated_at`.
    pub updated_at: i64,
    /// `updated_by`.
    pub updated_by: String,
}

/// The settings do not keep their platform's rules.
#[derive(Debug, Error)]
#[error("settings that do not keep their rules: {0:?}")]
struct UnreadableSettings(Vec<&'static str>);

/// A number that is too small or too large.
#[derive(Debug, Error)]
#[error("the number is out of range")]
struct OutOfRange;

/// A kind of change that this program does not know.
#[derive(Debug, Error)]
#[error("unknown kind of change")]
struct UnknownChangeKind;

/// A list that must hold something is empty.
#[derive(Debug, Error)]
#[error("the list is empty")]
struct EmptyList;

impl StoredAccount {
    /// The account, with no secrets yet.
    pub fn into_account(self) -> Result<Account, Inconsistency> {
        let wrong = |column, source: Box<dyn Error + Send + Sync>| {
            Inconsistency::new("accounts", column, self.id, source)
        };
        let platform: Platform = self
            .platform
            .parse()
            .map_err(|error| wrong("platform", Box::new(error)))?;
        let settings = Settings::parse(platform, &self.settings, Context::Stored).map_err(|errors| {
            let fields = errors.into_iter().map(|(field, _)| field).collect();
            wrong("settings", Box::new(UnreadableSettings(fields)))
        })?;
        Ok(Account {
            id: self.id,
            site_id: self.site_id,
            description: self
                .description
                .parse()
                .map_err(|error| wrong("description", Box::new(error)))?,
            settings,
            active: self.active,
            version: version(self.version).ok_or_else(|| wrong("version", Box::new(OutOfRange)))?,
            settings_version: version(self.settings_version)
                .ok_or_else(|| wrong("settings_version", Box::new(OutOfRange)))?,
            created_at: Timestamp::from_ms(self.created_at),
            updated_at: Timestamp::from_ms(self.updated_at),
            updated_by: self.updated_by,
            secrets: Vec::new(),
        })
    }
}

/// The columns of a recorded change.
#[derive(Debug)]
pub struct StoredChange {
    /// `account_id`.
    pub account_id: AccountId,
    /// `version`.
    pub version: i64,
    /// `kind`.
    pub kind: String,
    /// `changed_at`.
    pub changed_at: i64,
    /// `changed_by`.
    pub changed_by: String,
    /// `fields`.
    pub fields: Vec<FieldChange>,
    /// `secrets`.
    pub secrets: Vec<SecretChange>,
}

impl StoredChange {
    /// The change.
    pub fn into_change(self) -> Result<AccountChange, Inconsistency> {
        let wrong = |column, source: Box<dyn Error + Send + Sync>| {
            Inconsistency::new("account_changes", column, self.account_id, source)
        };
        let kind = CHANGE_KINDS
            .into_iter()
            .find(|kind| change_code(*kind) == self.kind)
            .ok_or_else(|| wrong("kind", Box::new(UnknownChangeKind)))?;
        Ok(AccountChange {
            account_id: self.account_id,
            version: version(self.version).ok_or_else(|| wrong("version", Box::new(OutOfRange)))?,
            kind,
            at: Timestamp::from_ms(self.changed_at),
            by: self.changed_by,
            fields: self.fields,
            secrets: self.secrets,
        })
    }
}

const CHANGE_KINDS: [ChangeKind; 4] = [
    ChangeKind::Created,
    ChangeKind::Edited,
    ChangeKind::Activated,
    ChangeKind::Deactivated,
];

/// A kind of change as stored.
pub const fn change_code(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Created => "created",
        ChangeKind::Edited => "edited",
        ChangeKind::Activated => "activated",
        ChangeKind::Deactivated => "deactivated",
    }
}

/// What is known of a secret, from its columns.
pub fn secret_state(field: String, host: String, key_id: String, set_at: i64, set_by: String) -> SecretState {
    SecretState {
        field,
        host: Host::stored(host),
        key_id,
        set_at: Timestamp::from_ms(set_at),
        set_by,
    }
}

/// The columns of a site.
#[derive(Debug)]
pub struct StoredSite {
    /// `id`.
    pub id: SiteId,
    /// `name`.
    pub name: String,
    /// `url`.
    pub url: String,
    /// `languages`.
    pub languages: Vec<String>,
    /// `currencies`.
    pub currencies: Vec<String>,
    /// `time_zone`.
    pub time_zone: String,
}

impl StoredSite {
    /// The site.
    pub fn into_site(self) -> Result<Site, Inconsistency> {
        Ok(Site {
            id: self.id,
            name: parsed(&self.name, "sites", "name", self.id)?,
            url: parsed(&self.url, "sites", "url", self.id)?,
            lists: SiteLists {
                languages: parsed_list(&self.languages, "languages", self.id)?,
                currencies: parsed_list(&self.currencies, "currencies", self.id)?,
            },
            time_zone: parsed(&self.time_zone, "sites", "time_zone", self.id)?,
        })
    }
}

fn parsed_list<T: FromStr>(
    items: &[String],
    column: &'static str,
    row: SiteId,
) -> Result<Vec<T>, Inconsistency>
where
    T::Err: Error + Send + Sync + 'static,
{
    if items.is_empty() {
        return Err(Inconsistency::new("sites", column, row, EmptyList));
    }
    items
        .iter()
        .map(|item| parsed(item, "sites", column, row))
        .collect()
}

/// A user, from the columns.
pub fn user(id: UserId, name: &str) -> Result<User, Inconsistency> {
    Ok(User {
        id,
        name: parsed(name, "users", "name", id)?,
    })
}

fn parsed<T: FromStr>(
    text: &str,
    table: &'static str,
    column: &'static str,
    row: impl Display,
) -> Result<T, Inconsistency>
where
    T::Err: Error + Send + Sync + 'static,
{
    text.parse()
        .map_err(|error| Inconsistency::new(table, column, row, error))
}

fn version(number: i64) -> Option<Version> {
    u32::try_from(number).ok().and_then(Version::from_number)
}

/// A count that a database answered.
pub fn count(number: i64, table: &'static str, column: &'static str) -> Result<u64, Inconsistency> {
    u64::try_from(number).map_err(|error| Inconsistency::new(table, column, "count", error))
}

/// The columns that keep two active accounts of a site from sharing a place.
#[derive(Debug, PartialEq, Eq)]
pub struct SlotKeys {
    /// `slot`: the key of the account's own place.
    pub slot: Option<String>,
    /// `default_slot`: the key of the place of the default account.
    pub default_slot: Option<String>,
}

impl SlotKeys {
    /// The columns for an account with these settings.
    pub fn of(settings: &Settings) -> Self {
        let (default, own): (Vec<Slot>, Vec<Slot>) = settings.slots().into_iter().partition(Slot::is_default);
        Self {
            slot: own.first().map(Slot::key),
            default_slot: default.first().map(Slot::key),
        }
    }
}

/// What a search looks for within `search_text`: in lower case, like that column. Both databases compare it as it
/// stands, so that no character of it means anything else. `None` for a search that narrows nothing.
pub fn search_term(search: &str) -> Option<String> {
    // No text holds a NUL, and PostgreSQL takes none.
    let term = search.replace('\0', "").trim().to_lowercase();
    (!term.is_empty()).then_some(term)
}

/// Refuses an account that is not of the site that is written to: it would appear in the wrong site's list.
pub fn check_site(account: &Account, site: SiteId) -> Result<(), Inconsistency> {
    if account.site_id == site {
        Ok(())
    } else {
        Err(Inconsistency::new("accounts", "site_id", account.id, OtherSite))
    }
}

/// The account or entry is of another site.
#[derive(Debug, Error)]
#[error("it is of another site than the one written to")]
struct OtherSite;
