//! Files that are not what they should be.

use domain::AccountFilter;
use persistence::StoreError;
use persistence_contract::samples::{insert_sites, site_id};
use persistence_sqlite::SqliteOptions;
use sqlx::Connection;

use crate::support::{AT, Database, PAGE_BYTES, impatient, open, open_with, pair, pair_writes, refusal};

/// A closed file with some accounts in it.
async fn filled() -> Database {
    let database = Database::new();
    let store = open(&database).await;
    let (site, _) = insert_sites(&*store).await;
    for number in 1..=50 {
        store
            .write_accounts(site, pair_writes(site, number), Vec::new())
            .await
            .unwrap();
    }
    store.close().await;
    assert_eq!(database.names(), ["raccordo.db"]);
    database
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_lacks_nothing_is_not_written_to_when_it_is_opened() {
    let database = filled().await;
    let before = database.bytes();
    let store = open(&database).await;
    assert_eq!(store.list_sites().await.unwrap().len(), 2);
    store.close().await;
    assert!(database.bytes() == before);
    assert_eq!(database.names(), ["raccordo.db"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_a_newer_program_is_left_as_it_is() {
    let database = filled().await;
    database
        .execute(
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
             values (9999, 'from the future', true, x'', 0)",
        )
        .await;
    let before = database.bytes();
    for read_only in [false, true] {
        let options = SqliteOptions {
            read_only,
            ..impatient()
        };
        match refusal(&database.path(), options).await {
            StoreError::NewerDatabase { found: 9999, known } => assert!(known >= 1),
            other => panic!("{other:?}"),
        }
        assert!(database.bytes() == before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_was_altered_afterwards_is_refused() {
    let database = filled().await;
    database
        .execute("update _sqlx_migrations set checksum = x'00'")
        .await;
    let before = database.bytes();
    assert!(matches!(
        refusal(&database.path(), impatient()).await,
        StoreError::Driver(_)
    ));
    assert!(database.bytes() == before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_database_is_left_as_it_is() {
    for content in [
        "Negozio;Descrizione\n".repeat(1000).into_bytes(),
        vec![0; 3 * PAGE_BYTES],
        b"SQLite format 3\0".to_vec(),
    ] {
        let database = Database::new();
        std::fs::write(database.path(), &content).unwrap();
        for read_only in [false, true] {
            let options = SqliteOptions {
                read_only,
                ..impatient()
            };
            let error = refusal(&database.path(), options).await;
            assert!(matches!(error, StoreError::Corrupted(_)), "{error:?}");
            assert!(database.bytes() == content);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_cut_short_is_left_as_it_is() {
    let database = filled().await;
    let whole = database.bytes();
    for length in [
        100,
        PAGE_BYTES - 1,
        PAGE_BYTES,
        whole.len() / 2,
        whole.len() - PAGE_BYTES,
    ] {
        let cut = &whole[..length];
        std::fs::write(database.path(), cut).unwrap();
        let error = refusal(&database.path(), impatient()).await;
        assert!(matches!(error, StoreError::Corrupted(_)), "{length}: {error:?}");
        assert!(database.bytes() == cut, "{length}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_page_is_told_and_the_others_are_read() {
    let database = filled().await;
    let root: i64 = {
        let mut conn = database.connect().await;
        sqlx::query_scalar("select rootpage from sqlite_schema where name = 'accounts'")
            .fetch_one(&mut conn)
            .await
            .unwrap()
    };
    let mut bytes = database.bytes();
    let start = (usize::try_from(root).unwrap() - 1) * PAGE_BYTES;
    bytes[start..start + PAGE_BYTES].fill(0xa5);
    std::fs::write(database.path(), &bytes).unwrap();

    let store = open_with(&database, impatient()).await;
    assert_eq!(store.list_sites().await.unwrap().len(), 2);
    store.ping().await.unwrap();
    let results = [
        store
            .find_account(site_id(1), pair(site_id(1), 1)[0].id)
            .await
            .map(drop),
        store
            .list_accounts(site_id(1), &AccountFilter::default())
            .await
            .map(drop),
        store
            .write_accounts(site_id(1), pair_writes(site_id(1), 51), Vec::new())
            .await,
    ];
    for (index, result) in results.into_iter().enumerate() {
        assert!(
            matches!(result, Err(StoreError::Corrupted(_))),
            "{index}: {result:?}"
        );
    }
    // What is well can still be written.
    store.insert_first_key_id("key", AT).await.unwrap();
    store.close().await;
    assert_eq!(
        database.bytes()[start..start + PAGE_BYTES],
        bytes[start..start + PAGE_BYTES]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_restored_without_its_log_gets_it_back() {
    let database = filled().await;
    let restored = Database::new();
    let mut conn = database.connect().await;
    sqlx::query("vacuum into ?1")
        .bind(restored.path().to_str().unwrap())
        .execute(&mut conn)
        .await
        .unwrap();
    conn.close().await.unwrap();
    assert_eq!(restored.text("pragma journal_mode").await, "delete");
    let store = open(&restored).await;
    assert_eq!(store.list_sites().await.unwrap().len(), 2);
    store.close().await;
    assert_eq!(restored.text("pragma journal_mode").await, "wal");
}
