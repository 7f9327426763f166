//! A panel on a real database behind the real router, and a browser without JavaScript that keeps its cookies.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Request, StatusCode};
use domain::Timestamp;
use persistence::Store;
use persistence_contract::postgres::Database;
use persistence_postgres::{PostgresOptions, PostgresStore};
use persistence_sqlite::{SqliteOptions, SqliteStore};
use platforms::Platforms;
use secrecy::SecretString;
use server::config::PublicUrl;
use server::http::{Assets, HttpOptions, Peer, router};
use service::{Clock, Key, Limits, Raccordo, SessionLimits};
use tempfile::TempDir;
use tower::ServiceExt;
use vault::MasterKey;

/// The administrator of every test.
pub(crate) const NAME: &str = "anna";
/// And the password.
pub(crate) const PASSWORD: &str = "tre parole qualsiasi";
/// 23 November 2026, noon UTC.
const START_MS: i64 = 1_795_435_200_000;

/// A clock that tests move.
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(self.0.load(Ordering::SeqCst))
    }
}

/// How a test's panel differs from the usual.
pub(crate) struct Setup {
    pub(crate) origin: &'static str,
    pub(crate) key: Option<&'static str>,
    pub(crate) sqlite: SqliteOptions,
    pub(crate) request_timeout: Duration,
    pub(crate) api_rate: u32,
    pub(crate) sandbox: Option<platforms::Sandbox>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            origin: "http://panel.test",
            key: Some("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"),
            sqlite: SqliteOptions::default(),
            request_timeout: Duration::from_secs(20),
            api_rate: 20_000,
            sandbox: None,
        }
    }
}

/// Where a panel keeps its data.
#[derive(Clone)]
pub(crate) enum Home {
    /// A file in this folder.
    Folder(Arc<TempDir>),
    /// A database of a server.
    Postgres(Arc<Database>),
}

impl Home {
    pub(crate) fn folder() -> Self {
        Self::Folder(Arc::new(tempfile::tempdir().unwrap()))
    }

    pub(crate) async fn postgres() -> Self {
        Self::Postgres(Arc::new(Database::create().await))
    }

    /// The folder of the file.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Folder(folder) => folder.path(),
            Self::Postgres(_) => panic!("a database of a server has no folder"),
        }
    }

    async fn store(&self, sqlite: SqliteOptions) -> Arc<dyn Store> {
        match self {
            Self::Folder(folder) => Arc::new(
                SqliteStore::open(&folder.path().join("raccordo.db"), sqlite)
                    .await
                    .unwrap(),
            ),
            Self::Postgres(database) => {
                let options = PostgresOptions::default();
                Arc::new(PostgresStore::connect(&database.url(), &options).await.unwrap())
            }
        }
    }
}

/// Makes two tests of each function: on a file, and on a database of a server.
macro_rules! on_both_databases {
    ($($name:ident),* $(,)?) => {
        $(
            mod $name {
                use crate::support::Home;

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_sqlite() {
                    super::$name(Home::folder()).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn on_postgres() {
                    super::$name(Home::postgres().await).await;
                }
            }
        )*
    };
}

pub(crate) use on_both_databases;

/// A running panel.
pub(crate) struct Panel {
    pub(crate) router: Router,
    pub(crate) raccordo: Arc<Raccordo>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) home: Home,
}

impl Panel {
    /// A new panel with its administrator, on a file.
    pub(crate) async fn start() -> Self {
        Self::start_in(Home::folder()).await
    }

    /// A new panel with its administrator.
    pub(crate) async fn start_in(home: Home) -> Self {
        let panel = Self::open(home, Setup::default()).await;
        panel
            .raccordo
            .create_user(NAME.parse().unwrap(), SecretString::from(PASSWORD))
            .await
            .unwrap();
        panel
    }

    /// A new panel without any user.
    pub(crate) async fn empty() -> Self {
        Self::open(Home::folder(), Setup::default()).await
    }

    /// A panel on what is there.
    pub(crate) async fn open(home: Home, setup: Setup) -> Self {
        let store = home.store(setup.sqlite).await;
        let key = setup
            .key
            .map_or(Key::Missing, |key| Key::Present(MasterKey::parse(key).unwrap()));
        let clock = Arc::new(TestClock(AtomicI64::new(START_MS)));
        let limits = Limits {
            sessions: SessionLimits {
                idle_seconds: 8 * 3600,
                max_seconds: 7 * 86_400,
            },
            check_every: Some(Duration::from_hours(1)),
            log_kept: Some(Duration::from_hours(90 * 24)),
            events_kept: Some(Duration::from_hours(90 * 24)),
        };
        let platforms = Platforms::new(platforms::Options {
            allowed_hosts: Vec::new(),
            witnesses: Vec::new(),
            sandbox: setup.sandbox,
            connect_timeout: Duration::from_secs(2),
            call_timeout: Duration::from_secs(2),
            test_timeout: Duration::from_secs(3),
        })
        .unwrap();
        let raccordo = Raccordo::start(store, key, Arc::<TestClock>::clone(&clock), limits, platforms)
            .await
            .unwrap();
        let raccordo = Arc::new(raccordo);
        let options = HttpOptions {
            public_url: PublicUrl {
                origin: setup.origin.to_owned(),
                is_https: setup.origin.starts_with("https"),
            },
            trusted_proxies: Vec::new(),
            body_bytes_max: 262_144,
            request_timeout: setup.request_timeout,
            api_rate: setup.api_rate,
        };
        let router = router(Arc::clone(&raccordo), options, Assets::load());
        Self {
            router,
            raccordo,
            clock,
            home,
        }
    }

