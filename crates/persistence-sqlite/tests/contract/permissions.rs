//! Who may read and write a file.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use domain::{AccountFilter, LogKind, Platform};
use persistence::{Admission, StoreError};
use persistence_contract::samples::{
    account, entry, insert, insert_sites, log_id, site, stored, switched, user,
};
use persistence_sqlite::SqliteOptions;

use crate::child::Child;
use crate::support::{AT, Database, impatient, open, open_with, refusal};

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_file_is_for_its_owner_only() {
    let database = Database::new();
    let store = open(&database).await;
    insert_sites(&*store).await;
    let names = database.names();
    assert_eq!(names, ["raccordo.db", "raccordo.db-shm", "raccordo.db-wal"]);
    for name in names {
        assert_eq!(mode(&database.folder().join(&name)), 0o600, "{name}");
    }
    store.close().await;
    assert_eq!(database.names(), ["raccordo.db"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_leads_nowhere_cannot_be_reached() {
    let database = Database::new();
    let nowhere = database.folder().join("missing").join("raccordo.db");
    let read_only = SqliteOptions {
        read_only: true,
        ..impatient()
    };
    for (path, options) in [
        (&*nowhere, impatient()),
        (&*nowhere, read_only.clone()),
        (&*database.path(), read_only),
        (database.folder(), impatient()),
        (Path::new(""), impatient()),
    ] {
        let error = refusal(path, options).await;
        assert!(
            matches!(error, StoreError::Unreachable(_)),
            "{}: {error:?}",
            path.display()
        );
    }
    assert!(database.names().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_for_reading_only_reads_and_does_not_write() {
    let database = Database::new();
    let writer = open(&database).await;
    let (site_id, _) = insert_sites(&*writer).await;
    let bot = account(site_id, 1, Platform::Telegram, "Bot");
    insert(&*writer, std::slice::from_ref(&bot)).await;

    // Beside one that writes, and then alone.
    for _ in 0..2 {
        let options = SqliteOptions {
            read_only: true,
            ..SqliteOptions::default()
        };
        let store = open_with(&database, options).await;
        assert_eq!(store.list_sites().await.unwrap().len(), 2);
        assert_eq!(stored(&*store, &bot).await, bot);
        let page = store
            .list_accounts(site_id, &AccountFilter::default())
            .await
            .unwrap();
        assert_eq!(page.total, 1);
        let link = Admission::FirstStart {
            token_hash: [0; 32],
            at: AT,
        };
        let results = [
            store.ping().await,
            store
                .write_accounts(site_id, vec![switched(&bot, true)], Vec::new())
                .await,
            store.insert_site(&site(3), AT, true).await.map(drop),
            store.update_site(&site(1)).await,
            store
                .insert_user(&user(1, "ada"), "hash", AT, Admission::CommandLine)
                .await,
            store.insert_user(&user(1, "ada"), "hash", AT, link).await,
            store.count_attempt("ada", AT, AT).await.map(drop),
            store.remove_stale(AT).await.map(drop),
            store.insert_first_key_id("key", AT).await.map(drop),
            store
                .append_log(vec![entry(site_id, 1, 1, LogKind::LogPurged)])
                .await,
            store.purge_log(site_id, log_id(1, 1), 1).await.map(drop),
        ];
        for (index, result) in results.into_iter().enumerate() {
            assert!(
                matches!(result, Err(StoreError::ReadOnly(_))),
                "{index}: {result:?}"
            );
        }
        assert_eq!(stored(&*store, &bot).await, bot);
        store.close().await;
        writer.close().await;
    }
    database.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_file_for_reading_only_is_refused() {
    let database = Database::new();
    std::fs::write(database.path(), "").unwrap();
    let options = SqliteOptions {
        read_only: true,
        ..impatient()
    };
    let error = refusal(&database.path(), options).await;
    assert!(matches!(error, StoreError::ReadOnly(_)), "{error:?}");
    assert!(database.bytes().is_empty());
}

/// What a process comes to that may not do more than these permissions of the files and their folder say.
fn said_by_a_process(database: &Database, file: u32, folder: u32, read_only: bool) -> Vec<String> {
    for name in database.names() {
        set_mode(&database.folder().join(name), file);
    }
    set_mode(database.folder(), folder);
    let number = usize::from(read_only);
    // Root may do anything.
    let child = if database.folder().metadata().unwrap().uid() == 0 {
        Child::start_as_nobody("reads_and_writes", database.folder(), number)
    } else {
        Child::start("reads_and_writes", database.folder(), number)
    };
    let said = child.end();
    set_mode(database.folder(), 0o700);
    for name in database.names() {
        set_mode(&database.folder().join(name), 0o600);
    }
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_read_and_not_written_is_read() {
    for (file, folder, read_only) in [
        (0o444, 0o777, false),
        (0o444, 0o777, true),
        (0o444, 0o555, true),
        (0o666, 0o555, true),
    ] {
        let database = Database::new();
        let store = open(&database).await;
        insert_sites(&*store).await;
        store.close().await;
        let said = said_by_a_process(&database, file, folder, read_only);
        assert_eq!(said.len(), 2, "{file:o} {folder:o}: {said:?}");
        assert_eq!(said[0], "2");
        assert!(said[1].starts_with("Err(ReadOnly("), "{}", said[1]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_read_or_must_be_written_is_refused() {
    for (file, folder, read_only, expected) in [
        (0o000, 0o777, false, "Unreachable("),
        (0o000, 0o777, true, "Unreachable("),
        // Without files of its own beside the file, the store cannot tell what others are doing.
        (0o444, 0o555, false, "ReadOnly("),
        (0o666, 0o555, false, "ReadOnly("),
    ] {
        let database = Database::new();
        let store = open(&database).await;
        store.close().await;
        let said = said_by_a_process(&database, file, folder, read_only);
        assert_eq!(said.len(), 1, "{file:o} {folder:o}: {said:?}");
        assert!(said[0].starts_with(expected), "{}", said[0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_a_folder_that_may_not_be_written_is_not_passed_over() {
    let database = Database::new();
    let store = open(&database).await;
    insert_sites(&*store).await;
    let (with_index, without_index) = (database.copy(), database.copy());
    let index = "raccordo.db-shm";
    std::fs::copy(database.folder().join(index), with_index.folder().join(index)).unwrap();
    store.close().await;
    let said = said_by_a_process(&with_index, 0o444, 0o555, true);
    assert_eq!(said[0], "2");
    // The sites are in the log only.
    let said = said_by_a_process(&without_index, 0o444, 0o555, true);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("Unreachable("), "{}", said[0]);
    // There is nothing in an empty one.
    let store = open(&without_index).await;
    store.close().await;
    std::fs::write(without_index.log_path(), "").unwrap();
    let said = said_by_a_process(&without_index, 0o444, 0o555, true);
    assert_eq!(said[0], "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_may_not_be_written_gets_no_file() {
    let database = Database::new();
    let said = said_by_a_process(&database, 0o666, 0o555, false);
    assert!(said[0].starts_with("ReadOnly("), "{}", said[0]);
    assert!(database.names().is_empty());
}
