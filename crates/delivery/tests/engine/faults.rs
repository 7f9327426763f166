//! What becomes of deliveries when a platform does wrong.

use std::time::Duration;

use delivery::EngineOptions;
use domain::{DeliveryState, FaultClass, HoldReason, LogKind, Platform};
use sandbox::{CLERK_HOST, Fault, Kind};
use tokio::time::sleep;

use crate::stage::{CALL_TIMEOUT, KEY, Stage, event, options};

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_leads_to_a_retry_that_is_not_early() {
    use FaultClass::{Configuration, RateLimited, Temporary, Unknown};
    let table = [
        (Fault::Down, Temporary, 3),
        (Fault::InternalError, Temporary, 3),
        (Fault::RateLimited, RateLimited, i64::from(Fault::RETRY_AFTER_S)),
        (Fault::RateLimitedSilent, RateLimited, 3),
        (Fault::CloseAfter, Unknown, 3),
        (Fault::Malformed, Unknown, 3),
        (Fault::Oversized, Unknown, 3),
        (Fault::Slow, Unknown, 3),
        (Fault::Redirect, Configuration, 3),
    ];
    for (fault, class, wait_s) in table {
        let stage = Stage::new().await;
        let account = stage.active(Platform::Clerk, &[]).await;
        stage.sandbox.set_fault(Platform::Clerk, Some(fault));
        let engine = stage.engine();
        stage.accept_product("p1").await;
        let (row, attempts) = stage.until_failed(&account, "p1").await;
        assert_eq!(row.state, DeliveryState::Waiting, "{fault}");
        assert_eq!(row.class, Some(class), "{fault}");
        assert_eq!((row.attempts, attempts.len()), (1, 1), "{fault}");
        let ended_ms = attempts[0].attempt.started_at.ms() + i64::from(attempts[0].attempt.ms);
        let waits_ms = row.due_at.ms() - ended_ms;
        assert!(waits_ms >= wait_s * 1_000, "{fault}: {waits_ms}");
        stage.sandbox.set_fault(Platform::Clerk, None);
        stage.clock.pass(wait_s + 1);
        let (row, _) = stage.until_delivered(&account, "p1").await;
        assert_eq!(row.attempts, 2, "{fault}");
        engine.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rejected_credentials_hold_the_queue_burn_nothing_and_are_told_once() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::Clerk, &[]).await;
    stage.sandbox.set_fault(Platform::Clerk, Some(Fault::WrongKey));
    let products: Vec<String> = (0..20).map(|number| format!("p{number}")).collect();
    for id in &products {
        stage.accept_product(id).await;
    }
    let engine = stage.engine();
    stage.until_failed(&account, "p0").await;
    sleep(Duration::from_millis(500)).await;
    let hold = stage.store().find_hold(account.id).await.unwrap().unwrap();
    assert_eq!(hold.reason, HoldReason::Credentials);
    let calls = stage.sandbox.received().len();
    assert!(calls <= 8, "{calls}: no more than were under way at once");
    for id in &products {
        let (row, _) = stage.find(&account, id).await;
        assert_eq!((row.state, row.attempts), (DeliveryState::Waiting, 0), "{id}");
        assert_eq!(row.leased_until, None, "{id}");
    }
    assert_eq!(stage.told(LogKind::QueueHeld).await, 1);

    stage.sandbox.set_fault(Platform::Clerk, None);
    let resumed = stage.raccordo.resume(&stage.ada, stage.site.id, account.id).await;
    assert!(resumed.unwrap());
    for id in &products {
        let (row, _) = stage.until_delivered(&account, id).await;
        assert_eq!(row.attempts, 1, "{id}");
    }
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_platform_says_is_sealed_and_shown_and_told_nowhere_else() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::Clerk, &[]).await;
    stage
        .sandbox
        .set_fault(Platform::Clerk, Some(Fault::MissingPermission));
    let engine = stage.engine();
    stage.accept_product("p1").await;
    let (row, attempts) = stage
        .until(&account, "p1", |row| row.state == DeliveryState::Refused)
        .await;
    engine.stop().await;
    let words = |fault: Option<&domain::Fault>| match fault {
        Some(domain::Fault::Refused { message, .. }) => message.clone(),
        fault => panic!("{fault:?}"),
    };
    assert_eq!(words(attempts[0].attempt.fault.as_ref()), "");
    let shown = stage.raccordo.find_delivery(stage.site.id, row.id).await.unwrap();
    assert_ne!(words(shown.unwrap().attempts[0].fault.as_ref()), "");
    let log = stage.entries(LogKind::DeliveryFailed).await;
    let told = log[0].message.delivery.as_ref().unwrap();
    assert_eq!(words(told.fault.as_ref()), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_turn_for_longer_than_the_claim_lasts_burns_no_attempt() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::Clerk, &[]).await;
    stage.sandbox.set_fault(Platform::Clerk, Some(Fault::RateLimited));
    for number in 0..4 {
        stage.accept_product(&format!("p{number}")).await;
    }
    // A turn comes after the patience that the platform asks for, which is longer than a claim leaves for it.
    let patience = Duration::from_secs(u64::from(Fault::RETRY_AFTER_S));
    let engine = stage.engine_with(EngineOptions {
        clerk_at_once: 1,
        lease: patience + CALL_TIMEOUT / 2,
        ..options()
    });
    stage.until_failed(&account, "p0").await;
    stage.sandbox.set_fault(Platform::Clerk, None);
    for number in 1..4 {
        let id = format!("p{number}");
        let (row, attempts) = stage.until_delivered(&account, &id).await;
        assert_eq!((row.attempts, attempts.len()), (1, 1), "{id}");
    }
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_is_down_is_left_alone_until_a_probe_works() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::Clerk, &[]).await;
    stage.sandbox.set_fault(Platform::Clerk, Some(Fault::Down));
    let products: Vec<String> = (0..60).map(|number| format!("p{number}")).collect();
    for id in &products {
        stage.accept_product(id).await;
    }
    let engine = stage.engine_with(EngineOptions {
        clerk_at_once: 1,
        ..options()
    });
    sleep(Duration::from_secs(2)).await;
    assert_eq!(stage.sandbox.received().len(), 5, "then it is open");
    // The first probe comes after five seconds and fails, the second ten seconds later.
    sleep(Duration::from_secs(4)).await;
    assert_eq!(stage.sandbox.received().len(), 6);
    stage.sandbox.set_fault(Platform::Clerk, None);
    sleep(Duration::from_secs(5)).await;
    assert_eq!(
        stage.sandbox.received().len(),
        6,
        "nobody tries before it is time"
    );
    for id in &products {
        stage.until_delivered(&account, id).await;
    }
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_account_does_not_slow_another() {
    let stage = Stage::new().await;
    let slow = stage.active(Platform::ActiveCampaign, &[]).await;
    let quick = stage.active(Platform::Clerk, &[]).await;
    stage
        .sandbox
        .set_fault(Platform::ActiveCampaign, Some(Fault::Slow));
    let engine = stage.engine();
    for number in 0..40 {
        let order = event(domain::EventKind::OrderPlaced, &format!("o{number}"), |data| {
            data["id"] = number.to_string().into();
            data["customer"]["id"] = format!("k{number}").into();
            data["payment_confirmed"] = true.into();
        });
        stage.accept(vec![order]).await;
    }
    let start = tokio::time::Instant::now();
    for number in 0..40 {
        stage.until_delivered(&quick, &format!("o{number}")).await;
    }
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_ne!(
        stage.find(&slow, "o0").await.0.state,
        DeliveryState::Delivered,
        "it is still at it"
    );
    let sink = stage.sandbox.sink();
    assert_eq!(sink.counts(CLERK_HOST, Kind::Sale).len(), 40);
    engine.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_right_key_the_queue_waits_until_it_is_back() {
    let mut stage = Stage::new().await;
    let account = stage.active(Platform::Clerk, &[]).await;
    for id in ["p1", "p2"] {
        stage.accept_product(id).await;
    }
    stage.restart("08").await;
    let engine = stage.engine();
    sleep(Duration::from_millis(500)).await;
    engine.stop().await;
    // Another process may have the key: nothing is claimed, and nothing is said of the account.
    assert_eq!(stage.store().find_hold(account.id).await.unwrap(), None);
    assert_eq!(stage.told(LogKind::QueueHeld).await, 0);
    assert_eq!(stage.find(&account, "p1").await.0.leased_until, None);
    assert!(stage.sandbox.received().is_empty());

    stage.restart(KEY).await;
    let engine = stage.engine();
    for id in ["p1", "p2"] {
        let (row, _) = stage.until_delivered(&account, id).await;
        assert_eq!(row.attempts, 1);
    }
    engine.stop().await;
}
