//! The counts of what was written, under every fault.

use domain::Platform;
use reqwest::{Client, Method, RequestBuilder};
use sandbox::{ACTIVECAMPAIGN_HOST, CLERK_HOST, Count, Fault, Kind, Sandbox, Totals};
use serde_json::{Value, json};

use crate::client::{Caller, OTHER_HOST, answer, start};

fn sync(caller: &Caller) -> RequestBuilder {
    let body = json!({ "contact": { "email": "ada@example.com" } });
    caller.write(Method::POST, "contact/sync", &body)
}

fn clerk(caller: &Caller) -> RequestBuilder {
    caller.clerk_post("customers", &json!({ "customers": [{ "id": "C1" }] }))
}

fn order(caller: &Caller) -> RequestBuilder {
    let order = json!({
        "externalid": "1001",
        "source": 1,
        "email": "ada@example.com",
        "totalPrice": 4900,
        "currency": "EUR",
        "connectionid": 1,
        "customerid": 1,
        "externalCreatedDate": "2026-01-02T09:00:00+01:00",
        "orderProducts": [],
    });
    caller.write(Method::POST, "ecomOrders", &json!({ "ecomOrder": order }))
}

fn customer(caller: &Caller) -> RequestBuilder {
    let customer = json!({ "connectionid": 1, "externalid": "C1", "email": "ada@example.com" });
    caller.write(
        Method::POST,
        "ecomCustomers",
        &json!({ "ecomCustomer": customer }),
    )
}

const fn times(created: u32, updated: u32) -> Count {
    Count {
        created,
        updated,
        deleted: 0,
    }
}

fn contact(sandbox: &Sandbox) -> Count {
    sandbox
        .sink()
        .count(ACTIVECAMPAIGN_HOST, Kind::Contact, "ada@example.com")
}

fn at_clerk(sandbox: &Sandbox) -> Count {
    sandbox.sink().count(CLERK_HOST, Kind::Customer, "C1")
}

#[tokio::test]
async fn a_write_counts_once_if_it_was_carried_out_whatever_its_answer() {
    for fault in Fault::ALL {
        let carried_out = match fault {
            Fault::WrongKey
            | Fault::RateLimited
            | Fault::RateLimitedUntil
            | Fault::RateLimitedSilent
            | Fault::Down
            | Fault::InternalError
            | Fault::CloseBefore
            | Fault::Redirect => times(0, 0),
            Fault::DuplicateDelivery => times(1, 1),
            Fault::MissingPermission
            | Fault::RateLimitEnforced
            | Fault::CloseAfter
            | Fault::Malformed
            | Fault::Oversized
            | Fault::Empty => times(1, 0),
            // It takes its time.
            Fault::Slow => continue,
        };
        let (sandbox, caller) = start().await;
        for platform in [Platform::ActiveCampaign, Platform::Clerk] {
            sandbox.set_fault(platform, Some(fault));
        }
        let _ = sync(&caller).send().await;
        let _ = clerk(&caller).send().await;
        assert_eq!(contact(&sandbox), carried_out, "{fault}");
        let may_write = fault != Fault::MissingPermission;
        let at = if may_write { carried_out } else { times(0, 0) };
        assert_eq!(at_clerk(&sandbox), at, "{fault}");
        for platform in [Platform::ActiveCampaign, Platform::Clerk] {
            sandbox.set_fault(platform, None);
        }
        let known = carried_out.created > 0;
        let status = answer(sync(&caller)).await.0;
        assert_eq!(status, if known { 200 } else { 201 }, "{fault}");
    }
}

#[tokio::test]
async fn what_is_without_a_key_of_its_own_may_be_there_twice() {
    let (sandbox, caller) = start().await;
    sandbox.set_fault(Platform::ActiveCampaign, Some(Fault::DuplicateDelivery));
    assert_eq!(answer(customer(&caller)).await.0, 201);
    let (status, made) = answer(order(&caller)).await;
    assert_eq!((status, &made["ecomOrder"]["id"]), (201, &json!("1")));
    let sink = sandbox.sink();
    let count = |kind, id| sink.count(ACTIVECAMPAIGN_HOST, kind, id);
    assert_eq!(count(Kind::Order, "1001"), times(2, 0));
    assert_eq!(
        count(Kind::Customer, "C1"),
        times(1, 0),
        "the second one is refused"
    );
    let totals = Totals {
        writes: 3,
        things: 2,
        repeated: 1,
    };
    assert_eq!(sink.totals(), totals);
}

