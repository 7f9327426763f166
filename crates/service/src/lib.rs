//! The use cases: first start, sign in, create, change, switch and delete accounts. Plain async functions; no HTTP, no
//! pages, no SQL.

mod account;
mod clock;
mod error;
mod key;
mod people;
mod sign_in;
mod site;

use std::sync::{Arc, RwLock};

use domain::{Site, Timestamp};
use persistence::Store;
use tokio::sync::Semaphore;

pub use account::{
    ActivateError, DeleteError, Holder, Listed, SaveError, Saved, StoredAccount, Switch, UpdateConflict,
};
pub use clock::{Clock, SystemClock};
pub use error::ServiceError;
pub use key::{Key, KeyState};
pub use people::{FirstStart, FirstStartError, NewUserError};
pub use sign_in::{Actor, NewSession, SessionLimits, SessionState, SignInFailure};

/// Password hashes under way at once: each takes a core and 19 MiB for a while.
const HASHES_AT_ONCE: usize = 2;

/// The use cases on one store.
pub struct Raccordo {
    store: Arc<dyn Store>,
    key: Key,
    key_state: KeyState,
    clock: Arc<dyn Clock>,
    limits: SessionLimits,
    hashing: Semaphore,
    site: RwLock<Option<(Timestamp, Arc<Site>)>>,
}

impl Raccordo {
    /// Starts on a store: creates the site of an empty database and compares the master key with the database's.
    pub async fn start(
        store: Arc<dyn Store>,
        key: Key,
        clock: Arc<dyn Clock>,
        limits: SessionLimits,
    ) -> Result<Self, ServiceError> {
        let key_state = key::compare(&*store, &key, clock.now()).await?;
        let raccordo = Self {
            store,
            key,
            key_state,
            clock,
            limits,
            hashing: Semaphore::new(HASHES_AT_ONCE),
            site: RwLock::new(None),
        };
        raccordo.create_first_site().await?;
        Ok(raccordo)
    }

    /// Whether secrets can be opened and sealed.
    pub const fn key_state(&self) -> KeyState {
        self.key_state
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
