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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]

    use domain::{Context, Platform, Values};

    use super::*;

    /// The sandbox's account of `platform`, with one value put in.
    fn settings(platform: Platform, name: &str, value: &str) -> Settings {
        let samples = sandbox::sample_accounts();
        let sample = samples.iter().find(|sample| sample.platform == platform).unwrap();
        let values = sample.values.iter().map(|(name, value)| (*name, value.as_str()));
        let values: Values = values
            .chain([(name, value)])
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Settings::parse(platform, &values, Context::Stored).unwrap()
    }

    #[test]
    fn accounts_of_one_remote_identity_share_a_pace_and_others_do_not() {
        let paces = Paces::default();
        let of = |settings: &Settings| paces.of(settings, false, |_| None);
        let shop = |host: &str| settings(Platform::ActiveCampaign, "api_url", &format!("https://{host}"));
        let first = of(&shop("shop.api-us1.com"));
        assert!(Arc::ptr_eq(&first, &of(&shop("shop.api-us1.com"))));
        assert!(!Arc::ptr_eq(&first, &of(&shop("other.api-us1.com"))));
        let store = |key: &str| settings(Platform::Clerk, "public_key", key);
        let first = of(&store("abcdefghijklmnopqrstuvwxyz012345"));
        assert!(Arc::ptr_eq(
            &first,
            &of(&store("abcdefghijklmnopqrstuvwxyz012345"))
        ));
        assert!(!Arc::ptr_eq(
            &first,
            &of(&store("543210zyxwvutsrqponmlkjihgfedcba"))
        ));
    }
}
