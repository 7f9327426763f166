//! The places that only one active account of a site can take.

use std::sync::Arc;

use domain::{Account, AccountFilter, Platform, SiteId};
use persistence::{Store, StoreError};

use crate::race::race;
use crate::samples::{
    account, account_id, active, clerk, created, insert, insert_sites, next, removed, secret, settings,
    stored, switched, taken, updated,
};

async fn active_ones(store: &dyn Store, site: SiteId) -> Vec<Account> {
    let filter = AccountFilter {
        active: Some(true),
        ..AccountFilter::default()
    };
    store
        .list_accounts(site, &filter)
        .await
        .unwrap()
        .rows
        .into_iter()
        .map(|row| row.account)
        .collect()
}

fn on(account: &Account) -> Account {
    next(account, |account| account.active = true)
}

fn off(account: &Account) -> Account {
    next(account, |account| account.active = false)
}

pub async fn a_second_active_account_of_a_slot_is_refused(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    for (number, platform) in (1..).zip(Platform::ALL) {
        let first = active(account(site, number, platform, "Il primo"));
        let second = active(account(site, number + 10, platform, "Il secondo"));
        insert(&*store, std::slice::from_ref(&first)).await;
        match store
            .write_accounts(
                site,
                vec![created(&second, &[secret(&second, "x", "k", b"")])],
                Vec::new(),
            )
            .await
        {
            Err(StoreError::SlotTaken { account, slots }) => {
                assert_eq!((account, slots), (second.id, second.settings.slots()));
            }
            other => panic!("{platform}: {other:?}"),
        }
        assert_eq!(store.find_account(site, second.id).await.unwrap(), None);
        assert_eq!(stored(&*store, &first).await, first);
    }
}

pub async fn a_second_activation_of_a_slot_is_refused(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    for (number, platform) in (1..).zip(Platform::ALL) {
        let (first, second) = (
            active(account(site, number, platform, "a")),
            account(site, number + 10, platform, "b"),
        );
        insert(&*store, &[first, second.clone()]).await;
        assert_eq!(
            taken(
                store
                    .write_accounts(site, vec![switched(&second, true)], Vec::new())
                    .await
            ),
            second.id
        );
        assert_eq!(stored(&*store, &second).await, second);
    }
}

pub async fn inactive_accounts_may_share_a_slot(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    for (number, platform) in (1..).zip(Platform::ALL) {
        let numbers = [number, number + 10, number + 20, number + 30];
        let mut accounts: Vec<Account> = numbers
            .map(|number| account(site, number, platform, "Uguale"))
            .into();
        accounts[3].active = true;
        insert(&*store, &accounts).await;
        // An edit of an inactive account does not look at slots either.
        store
            .write_accounts(
                site,
                vec![updated(&accounts[0], &next(&accounts[0], |_| ()))],
                Vec::new(),
            )
            .await
            .unwrap();
    }
    assert_eq!(active_ones(&*store, site).await.len(), 4);
}

pub async fn another_site_has_slots_of_its_own(store: Arc<dyn Store>) {
    let (site, other) = insert_sites(&*store).await;
    insert(
        &*store,
        &[
            active(account(site, 1, Platform::Telegram, "Qui")),
            active(clerk(site, 2, "it", true)),
        ],
    )
    .await;
    insert(
        &*store,
        &[
            active(account(other, 3, Platform::Telegram, "Là")),
            active(clerk(other, 4, "it", true)),
        ],
    )
    .await;
    assert_eq!(active_ones(&*store, site).await.len(), 2);
    assert_eq!(active_ones(&*store, other).await.len(), 2);
}

pub async fn an_account_takes_a_slot_that_was_left_before_it_in_the_list(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let (holder, spare) = (
        active(account(site, 1, Platform::Telegram, "a")),
        account(site, 2, Platform::Telegram, "b"),
    );
    insert(&*store, &[holder.clone(), spare.clone()]).await;
    store
        .write_accounts(
            site,
            vec![switched(&holder, false), switched(&spare, true)],
            Vec::new(),
        )
        .await
        .unwrap();
    assert_eq!(active_ones(&*store, site).await, [on(&spare)]);
    // And back, with the larger id first.
    let (holder, spare) = (on(&spare), off(&holder));
    store
        .write_accounts(
            site,
            vec![switched(&holder, false), switched(&spare, true)],
            Vec::new(),
        )
        .await
        .unwrap();
    assert_eq!(active_ones(&*store, site).await, [on(&spare)]);
}

pub async fn a_slot_that_is_left_later_in_the_list_is_still_taken(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let (holder, spare) = (
        active(account(site, 1, Platform::Telegram, "a")),
        account(site, 2, Platform::Telegram, "b"),
    );
    insert(&*store, &[holder.clone(), spare.clone()]).await;
    let result = store
        .write_accounts(
            site,
            vec![switched(&spare, true), switched(&holder, false)],
            Vec::new(),
        )
        .await;
    assert_eq!(taken(result), spare.id);
    assert_eq!(active_ones(&*store, site).await, [holder]);
}

