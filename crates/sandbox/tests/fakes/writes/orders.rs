//! `ActiveCampaign`'s orders and abandoned carts.

use domain::Timestamp;
use reqwest::Method;
use sandbox::Sandbox;
use serde_json::{Value, json};

use super::activecampaign::{post, problems, write};
use crate::client::{Caller, answer, start};

/// A sandbox with a customer.
async fn shop() -> (Sandbox, Caller) {
    let (sandbox, caller) = start().await;
    let customer = json!({ "connectionid": "1", "externalid": "C1", "email": "ada@example.com" });
    post(&caller, "ecomCustomers", json!({ "ecomCustomer": customer })).await;
    (sandbox, caller)
}

/// The vendor's example (<https://developers.activecampaign.com/reference/create-order>) with other values in it.
fn order(values: Value) -> Value {
    let mut order = json!({
        "externalid": "3246315233",
        "source": "1",
        "email": "ada@example.com",
        "orderProducts": [
            { "externalid": "PROD12345", "name": "Pogo Stick", "price": 4900, "quantity": 1, "category": "Toys" },
            { "externalid": "PROD23456", "name": "Skateboard", "price": 3000, "quantity": 1, "sku": "SK8BOARD145" },
        ],
        "orderDiscounts": [{ "name": "1OFF", "type": "order", "discountAmount": 100 }],
        "orderUrl": "https://example.com/orders/3246315233",
        "externalCreatedDate": "2016-09-13T17:41:39-04:00",
        "externalUpdatedDate": "2016-09-14T17:41:39-04:00",
        "shippingMethod": "UPS Ground",
        "totalPrice": 9111,
        "shippingAmount": 200,
        "taxAmount": 500,
        "discountAmount": 100,
        "currency": "USD",
        "orderNumber": "myorder-123",
        "connectionid": "1",
        "customerid": "1",
    });
    if let Value::Object(values) = values {
        for (name, value) in values {
            order[name] = value;
        }
    }
    json!({ "ecomOrder": order })
}

fn cart(values: Value) -> Value {
    let mut cart = order(json!({
        "externalid": null,
        "externalcheckoutid": "CART1",
        "abandonedDate": "2016-09-13T18:11:39-04:00",
    }));
    if let Value::Object(values) = values {
        for (name, value) in values {
            cart["ecomOrder"][name] = value;
        }
    }
    cart
}

#[tokio::test]
async fn an_order_is_created_changed_and_found() {
    let (_sandbox, caller) = shop().await;
    let (status, made) = post(&caller, "ecomOrders", order(json!({}))).await;
    assert_eq!((status, &made["ecomOrder"]["id"]), (201, &json!("1")));
    assert_eq!(made["ecomOrder"]["state"], 1);
    assert_eq!(made["ecomOrder"]["totalProducts"], 2);
    assert_eq!(made["connections"][0]["id"], "1");
    let change = json!({ "ecomOrder": { "totalPrice": 8000 } });
    let (status, changed) = write(&caller, Method::PUT, "ecomOrders/1", change).await;
    assert_eq!((status, &changed["ecomOrder"]["totalPrice"]), (200, &json!(8000)));
    assert_eq!(
        changed["ecomOrder"]["externalid"], "3246315233",
        "what is not said stays"
    );
    for (filters, total) in [
        ("filters[connectionid]=1&filters[externalid]=3246315233", "1"),
        ("filters[email]=ADA@example.com&filters[state]=1", "1"),
        ("filters[externalid]=3246315233&filters[state]=2", "0"),
        ("filters[externalcheckoutid]=3246315233", "0"),
    ] {
        let (_, found) = answer(caller.activecampaign(&format!("ecomOrders?{filters}"))).await;
        assert_eq!(found["meta"]["total"], total, "{filters}");
    }
    let nothing = write(&caller, Method::PUT, "ecomOrders/9", order(json!({}))).await;
    assert_eq!(nothing.0, 404);
}

