//! Abandoned carts on `ActiveCampaign`.

use domain::EventKind::{CartUpdated, OrderPlaced};
use domain::{Platform, SkipReason};
use platforms::{AtOnce, Parcel};
use sandbox::{Fault, Kind};
use serde_json::json;

use crate::samples::{anna, cart, order};
use crate::stage::{Stage, THEN, Trip, assert_done, assert_skipped, parcel};

#[tokio::test]
async fn a_cart_counts_as_abandoned_half_an_hour_after_its_last_change() {
    let stage = Stage::activecampaign().await;
    assert_done(&stage.deliver(CartUpdated, &cart(&json!({}))).await);
    let body = stage.last_body("/ecomOrders");
    let sent = &body["ecomOrder"];
    assert_eq!(sent["externalcheckoutid"], "C-9");
    assert!(sent.get("externalid").is_none());
    assert_eq!(sent["abandonedDate"], "2026-09-21T14:43:20Z");
    assert_eq!(sent["externalCreatedDate"], "2026-09-21T13:00:00Z");
    assert_eq!(sent["externalUpdatedDate"], "2026-09-21T14:13:20Z");
    assert_eq!(sent["orderUrl"], "https://bottega.example/carrello/C-9");
    assert_eq!(sent["totalPrice"], 5_490);
    let tagged = "anna@example.com/Passweb Integration – customer";
    assert_eq!(stage.count(Kind::ContactTag, tagged).created, 1);
}

#[tokio::test]
async fn a_cart_that_is_sent_at_once_is_not_abandoned_in_the_future() {
    let stage = Stage::activecampaign().await;
    stage.sandbox.set_now(Some(THEN.plus_seconds(60)));
    let payload = cart(&json!({}));
    let early = Parcel {
        now: THEN.plus_seconds(60),
        ..parcel(CartUpdated, &payload)
    };
    assert_done(&stage.attempt(&early, &AtOnce).await);
    assert_eq!(
        stage.last_body("/ecomOrders")["ecomOrder"]["abandonedDate"],
        "2026-09-21T14:14:19Z"
    );
}

#[tokio::test]
async fn a_cart_that_changes_stays_one_and_becomes_the_order() {
    let stage = Stage::activecampaign().await;
    assert_done(&stage.deliver(CartUpdated, &cart(&json!({}))).await);
    let mark = stage.mark();
    assert_done(
        &stage
            .deliver(CartUpdated, &cart(&json!({ "total_minor": 9_900 })))
            .await,
    );
    assert_done(&stage.deliver(OrderPlaced, &order(&json!({}))).await);
    assert_eq!(
        stage.requests_since(mark),
        ["PUT /ecomOrders/1", "PUT /ecomOrders/1"]
    );
    assert_eq!(
        stage.last_body("/ecomOrders/1")["ecomOrder"]["externalid"],
        "10421"
    );
    assert_eq!(stage.count(Kind::Cart, "C-9").created, 1);
    assert_eq!(stage.count(Kind::Order, "10421").created, 1);
    let late = stage.deliver(CartUpdated, &cart(&json!({}))).await;
    assert_skipped(&late, SkipReason::Ordered);
}

#[tokio::test]
async fn an_order_ends_its_cart_although_orders_are_not_sent() {
    let stage = Stage::with(Platform::ActiveCampaign, &[("orders_enabled", "false")]).await;
    let placed = stage.deliver_at(10, OrderPlaced, &order(&json!({}))).await;
    assert_skipped(&placed, SkipReason::OrdersOff);
    let late = stage.deliver_at(5, CartUpdated, &cart(&json!({}))).await;
    assert_skipped(&late, SkipReason::Ordered);
    assert_done(&stage.deliver_at(20, CartUpdated, &cart(&json!({}))).await);
}

#[tokio::test]
async fn the_next_order_of_a_cart_with_the_same_id_is_another_one() {
    let stage = Stage::activecampaign().await;
    assert_done(&stage.deliver(CartUpdated, &cart(&json!({}))).await);
    assert_done(&stage.deliver(OrderPlaced, &order(&json!({}))).await);
    let mark = stage.mark();
    assert_done(
        &stage
            .deliver(OrderPlaced, &order(&json!({ "id": "10422" })))
            .await,
    );
    assert_eq!(stage.requests_since(mark), ["POST /ecomOrders"]);
}

