//! What becomes of a delivery under every fault of a platform.

use domain::EventKind::{self, CustomerUpdated, NewsletterUnsubscribed, OrderPlaced};
use domain::{Effect, Fault, FaultClass, Permission, Platform};
use events::Payload;
use platforms::Delivery;
use sandbox::Fault as Wrong;
use serde_json::json;

use crate::samples::{customer, order};
use crate::stage::{Stage, assert_done, class};

/// Delivers under every fault that leaves time; each leads to the class that `expected` tells, or to success.
async fn every_fault(
    stage: &Stage,
    kind: EventKind,
    payload: impl Fn(usize) -> Payload,
    expected: impl Fn(Wrong) -> Option<FaultClass>,
) {
    for (index, fault) in Wrong::ALL.into_iter().enumerate() {
        if fault == Wrong::Slow {
            continue;
        }
        stage.set_fault(Some(fault));
        let report = stage.deliver(kind, &payload(index)).await;
        assert_eq!(class(&report), expected(fault), "{fault}: {report:#?}");
        match &report.delivery {
            Delivery::Failed { is_repeatable, .. } => assert!(is_repeatable),
            _ => assert_done(&report),
        }
        stage.set_fault(None);
    }
}

/// What every platform's fault means to a call that writes, or reads.
fn usual(fault: Wrong, effect: Effect) -> Option<FaultClass> {
    Some(match fault {
        Wrong::WrongKey => FaultClass::Credentials,
        Wrong::RateLimited | Wrong::RateLimitedUntil | Wrong::RateLimitedSilent => FaultClass::RateLimited,
        Wrong::Down | Wrong::InternalError => FaultClass::Temporary,
        Wrong::CloseBefore | Wrong::CloseAfter | Wrong::Malformed | Wrong::Oversized => match effect {
            Effect::Reads => FaultClass::Temporary,
            Effect::Writes => FaultClass::Unknown,
        },
        Wrong::Redirect => FaultClass::Configuration,
        _ => return None,
    })
}

#[tokio::test]
async fn an_order_that_is_one_call() {
    let stage = Stage::activecampaign().await;
    assert_done(&stage.deliver(OrderPlaced, &order(&json!({}))).await);
    every_fault(
        &stage,
        OrderPlaced,
        |index| order(&json!({ "id": format!("F-{index}"), "cart_id": null })),
        |fault| usual(fault, Effect::Writes),
    )
    .await;
}

#[tokio::test]
async fn a_delivery_that_begins_with_a_read() {
    let stage = Stage::activecampaign().await;
    every_fault(
        &stage,
        NewsletterUnsubscribed,
        |_| customer(&json!({})),
        |fault| usual(fault, Effect::Reads),
    )
    .await;
}

#[tokio::test]
async fn a_customer_on_clerk() {
    let stage = Stage::clerk().await;
    every_fault(
        &stage,
        CustomerUpdated,
        |_| customer(&json!({})),
        |fault| match fault {
            Wrong::MissingPermission => Some(FaultClass::Payload),
            fault => usual(fault, Effect::Writes),
        },
    )
    .await;
}

#[tokio::test]
async fn a_good_key_without_a_permission_is_not_a_bad_key() {
    let stage = Stage::with(Platform::ActiveCampaign, &[("newsletter_list", "all")]).await;
    stage.set_fault(Some(Wrong::MissingPermission));
    for (kind, payload, what) in [
        (
            EventKind::NewsletterSubscribed,
            customer(&json!({})),
            Permission::ReadLists,
        ),
        // The contact is there by now; the shop's connection is looked for next.
        (OrderPlaced, order(&json!({})), Permission::ReadConnections),
    ] {
        let report = stage.deliver(kind, &payload).await;
        let Delivery::Failed { fault, .. } = &report.delivery else {
            panic!("{report:#?}");
        };
        assert_eq!(*fault, Fault::PermissionMissing { what });
        assert!(
            report.exchanges.last().unwrap().url.ends_with("/users/me"),
            "the key is asked"
        );
    }
}

#[tokio::test]
async fn how_long_to_wait_is_told() {
    let stage = Stage::clerk().await;
    stage.set_fault(Some(Wrong::RateLimited));
    let report = stage.deliver(CustomerUpdated, &customer(&json!({}))).await;
    let wait = Fault::RateLimited { wait_s: Some(7) };
    assert!(
        matches!(&report.delivery, Delivery::Failed { fault, .. } if *fault == wait),
        "{report:#?}"
    );
    assert_eq!(report.retry_after_s, Some(7), "whatever the fault is");
    stage.set_fault(Some(Wrong::Down));
    let report = stage.deliver(CustomerUpdated, &customer(&json!({}))).await;
    assert_eq!(report.retry_after_s, None);
}

#[tokio::test]
async fn what_is_refused_says_why() {
    let stage = Stage::with(Platform::ActiveCampaign, &[("newsletter_list", "77")]).await;
    let report = stage
        .deliver(EventKind::NewsletterSubscribed, &customer(&json!({})))
        .await;
    let Delivery::Failed {
        fault: Fault::Refused { code, message },
        ..
    } = &report.delivery
    else {
        panic!("{report:#?}");
    };
    assert_eq!(*code, 422);
    assert!(message.contains("list"), "{message}");
}
