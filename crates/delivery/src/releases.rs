//! Deliveries that were put back without a counted attempt: what was told of them already.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::{DeliveryId, Fault};
/// Deliveries that are remembered; one more, and all are forgotten.
const REMEMBERED_MAX: usize = 10_000;

/// What was put back for one account.
#[derive(Debug, Default)]
pub(crate) struct Releases(Mutex<HashMap<DeliveryId, Option<Fault>>>);

impl Releases {
    fn lock(&self) -> MutexGuard<'_, HashMap<DeliveryId, Option<Fault>>> {
        // Each change is one step: a poisoned lock is as good as any.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A delivery is put back because of `fault`, if an attempt was made; answers whether that is news.
    pub(crate) fn note(&self, id: DeliveryId, fault: Option<&Fault>) -> bool {
        let mut all = self.lock();
        if all.len() >= REMEMBERED_MAX && !all.contains_key(&id) {
            all.clear();
        }
        let told = all.entry(id).or_default();
        let is_news = fault.is_some() && told.as_ref() != fault;
        if is_news {
            *told = fault.cloned();
        }
        is_news
    }

    /// A delivery has ended, or an attempt of it counts.
    pub(crate) fn forget(&self, id: DeliveryId) {
        self.lock().remove(&id);
    }
}
