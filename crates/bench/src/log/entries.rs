//! The log that is measured: the same at every run, in the shape of a busy shop's.

use anyhow::Result;
use domain::{
    AccountId, LogAccount, LogEntry, LogId, LogKind, LogLevel, Platform, Site, SiteId, SiteLists, Timestamp,
};
use uuid::{Builder, Uuid};

use super::messages;
use crate::chance::Chance;

/// Accounts of each site.
pub(crate) const ACCOUNTS: usize = 200;
/// The account that most entries are about.
pub(crate) const BUSY: usize = 0;
/// A busy account without a single error.
pub(crate) const STEADY: usize = 1;
/// The account that only the very first entries are about.
pub(crate) const BRIEF: usize = ACCOUNTS - 1;
/// Entries about [`BRIEF`].
pub(crate) const BRIEF_ENTRIES: u32 = 31;
/// A kind that occurs [`RARE_ENTRIES`] times, long ago.
pub(crate) const RARE: LogKind = LogKind::AccountActivatedUnproven;
/// Entries of [`RARE`].
pub(crate) const RARE_ENTRIES: u32 = 3;
/// Entries of the site for one of the other site.
const OWN_PER_OTHER: u32 = 20;
/// What [`weight`] is a part of.
pub(crate) const WEIGHTS: u64 = 100_000;
/// 2026-08-25T00:00:00Z, when the log begins.
const BEGIN_MS: u64 = 1_787_616_000_000;
/// A day.
const DAY_MS: u64 = 86_400_000;
/// Days with entries.
const DAYS: u64 = 90;
/// The day on which nothing happened, counted from 0; the log goes on after it.
const QUIET_DAY: u64 = 30;
/// A day in the middle.
const MIDDLE_DAY: u64 = 50;

/// Both sites and what is told of them.
pub(crate) struct Entries {
    rows: u32,
    /// The site that is looked at.
    pub(crate) own: Site,
    /// The other one, whose entries lie between.
    pub(crate) other: Site,
}

impl Entries {
    /// A log of `rows` entries of one site, and a twentieth of that of another.
    pub(crate) fn new(rows: u32) -> Result<Self> {
        Ok(Self {
            rows,
            own: site(1)?,
            other: site(2)?,
        })
    }

    /// How many entries the site that is looked at has.
    pub(crate) fn rows(&self) -> u32 {
        self.rows
    }

    /// How many entries the other site has.
    pub(crate) fn other_rows(&self) -> u32 {
        self.rows / OWN_PER_OTHER
    }

    /// The entries of the site from one number up to another, oldest first, and between them those of the other.
    pub(crate) fn between(&self, from: u32, to: u32) -> Vec<LogEntry> {
        let mut entries = Vec::new();
        for number in from..to.min(self.rows) {
            entries.push(self.entry(&self.own, number));
            if number % OWN_PER_OTHER == OWN_PER_OTHER - 1 {
                entries.push(self.entry(&self.other, number));
            }
        }
        entries
    }

    /// The id of an entry of the site, by its number.
    pub(crate) fn id(&self, number: u32) -> LogId {
        self.id_of(&self.own, number)
    }

    /// The ids between which nothing happened: from the first, before the second.
    pub(crate) fn quiet_day() -> (LogId, LogId) {
        day(QUIET_DAY)
    }

    /// The ids of a day in the middle.
    pub(crate) fn middle_day() -> (LogId, LogId) {
        day(MIDDLE_DAY)
    }

    /// The first id of the second half of [`Self::middle_day`].
    pub(crate) fn middle_noon() -> LogId {
        id_at(BEGIN_MS + MIDDLE_DAY * DAY_MS + DAY_MS / 2, 0)
    }

    /// An entry that is newer than all others; `number` from 0 on.
    pub(crate) fn later(&self, number: u32) -> LogEntry {
        let mut entry = self.entry(&self.own, self.rows.saturating_add(number));
        // With a small log the last entries are far from each other, and so would these be.
        let at = BEGIN_MS + (DAYS + 2) * DAY_MS + u64::from(number);
        entry.id = id_at(at, Chance::of(u64::from(number)).draw());
        entry.at = timestamp(at);
        entry
    }

