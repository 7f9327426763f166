//! `ActiveCampaign`'s contacts, lists, tags, connections and customers.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Caller, answer, start};

/// Writes and returns the status with the answer.
pub(super) async fn write(caller: &Caller, method: Method, path: &str, body: Value) -> (u16, Value) {
    answer(caller.write(method, path, &body)).await
}

pub(super) async fn post(caller: &Caller, path: &str, body: Value) -> (u16, Value) {
    write(caller, Method::POST, path, body).await
}

/// The codes and attributes of a refusal, as `code attribute`.
pub(super) fn problems(answer: &(u16, Value)) -> Vec<String> {
    assert_eq!(answer.0, 422, "{}", answer.1);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let errors = answer.1["errors"].as_array().unwrap();
    errors
        .iter()
        .map(|error| {
            let pointer = text(&error["source"]["pointer"]);
            let attribute = pointer.strip_prefix("/data/attributes/").unwrap();
            format!("{} {attribute}", text(&error["code"]))
        })
        .collect()
}

async fn sync(caller: &Caller, contact: Value) -> (u16, Value) {
    post(caller, "contact/sync", json!({ "contact": contact })).await
}

#[tokio::test]
async fn a_contact_is_created_changed_found_and_deleted() {
    let (_sandbox, caller) = start().await;
    let ada = json!({ "email": "Ada@Example.com", "firstName": "Ada", "lastName": "Neri" });
    let (status, made) = sync(&caller, ada).await;
    assert_eq!((status, &made["contact"]["id"]), (201, &json!("1")));
    let fields = json!([{ "field": "1", "value": "0123" }]);
    let change = json!({ "email": "ada@example.COM", "firstName": "Adele", "fieldValues": fields });
    let (status, changed) = sync(&caller, change).await;
    assert_eq!((status, &changed["contact"]["id"]), (200, &json!("1")));
    assert_eq!(changed["contact"]["lastName"], "Neri", "what is not said stays");
    assert_eq!(changed["fieldValues"][0]["value"], "0123");
    let (_, found) = answer(caller.activecampaign("contacts?email=ADA@example.com")).await;
    assert_eq!(found["meta"]["total"], "1");
    assert_eq!(found["contacts"][0]["firstName"], "Adele");
    let (_, none) = answer(caller.activecampaign("contacts?email=eva@example.com")).await;
    assert_eq!(
        (&none["contacts"], &none["meta"]["total"]),
        (&json!([]), &json!("0"))
    );
    let gone = write(&caller, Method::DELETE, "contacts/1", json!({})).await;
    assert_eq!(gone, (200, json!({})));
    let message = json!({ "message": "No Result found for Subscriber with id 1" });
    let again = write(&caller, Method::DELETE, "contacts/1", json!({})).await;
    assert_eq!(again, (404, message.clone()));
    assert_eq!(answer(caller.activecampaign("contacts/1")).await, (404, message));
    let (_, later) = sync(&caller, json!({ "email": "ada@example.com" })).await;
    assert_eq!(later["contact"]["id"], "2", "an id is not used again");
}

#[tokio::test]
async fn a_contact_needs_an_address() {
    let (_sandbox, caller) = start().await;
    for (contact, problem) in [
        (json!({ "firstName": "Ada" }), "field_missing email"),
        (json!({ "email": "" }), "field_missing email"),
        (json!({ "email": "ada" }), "field_invalid email"),
    ] {
        assert_eq!(problems(&sync(&caller, contact).await), [problem]);
    }
    let bare = post(&caller, "contact/sync", json!({ "email": "ada@example.com" })).await;
    assert_eq!(problems(&bare), ["field_missing contact"]);
}

