//! What the operator decides. One table, [`SETTINGS`], makes the flags, the environment variables, the keys of the
//! file, `raccordo config` and `docs/configuration.md`. Everything is checked at once, before anything starts.

mod setting;
mod values;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use delivery::EngineOptions;
use platforms::{AllowedHost, Witness};
use secrecy::SecretString;
use service::SessionLimits;

pub use setting::{SETTINGS, SWITCH, Setting, markdown};
pub use values::{ConfigError, Given, Mistake, Source, Values};

/// The whole configuration, checked.
#[derive(Debug)]
pub struct Config {
    /// Where the panel listens.
    pub addr: SocketAddr,
    /// How people reach it.
    pub public_url: PublicUrl,
    /// The folder of the database and the key.
    pub data_dir: PathBuf,
    /// The database.
    pub database: Database,
    /// Connections to the database.
    pub database_connections_max: u32,
    /// Where the master key comes from.
    pub master_key: MasterKeySource,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Platforms in one's own network that may be called.
    pub allowed_hosts: Vec<AllowedHost>,
    /// Hosts that tell a platform that is down from this server's own network.
    pub network_witnesses: Vec<Witness>,
    /// How often active accounts are checked; `None` for never.
    pub check_every: Option<Duration>,
    /// How long the log is kept; `None` for ever.
    pub log_kept: Option<Duration>,
    /// How long events are kept; `None` for ever.
    pub events_kept: Option<Duration>,
    /// How deliveries are made.
    pub engine: EngineOptions,
    /// Whether the sandbox runs beside the panel.
    pub sandbox: bool,
    /// Where the sandbox shows its control page.
    pub sandbox_addr: SocketAddr,
    /// The sandbox that another program runs.
    pub sandbox_elsewhere: Option<SandboxElsewhere>,
    /// How long sessions last.
    pub sessions: SessionLimits,
    /// The most bytes that a posted form may have.
    pub body_bytes_max: usize,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// How many requests and events a token of the API may send in a second.
    pub api_rate: u32,
    /// How long a shutdown waits for what is in flight.
    pub shutdown_timeout: Duration,
    /// What is logged, in the syntax of `tracing`'s filters.
    pub log: String,
    /// How it is written.
    pub log_format: LogFormat,
}

/// The panel's own address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    /// Scheme, host and port, without a slash at the end.
    pub origin: String,
    /// Whether it is `https`: cookies are then sent over TLS only.
    pub is_https: bool,
}

/// A sandbox that another program runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxElsewhere {
    /// Where its platforms answer, encrypted.
    pub addr: SocketAddr,
    /// The file with the certificate to trust.
    pub certificate: PathBuf,
}

/// Where the data is.
#[derive(Debug)]
pub enum Database {
    /// A file.
    Sqlite {
        /// Its path.
        path: PathBuf,
    },
    /// A server.
    Postgres {
        /// Its URL; it may hold a password.
        url: SecretString,
    },
}

