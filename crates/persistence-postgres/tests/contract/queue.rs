//! Several processes that take events in and hand deliveries out from one database.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{DeliveryId, EventKind, SkipReason};
use persistence::{Acceptance, DeliveryChange, DeliveryQuery, NewEvent, QueueTime, Store};
use persistence_contract::queue::{
    LEASE_MS, accept, at, claim, delivered, delivery, event, finish_all, finish_one, in_lane,
    insert_accounts, order, released, retried, time, whole,
};
use persistence_contract::race::race;
use persistence_contract::samples::{removed, site_id};
use persistence_postgres::{PostgresOptions, PostgresStore};

use crate::support::{Database, open};

/// Longer than anybody should have to wait.
const LONG: Duration = Duration::from_secs(20);

/// How long a store waited for work that was to come.
async fn waited(store: &Arc<dyn Store>) -> Duration {
    let started = Instant::now();
    store.await_work(LONG).await;
    started.elapsed()
}

/// Makes a store listen, and waits until what it had to tell is told.
async fn listen(store: &Arc<dyn Store>) {
    store.await_work(Duration::from_secs(2)).await;
    store.await_work(Duration::from_millis(200)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_is_woken_at_once() {
    let database = Database::create().await;
    let (here, there) = (open(&database).await, open(&database).await);
    let (site, [mail, _]) = insert_accounts(&*here).await;
    listen(&there).await;
    for number in 1..=5 {
        let waiting = {
            let there = Arc::clone(&there);
            tokio::spawn(async move { waited(&there).await })
        };
        tokio::time::sleep(Duration::from_millis(50)).await;
        let started = Instant::now();
        accept(&*here, site, &[order(number)]).await;
        waiting.await.unwrap();
        let late = started.elapsed();
        assert!(late < Duration::from_millis(100), "{late:?}");
        assert_eq!(there.list_due_accounts(time(1)).await.unwrap().len(), 2);
        assert_eq!(claim(&*there, mail.id, 1, 9, 0).await.len(), 1);
        there.await_work(Duration::from_millis(100)).await;
    }
    for store in [here, there] {
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_whose_connection_was_cut_listens_again() {
    let database = Database::create().await;
    let (here, there) = (open(&database).await, open(&database).await);
    let (site, _) = insert_accounts(&*here).await;
    listen(&there).await;
    database
        .execute(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and query ilike 'listen%'",
        )
        .await;
    // Whatever was told in between is looked for.
    assert!(waited(&there).await < Duration::from_secs(5));
    there.await_work(Duration::from_millis(300)).await;
    let waiting = {
        let there = Arc::clone(&there);
        tokio::spawn(async move { waited(&there).await })
    };
    tokio::time::sleep(Duration::from_millis(50)).await;
    accept(&*here, site, &[order(1)]).await;
    let late = waiting.await.unwrap();
    assert!(late < Duration::from_secs(1), "{late:?}");
    for store in [here, there] {
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_with_one_connection_wakes_others_and_waits_itself() {
    let database = Database::create().await;
    let options = PostgresOptions {
        connections_max: 1,
        ..PostgresOptions::default()
    };
    let here: Arc<dyn Store> = Arc::new(PostgresStore::connect(&database.url(), &options).await.unwrap());
    let there = open(&database).await;
    let (site, _) = insert_accounts(&*here).await;
    for store in [&here, &there] {
        listen(store).await;
    }
    let waiting = {
        let there = Arc::clone(&there);
        tokio::spawn(async move { waited(&there).await })
    };
    let numbers = race(30, |racer| {
        let here = Arc::clone(&here);
        async move {
            let number = u64::try_from(racer).unwrap() + 1;
            accept(&*here, site, &[order(number)]).await.len()
        }
    })
    .await;
    assert_eq!(numbers.into_iter().sum::<usize>(), 30);
    assert!(waiting.await.unwrap() < Duration::from_secs(2));
    assert!(waited(&here).await < Duration::from_secs(2));
    for store in [here, there] {
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn four_processes_hand_each_delivery_out_once() {
    let database = Database::create().await;
    let mut stores = Vec::new();
    for _ in 0..4 {
        stores.push(open(&database).await);
    }
    let (site, [mail, _]) = insert_accounts(&*stores[0]).await;
    // Three of each lane, which go out one after the other.
    let events: Vec<NewEvent> = (1..=600)
        .map(|number| in_lane(order(number), &format!("{}", number % 200)))
        .collect();
    accept(&*stores[0], site, &events).await;
    let claimed = race(16, |racer| {
        let store = Arc::clone(&stores[racer % 4]);
        async move {
            let mut own: Vec<DeliveryId> = Vec::new();
            let mut empty = 0;
            while empty < 20 {
                let claimed = claim(&*store, mail.id, 1, 7, 7).await;
                empty = if claimed.is_empty() { empty + 1 } else { 0 };
                own.extend(claimed.iter().map(|claimed| claimed.id));
                let finishes = claimed.iter().map(|claimed| delivered(claimed, 2)).collect();
                assert!(finish_all(&*store, finishes).await.iter().all(|held| *held));
                if claimed.is_empty() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
            own
        }
    })
    .await;
    let all: Vec<DeliveryId> = claimed.into_iter().flatten().collect();
    assert_eq!(all.len(), 600);
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), 600);
    let hours = stores[1].list_hours(mail.id, at(-3_600_000)).await.unwrap();
    assert_eq!(hours.iter().map(|hour| hour.delivered).sum::<u32>(), 600);
    for store in stores {
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_two_processes_take_in_at_once_is_taken_once() {
    let database = Database::create().await;
    let stores = [open(&database).await, open(&database).await];
    let (site, _) = insert_accounts(&*stores[0]).await;
    // Each list names the same events in an order of its own, under ids of its own.
    let answers = race(20, |racer| {
        let store = Arc::clone(&stores[racer % 2]);
        async move {
            let own = u64::try_from(racer).unwrap() * 1000;
            let mut events: Vec<NewEvent> = (0..50)
                .map(|number| NewEvent {
                    external_id: format!("same {number}"),
                    ..order(own + number)
                })
                .collect();
            events.rotate_left(racer * 7 % 50);
            (events.clone(), accept(&*store, site, &events).await)
        }
    })
    .await;
    let mut taken = std::collections::BTreeMap::new();
    for (events, acceptances) in &answers {
        for (event, acceptance) in events.iter().zip(acceptances) {
            if let Acceptance::Taken { deliveries } = acceptance {
                assert_eq!(*deliveries, 2);
                assert_eq!(taken.insert(&event.external_id, event.id), None);
            }
        }
    }
    assert_eq!(taken.len(), 50);
    for (events, acceptances) in &answers {
        for (event, acceptance) in events.iter().zip(acceptances) {
            if let Acceptance::Known(id) = acceptance {
                assert_eq!(taken[&event.external_id], *id);
            }
        }
    }
    for store in stores {
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_the_events_of_one_caller_is_no_matter_of_the_others() {
    let database = Database::create().await;
    let store = open(&database).await;
    let (site, _) = insert_accounts(&*store).await;
    let results = race(60, |racer| {
        let store = Arc::clone(&store);
        async move {
            let number = u64::try_from(racer).unwrap() + 1;
            let good = order(number);
            match racer % 3 {
                0 => store.accept_events(site, vec![good]).await,
                1 => store.accept_events(site_id(9), vec![good]).await,
                // Of its two, neither is taken.
                _ => {
                    let bad = event(number + 100, EventKind::OrderPlaced, "a\0b");
                    store.accept_events(site, vec![good, bad]).await
                }
            }
        }
    })
    .await;
    for (racer, result) in results.into_iter().enumerate() {
        assert_eq!(result.is_ok(), racer % 3 == 0, "{racer}: {result:?}");
        if let Ok(acceptances) = result {
            assert_eq!(acceptances, [Acceptance::Taken { deliveries: 2 }]);
        }
    }
    let mut conn = database.connect().await;
    let count: i64 = sqlx::query_scalar("select count(*) from events")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    assert_eq!(count, 20);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_removed_while_events_come_in_leaves_nothing_behind() {
    let database = Database::create().await;
    let stores = [open(&database).await, open(&database).await];
    let (site, [mail, search]) = insert_accounts(&*stores[0]).await;
    race(9, |racer| {
        let (store, mail) = (Arc::clone(&stores[racer % 2]), mail.clone());
        async move {
            let number = u64::try_from(racer).unwrap() * 100;
            match racer {
                8 => {
                    tokio::time::sleep(Duration::from_millis(30)).await;
                    store
                        .write_accounts(site, vec![removed(&mail)], Vec::new())
                        .await
                        .unwrap();
                }
                6 | 7 => {
                    for _ in 0..20 {
                        let claimed = claim(&*store, mail.id, 1, 9, 9).await;
                        finish_all(&*store, claimed.iter().map(|one| delivered(one, 2)).collect()).await;
                    }
                }
                _ => {
                    for next in 0..20 {
                        accept(&*store, site, &[order(number + next)]).await;
                    }
                }
            }
        }
    })
    .await;
    let mut conn = database.connect().await;
    for table in ["deliveries", "delivery_attempts", "delivery_hours"] {
        let statement = format!("select count(*) from {table} where account_id <> $1");
        let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
            .bind(search.id.uuid())
            .fetch_one(&mut conn)
            .await
            .unwrap();
        assert_eq!(count, 0, "{table}");
    }
    assert_eq!(
        stores[1].list_events(&whole_events(site)).await.unwrap().len(),
        120
    );
    for store in stores {
        store.close().await;
    }
}

fn whole_events(site: domain::SiteId) -> persistence::EventQuery {
    persistence::EventQuery {
        site,
        kind: None,
        entity_id: None,
        older_than: None,
        limit: 1000,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_lane_with_very_many_is_in_nobodys_way() {
    let database = Database::create().await;
    let store = open(&database).await;
    let (site, [mail, _]) = insert_accounts(&*store).await;
    let of_lane = |number| in_lane(order(number), "busy");
    let busy: Vec<NewEvent> = (1..=6_000).map(of_lane).collect();
    for part in busy.chunks(1_000) {
        accept(&*store, site, part).await;
    }
    accept(&*store, site, &[order(7_001), order(7_002)]).await;
    // The first of the lane, and the others that are behind all of it.
    let mut claimed = Vec::new();
    for _ in 0..4 {
        claimed.extend(claim(&*store, mail.id, 1, 32, 0).await);
    }
    let numbers: Vec<_> = claimed.iter().map(|one| one.id.event).collect();
    assert_eq!(numbers, [of_lane(1).id, order(7_001).id, order(7_002).id]);
    finish_one(&*store, retried(&claimed[0], 2, 3_000)).await;
    assert!(claim(&*store, mail.id, 3, 32, 32).await.is_empty());
    assert_eq!(delivery(&*store, 2, &mail).await.due_at, at(3_000));
    // Then one after the other.
    let first = claim(&*store, mail.id, 3_001, 32, 32).await;
    assert_eq!(first[0].id.event, of_lane(1).id);
    finish_one(&*store, delivered(&first[0], 3_001)).await;
    for number in 2..=20 {
        let next = claim(&*store, mail.id, 3_002, 32, 32).await;
        assert_eq!(
            next.iter().map(|one| one.id.event).collect::<Vec<_>>(),
            [of_lane(number).id]
        );
        finish_one(&*store, delivered(&next[0], 3_003)).await;
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leases_are_told_by_the_clock_of_the_server() {
    const HOUR: i64 = 3_600_000;
    let database = Database::create().await;
    let store = open(&database).await;
    let first = store.queue_time(at(0)).await.unwrap().leases;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let passed_ms = store.queue_time(at(HOUR)).await.unwrap().leases.ms() - first.ms();
    assert!(
        (20..10_000).contains(&passed_ms),
        "whoever asks, it is the same: {passed_ms}"
    );

    let (site, [mail, _]) = insert_accounts(&*store).await;
    accept(&*store, site, &[order(1)]).await;
    assert_eq!(claim(&*store, mail.id, 0, 9, 9).await.len(), 1);
    let apart = |due_ms: i64, leases_ms: i64| QueueTime {
        due: at(due_ms),
        leases: at(leases_ms),
    };
    let skip = DeliveryChange::Skip(SkipReason::ByHand);
    let of_mail = DeliveryQuery {
        account: Some(mail.id),
        ..whole(site)
    };
    // (by the clock of whoever asks, by that of leases, whether somebody may take it)
    for (due, leases, is_free) in [
        (HOUR, LEASE_MS - 1, false),
        (-HOUR, LEASE_MS - 1, false),
        (-HOUR, LEASE_MS, true),
        (HOUR, LEASE_MS, true),
    ] {
        let time = apart(due, leases);
        let accounts = store.list_due_accounts(time).await.unwrap();
        let is_due = accounts.iter().any(|due| due.account == mail.id);
        assert_eq!(is_due, is_free, "{time:?}");
        let skipped = store.count_changes(&of_mail, skip, time, 9).await.unwrap();
        assert_eq!(skipped, u64::from(is_free), "{time:?}");
        let until = at(leases + LEASE_MS);
        let claimed = store.claim_deliveries(mail.id, time, until, 9, 9).await.unwrap();
        assert_eq!(claimed.len(), usize::from(is_free), "{time:?}");
        for claimed in claimed {
            assert!(claimed.is_doubtful);
            finish_one(&*store, released(&claimed, 0, 0)).await;
            assert_eq!(claim(&*store, mail.id, 0, 9, 9).await.len(), 1);
        }
    }
    store.close().await;
}
