//! A database in a throw-away folder, the fake platforms, a clock that can be put forward, and engines.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use delivery::{Engine, EngineOptions};
use domain::{
    Account, AccountId, DeliveryId, DeliveryState, EventKind, LogEntry, LogKind, LogPlace, Platform, Site,
    Submission, Timestamp, User, UserId,
};
use events::Event;
use persistence::{DeliveryRow, EventQuery, LogQuery, Store, StoredAttempt};
use persistence_contract::postgres::Database;
use persistence_postgres::{PostgresOptions, PostgresStore};
use persistence_sqlite::{SqliteOptions, SqliteStore};
use platforms::{Options, Platforms, Resolver, SystemResolver};
use sandbox::Sandbox;
use serde_json::Value;
use service::{Actor, Clock, Confirmation, Key, Limits, Queue, Raccordo, SessionLimits, SystemClock};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use uuid::Uuid;
use vault::MasterKey;

use crate::cable::Cable;

/// The day of every test.
const TODAY: &str = "2026-11-23";
/// The byte that the master key is made of.
pub(crate) const KEY: &str = "07";
/// The longest that something is waited for.
const PATIENCE: Duration = Duration::from_secs(40);
/// How long a platform is waited for.
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_secs(2);
/// How long claims last.
pub(crate) const LEASE: Duration = Duration::from_secs(20);

/// The system's clock, put forward.
#[derive(Default)]
pub(crate) struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(SystemClock.now().ms() + self.0.load(Ordering::SeqCst))
    }
}

impl TestClock {
    /// Lets `seconds` pass at once.
    pub(crate) fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }
}

pub(crate) struct Stage {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) raccordo: Arc<Raccordo>,
    pub(crate) site: Arc<Site>,
    pub(crate) ada: Actor,
    /// Where a file of the database is.
    folder: Option<TempDir>,
}

/// An engine at work.
pub(crate) struct Running {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Running {
    /// Lets it finish.
    pub(crate) async fn stop(mut self) {
        let _ = self.stop.take().unwrap().send(());
        self.task.await.unwrap();
    }

    /// Ends it on the spot.
    pub(crate) async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }
}

/// How the tests deliver.
pub(crate) fn options() -> EngineOptions {
    EngineOptions {
        lease: LEASE,
        ..EngineOptions::default()
    }
}

/// An event of now, as the shop sends it: the sample of its kind with another id, and what `change` does to its data.
pub(crate) fn event(kind: EventKind, id: &str, change: impl FnOnce(&mut Value)) -> Event {
    let mut sample = events::samples::event(kind);
    sample["id"] = id.into();
    sample.as_object_mut().unwrap().remove("time");
    change(&mut sample["data"]);
    events::read(sample.to_string().as_bytes()).unwrap()
}

/// The way to the fake platforms at `addr`, with `witness` to tell whether there is a network.
fn way(sandbox: &Sandbox, addr: SocketAddr, resolver: Arc<dyn Resolver>, witness: Option<&str>) -> Platforms {
    let options = Options {
        allowed_hosts: Vec::new(),
        witnesses: witness.map(|host| host.parse().unwrap()).into_iter().collect(),
        sandbox: Some(platforms::Sandbox {
            addr,
            certificate_pem: sandbox.certificate_pem().to_owned(),
        }),
        connect_timeout: CALL_TIMEOUT,
        call_timeout: CALL_TIMEOUT,
        test_timeout: CALL_TIMEOUT,
    };
    Platforms::with_resolver(options, resolver).unwrap()
}

/// The usual way.
fn straight(sandbox: &Sandbox) -> Platforms {
    way(sandbox, sandbox.addr(), Arc::new(SystemResolver), None)
}

async fn sandbox() -> Sandbox {
    let anywhere = "127.0.0.1:0".parse().unwrap();
    Sandbox::start(anywhere, None).await.unwrap()
}

