//! Accounts by the API: the rules of the panel's form, and never a secret.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Answer, Program, active_account, clerk};
use crate::support::{Home, PLANTED, Panel, on_both_databases};

on_both_databases!(
    an_account_is_created_changed_and_deleted_without_its_secret_ever_being_told,
    a_change_is_only_made_on_the_version_that_was_read,
);

fn assert_clean(answer: &Answer) {
    for secret in PLANTED {
        assert!(!answer.body.contains(secret), "{}", answer.body);
        assert!(!format!("{:?}", answer.headers).contains(secret));
    }
}

async fn send(
    program: &Program,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> Answer {
    let mut all = vec![("content-type", "application/json")];
    all.extend_from_slice(headers);
    let answer = program
        .send(method, path, &all, Body::from(body.to_string()))
        .await;
    assert_clean(&answer);
    answer
}

async fn an_account_is_created_changed_and_deleted_without_its_secret_ever_being_told(home: Home) {
    let panel = Panel::start_in(home).await;
    let program = Program::full(&panel).await;
    let made = send(&program, Method::POST, "/accounts", &[], &clerk("Ricerca")).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let account = made.json();
    let path = made.header("location").to_owned();
    assert_eq!(
        path,
        format!("/api/v1/accounts/{}", account["id"].as_str().unwrap())
    );
    assert_eq!(
        (&account["active"], &account["version"]),
        (&json!(false), &json!(1))
    );
    assert_eq!(account["secrets"][0]["field"], "private_key");
    assert_eq!(account["secrets"][0]["set_by"], "api.negozio-di-prova");
    assert!(
        account["settings"]["is_default_account"].is_boolean(),
        "{account}"
    );
    let listed = program.get("/accounts?q=ricerca&platform=clerk&state=off").await;
    assert_clean(&listed);
    assert_eq!(listed.json()["items"][0]["id"], account["id"]);
    let changed = send(
        &program,
        Method::PATCH,
        &path,
        &[],
        &json!({"description": "Ricerca nuova"}),
    )
    .await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    assert_eq!(changed.json()["description"], "Ricerca nuova");
    assert_eq!(changed.json()["settings"], account["settings"], "the rest stays");
    assert_eq!(changed.header("etag"), "\"2\"");
    let mut state = clerk("Ricerca intera");
    state.as_object_mut().unwrap().remove("platform");
    state["secrets"] = json!({"private_key": PLANTED[1]});
    let replaced = send(&program, Method::PUT, &path, &[], &state).await;
    assert_eq!(
        (replaced.status, &replaced.json()["version"]),
        (StatusCode::OK, &json!(3)),
        "{}",
        replaced.body
    );
    let read = program.get(&path).await;
    assert_clean(&read);
    assert_eq!(read.json(), replaced.json());
    let gone = program.ask(Method::DELETE, &path).await;
    assert_eq!((gone.status, gone.body.as_str()), (StatusCode::NO_CONTENT, ""));
    assert_eq!(program.get(&path).await.problem(), "not-found");
    let log = program.get("/log").await;
    assert_clean(&log);
    assert!(log.body.contains("account_deleted") && log.body.contains("api.negozio-di-prova"));
}

async fn a_change_is_only_made_on_the_version_that_was_read(home: Home) {
    let panel = Panel::start_in(home).await;
    let program = Program::full(&panel).await;
    let id = send(&program, Method::POST, "/accounts", &[], &clerk("Ricerca"))
        .await
        .json()["id"]
        .clone();
    let path = format!("/accounts/{}", id.as_str().unwrap());
    let change = json!({"description": "Altro nome"});
    for stale in ["\"9\"", "\"x\"", "W/\"1\"", "\"7\", \"8\""] {
        let answer = send(&program, Method::PATCH, &path, &[("if-match", stale)], &change).await;
        assert_eq!(
            (answer.status, answer.problem()),
            (StatusCode::PRECONDITION_FAILED, "version".to_owned())
        );
    }
    let answer = send(
        &program,
        Method::PATCH,
        &path,
        &[("if-match", "\"9\", \"1\"")],
        &change,
    )
    .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let answer = program
        .send(Method::DELETE, &path, &[("if-match", "\"1\"")], Body::empty())
        .await;
    assert_eq!(answer.status, StatusCode::PRECONDITION_FAILED);
    let answer = program
        .send(Method::DELETE, &path, &[("if-match", "*")], Body::empty())
        .await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn every_wrong_field_is_pointed_at_and_no_secret_is_repeated() {
    let panel = Panel::start().await;
    let program = Program::full(&panel).await;
    let mut wrong = clerk("");
    wrong["settings"]["api_base_url"] = json!("http://api.clerk.io");
    wrong["settings"]["language"] = json!("xx");
    let answer = send(&program, Method::POST, "/accounts", &[], &wrong).await;
    assert_eq!(
        (answer.status, answer.problem()),
        (StatusCode::UNPROCESSABLE_ENTITY, "invalid".to_owned())
    );
    for pointer in ["/description", "/settings/api_base_url", "/settings/language"] {
        assert!(
            answer.pointers().iter().any(|found| found == pointer),
            "{pointer}: {}",
            answer.body
        );
    }
    let cases = [
        (
            json!({"settings": {"private_key": PLANTED[1]}}),
            "/settings/private_key",
        ),
        (json!({"settings": {"colour": "red"}}), "/settings/colour"),
        (json!({"settings": {"language": ["it"]}}), "/settings/language"),
        (
            json!({"secrets": {"public_key": PLANTED[1]}}),
            "/secrets/public_key",
        ),
        (json!({"settings": PLANTED[1]}), "/settings"),
        (json!({"secrets": PLANTED[1]}), "/secrets"),
        (json!({"platform": "myspace"}), "/platform"),
        (json!({"description": 5}), "/description"),
        (json!({"colour": "red"}), "/colour"),
    ];
    for (part, pointer) in cases {
        let mut body = clerk("Ricerca");
        for (name, value) in part.as_object().unwrap() {
            match (&mut body[name], value) {
                (Value::Object(into), Value::Object(from)) => into.extend(from.clone()),
                (into, from) => *into = from.clone(),
            }
        }
        let answer = send(&program, Method::POST, "/accounts", &[], &body).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{pointer}: {}",
            answer.body
        );
        assert_eq!(answer.pointers(), [pointer], "{}", answer.body);
    }
    let answer = program
        .send(
            Method::POST,
            "/accounts",
            &[("content-type", "text/plain")],
            Body::from("{}"),
        )
        .await;
    assert_eq!(answer.problem(), "media-type");
    let large = Body::from(vec![b' '; 256 * 1024 + 1]);
    let answer = program
        .send(
            Method::POST,
            "/accounts",
            &[("content-type", "application/json")],
            large,
        )
        .await;
    assert_eq!(answer.problem(), "too-large");
    assert!(
        program.get("/accounts").await.json()["items"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn switching_on_asks_for_what_the_panel_asks_for() {
    let panel = Panel::start().await;
    let program = Program::full(&panel).await;
    let first = active_account(&program).await;
    let second = program.post("/accounts", &clerk("Altra")).await.json()["id"].clone();
    let path = format!("/accounts/{}/activate", second.as_str().unwrap());
    let answer = program.ask(Method::POST, &path).await;
    assert_eq!(
        (answer.status, answer.problem()),
        (StatusCode::CONFLICT, "in-the-way".to_owned())
    );
    assert_eq!(answer.json()["accounts"][0]["id"], first.as_str());
    assert_eq!(answer.json()["accounts"][0]["place"], "clerk:it");
    let answer = program.post(&path, &json!({"swap": true})).await;
    assert_eq!(
        (answer.status, answer.problem()),
        (StatusCode::CONFLICT, "unproven".to_owned())
    );
    let answer = program
        .post(&path, &json!({"swap": true, "confirmed": true}))
        .await;
    assert_eq!(
        (answer.status, &answer.json()["active"]),
        (StatusCode::OK, &json!(true)),
        "{}",
        answer.body
    );
    assert_eq!(
        program.get(&format!("/accounts/{first}")).await.json()["active"],
        false
    );
    let answer = program
        .post(&path.replace("activate", "deactivate"), &json!({"queue": "skip"}))
        .await;
    assert_eq!(
        (answer.status, &answer.json()["active"]),
        (StatusCode::OK, &json!(false))
    );
    let answer = program.ask(Method::POST, &path).await;
    assert_eq!(answer.problem(), "unproven");
    let answer = program.post(&path, &json!({"force": true})).await;
    assert_eq!(answer.problem(), "invalid");
}

#[tokio::test]
async fn a_test_tells_what_it_found_and_a_pause_holds_the_queue() {
    let panel = Panel::start().await;
    let program = Program::full(&panel).await;
    let mut account = clerk("Irraggiungibile");
    // Such a host never exists, and no sandbox runs here.
    account["settings"]["api_base_url"] = json!("https://api.clerk.invalid/v2");
    let id = program.post("/accounts", &account).await.json()["id"].clone();
    let path = format!("/accounts/{}", id.as_str().unwrap());
    let answer = program.ask(Method::POST, &format!("{path}/test")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_clean(&answer);
    let told = answer.json();
    assert_eq!(told["works"], false);
    assert!(
        told["fault"]["cause"].is_string() && told["fault"]["remedy"].is_string(),
        "{told}"
    );
    assert_eq!(told["steps"].as_array().unwrap().len(), 6);
    let past = program
        .post(
            &format!("{path}/pause"),
            &json!({"until": "2020-01-01T00:00:00Z"}),
        )
        .await;
    assert_eq!(
        (past.status, past.pointers()),
        (StatusCode::UNPROCESSABLE_ENTITY, vec!["/until".to_owned()])
    );
    let pause = json!({"until": "2027-01-01T00:00:00Z"});
    let paused = program.post(&format!("{path}/pause"), &pause).await;
    assert_eq!(paused.status, StatusCode::NO_CONTENT, "{}", paused.body);
    let held = program.get(&format!("{path}/activity")).await.json();
    assert_eq!(held["hold"]["reason"], "paused");
    assert_eq!(held["hold"]["until"], "2027-01-01T00:00:00Z");
    assert_eq!(held["hours"].as_array().unwrap().len(), 24);
    let resumed = program.ask(Method::POST, &format!("{path}/resume")).await;
    assert_eq!(resumed.status, StatusCode::NO_CONTENT, "{}", resumed.body);
    // It is off: what waits goes on when it is switched on.
    let off = program.get(&format!("{path}/activity")).await.json();
    assert_eq!(off["hold"]["reason"], "off");
}
