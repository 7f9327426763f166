//! A network that is cut off: packets are dropped, and nobody says so.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use domain::{AccountId, DeliveryState, SiteId, Timestamp};
use persistence::{Acceptance, Store, StoreError};
use persistence_contract::queue::{accept, at, claim, delivered, event_id, insert_accounts, order, time};
use persistence_contract::samples::site;
use persistence_postgres::{PostgresOptions, PostgresStore};

use crate::proxy::Proxy;
use crate::support::{Database, open};

/// The longest that a call may take, and that is waited for a lock or a connection.
const CALL: Duration = Duration::from_secs(3);
const BUSY: Duration = Duration::from_secs(2);
/// Longer than anything should take.
const LONG: Duration = Duration::from_secs(40);

async fn open_by(proxy: &Proxy, database: &Database) -> Arc<dyn Store> {
    let options = PostgresOptions {
        busy_timeout: BUSY,
        call_timeout: CALL,
        connections_max: 4,
        ..PostgresOptions::default()
    };
    Arc::new(
        PostgresStore::connect(&proxy.url(database), &options)
            .await
            .unwrap(),
    )
}

/// Calls of every sort: a lookup, a transaction, one of the queue, and the intake.
async fn call(store: &dyn Store, number: u64, mail: AccountId, site_id: SiteId) -> Result<(), StoreError> {
    match number % 4 {
        0 => store.list_sites().await.map(drop),
        1 => store
            .insert_site(&site(1), Timestamp::from_ms(1), true)
            .await
            .map(drop),
        2 => store.claim_deliveries(mail, time(1), at(2), 0, 0).await.map(drop),
        _ => store.accept_events(site_id, vec![order(number)]).await.map(drop),
    }
}