#[tokio::test]
async fn a_contact_is_put_on_lists_and_has_tags_until_it_is_deleted() {
    let (_sandbox, caller) = start().await;
    sync(&caller, json!({ "email": "ada@example.com" })).await;
    for (status, code) in [(1, 201), (2, 200), (1, 200)] {
        let place = json!({ "contactList": { "list": "2", "contact": 1, "status": status } });
        let (found, body) = post(&caller, "contactLists", place).await;
        assert_eq!(
            (found, &body["contactList"]["status"]),
            (code, &json!(status.to_string()))
        );
    }
    for (place, problem) in [
        (
            json!({ "list": 9, "contact": 1, "status": 1 }),
            "related_missing list",
        ),
        (
            json!({ "list": 1, "contact": 9, "status": 1 }),
            "related_missing contact",
        ),
        (
            json!({ "list": 1, "contact": 1, "status": 3 }),
            "field_invalid status",
        ),
        (json!({ "list": 1, "contact": 1 }), "field_missing status"),
    ] {
        let refused = post(&caller, "contactLists", json!({ "contactList": place })).await;
        assert_eq!(problems(&refused), [problem]);
    }
    let tag = json!({ "tag": { "tag": "fedele", "tagType": "contact", "description": "" } });
    let (status, made) = post(&caller, "tags", tag.clone()).await;
    assert_eq!((status, &made["tag"]["id"]), (201, &json!("5")));
    assert_eq!(problems(&post(&caller, "tags", tag).await), ["duplicate tag"]);
    let (_, found) = answer(caller.activecampaign("tags?search=FEDEL")).await;
    assert_eq!(found["tags"][0]["tag"], "fedele");
    for code in [201, 200] {
        let put = json!({ "contactTag": { "contact": "1", "tag": "5" } });
        let (status, body) = post(&caller, "contactTags", put).await;
        assert_eq!((status, &body["contactTag"]["id"]), (code, &json!("1")));
    }
    let put = json!({ "contactTag": { "contact": "1", "tag": "9" } });
    let refused = post(&caller, "contactTags", put).await;
    assert_eq!(problems(&refused), ["related_missing tag"]);
    for path in ["contacts/1/contactTags", "contacts/1/contactLists"] {
        assert_eq!(
            answer(caller.activecampaign(path)).await.1["meta"]["total"],
            "1",
            "{path}"
        );
    }
    write(&caller, Method::DELETE, "contacts/1", json!({})).await;
    for path in ["contacts/1/contactTags", "contacts/1/contactLists"] {
        assert_eq!(
            answer(caller.activecampaign(path)).await.1["meta"]["total"],
            "0",
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_connection_exists_once_for_a_service_and_an_id() {
    let (_sandbox, caller) = start().await;
    let connection = json!({ "connection": {
        "service": "raccordo",
        "externalid": "shop.example",
        "name": "Shop",
        "logoUrl": "https://shop.example/logo.png",
        "linkUrl": "https://shop.example/",
    } });
    let (status, made) = post(&caller, "connections", connection.clone()).await;
    assert_eq!((status, &made["connection"]["id"]), (201, &json!("2")));
    let again = post(&caller, "connections", connection).await;
    assert_eq!(problems(&again), ["duplicate externalid"]);
    for (filters, total) in [
        ("filters[service]=raccordo&filters[externalid]=shop.example", "1"),
        ("filters[service]=raccordo", "2"),
        ("filters[service]=other&filters[externalid]=shop.example", "0"),
    ] {
        let (_, found) = answer(caller.activecampaign(&format!("connections?{filters}"))).await;
        assert_eq!(found["meta"]["total"], total, "{filters}");
    }
    let bare = post(
        &caller,
        "connections",
        json!({ "connection": { "service": "raccordo" } }),
    )
    .await;
    assert_eq!(
        problems(&bare),
        ["externalid", "name", "logoUrl", "linkUrl"].map(|name| format!("field_missing {name}"))
    );
}

#[tokio::test]
async fn a_customer_exists_once_for_a_connection_and_an_id_or_an_address() {
    let (_sandbox, caller) = start().await;
    let customer = |id: &str| {
        let email = format!("{id}@example.com");
        json!({ "ecomCustomer": { "connectionid": "1", "externalid": id, "email": email } })
    };
    let (status, made) = post(&caller, "ecomCustomers", customer("C1")).await;
    assert_eq!((status, &made["ecomCustomer"]["id"]), (201, &json!("1")));
    let again = post(&caller, "ecomCustomers", customer("C1")).await;
    assert_eq!(problems(&again), ["duplicate externalid"]);
    post(&caller, "ecomCustomers", customer("C2")).await;
    let taken = write(&caller, Method::PUT, "ecomCustomers/2", customer("C1")).await;
    assert_eq!(problems(&taken), ["duplicate externalid"]);
    let address = json!({ "ecomCustomer": { "email": "c1@example.com" } });
    let taken = write(&caller, Method::PUT, "ecomCustomers/2", address).await;
    assert_eq!(problems(&taken), ["duplicate email"]);
    let change = json!({ "ecomCustomer": { "acceptsMarketing": "1" } });
    let (status, changed) = write(&caller, Method::PUT, "ecomCustomers/1", change).await;
    let changed = &changed["ecomCustomer"];
    assert_eq!((status, &changed["externalid"]), (200, &json!("C1")));
    assert_eq!(changed["acceptsMarketing"], "1");
    for (filters, total) in [
        ("filters[connectionid]=1&filters[externalid]=C1", "1"),
        ("filters[email]=c2@EXAMPLE.com", "1"),
        ("filters[connectionid]=2&filters[externalid]=C1", "0"),
    ] {
        let (_, found) = answer(caller.activecampaign(&format!("ecomCustomers?{filters}"))).await;
        assert_eq!(found["meta"]["total"], total, "{filters}");
    }
    let bare = post(
        &caller,
        "ecomCustomers",
        json!({ "ecomCustomer": { "connectionid": 9 } }),
    )
    .await;
    assert_eq!(
        problems(&bare),
        [
            "related_missing connectionid",
            "field_missing externalid",
            "field_missing email"
        ]
    );
    let nobody = write(&caller, Method::PUT, "ecomCustomers/9", customer("C9")).await;
    assert_eq!(nobody.0, 404);
}

#[tokio::test]
async fn fields_are_found_by_their_tags() {
    let (_sandbox, caller) = start().await;
    let (_, all) = answer(caller.activecampaign("fields")).await;
    assert_eq!(all["fields"].as_array().unwrap().len(), sandbox::FIELDS.len());
    let (_, one) = answer(caller.activecampaign("fields?filters[perstag]=PARTITA_IVA")).await;
    assert_eq!(
        (&one["fields"][0]["id"], &one["meta"]["total"]),
        (&json!("1"), &json!("1"))
    );
}

#[tokio::test]
async fn what_is_no_json_and_no_route_is_refused() {
    let (_sandbox, caller) = start().await;
    let request = caller
        .post(sandbox::ACTIVECAMPAIGN_HOST, "/api/3/contact/sync")
        .header("Api-Token", sandbox::ACTIVECAMPAIGN_KEY)
        .body("email=ada@example.com");
    assert_eq!(answer(request).await.0, 400);
    for (method, path) in [
        (Method::POST, "contacts/1"),
        (Method::DELETE, "ecomOrders/1"),
        (Method::PATCH, "contact/sync"),
        (Method::PUT, "lists"),
    ] {
        let found = write(&caller, method.clone(), path, json!({})).await;
        assert_eq!(found.0, 404, "{method} {path}");
    }
    let without_key = caller.post(sandbox::ACTIVECAMPAIGN_HOST, "/api/3/contact/sync");
    assert_eq!(answer(without_key).await.0, 403);
}
