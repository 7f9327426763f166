//! Claims of deliveries, and how they end.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{AccountId, DeliveryId, DeliveryState, EventKind, FaultClass, HoldReason};
use persistence::{DeliveryChange, Finish, Hold, HoldExpectation, NewEvent, Store};

use crate::queue::{
    LEASE_MS, accept, at, claim, delivered, delivery, end, event, events_of, finish, finish_all, finish_one,
    ids, in_lane, insert_accounts, order, released, retried, time, whole,
};
use crate::race::race;

pub async fn deliveries_are_handed_out_oldest_first(store: Arc<dyn Store>) {
    let (site, [mail, search]) = insert_accounts(&*store).await;
    let events: Vec<NewEvent> = (1..=10).map(order).collect();
    accept(&*store, site, &events[5..]).await;
    accept(&*store, site, &events[..5]).await;
    assert!(claim(&*store, mail.id, 0, 0, 10).await.is_empty());
    let first = claim(&*store, mail.id, 0, 3, 10).await;
    assert_eq!(events_of(&first), ids(1..=3));
    for (claimed, event) in first.iter().zip(&events) {
        assert_eq!(claimed.id.account, mail.id);
        assert_eq!((claimed.fence, claimed.attempts), (1, 0));
        assert!(!claimed.is_doubtful && !claimed.is_superseded);
        assert_eq!(
            Some(claimed.event.clone()),
            store.find_event(site, event.id).await.unwrap()
        );
        assert_eq!(claimed.event.sealed, event.sealed);
        let row = delivery(&*store, u64::from(*event.sealed.last().unwrap()), &mail).await;
        assert_eq!(
            (row.state, row.leased_until),
            (DeliveryState::Waiting, Some(at(LEASE_MS)))
        );
    }
    assert_eq!(events_of(&claim(&*store, mail.id, 0, 100, 0).await), ids(4..=10));
    assert!(claim(&*store, mail.id, 0, 100, 100).await.is_empty());
    // The other account has deliveries of its own.
    assert_eq!(
        events_of(&claim(&*store, search.id, 0, 100, 0).await),
        ids(1..=10)
    );
}

pub async fn twenty_claimers_hand_out_each_delivery_once(store: Arc<dyn Store>) {
    let (site, [mail, search]) = insert_accounts(&*store).await;
    let events: Vec<NewEvent> = (1..=300).map(order).collect();
    accept(&*store, site, &events).await;
    let results = race(20, |racer| {
        let (store, account) = (Arc::clone(&store), [mail.id, search.id][racer % 2]);
        async move {
            let mut own = Vec::new();
            loop {
                let claimed = claim(&*store, account, 0, 7, 7).await;
                if claimed.is_empty() {
                    return own;
                }
                assert!(claimed.len() <= 7);
                own.extend(claimed.iter().map(|claimed| claimed.id));
                let finishes: Vec<Finish> = claimed.iter().map(|claimed| delivered(claimed, 1)).collect();
                assert!(finish_all(&*store, finishes).await.into_iter().all(|held| held));
            }
        }
    })
    .await;
    let handed_out: Vec<_> = results.into_iter().flatten().collect();
    assert_eq!(handed_out.len(), 600);
    assert_eq!(handed_out.into_iter().collect::<BTreeSet<_>>().len(), 600);
    let hours = store.list_hours(mail.id, at(-3_600_000)).await.unwrap();
    assert_eq!(hours.iter().map(|hour| hour.delivered).sum::<u32>(), 300);
}

pub async fn first_attempts_and_others_are_wanted_apart(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    let events: Vec<NewEvent> = (1..=12).map(order).collect();
    accept(&*store, site, &events[..6]).await;
    let tried = claim(&*store, mail.id, 0, 6, 0).await;
    finish_all(
        &*store,
        tried.iter().map(|claimed| retried(claimed, 1, 100)).collect(),
    )
    .await;
    accept(&*store, site, &events[6..]).await;
    assert_eq!(events_of(&claim(&*store, mail.id, 99, 1, 9).await), ids([7]));
    let mixed = claim(&*store, mail.id, 100, 2, 3).await;
    assert_eq!(events_of(&mixed), ids([1, 2, 3, 8, 9]));
    let attempts: Vec<u32> = mixed.iter().map(|claimed| claimed.attempts).collect();
    assert_eq!(attempts, [1, 1, 1, 0, 0]);
    let fences: Vec<u32> = mixed.iter().map(|claimed| claimed.fence).collect();
    assert_eq!(fences, [2, 2, 2, 1, 1]);
    assert_eq!(
        events_of(&claim(&*store, mail.id, 100, 0, 9).await),
        ids([4, 5, 6])
    );
}

