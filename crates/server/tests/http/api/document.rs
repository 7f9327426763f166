//! The description: whole, and the very one that is in the repository.

use std::path::Path;

use axum::http::{Method, StatusCode};
use domain::EventKind;
use serde_json::{Value, json};

use super::judge::fault;
use super::promise::{DOCUMENT, shape_fault};
use super::{BATCH, EVENT, Program};
use crate::support::Panel;

fn in_repository() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json")
}

#[tokio::test]
async fn the_served_document_is_the_one_in_the_repository() {
    let panel = Panel::empty().await;
    let served = Program::new(&panel, None).get("/openapi.json").await;
    assert_eq!(served.status, StatusCode::OK);
    assert_eq!(served.body, server::http::api::document());
    #[expect(
        clippy::disallowed_methods,
        reason = "how all generated pages are brought up to date"
    )]
    let is_update = std::env::var("RACCORDO_UPDATE").is_ok();
    if is_update {
        std::fs::write(in_repository(), &served.body).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(in_repository()).unwrap_or_default(),
        served.body,
        "docs/openapi.json is out of date: RACCORDO_UPDATE=1 cargo test -p server --test http"
    );
}

#[test]
fn a_sample_of_every_event_keeps_the_document() {
    for kind in EventKind::ALL {
        let sample = ::events::samples::event(*kind);
        assert_eq!(shape_fault("CloudEvent", &sample), None, "{kind:?}");
        for one_or_many in [sample.clone(), json!([sample, sample]), json!([])] {
            assert_eq!(shape_fault("CloudEvents", &one_or_many), None, "{kind:?}");
        }
        for (name, value) in [
            ("specversion", json!("0.3")),
            ("id", json!("")),
            ("id", json!("x".repeat(201))),
            ("source", json!("a\nb")),
            ("type", json!("order.placed")),
            ("time", json!("yesterday")),
            ("datacontenttype", json!("text/xml")),
            ("data", json!({ "misspelt": 1 })),
        ] {
            let mut wrong = sample.clone();
            wrong[name] = value;
            assert!(::events::read(wrong.to_string().as_bytes()).is_err(), "{name}");
            assert!(shape_fault("CloudEvent", &wrong).is_some(), "{name}");
        }
    }
}

#[test]
fn events_are_described_in_every_media_type_that_is_taken() {
    let body = &DOCUMENT["paths"]["/events"]["post"]["requestBody"]["content"];
    let order = ::events::samples::event(EventKind::OrderPlaced);
    let batch = json!([order]);
    for (media, value) in [
        (EVENT, &order),
        (BATCH, &batch),
        ("application/json", &order),
        ("application/json", &batch),
    ] {
        let schema = &body[media]["schema"];
        assert!(schema.is_object(), "{media}");
        assert_eq!(fault(&DOCUMENT, schema, value), None, "{media}");
    }
}

#[tokio::test]
async fn every_route_is_described_and_every_reference_leads_somewhere() {
    let text = server::http::api::document();
    let document: Value = text.parse().unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], "/api/v1");
    let mut names = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let told = format!("{method} {path}");
            assert!(
                !operation["summary"].as_str().unwrap_or_default().is_empty(),
                "{told}"
            );
            names.push(operation["operationId"].as_str().unwrap_or_default().to_owned());
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(parameter["description"].is_string(), "{told}: {parameter}");
            }
            if operation["security"].is_array() {
                for status in ["401", "403", "429", "503"] {
                    assert!(operation["responses"][status].is_object(), "{told}: {status}");
                }
            }
        }
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "each operation has a name of its own");
    for reference in text.split("\"$ref\": \"#").skip(1) {
        let place = reference.split('"').next().unwrap();
        assert!(document.pointer(place).is_some(), "{place} leads nowhere");
    }
}

#[tokio::test]
async fn the_page_tells_every_operation_without_a_script() {
    let panel = Panel::empty().await;
    let program = Program::new(&panel, None);
    let page = program.get("").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(!page.body.contains("<script") && !page.body.contains(" style="));
    assert!(
        page.header("content-security-policy")
            .contains("default-src 'none'")
    );
    let document: Value = server::http::api::document().parse().unwrap();
    for (_, item) in document["paths"].as_object().unwrap() {
        for (_, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(page.body.contains(&format!("id=\"{id}\"")), "{id}");
        }
    }
    for link in page.body.split("href=\"#").skip(1) {
        let id = link.split('"').next().unwrap();
        assert!(page.body.contains(&format!("id=\"{id}\"")), "#{id} leads nowhere");
    }
    let slash = program.get("/").await;
    assert!(slash.status.is_redirection() && slash.header("location") == "/api/v1");
    let problem = program.get("/problems/invalid").await;
    assert_eq!(problem.header("location"), "/api/v1#problem-invalid");
    assert_eq!(program.get("/problems/x").await.problem(), "not-found");
}

#[tokio::test]
async fn the_schema_of_every_event_type_is_served() {
    let panel = Panel::empty().await;
    let program = Program::new(&panel, None);
    for kind in EventKind::ALL {
        let answer = program.get(&format!("/schemas/{}", kind.type_name())).await;
        assert_eq!(answer.header("content-type"), "application/schema+json");
        assert_eq!(answer.json(), ::events::schema(*kind));
    }
    assert_eq!(program.get("/schemas/order.placed").await.problem(), "not-found");
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    let panel = Panel::empty().await;
    let program = Program::full(&panel).await;
    assert_eq!(program.get("/nothing").await.problem(), "not-found");
    // No text at all.
    for path in [
        "/events/%FF",
        "/events/%C3%28/explain",
        "/deliveries/%FF",
        "/accounts/%FF",
        "/accounts/%FF/activity",
        "/schemas/%FF",
        "/problems/%FF",
    ] {
        let answer = program.get(path).await;
        assert_eq!(
            (answer.status, answer.problem()),
            (StatusCode::NOT_FOUND, "not-found".to_owned()),
            "{path}"
        );
    }
    let answer = program.ask(Method::DELETE, "/events").await;
    assert_eq!(
        (answer.status, answer.problem()),
        (StatusCode::METHOD_NOT_ALLOWED, "method".to_owned())
    );
    assert!(answer.header("allow").contains("POST"), "{:?}", answer.headers);
    for path in [
        "/events?limit=0",
        "/events?colour=red",
        "/deliveries?state=gone",
        "/log?from=yesterday",
        "/accounts?state=x",
    ] {
        let answer = program.get(path).await;
        assert_eq!(
            (answer.status, answer.problem()),
            (StatusCode::BAD_REQUEST, "malformed".to_owned()),
            "{path}"
        );
        assert!(answer.json()["errors"][0]["parameter"].is_string());
    }
}
