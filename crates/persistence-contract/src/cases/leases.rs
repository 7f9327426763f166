//! Leases that end, and the doubt that they leave.

use std::sync::Arc;

use domain::{AccountId, DeliveryState, FaultClass, SkipReason};
use persistence::{Claimed, DeliveryChange, DeliveryQuery, LEASE_AHEAD_MAX, NewEvent, Step, Store};

use crate::queue::{
    LEASE_MS, accept, at, claim, delivered, delivery, end, events_of, finish, finish_all, finish_one, ids,
    in_lane, insert_accounts, order, released, retried, time, whole,
};

pub async fn an_ended_lease_is_handed_out_again_as_doubtful(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    let events: Vec<NewEvent> = (1..=2).map(|number| in_lane(order(number), "anna")).collect();
    accept(&*store, site, &events).await;
    let first = claim(&*store, mail.id, 0, 100, 100).await;
    assert!(claim(&*store, mail.id, LEASE_MS - 1, 100, 100).await.is_empty());
    let due = store.list_due_accounts(time(LEASE_MS)).await.unwrap();
    assert!(due.iter().any(|due| due.account == mail.id));
    let again = claim(&*store, mail.id, LEASE_MS, 100, 100).await;
    assert_eq!(events_of(&again), ids([1]));
    assert_eq!((again[0].fence, again[0].attempts), (2, 0));
    assert!(again[0].is_doubtful);
    // Whoever had it before comes too late, and changes nothing.
    let row = delivery(&*store, 1, &mail).await;
    assert_eq!(
        finish_all(&*store, vec![delivered(&first[0], LEASE_MS)]).await,
        [false]
    );
    assert_eq!(delivery(&*store, 1, &mail).await, row);
    assert!(claim(&*store, mail.id, LEASE_MS, 100, 100).await.is_empty());
    finish_one(&*store, delivered(&again[0], LEASE_MS + 1)).await;
    assert_eq!(
        events_of(&claim(&*store, mail.id, LEASE_MS + 1, 100, 100).await),
        ids([2])
    );
}

pub async fn leases_that_end_without_a_word_are_counted_until_somebody_speaks(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    accept(&*store, site, &[order(1)]).await;
    let mut now = 0;
    let mut losses_of_next = async |pause_ms: i64| {
        now += pause_ms;
        let claimed = claim(&*store, mail.id, now, 1, 1).await.remove(0);
        (claimed.losses, claimed, now)
    };
    for expected in 0..3 {
        assert_eq!(losses_of_next(LEASE_MS).await.0, expected);
    }
    let (losses, claimed, now) = losses_of_next(LEASE_MS).await;
    assert_eq!((losses, claimed.fence), (3, 4));
    finish_one(&*store, released(&claimed, now, now)).await;
    let (losses, claimed, now) = losses_of_next(0).await;
    assert_eq!((losses, claimed.fence), (0, 5));
    finish_one(&*store, retried(&claimed, now, now)).await;
    assert_eq!(losses_of_next(0).await.0, 0);
    assert_eq!(losses_of_next(LEASE_MS).await.0, 1);
}

pub async fn a_late_finish_counts_while_nobody_else_has_it(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    accept(&*store, site, &[order(1), order(2)]).await;
    let first = claim(&*store, mail.id, 0, 100, 100).await;
    // Others look meanwhile, but want nothing of it.
    assert!(claim(&*store, mail.id, LEASE_MS, 0, 0).await.is_empty());
    finish_one(&*store, delivered(&first[0], LEASE_MS + 1)).await;
    assert_eq!(delivery(&*store, 1, &mail).await.state, DeliveryState::Delivered);
    assert_eq!(
        events_of(&claim(&*store, mail.id, LEASE_MS + 1, 100, 100).await),
        ids([2])
    );
}

pub async fn doubt_stays_until_an_attempt_ends_it(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    accept(&*store, site, &[order(1)]).await;
    let retry = |is_doubtful| Step::Retry {
        due_at: at(2),
        is_doubtful,
    };
    let release = |is_doubtful| Step::Release {
        due_at: at(2),
        is_doubtful,
    };
    let unknown = || end(DeliveryState::Unknown);
    let mut doubtful = false;
    for (step, expected) in [
        (retry(false), false),
        (retry(true), true),
        (release(false), true),
        (retry(false), false),
        (release(true), true),
        (retry(false), false),
        (unknown(), true),
        (retry(false), false),
        (end(DeliveryState::Refused), false),
        (retry(true), true),
        (end(DeliveryState::GivenUp), true),
        (retry(true), true),
    ] {
        let claimed = claim(&*store, mail.id, 2, 1, 1).await;
        assert_eq!(claimed[0].is_doubtful, doubtful);
        finish_one(&*store, finish(&claimed[0], 2, Some(FaultClass::Temporary), step)).await;
        store
            .change_deliveries(&whole(site), DeliveryChange::RetryNow, time(2))
            .await
            .unwrap();
        doubtful = expected;
    }
    assert_eq!(claim(&*store, mail.id, 2, 1, 1).await[0].is_doubtful, doubtful);
}

