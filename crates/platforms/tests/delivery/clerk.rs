//! Customers and orders on Clerk.io, and which account takes care of them.

use std::collections::BTreeSet;

use domain::EventKind::{
    CustomerDeleted, CustomerRegistered, CustomerUpdated, OrderPaymentConfirmed, OrderPlaced,
    OrderStateChanged, ProductDeleted, ProductUpdated,
};
use domain::{FaultClass, Platform, SkipReason};
use sandbox::{Fault, Kind};
use serde_json::{Value, json};

use crate::samples::{anna, customer, deleted, moka, order, product, removed};
use crate::stage::{Stage, Trip, assert_done, assert_skipped, class, parcel};

fn keyed(name: &str, objects: &Value) -> Value {
    json!({ "key": sandbox::CLERK_PUBLIC_KEY, "private_key": sandbox::CLERK_PRIVATE_KEY, name: objects })
}

#[tokio::test]
async fn a_customer_is_never_subscribed() {
    let stage = Stage::clerk().await;
    assert_done(&stage.deliver(CustomerRegistered, &customer(&json!({}))).await);
    assert_eq!(
        stage.last_body("/customers"),
        keyed(
            "customers",
            &json!([{ "id": "501", "email": "Anna@example.com", "name": "Anna Verdi", "subscribed": false,
                "is_b2b": false }])
        )
    );
    assert_done(
        &stage
            .deliver(CustomerUpdated, &customer(&json!({ "type": "company" })))
            .await,
    );
    assert_eq!(stage.requests(), ["POST /customers", "POST /customers"]);
}

#[tokio::test]
async fn with_another_address_a_customer_is_deleted_and_created_again() {
    let stage = Stage::clerk().await;
    assert_done(&stage.deliver(CustomerRegistered, &customer(&json!({}))).await);
    let mark = stage.mark();
    let moved = customer(&json!({ "email": "anna@example.org" }));
    assert_done(&stage.deliver(CustomerUpdated, &moved).await);
    assert_eq!(
        stage.requests_since(mark),
        ["DELETE /customers", "POST /customers"]
    );
    let count = stage.count(Kind::Customer, "501");
    assert_eq!((count.created, count.deleted), (2, 1));
    let kept: String = stage.memory.content().into_values().collect();
    assert!(
        !kept.contains("example"),
        "the address itself is not kept: {kept}"
    );
}

#[tokio::test]
async fn an_address_is_the_same_whatever_the_case_of_its_letters() {
    let stage = Stage::clerk().await;
    for email in ["anna@example.com", "Anna@Example.com"] {
        let anna = customer(&json!({ "email": email }));
        assert_done(&stage.deliver(CustomerUpdated, &anna).await);
    }
    assert_eq!(stage.requests(), ["POST /customers", "POST /customers"]);
}

#[tokio::test]
async fn what_is_kept_of_an_address_depends_on_the_key_and_on_the_customer() {
    let mut kept = BTreeSet::new();
    for (key, id) in [(1, "501"), (2, "501"), (1, "502"), (1, "501")] {
        let mut stage = Stage::clerk().await;
        stage.memory.key = key;
        let anna = customer(&json!({ "id": id }));
        assert_done(&stage.deliver(CustomerRegistered, &anna).await);
        kept.extend(stage.memory.content().into_values());
    }
    assert_eq!(kept.len(), 3, "{kept:?}");
    assert!(kept.iter().all(|mark| mark.len() == 12), "{kept:?}");
}

#[tokio::test]
async fn whoever_opts_out_is_not_sent_and_is_deleted_if_he_was() {
    let stage = Stage::with(Platform::Clerk, &[("optout_attribute", "no_tracking")]).await;
    let by_shop = customer(&json!({ "opted_out": true }));
    let by_attribute = customer(&json!({ "attributes": { "no_tracking": "si" } }));
    for refused in [&by_shop, &by_attribute] {
        let report = stage.deliver(CustomerUpdated, refused).await;
        assert_skipped(&report, SkipReason::OptedOut);
    }
    let willing = customer(&json!({ "attributes": { "no_tracking": " " } }));
    assert_done(&stage.deliver(CustomerUpdated, &willing).await);
    let mark = stage.mark();
    assert_done(&stage.deliver(CustomerUpdated, &by_shop).await);
    assert_eq!(stage.requests_since(mark), ["DELETE /customers"]);
    assert_skipped(
        &stage.deliver(CustomerUpdated, &by_shop).await,
        SkipReason::OptedOut,
    );
    let bought = order(&json!({ "customer": anna(&json!({ "opted_out": true })) }));
    assert_skipped(&stage.deliver(OrderPlaced, &bought).await, SkipReason::OptedOut);
}

