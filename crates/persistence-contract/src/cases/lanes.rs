//! Lanes: deliveries to one account that go out one after the other.

use std::sync::Arc;

use domain::{DeliveryState, EventId, EventKind, FaultClass, SkipReason};
use persistence::{DeliveryChange, DeliveryQuery, NewEvent, Store};

use crate::queue::{
    LEASE_MS, accept, at, claim, delivered, delivery, end, event, event_id, events_of, finish, finish_one,
    ids, in_lane, insert_accounts, order, retried, skipped, time, whole,
};
use crate::race::race;
use crate::walk::walk_lanes;

pub async fn one_lane_goes_out_one_after_the_other(store: Arc<dyn Store>) {
    let (site, [mail, search]) = insert_accounts(&*store).await;
    let anna: Vec<NewEvent> = (1..=5).map(|number| in_lane(order(number), "anna")).collect();
    let bea: Vec<NewEvent> = (6..=7).map(|number| in_lane(order(number), "bea")).collect();
    accept(&*store, site, &anna[..3]).await;
    accept(&*store, site, &[&anna[3..], &bea].concat()).await;
    let first = claim(&*store, mail.id, 0, 100, 100).await;
    assert_eq!(events_of(&first), ids([1, 6]));
    assert!(claim(&*store, mail.id, 0, 100, 100).await.is_empty());
    // Another account does not wait for this one.
    assert_eq!(
        events_of(&claim(&*store, search.id, 0, 100, 0).await),
        ids([1, 6])
    );
    finish_one(&*store, delivered(&first[1], 1)).await;
    assert_eq!(events_of(&claim(&*store, mail.id, 1, 100, 0).await), ids([7]));
    let mut next = first[0].clone();
    for number in 2..=5 {
        finish_one(
            &*store,
            finish(&next, 1, Some(FaultClass::Payload), end(DeliveryState::Refused)),
        )
        .await;
        let claimed = claim(&*store, mail.id, 1, 100, 0).await;
        assert_eq!(events_of(&claimed), ids([number]));
        next = claimed[0].clone();
    }
    finish_one(&*store, skipped(&next, 1, SkipReason::NoList)).await;
    assert!(claim(&*store, mail.id, 1, 100, 100).await.is_empty());
    accept(&*store, site, &[in_lane(order(20), "anna")]).await;
    assert_eq!(events_of(&claim(&*store, mail.id, 1, 100, 0).await), ids([20]));
}

pub async fn a_lane_keeps_its_order_whoever_sends_and_claims(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    let lanes = ["anna", "bea", "carla"];
    race(20, |racer| {
        let store = Arc::clone(&store);
        async move {
            for turn in 0..5_u64 {
                let number = 1 + u64::try_from(racer).unwrap() + 20 * turn;
                let events: Vec<NewEvent> = (0..3_u64)
                    .zip(lanes)
                    .map(|(index, lane)| in_lane(order(number + 1000 * index), lane))
                    .collect();
                accept(&*store, site, &events).await;
            }
        }
    })
    .await;
    let results = race(4, |_| {
        let store = Arc::clone(&store);
        async move {
            let mut own: Vec<EventId> = Vec::new();
            while own.len() < 1000 {
                let claimed = claim(&*store, mail.id, 1, 2, 2).await;
                if claimed.is_empty() {
                    let waiting = store.backlog(site, mail.id, at(1)).await.unwrap().waiting;
                    if waiting == 0 {
                        break;
                    }
                    tokio::task::yield_now().await;
                }
                for claimed in claimed {
                    own.push(claimed.id.event);
                    finish_one(&*store, delivered(&claimed, 1)).await;
                }
            }
            own
        }
    })
    .await;
    assert_eq!(results.iter().map(Vec::len).sum::<usize>(), 300);
    // Whoever of a lane was claimed later is later: each claimer has seen each lane in order.
    for own in results {
        for index in 0..3 {
            let is_of = |id: &&EventId| (event_id(1000 * index)..event_id(1000 * (index + 1))).contains(*id);
            assert!(own.iter().filter(is_of).is_sorted());
        }
    }
}