async fn start(
    store: Arc<dyn Store>,
    key: &str,
    clock: &Arc<TestClock>,
    platforms: Platforms,
) -> Arc<Raccordo> {
    let limits = Limits {
        sessions: SessionLimits {
            idle_seconds: 3_600,
            max_seconds: 3_600,
        },
        check_every: None,
        log_kept: None,
        events_kept: None,
    };
    let raccordo = Raccordo::start(
        store,
        Key::Present(MasterKey::parse(&key.repeat(32)).unwrap()),
        Arc::<TestClock>::clone(clock),
        limits,
        platforms,
    );
    Arc::new(raccordo.await.unwrap())
}

fn run(raccordo: Arc<Raccordo>, options: EngineOptions) -> Running {
    let engine = Engine::new(raccordo, options);
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(async move {
        let stop = async {
            let _ = stopped.await;
        };
        engine.run(stop).await;
    });
    Running {
        stop: Some(stop),
        task,
    }
}

/// A process's way into a database of the server.
pub(crate) async fn open(database: &Database) -> Arc<dyn Store> {
    let options = PostgresOptions::default();
    Arc::new(PostgresStore::connect(&database.url(), &options).await.unwrap())
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let sandbox = sandbox().await;
        let platforms = straight(&sandbox);
        Self::on_file(sandbox, platforms).await
    }

    pub(crate) async fn with_resolver(resolver: Arc<dyn Resolver>) -> Self {
        let sandbox = sandbox().await;
        let platforms = way(&sandbox, sandbox.addr(), resolver, None);
        Self::on_file(sandbox, platforms).await
    }

    /// One whose calls go through a cable, with `witness` asked when a platform cannot be reached.
    pub(crate) async fn on_a_cable(witness: &str) -> (Self, Cable) {
        let sandbox = sandbox().await;
        let cable = Cable::to(sandbox.addr()).await;
        let platforms = way(&sandbox, cable.addr, Arc::new(SystemResolver), Some(witness));
        (Self::on_file(sandbox, platforms).await, cable)
    }

    async fn on_file(sandbox: Sandbox, platforms: Platforms) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("raccordo.db");
        let store = SqliteStore::open(&path, SqliteOptions::default()).await.unwrap();
        Self::with(Arc::new(store), sandbox, platforms, Some(folder)).await
    }

    /// On a server, which can be told to refuse something.
    pub(crate) async fn on_postgres(database: &Database) -> Self {
        let sandbox = sandbox().await;
        let platforms = straight(&sandbox);
        Self::with(open(database).await, sandbox, platforms, None).await
    }

    async fn with(
        store: Arc<dyn Store>,
        sandbox: Sandbox,
        platforms: Platforms,
        folder: Option<TempDir>,
    ) -> Self {
        let clock = Arc::new(TestClock::default());
        let raccordo = start(store, KEY, &clock, platforms).await;
        let site = raccordo.shown_site().await.unwrap();
        Self {
            sandbox,
            clock,
            raccordo,
            site,
            ada: Actor {
                user: User {
                    id: UserId::new(Uuid::from_u128(1)),
                    name: "ada".parse().unwrap(),
                },
            },
            folder,
        }
    }

    /// Starts the panel again on the same database, with the key of 32 equal bytes.
    pub(crate) async fn restart(&mut self, key: &str) {
        let store = Arc::clone(self.store());
        self.raccordo = start(store, key, &self.clock, straight(&self.sandbox)).await;
    }

    /// An engine of another process, which has the database open as `store`.
    pub(crate) async fn engine_beside(&self, store: Arc<dyn Store>) -> Running {
        self.engine_ahead(store, 0).await
    }

    /// The same, with a clock that is so many seconds ahead of the others'.
    pub(crate) async fn engine_ahead(&self, store: Arc<dyn Store>, ahead_s: i64) -> Running {
        let clock = Arc::new(TestClock(AtomicI64::new(self.clock.0.load(Ordering::SeqCst))));
        clock.pass(ahead_s);
        let raccordo = start(store, KEY, &clock, straight(&self.sandbox)).await;
        run(raccordo, options())
    }

    /// Creates the sandbox's account of `platform` with some values put in, and switches it on.
    pub(crate) async fn active(&self, platform: Platform, changes: &[(&str, &str)]) -> Account {
        let sample = sandbox::sample_accounts()
            .into_iter()
            .find(|sample| sample.platform == platform)
            .unwrap();
        let defaults = platform.defaults(&self.site.lists);
        let values = sample.values.iter().chain(&sample.secrets);
        let pairs = defaults
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .chain([("description", "Sandbox")])
            .chain(values.map(|(name, value)| (*name, value.as_str())))
            .chain(changes.iter().copied());
        let form = Submission::from_pairs(platform, pairs, &self.site.lists, false);
        let account = self
            .raccordo
            .create_account(&self.ada, &self.site, &form, TODAY)
            .await
            .unwrap();
        self.switch(account.id, true).await;
        account
    }

    /// Switches an account; what waits is kept.
    pub(crate) async fn switch(&self, id: AccountId, active: bool) {
        let site = self.site.id;
        self.raccordo
            .switch_account(&self.ada, site, id, active, Confirmation::Given, Queue::Hold)
            .await
            .unwrap();
    }

    /// The names and the bytes of the database's files.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let folder = self.folder.as_ref().unwrap().path();
        let files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.display().to_string(), std::fs::read(path).unwrap()))
            .collect();
        assert!(files.iter().any(|(_, bytes)| !bytes.is_empty()));
        files
    }

    pub(crate) fn store(&self) -> &Arc<dyn Store> {
        self.raccordo.store()
    }

    pub(crate) async fn accept(&self, events: Vec<Event>) {
        self.raccordo.accept_events(self.site.id, events).await.unwrap();
    }

    /// Takes in a change of a product of its own: one call to Clerk.io.
    pub(crate) async fn accept_product(&self, id: &str) {
        let event = event(EventKind::ProductUpdated, id, |data| data["id"] = id.into());
        self.accept(vec![event]).await;
    }

    pub(crate) fn engine(&self) -> Running {
        self.engine_with(options())
    }

    pub(crate) fn engine_with(&self, options: EngineOptions) -> Running {
        run(Arc::clone(&self.raccordo), options)
    }

    /// The delivery of the event that the shop calls `id`.
    pub(crate) async fn find(&self, account: &Account, id: &str) -> (DeliveryRow, Vec<StoredAttempt>) {
        let query = EventQuery {
            site: self.site.id,
            kind: None,
            entity_id: None,
            older_than: None,
            limit: 1_000,
        };
        let listed = self.store().list_events(&query).await.unwrap();
        let event = listed.iter().find(|event| event.external_id == id).unwrap().id;
        let id = DeliveryId {
            event,
            account: account.id,
        };
        self.store()
            .find_delivery(self.site.id, id)
            .await
            .unwrap()
            .unwrap()
    }

    /// The delivery, as soon as `is_so`.
    pub(crate) async fn until(
        &self,
        account: &Account,
        id: &str,
        is_so: impl Fn(&DeliveryRow) -> bool,
    ) -> (DeliveryRow, Vec<StoredAttempt>) {
        let start = Instant::now();
        loop {
            let found = self.find(account, id).await;
            if is_so(&found.0) {
                return found;
            }
            assert!(start.elapsed() < PATIENCE, "{found:#?}");
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// The delivery, once it is delivered.
    pub(crate) async fn until_delivered(
        &self,
        account: &Account,
        id: &str,
    ) -> (DeliveryRow, Vec<StoredAttempt>) {
        self.until(account, id, |row| row.state == DeliveryState::Delivered)
            .await
    }

    /// The delivery, once an attempt has failed and it waits for the next.
    pub(crate) async fn until_failed(
        &self,
        account: &Account,
        id: &str,
    ) -> (DeliveryRow, Vec<StoredAttempt>) {
        self.until(account, id, |row| {
            row.class.is_some() && row.leased_until.is_none()
        })
        .await
    }

    /// How often the log tells `kind`.
    pub(crate) async fn told(&self, kind: LogKind) -> usize {
        self.entries(kind).await.len()
    }

    /// What the log tells of `kind`, the latest first.
    pub(crate) async fn entries(&self, kind: LogKind) -> Vec<LogEntry> {
        let query = LogQuery {
            site: self.site.id,
            kinds: Some(vec![kind]),
            accounts: None,
            from: None,
            before: None,
            place: LogPlace::Newest,
            limit: 100,
        };
        self.store().list_log(&query).await.unwrap()
    }
}
