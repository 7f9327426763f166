//! Who may only write is told nothing that needs to be read.

use axum::http::{Method, StatusCode};
use domain::{EventKind, Scope};
use serde_json::{Value, json};

use super::{Answer, EVENT, Program, active_account, clerk, event};
use crate::support::Panel;

fn names(answer: &Answer) -> Vec<String> {
    answer.json().as_object().unwrap().keys().cloned().collect()
}

#[tokio::test]
async fn a_change_of_an_account_tells_a_writer_no_more_than_that_it_was_made() {
    let panel = Panel::start().await;
    let reader = Program::full(&panel).await;
    let writer = Program::with(&panel, &[Scope::AccountsWrite]).await;
    let brief = ["active", "id", "version"];
    let made = writer.post("/accounts", &clerk("Ricerca riservata")).await;
    assert_eq!(
        (made.status, names(&made)),
        (StatusCode::CREATED, brief.map(String::from).into())
    );
    assert_eq!(made.header("etag"), "\"1\"");
    let path = made.header("location").to_owned();
    let sent = [
        (
            Method::PATCH,
            String::new(),
            json!({ "description": "Ricerca segreta" }),
        ),
        (Method::POST, "/activate".to_owned(), json!({ "confirmed": true })),
        (Method::POST, "/deactivate".to_owned(), json!({ "queue": "skip" })),
    ];
    for (method, rest, body) in sent {
        let headers = [("content-type", "application/json")];
        let answer = writer
            .send(
                method,
                &format!("{path}{rest}"),
                &headers,
                body.to_string().into(),
            )
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{rest}: {}", answer.body);
        assert_eq!(names(&answer), brief, "{rest}");
    }
    let tested = writer.ask(Method::POST, &format!("{path}/test")).await;
    assert_eq!(names(&tested), ["at", "class", "ms", "works"], "{}", tested.body);
    // Neither is it told whose place it wants.
    let holder = active_account(&reader).await;
    let refused = writer
        .post(&format!("{path}/activate"), &json!({ "confirmed": true }))
        .await;
    assert_eq!(refused.problem(), "in-the-way");
    assert!(!refused.body.contains(&holder) && refused.json().get("accounts").is_none());
    let told = reader
        .post(&format!("{path}/activate"), &json!({ "confirmed": true }))
        .await;
    assert!(told.body.contains(&holder));
}

#[tokio::test]
async fn a_change_of_a_delivery_tells_a_writer_no_more_than_that_it_was_made() {
    let panel = Panel::start().await;
    let reader = Program::full(&panel).await;
    let writer = Program::with(&panel, &[Scope::DeliveriesWrite]).await;
    let account = active_account(&reader).await;
    reader
        .events(EVENT, event(EventKind::ProductUpdated, "product").to_string())
        .await;
    for action in ["pause", "resume"] {
        let answer = writer
            .ask(Method::POST, &format!("/accounts/{account}/{action}"))
            .await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (StatusCode::NO_CONTENT, ""),
            "{action}"
        );
    }
    let listed = reader.get("/deliveries").await.json();
    let path = format!("/deliveries/{}/skip", listed["items"][0]["id"].as_str().unwrap());
    let skipped = writer.ask(Method::POST, &path).await;
    assert_eq!(names(&skipped), ["id", "state"], "{}", skipped.body);
    assert_eq!(skipped.json()["state"], "skipped");
    let whole: Value = reader
        .ask(Method::POST, &path.replace("skip", "retry"))
        .await
        .json();
    assert_eq!(
        (&whole["state"], &whole["entity"]["id"]),
        (&json!("waiting"), &json!("881"))
    );
}
