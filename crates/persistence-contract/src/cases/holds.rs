//! Queues that are held, and what is remembered of the other side.

use std::sync::Arc;

use domain::{Account, HoldReason, LogKind};
use persistence::{Finish, Hold, HoldExpectation, Memory, Store};

use crate::queue::{accept, at, claim, delivered, insert_accounts, order};
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
    let recall_of = async |account: &Account, key: &[u8]| {
        let recalled = store.recall(account.id, vec![key.to_vec()]).await.unwrap();
        assert_eq!(recalled.len(), 1);
        recalled[0].clone()
    };
    let recall = async |key: &[u8]| recall_of(&mail, key).await;
    let note = async |account: &Account, key: &[u8], value: Option<&str>| {
        store
            .remember(account.id, vec![memory(key, value)])
            .await
            .unwrap();
    };
    assert_eq!(recall(&[1]).await, None);
    for text in HOSTILE {
        note(&mail, &[1, 0, 255], Some(text)).await;
        assert_eq!(recall(&[1, 0, 255]).await.as_deref(), Some(text));
    }
    note(&mail, &[1], Some("17")).await;
    note(&search, &[1], Some("18")).await;
    assert_eq!(recall(&[1]).await.as_deref(), Some("17"));
    assert_eq!(recall(&[]).await, None);
    let keys = vec![vec![2], vec![1], vec![1, 0, 255]];
    let recalled = store.recall(mail.id, keys).await.unwrap();
    assert_eq!(
        recalled,
        [
            None,
            Some("17".to_owned()),
            HOSTILE.last().map(ToString::to_string)
        ]
    );
    note(&mail, &[1], None).await;
    note(&mail, &[1], None).await;
    assert_eq!(recall(&[1]).await, None);
    assert_eq!(recall_of(&search, &[1]).await.as_deref(), Some("18"));
    // Several at once; of one key the last.
    let several = vec![
        memory(&[3], Some("3")),
        memory(&[1, 0, 255], None),
        memory(&[4], None),
        memory(&[4], Some("4")),
        memory(&[5], Some("5")),
        memory(&[5], None),
    ];
    store.remember(mail.id, several).await.unwrap();
    let keys = vec![vec![3], vec![1, 0, 255], vec![4], vec![5]];
    let recalled = store.recall(mail.id, keys).await.unwrap();
    assert_eq!(recalled, [Some("3".to_owned()), None, Some("4".to_owned()), None]);
    // Of an account that is gone nothing is remembered.
    store
        .write_accounts(site, vec![removed(&search)], Vec::new())
        .await
        .unwrap();
    note(&search, &[2], Some("19")).await;
    insert(&*store, std::slice::from_ref(&search)).await;
    assert_eq!(recall_of(&search, &[1]).await, None);
    assert_eq!(recall_of(&search, &[2]).await, None);
}

pub async fn the_end_of_a_delivery_remembers_whoever_holds_its_claim(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    accept(&*store, site, &[order(1), order(2)]).await;
    let claimed = claim(&*store, mail.id, 10, 2, 0).await;
    let mut finishes: Vec<Finish> = claimed.iter().map(|claimed| delivered(claimed, 11)).collect();
    assert_eq!(finishes.len(), 2);
    finishes[0].memories = vec![memory(&[1], Some("1")), memory(&[2], Some("2"))];
    finishes[1].memories = vec![memory(&[2], None), memory(&[3], Some("3"))];
    finishes[1].fence += 1;
    let held = store.finish_deliveries(finishes).await.unwrap();
    assert_eq!(held, [true, false]);
    let keys = vec![vec![1], vec![2], vec![3]];
    let recalled = store.recall(mail.id, keys).await.unwrap();
    assert_eq!(recalled, [Some("1".to_owned()), None, Some("3".to_owned())]);
}

fn memory(key: &[u8], value: Option<&str>) -> Memory {
    Memory {
        key: key.to_vec(),
        value: value.map(ToOwned::to_owned),
    }
}
