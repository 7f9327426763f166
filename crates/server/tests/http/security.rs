//! Headers, cookies, foreign forms, who may see what.

use axum::body::Body;
use axum::http::{Request, StatusCode};

use crate::support::{NAME, PASSWORD, Panel, Setup, TELEGRAM};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_nonce_of_the_policy_is_that_of_the_scripts_and_new_for_each_page() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    let mut seen = Vec::new();
    for path in [
        "/accounts",
        "/accounts/new?platform=clerk",
        "/nowhere",
        "/sign-in",
    ] {
        let page = browser.get(path).await;
        let policy = page.header("content-security-policy");
        let nonce = policy
            .split("'nonce-")
            .nth(1)
            .and_then(|rest| rest.split('\'').next())
            .unwrap()
            .to_owned();
        assert!(
            !policy.contains("unsafe-inline") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        let scripts = page.body.matches("<script").count();
        assert!(scripts > 0, "{path}");
        assert_eq!(
            page.body.matches(&format!("nonce=\"{nonce}\"")).count(),
            page.body.matches("nonce=\"").count(),
            "{path}"
        );
        assert!(
            page.body.matches(&format!("nonce=\"{nonce}\"")).count() >= scripts,
            "{path}: every script has the nonce"
        );
        assert!(!seen.contains(&nonce));
        seen.push(nonce);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_needs_what_the_policy_forbids() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    let id = browser.add(TELEGRAM).await;
    for path in [
        "/accounts",
        "/accounts/new",
        "/sign-in",
        &format!("/accounts/{id}"),
        &format!("/accounts/delete?ids={id}"),
    ] {
        let body = browser.get(path).await.body;
        assert!(
            !body.contains(" style=\"") && !body.contains("<style"),
            "{path} has inline style"
        );
        for handler in [" onclick=", " onload=", " onerror=", " onsubmit=", "javascript:"] {
            assert!(!body.contains(handler), "{path} has {handler}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_has_the_usual_headers_and_pages_are_not_kept() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    for path in ["/accounts", "/nowhere", "/health/live", "/load/accounts?query="] {
        let page = browser.get(path).await;
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(page.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        assert!(!page.header("content-security-policy").is_empty(), "{path}");
        assert!(!page.header("x-request-id").is_empty(), "{path}");
        assert!(
            page.header("strict-transport-security").is_empty(),
            "{path}: no TLS here"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cookies_are_out_of_reach_of_scripts_and_bound_to_tls_where_there_is_tls() {
    let cookie = |panel: &Panel| {
        let mut browser = panel.browser();
        async move {
            let pairs = [("name", NAME), ("password", PASSWORD), ("next", "")];
            browser
                .post("/sign-in", &pairs)
                .await
                .header("set-cookie")
                .to_owned()
        }
    };
    let panel = Panel::start().await;
    let plain = cookie(&panel).await;
    assert!(
        plain.starts_with("raccordo_session=")
            && plain.contains("HttpOnly")
            && plain.contains("SameSite=Lax"),
        "{plain}"
    );
    assert!(!plain.contains("Secure"));
    let panel = Panel::open(
        panel.home.clone(),
        Setup {
            origin: "https://panel.test",
            ..Setup::default()
        },
    )
    .await;
    let request = Request::builder()
        .method("POST")
        .uri("/sign-in")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "https://panel.test")
        .header("host", "10.0.0.5:8080");
    let page = panel
        .browser()
        .send(request, Body::from(format!("name={NAME}&password={PASSWORD}")))
        .await;
    let secure = page.header("set-cookie");
    assert!(
        secure.starts_with("__Host-raccordo_session=")
            && secure.contains("; Secure")
            && secure.contains("Path=/"),
        "{secure}"
    );
    assert!(page.header("strict-transport-security").contains("max-age"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_from_another_site_is_refused_and_changes_nothing() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    let id = browser.add(TELEGRAM).await;
    let foreign: [&[(&str, &str)]; 3] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://evil.example"), ("host", "panel.test")],
    ];
    for headers in foreign {
        for path in [
            "/accounts/selection",
            "/sign-out",
            "/language",
            "/accounts/new",
            "/accounts/delete",
        ] {
            let mut request = Request::builder()
                .method("POST")
                .uri(path)
                .header("content-type", "application/x-www-form-urlencoded");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let page = browser
                .send(request, Body::from(format!("confirmed=yes&do=activate:{id}")))
                .await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
            assert!(page.body.contains("<h1"), "a designed page: {}", page.body);
        }
    }
    let page = browser.get("/accounts?state=on").await;
    assert!(!page.body.contains("Ordini in chat"), "still inactive");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_sees_or_changes_anything_without_signing_in() {
    let panel = Panel::start().await;
    let id = panel.signed_in().await.add(TELEGRAM).await;
    let mut stranger = panel.browser();
    for path in [
        "/accounts",
        "/accounts/new",
        &format!("/accounts/{id}"),
        &format!("/accounts/delete?ids={id}"),
        &format!("/accounts/swap?id={id}"),
    ] {
        let page = stranger.get(path).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
        assert!(
            page.location().starts_with("/sign-in?next=%2Faccounts"),
            "{path}: {}",
            page.location()
        );
        assert!(page.body.is_empty());
    }
    for path in [
        "/load/accounts?query=",
        &format!("/load/account?id={id}"),
        &format!("/load/delete?ids={id}"),
        &format!("/load/swap?id={id}"),
    ] {
        let page = stranger.get(path).await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{path}: {}", page.body);
        assert!(!page.body.contains("Ordini in chat"), "{path}");
    }
    let posts: [(&str, Vec<(&str, &str)>); 4] = [
        ("/accounts/new", TELEGRAM.to_vec()),
        (
            "/accounts/selection",
            vec![("id", &id), ("confirmed", "yes"), ("do", "activate")],
        ),
        ("/accounts/delete", vec![("id", &id), ("do", "delete")]),
        ("/accounts/swap", vec![("id", &id)]),
    ];
    for (path, pairs) in &posts {
        let page = stranger.post(path, pairs).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}: {}", page.body);
        assert!(
            page.location().starts_with("/sign-in?next="),
            "{path}: {}",
            page.location()
        );
        let page = stranger.post_json(path, pairs).await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_user_typed_is_text_and_never_markup() {
    const HOSTILE: &str =
        "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> & {{7*7}} '; drop table accounts;--";
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    let id = browser
        .add(&crate::support::with(TELEGRAM, &[("description", HOSTILE)]))
        .await;
    let escaped = format!(
        "/accounts?q={}",
        form_urlencoded::byte_serialize(HOSTILE.as_bytes()).collect::<String>()
    );
    for path in [
        "/accounts",
        &format!("/accounts/{id}"),
        &format!("/accounts/delete?ids={id}"),
        &format!("/accounts/swap?id={id}"),
        &escaped,
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.body.contains("<script>alert"), "{path}: {}", page.body);
        assert!(!page.body.contains("<img src=x"), "{path}");
    }
    let found = browser.get(&escaped).await.body;
    assert!(
        found.contains("&lt;script&gt;alert(1)"),
        "it is found and shown as typed"
    );
}
