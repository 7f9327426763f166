//! What all accounts of one engine have in common.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{AccountId, Host, LogEntry, LogKind, LogMessage, Platform, Settings, SiteId};
use persistence::LEASE_AHEAD_MAX;
use service::{Raccordo, ServiceError};
use tokio::time::Instant;

use crate::egress::Egress;
use crate::hands::Hands;
use crate::network::{Change, Contact, Network};
use crate::pace::{Others, Pacer, Paces};

/// How the engine works.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// Deliveries to one `ActiveCampaign` account that are under way at once; at least one.
    pub activecampaign_at_once: u32,
    /// Deliveries to one Clerk.io account that are under way at once; at least one.
    pub clerk_at_once: u32,
    /// How long a claim lasts: after a crash, others take over what was under way when it is over. At most
    /// [`Self::LEASE_MAX`]. An attempt that takes nine tenths of it is given up.
    pub lease: Duration,
    /// How long a stop waits for what is under way.
    pub grace: Duration,
}

impl EngineOptions {
    /// The usual number of deliveries to one `ActiveCampaign` account at once.
    pub const ACTIVECAMPAIGN_AT_ONCE: u32 = 4;
    /// The usual number of deliveries to one Clerk.io account at once.
    pub const CLERK_AT_ONCE: u32 = 8;
    /// The usual length of a claim: more than the longest delivery takes at its platform's pace.
    pub const LEASE: Duration = Duration::from_mins(2);
    /// The longest claim. One twice as long would count as one of a clock that was ahead.
    pub const LEASE_MAX: Duration = Duration::from_secs(LEASE_AHEAD_MAX.as_secs() / 2);
    /// The usual patience of a stop.
    pub const GRACE: Duration = Duration::from_secs(10);

    /// Deliveries to one account of `platform` at once.
    pub(crate) fn at_once(&self, platform: Platform) -> usize {
        let at_once = match platform {
            Platform::Clerk => self.clerk_at_once,
            Platform::ActiveCampaign | Platform::WaSmartBusiness | Platform::Telegram => {
                self.activecampaign_at_once
            }
        };
        usize::try_from(at_once.max(1)).unwrap_or(usize::MAX)
    }

    /// When an attempt must have ended, so that it is over when somebody else may claim the delivery.
    pub(crate) fn latest_end(&self, lease_until: Instant) -> Instant {
        lease_until - self.lease / 10
    }

    /// When an attempt must have begun, so that there is time enough for it.
    pub(crate) fn latest_start(&self, lease_until: Instant) -> Instant {
        lease_until - self.lease / 2
    }
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            activecampaign_at_once: Self::ACTIVECAMPAIGN_AT_ONCE,
            clerk_at_once: Self::CLERK_AT_ONCE,
            lease: Self::LEASE,
            grace: Self::GRACE,
        }
    }
}

/// What all accounts have in common.
pub(crate) struct Shared {
    pub(crate) raccordo: Arc<Raccordo>,
    pub(crate) options: EngineOptions,
    pub(crate) hands: Arc<Hands>,
    paces: Paces,
    network: Mutex<Network>,
    egress: Arc<Egress>,
    /// Whether a platform has been reached since the start.
    has_reached: AtomicBool,
}

impl Shared {
    pub(crate) fn new(raccordo: Arc<Raccordo>, options: EngineOptions) -> Self {
        Self {
            raccordo,
            options,
            hands: Arc::default(),
            paces: Paces::default(),
            network: Mutex::default(),
            egress: Arc::default(),
            has_reached: AtomicBool::new(false),
        }
    }

    /// What is known of the panel's own network.
    pub(crate) fn network(&self) -> MutexGuard<'_, Network> {
        // Each change is one step: a poisoned lock is as good as any.
        self.network.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The pace to the remote account behind `settings`.
    pub(crate) fn pace(&self, settings: &Settings) -> Arc<Pacer> {
        let host = settings.host();
        let is_free = host.is_sandbox() || self.raccordo.platforms().is_own_host(&host);
        self.paces.of(settings, is_free, |identity| {
            let told =
                |error: &ServiceError| tracing::warn!(%error, "a pace is not shared with other processes");
            let remote = self.raccordo.remote_key(identity).inspect_err(told).ok()?;
            let store = Arc::clone(self.raccordo.store());
            Some(Others { store, remote })
        })
    }

    /// Notes whether a platform was reached; answers what the log is told of it, if anything changed.
    pub(crate) async fn note_contact(
        &self,
        site: SiteId,
        account: AccountId,
        host: &Host,
        contact: Contact,
    ) -> Result<Option<LogEntry>, ServiceError> {
        let testimony = self.testimony(host, contact).await;
        let now = Instant::now();
        let change = self
            .network()
            .note(now, site, account, host.as_str(), contact, testimony);
        let (site, is_parked, message) = match change {
            // An outage may have been told of by a process that is no more.
            None if contact == Contact::Made && !self.has_reached.swap(true, Ordering::Relaxed) => {
                (site, false, LogMessage::new(LogKind::OwnNetworkBack))
            }
            None => return Ok(None),
            Some(Change::Parked { accounts, site }) => {
                tracing::error!(
                    accounts,
                    "no platform can be reached: this server's network may be down"
                );
                let message = LogMessage::counted(LogKind::OwnNetworkSuspected, accounts);
                (site, true, message)
            }
            Some(Change::Back { site }) => {
                tracing::info!("platforms can be reached again");
                (site, false, LogMessage::new(LogKind::OwnNetworkBack))
            }
        };
        if self.raccordo.was_told_of_outage(site).await? == is_parked {
            return Ok(None);
        }
        self.raccordo.log_entry(site, None, message).map(Some)
    }

    /// What the witnesses say of the network, when `host` was not reached.
    async fn testimony(&self, host: &Host, contact: Contact) -> Option<bool> {
        if !self.raccordo.platforms().has_witnesses(host) {
            return None;
        }
        if contact != Contact::Made {
            return self.egress.is_up(self.raccordo.platforms()).await;
        }
        if self.egress.are_known() {
            return None;
        }
        let (egress, raccordo) = (Arc::clone(&self.egress), Arc::clone(&self.raccordo));
        tokio::spawn(async move { egress.meet(raccordo.platforms()).await });
        None
    }
}
