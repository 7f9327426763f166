//! Lista dei Log. Entries become sentences here, in the reader's language.

use std::collections::BTreeSet;

use domain::{AccountId, DeliveryId, Language, LogEntry, LogFilter, LogId, LogKind, LogPlace};
use service::LogPage;

use super::Cx;
use super::read::{changed_words, failed, field_label, shown_value, signed_in};
use crate::load::LoadError;
use crate::view::{
    LogAccountView, LogDetailsView, LogRowView, LogTailView, LogView, TAIL_ROWS_MAX, TestAbout,
};

/// How far back a page that follows live looks again, in milliseconds: an id is made a moment before its entry is
/// written, so that an older one may appear after a newer one.
const OVERLAP_MS: i64 = 5_000;
/// Seconds of a day.
const DAY_S: u64 = 86_400;

/// The filter of a query.
pub(super) fn filter(query: &str) -> LogFilter {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    LogFilter::from_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

pub(crate) async fn log(query: &str) -> Result<LogView, LoadError> {
    let (cx, _) = signed_in()?;
    let mut filter = filter(query);
    let mut page = page(&cx, &filter).await?;
    // Nothing newer is left, or the entry to go on from is gone: the page that exists is the first one.
    let is_first = match filter.place {
        LogPlace::Newest => false,
        LogPlace::NewerThan(_) => !page.has_newer,
        LogPlace::OlderThan(_) => page.entries.is_empty(),
    };
    if is_first {
        filter.place = LogPlace::Newest;
        page = self::page(&cx, &filter).await?;
    }
    let accounts = cx
        .raccordo
        .list_log_accounts(cx.site.id, "")
        .await
        .map_err(failed)?;
    let only = match filter.account_id {
        Some(id) => Some(name(&cx, id, &page.entries).await?),
        None => None,
    };
    let mut names: Vec<String> = accounts.into_iter().map(|account| account.description).collect();
    names.dedup();
    let limits = cx.raccordo.limits();
    Ok(LogView {
        rows: rows(&cx, &page.entries).await?,
        newer: edge(page.has_newer, page.entries.first()),
        older: edge(page.has_older, page.entries.last()),
        accounts: names,
        only,
        kept_days: limits
            .log_kept
            .map(|kept| u32::try_from(kept.as_secs() / DAY_S).unwrap_or(u32::MAX)),
        filter,
    })
}

/// What has come since `after` was the newest entry shown: as many pages of it as a list that is followed holds.
pub(crate) async fn tail(query: &str, after: Option<LogId>) -> Result<LogTailView, LoadError> {
    let (cx, _) = signed_in()?;
    let mut filter = LogFilter {
        place: LogPlace::Newest,
        ..filter(query)
    };
    let mut page = page(&cx, &filter).await?;
    let since = after.map(|after| made_at(after) - OVERLAP_MS);
    while page.has_older
        && page.entries.len() < TAIL_ROWS_MAX
        && let (Some(since), Some(last)) = (since, page.entries.last())
        && made_at(last.id) >= since
    {
        filter.place = LogPlace::OlderThan(last.id);
        let next = self::page(&cx, &filter).await?;
        page.entries.extend(next.entries);
        page.has_older = next.has_older;
    }
    let last = page.entries.last().map(|entry| entry.id);
    let joins = after.is_some_and(|after| !page.has_older || last.is_some_and(|last| last <= after));
    if let (true, Some(since)) = (joins, since) {
        page.entries.retain(|entry| made_at(entry.id) >= since);
    }
    Ok(LogTailView {
        rows: rows(&cx, &page.entries).await?,
        older: edge(page.has_older, page.entries.last()),
        joins,
    })
}

async fn page(cx: &Cx, filter: &LogFilter) -> Result<LogPage, LoadError> {
    let range = crate::when::range(filter.from.as_ref(), filter.to.as_ref(), &cx.site);
    cx.raccordo
        .list_log(cx.site.id, filter, range)
        .await
        .map_err(failed)
}

fn edge(has_more: bool, entry: Option<&LogEntry>) -> Option<LogId> {
    entry.filter(|_| has_more).map(|entry| entry.id)
}

/// The time in an id, in milliseconds since the Unix epoch: its first 48 bits.
fn made_at(id: LogId) -> i64 {
    i64::try_from(id.uuid().as_u128() >> 80).unwrap_or(i64::MAX)
}

/// What an account is called that a page is only about.
async fn name(cx: &Cx, id: AccountId, entries: &[LogEntry]) -> Result<String, LoadError> {
    let told = entries.iter().find_map(|entry| entry.account.as_ref());
    if let Some(account) = told {
        return Ok(account.description.clone());
    }
    let stored = cx.raccordo.find_account(cx.site.id, id).await.map_err(failed)?;
    Ok(stored.map_or_else(|| id.to_string(), |stored| stored.account.description.to_string()))
}

async fn rows(cx: &Cx, entries: &[LogEntry]) -> Result<Vec<LogRowView>, LoadError> {
    // The entries of a page are about few accounts.
    let accounts: BTreeSet<AccountId> = entries
        .iter()
        .filter_map(|entry| Some(entry.account.as_ref()?.id))
        .collect();
    let mut existing = BTreeSet::new();
    for id in accounts {
        let found = cx.raccordo.find_account(cx.site.id, id).await.map_err(failed)?;
        existing.extend(found.map(|_| id));
    }
    let row = |entry: &LogEntry| {
        let account = entry.account.as_ref();
        let platform = account.map(|account| account.platform).or(entry.message.platform);
        let report = entry.message.report.as_deref();
        LogRowView {
            id: entry.id,
            at: crate::when::logged(entry.at, cx.raccordo.now(), &cx.site, cx.language),
            level: entry.message.kind.level(),
            message: entry.message.sentence(platform, cx.language),
            account: account.map(|account| LogAccountView {
                id: account.id,
                description: account.description.clone(),
                platform: account.platform,
                exists: existing.contains(&account.id),
            }),
            details: LogDetailsView {
                by: entry.by.clone(),
                platform,
                changes: changes(entry, cx.language),
                delivery: delivery(entry),
                test: platform
                    .zip(report)
                    .map(|(platform, report)| cx.test_view(platform, report, TestAbout::Saved)),
            },
        }
    };
    Ok(entries.iter().map(row).collect())
}

/// The delivery that an entry tells of.
fn delivery(entry: &LogEntry) -> Option<DeliveryId> {
    let (account, delivery) = entry.account.as_ref().zip(entry.message.delivery.as_ref())?;
    Some(DeliveryId {
        event: delivery.event,
        account: account.id,
    })
}

/// What changed, line by line.
pub(super) fn changes(entry: &LogEntry, language: Language) -> Vec<String> {
    let message = &entry.message;
    let platform = entry.account.as_ref().map(|account| account.platform);
    let Some(platform) = platform.or(message.platform) else {
        return Vec::new();
    };
    if message.kind != LogKind::AccountCreated {
        return changed_words(platform, &message.fields, &message.secrets, language);
    }
    // Of a new account nothing was there before.
    let fields = message.fields.iter().map(|field| {
        let label = field_label(platform, &field.field, language);
        format!(
            "{label}: {}",
            shown_value(platform, &field.field, &field.to, language)
        )
    });
    let secrets = message.secrets.iter().map(|secret| {
        let set = match language {
            Language::It => "impostata",
            Language::En => "set",
        };
        format!("{}: {set}", field_label(platform, &secret.field, language))
    });
    fields.chain(secrets).collect()
}
