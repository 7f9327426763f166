//! Entries of the log, and how they are looked for.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AccountId, LogAccount, LogEntry, LogId, LogKind, LogMessage, LogPlace, SiteId, Timestamp};
use thiserror::Error;
use uuid::Uuid;

use super::{OtherSite, parsed};
use crate::LogQuery;
use crate::error::Inconsistency;

/// The columns of an entry.
#[derive(Debug)]
pub struct StoredEntry {
    /// `site_id`.
    pub site_id: SiteId,
    /// `id`.
    pub id: LogId,
    /// `account_id`.
    pub account_id: Option<AccountId>,
    /// `kind`.
    pub kind: String,
    /// `platform`.
    pub platform: Option<String>,
    /// `done_by`.
    pub done_by: Option<String>,
    /// `account_description`.
    pub account_description: Option<String>,
    /// `message`.
    pub message: LogMessage,
}

/// The kind by which the entry is found is not that of its message.
#[derive(Debug, Error)]
#[error("not the kind of the message")]
struct OtherKind;

/// The entry names an account in part.
#[derive(Debug, Error)]
#[error("id, description and platform of the account belong together")]
struct PartOfAccount;

impl StoredEntry {
    /// The entry.
    pub fn into_entry(self) -> Result<LogEntry, Inconsistency> {
        if self.kind != self.message.kind.code() {
            return Err(Inconsistency::new("log", "kind", self.id, OtherKind));
        }
        let account = match (self.account_id, self.account_description, self.platform) {
            (Some(id), Some(description), Some(platform)) => Some(LogAccount {
                id,
                description,
                platform: parsed(&platform, "log", "platform", self.id)?,
            }),
            (None, None, None) => None,
            _ => return Err(Inconsistency::new("log", "account_id", self.id, PartOfAccount)),
        };
        Ok(LogEntry {
            id: self.id,
            site_id: self.site_id,
            at: time_of(self.id),
            account,
            by: self.done_by,
            message: self.message,
        })
    }
}

/// The time in an id of version 7: its first 48 bits, in milliseconds
/// (<https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7>).
fn time_of(id: LogId) -> Timestamp {
    Timestamp::from_ms(i64::try_from(id.uuid().as_u128() >> 80).unwrap_or(i64::MAX))
}

/// An account that the log tells of, from the columns.
pub fn log_account(id: AccountId, description: String, platform: &str) -> Result<LogAccount, Inconsistency> {
    Ok(LogAccount {
        id,
        description,
        platform: parsed(platform, "log_accounts", "platform", id)?,
    })
}

/// The accounts that `entries` are about, each once and as the last of them calls it, in the order of sites and ids: two
/// lists that are written at once wait for each other instead of each holding what the other needs.
pub fn accounts_of(entries: &[LogEntry]) -> Vec<(SiteId, &LogAccount)> {
    let latest: BTreeMap<_, _> = entries
        .iter()
        .filter_map(|entry| {
            let account = entry.account.as_ref()?;
            Some(((entry.site_id, account.id), account))
        })
        .collect();
    latest
        .into_iter()
        .map(|((site, _), account)| (site, account))
        .collect()
}

/// Refuses entries that are not of the site that is written to: they would appear in the wrong site's log.
pub fn check_entries(entries: &[LogEntry], site: SiteId) -> Result<(), Inconsistency> {
    match entries.iter().find(|entry| entry.site_id != site) {
        Some(entry) => Err(Inconsistency::new("log", "site_id", entry.id, OtherSite)),
        None => Ok(()),
    }
}

/// The part of the log that a query reads.
#[derive(Debug, PartialEq, Eq)]
pub struct LogRange {
    /// The smallest id.
    pub first: Uuid,
    /// The largest id.
    pub last: Uuid,
    /// Whether the page is read upwards from the smallest id instead of downwards from the largest.
    pub is_rising: bool,
    /// The kinds to look for; `None` for entries of any kind.
    pub kinds: Option<Vec<&'static str>>,
    /// The accounts to look for; `None` for entries about any account and about none.
    pub accounts: Option<Vec<Uuid>>,
}

impl LogRange {
    /// What `query` reads; `None` where it finds nothing.
    pub fn of(query: &LogQuery) -> Option<Self> {
        let number = |id: LogId| id.uuid().as_u128();
        let mut first = query.from.map_or(0, number);
        let mut last = u128::MAX;
        if let Some(before) = query.before {
            last = number(before).checked_sub(1)?;
        }
        match query.place {
            LogPlace::Newest => {}
            LogPlace::OlderThan(id) => last = last.min(number(id).checked_sub(1)?),
            LogPlace::NewerThan(id) => first = first.max(number(id).checked_add(1)?),
        }
        // Each once: what is wanted twice would be found twice.
        let accounts: Option<BTreeSet<Uuid>> = query
            .accounts
            .as_ref()
            .map(|accounts| accounts.iter().map(|id| id.uuid()).collect());
        let code = |kinds: &Vec<LogKind>| kinds.iter().map(|kind| kind.code()).collect();
        let kinds: Option<BTreeSet<&str>> = query.kinds.as_ref().map(code);
        let is_empty = first > last
            || kinds.as_ref().is_some_and(BTreeSet::is_empty)
            || accounts.as_ref().is_some_and(BTreeSet::is_empty);
        (!is_empty).then(|| Self {
            first: Uuid::from_u128(first),
            last: Uuid::from_u128(last),
            is_rising: matches!(query.place, LogPlace::NewerThan(_)),
            kinds: kinds.map(Vec::from_iter),
            accounts: accounts.map(Vec::from_iter),
        })
    }

    /// The order in which the ids are read.
    pub const fn order(&self) -> &'static str {
        if self.is_rising { "asc" } else { "desc" }
    }
}