#[tokio::test]
async fn each_kind_of_thing_has_a_name_of_its_own() {
    let (sandbox, caller) = start().await;
    answer(sync(&caller)).await;
    answer(customer(&caller)).await;
    let cart = json!({ "ecomOrder": {
        "externalcheckoutid": "CART1",
        "source": 1,
        "email": "ada@example.com",
        "totalPrice": 4900,
        "currency": "EUR",
        "connectionid": 1,
        "customerid": 1,
        "externalCreatedDate": "2026-01-02T09:00:00+01:00",
        "abandonedDate": "2026-01-02T09:30:00+01:00",
    } });
    for (method, path, body) in [
        (
            Method::POST,
            "contactLists",
            json!({ "contactList": { "list": 2, "contact": 1, "status": 1 } }),
        ),
        (
            Method::POST,
            "tags",
            json!({ "tag": { "tag": "fedele", "tagType": "contact" } }),
        ),
        (
            Method::POST,
            "contactTags",
            json!({ "contactTag": { "contact": 1, "tag": 5 } }),
        ),
        (Method::DELETE, "contactTags/1", json!({})),
        (Method::POST, "ecomOrders", cart),
        (
            Method::PUT,
            "ecomOrders/1",
            json!({ "ecomOrder": { "externalid": "1001" } }),
        ),
        (
            Method::PUT,
            "ecomOrders/1",
            json!({ "ecomOrder": { "totalPrice": 4000 } }),
        ),
        (Method::DELETE, "contacts/1", json!({})),
    ] {
        let status = answer(caller.write(method, path, &body)).await.0;
        assert!(matches!(status, 200 | 201), "{path} {status}");
    }
    let shown = answer(control(&sandbox, Method::GET, "/sink.json")).await.1;
    let count = |created: u32, updated: u32, deleted: u32| json!({ "created": created, "updated": updated, "deleted": deleted });
    assert_eq!(
        shown["hosts"][ACTIVECAMPAIGN_HOST],
        json!({
            "contact": { "ada@example.com": count(1, 0, 1) },
            "subscription": { "ada@example.com/2": count(1, 0, 0) },
            "tag": { "fedele": count(1, 0, 0) },
            "contact_tag": { "ada@example.com/fedele": count(1, 0, 1) },
            "customer": { "C1": count(1, 0, 0) },
            "cart": { "CART1": count(1, 0, 1) },
            "order": { "1001": count(1, 1, 0) },
        })
    );
}

fn control(sandbox: &Sandbox, method: Method, path: &str) -> RequestBuilder {
    let client = Client::builder().no_proxy().build().unwrap();
    let addr = sandbox.control_addr().unwrap();
    client.request(method, format!("http://{addr}{path}"))
}

#[tokio::test]
async fn the_counts_are_read_and_forgotten_at_the_control_side() {
    let (sandbox, caller) = start().await;
    answer(sync(&caller)).await;
    let other = caller
        .send(Method::POST, OTHER_HOST, "/api/3/contact/sync")
        .header("Api-Token", sandbox::ACTIVECAMPAIGN_KEY)
        .json(&json!({ "contact": { "email": "ada@example.com" } }));
    assert_eq!(answer(other).await.0, 201, "each account has its own contacts");
    let shown = answer(control(&sandbox, Method::GET, "/sink.json")).await.1;
    assert_eq!(
        (&shown["writes"], &shown["things"], &shown["repeated"]),
        (&json!(2), &json!(2), &json!(0))
    );
    assert_eq!(
        shown["hosts"][OTHER_HOST]["contact"]["ada@example.com"]["created"],
        1
    );
    let totals = answer(control(&sandbox, Method::GET, "/sink.json?totals"))
        .await
        .1;
    assert_eq!(totals, json!({ "writes": 2, "things": 2, "repeated": 0 }));
    let foreign = control(&sandbox, Method::DELETE, "/sink.json").header("Sec-Fetch-Site", "cross-site");
    assert_eq!(foreign.send().await.unwrap().status(), 403);
    let reset = control(&sandbox, Method::DELETE, "/sink.json")
        .send()
        .await
        .unwrap();
    assert_eq!(reset.status(), 204);
    let shown = answer(control(&sandbox, Method::GET, "/sink.json")).await.1;
    assert_eq!(
        shown,
        json!({ "writes": 0, "things": 0, "repeated": 0, "hosts": Value::Object([].into_iter().collect()) })
    );
    answer(sync(&caller)).await;
    assert_eq!(
        contact(&sandbox),
        times(0, 1),
        "the platforms keep what they have"
    );
    assert_eq!(sandbox.sink().counts(ACTIVECAMPAIGN_HOST, Kind::Contact).len(), 1);
}
