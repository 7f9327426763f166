//! How much of the events and deliveries is read for an answer, whatever their number.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use domain::{DeliveryState, EventKind, FaultClass, SkipReason};
use persistence::{Changed, DeliveryChange, DeliveryPlace, DeliveryQuery, EventQuery, Memory, Store};
use persistence_contract::queue::{
    AT, accept, at, claim, delivered, event, event_id, finish_all, insert_accounts, order, released, retried,
    time, whole,
};
use persistence_postgres::{PostgresOptions, PostgresStore};

use crate::support::{Database, open};

/// Events that the database holds, each with one delivery to an account.
const EVENTS: u64 = 30_000;
/// The most entries of an index and rows of a table that an answer may cost.
const READS_MAX: i64 = 5_000;

/// Entries and rows read since the last time. Only what a store has closed is counted to the end.
async fn count_reads(database: &Database) -> i64 {
    let mut conn = database.connect().await;
    let count = sqlx::query_scalar(
        "with tables (name) as (values ('events'), ('deliveries'), ('delivery_memories'))
         select (select sum(seq_tup_read) from pg_stat_user_tables join tables on relname = name)::bigint
             + (select sum(idx_tup_read) from pg_stat_user_indexes join tables on relname = name)::bigint",
    )
    .fetch_one(&mut conn)
    .await
    .unwrap();
    sqlx::query("select pg_stat_reset()")
        .execute(&mut conn)
        .await
        .unwrap();
    count
}

type Asking = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Asks, and looks how much that cost.
async fn assert_is_cheap(database: &Database, what: &str, ask: impl FnOnce(Arc<dyn Store>) -> Asking) {
    let store = open(database).await;
    count_reads(database).await;
    ask(Arc::clone(&store)).await;
    store.close().await;
    let count = count_reads(database).await;
    assert!(count < READS_MAX, "{what} reads {count}");
}

/// The server does not look by itself at what the tables hold.
async fn leave_unknown(database: &Database) {
    for table in ["events", "deliveries", "delivery_memories"] {
        let statement = format!("alter table {table} set (autovacuum_enabled = false)");
        database.execute(&statement).await;
    }
}

/// Fills the database with events of which each waits for account 1.
async fn fill(database: &Database, kind: EventKind) {
    leave_unknown(database).await;
    database
        .execute(&format!(
            "insert into events (site_id, id, source, external_id, kind, entity_id, occurred_at, received_at, sealed)
             select '00000000-0000-0000-0000-000000000001', id, 'shop', number::text, '{kind}', 'thing ' || number % 3000,
                 {AT}, {AT}, 'x'
             from generate_series(1, {EVENTS}) as number
             cross join lateral (select (lpad(to_hex({AT}), 12, '0') || lpad(to_hex(number), 20, '0'))::uuid as id) as ids",
            kind = kind.code()
        ))
        .await;
    database
        .execute(
            "insert into deliveries (event_id, account_id, received_at, due_at, updated_at, state, queue, lane)
             select id, '00000000-0000-0000-0000-000000000001', received_at, received_at, received_at, 'waiting', 'first',
                 uuid_send(id)
             from events on conflict do nothing",
        )
        .await;
}

/// Every question that is asked of the queue.
async fn assert_queue_is_cheap(database: &Database, account: domain::AccountId, is_waiting: bool) {
    assert_is_cheap(database, "list_due_accounts", |store| {
        Box::pin(async move {
            let due = store.list_due_accounts(time(1)).await.unwrap();
            assert_eq!(due.is_empty(), !is_waiting);
        })
    })
    .await;
    assert_is_cheap(database, "next_due_at", |store| {
        Box::pin(async move { assert_eq!(store.next_due_at(at(1)).await.unwrap(), None) })
    })
    .await;
    assert_is_cheap(database, "claim and finish", |store| {
        Box::pin(async move {
            let claimed = claim(&*store, account, 1, 32, 8).await;
            assert_eq!(claimed.len(), if is_waiting { 32 } else { 0 });
            let finishes = claimed.iter().map(|claimed| delivered(claimed, 2)).collect();
            finish_all(&*store, finishes).await;
        })
    })
    .await;
}

