//! Test Connessione over HTTP: as a page, as JSON, line by line; and the question before switching on without proof.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Request, StatusCode};
use domain::{Platform, StepKind};
use http_body_util::BodyExt;
use sandbox::{Fault, Sandbox};
use tower::ServiceExt;
use ui::{Outcome, StepView};

use crate::support::{Browser, Home, NAME, PASSWORD, Page, Panel, Setup, on_both_databases, with};

/// A panel with the fake platforms.
async fn stage(home: Home) -> (Panel, Sandbox, Browser) {
    let sandbox = Sandbox::start("127.0.0.1:0".parse().unwrap(), None)
        .await
        .unwrap();
    let setup = Setup {
        sandbox: Some(platforms::Sandbox {
            addr: sandbox.addr(),
            certificate_pem: sandbox.certificate_pem().to_owned(),
        }),
        ..Setup::default()
    };
    let panel = Panel::open(home, setup).await;
    panel
        .raccordo
        .create_user(NAME.parse().unwrap(), secrecy::SecretString::from(PASSWORD))
        .await
        .unwrap();
    let browser = panel.signed_in().await;
    (panel, sandbox, browser)
}

/// The complete form of a sample, as it is posted.
fn sample(platform: Platform) -> Vec<(String, String)> {
    let found = sandbox::sample_accounts()
        .into_iter()
        .find(|sample| sample.platform == platform)
        .unwrap();
    let mut pairs = vec![
        ("platform".to_owned(), platform.code().to_owned()),
        ("description".to_owned(), "Di prova".to_owned()),
    ];
    let values = found.values.into_iter().chain(found.secrets);
    pairs.extend(values.map(|(name, value)| (name.to_owned(), value)));
    if platform == Platform::Telegram {
        pairs.extend([
            ("cart_delay_hours".to_owned(), "3".to_owned()),
            ("link_method".to_owned(), "deep_link".to_owned()),
        ]);
    }
    pairs
}

