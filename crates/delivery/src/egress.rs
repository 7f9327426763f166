//! What the witnesses say of the way to the Internet: it tells a platform that is down from a panel without a network, even
//! where there is but one platform.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use platforms::Platforms;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// Between two looks at witnesses that are out of reach while a platform is not.
const LOOK_EVERY: Duration = Duration::from_mins(10);

/// What the witnesses have said.
#[derive(Debug, Default)]
pub(crate) struct Egress {
    said: Mutex<Said>,
    /// Whether they have ever been reached.
    are_known: AtomicBool,
}

#[derive(Debug, Default)]
struct Said {
    last: Option<Answer>,
    /// When somebody looked whether they can be reached while a platform can.
    looked_at: Option<Instant>,
    /// Whether they could not: a firewall lets through the platforms alone, and their silence says nothing.
    are_shut_off: bool,
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
        let mut said = self.said.lock().await;
        let is_up = match said.last {
            Some(answer) if answer.at >= came_at => answer.is_up,
            _ => self.ask(platforms, &mut said).await,
        };
        (is_up || !said.are_shut_off).then_some(is_up)
    }

    /// Whether the witnesses have ever been reached.
    pub(crate) fn are_known(&self) -> bool {
        self.are_known.load(Ordering::Relaxed)
    }

    /// A platform was just reached: now is the time to learn whether the witnesses can be, unless somebody looked a short
    /// while ago.
    pub(crate) async fn meet(&self, platforms: &Platforms) {
        // Whoever asks them already will tell.
        if let Ok(mut said) = self.said.try_lock()
            && said.looked_at.is_none_or(|at| at.elapsed() >= LOOK_EVERY)
        {
            said.looked_at = Some(Instant::now());
            said.are_shut_off = !self.ask(platforms, &mut said).await;
        }
    }

    async fn ask(&self, platforms: &Platforms, said: &mut Said) -> bool {
        let is_up = platforms.reach_witness().await;
        if is_up {
            said.are_shut_off = false;
            self.are_known.store(true, Ordering::Relaxed);
        }
        said.last = Some(Answer {
            at: Instant::now(),
            is_up,
        });
        is_up
    }
}
