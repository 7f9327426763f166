//! Several processes on one database, and servers that are set up in their own ways.

use std::sync::Arc;
use std::time::Duration;

use domain::{AccountFilter, Fault, LogKind, Platform, Timestamp};
use persistence::StoreError;
use persistence_contract::cases;
use persistence_contract::race::race;
use persistence_contract::samples::{
    account, check, entry_about, insert, insert_sites, record, site, stored, switched, taken, whole_log,
};

use crate::support::{Database, open};

#[tokio::test(flavor = "multi_thread")]
async fn eight_processes_start_together_on_an_empty_database() {
    let database = Arc::new(Database::create().await);
    let stores = race(8, |_| {
        let database = Arc::clone(&database);
        async move { open(&database).await }
    })
    .await;
    let added = race(8, |racer| {
        let store = Arc::clone(&stores[racer]);
        async move {
            store
                .insert_site(&site(racer as u128 + 1), Timestamp::from_ms(1), true)
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
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stores_side_by_side_keep_the_rules_together() {
    let database = Database::create().await;
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
async fn the_language_of_the_database_changes_no_order() {
    for case in 0..2 {
        let database =
            Database::create_with("template template0 encoding 'UTF8' locale_provider icu icu_locale 'it'")
                .await;
        let store = open(&database).await;
        if case == 0 {
            cases::list::every_column_sorts_both_ways(Arc::clone(&store)).await;
        } else {
            cases::users::users_are_listed_by_name(Arc::clone(&store)).await;
        }
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stricter_isolation_by_default_changes_no_answer() {
    let database = Database::create().await;
    database
        .execute(&format!(
            "alter database {} set default_transaction_isolation = 'serializable'",
            database.name()
        ))
        .await;
    let store = open(&database).await;
    cases::slots::fifty_activations_at_once_leave_one_active(Arc::clone(&store)).await;
    cases::sessions::twenty_attempts_at_once_are_all_counted(Arc::clone(&store)).await;
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_flush_by_default_flushes_what_is_committed() {
    let database = Database::create().await;
    database
        .execute(&format!(
            "alter database {} set synchronous_commit = off",
            database.name()
        ))
        .await;
    open(&database).await.close().await;
    // What a connection is set to shows in what it writes.
    database
        .execute(
            "create function note() returns trigger language plpgsql as
             $$ begin new.name = current_setting('synchronous_commit'); return new; end $$;
             create trigger note before insert on sites for each row execute function note()",
        )
        .await;
    let store = open(&database).await;
    insert_sites(&*store).await;
    let sites = store.list_sites().await.unwrap();
    assert!(!sites.is_empty() && sites.iter().all(|site| site.name.to_string() == "on"));
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_were_cut_while_they_rested_are_replaced() {
    let database = Database::create().await;
    let store = open(&database).await;
    insert_sites(&*store).await;
    database
        .execute(
            "select pg_terminate_backend(pid) from pg_stat_activity
                  where datname = current_database() and pid <> pg_backend_pid()",
        )
        .await;
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(store.list_sites().await.unwrap().len(), 2);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_cannot_be_read_are_inconsistent() {
    let database = Database::create().await;
    let store = open(&database).await;
    let (site, _) = insert_sites(&*store).await;
    let bot = account(site, 1, Platform::Telegram, "Bot");
    insert(&*store, std::slice::from_ref(&bot)).await;
    for (statement, column) in [
        (
            "update accounts set settings = '{\"bot_username\": 1}'",
            "settings",
        ),
        (
            "update accounts set settings = '{\"bot_username\": \"not a bot\"}'",
            "settings",
        ),
        ("update accounts set description = ''", "description"),
        (
            "update accounts set description = 'Bot', version = 5000000000",
            "version",
        ),
    ] {
        database.execute(statement).await;
        if column != "settings" {
            let settings = "'{\"bot_username\": \"negozio_bot\"}'";
            database
                .execute(&format!("update accounts set settings = {settings}"))
                .await;
        }
        let found = store.find_account(site, bot.id).await.map(drop);
        let listed = store
            .list_accounts(site, &AccountFilter::default())
            .await
            .map(drop);
        for result in [found, listed] {
            match result {
                Err(StoreError::Inconsistent(wrong)) => {
                    assert_eq!(
                        (wrong.table, wrong.column, wrong.row),
                        ("accounts", column, bot.id.to_string())
                    );
                }
                other => panic!("{statement}: {other:?}"),
            }
        }
    }
    database
        .execute("update account_changes set fields = '[1]'")
        .await;
    assert!(matches!(
        store.list_changes(site, bot.id, None).await,
        Err(StoreError::Inconsistent(_))
    ));
    let bad = check(&bot, 1, Some(Fault::CredentialsRejected { code: 401 }));
    assert!(record(&*store, &bot, &bad).await);
    let told = entry_about(&bot, 1, 1, LogKind::TestFailed);
    store.append_log(vec![told]).await.unwrap();
    for statement in [
        "update accounts set version = 1",
        "update account_checks set report = '{}', fault = '1'",
        "update log set message = '{\"kind\": \"unheard_of\"}'",
    ] {
        database.execute(statement).await;
    }
    for (result, expected) in [
        (
            store.find_check(site, bot.id).await.map(drop),
            ("account_checks", "report"),
        ),
        (
            store
                .list_accounts(site, &AccountFilter::default())
                .await
                .map(drop),
            ("account_checks", "fault"),
        ),
        (
            store.list_log(&whole_log(site)).await.map(drop),
            ("log", "message"),
        ),
    ] {
        match result {
            Err(StoreError::Inconsistent(wrong)) => assert_eq!((wrong.table, wrong.column), expected),
            other => panic!("{other:?}"),
        }
    }
    database.execute("update sites set languages = '[]'").await;
    assert!(matches!(
        store.list_sites().await,
        Err(StoreError::Inconsistent(_))
    ));
    store.close().await;
}