pub async fn a_cart_that_waits_is_in_nobodys_way(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    let cart = |number| in_lane(event(number, EventKind::CartUpdated, "c"), "anna");
    let due = 30 * 60 * 1000;
    accept(&*store, site, &[cart(1), cart(2), in_lane(order(3), "anna")]).await;
    let order_first = claim(&*store, mail.id, due - 1, 100, 100).await;
    assert_eq!(events_of(&order_first), ids([3]));
    assert_eq!(store.next_due_at(at(1)).await.unwrap(), Some(at(due)));
    accept(&*store, site, &[in_lane(order(4), "anna")]).await;
    // Once it is due it is before those that are later, but for the one that is under way.
    assert!(claim(&*store, mail.id, due, 100, 100).await.is_empty());
    finish_one(&*store, delivered(&order_first[0], due)).await;
    let first = claim(&*store, mail.id, due, 100, 100).await;
    assert_eq!(events_of(&first), ids([1]));
    assert!(claim(&*store, mail.id, due, 100, 100).await.is_empty());
    finish_one(&*store, delivered(&first[0], due)).await;
    let second = claim(&*store, mail.id, due, 100, 100).await;
    assert_eq!(events_of(&second), ids([2]));
    finish_one(&*store, delivered(&second[0], due)).await;
    assert_eq!(events_of(&claim(&*store, mail.id, due, 100, 100).await), ids([4]));
}

pub async fn a_retry_holds_what_is_behind_it(store: Arc<dyn Store>) {
    let (site, [mail, search]) = insert_accounts(&*store).await;
    let events: Vec<NewEvent> = (1..=3).map(|number| in_lane(order(number), "anna")).collect();
    accept(&*store, site, &events).await;
    let first = claim(&*store, mail.id, 0, 100, 100).await;
    finish_one(&*store, retried(&first[0], 1, 3_000)).await;
    accept(&*store, site, &[in_lane(order(4), "anna"), order(5)]).await;
    for number in 1..=3 {
        assert_eq!(delivery(&*store, number, &mail).await.due_at, at(3_000));
    }
    // It holds nobody else.
    assert_eq!(delivery(&*store, 2, &search).await.due_at, at(0));
    assert_eq!(
        events_of(&claim(&*store, mail.id, 2_999, 100, 100).await),
        ids([5])
    );
    let again = claim(&*store, mail.id, 3_000, 100, 100).await;
    assert_eq!(events_of(&again), ids([1]));
    assert_eq!((again[0].attempts, again[0].fence), (1, 2));
    finish_one(&*store, delivered(&again[0], 3_001)).await;
    for number in 2..=4 {
        let next = claim(&*store, mail.id, 3_001, 100, 100).await;
        assert_eq!(events_of(&next), ids([number]));
        finish_one(&*store, delivered(&next[0], 3_001)).await;
    }
}

pub async fn what_waited_behind_one_that_is_skipped_is_due_at_once(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    let events: Vec<NewEvent> = (1..=3).map(|number| in_lane(order(number), "anna")).collect();
    accept(&*store, site, &events).await;
    let first = claim(&*store, mail.id, 0, 100, 100).await;
    finish_one(&*store, retried(&first[0], 1, 86_400_000)).await;
    assert!(claim(&*store, mail.id, 2, 100, 100).await.is_empty());
    let skipped = DeliveryQuery {
        account: Some(mail.id),
        entity_id: Some("order 1".to_owned()),
        ..whole(site)
    };
    let change = DeliveryChange::Skip(SkipReason::ByHand);
    let changed = store.change_deliveries(&skipped, change, time(3)).await.unwrap();
    assert_eq!(changed.count, 1);
    for number in 2..=3 {
        let next = claim(&*store, mail.id, 3, 100, 100).await;
        assert_eq!(events_of(&next), ids([number]));
        finish_one(&*store, delivered(&next[0], 3)).await;
    }
}

