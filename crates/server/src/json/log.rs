//! Entries of the log.

use domain::{AccountId, Language, LogId};
use events::Time;
use serde::Serialize;
use utoipa::ToSchema;

use super::time;

/// An entry of the log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LogEntry {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    pub(crate) id: LogId,
    /// When.
    pub(crate) at: Time,
    /// `info`, `warning` or `error`.
    pub(crate) level: &'static str,
    /// What kind of thing happened.
    #[schema(example = "account_edited")]
    pub(crate) kind: &'static str,
    /// What happened, as a sentence.
    pub(crate) text: String,
    /// The account that it is about, if any, as it was called then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<LogAccount>,
    /// Who did it; left out for the panel itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
}

/// The account of an entry.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LogAccount {
    /// Its id; it may be gone.
    #[schema(value_type = String, format = "uuid")]
    pub(crate) id: AccountId,
    /// Its description at the time.
    pub(crate) description: String,
    /// Its platform.
    pub(crate) platform: &'static str,
}

impl From<domain::LogEntry> for LogEntry {
    fn from(entry: domain::LogEntry) -> Self {
        let platform = entry.account.as_ref().map(|account| account.platform);
        Self {
            id: entry.id,
            at: time(entry.at),
            level: entry.message.kind.level().code(),
            kind: entry.message.kind.code(),
            text: entry.message.sentence(platform, Language::En),
            account: entry.account.map(|account| LogAccount {
                id: account.id,
                description: account.description,
                platform: account.platform.code(),
            }),
            by: entry.by,
        }
    }
}
