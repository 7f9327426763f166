//! The way to a platform, whichever it is.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use domain::platform::Platform;
use domain::{CertificateFault, Fault};
use platforms::{Options, Platforms};
use sandbox::{Fault as Wrong, Sandbox};

use crate::stage::{Account, NOW, Stage, failure, marks, options};

async fn verify(options: Options, account: &Account) -> domain::TestReport {
    let platforms = Platforms::new(options).unwrap();
    platforms.verify(&account.remote(), &|| NOW, &|_| {}).await
}

fn at(api_url: &str) -> Account {
    Account::with(Platform::ActiveCampaign, &[("api_url", api_url)])
}

#[tokio::test]
async fn a_test_ends_in_time_whatever_the_platform_does() {
    let limit = Duration::from_millis(700);
    let stage = Stage::with_limits(Options::CALL_TIMEOUT, limit).await;
    for account in Account::all() {
        stage
            .sandbox
            .set_fault(account.settings.platform(), Some(Wrong::Slow));
        let started = Instant::now();
        let report = stage.verify(&account).await;
        assert!(started.elapsed() < limit + Duration::from_millis(500));
        assert_eq!(report.fault, Some(Fault::TimeUp));
        assert_eq!(marks(&report), "+++x--");
        assert_eq!(
            report.exchanges.len(),
            1,
            "the call that was not answered is told"
        );
        assert_eq!(report.exchanges[0].status, None);
        assert!(report.ms >= 700 && report.steps[3].ms > 0, "{report:?}");
    }
}

#[tokio::test]
async fn a_call_without_an_answer_is_given_up() {
    let stage = Stage::with_limits(Duration::from_millis(400), Options::TEST_TIMEOUT).await;
    stage.sandbox.set_fault(Platform::Telegram, Some(Wrong::Slow));
    let account = Account::of(Platform::Telegram);
    let report = stage.verify(&account).await;
    assert_eq!(report.fault, Some(Fault::NoAnswer));
    let sent = stage
        .platforms
        .send_test_message(&account.remote(), "Prova")
        .await;
    assert_eq!(failure(sent).fault, Fault::NoAnswer);
}

#[tokio::test]
async fn without_a_sandbox_its_hosts_do_not_exist() {
    let sandbox = Sandbox::start((Ipv4Addr::LOCALHOST, 0).into(), None)
        .await
        .unwrap();
    for account in Account::all() {
        let none = Options {
            sandbox: None,
            ..options(&sandbox)
        };
        let report = verify(none, &account).await;
        assert!(
            matches!(report.fault, Some(Fault::NameUnknown { .. })),
            "{report:?}"
        );
        assert_eq!(marks(&report), "x-----");
    }
    let report = verify(
        options(&sandbox),
        &at("https://negozio.activecampaign.sandbox.test:8443"),
    )
    .await;
    assert_eq!(marks(&report), "x-----", "another port is not the sandbox's");
    assert!(sandbox.received().is_empty());
}

#[tokio::test]
async fn the_sandbox_is_trusted_for_its_own_names_only() {
    let sandbox = Sandbox::start((Ipv4Addr::LOCALHOST, 0).into(), None)
        .await
        .unwrap();
    let port = sandbox.addr().port();
    let mut allowed = options(&sandbox);
    allowed.allowed_hosts = vec!["localhost".parse().unwrap(), "127.0.0.1".parse().unwrap()];
    for host in ["localhost", "127.0.0.1"] {
        let account = Account::with(
            Platform::Telegram,
            &[("api_base_url", &format!("https://{host}:{port}"))],
        );
        let report = verify(allowed.clone(), &account).await;
        assert_eq!(
            report.fault,
            Some(Fault::Certificate {
                why: CertificateFault::UnknownIssuer,
                host: host.into(),
            })
        );
        assert_eq!(marks(&report), "++x---");
    }
    assert!(sandbox.received().is_empty());
}

#[tokio::test]
async fn a_certificate_of_another_sandbox_or_for_another_name_is_refused() {
    let start = || Sandbox::start((Ipv4Addr::LOCALHOST, 0).into(), None);
    let (sandbox, other) = (start().await.unwrap(), start().await.unwrap());
    let mut mixed = options(&sandbox);
    mixed.sandbox.as_mut().unwrap().addr = other.addr();
    let host = "negozio.activecampaign.sandbox.test";
    let report = verify(mixed, &at(&format!("https://{host}"))).await;
    assert_eq!(
        report.fault,
        Some(Fault::Certificate {
            why: CertificateFault::UnknownIssuer,
            host: host.into(),
        })
    );
    let host = "altro.nome.sandbox.test";
    let report = verify(options(&sandbox), &at(&format!("https://{host}"))).await;
    assert_eq!(
        report.fault,
        Some(Fault::Certificate {
            why: CertificateFault::WrongName,
            host: host.into(),
        })
    );
    assert_eq!(marks(&report), "++x---");
}

#[tokio::test]
async fn a_platform_that_is_not_there_is_told() {
    let sandbox = Sandbox::start((Ipv4Addr::LOCALHOST, 0).into(), None)
        .await
        .unwrap();
    let options = options(&sandbox);
    sandbox.stop().await;
    let report = verify(options, &Account::of(Platform::Clerk)).await;
    let host = "api.clerk.sandbox.test".to_owned();
    assert_eq!(report.fault, Some(Fault::ConnectionRefused { host }));
    assert_eq!(marks(&report), "++x---");
}
