//! What an operator does with the queue of an account at the command line.

use domain::{AccountId, AttemptOutcome, DeliveryState, EventKind, FaultClass, Timestamp};
use persistence::{Attempt, Deliveries, Finish, QueueTime, Step};
use persistence_sqlite::{SqliteOptions, SqliteStore};
use serde_json::Value;
use tempfile::TempDir;

use super::commands::{done, event, json, refused, sandbox_account};
use super::run;

#[test]
fn a_queue_is_paused_and_resumed_and_an_event_is_explained() {
    let folder = TempDir::new().unwrap();
    let data = folder.path();
    let account = sandbox_account(data);
    let id = account["id"].as_str().unwrap();
    let until = "2999-01-01T00:00:00Z";
    let paused = json(data, &["accounts", "pause", id, "--until", until, "--json"]);
    assert_eq!(
        (&paused["hold"]["reason"], &paused["hold"]["until"]),
        (&"paused".into(), &until.into())
    );
    let order = event(EventKind::ProductUpdated, "product").to_string();
    assert!(run(data, &["events", "send", "-"], &order).status.success());
    let shown = done(data, &["accounts", "activity", id]);
    assert!(shown.contains(until) && shown.contains("DELIVERED"), "{shown}");
    let activity = json(data, &["accounts", "activity", id, "--json"]);
    assert_eq!(activity["backlog"]["waiting"], 1);
    assert_eq!(activity["hours"].as_array().unwrap().len(), 24);
    let resumed = json(data, &["accounts", "resume", id, "--json"]);
    assert!(resumed.get("hold").is_none(), "{resumed}");
    let told = refused(
        data,
        &["accounts", "pause", id, "--until", "2020-01-01T00:00:00Z"],
        "",
    );
    assert!(told.contains("passed"), "{told}");
    let nobody = "019a9b57-2c00-7000-8000-000000000001";
    for action in ["pause", "resume", "activity"] {
        let told = refused(data, &["accounts", action, nobody], "");
        assert!(told.contains("there is no account"), "{told}");
    }
    let events = json(data, &["events", "list", "--json"]);
    let event = events[0]["id"].as_str().unwrap();
    let explained = json(data, &["events", "explain", event, "--json"]);
    let of_account = explained
        .as_array()
        .unwrap()
        .iter()
        .find(|explained| explained["account"] == id)
        .unwrap();
    let url = of_account["calls"][0]["url"].as_str().unwrap();
    let shown = done(data, &["events", "explain", event]);
    assert!(shown.contains(id) && shown.contains(url), "{shown}");
    assert!(refused(data, &["events", "explain", nobody], "").contains("there is no event"));
}

fn now() -> Timestamp {
    #[expect(
        clippy::disallowed_methods,
        reason = "the program beside runs by the same clock"
    )]
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Timestamp::from_ms(since.unwrap().as_millis().try_into().unwrap())
}

/// A platform that refuses `limit` of what is due for an account, at an instant.
async fn refuse(store: &SqliteStore, account: AccountId, limit: u32, at: Timestamp) {
    let claimed = store
        .claim_deliveries(
            account,
            QueueTime::same(now()),
            Timestamp::from_ms(at.ms() + 30_000),
            limit,
            0,
        )
        .await
        .unwrap();
    assert_eq!(u32::try_from(claimed.len()), Ok(limit));
    let finishes: Vec<Finish> = claimed
        .into_iter()
        .map(|claimed| Finish {
            id: claimed.id,
            fence: claimed.fence,
            at,
            attempt: Some(Attempt {
                started_at: at,
                ms: 1,
                outcome: AttemptOutcome::Failed(FaultClass::Payload),
                fault: None,
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
    store.finish_deliveries(finishes).await.unwrap();
}

#[tokio::test]
async fn what_is_refused_again_after_the_beginning_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let data = folder.path();
    let account = sandbox_account(data);
    let id = account["id"].as_str().unwrap();
    let events: Vec<Value> = (0..5)
        .map(|number| {
            let mut event = event(EventKind::ProductUpdated, &number.to_string());
            event["data"]["id"] = number.to_string().into();
            event
        })
        .collect();
    let sent = run(data, &["events", "send", "-"], &Value::from(events).to_string());
    assert!(sent.status.success());
    let store = SqliteStore::open(&data.join("raccordo.db"), SqliteOptions::default())
        .await
        .unwrap();
    let account: AccountId = id.parse().unwrap();
    refuse(&store, account, 3, now()).await;
    // As if a platform refused these while the command runs.
    let meanwhile = Timestamp::from_ms(now().ms() + 3_600_000);
    refuse(&store, account, 2, meanwhile).await;
    let retry = [
        "deliveries",
        "retry",
        "--all",
        "--state",
        "refused",
        "--account",
        id,
        "--json",
    ];
    assert_eq!(json(data, &retry)["changed"], 3);
    assert_eq!(json(data, &retry)["changed"], 0);
}
