//! Tokens of the API.

use std::sync::Arc;

use domain::{LogKind, SiteId, Timestamp, TokenId};
use persistence::{Store, StoredToken};

use crate::race::race;
use crate::samples::{ADA, HOSTILE, entry, insert_sites, log_id, whole_log};

/// When the tokens are made.
const AT: i64 = 1_700_000_000_000;

fn token(site: SiteId, number: u64) -> StoredToken {
    StoredToken {
        id: TokenId::new(log_id(AT, number).uuid()),
        site,
        name: format!("Shop {number}"),
        scopes: vec!["events:write".to_owned(), "events:read".to_owned()],
        prefix: "rcd_abcd".to_owned(),
        created_by: ADA.to_owned(),
        created_at: Timestamp::from_ms(AT),
        used_at: None,
        revoked_at: None,
    }
}

pub async fn a_token_comes_back_as_it_was(store: Arc<dyn Store>) {
    let (site, other) = insert_sites(&*store).await;
    assert_eq!(store.list_tokens(site).await.unwrap(), []);
    let mut expected = Vec::new();
    for (number, text) in (1_u8..).zip(HOSTILE) {
        let token = StoredToken {
            name: text.to_owned(),
            scopes: vec![text.to_owned(); usize::from(number % 3)],
            prefix: text.to_owned(),
            created_by: text.to_owned(),
            used_at: Some(Timestamp::from_ms(AT + 1)),
            revoked_at: Some(Timestamp::from_ms(AT + 2)),
            ..token(site, number.into())
        };
        store
            .insert_token(&token, [number; 32], Vec::new())
            .await
            .unwrap();
        assert_eq!(store.find_token([number; 32]).await.unwrap(), Some(token.clone()));
        expected.insert(0, token);
    }
    assert_eq!(store.list_tokens(site).await.unwrap(), expected);
    assert_eq!(store.list_tokens(other).await.unwrap(), []);
    assert_eq!(store.find_token([99; 32]).await.unwrap(), None);
}

pub async fn a_hash_of_a_token_is_used_once(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let made = entry(site, AT, 1, LogKind::Recovered);
    store
        .insert_token(&token(site, 1), [1; 32], vec![made.clone()])
        .await
        .unwrap();
    let told = entry(site, AT, 2, LogKind::Recovered);
    let again = store.insert_token(&token(site, 2), [1; 32], vec![told]).await;
    assert!(again.is_err());
    assert_eq!(store.list_tokens(site).await.unwrap(), [token(site, 1)]);
    assert_eq!(store.list_log(&whole_log(site)).await.unwrap(), [made]);
}

pub async fn the_last_use_of_a_token_is_noted(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    for number in [1_u8, 2] {
        store
            .insert_token(&token(site, number.into()), [number; 32], Vec::new())
            .await
            .unwrap();
    }
    // Two processes may note it in any order: the latest counts.
    for (ms, expected) in [(5, 5), (9, 9), (7, 9)] {
        store
            .touch_token(token(site, 1).id, Timestamp::from_ms(AT + ms))
            .await
            .unwrap();
        let found = store.find_token([1; 32]).await.unwrap().unwrap();
        let used = StoredToken {
            used_at: Some(Timestamp::from_ms(AT + expected)),
            ..token(site, 1)
        };
        assert_eq!(found, used);
    }
    assert_eq!(store.find_token([2; 32]).await.unwrap(), Some(token(site, 2)));
}

pub async fn a_token_is_revoked_once(store: Arc<dyn Store>) {
    let (site, other) = insert_sites(&*store).await;
    let one = token(site, 1);
    store.insert_token(&one, [1; 32], Vec::new()).await.unwrap();
    store
        .insert_token(&token(site, 2), [2; 32], Vec::new())
        .await
        .unwrap();
    let at = Timestamp::from_ms(AT + 7);
    assert!(!store.revoke_token(other, one.id, at, Vec::new()).await.unwrap());
    assert!(
        !store
            .revoke_token(site, token(site, 3).id, at, Vec::new())
            .await
            .unwrap()
    );
    let results = race(20, |racer| {
        let (store, id) = (Arc::clone(&store), one.id);
        async move {
            let number = u64::try_from(racer).unwrap();
            let told = entry(site, AT, number, LogKind::Recovered);
            store.revoke_token(site, id, at, vec![told]).await.unwrap()
        }
    })
    .await;
    assert_eq!(results.into_iter().filter(|is_revoked| *is_revoked).count(), 1);
    assert_eq!(store.list_log(&whole_log(site)).await.unwrap().len(), 1);
    let revoked = StoredToken {
        revoked_at: Some(at),
        ..one
    };
    assert_eq!(store.find_token([1; 32]).await.unwrap(), Some(revoked));
    assert_eq!(store.find_token([2; 32]).await.unwrap(), Some(token(site, 2)));
}
