//! Nothing is made twice: an attempt loses an answer at each of its calls in turn, and the next one is told so.

use domain::EventKind::{self, CartUpdated, CustomerDeleted, NewsletterSubscribed, OrderPlaced};
use domain::FaultClass;
use events::Payload;
use platforms::Delivery;
use sandbox::{Fault, Kind};
use serde_json::json;

use crate::samples::{cart, customer, deleted, moka, order};
use crate::stage::{Stage, Trip, assert_done, class, parcel};

/// Loses the answer to call number `at` of a first attempt, then delivers; `None` when there is no such call.
async fn lose(stage: &Stage, at: usize, fault: Fault, kind: EventKind, payload: &Payload) -> Option<()> {
    let trip = Trip::new(stage, fault, at);
    let report = stage.attempt(&parcel(kind, payload), &trip).await;
    stage.set_fault(None);
    if trip.turns() < at {
        assert_done(&report);
        return None;
    }
    let again = match class(&report) {
        // A read that failed changed nothing, and nobody has to know.
        Some(FaultClass::Temporary) => stage.deliver(kind, payload).await,
        Some(FaultClass::Unknown) => stage.deliver_again(kind, payload).await,
        _ => panic!("{at}: {report:#?}"),
    };
    assert_done(&again);
    Some(())
}

fn assert_once(stage: &Stage, at: usize) {
    for kind in [
        Kind::Contact,
        Kind::Subscription,
        Kind::Tag,
        Kind::ContactTag,
        Kind::Connection,
        Kind::Customer,
        Kind::Order,
        Kind::Cart,
        Kind::Sale,
    ] {
        for (id, count) in stage.counts(kind) {
            assert!(count.created <= 1, "call {at}: {kind:?} {id}: {count:?}");
        }
    }
    assert_eq!(stage.sandbox.sink().totals().repeated, 0, "call {at}");
}

#[tokio::test]
async fn an_order_is_there_once_whichever_answer_is_lost() {
    for at in 1.. {
        let stage = Stage::activecampaign().await;
        let payload = order(&json!({}));
        let lost = lose(&stage, at, Fault::CloseAfter, OrderPlaced, &payload).await;
        assert_eq!(stage.count(Kind::Order, "10421").created, 1, "call {at}");
        let tagged = "anna@example.com/Passweb Integration – customer";
        assert_eq!(
            stage.count(Kind::ContactTag, tagged).created,
            1,
            "call {at}: the contact was new"
        );
        assert_once(&stage, at);
        if lost.is_none() {
            assert_eq!(at, 10, "an order takes nine calls");
            break;
        }
    }
}

#[tokio::test]
async fn a_cart_is_there_once_whichever_answer_is_lost_and_becomes_the_order() {
    for at in 1.. {
        let stage = Stage::activecampaign().await;
        let payload = cart(&json!({}));
        let lost = lose(&stage, at, Fault::CloseAfter, CartUpdated, &payload).await;
        assert_eq!(stage.count(Kind::Cart, "C-9").created, 1, "call {at}");
        let recovery = lose(&stage, 1, Fault::CloseAfter, OrderPlaced, &order(&json!({}))).await;
        assert!(recovery.is_some());
        assert_eq!(stage.count(Kind::Order, "10421").created, 1, "call {at}");
        assert_once(&stage, at);
        if lost.is_none() {
            break;
        }
    }
}

#[tokio::test]
async fn consents_and_deletions_survive_lost_answers() {
    for at in 1.. {
        let stage = Stage::activecampaign().await;
        let consent = customer(&json!({}));
        let lost = lose(&stage, at, Fault::CloseAfter, NewsletterSubscribed, &consent).await;
        assert_eq!(stage.count(Kind::Subscription, "anna@example.com/1").created, 1);
        assert_once(&stage, at);
        let gone = lose(
            &stage,
            at,
            Fault::CloseAfter,
            CustomerDeleted,
            &deleted(&json!({})),
        )
        .await;
        assert_eq!(stage.count(Kind::Contact, "anna@example.com").deleted, 1);
        if lost.is_none() && gone.is_none() {
            break;
        }
    }
}

#[tokio::test]
async fn a_platform_that_breaks_down_halfway_leaves_no_contact_without_its_tag() {
    // The third call looks for the tag, the fourth puts it on.
    for at in [3, 4] {
        let stage = Stage::activecampaign().await;
        let payload = order(&json!({}));
        let trip = Trip::new(&stage, Fault::Down, at);
        let report = stage.attempt(&parcel(OrderPlaced, &payload), &trip).await;
        assert_eq!(class(&report), Some(FaultClass::Temporary));
        stage.set_fault(None);
        assert_done(&stage.deliver(OrderPlaced, &payload).await);
        let tagged = "anna@example.com/Passweb Integration – customer";
        assert_eq!(stage.count(Kind::ContactTag, tagged).created, 1);
    }
}

#[tokio::test]
async fn a_sale_in_doubt_is_sent_as_an_order_and_never_logged_again() {
    let stage = Stage::clerk().await;
    let sale = order(&json!({ "visitor_id": "a1b2c3d4e5f6a7b8" }));
    assert!(
        lose(&stage, 1, Fault::CloseAfter, OrderPlaced, &sale)
            .await
            .is_some()
    );
    assert_eq!(stage.requests(), ["POST /log/sale", "POST /orders"]);
    let sold = stage.count(Kind::Sale, "10421");
    assert_eq!((sold.created, sold.updated), (1, 0));
}

#[tokio::test]
async fn sold_products_are_sent_although_their_first_answer_is_lost() {
    let stage = Stage::clerk().await;
    let line = json!({ "product_id": "A-1", "name": "Caffettiera", "price_minor": 2_495, "quantity": 1,
        "product": moka(&json!({})) });
    let sale = order(&json!({ "lines": [line], "visitor_id": "a1b2c3d4e5f6a7b8" }));
    assert!(
        lose(&stage, 2, Fault::CloseBefore, OrderPlaced, &sale)
            .await
            .is_some()
    );
    assert_eq!(
        stage.requests(),
        ["POST /log/sale", "POST /products"],
        "the sale is remembered"
    );
    assert_eq!(stage.count(Kind::Product, "A-1").created, 1);
}

#[tokio::test]
async fn a_memory_that_fails_is_told_apart_from_the_platform() {
    let stage = Stage::activecampaign().await;
    stage.memory.tear();
    let report = stage.deliver(OrderPlaced, &order(&json!({}))).await;
    assert!(
        matches!(report.delivery, Delivery::MemoryFailed(_)),
        "{report:#?}"
    );
    assert_eq!(class(&report), None);
    assert!(stage.requests().is_empty());
}
