//! A store in a throw-away folder, a clock that stands still, and forms.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::{Account, AccountId, Platform, Site, Submission, Timestamp, User, UserId, Version};
use persistence::Store;
use persistence_sqlite::{SqliteOptions, SqliteStore};
use platforms::Platforms;
use sandbox::Sandbox;
use secrecy::SecretString;
use service::{Actor, Clock, Key, Limits, Raccordo, SaveError, Saved, SessionLimits};
use tempfile::TempDir;
use uuid::Uuid;
use vault::MasterKey;

/// The day of every test.
pub(crate) const TODAY: &str = "2026-11-23";
/// The password of everybody.
pub(crate) const PASSWORD: &str = "correct horse battery";
/// Seconds without use after which a session ends.
pub(crate) const IDLE: i64 = 3600;
/// Seconds after which a session ends.
pub(crate) const MAX: i64 = 12 * 3600;

/// A clock that the test sets.
pub(crate) struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(self.0.load(Ordering::SeqCst))
    }
}

impl TestClock {
    /// Lets `seconds` pass.
    pub(crate) fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

/// Everything that a test needs.
pub(crate) struct Stage {
    folder: TempDir,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) raccordo: Arc<Raccordo>,
    pub(crate) site: Arc<Site>,
    pub(crate) ada: Actor,
}

/// A master key of 32 equal bytes.
pub(crate) fn key(byte: &str) -> Key {
    Key::Present(MasterKey::parse(&byte.repeat(32)).unwrap())
}

/// Somebody who acts.
pub(crate) fn actor(name: &str) -> Actor {
    Actor {
        user: User {
            id: UserId::new(Uuid::from_u128(1)),
            name: name.parse().unwrap(),
        },
    }
}

/// A password as it is handed in.
pub(crate) fn password(text: &str) -> SecretString {
    SecretString::from(text)
}

/// Calls to the platforms, with fake ones if they run.
pub(crate) fn platforms(sandbox: Option<&Sandbox>) -> Platforms {
    Platforms::new(platforms::Options {
        allowed_hosts: Vec::new(),
        witnesses: Vec::new(),
        sandbox: sandbox.map(|sandbox| platforms::Sandbox {
            addr: sandbox.addr(),
            certificate_pem: sandbox.certificate_pem().to_owned(),
        }),
        connect_timeout: Duration::from_secs(2),
        call_timeout: Duration::from_secs(2),
        test_timeout: Duration::from_secs(3),
    })
    .unwrap()
}

/// Checks every hour, a log of thirty days, and events of sixty.
pub(crate) const fn limited(sessions: SessionLimits) -> Limits {
    Limits {
        sessions,
        check_every: Some(Duration::from_hours(1)),
        log_kept: Some(Duration::from_hours(30 * 24)),
        events_kept: Some(Duration::from_hours(60 * 24)),
    }
}

impl Stage {
    /// An empty database with its master key.
    pub(crate) async fn new() -> Self {
        Self::with(
            key("07"),
            SessionLimits {
                idle_seconds: IDLE,
                max_seconds: MAX,
            },
        )
        .await
    }

    /// The same with the fake platforms.
    pub(crate) async fn with_sandbox() -> (Self, Sandbox) {
        let sandbox = Sandbox::start("127.0.0.1:0".parse().unwrap(), None)
            .await
            .unwrap();
        let mut stage = Self::new().await;
        stage.raccordo = Arc::new(stage.reach(platforms(Some(&sandbox))).await);
        (stage, sandbox)
    }

    /// The panel started again on the same database, with another way to the platforms.
    pub(crate) async fn reach(&self, platforms: Platforms) -> Raccordo {
        let limits = SessionLimits {
            idle_seconds: IDLE,
            max_seconds: MAX,
        };
        Raccordo::start(
            Arc::clone(&self.store),
            key("07"),
            Arc::<TestClock>::clone(&self.clock),
            limited(limits),
            platforms,
        )
        .await
        .unwrap()
    }

    /// The panel started again without scheduled checks.
    pub(crate) async fn unchecked(&self) -> Raccordo {
        let limits = Limits {
            check_every: None,
            ..limited(SessionLimits {
                idle_seconds: IDLE,
                max_seconds: MAX,
            })
        };
        Raccordo::start(
            Arc::clone(&self.store),
            key("07"),
            Arc::<TestClock>::clone(&self.clock),
            limits,
            platforms(None),
        )
        .await
        .unwrap()
    }

    /// The form of one of the sandbox's samples with some values put in.
    pub(crate) fn sample(&self, platform: Platform, changes: &[(&str, &str)]) -> Submission {
        let sample = sandbox::sample_accounts()
            .into_iter()
            .find(|sample| sample.platform == platform)
            .unwrap();
        let defaults = platform.defaults(&self.site.lists);
        let pairs = defaults
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .chain([("description", "Sandbox")])
            .chain(
                sample
                    .values
                    .iter()
                    .chain(&sample.secrets)
                    .map(|(name, value)| (*name, value.as_str())),
            )
            .chain(changes.iter().copied());
        Submission::from_pairs(platform, pairs, &self.site.lists, false)
    }