/// Where the master key comes from.
#[derive(Debug)]
pub enum MasterKeySource {
    /// The environment.
    Environment(SecretString),
    /// A file that the operator made.
    File(PathBuf),
    /// A file beside an embedded database, made when the database is still empty.
    BesideDatabase(PathBuf),
    /// No setting names one: a database server has no "beside".
    Unset,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Config {
    /// Checks every value; all mistakes are told together.
    pub fn check(values: &Values) -> Result<Self, Vec<ConfigError>> {
        let mut mistakes = Vec::new();
        let addr = values.parse("addr", &mut mistakes, parse::addr);
        let public_url = match values.get("public_url") {
            Some(_) => values.parse("public_url", &mut mistakes, parse::public_url),
            None => addr.map(|addr| PublicUrl {
                origin: format!("http://{addr}"),
                is_https: false,
            }),
        };
        let data_dir = values.parse("data_dir", &mut mistakes, |text| Ok(PathBuf::from(text)));
        let database = match (values.get("database_url"), &data_dir) {
            (Some(_), _) => values.parse("database_url", &mut mistakes, parse::database),
            (None, Some(data_dir)) => Some(Database::Sqlite {
                path: data_dir.join("raccordo.db"),
            }),
            (None, None) => None,
        };
        let master_key = master_key(values, database.as_ref(), data_dir.as_deref(), &mut mistakes);
        let trusted_proxies = values.parse("trusted_proxies", &mut mistakes, parse::addresses);
        let allowed_hosts = values.parse("allowed_hosts", &mut mistakes, parse::hosts);
        let network_witnesses = values.parse("network_witnesses", &mut mistakes, parse::witnesses);
        let check = values.parse("check_minutes", &mut mistakes, |text| {
            parse::number(text, 0, 10_080)
        });
        let log_days = values.parse("log_days", &mut mistakes, |text| parse::number(text, 0, 36_500));
        let events_days = values.parse("events_days", &mut mistakes, |text| {
            parse::number(text, 0, 36_500)
        });
        let engine = engine(values, &mut mistakes);
        let sandbox = values.parse("sandbox", &mut mistakes, parse::switch);
        let sandbox_addr = values.parse("sandbox_addr", &mut mistakes, parse::loopback);
        let sandbox_elsewhere = sandbox_elsewhere(values, sandbox, &mut mistakes);
        let idle = values.parse("session_idle_minutes", &mut mistakes, |text| {
            parse::number(text, 1, 525_600)
        });
        let max = values.parse("session_max_hours", &mut mistakes, |text| {
            parse::number(text, 1, 8_760)
        });
        let connections = values.parse("database_connections_max", &mut mistakes, |text| {
            parse::number(text, 1, 1_000)
        });
        let body = values.parse("body_bytes_max", &mut mistakes, |text| {
            parse::number(text, 16_384, 16_777_216)
        });
        let request = values.parse("request_timeout_seconds", &mut mistakes, |text| {
            parse::number(text, 1, 600)
        });
        let api_rate = values.parse("api_rate", &mut mistakes, |text| {
            parse::number(text, 1, 1_000_000)
        });
        let shutdown = values.parse("shutdown_timeout_seconds", &mut mistakes, |text| {
            parse::number(text, 0, 600)
        });
        let log = values.parse("log", &mut mistakes, parse::log);
        let log_format = values.parse("log_format", &mut mistakes, parse::log_format);
        let config = || {
            Some(Self {
                addr: addr?,
                public_url: public_url?,
                data_dir: data_dir?,
                database: database?,
                database_connections_max: connections?,
                master_key: master_key?,
                trusted_proxies: trusted_proxies?,
                allowed_hosts: allowed_hosts?,
                network_witnesses: network_witnesses?,
                check_every: some_duration(check?, 60),
                log_kept: some_duration(log_days?, 86_400),
                events_kept: some_duration(events_days?, 86_400),
                engine: engine?,
                sandbox: sandbox?,
                sandbox_addr: sandbox_addr?,
                sandbox_elsewhere,
                sessions: SessionLimits {
                    idle_seconds: i64::from(idle?) * 60,
                    max_seconds: i64::from(max?) * 3600,
                },
                body_bytes_max: usize::try_from(body?).ok()?,
                request_timeout: Duration::from_secs(u64::from(request?)),
                api_rate: api_rate?,
                shutdown_timeout: Duration::from_secs(u64::from(shutdown?)),
                log: log?,
                log_format: log_format?,
            })
        };
        config().filter(|_| mistakes.is_empty()).ok_or(mistakes)
    }
}

/// `count` times `seconds`; nothing for 0.
fn some_duration(count: u32, seconds: u64) -> Option<Duration> {
    (count > 0).then(|| Duration::from_secs(u64::from(count) * seconds))
}

/// Where the master key comes from: one place, and beside an embedded database unless another is named.
fn master_key(
    values: &Values,
    database: Option<&Database>,
    data_dir: Option<&Path>,
    mistakes: &mut Vec<ConfigError>,
) -> Option<MasterKeySource> {
    let file = values
        .get("master_key_file")
        .map(|given| PathBuf::from(given.value()));
    match (values.get("master_key"), file, database, data_dir) {
        (Some(given), Some(_), ..) => {
            mistakes.push(ConfigError::new(
                "master_key",
                Some(given),
                Mistake::TwoMasterKeys,
            ));
            None
        }
        (Some(given), None, ..) => Some(MasterKeySource::Environment(SecretString::from(
            given.value().to_owned(),
        ))),
        (None, Some(path), ..) => Some(MasterKeySource::File(path)),
        (None, None, Some(Database::Sqlite { .. }), Some(data_dir)) => {
            Some(MasterKeySource::BesideDatabase(data_dir.join("master.key")))
        }
        _ => Some(MasterKeySource::Unset),
    }
}

/// How deliveries are made.
fn engine(values: &Values, mistakes: &mut Vec<ConfigError>) -> Option<EngineOptions> {
    let at_once = |text: &str| parse::number(text, 1, 256);
    let activecampaign_at_once = values.parse("activecampaign_at_once", mistakes, at_once);
    let clerk_at_once = values.parse("clerk_at_once", mistakes, at_once);
    let lease_max_s = u32::try_from(EngineOptions::LEASE_MAX.as_secs()).unwrap_or(u32::MAX);
    let lease = values.parse("lease_seconds", mistakes, |text| {
        parse::number(text, 2, lease_max_s)
    });
    Some(EngineOptions {
        activecampaign_at_once: activecampaign_at_once?,
        clerk_at_once: clerk_at_once?,
        lease: Duration::from_secs(u64::from(lease?)),
        grace: EngineOptions::GRACE,
    })
}

/// A sandbox is beside the panel or elsewhere, and one that is elsewhere has an address and a certificate.
fn sandbox_elsewhere(
    values: &Values,
    sandbox: Option<bool>,
    mistakes: &mut Vec<ConfigError>,
) -> Option<SandboxElsewhere> {
    let at = values.get("sandbox_at");
    let certificate = values.get("sandbox_certificate");
    let mistake = match (at, certificate) {
        (None, None) => return None,
        (Some(_), Some(_)) if sandbox == Some(true) => Mistake::TwoSandboxes,
        (Some(_), Some(certificate)) => {
            let addr = values.parse("sandbox_at", mistakes, parse::addr)?;
            return Some(SandboxElsewhere {
                addr,
                certificate: PathBuf::from(certificate.value()),
            });
        }
        _ => Mistake::HalfSandbox,
    };
    let name = if at.is_some() {
        "sandbox_at"
    } else {
        "sandbox_certificate"
    };
    mistakes.push(ConfigError::new(name, at.or(certificate), mistake));
    None
}

/// Parsers of single values.
mod parse {
    use std::net::{IpAddr, SocketAddr};
    use std::path::PathBuf;
    use std::str::FromStr;

