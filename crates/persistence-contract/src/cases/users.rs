//! People and the link of the first start.

use std::sync::Arc;

use domain::{Timestamp, UserId};
use persistence::{Admission, Session, Store, StoreError};
use uuid::Uuid;

use crate::race::race;
use crate::samples::user;

const AT: Timestamp = Timestamp::from_ms(1_700_000_000_000);
const LINK: [u8; 32] = [7; 32];

async fn add(store: &dyn Store, number: u128, name: &str) -> Result<(), StoreError> {
    store
        .insert_user(
            &user(number, name),
            &format!("hash of {name}"),
            AT,
            Admission::CommandLine,
        )
        .await
}

async fn admit(
    store: &dyn Store,
    number: u128,
    token_hash: [u8; 32],
    at: Timestamp,
) -> Result<(), StoreError> {
    let user = user(number, &format!("user{number}"));
    store
        .insert_user(&user, "hash", AT, Admission::FirstStart { token_hash, at })
        .await
}

pub async fn there_is_no_user_at_first(store: Arc<dyn Store>) {
    assert_eq!(store.count_users().await.unwrap(), 0);
    assert_eq!(store.list_users().await.unwrap(), []);
    assert_eq!(store.find_user(&"ada".parse().unwrap()).await.unwrap(), None);
    assert!(!store.has_first_start_link(LINK, AT).await.unwrap());
}

pub async fn a_user_comes_back_as_it_was(store: Arc<dyn Store>) {
    let user = user(1, "zoë.müller+shop@example.com");
    let hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$'\"\\%";
    store
        .insert_user(&user, hash, AT, Admission::CommandLine)
        .await
        .unwrap();
    assert_eq!(
        store.find_user(&user.name).await.unwrap(),
        Some((user.clone(), hash.to_owned()))
    );
    assert_eq!(
        store
            .find_user(&"zoe.muller+shop@example.com".parse().unwrap())
            .await
            .unwrap(),
        None
    );
    assert_eq!(store.count_users().await.unwrap(), 1);
    assert_eq!(store.list_users().await.unwrap(), [(user, AT)]);
}

pub async fn users_are_listed_by_name(store: Arc<dyn Store>) {
    // In the order of their characters' numbers, whatever the language of the database.
    let names = ["a-z", "a_b", "ab", "b1", "ba", "zoe", "àda"];
    for (number, name) in (1..).zip(["zoe", "a_b", "ba", "àda", "ab", "b1", "a-z"]) {
        add(&*store, number, name).await.unwrap();
    }
    let listed = store.list_users().await.unwrap();
    assert_eq!(
        listed
            .iter()
            .map(|(user, _)| user.name.as_str())
            .collect::<Vec<_>>(),
        names
    );
    assert_eq!(store.count_users().await.unwrap(), 7);
}

pub async fn a_name_is_taken_once(store: Arc<dyn Store>) {
    add(&*store, 1, "ada").await.unwrap();
    assert!(matches!(add(&*store, 2, "ADA").await, Err(StoreError::NameTaken)));
    assert_eq!(
        store.find_user(&"ada".parse().unwrap()).await.unwrap(),
        Some((user(1, "ada"), "hash of ada".to_owned()))
    );
    assert_eq!(store.count_users().await.unwrap(), 1);
}

pub async fn one_name_at_once_is_taken_once(store: Arc<dyn Store>) {
    let results = race(20, |racer| {
        let store = Arc::clone(&store);
        async move { add(&*store, racer as u128 + 1, "ada").await }
    })
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert_eq!(
        results
            .iter()
            .filter(|result| matches!(result, Err(StoreError::NameTaken)))
            .count(),
        19
    );
    assert_eq!(store.count_users().await.unwrap(), 1);
}