    fn entry(&self, site: &Site, number: u32) -> LogEntry {
        let mut chance = self.chance(site, number);
        // The first bits went into the id.
        chance.draw();
        let at = timestamp(self.at(number));
        let (kind, account) = self.subject(number, &mut chance);
        let account = account.map(|account| LogAccount {
            id: account_id(site.id, account),
            description: description(account),
            platform: platform(account),
        });
        LogEntry {
            id: self.id_of(site, number),
            site_id: site.id,
            at,
            by: messages::author(kind, &mut chance),
            message: messages::message(kind, account.as_ref(), at, &mut chance),
            account,
        }
    }

    /// What happened, and to which account.
    fn subject(&self, number: u32, chance: &mut Chance) -> (LogKind, Option<usize>) {
        let first = usize::try_from(number).unwrap_or(usize::MAX);
        if first < ACCOUNTS {
            return (LogKind::AccountCreated, Some(first));
        }
        if first < ACCOUNTS - 1 + BRIEF_ENTRIES as usize {
            return (LogKind::TestPassed, Some(BRIEF));
        }
        // The first numbers are dealt with already: two draws, one below the other, make a few accounts come up often.
        let others = chance.below(BRIEF as u64);
        let account = usize::try_from(chance.below(others + 1)).unwrap_or(BUSY);
        if (1..=RARE_ENTRIES).any(|part| number == self.rows / 8 * part) {
            return (RARE, Some(account));
        }
        let kind = kind(chance.below(WEIGHTS));
        match kind {
            LogKind::OwnNetworkSuspected
            | LogKind::OwnNetworkBack
            | LogKind::TokenCreated
            | LogKind::TokenRevoked
            | LogKind::EventsPurged
            | LogKind::LogPurged => (kind, None),
            _ if account == STEADY && kind.level() == LogLevel::Error => (LogKind::TestPassed, Some(account)),
            _ => (kind, Some(account)),
        }
    }

    fn chance(&self, site: &Site, number: u32) -> Chance {
        let salt = u64::from(site.id != self.own.id);
        Chance::of(u64::from(number) << 1 | salt)
    }

    fn id_of(&self, site: &Site, number: u32) -> LogId {
        id_at(self.at(number), self.chance(site, number).draw())
    }

    /// Milliseconds since the Unix epoch: evenly over all days but the quiet one.
    fn at(&self, number: u32) -> u64 {
        let offset = u64::from(number) * DAYS * DAY_MS / u64::from(self.rows);
        let skipped = if offset < QUIET_DAY * DAY_MS { 0 } else { DAY_MS };
        BEGIN_MS + offset + skipped
    }
}