    /// The same form as it comes back from the page: without the secrets.
    pub(crate) fn sample_reopened(&self, platform: Platform, changes: &[(&str, &str)]) -> Submission {
        let filled = self.sample(platform, &[]);
        let pairs = filled
            .values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .chain([("description", "Sandbox")])
            .chain(changes.iter().copied());
        Submission::from_pairs(platform, pairs, &self.site.lists, false)
    }

    /// Creates an account on the sandbox.
    pub(crate) async fn create_sample(&self, platform: Platform) -> Account {
        self.raccordo
            .create_account(&self.ada, &self.site, &self.sample(platform, &[]), TODAY)
            .await
            .unwrap()
    }

    pub(crate) async fn with(key: Key, limits: SessionLimits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("raccordo.db");
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(&path, SqliteOptions::default()).await.unwrap());
        let clock = Arc::new(TestClock(AtomicI64::new(1_795_000_000_000)));
        let raccordo = Raccordo::start(
            Arc::clone(&store),
            key,
            Arc::<TestClock>::clone(&clock),
            limited(limits),
            platforms(None),
        )
        .await
        .unwrap();
        let site = raccordo.shown_site().await.unwrap();
        Self {
            folder,
            store,
            clock,
            raccordo: Arc::new(raccordo),
            site,
            ada: actor("ada"),
        }
    }

    /// The panel started again on the same database, with another key.
    pub(crate) async fn restarted(&self, key: Key) -> Raccordo {
        let limits = SessionLimits {
            idle_seconds: IDLE,
            max_seconds: MAX,
        };
        Raccordo::start(
            Arc::clone(&self.store),
            key,
            Arc::<TestClock>::clone(&self.clock),
            limited(limits),
            platforms(None),
        )
        .await
        .unwrap()
    }

    /// The files of the database.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect()
    }

    /// Creates an account from the platform's complete form with some values put in.
    pub(crate) async fn create(&self, platform: Platform, changes: &[(&str, &str)]) -> Account {
        self.raccordo
            .create_account(&self.ada, &self.site, &self.form(platform, changes), TODAY)
            .await
            .unwrap()
    }

    /// The platform's complete form with some values put in; a later pair wins over an earlier one.
    pub(crate) fn form(&self, platform: Platform, changes: &[(&str, &str)]) -> Submission {
        let pairs = complete(platform).iter().chain(changes).copied();
        Submission::from_pairs(platform, pairs, &self.site.lists, false)
    }

    /// The same form as it comes back from the page: without the secrets.
    pub(crate) fn reopened(&self, platform: Platform, changes: &[(&str, &str)]) -> Submission {
        let shown = complete(platform)
            .iter()
            .filter(|(name, _)| !platform.field(name).is_some_and(domain::Field::is_secret));
        Submission::from_pairs(platform, shown.chain(changes).copied(), &self.site.lists, false)
    }

    /// Saves a form.
    pub(crate) async fn update(
        &self,
        id: AccountId,
        expected: Version,
        form: &Submission,
    ) -> Result<Saved, SaveError> {
        self.raccordo
            .update_account(&self.ada, &self.site, id, expected, form, TODAY)
            .await
    }

    /// The account as it is stored.
    pub(crate) async fn stored(&self, id: AccountId) -> Option<Account> {
        self.store.find_account(self.site.id, id).await.unwrap()
    }
}

fn complete(platform: Platform) -> &'static [(&'static str, &'static str)] {
    match platform {
        Platform::ActiveCampaign => &[
            ("description", "Newsletter"),
            ("api_url", "https://shop.api-us1.com"),
            ("api_key", "planted-key-0123456789abcdef"),
        ],
        Platform::Clerk => &[
            ("description", "Ricerca"),
            ("public_key", "abcdefghijklmnopqrstuvwxyz012345"),
            ("private_key", "planted-key-0123456789abcdef"),
            ("api_base_url", "https://api.clerk.io/v2"),
            ("language", "it"),
            ("currency", "EUR"),
            ("visitor_mode", "auto"),
        ],
        Platform::WaSmartBusiness => &[
            ("description", "WhatsApp"),
            ("transport", "meta_cloud_api"),
            ("access_token", "planted-key-0123456789abcdef"),
            ("phone_number_id", "106540352242922"),
            ("waba_id", "102290129340398"),
            ("graph_version", "v25.0"),
            ("graph_url", "https://graph.facebook.com"),
            ("app_secret", "0123456789abcdef0123456789abcdef"),
            ("cart_delay_hours", "3"),
        ],
        Platform::Telegram => &[
            ("description", "Bot"),
            ("bot_token", "110201543:planted-key-0123456789abcdef"),
            ("bot_username", "negozio_bot"),
            ("api_base_url", "https://api.telegram.org"),
            ("cart_delay_hours", "3"),
            ("link_method", "oidc"),
        ],
    }
}
