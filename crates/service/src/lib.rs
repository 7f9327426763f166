//! The use cases: first start, sign in; create, change, test, switch and delete accounts; take events in; deliveries,
//! queues and the API's tokens; the log. Plain async functions; no HTTP, no pages, no SQL.

mod account;
mod clock;
mod connection;
mod delivery;
mod error;
mod event;
mod key;
mod log;
mod people;
mod sample;
mod sign_in;
mod site;
mod token;

use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use domain::{Site, Timestamp};
use persistence::Store;
use platforms::Platforms;
use tokio::sync::{Notify, Semaphore};

pub use account::{
    ActivateError, Confirmation, DeleteError, Holder, Listed, ListedAccount, OpenAccount, Queue, SaveError,
    Saved, StoredAccount, Switch, UpdateConflict,
};
pub use clock::{Clock, SystemClock};
pub use connection::{Found, TestError, Tested};
pub use delivery::{
    Activity, BulkChange, COUNT_MAX, DeliveryDetail, DeliveryPage, Estimate, OpenAttempt, Queued, STEP_MAX,
};
pub use error::ServiceError;
pub use event::{AcceptError, EventDetail, EventPurge, ExplainError, Explained, OpenPayload};
pub use key::{Key, KeyState};
pub use log::{LogPage, LogRange};
pub use people::{FirstStart, FirstStartError, NewUserError};
pub use platforms::{Plan, PlannedCall};
pub use sign_in::{Actor, NewSession, SessionLimits, SessionState, SignInFailure};
pub use token::{NewToken, TOKEN_PREFIX, TokenUse};

/// Password hashes under way at once: each takes a core and 19 MiB for a while.
const HASHES_AT_ONCE: usize = 2;

/// Tests of connections under way at once, scheduled ones included.
const TESTS_AT_ONCE: usize = 16;

/// What the use cases are told by the configuration.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long sessions last.
    pub sessions: SessionLimits,
    /// How often an active account is checked; `None` for never.
    pub check_every: Option<Duration>,
    /// How long the log is kept; `None` for ever.
    pub log_kept: Option<Duration>,
    /// How long events are kept, with their deliveries, once none of these waits; `None` for ever.
    pub events_kept: Option<Duration>,
}

/// The use cases on one store.
pub struct Raccordo {
    store: Arc<dyn Store>,
    key: Key,
    key_state: KeyState,
    clock: Arc<dyn Clock>,
    limits: Limits,
    platforms: Platforms,
    hashing: Semaphore,
    testing: Semaphore,
    recent: connection::Recent,
    ids: Mutex<log::Sequence>,
    event_ids: Mutex<event::EventIds>,
    shops: Mutex<event::Shops>,
    tokens: Mutex<token::KnownTokens>,
    large_backlogs: delivery::LargeBacklogs,
    left_over: Notify,
    site: RwLock<Option<(Timestamp, Arc<Site>)>>,
}

impl Raccordo {
    /// Starts on a store: creates the site of an empty database, compares the master key with the database's, and does what
    /// [`Self::tend_queues`] does.
    pub async fn start(
        store: Arc<dyn Store>,
        key: Key,
        clock: Arc<dyn Clock>,
        limits: Limits,
        platforms: Platforms,
    ) -> Result<Self, ServiceError> {
        let key_state = key::compare(&*store, &key, clock.now()).await?;
        let raccordo = Self {
            store,
            key,
            key_state,
            clock,
            limits,
            platforms,
            hashing: Semaphore::new(HASHES_AT_ONCE),
            testing: Semaphore::new(TESTS_AT_ONCE),
            recent: connection::Recent::default(),
            ids: Mutex::default(),
            event_ids: Mutex::default(),
            shops: Mutex::default(),
            tokens: Mutex::default(),
            large_backlogs: delivery::LargeBacklogs::default(),
            left_over: Notify::new(),
            site: RwLock::new(None),
        };
        raccordo.create_first_site().await?;
        raccordo.take_up_event_ids().await?;
        raccordo.tend_queues().await?;
        Ok(raccordo)
    }

    /// The store.
    pub const fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The way to the platforms.
    pub const fn platforms(&self) -> &Platforms {
        &self.platforms
    }

    /// Whether secrets can be opened and sealed.
    pub const fn key_state(&self) -> KeyState {
        self.key_state
    }

    /// What the use cases were told by the configuration.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), ServiceError> {
        Ok(self.store.ping().await?)
    }

    /// Finishes what is under way and closes the store.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// A new id, version 7: it sorts by the time it was made.
    fn new_id(&self) -> Result<uuid::Uuid, ServiceError> {
        let random = vault::random_bytes::<10>()?;
        let ms = u64::try_from(self.clock.now().ms()).unwrap_or_default();
        Ok(uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid())
    }
}
