//! Whether the panel's own network is down. When nobody can be reached, no platform is to blame: everything is parked, no
//! attempt is used up, and one delivery at a time tries.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use domain::{AccountId, SiteId};
use tokio::time::Instant;

use crate::breaker::Leave;

/// How long the last attempt of an account counts against the network.
const SEEN_FOR: Duration = Duration::from_secs(30);
/// How long it counts for the network, where nothing but another one's silent name service speaks against it: it may be
/// silent about a single name.
const PROVEN_FOR: Duration = Duration::from_mins(10);
/// Between one probe and the next.
const PROBE_EVERY: Duration = Duration::from_secs(5);
/// How much longer the account that probed last holds back, so that another one has its turn.
const PROBER_WAIT: Duration = Duration::from_secs(1);
/// Hosts without contact that make the own network the likelier reason.
const HOSTS_MIN: usize = 2;

/// Whether a platform was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contact {
    /// It answered, whatever it said.
    Made,
    /// An answer did not come: it was reached, unless the network went down under an open connection.
    Lost,
    /// No contact came about; the reason may be on either side.
    Missed,
    /// No contact came about, and the reason is on this side.
    NoNetwork,
}

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// Everything is parked.
    Parked {
        /// Accounts without contact.
        accounts: u32,
        /// Whose attempt showed it.
        site: SiteId,
    },
    /// Platforms can be reached again.
    Back {
        /// The site that was told of the parking.
        site: SiteId,
    },
}

/// What the last attempts tell of the network.
#[derive(Debug, Default)]
pub(crate) struct Network {
    seen: HashMap<AccountId, Seen>,
    parked: Option<Parked>,
}

#[derive(Debug)]
struct Seen {
    at: Instant,
    host: String,
    contact: Contact,
}

#[derive(Debug)]
struct Parked {
    site: SiteId,
    probe_at: Instant,
    prober: Option<AccountId>,
}

impl Network {
    /// Notes how the last attempt of an account to `host` went, and what the witnesses say of the network, if anything.
    pub(crate) fn note(
        &mut self,
        now: Instant,
        site: SiteId,
        account: AccountId,
        host: &str,
        contact: Contact,
        testimony: Option<bool>,
    ) -> Option<Change> {
        let mut change = None;
        let contact = match contact {
            Contact::Lost if testimony == Some(false) => Contact::Missed,
            Contact::Lost => Contact::Made,
            told => told,
        };
        let is_up = contact == Contact::Made || testimony == Some(true);
        if is_up && let Some(parked) = self.parked.take() {
            self.seen.clear();
            change = Some(Change::Back { site: parked.site });
        }
        match self.seen.get_mut(&account) {
            Some(seen) if seen.host == host => {
                seen.at = now;
                seen.contact = contact;
            }
            _ => {
                let host = host.to_owned();
                self.seen.insert(
                    account,
                    Seen {
                        at: now,
                        host,
                        contact,
                    },
                );
            }
        }
        if is_up || self.parked.is_some() {
            return change;
        }
        self.seen
            .retain(|_, seen| now.duration_since(seen.at) <= PROVEN_FOR);
        let is_down = testimony == Some(false);
        let accounts = self.suspicion(now, is_down)?;
        self.parked = Some(Parked {
            site,
            probe_at: now + PROBE_EVERY,
            prober: Some(account),
        });
        Some(Change::Parked { accounts, site })
    }

    /// How many accounts are without contact, if that makes the own network suspect; it is when it `is_down` by what the
    /// witnesses say, whoever was reached a moment ago.
    fn suspicion(&self, now: Instant, is_down: bool) -> Option<u32> {
        let recent = || {
            let seen = self.seen.values();
            seen.filter(|seen| now.duration_since(seen.at) <= SEEN_FOR)
        };
        let missed = || recent().filter(|seen| seen.contact != Contact::Made);
        let is_reaching = recent().any(|seen| seen.contact == Contact::Made);
        let hosts: HashSet<&str> = missed().map(|seen| seen.host.as_str()).collect();
        let is_proven = self.seen.values().any(|seen| seen.contact == Contact::Made);
        let is_certain = missed().any(|seen| seen.contact == Contact::NoNetwork) && !is_proven;
        let is_suspect = is_down || (!is_reaching && (is_certain || hosts.len() >= HOSTS_MIN));
        is_suspect.then(|| u32::try_from(missed().count()).unwrap_or(u32::MAX))
    }

