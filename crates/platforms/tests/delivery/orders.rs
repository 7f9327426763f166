//! Orders on `ActiveCampaign`.

use domain::EventKind::OrderPlaced;
use domain::{Platform, SkipReason};
use platforms::Delivery;
use sandbox::{Fault, Kind};
use serde_json::json;

use crate::samples::{anna, order};
use crate::stage::{Stage, Trip, assert_done, assert_skipped, parcel};

/// Of a customer that nobody knows: contact, tag, connection, customer, order.
pub(crate) const WHOLE: [&str; 9] = [
    "GET /contacts",
    "POST /contact/sync",
    "GET /tags",
    "POST /contactTags",
    "GET /connections",
    "POST /connections",
    "GET /ecomCustomers",
    "POST /ecomCustomers",
    "POST /ecomOrders",
];

#[tokio::test]
async fn a_new_customers_order_makes_what_it_needs_and_comes_last() {
    let stage = Stage::activecampaign().await;
    let report = stage.deliver(OrderPlaced, &order(&json!({}))).await;
    assert_done(&report);
    assert_eq!(stage.requests(), WHOLE);
    assert_eq!(
        stage.last_body("/contact/sync"),
        json!({ "contact": {
            "email": "Anna@example.com", "firstName": "Anna", "lastName": "Verdi", "phone": "+39 333 1234567",
        } })
    );
    assert_eq!(
        stage.last_body("/connections"),
        json!({ "connection": {
            "service": "raccordo", "externalid": "bottega.example", "name": "Bottega",
            "logoUrl": "https://bottega.example/favicon.ico", "linkUrl": "https://bottega.example",
        } })
    );
    assert_eq!(
        stage.last_body("/ecomCustomers"),
        json!({ "ecomCustomer": {
            "connectionid": "2", "externalid": "501", "email": "Anna@example.com", "acceptsMarketing": "0",
        } })
    );
    assert_eq!(
        stage.last_body("/ecomOrders"),
        json!({ "ecomOrder": {
            "externalid": "10421", "orderNumber": "2026/10421", "source": "1", "email": "Anna@example.com",
            "connectionid": "2", "customerid": "1", "currency": "EUR", "totalPrice": 6_090,
            "shippingAmount": 600, "taxAmount": 1_098, "discountAmount": 100,
            "externalCreatedDate": "2026-09-21T13:33:20Z", "orderUrl": "https://bottega.example/ordini/10421",
            "shippingMethod": "Corriere",
            "orderProducts": [
                { "externalid": "A-1", "name": "Caffettiera", "price": 2_495, "quantity": 2, "sku": "CAF-1",
                  "category": "Cucina", "productUrl": "https://bottega.example/a-1",
                  "imageUrl": "https://bottega.example/a-1.jpg" },
                { "externalid": "A-2", "name": "Tazzina", "price": 500, "quantity": 1 },
            ],
        } })
    );
    let tagged = "anna@example.com/Passweb Integration – customer";
    assert_eq!(stage.count(Kind::ContactTag, tagged).created, 1);
    assert!(stage.counts(Kind::Subscription).is_empty(), "it joins no list");
    let Delivery::Done(facts) = &report.delivery else {
        panic!("it is done");
    };
    assert_eq!(facts[0].value, "1", "the platform's own id is told");
    assert_eq!(report.exchanges.len(), 9);
    assert!(report.exchanges[8].sent.contains("10421"));
}

#[tokio::test]
async fn a_customer_who_is_remembered_costs_one_call() {
    let stage = Stage::activecampaign().await;
    assert_done(&stage.deliver(OrderPlaced, &order(&json!({}))).await);
    let mark = stage.mark();
    let next = order(&json!({ "id": "10422", "cart_id": null }));
    assert_done(&stage.deliver(OrderPlaced, &next).await);
    assert_eq!(stage.requests_since(mark), ["POST /ecomOrders"]);
    assert_eq!(stage.counts(Kind::Order).len(), 2);
}