fn as_pairs(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

fn secrets() -> Vec<String> {
    sandbox::sample_accounts()
        .into_iter()
        .flat_map(|sample| sample.secrets)
        .map(|(_, value)| value)
        .collect()
}

fn assert_clean(text: &str, what: &str) {
    for secret in secrets() {
        assert!(!text.contains(&secret), "{what} holds a secret");
    }
}

/// The steps, and the outcome on the last line.
fn lines(page: &Page) -> (Vec<StepView>, Outcome) {
    let mut lines: Vec<&str> = page.body.lines().collect();
    let outcome = serde_json::from_str(lines.pop().unwrap()).unwrap();
    let steps = lines.into_iter().map(|line| serde_json::from_str(line).unwrap());
    (steps.collect(), outcome)
}

async fn streamed(browser: &mut Browser, path: &str, pairs: &[(&str, &str)]) -> Page {
    let body: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    let request = Request::builder()
        .method("POST")
        .uri(path)
        .header("accept", "application/x-ndjson")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    browser.send(request, Body::from(body)).await
}

on_both_databases!(a_test_without_scripts_comes_back_as_the_page_with_what_was_typed);

async fn a_test_without_scripts_comes_back_as_the_page_with_what_was_typed(home: Home) {
    let (_panel, sandbox, mut browser) = stage(home).await;
    for platform in Platform::ALL {
        let pairs = sample(platform);
        let pairs = with(
            &as_pairs(&pairs),
            &[("description", "Mai salvato"), ("do", "test")],
        );
        let page = browser.post("/accounts/new", &pairs).await;
        assert_eq!(page.status, StatusCode::OK, "{platform}");
        assert!(page.body.contains("Funziona"), "{platform}: {}", page.body);
        assert_eq!(page.input("description").as_deref(), Some("Mai salvato"));
        assert_clean(&page.body, "a good test");
        sandbox.set_fault(platform, Some(Fault::WrongKey));
        let page = browser.post("/accounts/new", &pairs).await;
        assert!(page.body.contains("rifiuta le credenziali"), "{platform}");
        assert_clean(&page.body, "a bad test");
    }
    let list = browser.get("/accounts").await;
    assert!(!list.body.contains("Mai salvato"), "a test saves nothing");
}

on_both_databases!(a_script_is_told_each_step_on_a_line_and_the_outcome_last);

async fn a_script_is_told_each_step_on_a_line_and_the_outcome_last(home: Home) {
    let (_panel, _sandbox, mut browser) = stage(home).await;
    let pairs = sample(Platform::Telegram);
    let pairs = with(&as_pairs(&pairs), &[("do", "test")]);
    let page = streamed(&mut browser, "/accounts/new", &pairs).await;
    assert_eq!(page.header("content-type"), "application/x-ndjson");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_clean(&page.body, "the lines of a test");
    let (steps, outcome) = lines(&page);
    assert_eq!(
        steps.iter().map(|step| step.kind).collect::<Vec<_>>(),
        StepKind::ALL
    );
    let Outcome::Tried(view) = outcome else {
        panic!("{outcome:?}");
    };
    let test = view.test.as_ref().unwrap();
    assert!(test.works);
    assert!(
        test.facts
            .iter()
            .any(|(_, value)| value == "@raccordo_sandbox_bot")
    );
}

#[tokio::test]
async fn a_browser_that_hangs_up_ends_the_test_and_nothing_is_told() {
    let (panel, sandbox, browser) = stage(Home::folder()).await;
    sandbox.set_fault(Platform::Telegram, Some(Fault::Slow));
    let pairs = sample(Platform::Telegram);
    let body: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(with(&as_pairs(&pairs), &[("do", "test")]))
        .finish();
    let cookies: Vec<String> = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let mut request = Request::builder()
        .method("POST")
        .uri("/accounts/new")
        .header("accept", "application/x-ndjson")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .header("cookie", cookies.join("; "))
        .body(Body::from(body))
        .unwrap();
    request
        .extensions_mut()
        .insert(server::http::Peer(browser.from.parse().unwrap()));
    let response = panel.router.clone().oneshot(request).await.unwrap();
    let mut body = response.into_body();
    // The first steps come before the platform answers.
    let first = tokio::time::timeout(Duration::from_secs(1), body.frame())
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    assert!(first.into_data().unwrap().starts_with(b"{\"kind\""));
    drop(body);
    tokio::time::sleep(Duration::from_secs(4)).await;
    let page = browser.clone().get("/log").await;
    assert!(page.body.contains("Lista dei Log"));
    assert!(!page.body.contains("Test Connessione fallito"), "it was given up");
}

on_both_databases!(a_good_test_stays_with_the_account_and_another_key_makes_it_outdated);

async fn a_good_test_stays_with_the_account_and_another_key_makes_it_outdated(home: Home) {
    let (panel, _sandbox, mut browser) = stage(home).await;
    let pairs = sample(Platform::ActiveCampaign);
    let id = browser.add(&as_pairs(&pairs)).await;
    let path = format!("/accounts/{id}");
    let shown = browser.get(&path).await;
    assert!(shown.body.contains("Mai verificato"));
    let kept: Vec<(&str, &str)> = as_pairs(&pairs)
        .into_iter()
        .filter(|(name, _)| *name != "api_key")
        .collect();
    let tested = browser
        .post(&path, &with(&kept, &[("version", "1"), ("do", "test")]))
        .await;
    assert_eq!(tested.status, StatusCode::OK);
    panel.clock.pass(3600);
    let later = browser.get(&path).await;
    assert!(later.body.contains("Ultimo test") && later.body.contains("Funziona"));
    let other = [("version", "1"), ("api_key", "another-key-0123456789abcdef")];
    browser.post(&path, &with(&kept, &other)).await;
    let changed = browser.get(&path).await;
    assert!(changed.body.contains("Mai verificato"));
    assert!(changed.body.contains("impostazioni precedenti"));
}

on_both_databases!(switching_on_without_proof_asks_and_the_confirmed_choice_is_in_the_log);

async fn switching_on_without_proof_asks_and_the_confirmed_choice_is_in_the_log(home: Home) {
    let (_panel, _sandbox, mut browser) = stage(home).await;
    let pairs = sample(Platform::Telegram);
    let id = browser.add(&as_pairs(&pairs)).await;
    let asked = format!("activate:{id}");
    let page = browser.post("/accounts/selection", &[("do", &asked)]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(page.location(), format!("/accounts/activate?ids={id}"));
    let question = browser.get(page.location()).await;
    assert_eq!(question.status, StatusCode::OK);
    assert!(question.body.contains("Mai verificato"));
    assert_eq!(question.input("confirmed").as_deref(), Some("yes"));
    let json = browser.post_json("/accounts/selection", &[("do", &asked)]).await;
    assert_eq!(json.status, StatusCode::CONFLICT);
    let confirmed = [("confirmed", "yes"), ("id", id.as_str()), ("do", "activate")];
    browser.post("/accounts/selection", &confirmed).await;
    let log = browser.get("/log").await;
    assert!(log.body.contains("Account attivato senza un test riuscito"));
}

on_both_databases!(values_to_choose_from_stand_under_their_field);

async fn values_to_choose_from_stand_under_their_field(home: Home) {
    let (_panel, sandbox, mut browser) = stage(home).await;
    let pairs = sample(Platform::Telegram);
    let pairs = with(&as_pairs(&pairs), &[("do", "lookup:chats:staff_chat_id")]);
    let page = browser.post("/accounts/new", &pairs).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains(sandbox::STAFF_CHAT_TITLE));
    sandbox.set_fault(Platform::Telegram, Some(Fault::WrongKey));
    let page = browser.post("/accounts/new", &pairs).await;
    assert!(page.body.contains("@BotFather"), "what to do");
    assert_clean(&page.body, "a lookup");
}

#[tokio::test]
async fn what_is_no_button_of_ours_is_refused() {
    let (_panel, sandbox, mut browser) = stage(Home::folder()).await;
    let pairs = sample(Platform::Telegram);
    for asked in [
        "explode",
        "lookup:",
        "lookup:passwords",
        "lookup:lists",
        "lookup:lists:newsletter_list",
        "message",
    ] {
        let page = browser
            .post("/accounts/new", &with(&as_pairs(&pairs), &[("do", asked)]))
            .await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{asked}");
    }
    assert_eq!(sandbox.received().len(), 0);
}

#[tokio::test]
async fn nobody_tests_anything_before_signing_in() {
    let (panel, sandbox, _) = stage(Home::folder()).await;
    let pairs = sample(Platform::Telegram);
    let mut stranger = panel.browser();
    let page = stranger
        .post("/accounts/new", &with(&as_pairs(&pairs), &[("do", "test")]))
        .await;
    assert!(page.location().starts_with("/sign-in"), "{}", page.location());
    let page = streamed(
        &mut stranger,
        "/accounts/new",
        &with(&as_pairs(&pairs), &[("do", "test")]),
    )
    .await;
    assert!(matches!(lines(&page), (steps, Outcome::SignInNeeded { .. }) if steps.is_empty()));
    assert_eq!(sandbox.received().len(), 0);
}