pub async fn what_is_released_keeps_its_place(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    let events: Vec<NewEvent> = (1..=2).map(|number| in_lane(order(number), "anna")).collect();
    accept(&*store, site, &events).await;
    let first = claim(&*store, mail.id, 0, 100, 100).await;
    finish_one(&*store, released(&first[0], 1, 5_000)).await;
    let row = delivery(&*store, 1, &mail).await;
    assert_eq!(
        (row.attempts, row.due_at, row.leased_until, row.state),
        (0, at(5_000), None, DeliveryState::Waiting)
    );
    assert!(claim(&*store, mail.id, 4_999, 100, 100).await.is_empty());
    let again = claim(&*store, mail.id, 5_000, 100, 0).await;
    assert_eq!(events_of(&again), ids([1]));
    assert_eq!((again[0].attempts, again[0].is_doubtful), (0, false));
    // At once, and with an attempt that does not count.
    let mut credentials = released(&again[0], 5_001, 5_001);
    credentials.attempt = Some(crate::queue::attempt(5_001, Some(FaultClass::Credentials)));
    finish_one(&*store, credentials).await;
    let row = delivery(&*store, 1, &mail).await;
    assert_eq!(
        (row.attempts, row.class, row.last_ms),
        (0, Some(FaultClass::Credentials), Some(120))
    );
    assert_eq!(events_of(&claim(&*store, mail.id, 5_001, 100, 0).await), ids([1]));
}

pub async fn a_claim_is_finished_once(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    accept(&*store, site, &[order(1), order(2), order(3)]).await;
    let claimed = claim(&*store, mail.id, 0, 100, 100).await;
    let finishes = || {
        vec![
            delivered(&claimed[0], 1),
            retried(&claimed[1], 1, 3_000),
            released(&claimed[2], 1, 5_000),
        ]
    };
    assert_eq!(finish_all(&*store, finishes()).await, [true; 3]);
    let rows = store.list_deliveries(&whole(site)).await.unwrap();
    assert_eq!(finish_all(&*store, finishes()).await, [false; 3]);
    assert_eq!(store.list_deliveries(&whole(site)).await.unwrap(), rows);
    let hours = store.list_hours(mail.id, at(-3_600_000)).await.unwrap();
    assert_eq!((hours[0].delivered, hours[0].retried), (1, 1));
    // Some of a list may still hold.
    let again = claim(&*store, mail.id, 5_000, 100, 100).await;
    let late = vec![delivered(&claimed[1], 5_001), delivered(&again[1], 5_001)];
    assert_eq!(finish_all(&*store, late).await, [false, true]);
    assert!(finish_all(&*store, Vec::new()).await.is_empty());
    let nobody = Finish {
        id: crate::queue::delivery_id(99, &mail),
        ..delivered(&claimed[0], 1)
    };
    assert_eq!(finish_all(&*store, vec![nobody]).await, [false]);
}