#[tokio::test]
async fn a_contact_that_is_there_is_neither_changed_nor_tagged() {
    let stage = Stage::activecampaign().await;
    let customer = crate::samples::customer(&json!({}));
    assert_done(&stage.deliver(domain::EventKind::CustomerUpdated, &customer).await);
    let mark = stage.mark();
    assert_done(&stage.deliver(OrderPlaced, &order(&json!({}))).await);
    let requests = stage.requests_since(mark);
    assert_eq!(requests[0], "GET /contacts");
    assert!(!requests.iter().any(|request| request.contains("/contact/sync")));
    assert!(stage.counts(Kind::ContactTag).is_empty());
}

#[tokio::test]
async fn the_rules_come_before_any_call() {
    let mut stage = Stage::with(Platform::ActiveCampaign, &[("orders_enabled", "false")]).await;
    let report = stage.deliver(OrderPlaced, &order(&json!({}))).await;
    assert_skipped(&report, SkipReason::OrdersOff);
    stage.set(&[]);
    let nobody = order(&json!({ "customer": anna(&json!({ "email": null })) }));
    assert_skipped(&stage.deliver(OrderPlaced, &nobody).await, SkipReason::NoEmail);
    let changed = stage
        .deliver(domain::EventKind::OrderStateChanged, &order(&json!({})))
        .await;
    assert_skipped(&changed, SkipReason::NotUsed);
    assert!(stage.requests().is_empty());
}

#[tokio::test]
async fn an_order_is_sent_once_whatever_the_number_of_its_events() {
    let stage = Stage::activecampaign().await;
    assert_done(&stage.deliver(OrderPlaced, &order(&json!({}))).await);
    let again = stage.deliver(OrderPlaced, &order(&json!({}))).await;
    assert_skipped(&again, SkipReason::AlreadySent);
    let in_doubt = stage.deliver_again(OrderPlaced, &order(&json!({}))).await;
    assert_done(&in_doubt);
    assert!(in_doubt.exchanges.is_empty(), "the memory knows");
    assert_eq!(stage.count(Kind::Order, "10421").created, 1);
}

#[tokio::test]
async fn a_guest_goes_by_his_address() {
    let stage = Stage::activecampaign().await;
    let guest = order(&json!({ "customer": anna(&json!({ "id": null, "newsletter": false })) }));
    assert_done(&stage.deliver(OrderPlaced, &guest).await);
    let body = stage.last_body("/ecomCustomers");
    assert_eq!(body["ecomCustomer"]["externalid"], "anna@example.com");
    assert_eq!(body["ecomCustomer"]["acceptsMarketing"], "0");
}

#[tokio::test]
async fn a_customer_with_another_address_gets_it_there_too() {
    let stage = Stage::activecampaign().await;
    assert_done(&stage.deliver(OrderPlaced, &order(&json!({}))).await);
    let moved = anna(&json!({ "email": "anna@example.org" }));
    let next = order(&json!({ "id": "10422", "cart_id": null, "customer": moved }));
    assert_done(&stage.deliver(OrderPlaced, &next).await);
    let count = stage.count(Kind::Customer, "501");
    assert_eq!((count.created, count.updated), (1, 1));
    assert_eq!(
        stage.last_body("/ecomCustomers/1"),
        json!({ "ecomCustomer": { "email": "anna@example.org" } })
    );
}

#[tokio::test]
async fn a_guest_who_registers_stays_the_customer_that_he_is() {
    let stage = Stage::activecampaign().await;
    let guest = order(&json!({ "customer": anna(&json!({ "id": null })) }));
    assert_done(&stage.deliver(OrderPlaced, &guest).await);
    let registered = order(&json!({ "id": "10422", "cart_id": null }));
    assert_done(&stage.deliver(OrderPlaced, &registered).await);
    assert_eq!(
        stage.last_body("/ecomCustomers/1"),
        json!({ "ecomCustomer": { "externalid": "501" } })
    );
    assert_eq!(stage.last_body("/ecomOrders")["ecomOrder"]["customerid"], "1");
}