#[tokio::test]
async fn whoever_opts_out_is_deleted_although_the_answer_that_he_is_there_was_lost() {
    let stage = Stage::clerk().await;
    let payload = customer(&json!({}));
    let trip = Trip::new(&stage, Fault::CloseAfter, 1);
    let lost = stage.attempt(&parcel(CustomerRegistered, &payload), &trip).await;
    assert_eq!(class(&lost), Some(FaultClass::Unknown));
    stage.set_fault(None);
    let refused = customer(&json!({ "opted_out": true }));
    assert_done(&stage.deliver(CustomerUpdated, &refused).await);
    assert_eq!(stage.requests(), ["POST /customers", "DELETE /customers"]);
    let count = stage.count(Kind::Customer, "501");
    assert_eq!((count.created, count.deleted), (1, 1));
}

#[tokio::test]
async fn in_doubt_whoever_opts_out_is_deleted_although_nothing_is_known_of_him() {
    let stage = Stage::clerk().await;
    let refused = customer(&json!({ "opted_out": true }));
    assert_done(&stage.deliver_again(CustomerUpdated, &refused).await);
    assert_eq!(stage.requests(), ["DELETE /customers"]);
}

#[tokio::test]
async fn what_happened_before_a_deletion_does_not_bring_the_customer_back() {
    let mut stage = Stage::clerk().await;
    let german = deleted(&json!({ "language": "de", "by": "shop" }));
    assert_done(&stage.deliver(CustomerRegistered, &customer(&json!({}))).await);
    assert_done(&stage.deliver_at(10, CustomerDeleted, &german).await);
    let late = [
        (CustomerRegistered, customer(&json!({}))),
        (CustomerUpdated, customer(&json!({ "opted_out": true }))),
        (OrderPlaced, order(&json!({}))),
        (
            OrderPaymentConfirmed,
            order(&json!({ "customer": anna(&json!({ "id": null })) })),
        ),
    ];
    for (kind, payload) in &late {
        for seconds in [5, 10] {
            let report = stage.deliver_at(seconds, *kind, payload).await;
            assert_skipped(&report, SkipReason::Superseded);
        }
    }
    assert_eq!(stage.count(Kind::Customer, "501").created, 1);
    for (kind, payload) in [&late[0], &late[2]] {
        assert_done(&stage.deliver_at(11, *kind, payload).await);
    }
    // An account that does not know him yet, and has nothing to delete, leaves out as much.
    stage = Stage::clerk().await;
    stage.shop.other_languages.insert("de".parse().unwrap());
    let report = stage.deliver_at(10, CustomerDeleted, &german).await;
    assert_skipped(&report, SkipReason::OtherLanguage);
    let report = stage.deliver(CustomerRegistered, &customer(&json!({}))).await;
    assert_skipped(&report, SkipReason::Superseded);
}

#[tokio::test]
async fn an_opt_out_reaches_the_account_that_knows_the_customer() {
    let mut stage = Stage::clerk().await;
    stage.shop.other_languages.insert("de".parse().unwrap());
    let german = customer(&json!({ "language": "de", "opted_out": true }));
    let unknown = stage.deliver(CustomerUpdated, &german).await;
    assert_skipped(&unknown, SkipReason::OtherLanguage);
    assert_done(&stage.deliver(CustomerRegistered, &customer(&json!({}))).await);
    let moved = customer(&json!({ "language": "de" }));
    assert_skipped(
        &stage.deliver(CustomerUpdated, &moved).await,
        SkipReason::OtherLanguage,
    );
    assert_done(&stage.deliver(CustomerUpdated, &german).await);
    assert_eq!(stage.count(Kind::Customer, "501").deleted, 1);
    let again = stage.deliver(CustomerUpdated, &german).await;
    assert_skipped(&again, SkipReason::OtherLanguage);
}