/// Twelve calls at once.
async fn calls(
    store: &Arc<dyn Store>,
    round: u64,
    mail: AccountId,
    site: SiteId,
) -> Vec<Result<(), StoreError>> {
    let calls: Vec<_> = (0..12)
        .map(|number| {
            let store = Arc::clone(store);
            tokio::spawn(async move { call(&*store, round * 12 + number, mail, site).await })
        })
        .collect();
    let mut results = Vec::new();
    for call in calls {
        results.push(call.await.unwrap());
    }
    results
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_into_a_network_that_is_cut_off_end_in_time() {
    let database = Database::create().await;
    let proxy = Proxy::to(&database).await;
    let store = open_by(&proxy, &database).await;
    let (site, [mail, _]) = insert_accounts(&*store).await;
    assert!(calls(&store, 0, mail.id, site).await.iter().all(Result::is_ok));

    proxy.cut();
    for round in 1..4 {
        let started = Instant::now();
        for result in calls(&store, round, mail.id, site).await {
            let is_told = matches!(result, Err(StoreError::Unreachable(_) | StoreError::Busy(_)));
            assert!(is_told, "{round}: {result:?}");
        }
        let took = started.elapsed();
        assert!(took < CALL + BUSY, "{round}: {took:?}");
    }

    proxy.mend();
    let started = Instant::now();
    while store.ping().await.is_err() {
        assert!(started.elapsed() < LONG, "it does not come back");
    }
    // All of its connections are good again, and none is left within a transaction that nobody ends.
    let numbers = [100, 101, 102];
    for round in numbers {
        let results = calls(&store, round, mail.id, site).await;
        assert!(results.iter().all(Result::is_ok), "{results:?}");
    }
    let beside = open(&database).await;
    for number in numbers {
        let known = accept(&*beside, site, &[order(number * 12 + 3)]).await;
        assert_eq!(known, [Acceptance::Known(event_id(number * 12 + 3))]);
    }
    for store in [store, beside] {
        store.close().await;
    }
}

/// Lets `call` take so many steps, and drops it.
async fn break_off(call: impl Future, steps: u32) {
    let mut call = pin!(call);
    let mut left = steps;
    let stepping = poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        call.as_mut().poll(cx).map(drop)
    });
    stepping.await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_goes_away_in_the_midst_leaves_no_transaction_behind() {
    let database = Database::create().await;
    let proxy = Proxy::to(&database).await;
    let store = open_by(&proxy, &database).await;
    let (site, [mail, _]) = insert_accounts(&*store).await;
    accept(&*store, site, &[order(1)]).await;
    // At every moment of a transaction, also while it is about to begin.
    for steps in 0..20 {
        break_off(store.claim_deliveries(mail.id, time(1), at(2), 0, 0), steps).await;
    }
    let beside = open(&database).await;
    for number in 2..20 {
        accept(&*store, site, &[order(number)]).await;
        assert_eq!(
            accept(&*beside, site, &[order(number)]).await,
            [Acceptance::Known(event_id(number))],
            "what was answered for is there for everybody"
        );
    }
    for store in [store, beside] {
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_asked_for_again_without_harm() {
    let database = Database::create().await;
    let proxy = Proxy::to(&database).await;
    let store = open_by(&proxy, &database).await;
    let (site, [mail, search]) = insert_accounts(&*store).await;

    // The shop sends again what it got no answer for.
    proxy.lose_answer_to(b"event 1");
    let lost = store.accept_events(site, vec![order(1)]).await;
    assert!(matches!(lost, Err(StoreError::Unreachable(_))), "{lost:?}");
    assert_eq!(
        accept(&*store, site, &[order(1)]).await,
        [Acceptance::Known(event_id(1))]
    );
    for account in [&mail, &search] {
        let claimed = claim(&*store, account.id, 1, 9, 0).await;
        assert_eq!(claimed.len(), 1, "one delivery for each");
        // So does the engine with what became of a delivery.
        let finish = delivered(&claimed[0], 500);
        proxy.lose_answer_to(b"commit\0");
        let lost = store.finish_deliveries(vec![finish.clone()]).await;
        assert!(matches!(lost, Err(StoreError::Unreachable(_))), "{lost:?}");
        let again = store.finish_deliveries(vec![finish]).await.unwrap();
        assert_eq!(again, [false], "it was ended before");
        let (row, attempts) = store.find_delivery(site, claimed[0].id).await.unwrap().unwrap();
        assert_eq!((row.state, row.attempts), (DeliveryState::Delivered, 1));
        assert_eq!(attempts.len(), 1);
        let hours = store.list_hours(account.id, at(-3_600_000)).await.unwrap();
        assert_eq!(hours.iter().map(|hour| hour.delivered).sum::<u32>(), 1);
    }
    store.close().await;
}

/// Whether `store` hears within a second of what is taken in elsewhere.
async fn hears(store: &Arc<dyn Store>, elsewhere: &dyn Store, site: SiteId, number: u64) -> bool {
    // Whatever there was to hear before.
    let quiet = Duration::from_millis(300);
    let mut started = Instant::now();
    store.await_work(quiet).await;
    while started.elapsed() < quiet {
        started = Instant::now();
        store.await_work(quiet).await;
    }
    let waiting = {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            let started = Instant::now();
            store.await_work(Duration::from_secs(1)).await;
            started.elapsed() < Duration::from_secs(1)
        })
    };
    tokio::time::sleep(Duration::from_millis(50)).await;
    accept(elsewhere, site, &[order(number)]).await;
    waiting.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_listens_notices_that_nobody_can_speak() {
    let database = Database::create().await;
    let proxy = Proxy::to(&database).await;
    let (store, beside) = (open_by(&proxy, &database).await, open(&database).await);
    let (site, _) = insert_accounts(&*beside).await;
    assert!(hears(&store, &*beside, site, 1).await);
    proxy.cut();
    assert!(!hears(&store, &*beside, site, 2).await);
    proxy.mend();
    // The old connection is lost for good.
    let started = Instant::now();
    let mut number = 3;
    while !hears(&store, &*beside, site, number).await {
        assert!(started.elapsed() < LONG, "it does not listen any more");
        number += 1;
    }
    for store in [store, beside] {
        store.close().await;
    }
}
