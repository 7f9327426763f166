//! The pace of calls.

use std::sync::Arc;
use std::time::Duration;

use domain::{Account, EventKind, Platform};
use persistence_contract::postgres::Database;
use sandbox::Fault;
use tokio::time::{Instant, sleep};

use crate::stage::{Stage, event, open};

/// Takes in the end of so many customers, each in a lane of its own.
async fn accept(stage: &Stage, numbers: std::ops::Range<u32>) {
    let gone = |number| {
        event(EventKind::CustomerDeleted, &format!("d{number}"), |data| {
            data["id"] = format!("k{number}").into();
            data["email"] = format!("k{number}@example.com").into();
        })
    };
    stage.accept(numbers.map(gone).collect()).await;
}

/// Waits until they are delivered; answers how often all of them were tried in vain.
async fn until_delivered(stage: &Stage, account: &Account, numbers: std::ops::Range<u32>) -> u32 {
    let mut refused = 0;
    for number in numbers {
        let (row, _) = stage.until_delivered(account, &format!("d{number}")).await;
        refused += row.attempts - 1;
    }
    refused
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_enforces_its_limit_gets_everything_at_its_pace() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    stage
        .sandbox
        .set_fault(Platform::ActiveCampaign, Some(Fault::RateLimitEnforced));
    let engine = stage.engine();
    accept(&stage, 0..15).await;
    let refused = until_delivered(&stage, &account, 0..15).await;
    // The sandbox has no limit until it says so; what was under way then is refused with it, and nothing more.
    assert!((1..=5).contains(&refused), "{refused}");
    engine.stop().await;
}

/// Notes when each call comes, for ever.
async fn watch(stage: &Stage, seen: &mut Vec<Instant>) {
    let before = stage.sandbox.calls();
    loop {
        let calls = usize::try_from(stage.sandbox.calls() - before).unwrap();
        seen.resize(calls, Instant::now());
        sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_on_one_database_call_at_the_pace_of_one() {
    let database = Database::create().await;
    let stage = Stage::on_postgres(&database).await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    stage
        .sandbox
        .set_fault(Platform::ActiveCampaign, Some(Fault::RateLimitEnforced));
    // The sandbox has no limit until it says so: to one process, and the other keeps it from its first call on.
    let first = stage.engine();
    accept(&stage, 0..15).await;
    assert!(until_delivered(&stage, &account, 0..15).await > 0);
    let store = open(&database).await;
    let second = stage.engine_beside(Arc::clone(&store)).await;
    let mut seen = Vec::new();
    tokio::select! {
        () = watch(&stage, &mut seen) => {}
        _ = async {
            accept(&stage, 15..45).await;
            until_delivered(&stage, &account, 15..45).await
        } => {}
    }
    assert!(seen.len() >= 30, "{seen:?}");
    let second_long = Duration::from_secs(1);
    let within = |from: &Instant| {
        seen.iter()
            .filter(|at| *at >= from && **at < *from + second_long)
            .count()
    };
    let densest = seen.iter().map(within).max();
    assert!(densest <= Some(6), "{densest:?}: {seen:?}");
    first.stop().await;
    second.stop().await;
    for store in [&store, stage.store()] {
        store.close().await;
    }
}
