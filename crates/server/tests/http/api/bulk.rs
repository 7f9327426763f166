//! Many deliveries at once: failures in groups, retried and skipped step by step.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use domain::{AttemptOutcome, DeliveryState, EventKind, Fault, FaultClass, Timestamp};
use persistence::{Attempt, Claimed, Finish, Step};
use serde_json::{Value, json};
use service::Clock;

use super::{BATCH, Program, active_account, event};
use crate::support::{Home, Panel, on_both_databases};

on_both_databases!(
    what_failed_alike_is_listed_as_a_group_and_retried_step_by_step,
    what_fails_again_meanwhile_is_not_retried_for_ever,
    an_attempt_whose_time_is_up_is_not_under_way,
    old_events_are_deleted_step_by_step_but_for_those_that_wait,
);

/// Sends so many events about a product each.
async fn send_products(program: &Program, count: usize) {
    let events: Vec<Value> = (0..count)
        .map(|number| {
            let mut event = event(EventKind::ProductUpdated, &number.to_string());
            event["data"]["id"] = json!(number.to_string());
            event
        })
        .collect();
    let sent = program.events(BATCH, Value::from(events).to_string()).await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
}

/// Takes at most `most` of what is due for an account, for so many milliseconds.
async fn claim(panel: &Panel, account: &str, most: u32, lease_ms: i64) -> Vec<Claimed> {
    let time = panel.raccordo.queue_time().await.unwrap();
    let until = Timestamp::from_ms(time.leases.ms() + lease_ms);
    panel
        .raccordo
        .store()
        .claim_deliveries(account.parse().unwrap(), time, until, most, most)
        .await
        .unwrap()
}

/// The platform refuses whatever is due for an account; answers how many that were.
async fn refuse(panel: &Panel, account: &str) -> usize {
    let now = panel.clock.now();
    let finishes: Vec<Finish> = claim(panel, account, 32, 30_000)
        .await
        .into_iter()
        .map(|claimed| Finish {
            id: claimed.id,
            fence: claimed.fence,
            at: now,
            attempt: Some(Attempt {
                started_at: now,
                ms: 5,
                outcome: AttemptOutcome::Failed(FaultClass::Payload),
                fault: Some(Fault::ConnectionRefused {
                    host: "api.clerk.io".to_owned(),
                }),
                sealed_exchanges: Vec::new(),
            }),
            step: Step::End {
                state: DeliveryState::Refused,
                reason: None,
            },
            entries: Vec::new(),
            memories: Vec::new(),
        })
        .collect();
    let count = finishes.len();
    let is_held = panel.raccordo.store().finish_deliveries(finishes).await.unwrap();
    assert!(is_held.iter().all(|is_finished| *is_finished));
    count
}

async fn what_failed_alike_is_listed_as_a_group_and_retried_step_by_step(home: Home) {
    let panel = Panel::start_in(home).await;
    let program = Program::full(&panel).await;
    let account = active_account(&program).await;
    send_products(&program, 5).await;
    assert_eq!(program.get("/deliveries/failures").await.json(), json!([]));
    panel.clock.pass(1);
    assert_eq!(refuse(&panel, &account).await, 5);
    let groups = program.get("/deliveries/failures").await.json();
    assert_eq!(groups.as_array().unwrap().len(), 1, "{groups}");
    let group = &groups[0];
    assert_eq!((&group["count"], &group["account"]), (&json!(5), &json!(account)));
    panel.clock.pass(1);
    let mut chosen = json!({
        "state": group["state"], "account": account, "class": group["class"], "limit": 2,
        "type": "raccordo.product.updated.v1", "from": "2026-11-23T00:00:00Z", "before": "2026-11-24T00:00:00Z",
    });
    let mut steps = Vec::new();
    loop {
        let answer = program.post("/deliveries/retry", &chosen).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let step = answer.json();
        for name in ["updated_before", "next"] {
            chosen[name] = step[name].clone();
        }
        steps.push(step["changed"].as_u64().unwrap());
        if step["more"] == false {
            break;
        }
    }
    assert_eq!(steps, [2, 2, 1]);
    assert_eq!(program.get("/deliveries/failures").await.json(), json!([]));
    panel.clock.pass(1);
    let one = json!({ "state": "waiting", "entity": "3" });
    let skipped = program.post("/deliveries/skip", &one).await.json();
    assert_eq!(
        (&skipped["changed"], &skipped["more"]),
        (&json!(1), &json!(false))
    );
    let rest = program
        .post("/deliveries/skip", &json!({ "state": "waiting" }))
        .await;
    assert_eq!(rest.json()["changed"], 4);
    let log = program.get("/log").await;
    assert!(log.body.contains("deliveries_retried") && log.body.contains("deliveries_skipped"));
}

async fn what_fails_again_meanwhile_is_not_retried_for_ever(home: Home) {
    let panel = Panel::start_in(home).await;
    let program = Program::full(&panel).await;
    let account = active_account(&program).await;
    send_products(&program, 3).await;
    assert_eq!(refuse(&panel, &account).await, 3);
    panel.clock.pass(1);
    let mut chosen = json!({ "state": "refused", "limit": 2 });
    let mut changed = 0;
    for round in 0.. {
        assert!(round < 10, "it never ends");
        let step = program.post("/deliveries/retry", &chosen).await.json();
        changed += step["changed"].as_u64().unwrap();
        if step["more"] == false {
            break;
        }
        chosen["updated_before"] = step["updated_before"].clone();
        panel.clock.pass(1);
        assert!(refuse(&panel, &account).await > 0);
    }
    assert_eq!(changed, 3);
}