#[tokio::test]
async fn a_cart_is_abandoned_and_recovered() {
    let (_sandbox, caller) = shop().await;
    let (status, made) = post(&caller, "ecomOrders", cart(json!({}))).await;
    assert_eq!((status, &made["ecomOrder"]["state"]), (201, &json!(2)));
    assert_eq!(made["ecomOrder"]["externalid"], Value::Null);
    let (_, found) = answer(caller.activecampaign("ecomOrders?filters[externalcheckoutid]=CART1")).await;
    assert_eq!(found["ecomOrders"][0]["id"], "1");
    let ordered = json!({ "ecomOrder": { "externalid": "1001" } });
    let (status, recovered) = write(&caller, Method::PUT, "ecomOrders/1", ordered).await;
    assert_eq!((status, &recovered["ecomOrder"]["state"]), (200, &json!(3)));
    for filter in ["externalid]=1001", "externalcheckoutid]=CART1"] {
        let (_, found) = answer(caller.activecampaign(&format!("ecomOrders?filters[{filter}"))).await;
        assert_eq!(found["ecomOrders"][0]["id"], "1", "{filter}");
    }
}

#[tokio::test]
async fn an_order_has_what_the_reference_requires() {
    let (_sandbox, caller) = shop().await;
    let bare = post(&caller, "ecomOrders", json!({ "ecomOrder": {} })).await;
    let missing = [
        "externalid",
        "source",
        "email",
        "totalPrice",
        "currency",
        "connectionid",
        "customerid",
        "externalCreatedDate",
    ];
    assert_eq!(
        problems(&bare),
        missing.map(|name| format!("field_missing {name}"))
    );
    for (values, problem) in [
        (json!({ "source": 2 }), "field_invalid source"),
        (json!({ "totalPrice": -1 }), "field_invalid totalPrice"),
        (json!({ "totalPrice": 12.5 }), "field_missing totalPrice"),
        (json!({ "connectionid": 9 }), "related_missing connectionid"),
        (json!({ "customerid": 9 }), "related_missing customerid"),
        (
            json!({ "externalCreatedDate": "yesterday" }),
            "field_invalid externalCreatedDate",
        ),
        (
            json!({ "orderProducts": [{ "name": "No price" }] }),
            "field_invalid orderProducts",
        ),
        (json!({ "orderProducts": {} }), "field_invalid orderProducts"),
        (
            json!({ "externalcheckoutid": "CART1" }),
            "field_missing abandonedDate",
        ),
    ] {
        let refused = post(&caller, "ecomOrders", order(values)).await;
        assert_eq!(problems(&refused), [problem]);
    }
    let (_, none) = answer(caller.activecampaign("ecomOrders")).await;
    assert_eq!(none["meta"]["total"], "0", "what is refused is not kept");
}

#[tokio::test]
async fn a_cart_is_abandoned_in_the_past_only() {
    let (sandbox, caller) = shop().await;
    let future = json!({ "abandonedDate": "2999-01-01T00:00:00Z" });
    let refused = post(&caller, "ecomOrders", cart(future)).await;
    assert_eq!(problems(&refused), ["field_invalid abandonedDate"]);
    sandbox.set_now(Some(Timestamp::from_ms(0)));
    let refused = post(&caller, "ecomOrders", cart(json!({}))).await;
    assert_eq!(problems(&refused), ["field_invalid abandonedDate"]);
    sandbox.set_now(None);
    assert_eq!(post(&caller, "ecomOrders", cart(json!({}))).await.0, 201);
}

#[tokio::test]
async fn nothing_keeps_an_order_from_being_there_twice() {
    let (_sandbox, caller) = shop().await;
    for id in ["1", "2"] {
        let (status, made) = post(&caller, "ecomOrders", order(json!({}))).await;
        assert_eq!((status, &made["ecomOrder"]["id"]), (201, &json!(id)));
    }
}
