//! Queues that are held, and what is remembered of the other side.

use std::sync::Arc;

use domain::{HoldReason, LogKind};
use persistence::{Hold, HoldExpectation, Store};

use crate::queue::{at, insert_accounts};
use crate::race::race;
use crate::samples::{HOSTILE, account_id, entry_about, insert, removed, whole_log};

const fn hold(reason: HoldReason, since: i64, until: Option<i64>) -> Hold {
    Hold {
        reason,
        since: at(since),
        until: match until {
            Some(until) => Some(at(until)),
            None => None,
        },
    }
}

pub async fn a_hold_comes_back_as_it_was(store: Arc<dyn Store>) {
    let (site, [mail, search]) = insert_accounts(&*store).await;
    assert_eq!(store.find_hold(mail.id).await.unwrap(), None);
    let mut told = Vec::new();
    for (number, (next, is_new)) in (1..).zip([
        (None, false),
        (Some(hold(HoldReason::Credentials, 1, None)), true),
        // For the same reason until the same time: the first one stays.
        (Some(hold(HoldReason::Credentials, 2, None)), false),
        (Some(hold(HoldReason::Paused, 3, Some(10))), true),
        (Some(hold(HoldReason::Paused, 4, Some(10))), false),
        (Some(hold(HoldReason::Paused, 5, Some(20))), true),
        (Some(hold(HoldReason::Off, 6, None)), true),
        (Some(hold(HoldReason::Locked, 7, None)), true),
        (None, true),
        (None, false),
    ]) {
        let before = store.find_hold(mail.id).await.unwrap();
        let entry = entry_about(&mail, at(number).ms(), 1, LogKind::Recovered);
        let is_set = store
            .set_hold(mail.id, HoldExpectation::Any, next, vec![entry.clone()])
            .await
            .unwrap();
        assert_eq!(is_set, is_new, "{number}");
        let expected = if is_new { next } else { before };
        assert_eq!(store.find_hold(mail.id).await.unwrap(), expected, "{number}");
        if is_new {
            told.insert(0, entry);
        }
    }
    assert_eq!(store.list_log(&whole_log(site)).await.unwrap(), told);
    assert_eq!(store.find_hold(search.id).await.unwrap(), None);
}

pub async fn a_hold_of_nobody_is_not_set(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    let off = Some(hold(HoldReason::Off, 1, None));
    assert!(
        !store
            .set_hold(account_id(99), HoldExpectation::Any, off, Vec::new())
            .await
            .unwrap()
    );
    assert_eq!(store.find_hold(account_id(99)).await.unwrap(), None);
    assert!(
        store
            .set_hold(mail.id, HoldExpectation::Any, off, Vec::new())
            .await
            .unwrap()
    );
    store
        .write_accounts(site, vec![removed(&mail)], Vec::new())
        .await
        .unwrap();
    insert(&*store, std::slice::from_ref(&mail)).await;
    assert_eq!(store.find_hold(mail.id).await.unwrap(), None);
}

pub async fn twenty_holds_at_once_are_told_once(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    let results = race(20, |racer| {
        let (store, mail) = (Arc::clone(&store), mail.clone());
        async move {
            let ms = i64::try_from(racer).unwrap();
            let entry = entry_about(&mail, at(ms).ms(), 1, LogKind::Recovered);
            let next = hold(HoldReason::Credentials, ms, None);
            store
                .set_hold(mail.id, HoldExpectation::Any, Some(next), vec![entry])
                .await
                .unwrap()
        }
    })
    .await;
    assert_eq!(results.into_iter().filter(|is_set| *is_set).count(), 1);
    assert_eq!(store.list_log(&whole_log(site)).await.unwrap().len(), 1);
}

pub async fn what_is_remembered_comes_back_until_it_is_forgotten(store: Arc<dyn Store>) {
    let (site, [mail, search]) = insert_accounts(&*store).await;
    let recall = async |key: &[u8]| store.recall(mail.id, key).await.unwrap();
    assert_eq!(recall(&[1]).await, None);
    for text in HOSTILE {
        store.remember(mail.id, &[1, 0, 255], text).await.unwrap();
        assert_eq!(recall(&[1, 0, 255]).await.as_deref(), Some(text));
    }
    store.remember(mail.id, &[1], "17").await.unwrap();
    store.remember(search.id, &[1], "18").await.unwrap();
    assert_eq!(recall(&[1]).await.as_deref(), Some("17"));
    assert_eq!(recall(&[]).await, None);
    store.forget(mail.id, &[1]).await.unwrap();
    store.forget(mail.id, &[1]).await.unwrap();
    assert_eq!(recall(&[1]).await, None);
    assert_eq!(
        store.recall(search.id, &[1]).await.unwrap().as_deref(),
        Some("18")
    );
    // Of an account that is gone nothing is remembered.
    store
        .write_accounts(site, vec![removed(&search)], Vec::new())
        .await
        .unwrap();
    store.remember(search.id, &[2], "19").await.unwrap();
    insert(&*store, std::slice::from_ref(&search)).await;
    assert_eq!(store.recall(search.id, &[1]).await.unwrap(), None);
    assert_eq!(store.recall(search.id, &[2]).await.unwrap(), None);
}
