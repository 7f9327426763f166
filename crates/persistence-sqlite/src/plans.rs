//! How the database goes about events and deliveries, whatever their number: what the planner makes of each statement.
#![expect(clippy::unwrap_used, reason = "what is not as it should be fails the test")]

use domain::{
    AccountId, DeliveryId, DeliveryState, EventId, EventKind, FaultClass, SiteId, SkipReason, Timestamp,
};
use persistence::{DeliveryChange, DeliveryPlace, DeliveryQuery, EventQuery};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection, Row};
use uuid::Uuid;

use crate::connection::File;
use crate::delivery_list::Part;
use crate::{
    SqliteOptions, backlog, claims, delivery_changes, events, finishes, intake, lanes, migration, stage,
};

/// A connection to an empty database with all tables.
async fn connect(folder: &tempfile::TempDir) -> SqliteConnection {
    let file = File::new(&folder.path().join("raccordo.db"), SqliteOptions::default()).unwrap();
    file.create().unwrap();
    migration::run(&file).await.unwrap();
    SqliteConnection::connect_with(&file.for_writing()).await.unwrap()
}

/// The plan of a statement, line by line.
async fn plan(conn: &mut SqliteConnection, statement: &str) -> Vec<String> {
    let rows = sqlx::query(AssertSqlSafe(format!("explain query plan {statement}")))
        .fetch_all(conn)
        .await
        .unwrap();
    rows.iter().map(|row| row.try_get("detail").unwrap()).collect()
}

/// Nothing goes through all events, or through all deliveries of an account.
fn assert_narrow(plan: &[String], statement: &str) {
    for line in plan {
        // Accounts are few; JSON, sub-queries and constants are what the statement itself brings.
        let is_whole = line.starts_with("SCAN ")
            && ![
                "SCAN account",
                "SCAN (",
                "SCAN page",
                "SCAN alike",
                "SCAN new",
                "SCAN waiting",
                "SCAN CONSTANT ROW",
            ]
            .iter()
            .any(|few| line.starts_with(few))
            && !line.contains("VIRTUAL TABLE");
        assert!(!is_whole, "{line}\nof {plan:#?}\nof {statement}");
        let is_of_account =
            line.ends_with("USING PRIMARY KEY (account_id=?)") && !line.contains("delivery_holds");
        assert!(!is_of_account, "{line}\nof {plan:#?}\nof {statement}");
    }
}

#[tokio::test]
async fn events_are_taken_in_and_handed_out_along_indices() {
    let folder = tempfile::tempdir().unwrap();
    let mut conn = connect(&folder).await;
    let candidates = claims::candidates(stage::READY, 32);
    for (statement, index) in [
        (intake::INSERT_DELIVERIES, "open USING INDEX deliveries_lane_idx"),
        (intake::SKIP_CARTS, "events USING INDEX events_entity_idx"),
        (
            lanes::FREE,
            "open USING INDEX deliveries_lane_idx (lane=? AND account_id=?)",
        ),
        (
            lanes::DELAY,
            "deliveries USING INDEX deliveries_lane_idx (lane=? AND account_id=? AND event_id>?)",
        ),
        (
            finishes::UPDATE,
            "deliveries USING PRIMARY KEY (account_id=? AND event_id=?)",
        ),
        (
            claims::DUE_ACCOUNTS,
            "deliveries USING INDEX deliveries_stage_idx (account_id=? AND stage=?)",
        ),
        (
            claims::NEXT_DUE,
            "deliveries USING COVERING INDEX deliveries_time_idx (account_id=? AND <expr>>?)",
        ),
        (
            claims::MAKE_READY,
            "deliveries USING COVERING INDEX deliveries_time_idx (account_id=? AND <expr><?)",
        ),
        (
            &candidates,
            "candidate USING INDEX deliveries_stage_idx (account_id=? AND stage=?)",
        ),
        (
            &candidates,
            "open USING INDEX deliveries_lane_idx (lane=? AND account_id=? AND event_id<?)",
        ),
        (
            &claims::CLAIMED_EVENTS,
            "later USING INDEX events_entity_idx (site_id=? AND entity_id=? AND id>?)",
        ),
    ] {
        let plan = plan(&mut conn, statement).await;
        assert_narrow(&plan, statement);
        assert!(
            plan.join("\n").contains(index),
            "{index}\n{plan:#?}\nof {statement}"
        );
    }
    // The oldest come first without being sorted.
    let plan = plan(&mut conn, &candidates).await;
    assert!(!plan.join("\n").contains("B-TREE"), "{plan:#?}");
}

