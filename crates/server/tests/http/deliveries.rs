//! The pages about events and deliveries, and what becomes of a queue.

use axum::http::StatusCode;
use domain::{AccountId, EventKind, HoldReason};
use persistence::HoldExpectation;
use ui::{Notice, Outcome};

use crate::support::{ACTIVECAMPAIGN, Browser, CLERK, Home, Panel, on_both_databases, with};

/// A panel with one active account, and orders that wait for it: nothing delivers them here.
async fn stage(home: Home, orders: usize) -> (Panel, Browser, String) {
    let panel = Panel::start_in(home).await;
    let mut browser = panel.signed_in().await;
    let id = browser
        .add(&with(ACTIVECAMPAIGN, &[("orders_enabled", "true")]))
        .await;
    let on = format!("activate:{id}");
    let page = browser
        .post("/accounts/selection", &[("do", &on), ("confirmed", "yes")])
        .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    for number in 0..orders {
        accept(&panel, EventKind::OrderPlaced, number).await;
    }
    // What is asked for is about what was there before.
    panel.clock.pass(1);
    (panel, browser, id)
}

async fn accept(panel: &Panel, kind: EventKind, number: usize) {
    let mut event = ::events::samples::event(kind);
    event["id"] = format!("event-{number}").into();
    event["data"]["id"] = format!("order-{number}").into();
    let event = ::events::read(event.to_string().as_bytes()).unwrap();
    let site = panel.raccordo.shown_site().await.unwrap();
    panel.raccordo.accept_events(site.id, vec![event]).await.unwrap();
}

/// The address of the first delivery of a page.
fn first_delivery(body: &str) -> String {
    let from = body.find("href=\"/deliveries/01").unwrap() + "href=\"".len();
    body[from..].split('"').next().unwrap().to_owned()
}

async fn an_event_can_be_followed_from_the_list_to_what_it_carries(home: Home) {
    let (_panel, mut browser, id) = stage(home, 1).await;
    let list = browser.get("/deliveries").await;
    assert_eq!(list.status, StatusCode::OK);
    for words in ["Ordine concluso", "Ordine order-0", "In attesa", "Newsletter"] {
        assert!(list.body.contains(words), "{words}: {}", list.body);
    }
    let detail = browser.get(&first_delivery(&list.body)).await;
    assert_eq!(detail.status, StatusCode::OK);
    for words in [
        "Finora nessun tentativo.",
        "anna.rossi@example.com",
        "event-0",
        "Riprova ora",
    ] {
        assert!(detail.body.contains(words), "{words}: {}", detail.body);
    }
    let events = browser.get("/events?kind=order.placed").await;
    assert!(events.body.contains("Ordine order-0"), "{}", events.body);
    let mut links = events.body.split("href=\"/events/").skip(1);
    let explain = links.find(|link| !link.starts_with("purge")).unwrap();
    let explain = format!("/events/{}", explain.split('"').next().unwrap());
    let explained = browser.get(&explain).await;
    assert_eq!(explained.status, StatusCode::OK);
    assert!(explained.body.contains("/api/3/ecomOrders"), "{}", explained.body);
    assert!(!explained.body.contains("planted"), "{}", explained.body);
    let account = browser.get(&format!("/accounts/{id}")).await;
    assert!(account.body.contains("1 in attesa"), "{}", account.body);
}

