//! Programs that end without closing the file.

use std::time::Duration;

use persistence_contract::samples::insert_sites;

use crate::child::Child;
use crate::support::{Database, is_there, open, pair_writes};

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_dropped_loses_nothing() {
    let database = Database::new();
    let store = open(&database).await;
    let (site, _) = insert_sites(&*store).await;
    store
        .write_accounts(site, pair_writes(site, 1), Vec::new())
        .await
        .unwrap();
    drop(store);
    let store = open(&database).await;
    assert!(is_there(&*store, site, 1).await);
    store
        .write_accounts(site, pair_writes(site, 2), Vec::new())
        .await
        .unwrap();
    store.close().await;
    database.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_failure_loses_nothing_that_was_acknowledged() {
    let database = Database::new();
    let store = open(&database).await;
    let (site, _) = insert_sites(&*store).await;
    for number in 1..=20 {
        store
            .write_accounts(site, pair_writes(site, number), Vec::new())
            .await
            .unwrap();
    }
    let copy = database.copy();
    let whole = std::fs::read(copy.log_path()).unwrap();
    store
        .write_accounts(site, pair_writes(site, 21), Vec::new())
        .await
        .unwrap();
    let longer = std::fs::read(database.log_path()).unwrap();
    store.close().await;
    // A write that was under way got any part of the way to the disk, or left rubbish.
    let rubbish = [whole.clone(), vec![0xa5; 10_000]].concat();
    let parts = (whole.len()..longer.len())
        .step_by(997)
        .map(|length| longer[..length].to_vec());
    for log_bytes in [whole, rubbish].into_iter().chain(parts) {
        let crashed = Database::new();
        std::fs::copy(copy.path(), crashed.path()).unwrap();
        std::fs::write(crashed.log_path(), log_bytes).unwrap();
        let store = open(&crashed).await;
        for number in 1..=20 {
            assert!(is_there(&*store, site, number).await);
        }
        is_there(&*store, site, 21).await;
        store
            .write_accounts(site, pair_writes(site, 22), Vec::new())
            .await
            .unwrap();
        store.close().await;
        crashed.check().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_was_killed_while_it_made_the_file_can_start_again() {
    for round in 0..20 {
        let database = Database::new();
        let child = Child::start("adds_the_first_site", database.folder(), 2);
        std::thread::sleep(Duration::from_millis(3 * round));
        child.kill();
        let store = open(&database).await;
        assert!(store.list_sites().await.unwrap().len() <= 1);
        insert_sites(&*store).await;
        store.close().await;
        database.check().await;
    }
}
