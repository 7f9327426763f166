//! Deliveries by the API.

use axum::http::{Method, StatusCode};
use domain::{EventKind, Scope};
use serde_json::{Value, json};

use super::{BATCH, Program, active_account, event};
use crate::support::{Home, Panel, on_both_databases};

on_both_databases!(deliveries_are_listed_read_skipped_and_retried);

async fn deliveries_are_listed_read_skipped_and_retried(home: Home) {
    let panel = Panel::start_in(home).await;
    let program = Program::full(&panel).await;
    let account = active_account(&program).await;
    let events: Vec<Value> = (0..3)
        .map(|number| event(EventKind::ProductUpdated, &number.to_string()))
        .chain([event(EventKind::OrderPlaced, "order")])
        .collect();
    program.events(BATCH, Value::from(events).to_string()).await;
    let list =
        format!("/deliveries?account={account}&state=waiting&type=raccordo.product.updated.v1&limit=2");
    let page = program.get(&list).await.json();
    assert_eq!(page["items"].as_array().unwrap().len(), 2, "{page}");
    let rest = program.get(page["next"].as_str().unwrap()).await.json();
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    assert!(rest.get("next").is_none());
    let all = "/deliveries?from=2026-11-23T00:00:00Z&before=2026-11-24T00:00:00Z";
    assert_eq!(
        program.get(all).await.json()["items"].as_array().unwrap().len(),
        4
    );
    let before = "/deliveries?before=2026-11-23T00:00:00Z";
    assert!(
        program.get(before).await.json()["items"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let id = page["items"][0]["id"].as_str().unwrap();
    let detail = program.get(&format!("/deliveries/{id}")).await.json();
    assert_eq!(detail["delivery"]["state"], "waiting");
    assert_eq!(
        (&detail["attempts"], &detail["account_description"]),
        (&json!([]), &json!("Ricerca"))
    );
    assert_eq!(detail["data"]["id"], "881");
    // Who may only write is not told what is in it.
    let writer = Program::with(&panel, &[Scope::DeliveriesWrite]).await;
    let skipped = writer.ask(Method::POST, &format!("/deliveries/{id}/skip")).await;
    assert_eq!(
        (skipped.status, &skipped.json()["state"]),
        (StatusCode::OK, &json!("skipped")),
        "{}",
        skipped.body
    );
    assert!(!skipped.body.contains("Tazza"), "{}", skipped.body);
    let told = program.get(&format!("/deliveries/{id}")).await.json();
    assert_eq!(told["delivery"]["skipped"]["reason"], "by_hand");
    let again = writer.ask(Method::POST, &format!("/deliveries/{id}/skip")).await;
    assert_eq!(
        (again.status, again.problem()),
        (StatusCode::CONFLICT, "state".to_owned())
    );
    let retried = writer.ask(Method::POST, &format!("/deliveries/{id}/retry")).await;
    assert_eq!(
        (retried.status, &retried.json()["state"]),
        (StatusCode::OK, &json!("waiting"))
    );
    for wrong in [
        "x",
        "019a9b57-2c00-7000-8000-000000000001",
        &format!("019a9b57-2c00-7000-8000-000000000001.{account}"),
    ] {
        for (method, rest) in [
            (Method::GET, ""),
            (Method::POST, "/retry"),
            (Method::POST, "/skip"),
        ] {
            let answer = program.ask(method, &format!("/deliveries/{wrong}{rest}")).await;
            assert_eq!(
                answer.status,
                StatusCode::NOT_FOUND,
                "{wrong}{rest}: {}",
                answer.body
            );
        }
    }
}
