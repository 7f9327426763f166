//! What is due, and to whom.

use std::sync::Arc;

use domain::{DeliveryState, EventKind, FaultClass, HoldReason};
use persistence::{DeliveryChange, DeliveryQuery, DueAccount, Hold, HoldExpectation, Store};

use crate::queue::{
    accept, at, claim, delivered, delivery, end, event, events_of, finish, finish_one, ids, in_lane,
    insert_accounts, order, released, retried, time, whole,
};
use crate::samples::switched;

pub async fn only_active_accounts_whose_queue_is_not_held_have_work(store: Arc<dyn Store>) {
    let (site, [mail, search]) = insert_accounts(&*store).await;
    assert_eq!(store.list_due_accounts(time(0)).await.unwrap(), []);
    assert_eq!(store.next_due_at(at(0)).await.unwrap(), None);
    accept(&*store, site, &[order(1)]).await;
    let due = async |ms| {
        let mut due = store.list_due_accounts(time(ms)).await.unwrap();
        due.sort_by_key(|due| due.account);
        due.into_iter()
            .map(|DueAccount { site: of, account }| {
                assert_eq!(of, site);
                account
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(due(0).await, [mail.id, search.id]);
    let hold = Hold {
        reason: HoldReason::Paused,
        since: at(0),
        until: Some(at(50)),
    };
    assert!(
        store
            .set_hold(mail.id, HoldExpectation::Any, Some(hold), Vec::new())
            .await
            .unwrap()
    );
    assert_eq!(due(49).await, [search.id]);
    assert!(claim(&*store, mail.id, 49, 9, 9).await.is_empty());
    assert_eq!(due(50).await, [mail.id, search.id]);
    store
        .write_accounts(site, vec![switched(&search, false)], Vec::new())
        .await
        .unwrap();
    assert_eq!(due(50).await, [mail.id]);
    assert!(claim(&*store, search.id, 50, 9, 9).await.is_empty());
    let claimed = claim(&*store, mail.id, 50, 9, 9).await;
    assert_eq!(due(50).await, []);
    finish_one(&*store, retried(&claimed[0], 51, 3_000)).await;
    assert_eq!(due(2_999).await, []);
    assert_eq!(store.next_due_at(at(51)).await.unwrap(), Some(at(3_000)));
    assert_eq!(due(3_000).await, [mail.id]);
    let forever = Hold { until: None, ..hold };
    assert!(
        store
            .set_hold(mail.id, HoldExpectation::Any, Some(forever), Vec::new())
            .await
            .unwrap()
    );
    assert_eq!(due(i64::from(u32::MAX)).await, []);
    assert!(
        store
            .set_hold(mail.id, HoldExpectation::Any, None, Vec::new())
            .await
            .unwrap()
    );
    assert_eq!(events_of(&claim(&*store, mail.id, 3_000, 9, 9).await), ids([1]));
}

pub async fn what_is_ready_stays_ready_when_the_clock_is_set_back(store: Arc<dyn Store>) {
    const HOUR: i64 = 3_600_000;
    let (site, [mail, _]) = insert_accounts(&*store).await;
    let lane = |number| in_lane(order(number), "anna");
    let cart = event(4, EventKind::CartUpdated, "c");
    let cart_due = at(30 * 60 * 1000);
    accept(&*store, site, &[order(1), lane(2), lane(3), cart]).await;
    let due = store.list_due_accounts(time(-HOUR)).await.unwrap();
    assert_eq!(due.len(), 2);
    assert_eq!(store.next_due_at(at(-HOUR)).await.unwrap(), Some(cart_due));
    let backlog = store.backlog(site, mail.id, at(-HOUR)).await.unwrap();
    assert_eq!(
        (backlog.waiting, backlog.later, backlog.oldest_at),
        (3, 1, Some(at(0)))
    );
    // Of what waits for a time alone it can be said that it is to go at once.
    let of_mail = DeliveryQuery {
        account: Some(mail.id),
        ..whole(site)
    };
    let to_retry = async |ms| {
        let retry = DeliveryChange::RetryNow;
        store.count_changes(&of_mail, retry, time(ms), 9).await.unwrap()
    };
    assert_eq!(to_retry(-HOUR).await, 1);

    let first = claim(&*store, mail.id, -HOUR, 9, 9).await;
    assert_eq!(events_of(&first), ids([1, 2]));
    // What a lane that is left makes ready.
    finish_one(&*store, delivered(&first[1], -HOUR)).await;
    let next = claim(&*store, mail.id, -HOUR - 1, 9, 9).await;
    assert_eq!(events_of(&next), ids([3]));
    // What a person makes ready.
    let refused = finish(
        &first[0],
        5,
        Some(FaultClass::Payload),
        end(DeliveryState::Refused),
    );
    finish_one(&*store, refused).await;
    let only_refused = DeliveryQuery {
        states: Some(vec![DeliveryState::Refused]),
        ..of_mail.clone()
    };
    let retry = DeliveryChange::RetryNow;
    assert_eq!(
        store
            .change_deliveries(&only_refused, retry, time(6))
            .await
            .unwrap()
            .count,
        1
    );
    assert_eq!(to_retry(-HOUR).await, 1);
    let again = claim(&*store, mail.id, -HOUR, 9, 9).await;
    assert_eq!(events_of(&again), ids([1]));
    // A retry waits for its time, and so does what is put back until later; neither is early.
    finish_one(&*store, retried(&next[0], -HOUR, 3_000)).await;
    finish_one(&*store, released(&again[0], -HOUR, 4_000)).await;
    for number in [1, 3] {
        assert_eq!(delivery(&*store, number, &mail).await.leased_until, None);
    }
    assert!(claim(&*store, mail.id, 2_999, 9, 9).await.is_empty());
    assert_eq!(store.next_due_at(at(-HOUR)).await.unwrap(), Some(at(3_000)));
    assert_eq!(events_of(&claim(&*store, mail.id, 3_999, 9, 9).await), ids([3]));
    assert_eq!(events_of(&claim(&*store, mail.id, 4_000, 9, 9).await), ids([1]));
}

pub async fn a_lane_keeps_its_order_when_the_clock_is_set_back(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    let anna: Vec<_> = (1..=3).map(|number| in_lane(order(number), "anna")).collect();
    accept(&*store, site, &anna).await;
    let first = claim(&*store, mail.id, 0, 9, 9).await;
    // By its clock, those behind it are due long after those that come in later.
    finish_one(&*store, retried(&first[0], 1, 86_400_000)).await;
    let again = claim(&*store, mail.id, 86_400_000, 9, 9).await;
    finish_one(&*store, delivered(&again[0], 86_400_000)).await;
    accept(&*store, site, &[in_lane(order(4), "anna")]).await;
    for number in 2..=4 {
        let next = claim(&*store, mail.id, 1, 9, 9).await;
        assert_eq!(events_of(&next), ids([number]));
        finish_one(&*store, delivered(&next[0], 1)).await;
    }
}