async fn filters_stand_in_the_address(home: Home) {
    let (_panel, mut browser, id) = stage(home, 2).await;
    let other = browser.add(CLERK).await;
    let count = |body: &str| body.matches("href=\"/deliveries/01").count();
    for (query, expected) in [
        ("", 2),
        ("?entity=order-1", 1),
        ("?state=refused", 0),
        ("?state=waiting&kind=order.placed", 2),
        ("?class=credentials", 0),
        ("?from=2026-11-23&to=2026-11-23", 2),
        ("?to=2026-11-22", 0),
        ("?state=nonsense&older=nonsense", 2),
    ] {
        let page = browser.get(&format!("/deliveries{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{query}");
        assert_eq!(count(&page.body), expected, "{query}");
    }
    for (account, expected) in [(&id, 2), (&other, 0)] {
        let page = browser.get(&format!("/deliveries?account={account}")).await;
        assert_eq!(count(&page.body), expected);
    }
}

async fn many_deliveries_are_changed_only_after_a_page_that_says_how_many(home: Home) {
    let (panel, mut browser, _) = stage(home, 3).await;
    let asks = browser.get("/deliveries/skip?state=waiting").await;
    assert_eq!(asks.status, StatusCode::OK);
    assert!(asks.body.contains("Saltare 3 consegne?"), "{}", asks.body);
    assert_eq!(asks.input("total").as_deref(), Some("3"));
    // Looking has changed nothing, and where the form posts to is no page.
    assert_eq!(browser.get("/deliveries/change").await.location(), "/deliveries");
    // What comes in meanwhile was not asked about.
    panel.clock.pass(1);
    accept(&panel, EventKind::OrderPlaced, 9).await;
    let mark = asks.input("mark").unwrap();
    let pairs = [
        ("state", "waiting"),
        ("do", "skip"),
        ("total", "3"),
        ("mark", &mark),
    ];
    let done = browser.post("/deliveries/change", &pairs).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert_eq!(done.location(), "/deliveries");
    let list = browser.get("/deliveries").await;
    assert!(list.body.contains("3 consegne saltate."), "{}", list.body);
    assert!(list.body.contains("Saltata a mano."), "{}", list.body);
    let waiting = browser.get("/deliveries?state=waiting").await;
    assert_eq!(waiting.body.matches("href=\"/deliveries/01").count(), 1);
    assert!(waiting.body.contains("Ordine order-9"), "{}", waiting.body);
    // And back, as a script does it.
    panel.clock.pass(1);
    let pairs = [
        ("state", "skipped"),
        ("do", "retry"),
        ("total", "3"),
        ("done", "0"),
        ("steps", "small"),
    ];
    let done = browser.post_json("/deliveries/change", &pairs).await;
    let outcome: Outcome = serde_json::from_str(&done.body).unwrap();
    let Outcome::Stepped {
        done, ended, notice, ..
    } = outcome
    else {
        panic!("{outcome:?}");
    };
    assert_eq!((done, ended), (3, true));
    assert_eq!(notice, Notice::DeliveriesRetried { count: 3 });
    let log = browser.get("/log").await;
    for words in ["Consegne saltate", "Consegne da riprovare"] {
        assert!(log.body.contains(words), "{words}: {}", log.body);
    }
}

async fn only_what_fits_is_changed(home: Home) {
    let (panel, mut browser, _) = stage(home, 1).await;
    for pairs in [
        &[("do", "retry")][..],
        &[("do", "retry"), ("state", "delivered")],
        &[("do", "skip"), ("state", "refused")],
        &[("do", "other"), ("state", "waiting")],
    ] {
        let page = browser.post("/deliveries/change", pairs).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{pairs:?}");
    }
    assert_eq!(
        browser.get("/deliveries/retry").await.status,
        StatusCode::NOT_FOUND
    );
    let one = first_delivery(&browser.get("/deliveries").await.body);
    let skipped = browser.post(&one, &[("do", "skip")]).await;
    assert_eq!(skipped.location(), one);
    assert!(browser.get(&one).await.body.contains("Saltata a mano."));
    // It no longer waits.
    browser.post(&one, &[("do", "skip")]).await;
    let page = browser.get(&one).await;
    assert!(page.body.contains("non c'era più nulla da fare"), "{}", page.body);
    let mut stranger = panel.browser();
    for (path, what) in [
        ("/deliveries/change", "skip"),
        (&one, "skip"),
        ("/tokens", "create"),
    ] {
        let page = stranger.post(path, &[("do", what), ("state", "waiting")]).await;
        assert!(page.location().starts_with("/sign-in"), "{path}: {}", page.status);
    }
}

async fn switching_off_asks_what_becomes_of_what_waits(home: Home) {
    let (panel, mut browser, id) = stage(home, 2).await;
    let off = format!("deactivate:{id}");
    let asked = browser.post("/accounts/selection", &[("do", &off)]).await;
    assert!(
        asked.location().starts_with("/accounts/deactivate?ids="),
        "{}",
        asked.location()
    );
    let asks = browser.get(asked.location()).await;
    assert!(asks.body.contains("2 in attesa"), "{}", asks.body);
    let kept = [("do", "deactivate"), ("id", id.as_str()), ("queue", "hold")];
    browser.post("/accounts/selection", &kept).await;
    let account: AccountId = id.parse().unwrap();
    let hold = || async { panel.raccordo.store().find_hold(account).await.unwrap() };
    assert_eq!(hold().await.unwrap().reason, HoldReason::Off);
    let page = browser.get(&format!("/accounts/{id}")).await;
    assert!(page.body.contains("La coda è ferma"), "{}", page.body);
    let on = format!("activate:{id}");
    browser
        .post("/accounts/selection", &[("do", &on), ("confirmed", "yes")])
        .await;
    assert_eq!(hold().await, None);
    let skipped = [("do", "deactivate"), ("id", id.as_str()), ("queue", "skip")];
    browser.post("/accounts/selection", &skipped).await;
    let list = browser.get("/deliveries").await;
    let (shown, _) = list.body.split_once("</main>").unwrap();
    assert_eq!(
        shown.matches("ciò che era in attesa è stato saltato").count(),
        2,
        "{shown}"
    );
    // With nothing that waits nobody is asked.
    browser
        .post("/accounts/selection", &[("do", &on), ("confirmed", "yes")])
        .await;
    let off = browser.post("/accounts/selection", &[("do", &off)]).await;
    assert_eq!(off.location(), "/accounts");
}

async fn what_is_still_being_skipped_is_told_and_can_be_stopped(home: Home) {
    let (panel, mut browser, id) = stage(home, 2).await;
    let off = [("do", "deactivate"), ("id", id.as_str()), ("queue", "hold")];
    browser.post("/accounts/selection", &off).await;
    let account: AccountId = id.parse().unwrap();
    let (path, queue) = (format!("/accounts/{id}"), format!("/accounts/{id}/queue"));
    // As if it had been too much for one answer.
    let store = panel.raccordo.store();
    let set = store.set_hold(account, HoldExpectation::Any, None, Vec::new());
    assert!(set.await.unwrap());
    let page = browser.get(&path).await;
    for words in [
        "Ciò che era in attesa viene saltato",
        "Ne restano 2.",
        "Interrompi",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let stopped = browser.post(&queue, &[("do", "keep")]).await;
    assert_eq!(stopped.location(), path);
    let page = browser.get(&path).await;
    assert!(page.body.contains("ciò che resta è in coda"), "{}", page.body);
    assert!(!page.body.contains("Ne restano"), "{}", page.body);
    let hold = store.find_hold(account).await.unwrap().unwrap();
    assert_eq!(hold.reason, HoldReason::Off);
    panel.raccordo.skip_left_over().await.unwrap();
    assert!(browser.get(&path).await.body.contains("2 in attesa"));
    browser.post(&queue, &[("do", "keep")]).await;
    let page = browser.get(&path).await;
    assert!(!page.body.contains("ciò che resta è in coda"), "{}", page.body);
}

async fn a_swap_asks_what_becomes_of_what_waits_for_the_other(home: Home) {
    let (panel, mut browser, id) = stage(home, 2).await;
    let other = with(
        ACTIVECAMPAIGN,
        &[("description", "Seconda"), ("orders_enabled", "true")],
    );
    let other = browser.add(&other).await;
    let swap = format!("/accounts/swap?id={other}");
    let page = browser.get(&swap).await;
    for words in [
        "che lascia il posto ha consegne in attesa",
        "2 in attesa, 6 chiamate",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    browser
        .post("/accounts/swap", &[("id", &other), ("queue", "skip")])
        .await;
    let account: AccountId = id.parse().unwrap();
    assert_eq!(panel.raccordo.store().find_hold(account).await.unwrap(), None);
    let list = browser.get("/deliveries?state=skipped").await;
    assert_eq!(list.body.matches("href=\"/deliveries/01").count(), 2);
    // Nothing waits for the second: nothing is asked.
    let page = browser.get(&format!("/accounts/swap?id={id}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains("consegne in attesa"), "{}", page.body);
}

async fn what_would_change_nothing_is_not_offered(home: Home) {
    let (_panel, mut browser, _) = stage(home, 2).await;
    let mut offers = async |query: &str| {
        let page = browser.get(&format!("/deliveries{query}")).await;
        assert_eq!(page.status, StatusCode::OK);
        ["Riprova tutte", "Salta tutte"].map(|words| page.body.contains(words))
    };
    // They are due for the first time already.
    assert_eq!(offers("?state=waiting").await, [false, true]);
    assert_eq!(offers("?state=refused").await, [false, false]);
    assert_eq!(offers("").await, [false, false]);
    let skipped = [("do", "skip"), ("state", "waiting")];
    browser.post("/deliveries/change", &skipped).await;
    let page = browser.get("/deliveries?state=skipped").await;
    assert!(page.body.contains("Riprova tutte") && !page.body.contains("Salta tutte"));
}

async fn a_queue_is_paused_and_resumed(home: Home) {
    let (panel, mut browser, id) = stage(home, 1).await;
    let (path, queue) = (format!("/accounts/{id}"), format!("/accounts/{id}/queue"));
    let account: AccountId = id.parse().unwrap();
    let paused = browser.post(&queue, &[("do", "pause-hour")]).await;
    assert_eq!(paused.location(), path);
    let page = browser.get(&path).await;
    for words in ["La coda è in pausa", "Riprende da sola:", "Riprendi"] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let hold = panel.raccordo.store().find_hold(account).await.unwrap().unwrap();
    assert_eq!(hold.until.unwrap().seconds_since(hold.since), 3_600);
    browser.post(&queue, &[("do", "resume")]).await;
    assert!(!browser.get(&path).await.body.contains("La coda è in pausa"));
    assert_eq!(
        browser.post(&queue, &[("do", "other")]).await.status,
        StatusCode::BAD_REQUEST
    );
}

async fn a_token_is_shown_once(home: Home) {
    let panel = Panel::start_in(home).await;
    let mut browser = panel.signed_in().await;
    let wrong = browser
        .post(
            "/tokens",
            &[("do", "create"), ("name", "  "), ("scope", "events:write")],
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.body.contains("Scrivi un nome che dica chi usa il token"),
        "{}",
        wrong.body
    );
    let without = browser
        .post("/tokens", &[("do", "create"), ("name", "Negozio")])
        .await;
    assert!(
        without.body.contains("Scegli almeno un permesso."),
        "{}",
        without.body
    );
    assert_eq!(without.input("name").as_deref(), Some("Negozio"));
    let pairs = [("do", "create"), ("name", "Negozio"), ("scope", "events:write")];
    let made = browser.post("/tokens", &pairs).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let from = made.body.find("<code>rcd_").unwrap() + "<code>".len();
    let token = made.body[from..].split('<').next().unwrap().to_owned();
    assert_eq!(token.len(), 47);
    let used = panel.raccordo.authenticate(&token).await.unwrap().unwrap();
    let page = browser.get("/tokens").await;
    assert!(!page.body.contains(&token[8..]), "{}", page.body);
    assert!(page.body.contains("Negozio") && page.body.contains(&token[..6]));
    let id = used.token.id.to_string();
    browser.post("/tokens", &[("do", "revoke"), ("id", &id)]).await;
    assert!(browser.get("/tokens").await.body.contains("Revocato"));
    assert_eq!(panel.raccordo.authenticate(&token).await.unwrap(), None);
    let log = browser.get("/log").await;
    assert!(log.body.contains("Token API creato") && !log.body.contains(&token[8..]));
}

async fn old_events_are_deleted_after_a_page_that_says_how_many(home: Home) {
    let (panel, _, _) = stage(home, 2).await;
    for number in 2..5 {
        // Nobody receives it.
        accept(&panel, EventKind::ProductUpdated, number).await;
    }
    panel.clock.pass(86_401);
    accept(&panel, EventKind::ProductUpdated, 5).await;
    // No session lasts that long.
    let mut browser = panel.signed_in().await;
    let list = browser.get("/events").await;
    assert!(list.body.contains("href=\"/events/purge"), "{}", list.body);
    let none = browser.get("/events/purge").await;
    assert!(none.body.contains("nessun evento"), "{}", none.body);
    assert_eq!(
        (none.input("days").as_deref(), none.input("mark")),
        (Some("90"), None)
    );
    let wrong = browser.get("/events/purge?days=-1").await;
    assert!(
        wrong.body.contains("Scrivi un numero intero di giorni"),
        "{}",
        wrong.body
    );
    assert_eq!(
        (wrong.input("days").as_deref(), wrong.input("mark")),
        (Some("-1"), None)
    );
    let asks = browser.get("/events/purge?days=1").await;
    for words in [
        "Elimina 3 eventi",
        "2 eventi, con consegne in attesa",
        "È definitivo",
    ] {
        assert!(asks.body.contains(words), "{words}: {}", asks.body);
    }
    assert_eq!(asks.input("total").as_deref(), Some("3"));
    let mark = asks.input("mark").unwrap();
    // A day later more are that old: those were not asked about.
    panel.clock.pass(86_400);
    let mut browser = panel.signed_in().await;
    let done = browser
        .post("/events/purge", &[("days", "1"), ("mark", &mark), ("total", "3")])
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert_eq!(done.location(), "/events");
    let list = browser.get("/events").await;
    assert!(list.body.contains("3 eventi eliminati."), "{}", list.body);
    assert_eq!(list.body.matches("scope=\"row\"").count(), 3, "{}", list.body);
    // The rest, as a script does it that goes on.
    panel.clock.pass(1);
    let pairs = [("days", "1"), ("done", "3"), ("steps", "small")];
    let done = browser.post_json("/events/purge", &pairs).await;
    let outcome: Outcome = serde_json::from_str(&done.body).unwrap();
    let Outcome::Stepped {
        done,
        ended,
        after,
        notice,
        ..
    } = outcome
    else {
        panic!("{outcome:?}");
    };
    assert_eq!((done, ended, after), (4, true, None));
    assert_eq!(notice, Notice::EventsPurged { count: 4 });
    // Between two steps of a browser without scripts the age cannot be changed.
    let event = "019aafe0-0000-7000-8000-000000000001";
    let between = browser
        .get(&format!(
            "/events/purge?days=1&mark={mark}&done=500&total=900&after={event}"
        ))
        .await;
    assert!(
        between.body.contains("500 di 900") && between.body.contains("Continua"),
        "{}",
        between.body
    );
    assert_eq!(between.input("after").as_deref(), Some(event));
    assert!(!between.body.contains("id=\"f-days\""), "{}", between.body);
    for pairs in [&[("days", "x")][..], &[]] {
        let refused = browser.post("/events/purge", pairs).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.body);
    }
    let log = browser.get("/log").await;
    assert!(log.body.contains("Eventi più vecchi rimossi: 3."), "{}", log.body);
}

on_both_databases!(
    an_event_can_be_followed_from_the_list_to_what_it_carries,
    filters_stand_in_the_address,
    many_deliveries_are_changed_only_after_a_page_that_says_how_many,
    old_events_are_deleted_after_a_page_that_says_how_many,
    only_what_fits_is_changed,
    switching_off_asks_what_becomes_of_what_waits,
    what_is_still_being_skipped_is_told_and_can_be_stopped,
    a_swap_asks_what_becomes_of_what_waits_for_the_other,
    what_would_change_nothing_is_not_offered,
    a_queue_is_paused_and_resumed,
    a_token_is_shown_once,
);