async fn an_attempt_whose_time_is_up_is_not_under_way(home: Home) {
    let panel = Panel::start_in(home).await;
    let program = Program::full(&panel).await;
    let account = active_account(&program).await;
    send_products(&program, 2).await;
    let mut claimed = claim(&panel, &account, 1, 30_000).await;
    claimed.extend(claim(&panel, &account, 1, 1).await);
    // Whichever clock tells.
    panel.clock.pass(1);
    tokio::time::sleep(Duration::from_millis(20)).await;
    let listed = program.get("/deliveries").await.json();
    for (claimed, is_under_way) in claimed.iter().zip([true, false]) {
        let delivery = claimed.id.to_string();
        let listed = listed["items"].as_array().unwrap();
        let listed = listed.iter().find(|listed| listed["id"] == delivery.as_str());
        let detail = program.get(&format!("/deliveries/{delivery}")).await.json();
        let of_event = program.get(&format!("/events/{}", claimed.id.event)).await.json();
        for told in [listed.unwrap(), &detail["delivery"], &of_event["deliveries"][0]] {
            assert_eq!(told["is_under_way"], is_under_way, "{told}");
        }
    }
}

#[tokio::test]
async fn a_selection_that_means_nothing_is_pointed_at() {
    let panel = Panel::start().await;
    let program = Program::full(&panel).await;
    let cases = [
        ("retry", json!({}), ""),
        ("retry", json!({ "state": "gone" }), "/state"),
        ("retry", json!({ "state": "delivered" }), "/state"),
        ("skip", json!({ "state": "refused" }), "/state"),
        ("skip", json!({ "state": "waiting", "limit": 0 }), "/limit"),
        ("skip", json!({ "state": "waiting", "limit": 501 }), "/limit"),
        ("retry", json!({ "state": "unknown", "account": "x" }), "/account"),
        (
            "retry",
            json!({ "state": "unknown", "type": "order.placed" }),
            "/type",
        ),
        ("retry", json!({ "state": "unknown", "class": "bad" }), "/class"),
        (
            "retry",
            json!({ "state": "unknown", "from": "yesterday" }),
            "/from",
        ),
        (
            "retry",
            json!({ "state": "unknown", "updated_before": 5 }),
            "/updated_before",
        ),
        ("retry", json!({ "state": "unknown", "colour": "red" }), "/colour"),
    ];
    for (action, selection, pointer) in cases {
        let answer = program.post(&format!("/deliveries/{action}"), &selection).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{selection}");
        assert_eq!(answer.pointers(), [pointer], "{}", answer.body);
    }
    let answer = program.ask(Method::POST, "/deliveries/retry").await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

async fn old_events_are_deleted_step_by_step_but_for_those_that_wait(home: Home) {
    let panel = Panel::start_in(home).await;
    let program = Program::full(&panel).await;
    let account = active_account(&program).await;
    send_products(&program, 5).await;
    assert_eq!(refuse(&panel, &account).await, 5);
    let one = json!({ "state": "refused", "entity": "1" });
    panel.clock.pass(1);
    let retried = program.post("/deliveries/retry", &one).await;
    assert_eq!(retried.json()["changed"], 1);
    panel.clock.pass(1);
    let mut asked = json!({ "before": "2999-01-01T00:00:00Z", "limit": 2 });
    let mut steps = Vec::new();
    loop {
        let answer = program.post("/events/purge", &asked).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let step = answer.json();
        steps.push(step["deleted"].as_u64().unwrap());
        if step["more"] == false {
            assert!(step.get("after").is_none(), "{step}");
            break;
        }
        asked["before"] = step["before"].clone();
        asked["after"] = step["after"].clone();
        // What comes in meanwhile is not touched, although that time has not come.
        if steps.len() == 1 {
            panel.clock.pass(1);
            let event = event(EventKind::PageUpdated, "page").to_string();
            assert!(
                program
                    .events(BATCH, format!("[{event}]"))
                    .await
                    .status
                    .is_success()
            );
        }
    }
    assert_eq!(steps, [1, 2, 1]);
    let left = program.get("/events").await.json();
    assert_eq!(left["items"].as_array().unwrap().len(), 2, "{left}");
    let log = program.get("/log").await;
    assert_eq!(log.body.matches("events_purged").count(), 3, "{}", log.body);
    for (body, pointer) in [
        (json!({}), ""),
        (json!({ "before": "yesterday" }), "/before"),
        (
            json!({ "before": "2026-11-23T00:00:00Z", "after": "x" }),
            "/after",
        ),
        (
            json!({ "before": "2026-11-23T00:00:00Z", "limit": 501 }),
            "/limit",
        ),
    ] {
        let refused = program.post("/events/purge", &body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(
            refused.json()["errors"][0]["pointer"],
            pointer,
            "{body}: {}",
            refused.body
        );
    }
}