/// The id of an account of a site, by its number; those from [`ACCOUNTS`] on are nobody's.
pub(crate) fn account_id(site: SiteId, number: usize) -> AccountId {
    let random = site.uuid().as_u128() ^ (number as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    AccountId::new(uuid(BEGIN_MS, random))
}

/// What an account is called.
pub(crate) fn description(number: usize) -> String {
    const TOWNS: [&str; 3] = ["Milano", "Roma", "Lecce"];
    const PURPOSES: [&str; 5] = ["Newsletter", "Ricerca", "Ordini", "Carrelli", "Assistenza"];
    // Half of them are in the first town.
    let town = TOWNS[(number % 4).saturating_sub(1)];
    format!(
        "{} negozio di {town} {number:03}",
        PURPOSES[number % PURPOSES.len()]
    )
}

fn platform(number: usize) -> Platform {
    Platform::ALL[number % Platform::ALL.len()]
}

/// Of [`WEIGHTS`] entries, how many are of a kind.
const fn weight(kind: LogKind) -> u64 {
    match kind {
        LogKind::TestPassed => 41_000,
        LogKind::Recovered | LogKind::StartedFailing => 15_000,
        LogKind::TestFailed => 9_000,
        LogKind::AccountEdited => 6_000,
        LogKind::ValuesRead => 5_000,
        LogKind::TestMessageSent => 2_500,
        LogKind::CredentialsRejected | LogKind::AccountActivated | LogKind::AccountDeactivated => 1_500,
        LogKind::TestMessageFailed => 500,
        LogKind::ValuesNotRead => 450,
        LogKind::DeliveryFailed => 600,
        LogKind::QueueResumed => 120,
        LogKind::QueueHeld => 100,
        LogKind::DeliveriesRetried => 60,
        LogKind::TokenCreated => 40,
        LogKind::AccountCreated
        | LogKind::QueuePaused
        | LogKind::DeliveriesSkipped
        | LogKind::TokenRevoked
        | LogKind::EventsPurged => 20,
        LogKind::AccountDeleted => 10,
        LogKind::OwnNetworkSuspected | LogKind::OwnNetworkBack => 8,
        LogKind::LogPurged => 4,
        // Where it occurs is said by its number.
        LogKind::AccountActivatedUnproven => 0,
    }
}

/// The kind that a draw below [`WEIGHTS`] falls on.
fn kind(mut draw: u64) -> LogKind {
    for kind in LogKind::ALL {
        let weight = weight(*kind);
        if draw < weight {
            return *kind;
        }
        draw -= weight;
    }
    LogKind::TestPassed
}

fn site(number: u8) -> Result<Site> {
    Ok(Site {
        id: SiteId::new(uuid(BEGIN_MS, u128::from(number))),
        name: format!("Negozio {number}").parse()?,
        url: format!("https://www{number}.example.com").parse()?,
        lists: SiteLists::parse("it, en", "EUR")?,
        time_zone: "Europe/Rome".parse()?,
    })
}

fn day(number: u64) -> (LogId, LogId) {
    let first = |day: u64| LogId::new(uuid(BEGIN_MS + day * DAY_MS, 0));
    (first(number), first(number + 1))
}

fn id_at(ms: u64, random: u64) -> LogId {
    LogId::new(uuid(ms, u128::from(random)))
}

/// A version 7 id; of `random` the lower 80 bits count.
fn uuid(ms: u64, random: u128) -> Uuid {
    let mut tail = [0; 10];
    tail.copy_from_slice(&random.to_be_bytes()[6..]);
    Builder::from_unix_timestamp_millis(ms, &tail).into_uuid()
}

fn timestamp(ms: u64) -> Timestamp {
    Timestamp::from_ms(i64::try_from(ms).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::collections::BTreeSet;

    use super::*;

    const ROWS: u32 = 20_000;

    fn own(entries: &Entries) -> Vec<LogEntry> {
        let all = entries.between(0, ROWS);
        all.into_iter()
            .filter(|entry| entry.site_id == entries.own.id)
            .collect()
    }

    #[test]
    fn the_weights_are_parts_of_the_whole() {
        let sum: u64 = LogKind::ALL.iter().map(|kind| weight(*kind)).sum();
        assert_eq!(sum, WEIGHTS);
    }

    #[test]
    fn entries_come_in_the_order_of_their_ids_and_in_batches_like_at_once() {
        let entries = Entries::new(ROWS).unwrap();
        let own = own(&entries);
        assert_eq!(own.len(), ROWS as usize);
        assert!(own.is_sorted_by(|one, next| one.id < next.id));
        assert_eq!(own[777].id, entries.id(777));
        assert!(entries.later(0).id > own[own.len() - 1].id);
        let all = entries.between(0, ROWS);
        assert_eq!(all.len(), (entries.rows() + entries.other_rows()) as usize);
        let mut batches = entries.between(0, 7_000);
        batches.extend(entries.between(7_000, ROWS + 500));
        assert_eq!(batches, all);
    }

    #[test]
    fn a_site_has_what_the_questions_look_for() {
        let entries = Entries::new(ROWS).unwrap();
        let own = own(&entries);
        let about = |number: usize| {
            let id = account_id(entries.own.id, number);
            own.iter()
                .filter(move |entry| entry.account.as_ref().is_some_and(|account| account.id == id))
        };
        assert_eq!(about(BRIEF).count(), BRIEF_ENTRIES as usize);
        assert!(about(BUSY).count() > ROWS as usize / 100);
        assert!(about(STEADY).count() > ROWS as usize / 200);
        assert!(about(STEADY).all(|entry| entry.message.kind.level() != LogLevel::Error));
        let rare = own.iter().filter(|entry| entry.message.kind == RARE);
        assert_eq!(rare.count(), RARE_ENTRIES as usize);
        let known: BTreeSet<AccountId> = own
            .iter()
            .filter_map(|entry| Some(entry.account.as_ref()?.id))
            .collect();
        assert_eq!(known.len(), ACCOUNTS);
        let within = |(from, before): (LogId, LogId)| {
            own.iter()
                .filter(|entry| entry.id >= from && entry.id < before)
                .count()
        };
        assert_eq!(within(Entries::quiet_day()), 0);
        assert!(within(Entries::middle_day()) > ROWS as usize / 100);
    }
}
