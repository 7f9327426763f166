//! Leases that end, and the doubt that they leave.

use std::sync::Arc;

use domain::{DeliveryState, FaultClass};
use persistence::{DeliveryChange, NewEvent, Step, Store};

use crate::queue::{
    LEASE_MS, accept, at, claim, delivered, delivery, end, events_of, finish, finish_all, finish_one, ids,
    in_lane, insert_accounts, order, whole,
};

pub async fn an_ended_lease_is_handed_out_again_as_doubtful(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    let events: Vec<NewEvent> = (1..=2).map(|number| in_lane(order(number), "anna")).collect();
    accept(&*store, site, &events).await;
    let first = claim(&*store, mail.id, 0, 100, 100).await;
    assert!(claim(&*store, mail.id, LEASE_MS - 1, 100, 100).await.is_empty());
    let due = store.list_due_accounts(at(LEASE_MS)).await.unwrap();
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
            .change_deliveries(&whole(site), DeliveryChange::RetryNow, at(2))
            .await
            .unwrap();
        doubtful = expected;
    }
    assert_eq!(claim(&*store, mail.id, 2, 1, 1).await[0].is_doubtful, doubtful);
}
