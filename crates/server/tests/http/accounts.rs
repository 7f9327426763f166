//! Accounts, as somebody without JavaScript manages them.

use axum::http::StatusCode;

use crate::support::{ACTIVECAMPAIGN, CLERK, FORMS, Home, Panel, Setup, TELEGRAM, on_both_databases, with};

on_both_databases!(
    an_account_of_each_platform_is_added_changed_switched_and_deleted,
    everything_survives_a_restart,
    a_second_active_account_meets_the_first_and_may_take_its_place,
    several_are_switched_at_once_and_undone_at_once,
    a_form_opened_before_somebody_elses_change_is_refused_and_says_what_changed,
    an_empty_secret_keeps_the_stored_one_and_a_new_host_asks_for_it_again,
    clerk_has_one_active_account_for_each_language_and_one_default,
    deleting_asks_again_when_the_account_has_changed_since_the_question,
    of_fifty_simultaneous_activations_one_wins,
);

async fn an_account_of_each_platform_is_added_changed_switched_and_deleted(home: Home) {
    let panel = Panel::start_in(home).await;
    let mut browser = panel.signed_in().await;
    for form in FORMS {
        let id = browser.add(form).await;
        let path = format!("/accounts/{id}");
        let page = browser.get(&path).await;
        for (name, value) in form.iter().filter(|(name, _)| page.input(name).is_some()) {
            let shown = page.input(name).unwrap();
            assert!(shown == *value || shown.is_empty(), "{name}: {shown}");
        }
        assert_eq!(page.input("version").unwrap(), "1");
        let changed = with(form, &[("version", "1"), ("description", "Nuovo nome")]);
        let page = browser.post(&path, &changed).await;
        assert_eq!(
            (page.status, page.location()),
            (StatusCode::SEE_OTHER, path.as_str()),
            "{}",
            page.body
        );
        assert_eq!(
            browser.get(&path).await.input("description").unwrap(),
            "Nuovo nome"
        );
        for (verb, state) in [("activate", "on"), ("deactivate", "off"), ("activate", "on")] {
            let page = browser
                .post(
                    "/accounts/selection",
                    &[
                        ("confirmed", "yes"),
                        ("do", &format!("{verb}:{id}")),
                        ("back", "/accounts?q=nuovo"),
                    ],
                )
                .await;
            assert_eq!(
                (page.status, page.location()),
                (StatusCode::SEE_OTHER, "/accounts?q=nuovo")
            );
            assert!(
                browser
                    .get(&format!("/accounts?state={state}"))
                    .await
                    .body
                    .contains(&id),
                "{verb}"
            );
        }
        let kept = browser.get(&path).await;
        assert_eq!(
            kept.input("description").unwrap(),
            "Nuovo nome",
            "switching keeps every setting"
        );
        let ask = browser
            .post("/accounts/selection", &[("id", &id), ("do", "delete")])
            .await;
        assert_eq!(ask.location(), format!("/accounts/delete?ids={id}"));
        let seen = browser.get(ask.location()).await.input("id").unwrap();
        let page = browser
            .post("/accounts/delete", &[("id", &seen), ("do", "delete")])
            .await;
        assert_eq!(
            (page.status, page.location()),
            (StatusCode::SEE_OTHER, "/accounts")
        );
        assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND);
    }
}

async fn everything_survives_a_restart(home: Home) {
    let panel = Panel::start_in(home).await;
    let mut browser = panel.signed_in().await;
    let id = browser.add(TELEGRAM).await;
    browser
        .post(
            "/accounts/selection",
            &[("confirmed", "yes"), ("do", &format!("activate:{id}"))],
        )
        .await;
    panel.raccordo.close().await;
    let panel = Panel::open(panel.home.clone(), Setup::default()).await;
    let mut again = panel.browser();
    again.cookies = browser.cookies.clone();
    let page = again.get(&format!("/accounts/{id}")).await;
    assert_eq!(page.status, StatusCode::OK, "the session survives too");
    assert_eq!(page.input("bot_username").unwrap(), "negozio_ordini_bot");
    assert!(again.get("/accounts?state=on").await.body.contains(&id));
}

