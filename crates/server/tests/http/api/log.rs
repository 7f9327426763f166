//! The log by the API.

use axum::http::StatusCode;
use serde_json::json;

use super::{Program, active_account};
use crate::support::{Home, Panel, on_both_databases};

on_both_databases!(the_log_is_read_page_by_page);

async fn the_log_is_read_page_by_page(home: Home) {
    let panel = Panel::start_in(home).await;
    let program = Program::full(&panel).await;
    let account = active_account(&program).await;
    let page = program
        .get(&format!("/log?account={account}&limit=1"))
        .await
        .json();
    let entry = &page["items"][0];
    assert_eq!(entry["kind"], "account_activated_unproven", "{page}");
    assert_eq!(
        (&entry["level"], &entry["by"]),
        (&json!("warning"), &json!("api.negozio-di-prova"))
    );
    assert_eq!(entry["account"]["description"], "Ricerca");
    let rest = program.get(page["next"].as_str().unwrap()).await.json();
    assert_eq!(rest["items"][0]["kind"], "account_created");
    assert!(rest.get("next").is_none());
    let made = program.get("/log?kind=token_created").await;
    assert_eq!(
        (made.status, made.json()["items"].as_array().unwrap().len()),
        (StatusCode::OK, 1)
    );
    assert!(
        program.get("/log?level=error").await.json()["items"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}
