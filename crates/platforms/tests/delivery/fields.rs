//! What goes into `ActiveCampaign`'s own fields of contacts, and the tag of new ones.

use domain::EventKind::{CustomerUpdated, NewsletterSubscribed, NewsletterUnsubscribed, OrderPlaced};
use domain::{Platform, Settings};
use platforms::Plan;
use sandbox::{Fault, Kind};
use serde_json::{Value, json};

use crate::samples::{anna, customer, order};
use crate::stage::{Stage, Trip, assert_done, parcel};

const MAP: &str = "1 = attribute:partita_iva\n2 = first_name\n3 = last_name\n4 = phone\n5 = language\n6 = country\n7 = type";

async fn mapped() -> Stage {
    Stage::with(Platform::ActiveCampaign, &[("field_map", MAP)]).await
}

/// A customer of whom everything is known.
fn known(parts: &Value) -> Value {
    let mut whole = anna(&json!({
        "country": "IT",
        "type": "company",
        "attributes": { "partita_iva": "01234567890", "taglia": "M" },
    }));
    for (name, part) in parts.as_object().unwrap() {
        whole[name] = part.clone();
    }
    whole
}

fn everything() -> Value {
    json!([
        { "field": "1", "value": "01234567890" },
        { "field": "2", "value": "Anna" },
        { "field": "3", "value": "Verdi" },
        { "field": "4", "value": "+39 333 1234567" },
        { "field": "5", "value": "it" },
        { "field": "6", "value": "IT" },
        { "field": "7", "value": "company" },
    ])
}

/// The fields of the last contact that was sent.
fn sent(stage: &Stage) -> Value {
    stage.last_body("/contact/sync")["contact"]["fieldValues"].take()
}

#[tokio::test]
async fn a_consent_a_profile_and_an_order_carry_the_mapped_fields() {
    for kind in [NewsletterSubscribed, CustomerUpdated] {
        let stage = mapped().await;
        assert_done(&stage.deliver(kind, &customer(&known(&json!({})))).await);
        assert_eq!(sent(&stage), everything(), "{kind:?}");
        let body = stage.last_body("/contact/sync");
        assert_eq!(body["contact"]["firstName"], "Anna");
        assert_eq!(body["contact"]["phone"], "+39 333 1234567");
    }
    let stage = mapped().await;
    let order = order(&json!({ "customer": known(&json!({})) }));
    assert_done(&stage.deliver(OrderPlaced, &order).await);
    assert_eq!(sent(&stage), everything());
}

#[tokio::test]
async fn the_platform_keeps_what_it_was_sent() {
    let stage = mapped().await;
    let report = stage
        .deliver(NewsletterSubscribed, &customer(&known(&json!({}))))
        .await;
    assert_done(&report);
    let answer: Value = serde_json::from_str(&report.exchanges[0].body).unwrap();
    let kept: Vec<(&str, &str)> = answer["fieldValues"]
        .as_array()
        .unwrap()
        .iter()
        .map(|value| (value["field"].as_str().unwrap(), value["value"].as_str().unwrap()))
        .collect();
    assert_eq!(kept.len(), 7);
    assert_eq!(kept[0], ("1", "01234567890"));
    assert_eq!(kept[6], ("7", "company"));
}

#[tokio::test]
async fn what_is_not_known_of_a_customer_is_left_as_it_is() {
    let stage = mapped().await;
    let little = json!({
        "first_name": null, "last_name": null, "phone": null, "language": null, "attributes": { "taglia": "M" },
    });
    assert_done(&stage.deliver(CustomerUpdated, &customer(&little)).await);
    assert_eq!(sent(&stage), json!([{ "field": "7", "value": "private" }]));
    let emptied = known(&json!({ "attributes": { "partita_iva": "" } }));
    assert_done(&stage.deliver(CustomerUpdated, &customer(&emptied)).await);
    assert_eq!(sent(&stage)[0], json!({ "field": "1", "value": "" }));
    // Names of attributes are the shop's own, letter by letter.
    let other = known(&json!({ "attributes": { "Partita_IVA": "1" } }));
    assert_done(&stage.deliver(CustomerUpdated, &customer(&other)).await);
    assert_eq!(sent(&stage)[0]["field"], "2");
}

#[tokio::test]
async fn without_a_map_or_a_known_source_no_fields_are_sent() {
    let stage = Stage::activecampaign().await;
    let payload = customer(&known(&json!({})));
    assert_done(&stage.deliver(CustomerUpdated, &payload).await);
    assert_eq!(sent(&stage), Value::Null);
    let stage = Stage::with(Platform::ActiveCampaign, &[("field_map", "1 = attribute:altro")]).await;
    assert_done(&stage.deliver(CustomerUpdated, &payload).await);
    let contact = stage.last_body("/contact/sync")["contact"].take();
    assert!(contact.get("fieldValues").is_none(), "{contact}");
}

