//! What becomes of deliveries when all is well.

use std::time::Duration;

use domain::{AttemptOutcome, DeliveryState, EventKind, Platform, SkipReason};
use sandbox::{ACTIVECAMPAIGN_HOST, CLERK_HOST, Fault, Kind};
use tokio::time::sleep;

use crate::stage::{Stage, event};

#[tokio::test(flavor = "multi_thread")]
async fn an_order_reaches_every_platform_once_and_its_attempt_is_told() {
    let stage = Stage::new().await;
    let accounts = [
        stage.active(Platform::ActiveCampaign, &[]).await,
        stage.active(Platform::Clerk, &[]).await,
    ];
    let engine = stage.engine();
    let order = event(EventKind::OrderPlaced, "o1", |data| {
        data["payment_confirmed"] = true.into();
    });
    stage.accept(vec![order]).await;
    for account in &accounts {
        let (row, attempts) = stage.until_delivered(account, "o1").await;
        assert_eq!(row.attempts, 1);
        assert_eq!(attempts.len(), 1);
        assert_eq!(attempts[0].attempt.outcome, AttemptOutcome::Delivered);
        assert!(!attempts[0].attempt.sealed_exchanges.is_empty());
        let sealed = String::from_utf8_lossy(&attempts[0].attempt.sealed_exchanges).into_owned();
        assert!(!sealed.contains("rossi"), "a customer's name lies open");
    }
    let sink = stage.sandbox.sink();
    assert_eq!(sink.count(ACTIVECAMPAIGN_HOST, Kind::Order, "10421").created, 1);
    assert_eq!(sink.count(CLERK_HOST, Kind::Sale, "10421").created, 1);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rule_of_the_account_leaves_out_is_skipped_without_an_attempt() {
    let stage = Stage::new().await;
    let account = stage
        .active(Platform::ActiveCampaign, &[("orders_enabled", "")])
        .await;
    let engine = stage.engine();
    stage
        .accept(vec![event(EventKind::OrderPlaced, "o1", |_| {})])
        .await;
    let (row, attempts) = stage
        .until(&account, "o1", |row| row.state == DeliveryState::Skipped)
        .await;
    assert_eq!(row.reason, Some(SkipReason::OrdersOff));
    assert_eq!((row.attempts, attempts.len()), (0, 0));
    assert!(stage.sandbox.received().is_empty());
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_updates_that_waited_only_the_last_is_sent() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::Clerk, &[]).await;
    for id in ["p1", "p2", "p3"] {
        let event = event(EventKind::ProductUpdated, id, |_| {});
        stage.accept(vec![event]).await;
    }
    let engine = stage.engine();
    stage.until_delivered(&account, "p3").await;
    for id in ["p1", "p2"] {
        let (row, _) = stage
            .until(&account, id, |row| row.state == DeliveryState::Skipped)
            .await;
        assert_eq!(row.reason, Some(SkipReason::Superseded));
    }
    assert_eq!(stage.sandbox.sink().writes(), 1);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_of_days_ago_is_not_sent_any_more() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    stage
        .accept(vec![event(EventKind::CartUpdated, "c1", |_| {})])
        .await;
    stage.clock.pass(4 * 86_400);
    let engine = stage.engine();
    let (row, _) = stage
        .until(&account, "c1", |row| row.state == DeliveryState::Skipped)
        .await;
    assert_eq!(row.reason, Some(SkipReason::Stale));
    assert!(stage.sandbox.received().is_empty());
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_waits_its_half_hour_and_then_goes_out_by_itself() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    let engine = stage.engine();
    stage
        .accept(vec![event(EventKind::CartUpdated, "c1", |_| {})])
        .await;
    sleep(Duration::from_millis(300)).await;
    assert_eq!(stage.find(&account, "c1").await.0.state, DeliveryState::Waiting);
    stage.clock.pass(30 * 60 + 1);
    let now = service::Clock::now(&*stage.clock);
    stage.sandbox.set_now(Some(now.plus_seconds(60)));
    stage.until_delivered(&account, "c1").await;
    let cart = stage
        .sandbox
        .sink()
        .count(ACTIVECAMPAIGN_HOST, Kind::Cart, "c-5501");
    assert_eq!(cart.created, 1);
    // Then it is ordered after all: over there, the cart becomes the order.
    stage
        .accept(vec![event(EventKind::OrderPlaced, "o1", |_| {})])
        .await;
    stage.until_delivered(&account, "o1").await;
    let sink = stage.sandbox.sink();
    let cart = sink.count(ACTIVECAMPAIGN_HOST, Kind::Cart, "c-5501");
    assert_eq!((cart.created, cart.deleted), (1, 1));
    assert_eq!(sink.count(ACTIVECAMPAIGN_HOST, Kind::Order, "10421").created, 1);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_that_is_ordered_in_time_is_never_sent() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    let engine = stage.engine();
    for (kind, id) in [(EventKind::CartUpdated, "c1"), (EventKind::OrderPlaced, "o1")] {
        stage.accept(vec![event(kind, id, |_| {})]).await;
    }
    stage.until_delivered(&account, "o1").await;
    let (row, attempts) = stage
        .until(&account, "c1", |row| row.state == DeliveryState::Skipped)
        .await;
    assert_eq!((row.reason, attempts.len()), (Some(SkipReason::Ordered), 0));
    stage.clock.pass(3_600);
    sleep(Duration::from_millis(300)).await;
    let sink = stage.sandbox.sink();
    assert_eq!(sink.count(ACTIVECAMPAIGN_HOST, Kind::Cart, "c-5501").created, 0);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_an_event_is_about_lies_open_in_no_file() {
    let stage = Stage::new().await;
    let accounts = [
        stage.active(Platform::ActiveCampaign, &[]).await,
        stage.active(Platform::Clerk, &[]).await,
    ];
    let engine = stage.engine();
    let order = event(EventKind::OrderPlaced, "o1", |data| {
        data["payment_confirmed"] = true.into();
    });
    stage.accept(vec![order]).await;
    for account in &accounts {
        stage.until_delivered(account, "o1").await;
    }
    // Whatever comes back is kept as well, and may quote what was sent.
    stage.sandbox.set_fault(Platform::Clerk, Some(Fault::Malformed));
    let customer = event(EventKind::CustomerUpdated, "k1", |_| {});
    stage.accept(vec![customer]).await;
    stage.until_failed(&accounts[1], "k1").await;
    engine.stop().await;
    let received = stage.sandbox.received();
    let was_sent = |words: &str| {
        received
            .iter()
            .any(|request| request.path.contains(words) || request.body.contains(words))
    };
    let files = stage.files();
    for words in ["anna.rossi", "Rossi", "+39"] {
        assert!(was_sent(words), "{words} was never sent");
        for (name, bytes) in &files {
            let is_there = bytes.windows(words.len()).any(|part| part == words.as_bytes());
            assert!(!is_there, "{words} in {name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_an_account_that_is_switched_off_goes_out_when_it_is_on_again() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::Clerk, &[]).await;
    stage.accept_product("p1").await;
    stage.switch(account.id, false).await;
    let engine = stage.engine();
    sleep(Duration::from_millis(300)).await;
    assert_eq!(stage.find(&account, "p1").await.0.state, DeliveryState::Waiting);
    stage.switch(account.id, true).await;
    stage.until_delivered(&account, "p1").await;
    engine.stop().await;
}
