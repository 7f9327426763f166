//! Limits: each answers with what to do, and none loses what was taken before.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use domain::{EventKind, Scope};
use persistence_sqlite::SqliteOptions;
use serde_json::{Value, json};

use super::{BATCH, EVENT, Program, clerk, event};
use crate::support::{Home, Panel, Setup};

#[tokio::test]
async fn an_event_and_a_batch_have_a_largest_size() {
    let panel = Panel::empty().await;
    let program = Program::with(&panel, &[Scope::EventsWrite]).await;
    let mut large = event(EventKind::OrderPlaced, "large");
    large["padding"] = json!("x".repeat(1024 * 1024));
    let large = large.to_string();
    for media in [EVENT, "application/json"] {
        let answer = program.events(media, large.clone()).await;
        assert_eq!(
            (answer.status, answer.problem()),
            (StatusCode::PAYLOAD_TOO_LARGE, "too-large".to_owned())
        );
        assert!(answer.body.contains("1048576"), "{}", answer.body);
    }
    let batch = program.events(BATCH, format!("[{large}]")).await;
    assert_eq!(batch.status, StatusCode::ACCEPTED, "{}", batch.body);
    let huge = Body::from(vec![b' '; 5 * 1024 * 1024 + 1]);
    let answer = program.events(BATCH, huge).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(
        answer.body.contains("5242880 bytes: send less"),
        "{}",
        answer.body
    );
    let told = program
        .send(
            Method::POST,
            "/events",
            &[
                ("content-type", BATCH),
                ("content-length", "99999999999999999999"),
            ],
            Body::from("[]"),
        )
        .await;
    assert!(told.status.is_client_error() || told.status == StatusCode::ACCEPTED);
    let many: Vec<Value> = (0..1_001)
        .map(|number| event(EventKind::PageDeleted, &number.to_string()))
        .collect();
    let answer = program.events(BATCH, Value::from(many).to_string()).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(
        answer.body.contains("1000 events: send them in several"),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn a_token_that_sends_too_much_waits_and_others_do_not() {
    let setup = Setup {
        api_rate: 10,
        ..Setup::default()
    };
    let panel = Panel::open(Home::folder(), setup).await;
    let (busy, other) = (Program::full(&panel).await, Program::full(&panel).await);
    for number in 0..10 {
        let answer = busy.get("/events").await;
        assert_eq!(answer.status, StatusCode::OK, "{number}: {}", answer.body);
    }
    let answer = busy.get("/events").await;
    assert_eq!(
        (answer.status, answer.problem()),
        (StatusCode::TOO_MANY_REQUESTS, "too-many".to_owned())
    );
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(other.get("/events").await.status, StatusCode::OK);
    panel.clock.pass(1);
    let batch: Vec<Value> = (0..50)
        .map(|number| event(EventKind::PageDeleted, &number.to_string()))
        .collect();
    let answer = busy.events(BATCH, Value::from(batch).to_string()).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "a batch is taken whole");
    panel.clock.pass(2);
    let answer = busy.get("/events").await;
    assert_eq!(
        answer.status,
        StatusCode::TOO_MANY_REQUESTS,
        "each of its events counts"
    );
    assert_eq!(answer.header("retry-after"), "3");
    panel.clock.pass(3);
    assert_eq!(busy.get("/events").await.status, StatusCode::OK);
}

#[tokio::test]
async fn without_the_master_key_nothing_is_taken_and_what_is_there_is_shown() {
    let panel = Panel::empty().await;
    let program = Program::full(&panel).await;
    let order = event(EventKind::OrderPlaced, "order").to_string();
    let taken = program.events(EVENT, order.clone()).await.json();
    let id = taken["results"][0]["event"].as_str().unwrap();
    panel.raccordo.close().await;
    let setup = Setup {
        key: None,
        ..Setup::default()
    };
    let keyless = Panel::open(panel.home.clone(), setup).await;
    let program = Program {
        router: keyless.router.clone(),
        ..program
    };
    let answer = program.events(EVENT, order).await;
    assert_eq!(
        (answer.status, answer.problem()),
        (StatusCode::SERVICE_UNAVAILABLE, "locked".to_owned())
    );
    assert_eq!(answer.header("retry-after"), "60");
    let answer = program.post("/accounts", &clerk("Ricerca")).await;
    assert_eq!(answer.problem(), "locked");
    let detail = program.get(&format!("/events/{id}")).await;
    assert_eq!(detail.status, StatusCode::OK, "{}", detail.body);
    assert_eq!(detail.json()["is_locked"], true);
    assert!(detail.json().get("data").is_none());
}

#[tokio::test]
async fn a_database_that_is_full_or_read_only_says_when_to_come_again() {
    let panel = Panel::empty().await;
    let program = Program::full(&panel).await;
    panel.raccordo.close().await;
    let size = std::fs::metadata(panel.home.path().join("raccordo.db"))
        .unwrap()
        .len();
    let full = SqliteOptions {
        pages_max: Some(u32::try_from(size / 4096).unwrap()),
        ..SqliteOptions::default()
    };
    let full = Panel::open(panel.home.clone(), setup(full)).await;
    let program = Program {
        router: full.router.clone(),
        ..program
    };
    let mut status = StatusCode::ACCEPTED;
    for round in 0..400 {
        let answer = program
            .events(
                EVENT,
                event(EventKind::OrderPlaced, &round.to_string()).to_string(),
            )
            .await;
        status = answer.status;
        if status != StatusCode::ACCEPTED {
            assert_eq!(
                (answer.problem(), answer.header("retry-after")),
                ("unavailable".to_owned(), "60")
            );
            assert!(answer.body.contains("disk"), "{}", answer.body);
            break;
        }
    }
    assert_eq!(
        status,
        StatusCode::SERVICE_UNAVAILABLE,
        "at some point the disk is full"
    );
    full.raccordo.close().await;
    let read_only = SqliteOptions {
        read_only: true,
        ..SqliteOptions::default()
    };
    let read_only = Panel::open(panel.home.clone(), setup(read_only)).await;
    let program = Program {
        router: read_only.router.clone(),
        ..program
    };
    assert_eq!(program.get("/events").await.status, StatusCode::OK);
    let answer = program
        .events(EVENT, event(EventKind::OrderPlaced, "late").to_string())
        .await;
    assert_eq!(
        (answer.status, answer.header("retry-after")),
        (StatusCode::SERVICE_UNAVAILABLE, "60")
    );
}

fn setup(sqlite: SqliteOptions) -> Setup {
    Setup {
        sqlite,
        ..Setup::default()
    }
}
