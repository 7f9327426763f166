//! What an operator does with accounts, events, deliveries and tokens at the command line.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::{Running, run, text};

/// What a command printed; it must have succeeded.
pub(super) fn done(data: &Path, args: &[&str]) -> String {
    let output = run(data, args, "");
    assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

pub(super) fn json(data: &Path, args: &[&str]) -> Value {
    let printed = done(data, args);
    printed
        .parse()
        .unwrap_or_else(|error| panic!("{args:?}: {error}: {printed}"))
}

/// What a command complained about; it must have failed.
pub(super) fn refused(data: &Path, args: &[&str], input: &str) -> String {
    let output = run(data, args, input);
    assert!(!output.status.success(), "{args:?}: {}", text(&output.stdout));
    text(&output.stderr)
}

pub(super) fn event(kind: domain::EventKind, id: &str) -> Value {
    let mut event = events::samples::event(kind);
    event["id"] = id.into();
    event
}

/// The active Clerk.io account of a panel with the sandbox's samples, which does not run any more.
pub(super) fn sandbox_account(data: &Path) -> Value {
    let running = Running::start(
        data,
        &[
            ("RACCORDO_SANDBOX", "on"),
            ("RACCORDO_SANDBOX_ADDR", "127.0.0.1:0"),
        ],
    );
    assert!(running.stop());
    let accounts = json(data, &["accounts", "list", "--platform", "clerk", "--json"]);
    accounts
        .as_array()
        .unwrap()
        .iter()
        .find(|account| account["active"] == true)
        .unwrap()
        .clone()
}

#[test]
fn a_token_is_printed_once_and_ends_when_it_is_revoked() {
    let folder = TempDir::new().unwrap();
    let data = folder.path();
    let made = json(
        data,
        &[
            "tokens",
            "create",
            "Negozio",
            "--scope",
            "events:write",
            "--scope",
            "log:read",
            "--json",
        ],
    );
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("rcd_") && secret.len() == 47, "{made}");
    let printed = done(data, &["tokens", "create", "Altro", "--scope", "events:read"]);
    assert!(
        printed.trim_end().starts_with("rcd_") && printed.lines().count() == 1,
        "{printed}"
    );
    let listed = done(data, &["tokens", "list"]);
    assert!(
        listed.contains("Negozio") && listed.contains("events:write log:read"),
        "{listed}"
    );
    assert!(
        !listed.contains(secret) && !listed.contains(printed.trim_end()),
        "{listed}"
    );
    let id = made["id"].as_str().unwrap();
    done(data, &["tokens", "revoke", id]);
    assert!(refused(data, &["tokens", "revoke", id], "").contains("revoked before"));
    let listed = json(data, &["tokens", "list", "--json"]);
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert!(listed[1]["revoked_at"].is_string(), "{listed}");
    let told = refused(data, &["tokens", "create", "X", "--scope", "everything"], "");
    assert!(told.contains("events:write"), "{told}");
}

#[test]
fn events_of_a_file_are_taken_once_and_a_bad_one_is_told() {
    let folder = TempDir::new().unwrap();
    let data = folder.path();
    let file = data.join("events.json");
    let mut bad = event(domain::EventKind::OrderPlaced, "bad");
    bad["data"]["currency"] = "euro".into();
    let batch = Value::from(vec![event(domain::EventKind::OrderPlaced, "good"), bad]);
    std::fs::write(&file, batch.to_string()).unwrap();
    let told = run(data, &["events", "send", file.to_str().unwrap()], "");
    assert!(
        !told.status.success() && text(&told.stderr).contains("1 of 2"),
        "{}",
        text(&told.stderr)
    );
    let printed = text(&told.stdout);
    assert!(
        printed.contains("good: accepted") && printed.contains("bad: refused /data/currency"),
        "{printed}"
    );
    let again = run(data, &["events", "send", "-", "--json"], &batch[0].to_string());
    assert!(again.status.success(), "{}", text(&again.stderr));
    let again: Value = text(&again.stdout).parse().unwrap();
    let known = &again["results"][0];
    assert_eq!(
        (&known["status"], &known["id"], &known["source"]),
        (&"known".into(), &batch[0]["id"], &batch[0]["source"])
    );
    let told = run(data, &["events", "send", "-", "--json"], &batch[1].to_string());
    assert!(!told.status.success());
    let told: Value = text(&told.stdout).parse().unwrap();
    let problem = &told["results"][0]["problem"];
    assert_eq!(
        (&problem["status"], &problem["errors"][0]["pointer"]),
        (&422.into(), &"/data/currency".into()),
        "{told}"
    );
    let listed = json(
        data,
        &["events", "list", "--type", "raccordo.order.placed.v1", "--json"],
    );
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["id"], known["event"]);
    let id = listed[0]["id"].as_str().unwrap();
    assert_eq!(
        json(data, &["events", "show", id, "--json"])["data"],
        batch[0]["data"]
    );
    assert!(done(data, &["events", "show", id]).contains("raccordo.order.placed.v1"));
    assert!(done(data, &["events", "list"]).contains("order.placed"));
    assert!(refused(data, &["events", "list", "--type", "order"], "").contains("raccordo.order.placed.v1"));
    assert!(refused(data, &["events", "send", "-"], "{").contains("1 of 1"));
    let large = data.join("large.json");
    std::fs::File::create(&large)
        .unwrap()
        .set_len(64 * 1024 * 1024 + 1)
        .unwrap();
    let told = refused(data, &["events", "send", large.to_str().unwrap()], "");
    assert!(told.contains("more than 67108864 bytes"), "{told}");
}

