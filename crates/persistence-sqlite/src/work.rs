//! Wakes those who wait for deliveries.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

/// Whether there may be new work. Other processes on the same file are not heard: they look from time to time.
#[derive(Default)]
pub(crate) struct Work {
    is_there: AtomicBool,
    notify: Notify,
}

impl Work {
    /// There may be new work.
    pub(crate) fn wake(&self) {
        self.is_there.store(true, Ordering::SeqCst);
        self.notify.notify_waiters();
    }

    /// Returns as soon as there may be new work since the last time that this returned.
    pub(crate) async fn wait(&self, at_most: Duration) {
        let mut notified = pin!(self.notify.notified());
        // From here on no wake is missed.
        notified.as_mut().enable();
        if !self.is_there.swap(false, Ordering::SeqCst) {
            // That the time is up is as good a reason to look.
            let _ = tokio::time::timeout(at_most, notified).await;
            self.is_there.store(false, Ordering::SeqCst);
        }
    }
}
