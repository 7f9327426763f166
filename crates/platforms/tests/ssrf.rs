//! Where calls may go. Every test that could reach something wrong has a listener there that must stay alone.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "contract/host.rs"]
mod host;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use domain::platform::{Platform, Settings};
use domain::{AddressRefusal, Context, Fault, SecretValue, StepKind, TestReport, Timestamp, Values};
use host::{Host, answer};
use platforms::{AllowedHost, NameError, Options, Platforms, Remote, Resolver, Secrets};

const TOKEN: &str = "1234567890:AAplantedTokenThatNobodyMaySee_12";

/// A name service whose answers change from one look-up to the next; the last one stays.
struct Fickle {
    answers: Vec<Result<Vec<IpAddr>, NameError>>,
    asked: AtomicUsize,
}

impl Fickle {
    fn new(answers: &[&str]) -> Arc<Self> {
        let answers = answers
            .iter()
            .map(|addresses| {
                Ok(addresses
                    .split_whitespace()
                    .map(|address| address.parse().unwrap())
                    .collect())
            })
            .collect();
        Arc::new(Self {
            answers,
            asked: AtomicUsize::new(0),
        })
    }

    fn failing(error: NameError) -> Arc<Self> {
        Arc::new(Self {
            answers: vec![Err(error)],
            asked: AtomicUsize::new(0),
        })
    }
}

#[async_trait]
impl Resolver for Fickle {
    async fn addresses(&self, _: &str) -> Result<Vec<IpAddr>, NameError> {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        self.answers[asked.min(self.answers.len() - 1)].clone()
    }
}

fn platforms(allowed: &str, resolver: &Arc<Fickle>) -> Platforms {
    let options = Options {
        allowed_hosts: allowed
            .split_whitespace()
            .map(|host| host.parse::<AllowedHost>().unwrap())
            .collect(),
        witnesses: Vec::new(),
        sandbox: None,
        connect_timeout: Duration::from_secs(2),
        call_timeout: Duration::from_secs(2),
        test_timeout: Duration::from_secs(5),
    };
    Platforms::with_resolver(options, Arc::clone(resolver) as Arc<dyn Resolver>).unwrap()
}

async fn verify(platforms: &Platforms, api_base_url: &str) -> TestReport {
    let values: Values = [
        ("bot_username", "negozio_bot"),
        ("api_base_url", api_base_url),
        ("cart_delay_hours", "3"),
        ("link_method", "deep_link"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    let settings = Settings::parse(Platform::Telegram, &values, Context::Stored).unwrap();
    let mut secrets = Secrets::new();
    secrets.insert("bot_token", SecretValue::new(TOKEN.to_owned()));
    let remote = Remote {
        settings: &settings,
        secrets: &secrets,
    };
    platforms
        .verify(&remote, &|| Timestamp::from_ms(0), &|_| {})
        .await
}

fn refusal(report: &TestReport) -> Option<AddressRefusal> {
    match &report.fault {
        Some(Fault::AddressRefused { why, .. }) => Some(*why),
        _ => None,
    }
}

fn bot(_: &str) -> String {
    answer(
        "200 OK",
        "content-type: application/json\r\n",
        r#"{"ok":true,"result":{"id":1234567890,"is_bot":true,"first_name":"N","username":"negozio_bot"}}"#,
    )
}

fn elsewhere(request: &str) -> String {
    let port = request
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("host: 127.0.0.2:")
                .map(ToOwned::to_owned)
        })
        .unwrap();
    answer(
        "307 Temporary Redirect",
        &format!("location: http://127.0.0.3:{port}/bot{TOKEN}/getMe\r\n"),
        "",
    )
}

#[tokio::test]
async fn an_address_is_refused_in_every_spelling() {
    let host = Host::on("127.0.0.1", bot);
    let port = host.addr.port();
    let resolver = Fickle::new(&["127.0.0.1"]);
    let platforms = platforms("", &resolver);
    for spelling in [
        "127.0.0.1",
        "2130706433",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "0x7f000001",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
    ] {
        let report = verify(&platforms, &format!("https://{spelling}:{port}")).await;
        assert_eq!(refusal(&report), Some(AddressRefusal::Loopback), "{spelling}");
        assert_eq!(report.failed_step(), Some(StepKind::Address), "{spelling}");
    }
    for (spelling, why) in [
        ("0.0.0.0", AddressRefusal::Reserved),
        ("[::]", AddressRefusal::Reserved),
        ("0xa9fea9fe", AddressRefusal::LinkLocal),
        ("[fe80::1]", AddressRefusal::LinkLocal),
        ("167772161", AddressRefusal::Private),
        ("[fd00::1]", AddressRefusal::Private),
    ] {
        let report = verify(&platforms, &format!("https://{spelling}:{port}")).await;
        assert_eq!(refusal(&report), Some(why), "{spelling}");
    }
    assert_eq!(host.visits(), 0);
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 0, "an address is no name");
}

