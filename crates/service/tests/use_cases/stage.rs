//! A store in a throw-away folder, a clock that stands still, and forms.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::{Account, AccountId, Platform, Site, Submission, Timestamp, User, UserId, Version};
use persistence::Store;
use persistence_sqlite::{SqliteOptions, SqliteStore};
use secrecy::SecretString;
use service::{Actor, Clock, Key, Raccordo, SaveError, Saved, SessionLimits};
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

    pub(crate) async fn with(key: Key, limits: SessionLimits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("raccordo.db");
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(&path, SqliteOptions::default()).await.unwrap());
        let clock = Arc::new(TestClock(AtomicI64::new(1_795_000_000_000)));
        let raccordo = Raccordo::start(Arc::clone(&store), key, Arc::<TestClock>::clone(&clock), limits)
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
            limits,
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
