//! Events: taken once, refused with a pointer, found again.

use axum::http::StatusCode;
use domain::{EventKind, Scope};
use serde_json::{Value, json};

use super::{BATCH, EVENT, Program, active_account, event};
use crate::support::{Home, Panel, on_both_databases};

on_both_databases!(
    an_order_is_taken_with_its_deliveries_and_known_when_it_comes_again,
    in_a_batch_a_bad_event_is_refused_by_itself,
    events_are_read_page_by_page_and_one_by_one,
);

async fn an_order_is_taken_with_its_deliveries_and_known_when_it_comes_again(home: Home) {
    let panel = Panel::start_in(home).await;
    let program = Program::full(&panel).await;
    active_account(&program).await;
    let order = event(EventKind::OrderPlaced, "order-1").to_string();
    let answer = program.events(EVENT, order.clone()).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    let first = answer.json()["results"][0].clone();
    assert_eq!(first["status"], "accepted");
    assert_eq!(first["deliveries"], 1);
    assert_eq!(
        (&first["id"], &first["source"]),
        (&json!("order-1"), &json!("https://www.example.com"))
    );
    let again = program.events("application/json; charset=utf-8", order).await;
    assert_eq!(again.status, StatusCode::ACCEPTED);
    let known = again.json()["results"][0].clone();
    assert_eq!(
        (&known["status"], &known["event"]),
        (&json!("known"), &first["event"])
    );
    let batch = json!([
        event(EventKind::OrderPlaced, "order-1"),
        event(EventKind::CartUpdated, "cart-1")
    ]);
    let answer = program.events(BATCH, batch.to_string()).await;
    let results = answer.json()["results"].clone();
    assert_eq!(
        (&results[0]["status"], &results[1]["status"]),
        (&json!("known"), &json!("accepted"))
    );
    assert_eq!(results[1]["deliveries"], 0, "Clerk.io gets no carts");
    let listed = program.get("/events").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 2, "{listed}");
}

async fn in_a_batch_a_bad_event_is_refused_by_itself(home: Home) {
    let panel = Panel::start_in(home).await;
    let program = Program::with(&panel, &[Scope::EventsWrite, Scope::EventsRead]).await;
    let mut bad = event(EventKind::OrderPlaced, "bad");
    bad["data"]["lines"][0]["price_minor"] = json!(-1);
    let batch = json!([event(EventKind::OrderPlaced, "good"), bad, {"specversion": "1.0"}]);
    let answer = program.events(BATCH, batch.to_string()).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    let results = answer.json()["results"].clone();
    assert_eq!(results[0]["status"], "accepted");
    assert_eq!(
        (&results[1]["id"], &results[1]["status"]),
        (&json!("bad"), &json!("refused"))
    );
    assert_eq!(
        results[1]["problem"]["errors"][0]["pointer"],
        "/data/lines/0/price_minor"
    );
    assert_eq!(results[1]["problem"]["type"], "/api/v1/problems/invalid");
    assert_eq!(results[2]["problem"]["errors"][0]["pointer"], "/id");
    let all_bad = program.events(BATCH, json!([bad, 5]).to_string()).await;
    assert_eq!(all_bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(all_bad.problem(), "invalid");
    assert_eq!(all_bad.json()["results"].as_array().unwrap().len(), 2);
    let listed = program.get("/events").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let empty = program.events(BATCH, "[]").await;
    assert_eq!(
        (empty.status, empty.json()),
        (StatusCode::ACCEPTED, json!({"results": []}))
    );
}

async fn events_are_read_page_by_page_and_one_by_one(home: Home) {
    let panel = Panel::start_in(home).await;
    let program = Program::full(&panel).await;
    let account = active_account(&program).await;
    let orders: Vec<Value> = (0..5)
        .map(|number| event(EventKind::OrderPlaced, &format!("order-{number}")))
        .collect();
    program.events(BATCH, Value::from(orders).to_string()).await;
    program
        .events(EVENT, event(EventKind::ProductUpdated, "product").to_string())
        .await;
    let mut next = Some("/api/v1/events?type=raccordo.order.placed.v1&limit=2".to_owned());
    let mut found = Vec::new();
    while let Some(path) = next {
        let page = program.get(&path).await.json();
        for item in page["items"].as_array().unwrap() {
            found.push(item["external_id"].as_str().unwrap().to_owned());
        }
        next = page["next"].as_str().map(str::to_owned);
    }
    assert_eq!(found, ["order-4", "order-3", "order-2", "order-1", "order-0"]);
    let products = program.get("/events?entity=881").await.json();
    assert_eq!(products["items"].as_array().unwrap().len(), 1);
    let id = products["items"][0]["id"].as_str().unwrap();
    let detail = program.get(&format!("/events/{id}")).await.json();
    assert_eq!(
        detail["data"],
        event(EventKind::ProductUpdated, "product")["data"]
    );
    assert_eq!(detail["deliveries"][0]["account"], account.as_str());
    assert_eq!(detail["event"]["entity"], json!({"type": "product", "id": "881"}));
    let explained = program.get(&format!("/events/{id}/explain")).await;
    assert_eq!(explained.status, StatusCode::OK, "{}", explained.body);
    assert_eq!(explained.json()[0]["account"], account.as_str());
    let nobody = "019a9b57-2c00-7000-8000-000000000001";
    for path in [
        "/events/x",
        "/events/x/explain",
        &format!("/events/{nobody}"),
        &format!("/events/{nobody}/explain"),
    ] {
        let answer = program.get(path).await;
        assert_eq!(
            (answer.status, answer.problem()),
            (StatusCode::NOT_FOUND, "not-found".to_owned()),
            "{path}"
        );
    }
}

#[tokio::test]
async fn what_is_no_event_is_told_with_what_to_do() {
    let panel = Panel::empty().await;
    let program = Program::with(&panel, &[Scope::EventsWrite]).await;
    let order = event(EventKind::OrderPlaced, "order").to_string();
    for media in [
        "",
        "text/plain",
        "application/xml",
        "application/cloudevents+avro",
    ] {
        let answer = program.events(media, order.clone()).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{media}");
        assert_eq!(answer.problem(), "media-type");
    }
    let answer = program.events(EVENT, "{\"specversion\":").await;
    assert_eq!(
        (answer.status, answer.problem()),
        (StatusCode::BAD_REQUEST, "malformed".to_owned())
    );
    let mut misspelt = event(EventKind::CustomerUpdated, "customer");
    misspelt["data"]["e-mail"] = json!("planted-value@example.com");
    let answer = program.events(EVENT, misspelt.to_string()).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.pointers(), ["/data/e-mail"]);
    assert!(!answer.body.contains("planted-value"), "{}", answer.body);
    let answer = program.events(EVENT, format!("[{order}]")).await;
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "a batch is not one event"
    );
}
