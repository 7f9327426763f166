//! Whatever arrives: a clear error, nothing lost, no panic.

use axum::body::Body;
use axum::http::{Request, StatusCode};

use crate::support::{FORMS, Panel, TELEGRAM, with};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_with_every_field_empty_names_each_field_that_is_missing() {
    let panel = Panel::start().await;
    for language in ["it", "en"] {
        let mut browser = panel.signed_in().await;
        browser.language = language;
        for form in FORMS {
            let empty: Vec<(&str, &str)> = form
                .iter()
                .map(|(name, value)| (*name, if *name == "platform" { *value } else { "" }))
                .collect();
            let page = browser.post("/accounts/new", &empty).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(
                page.body.matches("aria-invalid=\"true\"").count() >= 2,
                "{language} {form:?}: {}",
                page.body
            );
            assert!(page.body.contains("<h1"));
        }
        assert!(
            !browser.get("/accounts").await.body.contains("/accounts/0"),
            "nothing was saved"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_text_in_each_field_is_refused_or_kept_as_text() {
    let long = "à".repeat(20_000);
    let hostile = [
        "<script>alert(1)</script>",
        "'; drop table accounts; --",
        "\" autofocus onfocus=alert(1) x=\"",
        "\u{0}\u{1}\u{7f}",
        "\u{202e}evil\u{2066}",
        "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 🇮🇹 ﷽ e\u{301}",
        "%00%0d%0aSet-Cookie:x=1",
        "</textarea><script>alert(1)</script>",
        "${7*7}{{7*7}}",
        "",
        long.as_str(),
    ];
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    for form in FORMS {
        for (field, _) in form.iter().filter(|(name, _)| *name != "platform") {
            for text in hostile {
                let page = browser.post("/accounts/new", &with(form, &[(field, text)])).await;
                assert!(
                    matches!(
                        page.status,
                        StatusCode::SEE_OTHER | StatusCode::UNPROCESSABLE_ENTITY
                    ),
                    "{field} with {text:.40}: {}",
                    page.status
                );
                assert!(!page.body.contains("<script>alert"), "{field}: {}", page.body);
                assert!(!page.body.contains("onfocus=alert(1) x=\"\""), "{field}");
            }
        }
    }
    let list = browser.get("/accounts?q=drop").await;
    assert_eq!(list.status, StatusCode::OK, "the tables are still there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_typed_comes_back_with_the_errors() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    let form = with(
        TELEGRAM,
        &[
            ("description", "<b>Ordini & co</b>"),
            ("bot_username", "no bot"),
            ("cart_delay_hours", "mille"),
        ],
    );
    let page = browser.post("/accounts/new", &form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.input("description").unwrap(), "<b>Ordini & co</b>");
    assert_eq!(page.input("bot_username").unwrap(), "no bot");
    assert!(
        !page.body.contains("planted_secret_telegram"),
        "a secret does not come back"
    );
}

type Pairs<'a> = &'a [(&'a str, &'a str)];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_none_of_our_forms_is_a_bad_request() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    let id = browser.add(TELEGRAM).await;
    let cases: [(&str, Pairs<'_>, StatusCode); 12] = [
        (
            "/accounts/new",
            &[("platform", "myspace"), ("description", "x")],
            StatusCode::BAD_REQUEST,
        ),
        ("/accounts/new", &[], StatusCode::BAD_REQUEST),
        (
            "/accounts/selection",
            &[("do", "explode"), ("id", &id)],
            StatusCode::BAD_REQUEST,
        ),
        (
            "/accounts/selection",
            &[("do", "activate"), ("id", "1 or 1=1")],
            StatusCode::BAD_REQUEST,
        ),
        (
            "/accounts/selection",
            &[("do", "activate:../../etc")],
            StatusCode::BAD_REQUEST,
        ),
        ("/accounts/delete", &[("do", "delete")], StatusCode::BAD_REQUEST),
        (
            "/accounts/delete",
            &[("do", "delete"), ("id", &id)],
            StatusCode::BAD_REQUEST,
        ),
        (
            "/accounts/delete",
            &[("do", "burn"), ("id", "019aaaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa:1")],
            StatusCode::BAD_REQUEST,
        ),
        ("/accounts/swap", &[("id", "x")], StatusCode::BAD_REQUEST),
        ("/accounts/not-an-id", &[("version", "1")], StatusCode::NOT_FOUND),
        (
            "/accounts/019aaaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa",
            &[("version", "1")],
            StatusCode::NOT_FOUND,
        ),
        ("/nowhere", &[("a", "b")], StatusCode::NOT_FOUND),
    ];
    for (path, pairs, status) in cases {
        let page = browser.post(path, pairs).await;
        assert_eq!(page.status, status, "{path} {pairs:?}: {}", page.body);
        assert!(page.body.contains("<h1"), "{path}: a designed page");
        let json = browser.post_json(path, pairs).await;
        assert_eq!(json.status, status, "{path} as JSON");
        assert!(json.body.contains("Failed"), "{path}: {}", json.body);
    }
    for version in ["", "0", "-1", "1e3", "99999999999999999999", "1;drop"] {
        let page = browser
            .post(
                &format!("/accounts/{id}"),
                &with(TELEGRAM, &[("version", version)]),
            )
            .await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "version {version}");
    }
    let future = browser
        .post(
            &format!("/accounts/{id}"),
            &with(TELEGRAM, &[("version", "7"), ("description", "Mio")]),
        )
        .await;
    assert_eq!(
        future.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "a version that never was is a conflict"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strange_addresses_show_the_list_all_the_same() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    browser.add(TELEGRAM).await;
    for query in [
        "page=0",
        "page=-1",
        "page=99999999999999999999",
        "page=7",
        "sort=;drop",
        "platform=myspace",
        "state=maybe",
        "q=%00%ff",
        "q=%25_%5C",
        "q=%F0%9F%98%80",
        "&&&===",
        "page=1&page=2",
        "ids=",
    ] {
        let page = browser.get(&format!("/accounts?{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
    }
    let many = format!("/accounts?q={}", "x".repeat(20_000));
    assert_eq!(browser.get(&many).await.status, StatusCode::OK);
    for ids in ["", ",,,", "x", "019aaaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa"] {
        let page = browser.get(&format!("/accounts/delete?ids={ids}")).await;
        assert!(
            page.status == StatusCode::OK || page.status.is_client_error(),
            "{ids}: {}",
            page.status
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_beyond_the_limit_is_refused_with_a_page() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    let big = "x".repeat(2 * 1024 * 1024);
    for path in ["/accounts/new", "/sign-in", "/accounts/selection", "/language"] {
        let page = browser.post(path, &[("description", &big)]).await;
        assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        assert!(page.body.contains("<h1"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_no_form_is_refused() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    for (kind, body) in [
        ("application/json", "{}"),
        ("multipart/form-data; boundary=x", "--x--"),
        ("text/plain", "a=b"),
        ("", "a=b"),
    ] {
        let request = Request::builder()
            .method("POST")
            .uri("/accounts/new")
            .header("content-type", kind)
            .header("sec-fetch-site", "same-origin");
        assert_eq!(
            browser.send(request, Body::from(body)).await.status,
            StatusCode::BAD_REQUEST,
            "{kind}"
        );
    }
    let request = Request::builder()
        .method("POST")
        .uri("/accounts/new")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    let page = browser
        .send(
            request,
            Body::from(&b"platform=telegram&description=\xff\xfe%ff%zz"[..]),
        )
        .await;
    assert_eq!(
        page.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "bytes that are no text become replacement characters"
    );
}
