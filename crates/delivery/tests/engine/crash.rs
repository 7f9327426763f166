//! Engines that end without notice.

use std::time::Duration;

use domain::{DeliveryState, EventKind, Platform};
use sandbox::{ACTIVECAMPAIGN_HOST, CLERK_HOST, Fault, Kind};
use tokio::time::sleep;

use crate::stage::{LEASE, Stage, event};

/// Sends an order that the platform carries out and never answers, and kills the engine meanwhile; then another takes over.
async fn crash(platform: Platform) -> (Stage, domain::Account) {
    let stage = Stage::new().await;
    let account = stage.active(platform, &[]).await;
    stage.sandbox.set_fault(platform, None);
    let engine = stage.engine();
    // Whatever comes before the order is there already.
    for (id, fault) in [("o1", None), ("o2", Some(Fault::Slow))] {
        stage.sandbox.set_fault(platform, fault);
        let order = event(EventKind::OrderPlaced, id, |data| {
            data["id"] = id.into();
            data["cart_id"] = format!("cart-{id}").into();
            data["payment_confirmed"] = true.into();
        });
        stage.accept(vec![order]).await;
        if fault.is_none() {
            stage.until_delivered(&account, id).await;
        }
    }
    let (host, kind) = match platform {
        Platform::Clerk => (CLERK_HOST, Kind::Sale),
        _ => (ACTIVECAMPAIGN_HOST, Kind::Order),
    };
    // Reads are slow as well: the attempt may fail before it comes to the write. Then the next one does.
    while stage.sandbox.sink().count(host, kind, "o2").created == 0 {
        let (row, _) = stage.find(&account, "o2").await;
        assert_ne!(row.state, DeliveryState::Delivered);
        if row.leased_until.is_none() {
            stage.clock.pass(1);
        }
        sleep(Duration::from_millis(2)).await;
    }
    engine.kill().await;
    stage.sandbox.set_fault(platform, None);
    let (row, _) = stage.find(&account, "o2").await;
    assert!(row.leased_until.is_some(), "the claim is left behind");
    (stage, account)
}

async fn taken_over(platform: Platform) -> Stage {
    let (stage, account) = crash(platform).await;
    let engine = stage.engine();
    sleep(Duration::from_millis(500)).await;
    assert_eq!(
        stage.find(&account, "o2").await.0.state,
        DeliveryState::Waiting,
        "the lease is not over"
    );
    stage.clock.pass(i64::try_from(LEASE.as_secs()).unwrap());
    stage.until_delivered(&account, "o2").await;
    engine.stop().await;
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn what_activecampaign_had_carried_out_is_found_there_and_not_sent_again() {
    let stage = taken_over(Platform::ActiveCampaign).await;
    let order = stage.sandbox.sink().count(ACTIVECAMPAIGN_HOST, Kind::Order, "o2");
    assert_eq!((order.created, order.updated), (1, 0), "{order:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_clerk_had_carried_out_is_not_tracked_again() {
    let stage = taken_over(Platform::Clerk).await;
    let sale = stage.sandbox.sink().count(CLERK_HOST, Kind::Sale, "o2");
    assert_eq!(sale.created, 1, "{sale:?}");
}