#[tokio::test]
async fn what_is_counted_and_purged_is_found_along_indices() {
    let folder = tempfile::tempdir().unwrap();
    let mut conn = connect(&folder).await;
    let backlog_plan = plan(&mut conn, &backlog::statement(9)).await;
    assert_narrow(&backlog_plan, "backlog");
    let text = backlog_plan.join("\n");
    assert!(text.contains("COVERING INDEX deliveries_stage_idx (account_id=? AND stage=?)"));
    assert!(text.contains("COVERING INDEX deliveries_time_idx (account_id=?)"));
    let weighed = plan(&mut conn, &backlog::weigh_statement()).await;
    assert_narrow(&weighed, "weighed");
    let text = weighed.join("\n");
    assert!(text.contains("later USING INDEX events_entity_idx (site_id=? AND entity_id=? AND id>?)"));
    assert!(
        text.contains("deliveries_time_idx (account_id=? AND <expr><?)"),
        "{text}"
    );
    let groups = plan(&mut conn, &backlog::groups_statement(9)).await;
    assert_narrow(&groups, "groups");
    let index = "COVERING INDEX deliveries_failure_idx (account_id=? AND stage>?)";
    assert!(groups.join("\n").contains(index), "{groups:#?}");
    for (statement, index) in [
        (
            events::aged(9),
            "events USING COVERING INDEX sqlite_autoindex_events_1 (site_id=? AND id>? AND id<?)",
        ),
        (
            events::aged_after(9),
            "events USING COVERING INDEX sqlite_autoindex_events_1 (site_id=? AND id>? AND id<?)",
        ),
        (
            events::COUNT_AGED.to_owned(),
            "events USING COVERING INDEX sqlite_autoindex_events_1 (site_id=? AND id>? AND id<?)",
        ),
        (
            events::COUNT_WAITING.to_owned(),
            "deliveries USING COVERING INDEX deliveries_stage_idx (account_id=? AND stage=? AND event_id>? AND event_id<?)",
        ),
    ] {
        let plan = plan(&mut conn, &statement).await;
        assert_narrow(&plan, &statement);
        let text = plan.join("\n");
        assert!(text.contains(index) && !text.contains("ORDER BY"), "{plan:#?}");
    }
    for (kind, entity_id, index) in [
        (None, None, "sqlite_autoindex_events_1 (site_id=? AND id<?)"),
        (
            Some(EventKind::OrderPlaced),
            None,
            "events_kind_idx (site_id=? AND kind=? AND id<?)",
        ),
        (
            None,
            Some("1"),
            "events_entity_idx (site_id=? AND entity_id=? AND id<?)",
        ),
        (
            Some(EventKind::OrderPlaced),
            Some("1"),
            "events_entity_idx (site_id=? AND entity_id=? AND id<?)",
        ),
    ] {
        let query = EventQuery {
            site: SiteId::new(Uuid::nil()),
            kind,
            entity_id: entity_id.map(str::to_owned),
            older_than: Some(EventId::new(Uuid::nil())),
            limit: 50,
        };
        let plan = plan(&mut conn, &events::list_statement(&query)).await.join("\n");
        assert!(plan.contains(index) && !plan.contains("B-TREE"), "{plan}");
    }
}

/// Every way to narrow a list of deliveries.
fn queries() -> Vec<DeliveryQuery> {
    let id = DeliveryId {
        event: EventId::new(Uuid::max()),
        account: AccountId::new(Uuid::nil()),
    };
    let mut queries = Vec::new();
    for account in [None, Some(id.account)] {
        for states in [
            None,
            Some(vec![DeliveryState::Waiting]),
            Some(vec![DeliveryState::Delivered]),
            Some(vec![DeliveryState::Refused, DeliveryState::GivenUp]),
        ] {
            for kind in [None, Some(EventKind::OrderPlaced)] {
                for class in [None, Some(FaultClass::Payload)] {
                    for entity_id in [None, Some("1".to_owned())] {
                        for place in [
                            DeliveryPlace::Newest,
                            DeliveryPlace::OlderThan(id),
                            DeliveryPlace::NewerThan(DeliveryId {
                                event: EventId::new(Uuid::nil()),
                                ..id
                            }),
                        ] {
                            queries.push(DeliveryQuery {
                                site: SiteId::new(Uuid::nil()),
                                account,
                                states: states.clone(),
                                kind,
                                class,
                                entity_id: entity_id.clone(),
                                from: None,
                                before: None,
                                updated_before: None,
                                place,
                                limit: 50,
                            });
                        }
                    }
                }
            }
        }
    }
    queries
}