#[tokio::test]
async fn a_deletion_reaches_the_account_that_knows_the_customer() {
    let mut stage = Stage::clerk().await;
    assert_done(&stage.deliver(CustomerRegistered, &customer(&json!({}))).await);
    stage.shop.other_languages.insert("de".parse().unwrap());
    let german = deleted(&json!({ "language": "de", "by": "shop" }));
    assert_done(&stage.deliver(CustomerDeleted, &german).await);
    assert_eq!(stage.count(Kind::Customer, "501").deleted, 1);
    let report = stage.deliver(CustomerDeleted, &german).await;
    assert_skipped(&report, SkipReason::OtherLanguage);
}

#[tokio::test]
async fn an_order_is_sent_once_when_its_payment_is_confirmed() {
    let stage = Stage::clerk().await;
    let unpaid = order(&json!({ "payment_confirmed": false, "state": "payment_unconfirmed" }));
    assert_skipped(&stage.deliver(OrderPlaced, &unpaid).await, SkipReason::Unpaid);
    let paid = order(&json!({}));
    assert_done(&stage.deliver(OrderPaymentConfirmed, &paid).await);
    assert_eq!(stage.requests(), ["POST /orders"]);
    assert_eq!(
        stage.last_body("/orders"),
        keyed(
            "orders",
            &json!([{ "id": "10421", "customer": "501", "email": "Anna@example.com", "time": 1_789_997_600,
                "products": [
                    { "id": "A-1", "quantity": 2, "price": 24.95 },
                    { "id": "A-2", "quantity": 1, "price": 5.0 },
                ] }])
        )
    );
    for kind in [OrderStateChanged, OrderPlaced] {
        assert_skipped(&stage.deliver(kind, &paid).await, SkipReason::AlreadySent);
    }
    let in_doubt = stage.deliver_again(OrderStateChanged, &paid).await;
    assert_done(&in_doubt);
    assert!(in_doubt.exchanges.is_empty());
    let cancelled = order(&json!({ "id": "10422", "state": "cancelled" }));
    let report = stage.deliver(OrderStateChanged, &cancelled).await;
    assert_skipped(&report, SkipReason::NotUsed);
}

#[tokio::test]
async fn a_visitors_order_is_a_sale_and_the_products_follow() {
    let stage = Stage::clerk().await;
    let line = |id: &str, parts: &Value| {
        json!({ "product_id": id, "name": "Caffettiera", "price_minor": 2_495, "quantity": 1,
            "product": moka(parts) })
    };
    let sale = order(&json!({
        "visitor_id": "a1b2c3d4e5f6a7b8",
        "lines": [
            line("A-1", &json!({ "stock": 6 })),
            line("A-1", &json!({ "stock": 6 })),
            line("A-3", &json!({ "id": "A-3", "currency": "USD" })),
        ],
    }));
    assert_done(&stage.deliver(OrderPlaced, &sale).await);
    assert_eq!(stage.requests(), ["POST /log/sale", "POST /products"]);
    let body = stage.last_body("/log/sale");
    assert_eq!(body["key"], sandbox::CLERK_PUBLIC_KEY);
    assert!(body.get("private_key").is_none(), "the call needs none");
    assert_eq!(body["sale"], "10421");
    assert_eq!(body["visitor"], "a1b2c3d4e5f6a7b8");
    assert_eq!(body["customer"], "501");
    assert_eq!(
        body["products"][0],
        json!({ "id": "A-1", "quantity": 1, "price": 24.95 })
    );
    let products = stage.last_body("/products")["products"].clone();
    assert_eq!(
        products.as_array().unwrap().len(),
        1,
        "each once, and none in another currency"
    );
    assert_eq!(products[0]["stock"], 6);
}

