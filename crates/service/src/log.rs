//! The log: writing entries, reading pages, removing what is old.

use std::sync::PoisonError;

use domain::{
    Account, LOG_PAGE_SIZE, LogAccount, LogEntry, LogFilter, LogId, LogKind, LogMessage, LogPlace, SiteId,
    Timestamp,
};
use persistence::LogQuery;
use uuid::{Builder, Uuid};

use crate::error::ServiceError;
use crate::{Actor, Raccordo};

/// Accounts that are offered to choose from.
const ACCOUNTS_OFFERED: u32 = 50;
/// Entries removed in one transaction: others write in between.
const PURGE_BATCH: u32 = 1_000;
/// Random bytes of an id behind its time and sequence number.
const RANDOM_BYTES: usize = 8;

/// Numbers the ids of one millisecond, so that entries of one act sort in its order.
#[derive(Debug, Default)]
pub(crate) struct Sequence {
    ms: u64,
    next: u16,
}

/// The days of a filter as instants: from the first, before the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogRange {
    /// The beginning of the first day.
    pub from: Option<Timestamp>,
    /// The end of the last day.
    pub before: Option<Timestamp>,
}

/// A page of the log.
#[derive(Debug)]
pub struct LogPage {
    /// The entries, newest first.
    pub entries: Vec<LogEntry>,
    /// Whether there are newer ones.
    pub has_newer: bool,
    /// Whether there are older ones.
    pub has_older: bool,
}

impl Raccordo {
    /// A page of the log.
    pub async fn list_log(
        &self,
        site: SiteId,
        filter: &LogFilter,
        range: LogRange,
    ) -> Result<LogPage, ServiceError> {
        let Some(query) = self.log_query(site, filter, range, LOG_PAGE_SIZE + 1).await? else {
            return Ok(LogPage {
                entries: Vec::new(),
                has_newer: false,
                has_older: false,
            });
        };
        let mut entries = self.store.list_log(&query).await?;
        let page = LOG_PAGE_SIZE as usize;
        let has_more = entries.len() > page;
        let (has_newer, has_older) = match filter.place {
            LogPlace::Newest => (false, has_more),
            LogPlace::OlderThan(_) => (true, has_more),
            LogPlace::NewerThan(_) => (has_more, true),
        };
        if has_more {
            match filter.place {
                LogPlace::NewerThan(_) => drop(entries.remove(0)),
                _ => entries.truncate(page),
            }
        }
        Ok(LogPage {
            entries,
            has_newer,
            has_older,
        })
    }

    /// Up to `limit` entries older than `after`, for a download that goes on page by page.
    pub async fn read_log(
        &self,
        site: SiteId,
        filter: &LogFilter,
        range: LogRange,
        after: Option<LogId>,
        limit: u32,
    ) -> Result<Vec<LogEntry>, ServiceError> {
        let filter = LogFilter {
            place: after.map_or(LogPlace::Newest, LogPlace::OlderThan),
            ..filter.clone()
        };
        match self.log_query(site, &filter, range, limit).await? {
            Some(query) => Ok(self.store.list_log(&query).await?),
            None => Ok(Vec::new()),
        }
    }

    /// The query for a filter; `None` when its accounts do not exist.
    async fn log_query(
        &self,
        site: SiteId,
        filter: &LogFilter,
        range: LogRange,
        limit: u32,
    ) -> Result<Option<LogQuery>, ServiceError> {
        let accounts = match (&filter.account_id, filter.account.as_str()) {
            (Some(id), _) => Some(vec![*id]),
            (None, "") => None,
            (None, text) => {
                // All of them, or entries would be missing without a word; each costs a look into an index.
                let found = self.store.list_log_accounts(site, text, u32::MAX).await?;
                Some(found.into_iter().map(|account| account.id).collect())
            }
        };
        if accounts.as_ref().is_some_and(Vec::is_empty) {
            return Ok(None);
        }
        Ok(Some(LogQuery {
            site,
            kinds: filter.kinds(),
            accounts,
            from: range.from.map(first_id),
            before: range.before.map(first_id),
            place: filter.place,
            limit,
        }))
    }

    /// The first accounts that the log tells of, to choose from.
    pub async fn list_log_accounts(&self, site: SiteId, text: &str) -> Result<Vec<LogAccount>, ServiceError> {
        Ok(self.store.list_log_accounts(site, text, ACCOUNTS_OFFERED).await?)
    }

    /// Removes the entries that are older than the log is kept; answers how many went.
    pub async fn purge_log(&self) -> Result<u64, ServiceError> {
        let Some(kept) = self.limits.log_kept else {
            return Ok(0);
        };
        let seconds = i64::try_from(kept.as_secs()).unwrap_or(i64::MAX);
        let before = first_id(self.now().plus_seconds(-seconds));
        let mut all = 0;
        for site in self.store.list_sites().await? {
            let mut removed = 0;
            loop {
                let gone = self.store.purge_log(site.id, before, PURGE_BATCH).await?;
                removed += gone;
                if gone < u64::from(PURGE_BATCH) {
                    break;
                }
            }
            if removed > 0 {
                let message = LogMessage {
                    count: Some(u32::try_from(removed).unwrap_or(u32::MAX)),
                    ..LogMessage::new(LogKind::LogPurged)
                };
                let entry = self.entry(site.id, None, None, message)?;
                self.store.append_log(vec![entry]).await?;
            }
            all += removed;
        }
        Ok(all)
    }

    /// An entry of the panel itself, for the log; the engine hands it over with what it tells of.
    pub fn log_entry(
        &self,
        site: SiteId,
        account: Option<&Account>,
        message: LogMessage,
    ) -> Result<LogEntry, ServiceError> {
        self.entry(site, account, None, message)
    }

    /// An entry, for the log.
    pub(crate) fn entry(
        &self,
        site_id: SiteId,
        account: Option<&Account>,
        actor: Option<&Actor>,
        message: LogMessage,
    ) -> Result<LogEntry, ServiceError> {
        let at = self.now();
        Ok(LogEntry {
            id: self.next_log_id(at)?,
            site_id,
            at,
            account: account.map(|account| LogAccount {
                id: account.id,
                description: account.description.to_string(),
                platform: account.platform(),
            }),
            by: actor.map(|actor| actor.user.name.to_string()),
            message,
        })
    }

    fn next_log_id(&self, at: Timestamp) -> Result<LogId, ServiceError> {
        let random = vault::random_bytes::<RANDOM_BYTES>()?;
        let ms = u64::try_from(at.ms()).unwrap_or_default();
        let number = {
            let mut sequence = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
            if sequence.ms != ms {
                *sequence = Sequence { ms, next: 0 };
            }
            let number = sequence.next;
            sequence.next = sequence.next.wrapping_add(1);
            number
        };
        // The twelve bits behind the time hold the number.
        let [high, low] = number.to_be_bytes();
        let mut tail = [0; 10];
        tail[0] = high;
        tail[1] = low;
        tail[2..].copy_from_slice(&random);
        Ok(LogId::new(
            Builder::from_unix_timestamp_millis(ms, &tail).into_uuid(),
        ))
    }
}

/// The smallest id of an instant.
fn first_id(at: Timestamp) -> LogId {
    let ms = u64::try_from(at.ms()).unwrap_or_default();
    let smallest: Uuid = Builder::from_unix_timestamp_millis(ms, &[0; 10]).into_uuid();
    LogId::new(smallest)
}