pub async fn a_new_password_ends_the_sessions_of_its_user_only(store: Arc<dyn Store>) {
    for (number, name) in [(1, "ada"), (2, "bob")] {
        add(&*store, number, name).await.unwrap();
    }
    let session = |number, name| Session {
        user: user(number, name),
        created_at: AT,
        seen_at: AT,
        expires_at: AT.plus_seconds(3600),
    };
    for (token, number, name) in [([1; 32], 1, "ada"), ([2; 32], 1, "ada"), ([3; 32], 2, "bob")] {
        store.insert_session(token, &session(number, name)).await.unwrap();
    }
    assert!(
        store
            .update_password(user(1, "ada").id, "new hash")
            .await
            .unwrap()
    );
    let (found, hash) = store.find_user(&"ada".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((found, hash.as_str()), (user(1, "ada"), "new hash"));
    let (_, other_hash) = store.find_user(&"bob".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(other_hash, "hash of bob");
    assert_eq!(store.find_session([1; 32]).await.unwrap(), None);
    assert_eq!(store.find_session([2; 32]).await.unwrap(), None);
    assert_eq!(
        store.find_session([3; 32]).await.unwrap(),
        Some(session(2, "bob"))
    );
}

pub async fn a_password_of_nobody_is_not_set(store: Arc<dyn Store>) {
    add(&*store, 1, "ada").await.unwrap();
    assert!(
        !store
            .update_password(UserId::new(Uuid::from_u128(9)), "new hash")
            .await
            .unwrap()
    );
    let (_, hash) = store.find_user(&"ada".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(hash, "hash of ada");
}

pub async fn a_first_start_link_is_good_until_it_expires(store: Arc<dyn Store>) {
    store.replace_first_start_link(LINK, AT).await.unwrap();
    assert!(
        store
            .has_first_start_link(LINK, AT.plus_seconds(-1))
            .await
            .unwrap()
    );
    assert!(
        !store
            .has_first_start_link(LINK, AT.plus_seconds(1))
            .await
            .unwrap()
    );
    assert!(
        !store
            .has_first_start_link([8; 32], AT.plus_seconds(-1))
            .await
            .unwrap()
    );
    assert!(matches!(
        admit(&*store, 1, LINK, AT.plus_seconds(1)).await,
        Err(StoreError::LinkInvalid)
    ));
    assert_eq!(store.count_users().await.unwrap(), 0);
    admit(&*store, 1, LINK, AT.plus_seconds(-1)).await.unwrap();
}

pub async fn a_new_first_start_link_takes_the_place_of_the_old(store: Arc<dyn Store>) {
    store.replace_first_start_link(LINK, AT).await.unwrap();
    store
        .replace_first_start_link([8; 32], AT.plus_seconds(60))
        .await
        .unwrap();
    assert!(
        !store
            .has_first_start_link(LINK, AT.plus_seconds(-1))
            .await
            .unwrap()
    );
    assert!(
        store
            .has_first_start_link([8; 32], AT.plus_seconds(30))
            .await
            .unwrap()
    );
    assert!(matches!(
        admit(&*store, 1, LINK, AT.plus_seconds(-1)).await,
        Err(StoreError::LinkInvalid)
    ));
    admit(&*store, 1, [8; 32], AT.plus_seconds(30)).await.unwrap();
}

pub async fn a_first_start_link_is_used_up(store: Arc<dyn Store>) {
    store.replace_first_start_link(LINK, AT).await.unwrap();
    let before = AT.plus_seconds(-1);
    admit(&*store, 1, LINK, before).await.unwrap();
    assert_eq!(store.list_users().await.unwrap(), [(user(1, "user1"), AT)]);
    assert!(!store.has_first_start_link(LINK, before).await.unwrap());
    assert!(matches!(
        admit(&*store, 2, LINK, before).await,
        Err(StoreError::LinkInvalid)
    ));
    assert_eq!(store.count_users().await.unwrap(), 1);
}

pub async fn a_wrong_first_start_link_uses_nothing_up(store: Arc<dyn Store>) {
    let before = AT.plus_seconds(-1);
    assert!(matches!(
        admit(&*store, 1, LINK, before).await,
        Err(StoreError::LinkInvalid)
    ));
    store.replace_first_start_link(LINK, AT).await.unwrap();
    assert!(matches!(
        admit(&*store, 1, [8; 32], before).await,
        Err(StoreError::LinkInvalid)
    ));
    assert_eq!(store.count_users().await.unwrap(), 0);
    assert!(store.has_first_start_link(LINK, before).await.unwrap());
    admit(&*store, 1, LINK, before).await.unwrap();
}

pub async fn a_first_start_link_is_void_once_there_is_a_user(store: Arc<dyn Store>) {
    store.replace_first_start_link(LINK, AT).await.unwrap();
    add(&*store, 1, "ada").await.unwrap();
    let before = AT.plus_seconds(-1);
    assert!(!store.has_first_start_link(LINK, before).await.unwrap());
    assert!(matches!(
        admit(&*store, 2, LINK, before).await,
        Err(StoreError::LinkInvalid)
    ));
    store.replace_first_start_link(LINK, AT).await.unwrap();
    assert!(matches!(
        admit(&*store, 2, LINK, before).await,
        Err(StoreError::LinkInvalid)
    ));
    assert_eq!(store.count_users().await.unwrap(), 1);
}

pub async fn a_first_start_link_is_used_once_by_twenty_at_once(store: Arc<dyn Store>) {
    store.replace_first_start_link(LINK, AT).await.unwrap();
    let results = race(20, |racer| {
        let store = Arc::clone(&store);
        async move { admit(&*store, racer as u128 + 1, LINK, AT.plus_seconds(-1)).await }
    })
    .await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert_eq!(
        results
            .iter()
            .filter(|result| matches!(result, Err(StoreError::LinkInvalid)))
            .count(),
        19
    );
    assert_eq!(store.count_users().await.unwrap(), 1);
}
