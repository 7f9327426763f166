//! Secrets appear nowhere, whatever the platform does.

use domain::platform::Platform;
use domain::{Fault, SecretValue, TestReport};
use platforms::{Options, Platforms, Secrets};
use sandbox::Fault as Wrong;

use crate::host::{Host, answer};
use crate::stage::{Account, Log, NOW, Stage};

const PLANTED: &str = "1234567890:AAplantedTokenThatNobodyMaySee_12";

fn all_secrets() -> Vec<String> {
    let mut all: Vec<String> = sandbox::sample_accounts()
        .into_iter()
        .flat_map(|sample| sample.secrets)
        .map(|(_, secret)| secret)
        .collect();
    all.push(sandbox::CLERK_PUBLIC_KEY.to_owned());
    all
}

fn assert_silent(text: &str, secrets: &[String]) {
    for secret in secrets {
        assert!(!text.contains(secret.as_str()), "{secret} stands in {text}");
    }
}

fn texts(report: &TestReport) -> String {
    format!(
        "{} {report:?} {report:#?}",
        serde_json::to_string(report).unwrap()
    )
}

#[tokio::test]
async fn no_report_and_no_log_holds_a_secret() {
    let secrets = all_secrets();
    let stage = Stage::with_limits(Options::CALL_TIMEOUT, std::time::Duration::from_millis(900)).await;
    for account in Account::all() {
        let platform = account.settings.platform();
        for fault in Wrong::ALL.into_iter().map(Some).chain([None]) {
            stage.sandbox.set_fault(platform, fault);
            assert_silent(&texts(&stage.verify(&account).await), &secrets);
        }
        for lookup in platforms::lookups(platform) {
            let found = stage.platforms.look_up(&account.remote(), *lookup).await;
            assert_silent(&format!("{found:?}"), &secrets);
        }
        let sent = stage
            .platforms
            .send_test_message(&account.remote(), "Prova")
            .await;
        assert_silent(&format!("{sent:?} {:?}", account.secrets), &secrets);
    }
    assert!(stage.sandbox.received().len() > 60, "the calls were really made");
    let log = Log::text();
    assert!(
        log.contains("TRACE") && log.contains("platform called"),
        "the log talks"
    );
    assert_silent(&log, &secrets);
}

/// Gives the request back in every spelling that it can think of.
fn echo(request: &str) -> String {
    let path = request.split_whitespace().nth(1).unwrap();
    let said = serde_json::json!({
        "ok": false,
        "error_code": 400,
        "description": format!("I do not understand {path} nor {}", path.replace(':', "%3a")),
        "request": request,
    });
    answer(
        "400 Bad Request",
        &format!("content-type: application/json\r\nx-request-id: {path}\r\n"),
        &said.to_string(),
    )
}

#[tokio::test]
async fn what_a_platform_gives_back_is_redacted_before_it_is_kept() {
    let host = Host::on("127.0.0.1", echo);
    let options = Options {
        allowed_hosts: vec!["127.0.0.1".parse().unwrap()],
        witnesses: Vec::new(),
        sandbox: None,
        connect_timeout: Options::CONNECT_TIMEOUT,
        call_timeout: Options::CALL_TIMEOUT,
        test_timeout: Options::TEST_TIMEOUT,
    };
    let account = Account::with(
        Platform::Telegram,
        &[("api_base_url", &format!("http://{}", host.addr))],
    );
    let mut secrets = Secrets::new();
    secrets.insert("bot_token", SecretValue::new(PLANTED.to_owned()));
    let account = Account { secrets, ..account };
    let report = Platforms::new(options)
        .unwrap()
        .verify(&account.remote(), &|| NOW, &|_| {})
        .await;
    assert_eq!(
        report.fault,
        Some(Fault::Refused {
            code: 400,
            message: "I do not understand /bot▇/getMe nor /bot▇/getMe".into(),
        })
    );
    assert_eq!(host.visits(), 2, "once to reach it, once for the call");
    let exchange = &report.exchanges[0];
    assert_eq!(exchange.request_id.as_deref(), Some("/bot▇/getMe"));
    assert!(
        exchange.body.contains("POST /bot▇/getMe HTTP/1.1"),
        "{}",
        exchange.body
    );
    let key = PLANTED.split_once(':').unwrap().1;
    assert_silent(&texts(&report), &[PLANTED.to_owned(), key.to_owned()]);
}