    use platforms::{AllowedHost, Witness};
    use secrecy::SecretString;
    use tracing_subscriber::EnvFilter;

    use super::{Database, LogFormat, Mistake, PublicUrl};

    pub(super) fn addr(text: &str) -> Result<SocketAddr, Mistake> {
        text.parse().map_err(|_| Mistake::Addr)
    }

    pub(super) fn public_url(text: &str) -> Result<PublicUrl, Mistake> {
        let url = url::Url::parse(text).map_err(|_| Mistake::PublicUrl)?;
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let has_user = !url.username().is_empty() || url.password().is_some();
        if !matches!(url.scheme(), "http" | "https") || !is_bare || has_user || url.host_str().is_none() {
            return Err(Mistake::PublicUrl);
        }
        Ok(PublicUrl {
            origin: url.origin().ascii_serialization(),
            is_https: url.scheme() == "https",
        })
    }

    pub(super) fn database(text: &str) -> Result<Database, Mistake> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return if path.is_empty() || path.contains('?') || path == ":memory:" {
                Err(Mistake::DatabaseUrl)
            } else {
                Ok(Database::Sqlite {
                    path: PathBuf::from(path),
                })
            };
        }
        match url::Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "postgres" | "postgresql") => Ok(Database::Postgres {
                url: SecretString::from(text.to_owned()),
            }),
            _ => Err(Mistake::DatabaseUrl),
        }
    }

    pub(super) fn addresses(text: &str) -> Result<Vec<IpAddr>, Mistake> {
        list(text, || Mistake::Addresses)
    }

    pub(super) fn hosts(text: &str) -> Result<Vec<AllowedHost>, Mistake> {
        list(text, || Mistake::Hosts)
    }

    pub(super) fn witnesses(text: &str) -> Result<Vec<Witness>, Mistake> {
        list(text, || Mistake::Witnesses)
    }

    /// What stands between commas; nothing is an empty list.
    fn list<T: FromStr>(text: &str, mistake: fn() -> Mistake) -> Result<Vec<T>, Mistake> {
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        items.map(|item| item.parse().map_err(|_| mistake())).collect()
    }

    pub(super) fn switch(text: &str) -> Result<bool, Mistake> {
        match text {
            "on" | "true" | "1" => Ok(true),
            "off" | "false" | "0" => Ok(false),
            _ => Err(Mistake::Switch),
        }
    }

    pub(super) fn loopback(text: &str) -> Result<SocketAddr, Mistake> {
        addr(text)
            .ok()
            .filter(|addr| addr.ip().is_loopback())
            .ok_or(Mistake::Loopback)
    }

    pub(super) fn number(text: &str, min: u32, max: u32) -> Result<u32, Mistake> {
        match text.parse() {
            Ok(number) if (min..=max).contains(&number) => Ok(number),
            _ => Err(Mistake::Number { min, max }),
        }
    }

    pub(super) fn log(text: &str) -> Result<String, Mistake> {
        EnvFilter::try_new(text)
            .map(|_| text.to_owned())
            .map_err(|_| Mistake::Log)
    }

    pub(super) fn log_format(text: &str) -> Result<LogFormat, Mistake> {
        match text {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err(Mistake::LogFormat),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn given(pairs: &[(&'static str, &str)]) -> Values {
        Values::from_pairs(
            pairs
                .iter()
                .map(|(name, value)| (*name, Source::Environment, (*value).to_owned())),
        )
    }

    #[test]
    fn without_any_setting_the_panel_is_local_and_embedded() {
        let config = Config::check(&given(&[])).unwrap();
        assert_eq!(config.addr.to_string(), "127.0.0.1:8080");
        assert_eq!(
            config.public_url,
            PublicUrl {
                origin: "http://127.0.0.1:8080".to_owned(),
                is_https: false
            }
        );
        assert!(matches!(config.database, Database::Sqlite { path } if path.ends_with("data/raccordo.db")));
        assert!(
            matches!(config.master_key, MasterKeySource::BesideDatabase(path) if path.ends_with("data/master.key"))
        );
    }

    #[test]
    fn every_mistake_is_told_at_once_and_names_its_setting() {
        let mistakes = Config::check(&given(&[
            ("addr", "8080"),
            ("public_url", "https://user:pw@panel.example/path"),
            ("database_url", "mysql://root:hunter2@db/raccordo"),
            ("session_idle_minutes", "0"),
            ("trusted_proxies", "10.0.0.1, gateway"),
            ("log", "info,=="),
            ("log_format", "xml"),
            ("body_bytes_max", "1"),
        ]))
        .unwrap_err();
        let named: Vec<&str> = mistakes.iter().map(|mistake| mistake.name).collect();
        assert_eq!(
            named,
            [
                "addr",
                "public_url",
                "database_url",
                "trusted_proxies",
                "session_idle_minutes",
                "body_bytes_max",
                "log",
                "log_format"
            ]
        );
        let told = mistakes
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n");
        assert!(told.contains("RACCORDO_ADDR"), "{told}");
        assert!(
            !told.contains("hunter2"),
            "a database URL may hold a password: {told}"
        );
    }

    #[test]
    fn a_database_server_needs_a_key_of_its_own() {
        let config =
            Config::check(&given(&[("database_url", "postgres://raccordo:pw@db/raccordo")])).unwrap();
        assert!(matches!(config.master_key, MasterKeySource::Unset));
        assert!(!format!("{config:?}").contains("pw@db"));
        let both = given(&[("master_key", "00"), ("master_key_file", "/run/key")]);
        assert!(
            Config::check(&both).unwrap_err()[0]
                .to_string()
                .contains("RACCORDO_MASTER_KEY")
        );
    }

    #[test]
    fn a_sandbox_elsewhere_has_an_address_and_a_certificate_and_is_the_only_one() {
        let at = ("sandbox_at", "127.0.0.1:8091");
        let certificate = ("sandbox_certificate", "sandbox.pem");
        assert_eq!(Config::check(&given(&[])).unwrap().sandbox_elsewhere, None);
        let elsewhere = Config::check(&given(&[at, certificate]))
            .unwrap()
            .sandbox_elsewhere;
        assert_eq!(
            elsewhere,
            Some(SandboxElsewhere {
                addr: "127.0.0.1:8091".parse().unwrap(),
                certificate: PathBuf::from("sandbox.pem"),
            })
        );
        for (wrong, name) in [
            (&[at][..], "sandbox_at"),
            (&[certificate], "sandbox_certificate"),
            (&[at, certificate, ("sandbox", "on")], "sandbox_at"),
            (&[("sandbox_at", "8091"), certificate], "sandbox_at"),
        ] {
            let mistakes = Config::check(&given(wrong)).unwrap_err();
            assert_eq!(mistakes.len(), 1, "{mistakes:?}");
            assert_eq!(mistakes[0].name, name);
        }
    }

    #[test]
    fn a_public_address_behind_tls_is_known_as_such() {
        let config = Config::check(&given(&[("public_url", "https://panel.example.com/")])).unwrap();
        assert_eq!(
            config.public_url,
            PublicUrl {
                origin: "https://panel.example.com".to_owned(),
                is_https: true
            }
        );
    }
}
