//! What several processes do at once with the same deliveries.

use std::sync::Arc;
use std::time::Duration;

use persistence::{AccountWrite, Accounts, Health};
use persistence_contract::queue::{
    accept, claim, delivered, events_of, finish_one, ids, in_lane, insert_accounts, order, retried,
};
use persistence_contract::walk::walk_lanes;
use persistence_postgres::{PostgresOptions, PostgresStore};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};

use crate::support::{Database, open};

/// Longer than a statement takes that nobody holds up.
const MOMENT: Duration = Duration::from_millis(200);

/// Begins a transaction that holds the rows of an event, as `how` says.
async fn hold(conn: &mut PgConnection, number: u64, how: &str) {
    let [id] = ids([number])[..] else { unreachable!() };
    let statement = format!("select 1 from deliveries where event_id = $1 for {how}");
    sqlx::query("begin").execute(&mut *conn).await.unwrap();
    sqlx::query(AssertSqlSafe(statement))
        .bind(id.uuid())
        .execute(conn)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lane_goes_on_whoever_holds_the_next_one_when_it_is_left() {
    let database = Database::create().await;
    let store = open(&database).await;
    let (site, [mail, _]) = insert_accounts(&*store).await;
    let events: Vec<_> = (1..=4).map(|number| in_lane(order(number), "anna")).collect();
    accept(&*store, site, &events).await;
    let mut first = claim(&*store, mail.id, 1, 9, 9).await;
    let mut conn = database.connect().await;
    // A claim that looks whether the next one is in somebody's way, a change by hand that comes to nothing.
    for (next, how) in [(2, "share"), (3, "update")] {
        hold(&mut conn, next, how).await;
        let finishing = {
            let (store, finish) = (Arc::clone(&store), delivered(&first[0], 2));
            tokio::spawn(async move { finish_one(&*store, finish).await })
        };
        tokio::time::sleep(MOMENT).await;
        sqlx::query("rollback").execute(&mut conn).await.unwrap();
        finishing.await.unwrap();
        first = claim(&*store, mail.id, 3, 9, 9).await;
        assert_eq!(events_of(&first), ids([next]), "{how}");
    }
    conn.close().await.unwrap();
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_freed_keeps_what_whoever_held_it_has_made_of_it() {
    let database = Database::create().await;
    let store = open(&database).await;
    let (site, [mail, _]) = insert_accounts(&*store).await;
    let events: Vec<_> = (1..=2).map(|number| in_lane(order(number), "anna")).collect();
    // The second one comes in first, is tried, and waits behind the first for its next attempt.
    accept(&*store, site, &events[1..]).await;
    let second = claim(&*store, mail.id, 1, 9, 9).await;
    finish_one(&*store, retried(&second[0], 2, 100)).await;
    accept(&*store, site, &events[..1]).await;
    let first = claim(&*store, mail.id, 3, 9, 9).await;
    assert_eq!(events_of(&first), ids([1]));
    finish_one(&*store, retried(&first[0], 4, 200)).await;
    let first = claim(&*store, mail.id, 200, 9, 9).await;
    assert_eq!(events_of(&first), ids([1]));

    let mut conn = database.connect().await;
    hold(&mut conn, 2, "update").await;
    let finishing = {
        let (store, finish) = (Arc::clone(&store), delivered(&first[0], 201));
        tokio::spawn(async move { finish_one(&*store, finish).await })
    };
    tokio::time::sleep(MOMENT).await;
    sqlx::query("update deliveries set due_at = due_at + 1000 where event_id = $1")
        .bind(ids([2])[0].uuid())
        .execute(&mut conn)
        .await
        .unwrap();
    sqlx::query("commit").execute(&mut conn).await.unwrap();
    finishing.await.unwrap();
    assert!(claim(&*store, mail.id, 1_199, 9, 9).await.is_empty());
    assert_eq!(events_of(&claim(&*store, mail.id, 1_200, 9, 9).await), ids([2]));
    conn.close().await.unwrap();
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_a_lane_is_under_way_in_all_processes() {
    let database = Database::create().await;
    let stores = [
        open(&database).await,
        open(&database).await,
        open(&database).await,
        open(&database).await,
    ];
    walk_lanes(stores.clone()).await;
    for store in stores {
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_tried_again_while_it_is_removed_stays_whole() {
    let database = Database::create().await;
    let store = open(&database).await;
    let (site, accounts) = insert_accounts(&*store).await;
    accept(&*store, site, &[order(1), order(2)]).await;
    for account in &accounts {
        for claimed in claim(&*store, account.id, 1, 9, 9).await {
            finish_one(&*store, delivered(&claimed, 2)).await;
        }
    }
    let [first, _, after] = ids([1, 2, 3])[..] else {
        unreachable!()
    };
    let mut conn = database.connect().await;
    sqlx::query("begin").execute(&mut conn).await.unwrap();
    sqlx::query(
        "update deliveries set state = 'waiting', queue = 'first' where event_id = $1 and account_id = $2",
    )
    .bind(first.uuid())
    .bind(accounts[0].id.uuid())
    .execute(&mut conn)
    .await
    .unwrap();
    let purging = {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.purge_events(site, None, after, 9).await.unwrap() })
    };
    tokio::time::sleep(MOMENT).await;
    sqlx::query("commit").execute(&mut conn).await.unwrap();
    assert_eq!(purging.await.unwrap().removed, 1);
    assert_eq!(store.list_deliveries_of(site, first).await.unwrap().len(), 2);
    conn.close().await.unwrap();
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_deleted_however_long_it_takes() {
    let database = Database::create().await;
    let options = PostgresOptions {
        call_timeout: 2 * MOMENT,
        ..PostgresOptions::default()
    };
    let store = Arc::new(PostgresStore::connect(&database.url(), &options).await.unwrap());
    let (site, [mail, _]) = insert_accounts(&*store).await;
    accept(&*store, site, &[order(1)]).await;
    let mut conn = database.connect().await;
    hold(&mut conn, 1, "update").await;
    let removing = {
        let store = Arc::clone(&store);
        let removal = AccountWrite::Remove {
            id: mail.id,
            expected: mail.version,
        };
        tokio::spawn(async move { store.write_accounts(site, vec![removal], Vec::new()).await })
    };
    tokio::time::sleep(5 * MOMENT).await;
    sqlx::query("rollback").execute(&mut conn).await.unwrap();
    removing.await.unwrap().unwrap();
    assert_eq!(store.find_account(site, mail.id).await.unwrap(), None);
    conn.close().await.unwrap();
    store.close().await;
}