pub async fn a_removed_account_leaves_its_slot(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let (holder, spare) = (
        active(account(site, 1, Platform::Telegram, "a")),
        account(site, 2, Platform::Telegram, "b"),
    );
    insert(&*store, &[holder.clone(), spare.clone()]).await;
    store
        .write_accounts(site, vec![removed(&holder), switched(&spare, true)], Vec::new())
        .await
        .unwrap();
    assert_eq!(active_ones(&*store, site).await, [on(&spare)]);
}

pub async fn clerk_has_one_active_account_for_each_language(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let accounts = [
        clerk(site, 1, "it", false),
        clerk(site, 2, "en", false),
        clerk(site, 3, "pt-BR", false),
    ]
    .map(active);
    insert(&*store, &accounts).await;
    for (number, language) in [(11, "it"), (12, "en"), (13, "pt-BR")] {
        let second = active(clerk(site, number, language, false));
        assert_eq!(
            taken(
                store
                    .write_accounts(site, vec![created(&second, &[])], Vec::new())
                    .await
            ),
            account_id(number)
        );
    }
    assert_eq!(active_ones(&*store, site).await.len(), 3);
}

pub async fn clerk_has_one_active_default_account(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let italian = active(clerk(site, 1, "it", true));
    let english = active(clerk(site, 2, "en", false));
    let spare = clerk(site, 3, "pt-BR", true);
    insert(&*store, &[italian, english.clone(), spare.clone()]).await;
    assert_eq!(
        taken(
            store
                .write_accounts(site, vec![switched(&spare, true)], Vec::new())
                .await
        ),
        spare.id
    );
    let marked = next(&english, |account| {
        account.settings = account.settings.clone().with_default_mark(true);
    });
    assert_eq!(
        taken(
            store
                .write_accounts(site, vec![updated(&english, &marked)], Vec::new())
                .await
        ),
        english.id
    );
    assert_eq!(stored(&*store, &english).await, english);
}

pub async fn the_default_mark_moves_from_one_account_to_another(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let (italian, english) = (
        active(clerk(site, 1, "it", true)),
        active(clerk(site, 2, "en", false)),
    );
    insert(&*store, &[italian.clone(), english.clone()]).await;
    let unmarked = next(&italian, |account| {
        account.settings = account.settings.clone().with_default_mark(false);
    });
    let marked = next(&english, |account| {
        account.settings = account.settings.clone().with_default_mark(true);
    });
    store
        .write_accounts(
            site,
            vec![updated(&italian, &unmarked), updated(&english, &marked)],
            Vec::new(),
        )
        .await
        .unwrap();
    assert_eq!(stored(&*store, &italian).await, unmarked);
    assert_eq!(stored(&*store, &english).await, marked);
}

pub async fn an_active_account_cannot_move_to_a_taken_language(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let (italian, english) = (
        active(clerk(site, 1, "it", false)),
        active(clerk(site, 2, "en", false)),
    );
    insert(&*store, &[italian, english.clone()]).await;
    let moved = |language| {
        next(&english, |account| {
            account.settings = settings(Platform::Clerk, &[("language", language)]);
        })
    };
    assert_eq!(
        taken(
            store
                .write_accounts(site, vec![updated(&english, &moved("it"))], Vec::new())
                .await
        ),
        english.id
    );
    store
        .write_accounts(site, vec![updated(&english, &moved("pt-BR"))], Vec::new())
        .await
        .unwrap();
    // The language that it left is free.
    insert(&*store, &[active(clerk(site, 3, "en", false))]).await;
}

pub async fn holders_of_slots_are_the_active_accounts_in_the_order_of_their_ids(store: Arc<dyn Store>) {
    let (site, other) = insert_sites(&*store).await;
    let mut telegram = active(account(site, 9, Platform::Telegram, "Bot"));
    let (italian, english) = (
        active(clerk(site, 5, "it", true)),
        active(clerk(site, 3, "en", false)),
    );
    let sealed = secret(&telegram, "bot_token", "key1", b"sealed");
    store
        .write_accounts(
            site,
            vec![created(&telegram, std::slice::from_ref(&sealed))],
            Vec::new(),
        )
        .await
        .unwrap();
    telegram.secrets = vec![sealed.state];
    insert(&*store, &[italian.clone(), english.clone()]).await;
    insert(
        &*store,
        &[
            account(site, 1, Platform::Telegram, "Spento"),
            clerk(site, 2, "it", true),
        ],
    )
    .await;
    insert(
        &*store,
        &[active(account(other, 4, Platform::Telegram, "Altrove"))],
    )
    .await;

    let mut slots = telegram.settings.slots();
    assert_eq!(
        store.list_slot_holders(site, &slots).await.unwrap(),
        [telegram.clone()]
    );
    slots.extend(italian.settings.slots());
    slots.extend(english.settings.slots());
    assert_eq!(
        store.list_slot_holders(site, &slots).await.unwrap(),
        [english.clone(), italian.clone(), telegram]
    );
    // One account holds two slots, and one slot may be another's default.
    let held = store
        .list_slot_holders(site, &italian.settings.slots())
        .await
        .unwrap();
    assert_eq!(held, std::slice::from_ref(&italian));
    let wanted = clerk(site, 77, "en", true).settings.slots();
    assert_eq!(
        store.list_slot_holders(site, &wanted).await.unwrap(),
        [english, italian]
    );
    assert_eq!(store.list_slot_holders(site, &[]).await.unwrap(), []);
    let free = account(site, 78, Platform::ActiveCampaign, "Libero")
        .settings
        .slots();
    assert_eq!(store.list_slot_holders(site, &free).await.unwrap(), []);
}

