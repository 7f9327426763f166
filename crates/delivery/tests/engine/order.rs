//! In which order deliveries go out, and that each goes out once.

use std::sync::Arc;
use std::time::Duration;

use delivery::EngineOptions;
use domain::{DeliveryState, EventKind, Platform, Timestamp};
use persistence::{Finish, QueueTime, Step};
use persistence_contract::postgres::Database;
use sandbox::{CLERK_HOST, Fault, Kind};

use crate::stage::{CALL_TIMEOUT, LEASE, Running, Stage, event, open, options};

/// The orders in the requests that came in, in their order.
fn sales(stage: &Stage) -> Vec<u32> {
    let received = stage.sandbox.received();
    let sales = received
        .iter()
        .filter(|request| request.path.ends_with("/log/sale"));
    sales
        .map(|request| {
            let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
            body["sale"].as_str().unwrap().parse().unwrap()
        })
        .collect()
}

async fn accept_order(stage: &Stage, number: u32, customer: &str) {
    let order = event(EventKind::OrderPlaced, &format!("o{number}"), |data| {
        data["id"] = number.to_string().into();
        data["customer"]["id"] = customer.into();
        data["payment_confirmed"] = true.into();
    });
    stage.accept(vec![order]).await;
}

/// Takes in orders of three customers; two engines send each once, and those of each customer in their order.
async fn assert_two_share(stage: &Stage, engines: [Running; 2]) {
    let account = stage.active(Platform::Clerk, &[]).await;
    for number in 0..120 {
        accept_order(stage, number, &format!("k{}", number % 3)).await;
    }
    for number in 0..120 {
        stage.until_delivered(&account, &format!("o{number}")).await;
    }
    let sales = sales(stage);
    assert_eq!(sales.len(), 120);
    for customer in 0..3 {
        let own: Vec<u32> = sales
            .iter()
            .copied()
            .filter(|sale| sale % 3 == customer)
            .collect();
        assert!(own.is_sorted(), "{own:?}");
    }
    let counts = stage.sandbox.sink().counts(CLERK_HOST, Kind::Sale);
    assert!(counts.values().all(|count| count.created == 1), "{counts:?}");
    for engine in engines {
        engine.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_engines_send_each_once_and_keep_the_order_of_every_customer() {
    let stage = Stage::new().await;
    let engines = [stage.engine(), stage.engine()];
    assert_two_share(&stage, engines).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_send_each_once_and_keep_the_order_of_every_customer() {
    let database = Database::create().await;
    let stage = Stage::on_postgres(&database).await;
    let store = open(&database).await;
    let engines = [stage.engine(), stage.engine_beside(Arc::clone(&store)).await];
    assert_two_share(&stage, engines).await;
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_follows_in_a_lane_waits_for_the_retry_before_it() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::Clerk, &[]).await;
    stage.sandbox.set_fault(Platform::Clerk, Some(Fault::Down));
    let engine = stage.engine();
    accept_order(&stage, 1, "k1").await;
    stage.until_failed(&account, "o1").await;
    stage.sandbox.set_fault(Platform::Clerk, None);
    accept_order(&stage, 2, "k1").await;
    accept_order(&stage, 3, "k2").await;
    stage.until_delivered(&account, "o3").await;
    assert_eq!(stage.find(&account, "o2").await.0.state, DeliveryState::Waiting);
    stage.until_delivered(&account, "o2").await;
    assert_eq!(stage.find(&account, "o1").await.0.state, DeliveryState::Delivered);
    assert_eq!(sales(&stage), [1, 3, 1, 2]);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn first_attempts_do_not_wait_behind_retries() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::Clerk, &[]).await;
    for number in 0..400 {
        stage.accept_product(&format!("old{number}")).await;
    }
    // Every one of them has failed once and is due again.
    loop {
        let now = service::Clock::now(&*stage.clock);
        let claimed = stage
            .store()
            .claim_deliveries(account.id, QueueTime::same(now), now.plus_seconds(60), 400, 0)
            .await
            .unwrap();
        if claimed.is_empty() {
            break;
        }
        let finishes = claimed.iter().map(|claimed| failed(claimed, now)).collect();
        stage.store().finish_deliveries(finishes).await.unwrap();
    }
    let received_before = stage.sandbox.received().len();
    assert_eq!(received_before, 0);
    for number in 0..20 {
        stage.accept_product(&format!("new{number}")).await;
    }
    let engine = stage.engine_with(EngineOptions {
        clerk_at_once: 4,
        ..options()
    });
    for number in 0..20 {
        stage.until_delivered(&account, &format!("new{number}")).await;
    }
    let received = stage.sandbox.received();
    let position = |id: &str| {
        received
            .iter()
            .position(|request| request.body.contains(&format!("\"{id}\"")))
    };
    let last = (0..20)
        .filter_map(|number| position(&format!("new{number}")))
        .max();
    assert!(last.unwrap() < 45, "{last:?}: a few retries go along, no more");
    for number in 0..400 {
        stage.until_delivered(&account, &format!("old{number}")).await;
    }
    engine.stop().await;
}

fn failed(claimed: &persistence::Claimed, now: Timestamp) -> Finish {
    Finish {
        id: claimed.id,
        fence: claimed.fence,
        at: now,
        attempt: Some(persistence::Attempt {
            started_at: now,
            ms: 1,
            outcome: domain::AttemptOutcome::Failed(domain::FaultClass::Temporary),
            fault: Some(domain::Fault::PlatformDown { status: 503 }),
            sealed_exchanges: Vec::new(),
        }),
        step: Step::Retry {
            due_at: now,
            is_doubtful: false,
        },
        entries: Vec::new(),
        memories: Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_finishes_what_is_under_way_and_gives_the_rest_back() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::Clerk, &[]).await;
    // What is under way ends when the platform is not waited for any longer.
    stage.sandbox.set_fault(Platform::Clerk, Some(Fault::Slow));
    for number in 0..20 {
        stage.accept_product(&format!("p{number}")).await;
    }
    let engine = stage.engine_with(EngineOptions {
        clerk_at_once: 2,
        ..options()
    });
    while stage.sandbox.received().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    engine.stop().await;
    let mut attempts = 0;
    for number in 0..20 {
        let (row, _) = stage.find(&account, &format!("p{number}")).await;
        assert_eq!(row.leased_until, None, "p{number} is still claimed");
        assert_eq!(row.state, DeliveryState::Waiting);
        attempts += row.attempts;
    }
    assert_eq!(attempts, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_sends_nothing_beside_what_is_under_way() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::Clerk, &[]).await;
    stage.sandbox.set_fault(Platform::Clerk, Some(Fault::Slow));
    let engine = stage.engine();
    stage.accept_product("p1").await;
    while stage.sandbox.received().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // The lease is over by the clock of the database, long before the platform is not waited for any longer.
    let lease_s = i64::try_from(LEASE.as_secs()).unwrap();
    for _ in 0..3 {
        stage.clock.pass(lease_s + 1);
        tokio::time::sleep(CALL_TIMEOUT / 5).await;
        assert_eq!(stage.sandbox.received().len(), 1);
    }
    let (row, attempts) = stage.until_failed(&account, "p1").await;
    assert_eq!(
        (row.attempts, attempts.len()),
        (1, 1),
        "it ended the latest claim"
    );
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_whose_clocks_are_hours_apart_send_nothing_beside_each_other() {
    let database = Database::create().await;
    let stage = Stage::on_postgres(&database).await;
    let account = stage.active(Platform::Clerk, &[]).await;
    stage.sandbox.set_fault(Platform::Clerk, Some(Fault::Slow));
    let here = stage.engine();
    stage.accept_product("p1").await;
    while stage.sandbox.received().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let store = open(&database).await;
    let mut beside = Vec::new();
    for ahead_s in [3_600, -3_600, 86_400] {
        beside.push(stage.engine_ahead(Arc::clone(&store), ahead_s).await);
    }
    // More often than once, all of them look for what is due.
    stage.accept_product("p2").await;
    let (row, attempts) = stage.until_failed(&account, "p1").await;
    assert_eq!((row.attempts, attempts.len()), (1, 1), "it ended its own claim");
    for id in ["p1", "p2"] {
        let quoted = format!("\"{id}\"");
        let about = |request: &&sandbox::Received| request.body.contains(&quoted);
        assert_eq!(stage.sandbox.received().iter().filter(about).count(), 1, "{id}");
    }
    for engine in beside.into_iter().chain([here]) {
        engine.stop().await;
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_back_holds_nothing_up() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::Clerk, &[]).await;
    stage.accept_product("p1").await;
    stage.clock.pass(-7_200);
    let engine = stage.engine();
    stage.until_delivered(&account, "p1").await;
    stage.clock.pass(-86_400);
    stage.accept_product("p2").await;
    stage.until_delivered(&account, "p2").await;
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_claimed_when_an_account_went_off_waits_for_whatever_reason_it_is_held() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::Clerk, &[]).await;
    // What is under way keeps the others in the queue.
    stage.sandbox.set_fault(Platform::Clerk, Some(Fault::Slow));
    for number in 0..5 {
        stage.accept_product(&format!("p{number}")).await;
    }
    let engine = stage.engine_with(EngineOptions {
        clerk_at_once: 1,
        ..options()
    });
    while stage.sandbox.received().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let paused = stage
        .raccordo
        .pause(&stage.ada, stage.site.id, account.id, None)
        .await;
    assert!(paused.unwrap());
    stage.switch(account.id, false).await;
    for number in 1..5 {
        let (row, _) = stage
            .until(&account, &format!("p{number}"), |row| row.leased_until.is_none())
            .await;
        assert_eq!(row.state, DeliveryState::Waiting, "p{number}");
    }
    engine.stop().await;
}