pub async fn more_than_a_thousand_behind_a_retry_keep_their_order(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    let of_lane = |number| in_lane(order(number), "busy");
    let busy: Vec<NewEvent> = (1..=1_500).map(of_lane).collect();
    for part in busy.chunks(500) {
        accept(&*store, site, part).await;
    }
    accept(&*store, site, &[order(2_001)]).await;
    let mut first = claim(&*store, mail.id, 0, 1, 0).await;
    // Also those that no claim has found behind it yet, and those that come in afterwards.
    finish_one(&*store, retried(&first[0], 1, 3_000)).await;
    accept(&*store, site, &[of_lane(2_000)]).await;
    let others = claim(&*store, mail.id, 2, 2_000, 2_000).await;
    assert_eq!(events_of(&others), ids([2_001]));
    for due_ms in [3_000, 6_000] {
        for _ in 0..3 {
            assert!(claim(&*store, mail.id, due_ms - 1, 2_000, 2_000).await.is_empty());
        }
        first = claim(&*store, mail.id, due_ms, 2_000, 2_000).await;
        assert_eq!(events_of(&first), ids([1]));
        assert!(claim(&*store, mail.id, due_ms, 2_000, 2_000).await.is_empty());
        finish_one(&*store, retried(&first[0], due_ms, due_ms + 3_000)).await;
    }
    // One after the other, on both sides of a thousand.
    let mut next = claim(&*store, mail.id, 9_000, 9, 9).await;
    for (last, following) in [
        (1, 2),
        (999, 1_000),
        (1_000, 1_001),
        (1_001, 1_002),
        (1_499, 1_500),
    ] {
        let until = DeliveryQuery {
            account: Some(mail.id),
            before: Some(event_id(last + 1)),
            states: Some(vec![DeliveryState::Waiting]),
            ..whole(site)
        };
        finish_one(&*store, delivered(&next[0], 9_000)).await;
        let skip = DeliveryChange::Skip(SkipReason::ByHand);
        while store
            .change_deliveries(&until, skip, time(9_001))
            .await
            .unwrap()
            .count
            > 0
        {}
        next = claim(&*store, mail.id, 9_002, 2_000, 2_000).await;
        assert_eq!(events_of(&next), ids([following]));
    }
    finish_one(&*store, delivered(&next[0], 9_003)).await;
    assert_eq!(
        events_of(&claim(&*store, mail.id, 9_003, 9, 9).await),
        ids([2_000])
    );
}

pub async fn an_earlier_one_waits_while_a_later_one_of_its_lane_is_under_way(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    let of_lane = |number| in_lane(order(number), "anna");
    accept(&*store, site, &[of_lane(10), of_lane(20)]).await;
    let first = claim(&*store, mail.id, 0, 9, 9).await;
    let refused = finish(
        &first[0],
        1,
        Some(FaultClass::Payload),
        end(DeliveryState::Refused),
    );
    finish_one(&*store, refused).await;
    let later = claim(&*store, mail.id, 2, 9, 9).await;
    assert_eq!(events_of(&later), ids([20]));
    // Tried again by hand, and come in later than it was made.
    let of_mail = DeliveryQuery {
        account: Some(mail.id),
        ..whole(site)
    };
    let retry = DeliveryChange::RetryNow;
    let changed = store.change_deliveries(&of_mail, retry, time(3)).await.unwrap();
    assert_eq!(changed.count, 1);
    accept(&*store, site, &[of_lane(5), order(30)]).await;
    let other = claim(&*store, mail.id, 4, 9, 9).await;
    assert_eq!(events_of(&other), ids([30]));
    finish_one(&*store, delivered(&other[0], 4)).await;
    assert!(claim(&*store, mail.id, 4, 9, 9).await.is_empty());
    // However it goes on with the later one, the earlier ones come first.
    finish_one(&*store, retried(&later[0], 5, 6)).await;
    for number in [5, 10, 20] {
        let next = claim(&*store, mail.id, 7, 9, 9).await;
        assert_eq!(events_of(&next), ids([number]));
        assert!(claim(&*store, mail.id, 7, 9, 9).await.is_empty());
        finish_one(&*store, delivered(&next[0], 8)).await;
    }
    // One whose lease has ended is in nobody's way.
    accept(&*store, site, &[of_lane(50)]).await;
    let lost = claim(&*store, mail.id, 9, 9, 9).await;
    assert_eq!(events_of(&lost), ids([50]));
    accept(&*store, site, &[of_lane(40)]).await;
    assert!(claim(&*store, mail.id, 9, 9, 9).await.is_empty());
    let next = claim(&*store, mail.id, 9 + LEASE_MS, 9, 9).await;
    assert_eq!(events_of(&next), ids([40]));
    finish_one(&*store, delivered(&next[0], 9 + LEASE_MS)).await;
    let again = claim(&*store, mail.id, 9 + LEASE_MS, 9, 9).await;
    assert_eq!((events_of(&again), again[0].is_doubtful), (ids([50]), true));
}

pub async fn one_of_a_lane_is_under_way_whoever_claims_ends_and_tries_again(store: Arc<dyn Store>) {
    walk_lanes(std::array::from_fn::<_, 4, _>(|_| Arc::clone(&store))).await;
}
