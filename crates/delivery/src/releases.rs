//! Deliveries that were put back without a counted attempt: what was told of them already, and how often that was.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::{DeliveryId, Fault};
use persistence::Claimed;

/// Claims of a doubtful delivery that led to no attempt, after which nobody tries any more: whoever tries it seems to come
/// to an end with it. A day and more of leases.
const LOST_MAX: u32 = 1_000;
/// Deliveries that are remembered; one more, and all are forgotten.
const REMEMBERED_MAX: usize = 10_000;

/// What was put back for one account.
#[derive(Debug, Default)]
pub(crate) struct Releases(Mutex<HashMap<DeliveryId, Released>>);

#[derive(Debug, Default)]
struct Released {
    times: u32,
    told: Option<Fault>,
}

impl Releases {
    fn lock(&self) -> MutexGuard<'_, HashMap<DeliveryId, Released>> {
        // Each change is one step: a poisoned lock is as good as any.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A delivery is put back because of `fault`, if an attempt was made; answers whether that is news.
    pub(crate) fn note(&self, id: DeliveryId, fault: Option<&Fault>) -> bool {
        let mut all = self.lock();
        if all.len() >= REMEMBERED_MAX && !all.contains_key(&id) {
            all.clear();
        }
        let released = all.entry(id).or_default();
        released.times = released.times.saturating_add(1);
        let is_news = fault.is_some() && released.told.as_ref() != fault;
        if is_news {
            released.told = fault.cloned();
        }
        is_news
    }

    /// A delivery has ended, or an attempt of it counts.
    pub(crate) fn forget(&self, id: DeliveryId) {
        self.lock().remove(&id);
    }

    /// Whether a doubtful delivery was claimed again and again, and whoever did so never said what became of it.
    pub(crate) fn is_lost(&self, claimed: &Claimed) -> bool {
        let released = self.lock().get(&claimed.id).map_or(0, |released| released.times);
        let lost = claimed
            .fence
            .saturating_sub(claimed.attempts)
            .saturating_sub(released);
        claimed.is_doubtful && lost > LOST_MAX
    }
}
