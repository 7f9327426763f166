//! How the log is read, whatever its size.

use domain::{LogKind, LogPlace};
use persistence::LogQuery;
use persistence_contract::samples::{account_id, insert_sites, log_id, whole_log};

use crate::support::{Database, open};

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_the_log_is_read_along_an_index() {
    let database = Database::new();
    let store = open(&database).await;
    let (site, _) = insert_sites(&*store).await;
    for (kinds, accounts, index) in [
        (
            None,
            None,
            "INDEX sqlite_autoindex_log_1 (site_id=? AND id>? AND id<?)",
        ),
        (
            Some(vec![LogKind::TestFailed, LogKind::Recovered]),
            None,
            "INDEX log_kind_idx (site_id=? AND kind=? AND id>? AND id<?)",
        ),
        (
            None,
            Some(vec![account_id(1)]),
            "COVERING INDEX log_account_time_idx (site_id=? AND account_id=? AND id>? AND id<?)",
        ),
        (
            Some(vec![LogKind::TestFailed]),
            Some(vec![account_id(1)]),
            "COVERING INDEX log_account_idx (site_id=? AND account_id=? AND kind=? AND id>? AND id<?)",
        ),
    ] {
        for place in [LogPlace::Newest, LogPlace::NewerThan(log_id(1, 0))] {
            let query = LogQuery {
                kinds: kinds.clone(),
                accounts: accounts.clone(),
                place,
                ..whole_log(site)
            };
            let plan = store.explain_log(&query).await.unwrap();
            assert!(plan.contains(index), "{plan}");
            for line in plan.lines() {
                let is_whole = line.starts_with("SCAN log") || line.starts_with("SCAN found");
                assert!(!is_whole, "{plan}");
                // Wherever entries are looked up by their ids, both parts of the key are given.
                assert!(!line.ends_with("(site_id=?)"), "{plan}");
            }
            if kinds.is_none() && accounts.is_none() {
                assert!(!plan.contains("B-TREE"), "{plan}");
            }
        }
    }
    store.close().await;
}
