//! Callers that do not wait for their answer, and a store that closes before it was given.

use std::sync::Arc;

use persistence::StoreError;
use persistence_contract::samples::{insert_sites, site_id};
use persistence_sqlite::SqliteOptions;

use crate::support::{Database, is_there, open, open_with, pair_writes};

#[tokio::test(flavor = "multi_thread")]
async fn writers_that_go_away_leave_all_of_their_work_or_nothing() {
    let database = Database::new();
    let store = open(&database).await;
    let (site, _) = insert_sites(&*store).await;
    let writers: Vec<_> = (1..=60)
        .map(|number| {
            let store = Arc::clone(&store);
            let task = tokio::spawn(async move {
                store
                    .write_accounts(site, pair_writes(site, number), Vec::new())
                    .await
            });
            (number, task)
        })
        .collect();
    tokio::task::yield_now().await;
    for (number, task) in &writers {
        if number % 2 == 0 {
            task.abort();
        }
    }
    for (number, task) in writers {
        match task.await {
            Ok(result) => {
                result.unwrap();
                assert!(is_there(&*store, site, number).await);
            }
            Err(error) => {
                assert!(error.is_cancelled());
                is_there(&*store, site, number).await;
            }
        }
    }
    store
        .write_accounts(site, pair_writes(site, 61), Vec::new())
        .await
        .unwrap();
    store.close().await;
    database.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_that_go_away_keep_nothing_occupied() {
    let database = Database::new();
    let options = SqliteOptions {
        readers_max: 2,
        ..SqliteOptions::default()
    };
    let store = open_with(&database, options).await;
    let (site, _) = insert_sites(&*store).await;
    for _ in 0..200 {
        let mut read = store.list_sites();
        tokio::select! {
            biased;
            _ = &mut read => {}
            () = tokio::task::yield_now() => {}
        }
    }
    store
        .write_accounts(site, pair_writes(site, 1), Vec::new())
        .await
        .unwrap();
    assert!(is_there(&*store, site, 1).await);
    // Only when nobody reads an older state can the log be emptied.
    let mut conn = database.connect().await;
    let (busy, _, _): (i64, i64, i64) = sqlx::query_as("pragma wal_checkpoint(truncate)")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    assert_eq!(busy, 0);
    drop(conn);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_when_the_store_closes_is_written_or_refused() {
    let database = Database::new();
    let store = open(&database).await;
    insert_sites(&*store).await;
    let site = site_id(1);
    let writers: Vec<_> = (1..=200)
        .map(|number| {
            let store = Arc::clone(&store);
            let task = tokio::spawn(async move {
                store
                    .write_accounts(site, pair_writes(site, number), Vec::new())
                    .await
            });
            (number, task)
        })
        .collect();
    tokio::task::yield_now().await;
    store.close().await;
    let store = open(&database).await;
    for (number, task) in writers {
        let result = task.await.unwrap();
        assert!(
            matches!(result, Ok(()) | Err(StoreError::Unreachable(_))),
            "{number}: {result:?}"
        );
        assert_eq!(is_there(&*store, site, number).await, result.is_ok());
    }
    store.close().await;
    database.check().await;
}
