//! What this process has in its hands: deliveries that it has claimed and not ended. A clock that jumps ends leases early,
//! and a claim may bring what is under way here: then it only prolongs that, so that nothing is sent beside itself.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::{AccountId, DeliveryId};
use persistence::Claimed;
use tokio::time::Instant;

/// The latest claim of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grip {
    /// Whoever ends it must hold the latest.
    pub(crate) fence: u32,
    /// When others may claim it.
    pub(crate) lease_until: Instant,
}

/// What is in hand.
#[derive(Debug, Default)]
pub(crate) struct Hands(Mutex<HashMap<DeliveryId, Grip>>);

impl Hands {
    fn lock(&self) -> MutexGuard<'_, HashMap<DeliveryId, Grip>> {
        // Each change is one step: a poisoned lock is as good as any.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what was claimed. `false` for what is in hand already: whatever becomes of it ends this claim.
    pub(crate) fn take(&self, claimed: &Claimed, lease_until: Instant) -> bool {
        let grip = Grip {
            fence: claimed.fence,
            lease_until,
        };
        self.lock().insert(claimed.id, grip).is_none()
    }

    /// The latest claim of what is in hand.
    pub(crate) fn grip(&self, id: DeliveryId) -> Option<Grip> {
        self.lock().get(&id).copied()
    }

    /// It is over, unless it was claimed again since `fence`.
    pub(crate) fn let_go(&self, id: DeliveryId, fence: u32) {
        let mut hands = self.lock();
        if hands.get(&id).is_some_and(|grip| grip.fence <= fence) {
            hands.remove(&id);
        }
    }

    /// Nobody has an account's deliveries in hand any more.
    pub(crate) fn forget(&self, account: AccountId) {
        self.lock().retain(|id, _| id.account != account);
    }

    /// Nothing is in hand any more.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }
}