#[test]
fn accounts_are_switched_and_their_deliveries_skipped_and_retried() {
    let folder = TempDir::new().unwrap();
    let data = folder.path();
    let account = sandbox_account(data);
    let id = account["id"].as_str().unwrap();
    assert!(done(data, &["accounts", "list"]).contains(id));
    let shown = done(data, &["accounts", "show", id]);
    assert!(
        shown.contains("clerk") && shown.contains("private_key"),
        "{shown}"
    );
    let off = json(data, &["accounts", "deactivate", id, "--queue", "skip", "--json"]);
    assert_eq!(
        (&off["active"], &off["updated_by"]),
        (&Value::from(false), &Value::from("command-line"))
    );
    assert!(done(data, &["accounts", "activate", id]).contains("on"));
    // The sandbox does not run any more, and its hosts exist nowhere else.
    assert!(!refused(data, &["accounts", "test", id], "").is_empty());
    let order = event(domain::EventKind::ProductUpdated, "product").to_string();
    assert!(run(data, &["events", "send", "-"], &order).status.success());
    let listed = json(
        data,
        &[
            "deliveries",
            "list",
            "--account",
            id,
            "--state",
            "waiting",
            "--json",
        ],
    );
    let delivery = listed[0]["id"].as_str().unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    assert!(done(data, &["deliveries", "list"]).contains(delivery));
    assert!(done(data, &["deliveries", "skip", delivery]).contains("1 changed"));
    assert!(refused(data, &["deliveries", "skip", delivery], "").contains("0 of 1"));
    let unchanged = run(data, &["deliveries", "skip", delivery, "--json"], "");
    assert!(!unchanged.status.success() && text(&unchanged.stderr).contains("0 of 1"));
    let unchanged: Value = text(&unchanged.stdout).parse().unwrap();
    assert_eq!(unchanged["changed"], 0);
    assert!(done(data, &["deliveries", "show", delivery]).contains("Skipped by hand"));
    let retried = json(
        data,
        &[
            "deliveries",
            "retry",
            "--all",
            "--account",
            id,
            "--state",
            "skipped",
            "--json",
        ],
    );
    assert_eq!(retried["changed"], 1);
    assert_eq!(
        json(data, &["deliveries", "show", delivery, "--json"])["delivery"]["state"],
        "waiting"
    );
    assert!(refused(data, &["deliveries", "retry"], "").contains("<IDS>"));
    // A filter beside a name would be passed over, and no filter at all would mean everything.
    for filter in [["--state", "skipped"], ["--account", id], ["--entity", "881"]] {
        let told = refused(data, &["deliveries", "retry", delivery, filter[0], filter[1]], "");
        assert!(told.contains("cannot be used with"), "{told}");
    }
    let told = refused(data, &["deliveries", "retry", "--all", "--account", id], "");
    assert!(told.contains("--state"), "{told}");
}

#[test]
fn old_events_are_counted_and_deleted_only_when_it_is_meant() {
    let folder = TempDir::new().unwrap();
    let data = folder.path();
    let batch = Value::from(vec![
        event(domain::EventKind::OrderPlaced, "one"),
        event(domain::EventKind::OrderPlaced, "two"),
    ]);
    assert!(
        run(data, &["events", "send", "-"], &batch.to_string())
            .status
            .success()
    );
    let purge = |more: &[&str]| {
        let args = [&["events", "purge", "--older-than"], more].concat();
        json(data, &[args.as_slice(), &["--json"]].concat())
    };
    let counted = serde_json::json!({ "deletable": 2, "waiting": 0, "more": false });
    assert_eq!(purge(&["0"]), counted);
    assert_eq!(purge(&["1d"])["deletable"], 0);
    assert_eq!(purge(&["1d", "--yes"]), serde_json::json!({ "deleted": 0 }));
    let told = done(data, &["events", "purge", "--older-than", "0d"]);
    assert!(
        told.starts_with("2 would be deleted") && told.contains("--yes"),
        "{told}"
    );
    assert_eq!(
        json(data, &["events", "list", "--json"])
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let told = done(data, &["events", "purge", "--older-than", "0d", "--yes"]);
    assert_eq!(told.trim_end(), "2 deleted.");
    assert_eq!(
        json(data, &["events", "list", "--json"]),
        Value::from(Vec::<Value>::new())
    );
    assert!(refused(data, &["events", "purge", "--older-than", "-1", "--yes"], "").contains("older-than"));
    assert!(refused(data, &["events", "purge", "--older-than", "soon"], "").contains("36500"));
    assert!(!run(data, &["events", "purge", "--yes"], "").status.success());
}
