//! Servers and databases that cannot do what is asked of them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{AccountFilter, LogKind, Platform, Timestamp};
use persistence::{Admission, Health, HoldExpectation, Memory, QueueTime, Store, StoreError};
use persistence_contract::queue::order;
use persistence_contract::samples::{
    account, check, created, entry_about, insert, insert_sites, log_id, site, stored, switched, user,
};
use persistence_postgres::{PostgresOptions, PostgresStore};
use sqlx::Connection;
use tokio::net::TcpListener;

use crate::support::{Database, open};

fn impatient() -> PostgresOptions {
    PostgresOptions {
        connect_timeout: Duration::from_millis(300),
        busy_timeout: Duration::from_millis(300),
        ..PostgresOptions::default()
    }
}

async fn refusal(url: &str) -> StoreError {
    let started = Instant::now();
    let Err(error) = PostgresStore::connect(url, &impatient()).await else {
        panic!("{url} was opened");
    };
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "it took {:?}",
        started.elapsed()
    );
    error
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_cannot_be_reached() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // It takes the connection and never answers.
    assert!(matches!(
        refusal(&format!("postgres://ada@{address}/shop")).await,
        StoreError::Unreachable(_)
    ));
    drop(listener);
    assert!(matches!(
        refusal(&format!("postgres://ada@{address}/shop")).await,
        StoreError::Unreachable(_)
    ));
    assert!(matches!(
        refusal("postgres://ada@nowhere.invalid/shop").await,
        StoreError::Unreachable(_)
    ));
    assert!(matches!(
        refusal("no address at all").await,
        StoreError::Unreachable(_)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_there_cannot_be_reached() {
    let database = Database::create().await;
    let url = database.url();
    drop(database);
    assert!(matches!(refusal(&url).await, StoreError::Unreachable(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_went_away_cannot_be_reached() {
    let database = Database::create().await;
    let store = PostgresStore::connect(&database.url(), &impatient())
        .await
        .unwrap();
    store.ping().await.unwrap();
    drop(database);
    for _ in 0..3 {
        let result = store.ping().await;
        assert!(matches!(result, Err(StoreError::Unreachable(_))), "{result:?}");
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_program_is_left_as_it_is() {
    let database = Database::create().await;
    open(&database).await.close().await;
    database
        .execute(
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
             values (9999, 'from the future', true, '', 0)",
        )
        .await;
    match refusal(&database.url()).await {
        StoreError::NewerDatabase { found: 9999, known } => assert!(known >= 1),
        other => panic!("{other:?}"),
    }
    let mut conn = database.connect().await;
    let versions: Vec<i64> = sqlx::query_scalar("select version from _sqlx_migrations order by version")
        .fetch_all(&mut conn)
        .await
        .unwrap();
    assert_eq!(versions.last(), Some(&9999));
    conn.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_was_altered_afterwards_is_refused() {
    let database = Database::create().await;
    open(&database).await.close().await;
    database
        .execute("update _sqlx_migrations set checksum = '\\x00'")
        .await;
    assert!(matches!(refusal(&database.url()).await, StoreError::Driver(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_hold_every_text_is_refused() {
    let database =
        Database::create_with("template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'").await;
    match refusal(&database.url()).await {
        StoreError::Driver(source) => assert!(source.to_string().contains("LATIN1"), "{source}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_database_is_read_but_not_written() {
    let database = Database::create().await;
    let read_only = format!(
        "alter database {} set default_transaction_read_only = on",
        database.name()
    );
    let writer = open(&database).await;
    let (site_id, _) = insert_sites(&*writer).await;
    let bot = account(site_id, 1, Platform::Telegram, "Bot");
    insert(&*writer, std::slice::from_ref(&bot)).await;
    database.execute(&read_only).await;

    let store = open(&database).await;
    assert_eq!(store.list_sites().await.unwrap().len(), 2);
    assert_eq!(stored(&*store, &bot).await, bot);
    assert_eq!(
        store
            .list_accounts(site_id, &AccountFilter::default())
            .await
            .unwrap()
            .total,
        1
    );
    let now = Timestamp::from_ms(1);
    let results = [
        store.ping().await,
        store
            .write_accounts(site_id, vec![switched(&bot, true)], Vec::new())
            .await,
        store.insert_site(&site(3), now, true).await.map(drop),
        store
            .insert_user(&user(1, "ada"), "hash", now, Admission::CommandLine)
            .await,
        store
            .insert_user(
                &user(1, "ada"),
                "hash",
                now,
                Admission::FirstStart {
                    token_hash: [0; 32],
                    at: now,
                },
            )
            .await,
        store.count_attempt("ada", now, now).await.map(drop),
        store.remove_stale(now).await.map(drop),
        store.insert_first_key_id("key", now).await.map(drop),
        store
            .append_log(vec![entry_about(&bot, 1, 1, LogKind::TestPassed)])
            .await,
        store.purge_log(site_id, log_id(1, 1), 1).await.map(drop),
        store.claim_due_checks(now, now, 1).await.map(drop),
        store
            .record_check(site_id, &check(&bot, 1, None), "host", Vec::new())
            .await
            .map(drop),
        store.accept_events(site_id, vec![order(1)]).await.map(drop),
        store
            .claim_deliveries(bot.id, QueueTime::same(now), now, 1, 1)
            .await
            .map(drop),
        store
            .take_turns([0; 32], 1, Duration::from_secs(1))
            .await
            .map(drop),
        store.rest([0; 32], Duration::from_secs(1)).await,
        store
            .set_hold(bot.id, HoldExpectation::Any, None, Vec::new())
            .await
            .map(drop),
        store
            .remember(
                bot.id,
                vec![Memory {
                    key: vec![1],
                    value: None,
                }],
            )
            .await,
    ];
    for (index, result) in results.into_iter().enumerate() {
        assert!(
            matches!(result, Err(StoreError::ReadOnly(_))),
            "{index}: {result:?}"
        );
    }
    assert_eq!(stored(&*store, &bot).await, bot);
    for store in [store, writer] {
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_database_that_is_read_only_is_refused() {
    let database = Database::create().await;
    database
        .execute(&format!(
            "alter database {} set default_transaction_read_only = on",
            database.name()
        ))
        .await;
    assert!(matches!(refusal(&database.url()).await, StoreError::ReadOnly(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_somebody_holds_is_waited_for_and_then_told() {
    let database = Database::create().await;
    let options = PostgresOptions {
        connections_max: 1,
        ..impatient()
    };
    let store: Arc<dyn Store> = Arc::new(PostgresStore::connect(&database.url(), &options).await.unwrap());
    let (site_id, _) = insert_sites(&*store).await;
    let bot = account(site_id, 1, Platform::Telegram, "Bot");
    insert(&*store, std::slice::from_ref(&bot)).await;

    let mut conn = database.connect().await;
    let mut holder = conn.begin().await.unwrap();
    sqlx::query("lock table accounts in exclusive mode")
        .execute(&mut *holder)
        .await
        .unwrap();
    let result = store
        .write_accounts(site_id, vec![switched(&bot, true)], Vec::new())
        .await;
    assert!(matches!(result, Err(StoreError::Busy(_))), "{result:?}");
    // Readers do not wait.
    assert_eq!(stored(&*store, &bot).await, bot);

    // Whoever waits for less than that goes on as soon as the lock is gone.
    let waiting = {
        let (store, bot) = (Arc::clone(&store), bot.clone());
        tokio::spawn(async move {
            store
                .write_accounts(site_id, vec![switched(&bot, true)], Vec::new())
                .await
        })
    };
    tokio::time::sleep(Duration::from_millis(50)).await;
    holder.rollback().await.unwrap();
    waiting.await.unwrap().unwrap();
    let new = account(site_id, 2, Platform::Clerk, "Ricerca");
    store
        .write_accounts(site_id, vec![created(&new, &[])], Vec::new())
        .await
        .unwrap();
    store.close().await;
    conn.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_free_connection_is_busy() {
    let database = Database::create().await;
    let options = PostgresOptions {
        connections_max: 1,
        ..impatient()
    };
    let store: Arc<dyn Store> = Arc::new(PostgresStore::connect(&database.url(), &options).await.unwrap());
    insert_sites(&*store).await;
    let mut conn = database.connect().await;
    let mut holder = conn.begin().await.unwrap();
    sqlx::query("lock table sites in access exclusive mode")
        .execute(&mut *holder)
        .await
        .unwrap();
    let readers = (0..4).map(|_| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.list_sites().await.map(drop) })
    });
    for reader in readers.collect::<Vec<_>>() {
        let result = reader.await.unwrap();
        assert!(matches!(result, Err(StoreError::Busy(_))), "{result:?}");
    }
    holder.rollback().await.unwrap();
    assert_eq!(store.list_sites().await.unwrap().len(), 2);
    store.close().await;
    conn.close().await.unwrap();
}
