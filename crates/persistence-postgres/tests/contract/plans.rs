//! How the log is read, whatever its size.

use domain::{LogKind, LogPlace};
use persistence::LogQuery;
use persistence_contract::samples::{account_id, insert_sites, log_id, whole_log};

use crate::support::{Database, open};

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_the_log_is_read_along_an_index() {
    let database = Database::create().await;
    let store = open(&database).await;
    let (site, _) = insert_sites(&*store).await;
    // Half of the entries are of one kind, and all about one account.
    database
        .execute(
            "insert into log (site_id, id, account_id, kind, platform, account_description, message)
             select (select min(id::text) from sites)::uuid,
                 (lpad(to_hex(1700000000000 + number), 12, '0') || '00000000000000000000')::uuid,
                 '00000000-0000-0000-0000-000000000001', kind, 'telegram', 'Bot', json_build_object('kind', kind)
             from generate_series(1, 20000) as number
             cross join lateral (select case when number % 2 = 0 then 'test_passed' else 'recovered' end as kind) as kinds",
        )
        .await;
    database.execute("vacuum analyze log").await;
    for (kinds, accounts, index) in [
        (None, None, "log_pkey"),
        (
            Some(vec![LogKind::TestPassed, LogKind::TestFailed]),
            None,
            "log_kind_idx",
        ),
        (
            None,
            Some(vec![account_id(1), account_id(2)]),
            "log_account_time_idx",
        ),
        (
            Some(vec![LogKind::TestPassed, LogKind::Recovered]),
            Some(vec![account_id(1)]),
            "log_account_idx",
        ),
    ] {
        for place in [LogPlace::Newest, LogPlace::NewerThan(log_id(1, 0))] {
            let query = LogQuery {
                kinds: kinds.clone(),
                accounts: accounts.clone(),
                place,
                limit: 50,
                ..whole_log(site)
            };
            assert_eq!(store.list_log(&query).await.unwrap().len(), 50);
            let plan = store.explain_log(&query).await.unwrap();
            assert!(plan.contains(index), "{plan}");
            assert!(!plan.contains("Seq Scan on log"), "{plan}");
            // What is looked for is looked for in an index alone.
            let has_rows_of_the_index =
                kinds.is_none() && accounts.is_none() || plan.contains("Index Only Scan");
            assert!(has_rows_of_the_index, "{plan}");
            // No step goes through more than what a page can need.
            for most in ["rows=10000 loops", "rows=20000 loops"] {
                assert!(!plan.contains(most), "{plan}");
            }
        }
    }
    store.close().await;
}
