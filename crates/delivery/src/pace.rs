//! The pace of calls to one remote identity, whichever accounts and processes make them.

mod budget;
mod pacer;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use domain::Settings;
use platforms::Pace;
use tokio::time::Instant;

pub(crate) use budget::{Budget, Limit};
pub(crate) use pacer::{Others, Pacer};

/// A pace for a delivery that must end in time.
pub(crate) struct Turns {
    pub(crate) pacer: Arc<Pacer>,
    pub(crate) deadline: Instant,
}

#[async_trait]
impl Pace for Turns {
    async fn turn(&self) {
        self.pacer.turn().await;
    }

    fn deadline(&self) -> Option<Instant> {
        Some(self.deadline)
    }
}

/// The paces to all remote identities, for as long as the process lives: one for every host that an account was saved with.
#[derive(Default)]
pub(crate) struct Paces(Mutex<HashMap<String, Arc<Pacer>>>);

impl Paces {
    /// The pace to the remote account behind `settings`. `is_free` for a host of one's own. `others` finds the other
    /// processes that call a remote identity.
    pub(crate) fn of(
        &self,
        settings: &Settings,
        is_free: bool,
        others: impl FnOnce(&str) -> Option<Others>,
    ) -> Arc<Pacer> {
        let limit = match settings {
            Settings::ActiveCampaign(_) => Limit::Window,
            Settings::Clerk(_) | Settings::WaSmartBusiness(_) | Settings::Telegram(_) => Limit::Adaptive,
        };
        let identity = settings.remote();
        let mut paces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = paces.get(&identity) {
            return Arc::clone(own);
        }
        let own = Arc::new(Pacer::new(Budget::new(limit, is_free), others(&identity)));
        paces.insert(identity, Arc::clone(&own));
        own
    }
}
