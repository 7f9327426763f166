//! Events of many callers, which are written together.

use std::collections::BTreeSet;
use std::sync::Arc;

use persistence::{Acceptance, NewEvent, StoreError};
use persistence_contract::queue::{
    accept, claim, delivered, event_id, finish_all, in_lane, insert_accounts, order, whole,
};
use persistence_contract::race::race;
use persistence_contract::samples::site_id;

use crate::support::{Database, open};

const TAKEN: Acceptance = Acceptance::Taken { deliveries: 2 };

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_is_refused_refuses_nobody_else() {
    let database = Database::new();
    let store = open(&database).await;
    let (site, _) = insert_accounts(&*store).await;
    accept(&*store, site, &[order(1)]).await;
    let results = race(30, |racer| {
        let store = Arc::clone(&store);
        async move {
            let number = 10 + u64::try_from(racer).unwrap();
            match racer % 3 {
                0 => store.accept_events(site, vec![order(number)]).await,
                // An id that another event has.
                1 => {
                    let wrong = NewEvent {
                        external_id: format!("wrong {number}"),
                        ..order(1)
                    };
                    store.accept_events(site, vec![order(number), wrong]).await
                }
                _ => store.accept_events(site_id(9), vec![order(number)]).await,
            }
        }
    })
    .await;
    for (racer, result) in results.into_iter().enumerate() {
        if racer % 3 == 0 {
            assert_eq!(result.unwrap(), [TAKEN]);
        } else {
            assert!(matches!(result, Err(StoreError::Driver(_))), "{result:?}");
        }
    }
    assert_eq!(database.count("events").await, 11);
    assert_eq!(database.count("deliveries").await, 22);
    store.close().await;
    database.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_that_go_away_leave_all_of_their_events_or_none() {
    let database = Database::new();
    let store = open(&database).await;
    let (site, _) = insert_accounts(&*store).await;
    let pair = |number: u64| vec![order(2 * number), order(2 * number + 1)];
    let callers: Vec<_> = (1..=60)
        .map(|number| {
            let (store, events) = (Arc::clone(&store), pair(number));
            (
                number,
                tokio::spawn(async move { store.accept_events(site, events).await }),
            )
        })
        .collect();
    tokio::task::yield_now().await;
    for (number, caller) in &callers {
        if number % 2 == 0 {
            caller.abort();
        }
    }
    for (number, caller) in callers {
        let is_answered = match caller.await {
            Ok(result) => {
                assert_eq!(result.unwrap(), [TAKEN; 2]);
                true
            }
            Err(error) => {
                assert!(error.is_cancelled());
                false
            }
        };
        let first = store.find_event(site, event_id(2 * number)).await.unwrap();
        let second = store.find_event(site, event_id(2 * number + 1)).await.unwrap();
        assert_eq!(first.is_some(), second.is_some());
        assert!(first.is_some() || !is_answered);
    }
    assert_eq!(accept(&*store, site, &pair(100)).await, [TAKEN; 2]);
    store.close().await;
    let closed = store.accept_events(site, pair(200)).await;
    assert!(matches!(closed, Err(StoreError::Unreachable(_))), "{closed:?}");
    database.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stores_side_by_side_take_in_and_hand_out_once() {
    let database = Database::new();
    let stores = [open(&database).await, open(&database).await];
    let (site, [mail, _]) = insert_accounts(&*stores[0]).await;
    // Each event is sent to both, four times.
    let answers = race(8, |racer| {
        let store = Arc::clone(&stores[racer % 2]);
        async move {
            let mut taken = 0;
            for number in 1..=40_u64 {
                let event = NewEvent {
                    id: event_id(1000 * u64::try_from(racer).unwrap() + number),
                    ..in_lane(order(number), &format!("{}", number % 5))
                };
                taken += u32::from(accept(&*store, site, &[event]).await == [TAKEN]);
            }
            taken
        }
    })
    .await;
    assert_eq!(answers.iter().sum::<u32>(), 40);
    let claimed = race(4, |racer| {
        let store = Arc::clone(&stores[racer % 2]);
        async move {
            let mut own = Vec::new();
            for _ in 0..200 {
                let claimed = claim(&*store, mail.id, 1, 3, 3).await;
                let finishes: Vec<_> = claimed.iter().map(|claimed| delivered(claimed, 1)).collect();
                assert!(finish_all(&*store, finishes).await.into_iter().all(|held| held));
                own.extend(claimed.iter().map(|claimed| claimed.id.event));
            }
            own
        }
    })
    .await
    .concat();
    assert_eq!(claimed.len(), 40);
    assert_eq!(claimed.iter().collect::<BTreeSet<_>>().len(), 40);
    for store in stores {
        assert_eq!(store.count_deliveries(&whole(site), 1000).await.unwrap(), 80);
        store.close().await;
    }
    database.check().await;
}
