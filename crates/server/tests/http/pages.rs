//! What pages look like from outside: languages, headers, addresses.

use axum::body::{Body, to_bytes};
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, COOKIE};
use axum::http::{Request, StatusCode};
use server::http::Peer;
use tower::ServiceExt;

use crate::support::{FORMS, Panel, TELEGRAM};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_there_in_both_languages() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    let id = browser.add(TELEGRAM).await;
    let paths = [
        "/accounts".to_owned(),
        "/accounts?q=ordini&platform=telegram&state=off&sort=-updated&page=1".to_owned(),
        "/accounts/new".to_owned(),
        "/accounts/new?platform=activecampaign".to_owned(),
        "/accounts/new?platform=clerk".to_owned(),
        "/accounts/new?platform=wa_smart_business".to_owned(),
        "/accounts/new?platform=telegram".to_owned(),
        format!("/accounts/{id}"),
        format!("/accounts/delete?ids={id}"),
        format!("/accounts/swap?id={id}"),
        "/sign-in".to_owned(),
        "/first-start?token=old".to_owned(),
    ];
    for language in ["it", "en"] {
        browser.language = language;
        for path in &paths {
            let page = browser.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            assert!(
                page.body.contains(&format!("<html lang=\"{language}\"")),
                "{path} in {language}"
            );
            assert!(page.body.contains("<h1"), "{path} has a heading");
            assert!(
                page.body.contains("<title>") && !page.body.contains("<title></title>"),
                "{path} has a title"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_are_compressed_for_those_who_accept_it() {
    let panel = Panel::start().await;
    let browser = panel.signed_in().await;
    let cookie: Vec<String> = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let mut lengths = Vec::new();
    for coding in ["identity", "gzip", "zstd"] {
        let mut request = Request::builder()
            .uri("/accounts")
            .header(COOKIE, cookie.join("; "))
            .header(ACCEPT_ENCODING, coding)
            .body(Body::empty())
            .unwrap();
        request
            .extensions_mut()
            .insert(Peer("192.0.2.1:40000".parse().unwrap()));
        let response = panel.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let sent = response.headers().get(CONTENT_ENCODING).cloned();
        assert_eq!(sent.is_some(), coding != "identity", "{sent:?}");
        assert!(sent.is_none_or(|sent| sent == coding));
        lengths.push(to_bytes(response.into_body(), usize::MAX).await.unwrap().len());
    }
    assert!(
        lengths[1] * 2 < lengths[0] && lengths[2] * 2 < lengths[0],
        "{lengths:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_is_a_designed_page_with_status_404() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    for path in [
        "/nowhere",
        "/accounts/not-an-id",
        "/accounts/019aaaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
        "/favicon.ico",
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.body.contains("<h1"), "{path}: {}", page.body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_shows_every_platform_and_reads_the_same_as_its_address_says() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    for form in FORMS {
        browser.add(form).await;
    }
    let all = browser.get("/accounts").await.body;
    for words in [
        "Newsletter",
        "negozio.api-us1.com",
        "Ricerca",
        "WhatsApp",
        "gateway.example.com",
        "Ordini in chat",
        "negozio_ordini_bot",
    ] {
        assert!(all.contains(words), "{words}");
    }
    let some = browser.get("/accounts?platform=clerk").await.body;
    assert!(some.contains("Ricerca") && !some.contains("Ordini in chat"));
    let found = browser.get("/accounts?q=CHAT").await.body;
    assert!(!found.contains(">Ricerca<") && found.contains("Ordini in chat"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chosen_language_is_remembered_and_leads_back() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    let page = browser
        .post("/language", &[("language", "en"), ("next", "/accounts?q=à b")])
        .await;
    assert_eq!(
        (page.status, page.location()),
        (StatusCode::SEE_OTHER, "/accounts?q=%C3%A0%20b")
    );
    assert!(browser.get("/accounts").await.body.contains("<html lang=\"en\""));
    let page = browser
        .post("/language", &[("language", "en"), ("next", "//evil.example")])
        .await;
    assert_eq!(page.location(), "/accounts");
    assert_eq!(
        browser.post("/language", &[("language", "xx")]).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_is_told_once() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    let id = browser.add(TELEGRAM).await;
    assert!(browser.cookies.contains_key("raccordo_notice"));
    let first = browser.get(&format!("/accounts/{id}")).await;
    assert!(!browser.cookies.contains_key("raccordo_notice"));
    let second = browser.get(&format!("/accounts/{id}")).await;
    assert_ne!(
        first.body.matches("role=\"status\"").count() + first.body.len(),
        second.body.matches("role=\"status\"").count() + second.body.len()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_configuration_page_is_made_from_the_table() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let page = server::config::markdown();
    #[expect(
        clippy::disallowed_methods,
        reason = "how all generated pages are brought up to date"
    )]
    let is_update = std::env::var("RACCORDO_UPDATE").is_ok();
    if is_update {
        std::fs::write(&path, &page).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == page,
        "docs/configuration.md is out of date: RACCORDO_UPDATE=1 cargo test -p server --test http"
    );
}