async fn a_second_active_account_meets_the_first_and_may_take_its_place(home: Home) {
    let panel = Panel::start_in(home).await;
    let mut browser = panel.signed_in().await;
    let first = browser.add(TELEGRAM).await;
    let second = browser
        .add(&with(TELEGRAM, &[("description", "Il nuovo bot")]))
        .await;
    browser
        .post(
            "/accounts/selection",
            &[("confirmed", "yes"), ("do", &format!("activate:{first}"))],
        )
        .await;
    let page = browser
        .post(
            "/accounts/selection",
            &[("confirmed", "yes"), ("do", &format!("activate:{second}"))],
        )
        .await;
    assert_eq!(page.location(), format!("/accounts/swap?id={second}"));
    let ask = browser.get(page.location()).await;
    assert!(
        ask.body.contains("Ordini in chat") && ask.body.contains("Il nuovo bot"),
        "both are named"
    );
    let json = browser
        .post_json(
            "/accounts/selection",
            &[("confirmed", "yes"), ("do", &format!("activate:{second}"))],
        )
        .await;
    assert_eq!(json.status, StatusCode::CONFLICT);
    let page = browser.post("/accounts/swap", &[("id", &second)]).await;
    assert_eq!(
        (page.status, page.location()),
        (StatusCode::SEE_OTHER, "/accounts")
    );
    let on = browser.get("/accounts?state=on").await.body;
    assert!(on.contains(&second) && !on.contains(&first));
}

async fn several_are_switched_at_once_and_undone_at_once(home: Home) {
    let panel = Panel::start_in(home).await;
    let mut browser = panel.signed_in().await;
    let mut ids = Vec::new();
    for form in FORMS {
        ids.push(browser.add(form).await);
    }
    let mut pairs: Vec<(&str, &str)> = ids.iter().map(|id| ("id", id.as_str())).collect();
    pairs.push(("confirmed", "yes"));
    pairs.push(("do", "activate"));
    let page = browser.post_json("/accounts/selection", &pairs).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(
        page.body.matches("\"active\":true").count(),
        5,
        "four accounts and the notice: {}",
        page.body
    );
    pairs.pop();
    pairs.push(("do", "deactivate"));
    browser.post("/accounts/selection", &pairs).await;
    let off = browser.get("/accounts?state=off").await.body;
    assert!(ids.iter().all(|id| off.contains(id)));
}

async fn a_form_opened_before_somebody_elses_change_is_refused_and_says_what_changed(home: Home) {
    let panel = Panel::start_in(home).await;
    let mut browser = panel.signed_in().await;
    let id = browser.add(ACTIVECAMPAIGN).await;
    let path = format!("/accounts/{id}");
    let theirs = with(
        ACTIVECAMPAIGN,
        &[("version", "1"), ("description", "Di Bruno"), ("api_key", "")],
    );
    assert_eq!(browser.post(&path, &theirs).await.status, StatusCode::SEE_OTHER);
    let mine = with(
        ACTIVECAMPAIGN,
        &[
            ("version", "1"),
            ("description", "Di Anna"),
            ("orders_enabled", "on"),
            ("api_key", ""),
        ],
    );
    let page = browser.post(&path, &mine).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        page.input("description").unwrap(),
        "Di Anna",
        "what was typed stays"
    );
    assert!(page.body.contains("Di Bruno"), "what changed is told");
    assert!(
        browser.get("/accounts").await.body.contains("Di Bruno"),
        "nothing was overwritten"
    );
    let version = page.input("version").unwrap();
    let decided = with(&mine, &[("version", &version)]);
    assert_eq!(
        browser.post(&path, &decided).await.status,
        StatusCode::SEE_OTHER,
        "saving again is a decision"
    );
    assert!(browser.get("/accounts").await.body.contains("Di Anna"));
}