#[tokio::test]
async fn an_address_that_another_customer_has_already_makes_him_that_one() {
    let stage = Stage::activecampaign().await;
    let guest = anna(&json!({ "id": null, "email": "anna@example.org" }));
    for (id, customer) in [
        ("10421", anna(&json!({}))),
        ("10422", guest),
        ("10423", anna(&json!({ "email": "anna@example.org" }))),
    ] {
        let next = order(&json!({ "id": id, "cart_id": null, "customer": customer }));
        assert_done(&stage.deliver(OrderPlaced, &next).await);
    }
    assert_eq!(stage.last_body("/ecomOrders")["ecomOrder"]["customerid"], "2");
    assert_eq!(stage.count(Kind::Order, "10423").created, 1);
}

#[tokio::test]
async fn amounts_are_in_hundredths_whatever_the_currency() {
    let stage = Stage::activecampaign().await;
    let yen = order(&json!({ "currency": "JPY", "total_minor": 6_090 }));
    assert_done(&stage.deliver(OrderPlaced, &yen).await);
    assert_eq!(stage.last_body("/ecomOrders")["ecomOrder"]["totalPrice"], 609_000);
}

#[tokio::test]
async fn what_is_gone_over_there_is_made_again() {
    let stage = Stage::activecampaign().await;
    assert_done(&stage.deliver(OrderPlaced, &order(&json!({}))).await);
    stage.memory.spoil("connection bottega.example", "999");
    let next = order(&json!({ "id": "10422", "cart_id": null }));
    assert_done(&stage.deliver(OrderPlaced, &next).await);
    assert_eq!(stage.count(Kind::Order, "10422").created, 1);
    stage.memory.spoil("tag Passweb Integration – customer", "999");
    let bruno = anna(&json!({ "id": "502", "email": "bruno@example.com" }));
    let next = order(&json!({ "id": "10423", "cart_id": null, "customer": bruno }));
    assert_done(&stage.deliver(OrderPlaced, &next).await);
    let tagged = "bruno@example.com/Passweb Integration – customer";
    assert_eq!(stage.count(Kind::ContactTag, tagged).created, 1);
}

#[tokio::test]
async fn orders_side_by_side_make_one_connection() {
    let stage = Stage::activecampaign().await;
    let payload = |number: u32| {
        let id = number.to_string();
        let customer = anna(&json!({ "id": id, "email": format!("{id}@example.com") }));
        order(&json!({ "id": id, "cart_id": null, "customer": customer }))
    };
    let [a, b, c, d] = [1, 2, 3, 4].map(payload);
    let (a, b, c, d) = tokio::join!(
        stage.deliver(OrderPlaced, &a),
        stage.deliver(OrderPlaced, &b),
        stage.deliver(OrderPlaced, &c),
        stage.deliver(OrderPlaced, &d),
    );
    for report in [a, b, c, d] {
        assert_done(&report);
    }
    let connections = stage.counts(Kind::Connection);
    assert_eq!(connections["raccordo/bottega.example"].created, 1);
    assert_eq!(stage.sandbox.sink().totals().repeated, 0);
}

#[tokio::test]
async fn a_tag_that_somebody_makes_at_the_same_time_is_taken() {
    let stage = Stage::activecampaign().await;
    // The third call looks for the tag and does not find it.
    let (trip, payload) = (Trip::new(&stage, Fault::Empty, 3), order(&json!({})));
    assert_done(&stage.attempt(&parcel(OrderPlaced, &payload), &trip).await);
    assert_eq!(
        stage.requests()[2..6],
        ["GET /tags", "POST /tags", "GET /tags", "POST /contactTags"]
    );
}

#[tokio::test]
async fn another_remote_account_knows_nothing_of_the_former() {
    let mut stage = Stage::activecampaign().await;
    assert_done(&stage.deliver(OrderPlaced, &order(&json!({}))).await);
    stage.set(&[("api_url", "https://altro.activecampaign.sandbox.test")]);
    let mark = stage.mark();
    assert_done(&stage.deliver(OrderPlaced, &order(&json!({}))).await);
    assert_eq!(stage.requests_since(mark), WHOLE);
}