#[tokio::test]
async fn a_name_that_leads_home_is_refused_before_anything_is_sent() {
    let host = Host::on("127.0.0.1", bot);
    let address = format!("https://api.example.com:{}", host.addr.port());
    for (found, why) in [
        ("127.0.0.1", AddressRefusal::Loopback),
        ("::ffff:127.0.0.1", AddressRefusal::Loopback),
        ("1.1.1.1 10.0.0.1", AddressRefusal::Private),
        ("10.0.0.1 1.1.1.1", AddressRefusal::Private),
        ("2606:4700::1111 169.254.169.254", AddressRefusal::LinkLocal),
    ] {
        let report = verify(&platforms("", &Fickle::new(&[found])), &address).await;
        assert_eq!(refusal(&report), Some(why), "{found}");
        assert_eq!(report.failed_step(), Some(StepKind::Dns), "{found}");
        assert!(report.exchanges.is_empty());
    }
    assert_eq!(host.visits(), 0);
}

#[tokio::test]
async fn a_name_service_that_changes_its_mind_moves_no_call() {
    let checked = Host::on("127.0.0.2", bot);
    let port = checked.addr.port();
    let home = Host::start(([127, 0, 0, 1], port).into(), bot);
    // 127.0.0.2 plays the public address.
    let resolver = Fickle::new(&["127.0.0.2", "127.0.0.1"]);
    let platforms = platforms("127.0.0.2", &resolver);
    let address = format!("http://api.example.com:{port}");

    let report = verify(&platforms, &address).await;
    assert_eq!(report.fault, None, "{report:?}");
    assert_eq!(
        resolver.asked.load(Ordering::SeqCst),
        1,
        "one look-up for the whole test"
    );
    assert_eq!(checked.visits(), 2, "once to reach it, once for the call");

    let report = verify(&platforms, &address).await;
    assert_eq!(refusal(&report), Some(AddressRefusal::Loopback));
    assert_eq!(home.visits(), 0);
}

#[tokio::test]
async fn a_redirection_is_told_and_not_followed() {
    let host = Host::on("127.0.0.2", elsewhere);
    let port = host.addr.port();
    let other = Host::start(([127, 0, 0, 3], port).into(), bot);
    let platforms = platforms("127.0.0.0/8", &Fickle::new(&["127.0.0.2"]));
    let report = verify(&platforms, &format!("http://127.0.0.2:{port}")).await;
    let to = "127.0.0.3".to_owned();
    assert_eq!(report.fault, Some(Fault::Redirected { to }));
    assert_eq!(report.failed_step(), Some(StepKind::Credentials));
    assert_eq!(report.exchanges[0].status, Some(307));
    assert_eq!(other.visits(), 0);
    assert!(!format!("{report:?}").contains("planted"));
}

#[tokio::test]
async fn what_is_allowed_gets_through() {
    let host = Host::on("127.0.0.1", bot);
    let port = host.addr.port();
    let resolver = Fickle::new(&["127.0.0.1"]);
    for (allowed, address) in [
        ("bot-api.lan", "bot-api.lan"),
        ("127.0.0.1", "bot-api.lan"),
        ("127.0.0.0/8", "127.0.0.1"),
        ("10.0.0.0/8 127.0.0.1", "2130706433"),
    ] {
        let platforms = platforms(allowed, &resolver);
        let report = verify(&platforms, &format!("http://{address}:{port}")).await;
        assert_eq!(report.fault, None, "{allowed} for {address}: {report:?}");
    }
}

#[tokio::test]
async fn credentials_do_not_travel_in_the_clear_to_strangers() {
    let host = Host::on("127.0.0.1", bot);
    let port = host.addr.port();
    for (allowed, found, step) in [
        ("", "1.1.1.1", StepKind::Address),
        ("other.lan", "1.1.1.1", StepKind::Address),
        ("10.0.0.0/8", "1.1.1.1", StepKind::Dns),
        ("10.0.0.0/8", "10.0.0.1 1.1.1.1", StepKind::Dns),
    ] {
        let platforms = platforms(allowed, &Fickle::new(&[found]));
        let report = verify(&platforms, &format!("http://api.example.com:{port}")).await;
        assert_eq!(
            refusal(&report),
            Some(AddressRefusal::PlainHttp),
            "{allowed} {found}"
        );
        assert_eq!(report.failed_step(), Some(step), "{allowed} {found}");
    }
    assert_eq!(host.visits(), 0);
}

#[tokio::test]
async fn the_name_service_says_why_there_is_no_address() {
    let host = || "api.example.com".to_owned();
    for (error, fault) in [
        (NameError::Unknown, Fault::NameUnknown { host: host() }),
        (NameError::Silent, Fault::NameServiceSilent { host: host() }),
    ] {
        let platforms = platforms("", &Fickle::failing(error));
        let report = verify(&platforms, "https://api.example.com").await;
        assert_eq!(report.fault, Some(fault));
        assert_eq!(report.failed_step(), Some(StepKind::Dns));
    }
    let platforms = platforms("", &Fickle::new(&[""]));
    let report = verify(&platforms, "https://api.example.com").await;
    assert_eq!(report.fault, Some(Fault::NameUnknown { host: host() }));
}

#[tokio::test]
async fn nobody_listening_is_told_apart_from_silence() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let platforms = platforms("127.0.0.1", &Fickle::new(&["127.0.0.1"]));
    let report = verify(&platforms, &format!("http://{free}")).await;
    let host = "127.0.0.1".to_owned();
    assert_eq!(report.fault, Some(Fault::ConnectionRefused { host }));
    assert_eq!(report.failed_step(), Some(StepKind::Tls));
}