    /// Whether everything is parked.
    pub(crate) const fn is_parked(&self) -> bool {
        self.parked.is_some()
    }

    /// What `account` may claim at `now`. An account that has not failed yet may try once; of the others a probe that is
    /// granted is the only one for a while.
    pub(crate) fn leave(&mut self, now: Instant, account: AccountId) -> Leave {
        let has_failed = |account: &AccountId| {
            let seen = self.seen.get(account);
            seen.is_some_and(|seen| seen.contact != Contact::Made)
        };
        let has_others = self.seen.keys().any(|seen| *seen != account && has_failed(seen));
        let is_untried = !has_failed(&account);
        let Some(parked) = &mut self.parked else {
            return Leave::Free;
        };
        if is_untried {
            return Leave::Probe;
        }
        let mut probe_at = parked.probe_at;
        if has_others && parked.prober == Some(account) {
            probe_at += PROBER_WAIT;
        }
        if now < probe_at {
            return Leave::NotBefore(probe_at);
        }
        parked.probe_at = now + PROBE_EVERY;
        parked.prober = Some(account);
        Leave::Probe
    }

    /// The probe that was granted to `account` found nothing to send: somebody else may try at once.
    pub(crate) fn return_probe(&mut self, now: Instant, account: AccountId) {
        if let Some(parked) = &mut self.parked
            && parked.prober == Some(account)
        {
            parked.probe_at = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const SITE: SiteId = SiteId::new(Uuid::from_u128(7));
    const ONE: AccountId = AccountId::new(Uuid::from_u128(1));
    const TWO: AccountId = AccountId::new(Uuid::from_u128(2));

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    fn parked() -> (Network, Instant) {
        let start = Instant::now();
        let mut network = Network::default();
        let change = network.note(start, SITE, ONE, "one.test", Contact::NoNetwork, None);
        assert_eq!(
            change,
            Some(Change::Parked {
                accounts: 1,
                site: SITE
            })
        );
        (network, start)
    }

    #[test]
    fn one_host_that_is_down_is_its_own_fault() {
        let start = Instant::now();
        let mut network = Network::default();
        for account in [ONE, TWO] {
            assert_eq!(
                network.note(start, SITE, account, "one.test", Contact::Missed, None),
                None
            );
        }
        assert_eq!(network.leave(start, ONE), Leave::Free);
    }

    #[test]
    fn two_hosts_without_contact_park_everything_and_any_contact_ends_it() {
        let start = Instant::now();
        let mut network = Network::default();
        assert_eq!(
            network.note(start, SITE, ONE, "one.test", Contact::Missed, None),
            None
        );
        assert_eq!(
            network.note(start + seconds(1), SITE, TWO, "two.test", Contact::Missed, None),
            Some(Change::Parked {
                accounts: 2,
                site: SITE
            })
        );
        assert!(network.is_parked());
        assert_eq!(
            network.note(start + seconds(2), SITE, ONE, "one.test", Contact::Missed, None),
            None,
            "told once"
        );
        assert_eq!(
            network.note(start + seconds(3), SITE, ONE, "one.test", Contact::Made, None),
            Some(Change::Back { site: SITE })
        );
        assert_eq!(network.leave(start + seconds(3), TWO), Leave::Free);
        assert_eq!(
            network.note(start + seconds(4), SITE, TWO, "two.test", Contact::Missed, None),
            None,
            "what was before does not count any more"
        );
    }

    #[test]
    fn witnesses_tell_which_side_is_down_at_the_first_attempt() {
        let start = Instant::now();
        let mut network = Network::default();
        let mut note = |after_s: u64, account, host: &str, contact, testimony| {
            network.note(start + seconds(after_s), SITE, account, host, contact, testimony)
        };
        assert_eq!(note(0, ONE, "one.test", Contact::Missed, Some(true)), None);
        assert_eq!(
            note(1, TWO, "two.test", Contact::NoNetwork, Some(true)),
            None,
            "two platforms that are down"
        );
        assert_eq!(note(2, TWO, "two.test", Contact::Made, None), None);
        assert_eq!(
            note(3, ONE, "one.test", Contact::Missed, Some(false)),
            Some(Change::Parked {
                accounts: 1,
                site: SITE
            }),
            "the other was reached before the network went down"
        );
        assert_eq!(note(4, ONE, "one.test", Contact::Missed, Some(false)), None);
        assert_eq!(
            note(5, ONE, "one.test", Contact::Missed, Some(true)),
            Some(Change::Back { site: SITE }),
            "the network is back, the platform is not"
        );
        assert_eq!(note(6, TWO, "two.test", Contact::Lost, None), None);
        assert!(
            note(7, TWO, "two.test", Contact::Lost, Some(false)).is_some(),
            "an open connection outlives the network"
        );
        assert_eq!(
            note(8, TWO, "two.test", Contact::Lost, None),
            Some(Change::Back { site: SITE }),
            "somebody took the call"
        );
    }

    #[test]
    fn while_one_account_is_reached_the_network_is_up_whatever_the_others_say() {
        let start = Instant::now();
        let mut network = Network::default();
        network.note(start, SITE, ONE, "one.test", Contact::Made, None);
        assert_eq!(
            network.note(start, SITE, TWO, "two.test", Contact::NoNetwork, None),
            None
        );
        let later = start + SEEN_FOR + seconds(1);
        assert_eq!(
            network.note(later, SITE, TWO, "two.test", Contact::NoNetwork, None),
            None,
            "a name service that is silent about one name"
        );
        let much_later = start + PROVEN_FOR + seconds(1);
        assert!(
            network
                .note(much_later, SITE, TWO, "two.test", Contact::NoNetwork, None)
                .is_some(),
            "a contact of long ago proves nothing"
        );
    }

    #[test]
    fn after_the_network_is_back_one_that_stays_silent_is_its_own_trouble() {
        let (mut network, start) = parked();
        assert_eq!(
            network.note(start + seconds(1), SITE, TWO, "two.test", Contact::Made, None),
            Some(Change::Back { site: SITE })
        );
        assert_eq!(
            network.note(
                start + seconds(60),
                SITE,
                ONE,
                "one.test",
                Contact::NoNetwork,
                None
            ),
            None
        );
    }

    #[test]
    fn while_parked_one_probe_goes_out_every_five_seconds() {
        let (mut network, start) = parked();
        assert_eq!(network.leave(start, ONE), Leave::NotBefore(start + PROBE_EVERY));
        let now = start + PROBE_EVERY;
        assert_eq!(network.leave(now, ONE), Leave::Probe);
        assert_eq!(network.leave(now, ONE), Leave::NotBefore(now + PROBE_EVERY));
    }

    #[test]
    fn while_parked_an_account_that_has_not_failed_may_try_at_once() {
        let (mut network, start) = parked();
        assert_eq!(network.leave(start, TWO), Leave::Probe);
        network.note(start, SITE, TWO, "two.test", Contact::Missed, None);
        assert_eq!(network.leave(start, TWO), Leave::NotBefore(start + PROBE_EVERY));
    }

    #[test]
    fn a_probe_that_found_nothing_to_send_is_somebody_elses() {
        let (mut network, start) = parked();
        network.note(start, SITE, TWO, "two.test", Contact::Missed, None);
        let now = start + PROBE_EVERY;
        assert_eq!(network.leave(now, TWO), Leave::Probe);
        network.return_probe(now, TWO);
        assert_eq!(network.leave(now, ONE), Leave::Probe);
    }

    #[test]
    fn accounts_take_turns_at_probing() {
        let (mut network, start) = parked();
        network.note(start, SITE, TWO, "two.test", Contact::Missed, None);
        let now = start + PROBE_EVERY;
        assert_eq!(
            network.leave(now, ONE),
            Leave::NotBefore(now + PROBER_WAIT),
            "it has just tried"
        );
        assert_eq!(network.leave(now, TWO), Leave::Probe);
    }
}