/// Claims until `until_ms`, by a clock that says `ms`.
async fn claim_until(store: &dyn Store, account: AccountId, ms: i64, until_ms: i64) -> Vec<Claimed> {
    store
        .claim_deliveries(account, time(ms), at(until_ms), 1, 1)
        .await
        .unwrap()
}

pub async fn a_lease_of_a_clock_that_was_ahead_has_ended(store: Arc<dyn Store>) {
    let longest = i64::try_from(LEASE_AHEAD_MAX.as_millis()).unwrap();
    let (site, [mail, search]) = insert_accounts(&*store).await;
    let anna: Vec<NewEvent> = (1..=2).map(|number| in_lane(order(number), "anna")).collect();
    accept(&*store, site, &anna).await;
    accept(&*store, site, &[order(3)]).await;
    let of_mail = DeliveryQuery {
        account: Some(mail.id),
        ..whole(site)
    };
    let skip = DeliveryChange::Skip(SkipReason::ByHand);
    let to_skip = async || store.count_changes(&of_mail, skip, time(0), 9).await.unwrap();
    let is_due = async || {
        let due = store.list_due_accounts(time(0)).await.unwrap();
        due.iter().any(|due| due.account == mail.id)
    };

    // As long as can be, it holds.
    let held = claim_until(&*store, mail.id, 0, longest).await;
    assert_eq!(events_of(&held), ids([1]));
    assert!(delivery(&*store, 1, &mail).await.is_under_way(at(0)));
    assert_eq!(to_skip().await, 2);
    let other = claim(&*store, mail.id, 0, 9, 9).await;
    assert_eq!(events_of(&other), ids([3]));
    finish_one(&*store, delivered(&other[0], 0)).await;
    assert!(!is_due().await);
    let next = store.next_due_at(at(0)).await.unwrap();
    assert!(next.is_none_or(|next| next == at(longest)));
    finish_one(&*store, released(&held[0], 0, 0)).await;

    let ahead = 5 * 3_600_000;
    for until in [longest + 1, ahead + LEASE_MS] {
        let far = claim_until(&*store, mail.id, until - LEASE_MS, until).await;
        assert_eq!(events_of(&far), ids([1]));
        let row = delivery(&*store, 1, &mail).await;
        assert_eq!(row.leased_until, Some(at(until)));
        assert!(row.is_under_way(at(until - 1)) && !row.is_under_way(at(0)));
        assert!(is_due().await);
        assert_eq!(store.next_due_at(at(0)).await.unwrap(), None);
        assert_eq!(store.backlog(site, mail.id, at(0)).await.unwrap().waiting, 2);
        assert_eq!(to_skip().await, 2);
        let again = claim(&*store, mail.id, 0, 9, 9).await;
        assert_eq!(events_of(&again), ids([1]));
        assert_eq!((again[0].fence, again[0].is_doubtful), (far[0].fence + 1, true));
        assert_eq!(finish_all(&*store, vec![delivered(&far[0], 1)]).await, [false]);
        finish_one(&*store, released(&again[0], 1, 1)).await;
    }
    // It is nobody's any more for a person, either, and the other account's are left alone.
    let far = claim_until(&*store, mail.id, ahead, ahead + LEASE_MS).await;
    let changed = store.change_deliveries(&of_mail, skip, time(2)).await.unwrap();
    assert_eq!(changed.count, 2);
    assert_eq!(finish_all(&*store, vec![delivered(&far[0], 3)]).await, [false]);
    assert_eq!(delivery(&*store, 1, &mail).await.state, DeliveryState::Skipped);
    assert_eq!(delivery(&*store, 1, &search).await.state, DeliveryState::Waiting);
}

pub async fn what_a_clock_that_was_ahead_had_under_way_is_tried_again_by_hand(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    accept(&*store, site, &[order(1)]).await;
    let tried = claim(&*store, mail.id, 0, 9, 9).await;
    finish_one(&*store, retried(&tried[0], 1, 2)).await;
    let ahead = 5 * 3_600_000;
    let far = claim_until(&*store, mail.id, ahead, ahead + LEASE_MS).await;
    assert_eq!(events_of(&far), ids([1]));
    let retry = DeliveryChange::RetryNow;
    let of_mail = DeliveryQuery {
        account: Some(mail.id),
        ..whole(site)
    };
    assert_eq!(store.count_changes(&of_mail, retry, time(3), 9).await.unwrap(), 1);
    let changed = store.change_deliveries(&of_mail, retry, time(3)).await.unwrap();
    assert_eq!(changed.count, 1);
    let again = claim(&*store, mail.id, 3, 9, 9).await;
    assert_eq!((again[0].attempts, again[0].is_doubtful), (0, true));
    assert_eq!(finish_all(&*store, vec![delivered(&far[0], 4)]).await, [false]);
}