#[tokio::test]
async fn a_cart_with_the_id_of_one_that_was_ordered_is_another_one() {
    let stage = Stage::activecampaign().await;
    assert_done(&stage.deliver(CartUpdated, &cart(&json!({}))).await);
    assert_done(&stage.deliver_at(10, OrderPlaced, &order(&json!({}))).await);
    for seconds in [5, 10] {
        let late = stage.deliver_at(seconds, CartUpdated, &cart(&json!({}))).await;
        assert_skipped(&late, SkipReason::Ordered);
    }
    let mark = stage.mark();
    assert_done(&stage.deliver_at(11, CartUpdated, &cart(&json!({}))).await);
    assert_done(&stage.deliver_at(12, CartUpdated, &cart(&json!({}))).await);
    assert_eq!(
        stage.requests_since(mark),
        ["POST /ecomOrders", "PUT /ecomOrders/2"]
    );
    let next = order(&json!({ "id": "10422" }));
    assert_done(&stage.deliver_at(20, OrderPlaced, &next).await);
    let late = stage.deliver_at(15, CartUpdated, &cart(&json!({}))).await;
    assert_skipped(&late, SkipReason::Ordered);
    for order in ["10421", "10422"] {
        assert_eq!(stage.count(Kind::Order, order).created, 1);
    }
    // An earlier order of it that comes late says nothing new.
    let former = order(&json!({ "id": "10420" }));
    assert_done(&stage.deliver(OrderPlaced, &former).await);
    let late = stage.deliver_at(15, CartUpdated, &cart(&json!({}))).await;
    assert_skipped(&late, SkipReason::Ordered);
}

#[tokio::test]
async fn a_lost_answer_does_not_take_a_former_carts_order_for_the_cart() {
    for (fault, then) in [
        (Fault::CloseBefore, "POST /ecomOrders"),
        (Fault::CloseAfter, "PUT /ecomOrders/2"),
    ] {
        let stage = Stage::activecampaign().await;
        assert_done(&stage.deliver(CartUpdated, &cart(&json!({}))).await);
        assert_done(&stage.deliver(OrderPlaced, &order(&json!({}))).await);
        let payload = cart(&json!({}));
        let again = Parcel {
            occurred_at: THEN.plus_seconds(10),
            ..parcel(CartUpdated, &payload)
        };
        stage.attempt(&again, &Trip::new(&stage, fault, 1)).await;
        stage.set_fault(None);
        let mark = stage.mark();
        let in_doubt = Parcel {
            is_doubtful: true,
            ..again
        };
        assert_done(&stage.attempt(&in_doubt, &AtOnce).await);
        assert_eq!(stage.requests_since(mark), ["GET /ecomOrders", then]);
    }
}

#[tokio::test]
async fn the_rules_come_before_any_call() {
    let mut stage = Stage::with(Platform::ActiveCampaign, &[("abandoned_carts_enabled", "false")]).await;
    let report = stage.deliver(CartUpdated, &cart(&json!({}))).await;
    assert_skipped(&report, SkipReason::CartsOff);
    stage.set(&[]);
    for (parts, reason) in [
        (json!({ "customer": null }), SkipReason::NotRegistered),
        (
            json!({ "customer": anna(&json!({ "id": null })) }),
            SkipReason::NotRegistered,
        ),
        (
            json!({ "customer": anna(&json!({ "email": null })) }),
            SkipReason::NoEmail,
        ),
        (json!({ "lines": [] }), SkipReason::EmptyCart),
    ] {
        assert_skipped(&stage.deliver(CartUpdated, &cart(&parts)).await, reason);
    }
    assert!(stage.requests().is_empty());
}

#[tokio::test]
async fn a_cart_that_is_gone_over_there_is_made_again() {
    let stage = Stage::activecampaign().await;
    assert_done(&stage.deliver(CartUpdated, &cart(&json!({}))).await);
    stage.memory.spoil("cart C-9", "999");
    let mark = stage.mark();
    assert_done(&stage.deliver(CartUpdated, &cart(&json!({}))).await);
    assert_eq!(
        stage.requests_since(mark),
        ["PUT /ecomOrders/999", "POST /ecomOrders"]
    );
}

#[tokio::test]
async fn an_order_recovers_its_cart_although_the_carts_answer_was_lost() {
    let stage = Stage::activecampaign().await;
    let first = order(&json!({ "id": "1", "cart_id": null }));
    assert_done(&stage.deliver(OrderPlaced, &first).await);
    let payload = cart(&json!({}));
    let trip = Trip::new(&stage, Fault::CloseAfter, 1);
    stage.attempt(&parcel(CartUpdated, &payload), &trip).await;
    assert_eq!(trip.turns(), 1);
    stage.set_fault(None);
    let mark = stage.mark();
    assert_done(&stage.deliver(OrderPlaced, &order(&json!({}))).await);
    assert_eq!(
        stage.requests_since(mark),
        ["GET /ecomOrders", "PUT /ecomOrders/2"]
    );
    assert_eq!(stage.count(Kind::Cart, "C-9").created, 1);
}
