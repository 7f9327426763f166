//! The database itself.

use std::sync::Arc;

use domain::AccountFilter;
use persistence::{Store, StoreError};

use crate::samples::{account, created, insert_sites, site_id};

pub async fn a_store_answers_and_describes_itself(store: Arc<dyn Store>) {
    store.ping().await.unwrap();
    let description = store.describe().await.unwrap();
    assert!(
        description.chars().any(|char| char.is_ascii_digit()),
        "no version in {description}"
    );
}

pub async fn a_closed_store_cannot_be_reached(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    store.close().await;
    assert!(matches!(store.ping().await, Err(StoreError::Unreachable(_))));
    assert!(matches!(
        store.list_accounts(site, &AccountFilter::default()).await,
        Err(StoreError::Unreachable(_))
    ));
    let account = account(site_id(1), 1, domain::Platform::Telegram, "Bot");
    assert!(matches!(
        store
            .write_accounts(site, vec![created(&account, &[])], Vec::new())
            .await,
        Err(StoreError::Unreachable(_))
    ));
}
