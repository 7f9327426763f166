//! Filter and place of the log, as they stand in an address.

use serde::{Deserialize, Serialize};

use super::{LogKind, LogLevel};
use crate::id::{AccountId, LogId};

/// Filter and place of the log. Every value that an address can hold means something: what is wrong falls back to its
/// default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LogFilter {
    /// Only entries of this level.
    pub level: Option<LogLevel>,
    /// Only entries of this kind.
    pub kind: Option<LogKind>,
    /// Only entries about accounts with this in their description; empty for all.
    pub account: String,
    /// Only entries about this very account.
    pub account_id: Option<AccountId>,
    /// From this day on, `2026-11-23`, in the site's time zone.
    pub from: Option<crate::CalendarDate>,
    /// Up to this day, included.
    pub to: Option<crate::CalendarDate>,
    /// Where the page begins.
    pub place: LogPlace,
}

/// Where a page of the log begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum LogPlace {
    /// With the newest entry.
    #[default]
    Newest,
    /// With what is older than an entry.
    OlderThan(LogId),
    /// With what is newer than an entry: the page that ends just above it.
    NewerThan(LogId),
}

impl LogFilter {
    /// Reads the pairs of an address: `level`, `kind`, `account` (text), `id` (an account), `from` and `to` (days),
    /// `older` and `newer` (entries).
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut filter = Self::default();
        for (name, value) in pairs {
            match name {
                "level" => filter.level = LogLevel::from_code(value),
                "kind" => filter.kind = LogKind::from_code(value),
                "account" => filter.account = crate::list::search(value),
                "id" => filter.account_id = value.parse().ok(),
                "from" => filter.from = crate::CalendarDate::read(value),
                "to" => filter.to = crate::CalendarDate::read(value),
                "older" => filter.place = value.parse().map_or(LogPlace::Newest, LogPlace::OlderThan),
                "newer" => filter.place = value.parse().map_or(LogPlace::Newest, LogPlace::NewerThan),
                _ => {}
            }
        }
        filter
    }

    /// The pairs for an address; defaults are left out. Read back, they make the same filter.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if let Some(level) = self.level {
            pairs.push(("level", level.code().to_owned()));
        }
        if let Some(kind) = self.kind {
            pairs.push(("kind", kind.code().to_owned()));
        }
        if !self.account.is_empty() {
            pairs.push(("account", self.account.clone()));
        }
        if let Some(id) = self.account_id {
            pairs.push(("id", id.to_string()));
        }
        if let Some(from) = &self.from {
            pairs.push(("from", from.as_str().to_owned()));
        }
        if let Some(to) = &self.to {
            pairs.push(("to", to.as_str().to_owned()));
        }
        match self.place {
            LogPlace::Newest => {}
            LogPlace::OlderThan(id) => pairs.push(("older", id.to_string())),
            LogPlace::NewerThan(id) => pairs.push(("newer", id.to_string())),
        }
        pairs
    }

    /// Whether anything but the place is set.
    pub fn is_narrowed(&self) -> bool {
        Self {
            place: LogPlace::Newest,
            ..self.clone()
        } != Self::default()
    }

    /// The kinds that level and kind leave; all of them for `None`.
    pub fn kinds(&self) -> Option<Vec<LogKind>> {
        if self.level.is_none() && self.kind.is_none() {
            return None;
        }
        let fits = |kind: &LogKind| {
            self.level.is_none_or(|level| kind.level() == level) && self.kind.is_none_or(|one| one == *kind)
        };
        Some(LogKind::ALL.iter().copied().filter(fits).collect())
    }
}
