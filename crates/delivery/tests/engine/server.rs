//! The engine and a database server: what it asks of it, and what it does by itself.

use std::time::Duration;

use domain::Platform;
use persistence_contract::postgres::Database;
use sandbox::Fault;
use tokio::time::{Instant, sleep};

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn while_a_platform_is_slow_no_connection_is_held() {
    let database = Database::create().await;
    let stage = Stage::on_postgres(&database).await;
    let account = stage.active(Platform::Clerk, &[]).await;
    stage.sandbox.set_fault(Platform::Clerk, Some(Fault::Slow));
    let engine = stage.engine();
    for number in 0..8 {
        stage.accept_product(&format!("p{number}")).await;
    }
    let calls = Instant::now();
    while stage.sandbox.received().len() < 8 {
        assert!(calls.elapsed() < Duration::from_secs(5));
        sleep(Duration::from_millis(5)).await;
    }
    sleep(Duration::from_millis(100)).await;
    let busy = database
        .count(
            "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
                 and backend_type = 'client backend' and state <> 'idle'",
        )
        .await;
    let row = stage.find(&account, "p0").await.0;
    assert!(row.leased_until.is_some(), "it is under way");
    assert_eq!(busy, 0);
    engine.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_tells_of_is_found_by_looking() {
    let database = Database::create().await;
    let stage = Stage::on_postgres(&database).await;
    let account = stage.active(Platform::Clerk, &[]).await;
    let engine = stage.engine();
    stage.accept_product("p1").await;
    stage.until_delivered(&account, "p1").await;
    let before = stage.sandbox.received().len();
    // Past every notification.
    database
        .execute("update deliveries set state = 'waiting', queue = 'first', attempts = 0")
        .await;
    stage.until_delivered(&account, "p1").await;
    assert_eq!(stage.sandbox.received().len(), before + 1);
    engine.stop().await;
}