async fn an_empty_secret_keeps_the_stored_one_and_a_new_host_asks_for_it_again(home: Home) {
    let panel = Panel::start_in(home).await;
    let mut browser = panel.signed_in().await;
    let id = browser.add(ACTIVECAMPAIGN).await;
    let path = format!("/accounts/{id}");
    let kept = browser
        .post(
            &path,
            &with(
                ACTIVECAMPAIGN,
                &[("version", "1"), ("orders_enabled", "on"), ("api_key", "")],
            ),
        )
        .await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.body);
    let moved = with(
        ACTIVECAMPAIGN,
        &[
            ("version", "2"),
            ("api_url", "https://other.api-us1.com"),
            ("api_key", ""),
        ],
    );
    let page = browser.post(&path, &moved).await;
    assert_eq!(
        page.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "the stored key is for the old host"
    );
    assert_eq!(page.input("api_url").unwrap(), "https://other.api-us1.com");
    let moved = with(&moved, &[("api_key", "planted-secret-activecampaign-0123456789")]);
    assert_eq!(browser.post(&path, &moved).await.status, StatusCode::SEE_OTHER);
}

async fn clerk_has_one_active_account_for_each_language_and_one_default(home: Home) {
    let panel = Panel::start_in(home).await;
    let mut browser = panel.signed_in().await;
    let italian = browser.add(CLERK).await;
    let english = browser
        .add(&with(CLERK, &[("description", "Search"), ("language", "en")]))
        .await;
    let rival = browser.add(&with(CLERK, &[("description", "Rivale")])).await;
    let pairs = [
        ("id", italian.as_str()),
        ("id", english.as_str()),
        ("id", rival.as_str()),
        ("confirmed", "yes"),
        ("do", "activate"),
    ];
    let page = browser.post_json("/accounts/selection", &pairs).await;
    assert!(page.body.contains("\"refused\":1"), "{}", page.body);
    let on = browser.get("/accounts?state=on").await.body;
    assert!(on.contains(&italian) && on.contains(&english) && !on.contains(&rival));
}

async fn deleting_asks_again_when_the_account_has_changed_since_the_question(home: Home) {
    let panel = Panel::start_in(home).await;
    let mut browser = panel.signed_in().await;
    let id = browser.add(TELEGRAM).await;
    let seen = browser
        .get(&format!("/accounts/delete?ids={id}"))
        .await
        .input("id")
        .unwrap();
    browser
        .post(
            "/accounts/selection",
            &[("confirmed", "yes"), ("do", &format!("activate:{id}"))],
        )
        .await;
    let page = browser
        .post("/accounts/delete", &[("id", &seen), ("do", "delete")])
        .await;
    assert_eq!(page.location(), format!("/accounts/delete?ids={id}"));
    assert_eq!(
        browser.get(&format!("/accounts/{id}")).await.status,
        StatusCode::OK,
        "still there"
    );
    let instead = browser
        .post("/accounts/delete", &[("id", &seen), ("do", "deactivate")])
        .await;
    assert_eq!(instead.location(), "/accounts");
    let off = browser.get("/accounts?state=off").await;
    assert!(
        off.status == StatusCode::OK && off.body.contains(&id),
        "{} {}",
        off.status,
        off.body
    );
}

async fn of_fifty_simultaneous_activations_one_wins(home: Home) {
    let panel = Panel::start_in(home).await;
    let mut browser = panel.signed_in().await;
    let mut ids = Vec::new();
    for _ in 0..50 {
        ids.push(browser.add(TELEGRAM).await);
    }
    let mut racers = tokio::task::JoinSet::new();
    for id in ids {
        let mut browser = browser.clone();
        racers.spawn(async move {
            browser
                .post_json(
                    "/accounts/selection",
                    &[("confirmed", "yes"), ("do", &format!("activate:{id}"))],
                )
                .await
                .status
        });
    }
    let statuses = racers.join_all().await;
    assert_eq!(
        statuses
            .iter()
            .filter(|status| **status == StatusCode::OK)
            .count(),
        1,
        "{statuses:?}"
    );
    assert_eq!(
        statuses
            .iter()
            .filter(|status| **status == StatusCode::CONFLICT)
            .count(),
        49,
        "{statuses:?}"
    );
}
