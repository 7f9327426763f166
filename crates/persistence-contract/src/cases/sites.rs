//! Sites.

use std::sync::Arc;

use domain::{SiteLists, Timestamp};
use persistence::Store;

use crate::race::race;
use crate::samples::{HOSTILE, site};

const AT: Timestamp = Timestamp::from_ms(1_700_000_000_000);

pub async fn there_is_no_site_at_first(store: Arc<dyn Store>) {
    assert_eq!(store.list_sites().await.unwrap(), []);
}

pub async fn a_site_comes_back_as_it_was(store: Arc<dyn Store>) {
    let mut sites = Vec::new();
    for (number, name) in (1..).zip(HOSTILE) {
        let mut site = site(number);
        site.name = name.parse().unwrap();
        site.url = "https://münchen.example.com:8443/negozio".parse().unwrap();
        site.lists = SiteLists::parse("pt-BR it de", "USD,EUR").unwrap();
        site.time_zone = "America/Argentina/Buenos_Aires".parse().unwrap();
        assert!(store.insert_site(&site, AT, false).await.unwrap());
        sites.push(site);
    }
    assert_eq!(store.list_sites().await.unwrap(), sites);
}

pub async fn sites_are_listed_oldest_first(store: Arc<dyn Store>) {
    for (number, age) in [(1, 0), (2, 60), (3, 30)] {
        store
            .insert_site(&site(number), AT.plus_seconds(-age), false)
            .await
            .unwrap();
    }
    assert_eq!(store.list_sites().await.unwrap(), [site(2), site(3), site(1)]);
}

pub async fn a_first_site_is_added_only_while_there_is_none(store: Arc<dyn Store>) {
    assert!(store.insert_site(&site(1), AT, true).await.unwrap());
    assert!(!store.insert_site(&site(2), AT, true).await.unwrap());
    assert_eq!(store.list_sites().await.unwrap(), [site(1)]);
    assert!(store.insert_site(&site(3), AT, false).await.unwrap());
    assert_eq!(store.list_sites().await.unwrap(), [site(1), site(3)]);
}

pub async fn two_first_sites_at_once_leave_one(store: Arc<dyn Store>) {
    let results = race(2, |racer| {
        let (store, number) = (Arc::clone(&store), if racer == 0 { 1 } else { 2 });
        async move { store.insert_site(&site(number), AT, true).await.unwrap() }
    })
    .await;
    let left = if results[0] { site(1) } else { site(2) };
    assert_ne!(results[0], results[1], "one of them adds its site");
    assert_eq!(store.list_sites().await.unwrap(), [left]);
}

pub async fn an_update_changes_its_site_only(store: Arc<dyn Store>) {
    for number in [1, 2] {
        store.insert_site(&site(number), AT, false).await.unwrap();
    }
    let mut changed = site(1);
    changed.name = "L'altro negozio".parse().unwrap();
    changed.url = "http://localhost:3000".parse().unwrap();
    changed.lists = SiteLists::parse("en", "USD").unwrap();
    changed.time_zone = "UTC".parse().unwrap();
    store.update_site(&changed).await.unwrap();
    assert_eq!(store.list_sites().await.unwrap(), [changed, site(2)]);
}