    /// A browser that nobody has signed in with.
    pub(crate) fn browser(&self) -> Browser {
        Browser {
            router: self.router.clone(),
            cookies: BTreeMap::new(),
            language: "it",
            from: "192.0.2.1:40000",
        }
    }

    /// A browser of the administrator's.
    pub(crate) async fn signed_in(&self) -> Browser {
        let mut browser = self.browser();
        let page = browser
            .post(
                "/sign-in",
                &[("name", NAME), ("password", PASSWORD), ("next", "")],
            )
            .await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
        browser
    }
}

/// A browser.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) language: &'static str,
    pub(crate) from: &'static str,
}

/// An answer.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Page {
    pub(crate) fn location(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |to| to.to_str().unwrap())
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The value of the input `name` in the main part of the page; of several radio buttons that of the chosen one.
    pub(crate) fn input(&self, name: &str) -> Option<String> {
        let main = &self.body[self.body.find("<main").unwrap_or_default()..];
        let tag = main.split("<input").skip(1).find(|tag| {
            let tag = tag.split('>').next().unwrap();
            let is_chosen = !tag.contains("type=\"radio\"") || tag.contains(" checked");
            is_chosen && tag.contains(&format!("name=\"{name}\""))
        })?;
        let tag = tag.split('>').next().unwrap();
        let value = tag.split("value=\"").nth(1)?;
        Some(unescape(value.split('"').next().unwrap()))
    }
}

fn unescape(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#x27;", "'")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

impl Browser {
    pub(crate) async fn get(&mut self, path: &str) -> Page {
        self.send(Request::builder().uri(path), Body::empty()).await
    }

    pub(crate) async fn post(&mut self, path: &str, pairs: &[(&str, &str)]) -> Page {
        let request = Request::builder()
            .method("POST")
            .uri(path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("origin", "http://panel.test")
            .header("host", "panel.test");
        self.send(request, Body::from(encode(pairs))).await
    }

    /// The form as a script of the page sends it.
    pub(crate) async fn post_json(&mut self, path: &str, pairs: &[(&str, &str)]) -> Page {
        let request = Request::builder()
            .method("POST")
            .uri(path)
            .header("accept", "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request, Body::from(encode(pairs))).await
    }

    pub(crate) async fn send(&mut self, request: axum::http::request::Builder, body: Body) -> Page {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = request.header("accept-language", self.language);
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(Peer(self.from.parse().unwrap()));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        Page {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// Adds an account and answers its id.
    pub(crate) async fn add(&mut self, pairs: &[(&str, &str)]) -> String {
        let page = self.post("/accounts/new", pairs).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
        page.location().strip_prefix("/accounts/").unwrap().to_owned()
    }
}

fn encode(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// Valid forms, one for each platform.
pub(crate) const ACTIVECAMPAIGN: &[(&str, &str)] = &[
    ("platform", "activecampaign"),
    ("description", "Newsletter"),
    ("api_url", "https://negozio.api-us1.com"),
    ("api_key", "planted-secret-activecampaign-0123456789"),
];
pub(crate) const CLERK: &[(&str, &str)] = &[
    ("platform", "clerk"),
    ("description", "Ricerca"),
    ("public_key", "0123456789abcdef0123456789abcdef"),
    ("private_key", "plantedsecretclerk0123456789abcd"),
    ("api_base_url", "https://api.clerk.io/v2"),
    ("language", "it"),
    ("currency", "EUR"),
    ("visitor_mode", "auto"),
];
pub(crate) const WHATSAPP: &[(&str, &str)] = &[
    ("platform", "wa_smart_business"),
    ("description", "WhatsApp"),
    ("transport", "wa_smart_business"),
    ("gateway_url", "https://gateway.example.com"),
    ("access_token", "planted-secret-whatsapp-0123456789"),
    ("cart_delay_hours", "3"),
];
pub(crate) const TELEGRAM: &[(&str, &str)] = &[
    ("platform", "telegram"),
    ("description", "Ordini in chat"),
    ("bot_token", "123456789:planted_secret_telegram_0123456789"),
    ("bot_username", "negozio_ordini_bot"),
    ("api_base_url", "https://api.telegram.org"),
    ("cart_delay_hours", "3"),
    ("link_method", "login_widget"),
];
pub(crate) const FORMS: [&[(&str, &str)]; 4] = [ACTIVECAMPAIGN, CLERK, WHATSAPP, TELEGRAM];
/// What is in the secret fields of [`FORMS`]; it must be nowhere.
pub(crate) const PLANTED: [&str; 4] = [
    "planted-secret-activecampaign-0123456789",
    "plantedsecretclerk0123456789abcd",
    "planted-secret-whatsapp-0123456789",
    "planted_secret_telegram_0123456789",
];

/// A form with some values in the place of its own.
pub(crate) fn with<'a>(
    form: &[(&'a str, &'a str)],
    others: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let mut form: Vec<(&str, &str)> = form
        .iter()
        .filter(|(name, _)| others.iter().all(|(other, _)| other != name))
        .copied()
        .collect();
    form.extend_from_slice(others);
    form
}