#[tokio::test]
async fn a_late_order_does_not_set_its_products_back() {
    let stage = Stage::clerk().await;
    let line = |id: &str, stock: u32| {
        json!({ "product_id": id, "name": "Caffettiera", "price_minor": 2_495, "quantity": 1,
            "product": moka(&json!({ "id": id, "stock": stock })) })
    };
    let of_order = |id: &str| order(&json!({ "id": id, "lines": [line("A-1", 6), line("A-2", 3)] }));
    let newer = product(&json!({ "stock": 40 }));
    assert_done(&stage.deliver_at(10, ProductUpdated, &newer).await);
    assert_done(&stage.deliver(OrderPlaced, &of_order("1")).await);
    let sent = stage.last_body("/products")["products"].clone();
    assert_eq!(sent.as_array().unwrap().len(), 1, "{sent}");
    assert_eq!(sent[0]["id"], "A-2");
    // Neither does a product's own event set back what an order said.
    assert_done(&stage.deliver_at(20, OrderPlaced, &of_order("2")).await);
    let sent = stage.last_body("/products")["products"].clone();
    assert_eq!(sent.as_array().unwrap().len(), 2, "{sent}");
    assert_skipped(
        &stage.deliver_at(15, ProductUpdated, &newer).await,
        SkipReason::Superseded,
    );
    // What is gone stays so.
    assert_skipped(
        &stage.deliver_at(15, ProductDeleted, &removed("A-1")).await,
        SkipReason::Superseded,
    );
    assert_done(&stage.deliver_at(30, ProductDeleted, &removed("A-1")).await);
    assert_done(&stage.deliver_at(30, ProductDeleted, &removed("A-2")).await);
    let mark = stage.mark();
    assert_done(&stage.deliver_at(25, OrderPlaced, &of_order("3")).await);
    assert_eq!(stage.requests_since(mark), ["POST /orders"]);
    assert_done(&stage.deliver_at(31, ProductUpdated, &newer).await);
}

#[tokio::test]
async fn what_is_no_visitors_id_is_not_sent_as_one() {
    let stage = Stage::clerk().await;
    for (id, visitor) in [
        ("1", "not an id"),
        ("2", "a234567890123456789012345678901234567890"),
    ] {
        let payload = order(&json!({ "id": id, "visitor_id": visitor }));
        assert_done(&stage.deliver(OrderPlaced, &payload).await);
    }
    assert_eq!(stage.requests(), ["POST /orders", "POST /orders"]);
}

#[tokio::test]
async fn prices_of_another_currency_are_left_out() {
    let stage = Stage::clerk().await;
    assert_done(
        &stage
            .deliver(OrderPlaced, &order(&json!({ "currency": "USD" })))
            .await,
    );
    let body = stage.last_body("/orders");
    assert_eq!(
        body["orders"][0]["products"][1],
        json!({ "id": "A-2", "quantity": 1 })
    );
}

#[tokio::test]
async fn a_customer_belongs_to_the_account_of_his_language() {
    // Account's language, whether it is the default one, other accounts' languages, the customer's: whether it takes him.
    for (own, is_default, others, language, takes) in [
        ("it", "false", "", Some("it"), true),
        ("it", "false", "", Some("en"), false),
        ("it", "true", "", Some("en"), true),
        ("it", "true", "en", Some("en"), false),
        ("en", "false", "it", Some("en"), true),
        ("it", "false", "", None, true),
        ("en", "false", "it", None, false),
        ("en", "true", "", None, true),
        ("en", "false", "", Some("en-GB"), true),
        ("en", "false", "en-GB", Some("en-GB"), false),
        ("it", "true", "en", Some("en-GB"), false),
        ("it", "false", "", Some("de"), false),
    ] {
        let values = [("language", own), ("is_default_account", is_default)];
        let mut stage = Stage::with(Platform::Clerk, &values).await;
        stage.shop.other_languages = others
            .split_whitespace()
            .map(|tag| tag.parse().unwrap())
            .collect();
        let anna = anna(&json!({ "language": language }));
        let told = format!("{own} {is_default} [{others}] {language:?}");
        let bought = stage
            .deliver(OrderPlaced, &order(&json!({ "customer": anna })))
            .await;
        let changed = stage
            .deliver(CustomerUpdated, &customer(&json!({ "language": language })))
            .await;
        for report in [bought, changed] {
            if takes {
                assert_eq!(report.exchanges.len(), 1, "{told}");
            } else {
                assert_skipped(&report, SkipReason::OtherLanguage);
            }
        }
    }
}

#[tokio::test]
async fn a_refusal_with_a_good_status_is_one() {
    let mut stage = Stage::clerk().await;
    let mut secrets = platforms::Secrets::new();
    secrets.insert(
        "private_key",
        domain::SecretValue::new("wrong-wrong-wrong".into()),
    );
    stage.secrets = secrets;
    let report = stage.deliver(CustomerUpdated, &customer(&json!({}))).await;
    assert_eq!(report.exchanges[0].status, Some(200));
    assert_eq!(class(&report), Some(FaultClass::Credentials));
    assert_eq!(
        stage.memory.keys(),
        ["email 501"],
        "it is remembered before the call"
    );
}
