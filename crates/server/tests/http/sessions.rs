//! Signing in, staying in, and coming back.

use axum::http::StatusCode;

use crate::support::{Browser, NAME, PASSWORD, PLANTED, Page, Panel, TELEGRAM, with};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_in_leads_to_where_one_wanted_to_go() {
    let panel = Panel::start().await;
    let mut browser = panel.browser();
    let page = browser.get("/accounts?q=a+b&page=2").await;
    let sign_in = page.location().to_owned();
    let page = browser.get(&sign_in).await;
    let next = page.input("next").unwrap();
    let page = browser
        .post(
            "/sign-in",
            &[("name", NAME), ("password", PASSWORD), ("next", &next)],
        )
        .await;
    assert_eq!(
        (page.status, page.location()),
        (StatusCode::SEE_OTHER, "/accounts?q=a+b&page=2")
    );
    assert_eq!(browser.get("/accounts").await.status, StatusCode::OK);
    for outside in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
        let page = panel
            .browser()
            .post(
                "/sign-in",
                &[("name", NAME), ("password", PASSWORD), ("next", outside)],
            )
            .await;
        assert_eq!(page.location(), "/accounts", "{outside}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_tells_nothing_and_repeated_ones_are_slowed_down() {
    let panel = Panel::start().await;
    let mut browser = panel.browser();
    let wrong = browser
        .post(
            "/sign-in",
            &[
                ("name", NAME),
                ("password", "wrong horse battery"),
                ("next", "/accounts?q=x"),
            ],
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong.input("name").unwrap(), NAME);
    assert_eq!(wrong.input("next").unwrap(), "/accounts?q=x");
    assert!(
        !wrong.body.contains("wrong horse battery"),
        "a password never comes back"
    );
    let unknown = browser
        .post_json(
            "/sign-in",
            &[("name", "nobody"), ("password", "wrong horse battery")],
        )
        .await;
    assert!(unknown.body.contains("Wrong"), "{}", unknown.body);
    for _ in 0..4 {
        browser
            .post_json("/sign-in", &[("name", NAME), ("password", "wrong horse battery")])
            .await;
    }
    let slowed = browser
        .post_json("/sign-in", &[("name", NAME), ("password", PASSWORD)])
        .await;
    assert_eq!(slowed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(slowed.body.contains("Wait"), "{}", slowed.body);
    panel.clock.pass(901);
    let page = browser
        .post("/sign-in", &[("name", NAME), ("password", PASSWORD)])
        .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "time heals");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_that_guesses_many_names_is_slowed_down_and_others_are_not() {
    let panel = Panel::start().await;
    let mut guesser = panel.browser();
    for round in 0..20 {
        guesser
            .post_json(
                "/sign-in",
                &[
                    ("name", &format!("name{round}")),
                    ("password", "wrong horse battery"),
                ],
            )
            .await;
    }
    let page = guesser
        .post_json(
            "/sign-in",
            &[("name", "another"), ("password", "wrong horse battery")],
        )
        .await;
    assert!(page.body.contains("Wait"), "{}", page.body);
    let mut other = panel.browser();
    other.from = "198.51.100.9:1234";
    let page = other
        .post("/sign-in", &[("name", NAME), ("password", PASSWORD)])
        .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_ends_the_session_on_the_server() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    let stolen = browser.clone();
    let page = browser.post("/sign-out", &[]).await;
    assert_eq!(
        (page.status, page.location()),
        (StatusCode::SEE_OTHER, "/sign-in")
    );
    assert!(!browser.cookies.contains_key("raccordo_session"));
    assert_eq!(
        stolen.clone().get("/accounts").await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_ends_after_a_while_without_use_and_lasts_while_it_is_used() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    for _ in 0..6 {
        panel.clock.pass(4 * 3600);
        assert_eq!(browser.get("/accounts").await.status, StatusCode::OK);
    }
    panel.clock.pass(8 * 3600 + 1);
    assert_eq!(browser.get("/accounts").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_typed_while_the_session_ended_comes_back_after_signing_in_but_for_its_secrets() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    panel.clock.pass(9 * 3600);
    let form = with(TELEGRAM, &[("description", "Scritto con cura")]);
    let page = browser.post("/accounts/new", &form).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    let to = page.location().to_owned();
    assert!(to.starts_with("/sign-in?next="), "{to}");
    let page = browser.get(&to).await;
    let next = page.input("next").unwrap();
    assert!(next.contains("draft="), "{next}");
    let page = browser
        .post(
            "/sign-in",
            &[("name", NAME), ("password", PASSWORD), ("next", &next)],
        )
        .await;
    let back = page.location().to_owned();
    let page = browser.get(&back).await;
    assert_eq!(page.input("description").unwrap(), "Scritto con cura");
    assert_eq!(page.input("bot_username").unwrap(), "negozio_ordini_bot");
    assert!(PLANTED.iter().all(|secret| !page.body.contains(secret)));
    let again = browser.get(&back).await;
    assert_eq!(
        again.input("description").unwrap_or_default(),
        "",
        "it is handed out once"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kept_form_of_an_existing_account_does_not_overwrite_what_others_changed_meanwhile() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    let id = browser.add(TELEGRAM).await;
    let path = format!("/accounts/{id}");
    panel.clock.pass(9 * 3600);
    let page = browser
        .post(
            &path,
            &with(
                TELEGRAM,
                &[("version", "1"), ("description", "Mio"), ("bot_token", "")],
            ),
        )
        .await;
    let to = page.location().to_owned();
    let mut other = panel.signed_in().await;
    let saved = other
        .post(
            &path,
            &with(
                TELEGRAM,
                &[("version", "1"), ("description", "Altrui"), ("bot_token", "")],
            ),
        )
        .await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let next = browser.get(&to).await.input("next").unwrap();
    let page = browser
        .post(
            "/sign-in",
            &[("name", NAME), ("password", PASSWORD), ("next", &next)],
        )
        .await;
    let back = page.location().to_owned();
    let page = browser.get(&back).await;
    assert_eq!(page.input("description").unwrap(), "Mio");
    assert_eq!(page.input("version").unwrap(), "1");
}

async fn post(browser: &mut Browser, pairs: Vec<(String, String)>) -> Page {
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    browser.post("/first-start", &pairs).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_start_makes_the_first_administrator_once() {
    let panel = Panel::empty().await;
    let mut browser = panel.browser();
    assert!(browser.get("/accounts").await.location().starts_with("/sign-in"));
    let token = panel.raccordo.first_start_link().await.unwrap().unwrap();
    let page = browser.get(&format!("/first-start?token={token}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.input("token").unwrap(), token);
    let form = |password: &'static str, repeat: &'static str| {
        let token = token.clone();
        move |url: &'static str| {
            vec![
                ("token".to_owned(), token.clone()),
                ("name".to_owned(), "anna".to_owned()),
                ("password".to_owned(), password.to_owned()),
                ("repeat".to_owned(), repeat.to_owned()),
                ("site_name".to_owned(), "Il Negozio di Anna".to_owned()),
                ("site_url".to_owned(), url.to_owned()),
                ("languages".to_owned(), "it, en".to_owned()),
                ("currencies".to_owned(), "EUR".to_owned()),
                ("time_zone".to_owned(), "Europe/Rome".to_owned()),
            ]
        }
    };
    let wrong = post(&mut browser, form("short", "other")("ftp://x")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong.input("site_name").unwrap(), "Il Negozio di Anna");
    let page = post(
        &mut browser,
        form("tre parole qualsiasi", "tre parole qualsiasi")("https://www.anna.example"),
    )
    .await;
    assert_eq!(
        (page.status, page.location()),
        (StatusCode::SEE_OTHER, "/accounts"),
        "{}",
        page.body
    );
    let list = browser.get("/accounts").await;
    assert!(list.body.contains("Il Negozio di Anna"));
    let mut late = panel.browser();
    let page = post(
        &mut late,
        form("tre parole qualsiasi", "tre parole qualsiasi")("https://www.anna.example"),
    )
    .await;
    assert_eq!(page.status, StatusCode::GONE, "a link works once");
    assert!(panel.raccordo.first_start_link().await.unwrap().is_none());
}
