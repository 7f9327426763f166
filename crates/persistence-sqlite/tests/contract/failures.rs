//! Locks that others hold, and disks without room.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{AccountFilter, Platform, SiteId};
use persistence::{Health, Sites, Store, StoreError};
use persistence_contract::race::race;
use persistence_contract::samples::{account, insert, insert_sites, removed, stored, switched};
use persistence_sqlite::{SqliteOptions, SqliteStore};
use sqlx::Connection;

use crate::child::Child;
use crate::support::{
    Database, PAGE_BYTES, impatient, is_there, open, open_with, pair, pair_writes, refusal,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_somebody_holds_is_waited_for_and_then_told() {
    let database = Database::new();
    let options = SqliteOptions {
        busy_timeout: Duration::from_secs(2),
        ..SqliteOptions::default()
    };
    let store = open_with(&database, options).await;
    let (site, _) = insert_sites(&*store).await;
    let bot = account(site, 1, Platform::Telegram, "Bot");
    insert(&*store, std::slice::from_ref(&bot)).await;
    let write = || {
        let (store, bot) = (Arc::clone(&store), bot.clone());
        tokio::spawn(async move {
            store
                .write_accounts(site, vec![switched(&bot, true)], Vec::new())
                .await
        })
    };

    let mut conn = database.connect().await;
    let holder = conn.begin_with("begin immediate").await.unwrap();
    let started = Instant::now();
    let waiting = write();
    tokio::time::sleep(Duration::from_millis(50)).await;
    // Readers do not wait.
    assert_eq!(stored(&*store, &bot).await, bot);
    assert!(!waiting.is_finished());
    let result = waiting.await.unwrap();
    assert!(matches!(result, Err(StoreError::Busy(_))), "{result:?}");
    let waited = started.elapsed();
    assert!(
        Duration::from_millis(1900) < waited && waited < Duration::from_secs(10),
        "{waited:?}"
    );

    // Whoever waits for less than that goes on as soon as the lock is gone.
    let waiting = write();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!waiting.is_finished());
    holder.rollback().await.unwrap();
    waiting.await.unwrap().unwrap();
    assert!(stored(&*store, &bot).await.active);
    store.close().await;
    conn.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_of_another_process_goes_with_it() {
    let database = Database::new();
    let store = open_with(&database, impatient()).await;
    let (site, _) = insert_sites(&*store).await;
    for number in [1, 2] {
        let holder = Child::start("holds_the_lock", database.folder(), 0);
        assert_eq!(holder.next(), "holding");
        let result = store
            .write_accounts(site, pair_writes(site, number), Vec::new())
            .await;
        assert!(matches!(result, Err(StoreError::Busy(_))), "{result:?}");
        assert_eq!(store.list_sites().await.unwrap().len(), 2);
        if number == 1 {
            holder.end();
        } else {
            holder.kill();
        }
        store
            .write_accounts(site, pair_writes(site, number), Vec::new())
            .await
            .unwrap();
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_somebody_keeps_for_himself_is_busy() {
    let database = Database::new();
    let mut conn = {
        std::fs::write(database.path(), "").unwrap();
        database.connect().await
    };
    let holder = conn.begin_with("begin exclusive").await.unwrap();
    let error = refusal(&database.path(), impatient()).await;
    assert!(matches!(error, StoreError::Busy(_)), "{error:?}");

    let opening = {
        let path = database.path();
        tokio::spawn(async move { SqliteStore::open(&path, SqliteOptions::default()).await })
    };
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!opening.is_finished());
    holder.rollback().await.unwrap();
    let store = opening.await.unwrap().unwrap();
    assert!(store.list_sites().await.unwrap().is_empty());
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_a_file_that_lost_its_log_is_waited_for() {
    let database = Database::new();
    open(&database).await.close().await;
    database.execute("pragma journal_mode = delete").await;
    let mut conn = database.connect().await;
    let mut reader = conn.begin().await.unwrap();
    sqlx::query("select * from sites")
        .fetch_all(&mut *reader)
        .await
        .unwrap();
    // The log is set up while nobody reads.
    let started = Instant::now();
    let error = refusal(&database.path(), impatient()).await;
    assert!(matches!(error, StoreError::Busy(_)), "{error:?}");
    assert!(started.elapsed() >= impatient().busy_timeout);

    let opening = {
        let path = database.path();
        tokio::spawn(async move { SqliteStore::open(&path, SqliteOptions::default()).await })
    };
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!opening.is_finished());
    reader.rollback().await.unwrap();
    opening.await.unwrap().unwrap().close().await;
    assert_eq!(database.text("pragma journal_mode").await, "wal");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_free_connection_is_busy() {
    let database = Database::new();
    let options = SqliteOptions {
        readers_max: 1,
        ..impatient()
    };
    let store = open_with(&database, options).await;
    let mut first = store.list_sites();
    // It takes the connection, and then nobody asks how it gets on. One that is answered at once gives it back.
    loop {
        tokio::select! {
            biased;
            _ = &mut first => first = store.list_sites(),
            () = std::future::ready(()) => break,
        }
    }
    let second = store.list_sites().await;
    assert!(matches!(second, Err(StoreError::Busy(_))), "{second:?}");
    drop(first);
    assert!(store.list_sites().await.unwrap().is_empty());
    store.close().await;
}

/// A file with twenty pairs of accounts that can grow by so many pages.
async fn with_room_for(pages: usize) -> (Database, Arc<dyn Store>, SiteId) {
    let database = Database::new();
    let store = open(&database).await;
    let (site, _) = insert_sites(&*store).await;
    for number in 1..=20 {
        store
            .write_accounts(site, pair_writes(site, number), Vec::new())
            .await
            .unwrap();
    }
    store.close().await;
    let pages_max = u32::try_from(database.bytes().len() / PAGE_BYTES + pages).unwrap();
    let options = SqliteOptions {
        pages_max: Some(pages_max),
        ..SqliteOptions::default()
    };
    let store = open_with(&database, options).await;
    (database, store, site)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_loses_nothing_and_works_on_when_there_is_room() {
    let (database, store, site) = with_room_for(8).await;
    let mut number = 20;
    let error = loop {
        match store
            .write_accounts(site, pair_writes(site, number + 1), Vec::new())
            .await
        {
            Ok(()) => number += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StoreError::Full(_)), "{error:?}");
    for written in 1..=number {
        assert!(is_there(&*store, site, written).await);
    }
    assert!(!is_there(&*store, site, number + 1).await);
    store.ping().await.unwrap();

    // Whatever goes makes room.
    for number in 1..=10 {
        let writes = pair(site, number).iter().map(removed).collect();
        store.write_accounts(site, writes, Vec::new()).await.unwrap();
    }
    for number in 1..=5 {
        store
            .write_accounts(site, pair_writes(site, number), Vec::new())
            .await
            .unwrap();
    }
    store.close().await;

    let store = open(&database).await;
    let page = store
        .list_accounts(site, &AccountFilter::default())
        .await
        .unwrap();
    assert_eq!(u128::from(page.total), 2 * (number - 5));
    for number in 6..=10 {
        store
            .write_accounts(site, pair_writes(site, number), Vec::new())
            .await
            .unwrap();
    }
    store
        .write_accounts(site, pair_writes(site, number + 1), Vec::new())
        .await
        .unwrap();
    store.close().await;
    database.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_each_of_many_writers_is_told() {
    let (database, store, site) = with_room_for(8).await;
    let results = race(60, |racer| {
        let store = Arc::clone(&store);
        async move {
            store
                .write_accounts(site, pair_writes(site, racer as u128 + 100), Vec::new())
                .await
        }
    })
    .await;
    assert!(results.iter().any(Result::is_err));
    for (number, result) in (100..).zip(&results) {
        assert!(
            matches!(result, Ok(()) | Err(StoreError::Full(_))),
            "{number}: {result:?}"
        );
        assert_eq!(is_there(&*store, site, number).await, result.is_ok());
    }
    store.close().await;
    database.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_takes_no_more_keeps_what_it_has_taken() {
    let database = Database::new();
    let store = open(&database).await;
    let (site, _) = insert_sites(&*store).await;
    store.close().await;
    // The log reaches this first.
    let child = Child::start_with_small_files("writes_pairs", database.folder(), 512 * 1024);
    let (written, refused): (Vec<_>, Vec<_>) = child
        .end()
        .into_iter()
        .partition(|line| line.parse::<u128>().is_ok());
    assert!(!written.is_empty());
    assert!(!refused.is_empty());
    for line in refused {
        assert!(line.starts_with("Unreachable("), "{line}");
    }
    let store = open(&database).await;
    for number in written {
        assert!(is_there(&*store, site, number.parse().unwrap()).await);
    }
    store.close().await;
    database.check().await;
}
