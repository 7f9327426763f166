//! What the witnesses say of the way to the Internet: it tells a platform that is down from a panel without a network, even
//! where there is but one platform.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use platforms::Platforms;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// Between two tries to meet witnesses that have never been reached.
const MEET_EVERY: Duration = Duration::from_mins(10);

/// What the witnesses have said.
#[derive(Debug, Default)]
pub(crate) struct Egress {
    last: Mutex<Option<Answer>>,
    /// Whether they have ever been reached. Until then their silence may be a firewall's.
    are_known: AtomicBool,
}

#[derive(Debug, Clone, Copy)]
struct Answer {
    at: Instant,
    is_up: bool,
}

impl Egress {
    /// Whether the network is up now, where the witnesses can tell. Those who come while they are asked share the answer.
    pub(crate) async fn is_up(&self, platforms: &Platforms) -> Option<bool> {
        let came_at = Instant::now();
        let mut last = self.last.lock().await;
        let is_up = match *last {
            Some(answer) if answer.at >= came_at => answer.is_up,
            _ => self.ask(platforms, &mut last).await,
        };
        (is_up || self.are_known()).then_some(is_up)
    }

    /// Whether the witnesses have ever been reached.
    pub(crate) fn are_known(&self) -> bool {
        self.are_known.load(Ordering::Relaxed)
    }

    /// A platform was just reached: now is the time to learn whether the witnesses can be, unless that was tried a short
    /// while ago.
    pub(crate) async fn meet(&self, platforms: &Platforms) {
        // Whoever asks them already will tell.
        if let Ok(mut last) = self.last.try_lock()
            && last.is_none_or(|answer| answer.at.elapsed() >= MEET_EVERY)
        {
            self.ask(platforms, &mut last).await;
        }
    }

    async fn ask(&self, platforms: &Platforms, last: &mut Option<Answer>) -> bool {
        let is_up = platforms.reach_witness().await;
        self.are_known.fetch_or(is_up, Ordering::Relaxed);
        *last = Some(Answer {
            at: Instant::now(),
            is_up,
        });
        is_up
    }
}