/// Every list, of both events and deliveries.
async fn assert_lists_are_cheap(database: &Database, site: domain::SiteId, account: domain::AccountId) {
    let all = whole(site);
    let mut queries = vec![all.clone()];
    for states in [
        Some(vec![DeliveryState::Refused]),
        Some(vec![DeliveryState::Waiting]),
        Some(vec![DeliveryState::Unknown, DeliveryState::Skipped]),
    ] {
        queries.push(DeliveryQuery {
            states: states.clone(),
            account: Some(account),
            ..all.clone()
        });
        queries.push(DeliveryQuery {
            states,
            class: Some(FaultClass::Payload),
            ..all.clone()
        });
    }
    queries.push(DeliveryQuery {
        entity_id: Some("thing 7".to_owned()),
        ..all.clone()
    });
    queries.push(DeliveryQuery {
        kind: Some(EventKind::PageDeleted),
        ..all.clone()
    });
    for query in queries {
        for place in [
            DeliveryPlace::Newest,
            DeliveryPlace::NewerThan(domain::DeliveryId {
                event: event_id(1),
                account,
            }),
        ] {
            let query = DeliveryQuery {
                place,
                limit: 50,
                ..query.clone()
            };
            assert_is_cheap(database, &format!("{query:?}"), |store| {
                Box::pin(async move {
                    store.list_deliveries(&query).await.unwrap();
                    store.count_deliveries(&query, 100).await.unwrap();
                })
            })
            .await;
        }
    }
    for (kind, entity_id) in [
        (None, None),
        (Some(EventKind::PageDeleted), None),
        (None, Some("thing 7".to_owned())),
        (None, Some("nothing".to_owned())),
    ] {
        let query = EventQuery {
            site,
            kind,
            entity_id,
            older_than: Some(event_id(EVENTS)),
            limit: 50,
        };
        assert_is_cheap(database, &format!("{query:?}"), |store| {
            Box::pin(async move { drop(store.list_events(&query).await.unwrap()) })
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_asked_often_reads_more_than_it_needs() {
    let database = Database::create().await;
    let store = open(&database).await;
    let (site, [mail, _]) = insert_accounts(&*store).await;
    store.close().await;
    // First everything waits, which the server does not know at first.
    fill(&database, EventKind::OrderPlaced).await;
    assert_queue_is_cheap(&database, mail.id, true).await;
    database.execute("vacuum analyze").await;
    assert_queue_is_cheap(&database, mail.id, true).await;
    assert_lists_are_cheap(&database, site, mail.id).await;
    assert_is_cheap(&database, "accept", |store| {
        Box::pin(async move {
            let cart = event(EVENTS + 1, EventKind::CartUpdated, "cart");
            let mut ordered = order(EVENTS + 2);
            ordered.ends_cart = Some("cart".to_owned());
            accept(&*store, site, &[cart, ordered]).await;
        })
    })
    .await;
    let query = whole(site);
    assert_is_cheap(&database, "skip", |store| {
        Box::pin(async move {
            let query = DeliveryQuery { limit: 100, ..query };
            let change = DeliveryChange::Skip(SkipReason::ByHand);
            let changed = store.change_deliveries(&query, change, time(5)).await.unwrap();
            assert_eq!((changed.count, changed.next.is_some()), (100, true));
        })
    })
    .await;
    // Then everything ends, and the server is not told of it.
    database
        .execute(
            "update deliveries set state = 'delivered', queue = null, leased_until = null, reason = null",
        )
        .await;
    database.execute("vacuum deliveries").await;
    assert_queue_is_cheap(&database, mail.id, false).await;
    assert_lists_are_cheap(&database, site, mail.id).await;
    let query = whole(site);
    assert_is_cheap(&database, "retry", |store| {
        Box::pin(async move {
            let change = DeliveryChange::RetryNow;
            let changed = store.change_deliveries(&query, change, time(5)).await.unwrap();
            assert_eq!(changed, Changed::default());
        })
    })
    .await;
    assert_is_cheap(&database, "purge", |store| {
        Box::pin(async move {
            let purged = store.purge_events(site, None, event_id(EVENTS), 100).await;
            assert_eq!(purged.unwrap().removed, 100);
        })
    })
    .await;
    let store = open(&database).await;
    let newest = EventQuery {
        site,
        kind: None,
        entity_id: None,
        older_than: None,
        limit: 500,
    };
    let newest = store.list_events(&newest).await.unwrap();
    store.close().await;
    for (after, at_most, expected) in [
        (None, 1000, 1000..=1000),
        (newest.last().map(|event| event.id), 1_000_000, 400..=499),
    ] {
        assert_is_cheap(&database, "count_purgeable", |store| {
            Box::pin(async move {
                let before = event_id(EVENTS);
                let counted = store.count_purgeable(site, after, before, at_most).await.unwrap();
                assert!(expected.contains(&counted.removable), "{counted:?}");
            })
        })
        .await;
    }
}

/// Takes `count` deliveries: of eight one is put back, one is to be tried again, and the others are delivered.
async fn work_off(store: &dyn Store, account: domain::AccountId, count: u32, now: i64) {
    let claimed = claim(store, account, now, count, 0).await;
    assert_eq!(claimed.len(), usize::try_from(count).unwrap());
    let end = |(number, one)| match number % 8 {
        0 => released(one, now, now),
        1 => retried(one, now, now + 3_600_000),
        _ => delivered(one, now),
    };
    finish_all(store, claimed.iter().enumerate().map(end).collect()).await;
    let key = vec![7; 32];
    let value = Some(now.to_string());
    let memory = Memory {
        key: key.clone(),
        value: value.clone(),
    };
    store.remember(account, vec![memory]).await.unwrap();
    assert_eq!(store.recall(account, vec![key]).await.unwrap(), [value]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_planned_while_there_was_nothing_serves_when_there_is_much() {
    let database = Database::create().await;
    let options = PostgresOptions {
        connections_max: 2,
        ..PostgresOptions::default()
    };
    let store: Arc<dyn Store> = Arc::new(PostgresStore::connect(&database.url(), &options).await.unwrap());
    let (site, [mail, _]) = insert_accounts(&*store).await;
    leave_unknown(&database).await;
    // Statements are planned for each connection, and after a few times for good.
    for number in 1..=10 {
        let event = order(EVENTS + number);
        accept(&*store, site, &[event]).await;
        let claimed = claim(&*store, mail.id, 1, 1, 1).await;
        finish_all(&*store, vec![retried(&claimed[0], 1, 3_600_000)]).await;
        let query = DeliveryQuery {
            limit: 1,
            ..whole(site)
        };
        let skip = DeliveryChange::Skip(SkipReason::ByHand);
        assert_eq!(
            store
                .change_deliveries(&query, skip, time(1))
                .await
                .unwrap()
                .count,
            1
        );
    }
    fill(&database, EventKind::OrderPlaced).await;
    database
        .execute(
            "insert into delivery_memories (account_id, key, value)
             select '00000000-0000-0000-0000-000000000001', uuid_send(id) || uuid_send(id), 'x' from events",
        )
        .await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    count_reads(&database).await;
    work_off(&*store, mail.id, 128, 2).await;
    let query = DeliveryQuery {
        limit: 100,
        ..whole(site)
    };
    let skip = DeliveryChange::Skip(SkipReason::ByHand);
    assert_eq!(
        store
            .change_deliveries(&query, skip, time(3))
            .await
            .unwrap()
            .count,
        100
    );
    store.close().await;
    let count = count_reads(&database).await;
    assert!(count < READS_MAX, "they read {count}");
}
