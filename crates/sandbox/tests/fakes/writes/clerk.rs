//! Clerk.io's resources and sales.

use reqwest::Method;
use sandbox::{CLERK_HOST, CLERK_PRIVATE_KEY, CLERK_PUBLIC_KEY, Count, Kind, Sandbox};
use serde_json::{Value, json};

use crate::client::{answer, start};

fn count(sandbox: &Sandbox, kind: Kind, id: &str) -> [u32; 3] {
    let Count {
        created,
        updated,
        deleted,
    } = sandbox.sink().count(CLERK_HOST, kind, id);
    [created, updated, deleted]
}

/// An object of each resource as the references describe it.
fn objects() -> [(&'static str, Kind, Value); 5] {
    [
        (
            "customers",
            Kind::Customer,
            json!({ "id": "C1", "email": "ada@example.com", "name": "Ada Neri", "subscribed": false }),
        ),
        (
            "orders",
            Kind::Order,
            json!({
                "id": "1001",
                "products": [{ "id": "P1", "quantity": 1, "price": 49.0 }],
                "time": 1_767_340_800,
                "customer": "C1",
                "email": "ada@example.com",
            }),
        ),
        (
            "products",
            Kind::Product,
            json!({
                "id": "P1",
                "name": "Pogo Stick",
                "description": "Salta",
                "price": 49.0,
                "image": "https://shop.example/p1.jpg",
                "url": "https://shop.example/p1",
                "categories": [1],
                "created_at": 1_767_340_800,
            }),
        ),
        (
            "categories",
            Kind::Category,
            json!({ "id": 1, "name": "Giochi", "url": "https://shop.example/giochi", "subcategories": [] }),
        ),
        (
            "pages",
            Kind::Page,
            json!({ "id": "chi-siamo", "type": "page", "title": "Chi siamo", "text": "Noi", "url": "https://shop.example/noi" }),
        ),
    ]
}

fn id(object: &Value) -> String {
    object["id"]
        .as_str()
        .map_or_else(|| object["id"].to_string(), str::to_owned)
}

#[tokio::test]
async fn what_is_written_takes_the_place_of_the_former_until_it_is_deleted() {
    let (sandbox, caller) = start().await;
    for (plural, kind, object) in objects() {
        let body = json!({ plural: [object] });
        for expected in [[1, 0, 0], [1, 1, 0]] {
            let written = answer(caller.clerk_post(plural, &body)).await;
            assert_eq!(written, (200, json!({ "status": "ok" })), "{plural}");
            assert_eq!(count(&sandbox, kind, &id(&object)), expected, "{plural}");
        }
        let ids = json!([object["id"]]).to_string();
        let query = [
            ("key", CLERK_PUBLIC_KEY),
            ("private_key", CLERK_PRIVATE_KEY),
            (plural, ids.as_str()),
        ];
        for _ in 0..2 {
            let request = caller
                .send(Method::DELETE, CLERK_HOST, &format!("/v2/{plural}"))
                .query(&query);
            assert_eq!(
                answer(request).await,
                (200, json!({ "status": "ok" })),
                "{plural}"
            );
            assert_eq!(count(&sandbox, kind, &id(&object)), [1, 1, 1], "{plural}");
        }
        let keys = json!({ "key": CLERK_PUBLIC_KEY, "private_key": CLERK_PRIVATE_KEY, plural: ["x"] });
        let request = caller
            .send(Method::DELETE, CLERK_HOST, &format!("/v2/{plural}"))
            .json(&keys);
        assert_eq!(answer(request).await.1["status"], "ok", "{plural}");
    }
}

#[tokio::test]
async fn a_batch_is_taken_whole_or_not_at_all() {
    let (sandbox, caller) = start().await;
    for (plural, kind, object) in objects() {
        let mut wrong = vec![
            json!("no object"),
            json!({ "wrong-name": 1, "id": "x", "email": "x" }),
        ];
        for name in object.as_object().unwrap().keys() {
            let mut one = object.clone();
            one.as_object_mut().unwrap().remove(name);
            if plural != "customers" && name != "email" {
                wrong.push(one);
            }
        }
        for wrong in wrong {
            let (status, body) = answer(caller.clerk_post(plural, &json!({ plural: [object, wrong] }))).await;
            assert_eq!(
                (status, &body["type"]),
                (200, &json!("ParsingError")),
                "{plural} {wrong}"
            );
            assert_eq!(count(&sandbox, kind, &id(&object)), [0; 3], "{plural}");
        }
    }
    let by_address = json!({ "customers": [{ "email": "ada@example.com" }] });
    assert_eq!(
        answer(caller.clerk_post("customers", &by_address)).await.1["status"],
        "ok"
    );
    let nobody = json!({ "customers": [{ "name": "Ada" }] });
    assert_eq!(
        answer(caller.clerk_post("customers", &nobody)).await.1["type"],
        "ParsingError"
    );
}

#[tokio::test]
async fn a_sale_is_logged_with_the_public_key_alone() {
    let (sandbox, caller) = start().await;
    let sale = json!({
        "key": CLERK_PUBLIC_KEY,
        "sale": 1001,
        "products": [{ "id": "P1", "price": 49.0, "quantity": 1 }],
        "email": "ada@example.com",
        "visitor": "abcdefgh12345678",
    });
    for expected in [[1, 0, 0], [1, 1, 0]] {
        let logged = answer(caller.post(CLERK_HOST, "/v2/log/sale").json(&sale)).await;
        assert_eq!(logged, (200, json!({ "status": "ok" })));
        assert_eq!(count(&sandbox, Kind::Sale, "1001"), expected);
    }
    for (body, kind) in [
        (json!({ "sale": "1", "products": [] }), "ParsingError"),
        (
            json!({ "key": "bad", "sale": "1", "products": [] }),
            "AuthenticationError",
        ),
        (json!({ "key": CLERK_PUBLIC_KEY, "products": [] }), "ParsingError"),
        (json!({ "key": CLERK_PUBLIC_KEY, "sale": "1" }), "ParsingError"),
    ] {
        let refused = answer(caller.post(CLERK_HOST, "/v2/log/sale").json(&body)).await;
        assert_eq!(refused.1["type"], kind, "{body}");
    }
    assert_eq!(count(&sandbox, Kind::Sale, "1"), [0; 3]);
}

#[tokio::test]
async fn writing_needs_both_keys_and_a_known_resource() {
    let (sandbox, caller) = start().await;
    let customers = json!([{ "id": "C1" }]);
    for (body, kind) in [
        (
            json!({ "key": CLERK_PUBLIC_KEY, "customers": customers }),
            "ParsingError",
        ),
        (
            json!({ "key": CLERK_PUBLIC_KEY, "private_key": "bad", "customers": customers }),
            "AuthenticationError",
        ),
    ] {
        let refused = answer(caller.post(CLERK_HOST, "/v2/customers").json(&body)).await;
        assert_eq!(refused.1["type"], kind);
    }
    let unknown = answer(caller.clerk_post("clients", &json!({ "clients": [] }))).await;
    assert_eq!((unknown.0, &unknown.1["type"]), (404, &json!("LogicalError")));
    let no_list = answer(caller.clerk_post("customers", &json!({ "customers": {} }))).await;
    assert_eq!(no_list.1["type"], "ParsingError");
    let no_json = caller.post(CLERK_HOST, "/v2/customers").body("customers");
    assert_eq!(answer(no_json).await.1["type"], "ParsingError");
    assert_eq!(sandbox.sink().writes(), 0);
}
