//! What is due, and to whom.

use std::sync::Arc;

use domain::HoldReason;
use persistence::{DueAccount, Hold, HoldExpectation, Store};

use crate::queue::{accept, at, claim, events_of, finish_one, ids, insert_accounts, order, retried};
use crate::samples::switched;

pub async fn only_active_accounts_whose_queue_is_not_held_have_work(store: Arc<dyn Store>) {
    let (site, [mail, search]) = insert_accounts(&*store).await;
    assert_eq!(store.list_due_accounts(at(0)).await.unwrap(), []);
    assert_eq!(store.next_due_at(at(0)).await.unwrap(), None);
    accept(&*store, site, &[order(1)]).await;
    let due = async |ms| {
        let mut due = store.list_due_accounts(at(ms)).await.unwrap();
        due.sort_by_key(|due| due.account);
        due.into_iter()
            .map(|DueAccount { site: of, account }| {
                assert_eq!(of, site);
                account
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(due(-1).await, []);
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
