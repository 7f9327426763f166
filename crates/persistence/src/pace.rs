//! What all processes share of the pace at which a platform is called.

use std::time::Duration;

use async_trait::async_trait;
use domain::Timestamp;

use crate::StoreError;

/// Names a remote identity without telling it: a keyed hash.
pub type RemoteKey = [u8; 32];

/// What lies further ahead than this is no promise but the trace of a clock that went wrong: it is taken for now. Turns of
/// many processes after the longest rest are less.
pub const PACE_AHEAD_MAX: Duration = Duration::from_mins(2);

/// An instant, and what the same clock said when it was asked for: the database's own clock, which is one and the same for
/// all processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The instant.
    pub at: Timestamp,
    /// When the question was answered.
    pub now: Timestamp,
}

impl Moment {
    /// How long until the instant; nothing once it is over.
    pub fn wait(self) -> Duration {
        between(self.now, self.at)
    }

    /// How long ago the instant was; nothing before.
    pub fn past(self) -> Duration {
        between(self.at, self.now)
    }
}

fn between(from: Timestamp, to: Timestamp) -> Duration {
    let ms = to.ms().saturating_sub(from.ms());
    Duration::from_millis(u64::try_from(ms).unwrap_or_default())
}

/// The pace of calls to remote identities. Clocks of processes differ, and a turn belongs to one of them: here, as with
/// leases, time is the database's.
#[async_trait]
pub trait Paces: Send + Sync {
    /// Takes `count` turns, `gap` apart (whole milliseconds), after all that anybody has taken and after a rest; answers
    /// when the first one is. The others follow, each for `gap`; what is not used is lost.
    async fn take_turns(&self, remote: RemoteKey, count: u32, gap: Duration) -> Result<Moment, StoreError>;

    /// From now on nobody takes turns of the next `wait`; a longer rest stays.
    async fn rest(&self, remote: RemoteKey, wait: Duration) -> Result<(), StoreError>;

    /// When the latest rest ends or ended, as far as that is known.
    async fn find_rest(&self, remote: RemoteKey) -> Result<Option<Moment>, StoreError>;

    /// Forgets remote identities whose turns and rests are all before `before`; answers how many went.
    async fn remove_paces(&self, before: Timestamp) -> Result<u64, StoreError>;
}