pub async fn fifty_activations_at_once_leave_one_active(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    for (round, platform) in (1..).zip(Platform::ALL) {
        let accounts: Vec<Account> = (0..50)
            .map(|number| {
                account(
                    site,
                    round * 100 + number,
                    platform,
                    &format!("{platform} {number}"),
                )
            })
            .collect();
        insert(&*store, &accounts).await;
        let results = race(50, |racer| {
            let (store, account) = (Arc::clone(&store), accounts[racer].clone());
            async move {
                store
                    .write_accounts(site, vec![switched(&account, true)], Vec::new())
                    .await
            }
        })
        .await;
        let winner = results.iter().position(Result::is_ok).unwrap();
        for (racer, result) in results.into_iter().enumerate() {
            if racer != winner {
                assert_eq!(taken(result), accounts[racer].id);
            }
        }
        let filter = AccountFilter {
            active: Some(true),
            platform: Some(platform),
            ..AccountFilter::default()
        };
        let page = store.list_accounts(site, &filter).await.unwrap();
        assert_eq!(page.matching, 1);
        assert_eq!(page.rows[0].account, on(&accounts[winner]));
    }
}

pub async fn fifty_new_active_accounts_at_once_leave_one(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let results = race(50, |racer| {
        let (store, account) = (
            Arc::clone(&store),
            active(clerk(site, racer as u128 + 1, "it", true)),
        );
        async move {
            store
                .write_accounts(
                    site,
                    vec![created(&account, &[secret(&account, "x", "k", b"")])],
                    Vec::new(),
                )
                .await
        }
    })
    .await;
    let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    for result in lost {
        taken(result);
    }
    assert_eq!(
        store
            .list_accounts(site, &AccountFilter::default())
            .await
            .unwrap()
            .total,
        1
    );
}

pub async fn fifty_swaps_at_once_leave_one_active(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let holder = active(account(site, 100, Platform::Telegram, "In carica"));
    let spares: Vec<Account> = (1..=50)
        .map(|number| account(site, number * 4, Platform::Telegram, "Di riserva"))
        .collect();
    insert(&*store, std::slice::from_ref(&holder)).await;
    insert(&*store, &spares[..24]).await;
    insert(&*store, &spares[25..]).await;
    let results = race(50, |racer| {
        // Number 24 would be the holder itself.
        let (store, holder, spare) = (
            Arc::clone(&store),
            holder.clone(),
            spares[if racer == 24 { 25 } else { racer }].clone(),
        );
        async move {
            store
                .write_accounts(
                    site,
                    vec![switched(&holder, false), switched(&spare, true)],
                    Vec::new(),
                )
                .await
        }
    })
    .await;
    let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    assert!(
        lost.iter()
            .all(|result| matches!(result, Err(StoreError::VersionConflict { .. }))),
        "{lost:?}"
    );
    assert_eq!(active_ones(&*store, site).await.len(), 1);
    assert_eq!(stored(&*store, &holder).await, off(&holder));
}

pub async fn activations_that_cross_leave_no_slot_shared(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    // Each takes both languages, one half in the one order and one half in the other.
    let pairs: Vec<[Account; 2]> = (0..8)
        .map(|pair| {
            [
                clerk(site, 10 * pair + 1, "it", false),
                clerk(site, 10 * pair + 2, "en", false),
            ]
        })
        .collect();
    for pair in &pairs {
        insert(&*store, pair).await;
    }
    let results = race(8, |racer| {
        let (store, mut order) = (Arc::clone(&store), pairs[racer].clone());
        if racer % 2 == 1 {
            order.reverse();
        }
        async move {
            store
                .write_accounts(
                    site,
                    order.iter().map(|account| switched(account, true)).collect(),
                    Vec::new(),
                )
                .await
        }
    })
    .await;
    let winner = results.iter().position(Result::is_ok).unwrap();
    for (racer, result) in results.into_iter().enumerate() {
        if racer != winner {
            taken(result);
        }
    }
    let active = active_ones(&*store, site).await;
    assert_eq!(active, pairs[winner].each_ref().map(on));
}