pub async fn a_later_event_makes_an_earlier_one_needless(store: Arc<dyn Store>) {
    let (site, [mail, search]) = insert_accounts(&*store).await;
    let lanes = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let mut number = 0;
    let mut next = |kind, entity: &str| {
        number += 1;
        let lane = lanes[usize::try_from(number % 8).unwrap()];
        in_lane(event(number, kind, entity), lane)
    };
    let events = [
        next(EventKind::CustomerUpdated, "1"),
        next(EventKind::OrderPlaced, "1"),
        next(EventKind::CustomerUpdated, "1"),
        next(EventKind::CustomerUpdated, "2"),
        next(EventKind::NewsletterSubscribed, "2"),
        next(EventKind::CustomerRegistered, "3"),
        next(EventKind::CustomerDeleted, "3"),
        next(EventKind::OrderPlaced, "1"),
    ];
    accept(&*store, site, &events).await;
    accept(
        &*store,
        site,
        &[
            in_lane(event(9, EventKind::ProductUpdated, "1"), "p1"),
            in_lane(event(10, EventKind::ProductDeleted, "1"), "p2"),
        ],
    )
    .await;
    let superseded = |claimed: &[persistence::Claimed]| {
        claimed
            .iter()
            .filter(|claimed| claimed.is_superseded)
            .map(|claimed| claimed.id.event)
            .collect::<Vec<_>>()
    };
    let asked = async |account: AccountId| {
        let mut needless = Vec::new();
        for event in ids([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99]) {
            let id = DeliveryId { event, account };
            if store.is_superseded(site, id).await.unwrap() {
                needless.push(event);
            }
        }
        needless
    };
    // Whoever only asks is told the same as whoever claims.
    assert_eq!(asked(mail.id).await, ids([1, 6]));
    assert_eq!(asked(search.id).await, ids([1, 6, 9]));
    let of_mail = claim(&*store, mail.id, 0, 100, 100).await;
    assert_eq!(of_mail.len(), 8);
    assert_eq!(superseded(&of_mail), ids([1, 6]));
    finish_all(
        &*store,
        of_mail.iter().map(|claimed| delivered(claimed, 1)).collect(),
    )
    .await;
    // Where the later one has been delivered, trying again would set back how things are.
    let first = claim(&*store, search.id, 0, 1, 0).await;
    assert_eq!(superseded(&first), ids([1]));
    let others = claim(&*store, search.id, 0, 100, 0).await;
    assert_eq!(superseded(&others), ids([6, 9]));
    let finishes: Vec<Finish> = others.iter().map(|claimed| delivered(claimed, 1)).collect();
    finish_all(&*store, finishes).await;
    finish_one(&*store, retried(&first[0], 1, 100)).await;
    assert_eq!(asked(search.id).await, ids([1, 6, 9]));
    assert_eq!(superseded(&claim(&*store, search.id, 100, 9, 9).await), ids([1]));
    // A cart that is not due yet says more, too.
    let cart = |number| event(number, EventKind::CartUpdated, "c");
    accept(&*store, site, &[cart(20)]).await;
    let newer = NewEvent {
        occurred_at: at(1_000_000),
        ..cart(21)
    };
    accept(&*store, site, &[newer]).await;
    let due = 30 * 60 * 1000;
    let carts = claim(&*store, mail.id, due, 100, 100).await;
    assert_eq!(superseded(&carts), ids([20]));
}

pub async fn whoever_waits_for_work_is_woken(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    let wait = async |at_most: u64| {
        let began = Instant::now();
        store.await_work(Duration::from_millis(at_most)).await;
        began.elapsed()
    };
    // Whatever was there before is taken up first.
    wait(50).await;
    assert!(wait(50).await >= Duration::from_millis(45));
    let long = 20_000;
    // Hands back the task, not what it comes to.
    let woken = async || {
        let store = Arc::clone(&store);
        let waiting = tokio::spawn(async move { store.await_work(Duration::from_millis(long)).await });
        tokio::time::sleep(Duration::from_millis(30)).await;
        (waiting,)
    };
    let soon = async |(waiting,): (tokio::task::JoinHandle<()>,)| {
        let end = Duration::from_millis(long / 4);
        tokio::time::timeout(end, waiting).await.unwrap().unwrap();
    };

    let waiting = woken().await;
    accept(&*store, site, &[order(1)]).await;
    soon(waiting).await;
    let waiting = woken().await;
    let hold = Hold {
        reason: HoldReason::Credentials,
        since: at(0),
        until: None,
    };
    store
        .set_hold(mail.id, HoldExpectation::Any, Some(hold), Vec::new())
        .await
        .unwrap();
    soon(waiting).await;
    store
        .set_hold(mail.id, HoldExpectation::Any, None, Vec::new())
        .await
        .unwrap();
    let claimed = claim(&*store, mail.id, 0, 1, 0).await;
    finish_one(
        &*store,
        finish(
            &claimed[0],
            1,
            Some(FaultClass::Payload),
            end(DeliveryState::Refused),
        ),
    )
    .await;
    wait(50).await;
    let waiting = woken().await;
    let changed = store
        .change_deliveries(&whole(site), DeliveryChange::RetryNow, time(2))
        .await
        .unwrap();
    assert_eq!(changed.count, 1);
    soon(waiting).await;
    // What came while nobody waited is not missed.
    wait(50).await;
    accept(&*store, site, &[order(2)]).await;
    assert!(wait(long).await < Duration::from_millis(long / 4));
}
