//! The ids of the master keys.

use std::sync::Arc;

use domain::Timestamp;
use persistence::Store;

use crate::race::race;

pub async fn there_is_no_key_at_first(store: Arc<dyn Store>) {
    assert_eq!(store.list_key_ids().await.unwrap(), Vec::<String>::new());
}

pub async fn the_first_key_is_registered_once(store: Arc<dyn Store>) {
    assert!(
        store
            .insert_first_key_id("0011223344556677", Timestamp::from_ms(2))
            .await
            .unwrap()
    );
    assert!(
        !store
            .insert_first_key_id("0011223344556677", Timestamp::from_ms(3))
            .await
            .unwrap()
    );
    assert!(
        !store
            .insert_first_key_id("8899aabbccddeeff", Timestamp::from_ms(1))
            .await
            .unwrap()
    );
    assert_eq!(store.list_key_ids().await.unwrap(), ["0011223344556677"]);
}

pub async fn one_of_twenty_first_keys_at_once_is_registered(store: Arc<dyn Store>) {
    let results = race(20, |racer| {
        let store = Arc::clone(&store);
        async move {
            store
                .insert_first_key_id(&format!("key{racer}"), Timestamp::from_ms(1))
                .await
                .unwrap()
        }
    })
    .await;
    let winner = results.iter().position(|won| *won).unwrap();
    assert_eq!(results.iter().filter(|won| **won).count(), 1);
    assert_eq!(store.list_key_ids().await.unwrap(), [format!("key{winner}")]);
}