/// What a list is read along, by what narrows it.
fn expected(query: &DeliveryQuery) -> &'static str {
    let is_failures = |states: &Vec<DeliveryState>| states.iter().all(|state| state.is_failure());
    match (&query.states, query.class, query.kind) {
        _ if query.entity_id.is_some() => {
            "event USING COVERING INDEX events_entity_idx (site_id=? AND entity_id=? AND id>?"
        }
        (Some(states), Some(_), _) if is_failures(states) => {
            "found USING COVERING INDEX deliveries_failure_idx (account_id=? AND stage=? AND class=? AND event_id>? AND event_id<?)"
        }
        (_, Some(_), _) => {
            "INDEX deliveries_class_idx (account_id=? AND class=? AND event_id>? AND event_id<?)"
        }
        (Some(states), None, _) if query.kind.is_none() || is_failures(states) => {
            "found USING COVERING INDEX deliveries_stage_idx (account_id=? AND stage=? AND event_id>? AND event_id<?)"
        }
        (_, None, Some(_)) => {
            "event USING COVERING INDEX events_kind_idx (site_id=? AND kind=? AND id>? AND id<?)"
        }
        _ => "found USING PRIMARY KEY (account_id=? AND event_id>? AND event_id<?)",
    }
}

#[tokio::test]
async fn every_list_of_deliveries_is_read_along_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let mut conn = connect(&folder).await;
    for query in queries() {
        let part = Part::of(&query, query.place).unwrap();
        for statement in [part.rows(50), part.count(1000)] {
            let plan = plan(&mut conn, &statement).await;
            assert_narrow(&plan, &statement);
            let text = plan.join("\n");
            // An index may serve more conditions than the shortest way to write it says.
            let index = expected(&query).replace("event USING COVERING INDEX", "event USING");
            let text = text
                .replace("event USING COVERING INDEX", "event USING")
                .replace("event USING INDEX", "event USING");
            assert!(
                text.contains(&index),
                "{index}\n{text}\nof {query:?}\n{statement}"
            );
            let mut by_id = plan.iter().filter(|line| line.starts_with("SEARCH events "));
            assert!(
                by_id.all(|line| line.ends_with(" AND id=?)")),
                "{text}\nof {query:?}"
            );
            if text.contains("event USING") {
                let mut found = plan.iter().filter(|line| line.starts_with("SEARCH found"));
                assert!(
                    found.all(|line| line.ends_with("event_id=?)")),
                    "{text}\nof {query:?}"
                );
            }
        }
        // What is to be changed is met in the order of events, stage by stage.
        let stages = [stage::BEHIND, stage::REFUSED];
        if let Some(part) = Part::to_change(&query, &stages, "found.attempts > 0", Timestamp::from_ms(0)) {
            let statement = part.ids(500);
            let plan = plan(&mut conn, &statement).await;
            assert_narrow(&plan, &statement);
            let index = if query.entity_id.is_some() {
                "events_entity_idx"
            } else {
                "deliveries_stage_idx (account_id=? AND stage=? AND event_id>? AND event_id<?)"
            };
            assert!(plan.join("\n").contains(index), "{plan:#?}");
        }
    }
}

#[tokio::test]
async fn what_is_changed_is_found_by_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let mut conn = connect(&folder).await;
    for query in queries() {
        let stages = [stage::BEHIND, stage::REFUSED];
        let Some(part) = Part::to_change(&query, &stages, "found.attempts > 0", Timestamp::from_ms(0)) else {
            continue;
        };
        for change in [DeliveryChange::RetryNow, DeliveryChange::Skip(SkipReason::ByHand)] {
            let statement = delivery_changes::statement(&part, change);
            let plan = plan(&mut conn, &statement).await;
            assert_narrow(&plan, &statement);
            let index = "SEARCH found USING PRIMARY KEY (account_id=? AND event_id=?)";
            assert!(plan.join("\n").contains(index), "{plan:#?}\nof {statement}");
        }
    }
}