#[tokio::test]
async fn a_withdrawal_changes_no_field() {
    let stage = mapped().await;
    let payload = customer(&known(&json!({})));
    assert_done(&stage.deliver(NewsletterSubscribed, &payload).await);
    let mark = stage.mark();
    assert_done(&stage.deliver(NewsletterUnsubscribed, &payload).await);
    assert_eq!(
        stage.requests_since(mark),
        ["GET /contacts", "POST /contactLists"]
    );
}

#[tokio::test]
async fn the_plan_shows_the_mapped_fields() {
    let stage = mapped().await;
    let payload = customer(&known(&json!({})));
    let Plan::Calls(calls) = stage.explain(NewsletterSubscribed, &payload).await else {
        panic!("there is something to send");
    };
    let body: Value = serde_json::from_str(&calls[0].body).unwrap();
    assert_eq!(body["contact"]["fieldValues"], everything());
    assert_done(&stage.deliver(NewsletterSubscribed, &payload).await);
    assert_eq!(stage.last_body("/contact/sync"), body);
}

#[tokio::test]
async fn a_new_contact_gets_the_tag_that_the_account_names() {
    let stage = Stage::with(
        Platform::ActiveCampaign,
        &[("new_customer_tag", "Dal negozio & dal sito")],
    )
    .await;
    let Plan::Calls(calls) = stage.explain(OrderPlaced, &order(&json!({}))).await else {
        panic!("there is something to send");
    };
    assert!(
        calls
            .iter()
            .any(|call| call.body.contains("Dal negozio & dal sito"))
    );
    assert_done(&stage.deliver(OrderPlaced, &order(&json!({}))).await);
    assert_eq!(
        stage.last_body("/tags"),
        json!({ "tag": { "tag": "Dal negozio & dal sito", "tagType": "contact", "description": "" } })
    );
    let tagged: Vec<_> = stage.counts(Kind::ContactTag).into_keys().collect();
    assert_eq!(tagged, ["anna@example.com/Dal negozio & dal sito"]);
    let next = json!({ "id": "10422", "cart_id": null,
        "customer": anna(&json!({ "id": "502", "email": "bruno@example.com" })) });
    let mark = stage.mark();
    assert_done(&stage.deliver(OrderPlaced, &order(&next)).await);
    assert!(
        !stage.requests_since(mark).contains(&"GET /tags".to_owned()),
        "the tag is remembered"
    );
}

#[tokio::test]
async fn another_tag_is_another_one() {
    let mut stage = Stage::activecampaign().await;
    assert_done(&stage.deliver(OrderPlaced, &order(&json!({}))).await);
    stage.set(&[("new_customer_tag", "fiera-2026")]);
    let next = json!({ "id": "10422", "cart_id": null,
        "customer": anna(&json!({ "id": "502", "email": "bruno@example.com" })) });
    assert_done(&stage.deliver(OrderPlaced, &order(&next)).await);
    let tagged: Vec<_> = stage.counts(Kind::ContactTag).into_keys().collect();
    assert_eq!(
        tagged,
        [
            "anna@example.com/Passweb Integration – customer",
            "bruno@example.com/fiera-2026",
        ]
    );
}

#[tokio::test]
async fn an_account_without_a_tag_sets_none() {
    let mut stage = Stage::activecampaign().await;
    // An attempt that ended before the tag was set.
    let payload = order(&json!({}));
    let trip = Trip::new(&stage, Fault::Down, 3);
    let report = stage.attempt(&parcel(OrderPlaced, &payload), &trip).await;
    assert!(report.delivery.class().is_some());
    stage.set_fault(None);
    if let Settings::ActiveCampaign(settings) = &mut stage.settings {
        settings.new_customer_tag = None;
    }
    assert_done(&stage.deliver_again(OrderPlaced, &payload).await);
    let next = order(&json!({ "id": "10422", "cart_id": null,
        "customer": anna(&json!({ "id": "502", "email": "bruno@example.com" })) }));
    let mark = stage.mark();
    assert_done(&stage.deliver(OrderPlaced, &next).await);
    assert_eq!(
        stage.requests_since(mark),
        [
            "GET /contacts",
            "POST /contact/sync",
            "GET /ecomCustomers",
            "POST /ecomCustomers",
            "POST /ecomOrders"
        ]
    );
    assert!(stage.counts(Kind::ContactTag).is_empty());
    let keys = stage.memory.keys();
    assert!(!keys.iter().any(|key| key.starts_with("untagged")), "{keys:?}");
}
