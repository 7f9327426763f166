//! Several stores on one file, in one process and in several.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::{AccountFilter, Platform};
use persistence_contract::race::race;
use persistence_contract::samples::{account, insert, insert_sites, site, stored, switched, taken};
use persistence_contract::walk::walk_lanes;

use crate::child::Child;
use crate::support::{AT, Database, is_there, open};

#[tokio::test(flavor = "multi_thread")]
async fn eight_stores_are_opened_together_on_an_empty_file() {
    let database = Arc::new(Database::new());
    let stores = race(8, |_| {
        let database = Arc::clone(&database);
        async move { open(&database).await }
    })
    .await;
    let added = race(8, |racer| {
        let store = Arc::clone(&stores[racer]);
        async move {
            store
                .insert_site(&site(racer as u128 + 1), AT, true)
                .await
                .unwrap()
        }
    })
    .await;
    assert_eq!(added.iter().filter(|added| **added).count(), 1);
    for store in stores {
        assert_eq!(store.list_sites().await.unwrap().len(), 1);
        store.close().await;
    }
    database.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_processes_start_together_on_an_empty_file() {
    let database = Database::new();
    let children: Vec<_> = (0..8)
        .map(|number| Child::start("adds_the_first_site", database.folder(), number))
        .collect();
    let mut added: Vec<String> = children.into_iter().flat_map(Child::end).collect();
    added.sort();
    assert_eq!(added.concat(), format!("{}true", "false".repeat(7)));
    assert_eq!(database.count("sites").await, 1);
    database.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stores_side_by_side_keep_the_rules_together() {
    let database = Database::new();
    let stores = [open(&database).await, open(&database).await];
    let (site, _) = insert_sites(&*stores[0]).await;
    let accounts: Vec<_> = (1..=50)
        .map(|number| account(site, number, Platform::Telegram, "Bot"))
        .collect();
    insert(&*stores[0], &accounts).await;
    assert_eq!(stored(&*stores[1], &accounts[7]).await, accounts[7]);
    let results = race(50, |racer| {
        let (store, account) = (Arc::clone(&stores[racer % 2]), accounts[racer].clone());
        async move {
            store
                .write_accounts(site, vec![switched(&account, true)], Vec::new())
                .await
        }
    })
    .await;
    let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    for result in lost {
        taken(result);
    }
    for store in &stores {
        let filter = AccountFilter {
            active: Some(true),
            ..AccountFilter::default()
        };
        assert_eq!(store.list_accounts(site, &filter).await.unwrap().matching, 1);
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_a_lane_is_under_way_in_two_stores_side_by_side() {
    let database = Database::new();
    let stores = [open(&database).await, open(&database).await];
    walk_lanes(stores.clone()).await;
    for store in stores {
        store.close().await;
    }
    database.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_while_it_writes_loses_nothing_and_stops_nobody() {
    let database = Database::new();
    let store = open(&database).await;
    let (site, _) = insert_sites(&*store).await;
    let mut acknowledged = BTreeSet::new();
    let survivor = Child::start("writes_pairs", database.folder(), 0);
    for number in 1..=5 {
        let victim = Child::start("writes_pairs", database.folder(), number);
        for _ in 0..20 {
            acknowledged.insert(victim.next());
        }
        acknowledged.extend(victim.kill());
        for _ in 0..20 {
            acknowledged.insert(survivor.next());
        }
    }
    acknowledged.extend(survivor.kill());
    for number in &acknowledged {
        assert!(is_there(&*store, site, number.parse().unwrap()).await);
    }
    // What was not acknowledged is there or not, but whole.
    let written = usize::try_from(database.count("accounts").await).unwrap() / 2;
    assert!(acknowledged.len() <= written);
    assert!(
        written <= acknowledged.len() + 6 * 4,
        "{written} of {}",
        acknowledged.len()
    );
    assert_eq!(
        database.count("account_changes").await,
        database.count("accounts").await
    );
    store.close().await;
    database.check().await;
}
