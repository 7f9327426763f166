//! What is explained is what is sent.

use std::collections::BTreeMap;

use domain::EventKind::{self, CartUpdated, CustomerDeleted, NewsletterSubscribed, OrderPlaced};
use domain::{Platform, SkipReason};
use events::Payload;
use platforms::{Plan, PlannedCall};
use serde_json::{Value, json};

use crate::samples::{cart, customer, deleted, moka, order, product, removed};
use crate::stage::{Stage, assert_done};

fn calls(plan: Plan) -> Vec<PlannedCall> {
    match plan {
        Plan::Calls(calls) => calls,
        Plan::Skip(reason) => panic!("{reason:?}"),
    }
}

/// Explains, then delivers, and compares; `ids` are what the platform gives for the ids in angle brackets.
async fn assert_as_explained(stage: &Stage, kind: EventKind, payload: &Payload, ids: &[(&str, &str)]) {
    let (mark, remembered) = (stage.mark(), stage.memory.content());
    let plan = calls(stage.explain(kind, payload).await);
    assert_eq!(stage.mark(), mark, "nothing is called");
    assert_eq!(stage.memory.content(), remembered, "nothing is remembered");
    assert_done(&stage.deliver(kind, payload).await);
    let known = |text: &str| {
        let text = ids
            .iter()
            .fold(text.to_owned(), |text, (id, known)| text.replace(id, known));
        assert!(!text.contains('‹'), "{text}");
        text
    };
    let planned: Vec<(String, String, Value)> = plan
        .iter()
        .map(|call| {
            let path = call.url.split(".sandbox.test").nth(1).unwrap();
            let body = serde_json::from_str(&known(&call.body)).unwrap_or_default();
            (call.method.clone(), known(path), body)
        })
        .collect();
    let sent: Vec<(String, String, Value)> = stage
        .sandbox
        .received()
        .iter()
        .skip(mark)
        .map(|request| {
            let hidden = |text: &str| {
                [sandbox::CLERK_PUBLIC_KEY, sandbox::CLERK_PRIVATE_KEY]
                    .iter()
                    .fold(text.to_owned(), |text, key| text.replace(key, "▇"))
            };
            let body = serde_json::from_str(&hidden(&request.body)).unwrap_or_default();
            (request.method.clone(), hidden(&request.path), body)
        })
        .collect();
    assert_eq!(planned, sent);
}

const NEW: [(&str, &str); 4] = [
    ("‹contact›", "1"),
    ("‹connection›", "2"),
    ("‹customer›", "1"),
    ("‹order›", "1"),
];

#[tokio::test]
async fn on_activecampaign() {
    let stage = Stage::activecampaign().await;
    // The sandbox has the tag for new contacts; what is not there yet is what is explained.
    let plan = calls(stage.explain(OrderPlaced, &order(&json!({}))).await);
    let made: Vec<_> = plan.iter().filter(|call| call.url.ends_with("/tags")).collect();
    assert_eq!(made.len(), 1);
    assert!(made[0].body.contains("Passweb Integration – customer"));
    assert_as_explained(&stage, NewsletterSubscribed, &customer(&json!({})), &NEW).await;
    // Of a contact that is there, looking is explained as if he were not: then come the calls for a new one.
    assert_done(
        &stage
            .deliver(OrderPlaced, &order(&json!({ "id": "1", "cart_id": null })))
            .await,
    );
    assert_as_explained(&stage, CartUpdated, &cart(&json!({})), &NEW).await;
    assert_as_explained(&stage, CartUpdated, &cart(&json!({ "total_minor": 1 })), &NEW).await;
    assert_as_explained(&stage, OrderPlaced, &order(&json!({})), &NEW).await;
    assert_as_explained(
        &stage,
        EventKind::NewsletterUnsubscribed,
        &customer(&json!({})),
        &NEW,
    )
    .await;
    assert_as_explained(&stage, CustomerDeleted, &deleted(&json!({})), &NEW).await;
}

#[tokio::test]
async fn on_clerk() {
    let stage = Stage::clerk().await;
    let line = json!({ "product_id": "A-1", "name": "Caffettiera", "price_minor": 2_495, "quantity": 1,
        "product": moka(&json!({})) });
    let sale = order(&json!({ "lines": [line], "visitor_id": "a1b2c3d4e5f6a7b8" }));
    for (kind, payload) in [
        (OrderPlaced, sale),
        (EventKind::CustomerRegistered, customer(&json!({}))),
        (
            EventKind::CustomerUpdated,
            customer(&json!({ "email": "anna@example.org" })),
        ),
        (CustomerDeleted, deleted(&json!({}))),
        (EventKind::ProductUpdated, product(&json!({}))),
        (EventKind::PageDeleted, removed("P-1")),
    ] {
        assert_as_explained(&stage, kind, &payload, &[]).await;
    }
}

#[tokio::test]
async fn a_rule_is_told_by_its_name() {
    let stage = Stage::with(Platform::ActiveCampaign, &[("orders_enabled", "false")]).await;
    let plan = stage.explain(OrderPlaced, &order(&json!({}))).await;
    assert_eq!(plan, Plan::Skip(SkipReason::OrdersOff));
}

#[tokio::test]
async fn a_plan_shows_no_secret_and_its_bodies_whole() {
    let stage = Stage::clerk().await;
    let long = "x".repeat(10_000);
    let plan = calls(
        stage
            .explain(
                EventKind::ProductCreated,
                &product(&json!({ "description": long })),
            )
            .await,
    );
    assert!(plan[0].body.contains(&long));
    assert!(
        plan[0].body.contains("\n  \"private_key\": \"▇\""),
        "{}",
        plan[0].body
    );
    let deleted = calls(stage.explain(EventKind::ProductDeleted, &removed("A-1")).await);
    assert!(deleted[0].url.contains("private_key=▇"), "{}", deleted[0].url);
    assert!(deleted[0].body.is_empty());
    for shown in [format!("{plan:?}"), format!("{deleted:?}")] {
        assert!(!shown.contains(sandbox::CLERK_PRIVATE_KEY));
        assert!(!shown.contains(sandbox::CLERK_PUBLIC_KEY));
    }
}

#[tokio::test]
async fn a_memory_that_fails_does_not_keep_a_plan_from_being_made() {
    let stage = Stage::activecampaign().await;
    let plan = calls(stage.explain(OrderPlaced, &order(&json!({}))).await);
    stage.memory.tear();
    assert_eq!(calls(stage.explain(OrderPlaced, &order(&json!({}))).await), plan);
    let remembered: BTreeMap<String, String> = stage.memory.content();
    assert!(remembered.is_empty());
}
