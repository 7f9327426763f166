//! Reading and writing single accounts, and lists of writes.

use std::sync::Arc;

use domain::{
    Account, AccountFilter, ChangeKind, Description, Platform, SecretChange, Settings, Timestamp, Version,
};
use persistence::{AccountWrite, SealedSecret, Store, StoreError};

use crate::race::race;
use crate::samples::{
    HOSTILE, account, account_id, active, change, clerk, conflict, created, insert, insert_sites, next,
    removed, secret, settings, site_id, stored, switched, taken, updated,
};

/// The secrets of every platform, in the order of their names.
fn secrets_of(account: &Account) -> Vec<SealedSecret> {
    let mut fields: Vec<&str> = account
        .platform()
        .fields()
        .iter()
        .filter(|field| field.is_secret())
        .map(|field| field.name)
        .collect();
    fields.sort_unstable();
    fields
        .iter()
        .map(|field| {
            secret(
                account,
                field,
                "0011223344556677",
                format!("\0\u{ff}{field}").as_bytes(),
            )
        })
        .collect()
}

fn with_states(mut account: Account, secrets: &[SealedSecret]) -> Account {
    account.secrets = secrets.iter().map(|secret| secret.state.clone()).collect();
    account
}

pub async fn an_account_of_every_platform_comes_back_as_it_was(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let mut accounts: Vec<Account> = (1..)
        .zip(Platform::ALL)
        .map(|(number, platform)| active(account(site, number, platform, platform.name())))
        .collect();
    let mut meta = account(site, 9, Platform::WaSmartBusiness, "Meta");
    meta.settings = settings(
        Platform::WaSmartBusiness,
        &[
            ("transport", "meta_cloud_api"),
            ("phone_number_id", "106540352242922"),
            ("waba_id", "102290129340398"),
            ("graph_version", "v25.0"),
            ("graph_url", "https://graph.facebook.com"),
            ("app_secret", "0123456789abcdef0123456789abcdef"),
        ],
    );
    meta.version = Version::from_number(u32::MAX).unwrap();
    meta.created_at = Timestamp::from_ms(-1);
    accounts.push(meta);
    for account in accounts {
        let secrets = secrets_of(&account);
        assert!(!secrets.is_empty());
        store
            .write_accounts(site, vec![created(&account, &secrets)], Vec::new())
            .await
            .unwrap();
        assert_eq!(
            stored(&*store, &account).await,
            with_states(account.clone(), &secrets)
        );
        assert_eq!(store.list_secrets(site, account.id).await.unwrap(), secrets);
        let noted = secrets
            .iter()
            .map(|secret| SecretChange {
                field: secret.state.field.clone(),
                removed: false,
            })
            .collect();
        let expected = change(None, &account, ChangeKind::Created, noted);
        assert_eq!(
            store.list_changes(site, account.id, None).await.unwrap(),
            [expected]
        );
    }
}

pub async fn an_account_that_was_never_there_is_absent(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    insert(&*store, &[account(site, 1, Platform::Telegram, "Bot")]).await;
    for site in [site, site_id(77)] {
        assert_eq!(store.find_account(site, account_id(2)).await.unwrap(), None);
        assert_eq!(store.list_secrets(site, account_id(2)).await.unwrap(), []);
        assert_eq!(store.list_changes(site, account_id(2), None).await.unwrap(), []);
    }
}

pub async fn an_account_does_not_show_under_another_site(store: Arc<dyn Store>) {
    let (site, other) = insert_sites(&*store).await;
    let account = active(account(site, 1, Platform::Telegram, "Bot"));
    store
        .write_accounts(site, vec![created(&account, &secrets_of(&account))], Vec::new())
        .await
        .unwrap();
    assert_eq!(store.find_account(other, account.id).await.unwrap(), None);
    assert_eq!(store.list_secrets(other, account.id).await.unwrap(), []);
    assert_eq!(store.list_changes(other, account.id, None).await.unwrap(), []);
    assert_eq!(
        store
            .list_slot_holders(other, &account.settings.slots())
            .await
            .unwrap(),
        []
    );
    let page = store
        .list_accounts(other, &AccountFilter::default())
        .await
        .unwrap();
    assert_eq!((page.rows, page.matching, page.total), (Vec::new(), 0, 0));
}

pub async fn an_account_cannot_be_written_under_another_site(store: Arc<dyn Store>) {
    let (site, other) = insert_sites(&*store).await;
    let before = account(site, 1, Platform::Telegram, "Bot");
    insert(&*store, std::slice::from_ref(&before)).await;
    let after = next(&before, |account| account.active = true);
    let moved = Account {
        site_id: other,
        ..after.clone()
    };

    assert!(matches!(
        store
            .write_accounts(other, vec![updated(&before, &after)], Vec::new())
            .await,
        Err(StoreError::Inconsistent(_))
    ));
    assert_eq!(
        conflict(
            store
                .write_accounts(other, vec![updated(&before, &moved)], Vec::new())
                .await
        ),
        before.id
    );
    assert_eq!(
        conflict(
            store
                .write_accounts(other, vec![removed(&before)], Vec::new())
                .await
        ),
        before.id
    );
    let new = account(site, 2, Platform::Telegram, "Bot 2");
    assert!(matches!(
        store
            .write_accounts(other, vec![created(&new, &[])], Vec::new())
            .await,
        Err(StoreError::Inconsistent(_))
    ));

    assert_eq!(stored(&*store, &before).await, before);
    assert_eq!(store.find_account(site, new.id).await.unwrap(), None);
    assert_eq!(store.find_account(other, new.id).await.unwrap(), None);
}

pub async fn an_account_of_an_unknown_site_is_refused(store: Arc<dyn Store>) {
    let account = account(site_id(77), 1, Platform::Telegram, "Bot");
    assert!(
        store
            .write_accounts(site_id(77), vec![created(&account, &[])], Vec::new())
            .await
            .is_err()
    );
    assert_eq!(store.find_account(site_id(77), account.id).await.unwrap(), None);
}

pub async fn an_id_is_used_once(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let first = account(site, 1, Platform::Telegram, "Il primo");
    insert(&*store, std::slice::from_ref(&first)).await;
    let second = account(site, 1, Platform::ActiveCampaign, "Il secondo");
    assert!(
        store
            .write_accounts(site, vec![created(&second, &[])], Vec::new())
            .await
            .is_err()
    );
    assert_eq!(stored(&*store, &first).await, first);
}

pub async fn an_update_saves_the_new_state(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let before = account(site, 1, Platform::ActiveCampaign, "Prima");
    let secrets = secrets_of(&before);
    store
        .write_accounts(site, vec![created(&before, &secrets)], Vec::new())
        .await
        .unwrap();
    let after = next(&before, |account| {
        account.description = "Dopo".parse().unwrap();
        account.settings = settings(
            Platform::ActiveCampaign,
            &[
                ("api_url", "https://altro.api-us1.com"),
                ("orders_enabled", "false"),
            ],
        );
        account.active = true;
        "bob".clone_into(&mut account.updated_by);
    });
    store
        .write_accounts(site, vec![updated(&before, &after)], Vec::new())
        .await
        .unwrap();
    assert_eq!(
        stored(&*store, &after).await,
        with_states(after.clone(), &secrets)
    );
    assert_eq!(store.list_secrets(site, before.id).await.unwrap(), secrets);
}

pub async fn an_update_sets_replaces_and_removes_secrets(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let before = account(site, 1, Platform::Telegram, "Bot");
    let first = [
        secret(&before, "a", "key1", b"a1"),
        secret(&before, "b", "key1", b"b1"),
        secret(&before, "c", "key1", b"c1"),
    ];
    store
        .write_accounts(site, vec![created(&before, &first)], Vec::new())
        .await
        .unwrap();

    let after = next(&before, |_| ());
    let mut replaced = secret(&before, "b", "key2", &[0, 0xff, 0, 1]);
    "bob".clone_into(&mut replaced.state.set_by);
    replaced.state.set_at = Timestamp::from_ms(5);
    replaced.state.host = settings(Platform::Telegram, &[("api_base_url", "http://localhost:8081")]).host();
    let added = secret(&before, "d", "key2", b"");
    let noted = vec![
        SecretChange {
            field: "b".to_owned(),
            removed: false,
        },
        SecretChange {
            field: "c".to_owned(),
            removed: true,
        },
        SecretChange {
            field: "d".to_owned(),
            removed: false,
        },
    ];
    let change = change(Some(&before), &after, ChangeKind::Edited, noted);
    let write = AccountWrite::Update {
        account: Box::new(after.clone()),
        expected: before.version,
        secrets: vec![replaced.clone(), added.clone()],
        removed: vec!["c".to_owned(), "unknown".to_owned()],
        change: change.clone(),
    };
    store.write_accounts(site, vec![write], Vec::new()).await.unwrap();

    let expected = [first[0].clone(), replaced, added];
    assert_eq!(store.list_secrets(site, before.id).await.unwrap(), expected);
    assert_eq!(
        stored(&*store, &after).await,
        with_states(after.clone(), &expected)
    );
    assert_eq!(
        store
            .list_changes(site, before.id, Some(before.version))
            .await
            .unwrap(),
        [change]
    );
}

pub async fn an_update_of_one_account_leaves_the_others_alone(store: Arc<dyn Store>) {
    let (site, other_site) = insert_sites(&*store).await;
    let (one, two) = (
        account(site, 1, Platform::Telegram, "Uno"),
        account(site, 2, Platform::Telegram, "Due"),
    );
    let elsewhere = account(other_site, 3, Platform::Telegram, "Altrove");
    for account in [&one, &two, &elsewhere] {
        store
            .write_accounts(
                account.site_id,
                vec![created(account, &secrets_of(account))],
                Vec::new(),
            )
            .await
            .unwrap();
    }
    store
        .write_accounts(site, vec![switched(&one, true)], Vec::new())
        .await
        .unwrap();
    let after = next(&one, |account| account.active = true);
    store
        .write_accounts(site, vec![removed(&after)], Vec::new())
        .await
        .unwrap();
    for account in [two, elsewhere] {
        let secrets = secrets_of(&account);
        assert_eq!(
            stored(&*store, &account).await,
            with_states(account.clone(), &secrets)
        );
        assert_eq!(
            store.list_secrets(account.site_id, account.id).await.unwrap(),
            secrets
        );
        assert_eq!(
            store
                .list_changes(account.site_id, account.id, None)
                .await
                .unwrap()
                .len(),
            1
        );
    }
}

pub async fn an_update_of_an_older_version_changes_nothing(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let first = account(site, 1, Platform::Telegram, "Bot");
    let secrets = secrets_of(&first);
    store
        .write_accounts(site, vec![created(&first, &secrets)], Vec::new())
        .await
        .unwrap();
    let second = next(&first, |account| account.description = "Il mio".parse().unwrap());
    store
        .write_accounts(site, vec![updated(&first, &second)], Vec::new())
        .await
        .unwrap();

    let late = next(&first, |account| account.description = "Il tuo".parse().unwrap());
    let write = AccountWrite::Update {
        account: Box::new(late.clone()),
        expected: first.version,
        secrets: vec![secret(&first, "bot_token", "key2", b"other")],
        removed: vec!["bot_token".to_owned()],
        change: change(Some(&first), &late, ChangeKind::Edited, Vec::new()),
    };
    assert_eq!(
        conflict(store.write_accounts(site, vec![write], Vec::new()).await),
        first.id
    );

    assert_eq!(stored(&*store, &first).await, with_states(second, &secrets));
    assert_eq!(store.list_secrets(site, first.id).await.unwrap(), secrets);
    assert_eq!(store.list_changes(site, first.id, None).await.unwrap().len(), 2);
}

pub async fn an_update_of_a_removed_account_is_refused(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let account = account(site, 1, Platform::Telegram, "Bot");
    insert(&*store, std::slice::from_ref(&account)).await;
    store
        .write_accounts(site, vec![removed(&account)], Vec::new())
        .await
        .unwrap();
    assert_eq!(
        conflict(
            store
                .write_accounts(site, vec![switched(&account, true)], Vec::new())
                .await
        ),
        account.id
    );
    assert_eq!(
        conflict(
            store
                .write_accounts(site, vec![removed(&account)], Vec::new())
                .await
        ),
        account.id
    );
    assert_eq!(store.find_account(site, account.id).await.unwrap(), None);
}

pub async fn a_removal_of_an_older_version_is_refused(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let first = account(site, 1, Platform::Telegram, "Bot");
    insert(&*store, std::slice::from_ref(&first)).await;
    store
        .write_accounts(site, vec![switched(&first, true)], Vec::new())
        .await
        .unwrap();
    assert_eq!(
        conflict(
            store
                .write_accounts(site, vec![removed(&first)], Vec::new())
                .await
        ),
        first.id
    );
    assert_eq!(
        stored(&*store, &first).await,
        next(&first, |account| account.active = true)
    );
}

pub async fn a_removed_account_leaves_nothing_behind(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let account = active(account(site, 1, Platform::Telegram, "Bot"));
    store
        .write_accounts(site, vec![created(&account, &secrets_of(&account))], Vec::new())
        .await
        .unwrap();
    store
        .write_accounts(site, vec![removed(&account)], Vec::new())
        .await
        .unwrap();
    assert_eq!(store.find_account(site, account.id).await.unwrap(), None);
    assert_eq!(store.list_secrets(site, account.id).await.unwrap(), []);
    assert_eq!(store.list_changes(site, account.id, None).await.unwrap(), []);
    assert_eq!(
        store
            .list_slot_holders(site, &account.settings.slots())
            .await
            .unwrap(),
        []
    );
    assert_eq!(
        store
            .list_accounts(site, &AccountFilter::default())
            .await
            .unwrap()
            .total,
        0
    );
    // Nothing comes back with an account of the same id, either.
    insert(&*store, std::slice::from_ref(&account)).await;
    assert_eq!(store.list_secrets(site, account.id).await.unwrap(), []);
    assert_eq!(store.list_changes(site, account.id, None).await.unwrap().len(), 1);
}

pub async fn changes_are_listed_oldest_first_and_after_a_version(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let mut states = vec![account(site, 1, Platform::Telegram, "Bot")];
    insert(&*store, &states).await;
    for number in 2..=12 {
        let before = states.last().unwrap().clone();
        let after = next(&before, |account| {
            account.description = format!("Bot {number}").parse().unwrap();
        });
        store
            .write_accounts(site, vec![updated(&before, &after)], Vec::new())
            .await
            .unwrap();
        states.push(after);
    }
    let all = store.list_changes(site, account_id(1), None).await.unwrap();
    assert_eq!(
        all.iter()
            .map(|change| change.version.number())
            .collect::<Vec<_>>(),
        (1..=12).collect::<Vec<_>>()
    );
    assert_eq!(all[11].fields.len(), 1);
    assert_eq!(
        (all[11].fields[0].from.as_str(), all[11].fields[0].to.as_str()),
        ("Bot 11", "Bot 12")
    );
    let since = |number| Version::from_number(number);
    assert_eq!(
        store.list_changes(site, account_id(1), since(9)).await.unwrap(),
        all[9..]
    );
    assert_eq!(
        store.list_changes(site, account_id(1), since(12)).await.unwrap(),
        []
    );
    assert_eq!(
        store
            .list_changes(site, account_id(1), since(u32::MAX))
            .await
            .unwrap(),
        []
    );
}

pub async fn every_kind_of_change_comes_back(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let mut before = account(site, 1, Platform::Telegram, "Bot");
    insert(&*store, std::slice::from_ref(&before)).await;
    for active in [true, false, false] {
        let after = next(&before, |account| account.active = active);
        store
            .write_accounts(site, vec![updated(&before, &after)], Vec::new())
            .await
            .unwrap();
        before = after;
    }
    let changes = store.list_changes(site, before.id, None).await.unwrap();
    assert_eq!(
        changes.iter().map(|change| change.kind).collect::<Vec<_>>(),
        [
            ChangeKind::Created,
            ChangeKind::Activated,
            ChangeKind::Deactivated,
            ChangeKind::Edited
        ]
    );
}

pub async fn a_list_of_writes_is_carried_out_in_its_order(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let (one, two) = (
        account(site, 1, Platform::Telegram, "Uno"),
        account(site, 2, Platform::Telegram, "Due"),
    );
    insert(&*store, std::slice::from_ref(&two)).await;
    let second = next(&one, |account| {
        account.description = "Uno, seconda volta".parse().unwrap();
    });
    let third = next(&second, |account| account.active = true);
    let writes = vec![
        created(&one, &secrets_of(&one)),
        updated(&one, &second),
        removed(&two),
        updated(&second, &third),
    ];
    store.write_accounts(site, writes, Vec::new()).await.unwrap();
    assert_eq!(stored(&*store, &one).await, with_states(third, &secrets_of(&one)));
    assert_eq!(store.find_account(site, two.id).await.unwrap(), None);
    assert_eq!(store.list_changes(site, one.id, None).await.unwrap().len(), 3);
}

pub async fn a_list_of_writes_that_fails_leaves_nothing_behind(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let holder = active(account(site, 1, Platform::Telegram, "In carica"));
    let spare = account(site, 2, Platform::Telegram, "Di riserva");
    for account in [&holder, &spare] {
        store
            .write_accounts(site, vec![created(account, &secrets_of(account))], Vec::new())
            .await
            .unwrap();
    }
    let new = account(site, 3, Platform::ActiveCampaign, "Nuovo");
    let edited = next(&holder, |account| {
        account.description = "Cambiato".parse().unwrap();
    });
    let stale = next(&edited, |account| account.active = false);

    let result = store
        .write_accounts(
            site,
            vec![created(&new, &secrets_of(&new)), switched(&spare, true)],
            Vec::new(),
        )
        .await;
    assert_eq!(taken(result), spare.id);
    let result = store
        .write_accounts(
            site,
            vec![
                updated(&holder, &edited),
                removed(&spare),
                updated(&stale, &edited),
            ],
            Vec::new(),
        )
        .await;
    assert_eq!(conflict(result), holder.id);
    let result = store
        .write_accounts(
            site,
            vec![removed(&holder), created(&new, &[]), removed(&edited)],
            Vec::new(),
        )
        .await;
    assert_eq!(conflict(result), holder.id);

    assert_eq!(store.find_account(site, new.id).await.unwrap(), None);
    assert_eq!(store.list_secrets(site, new.id).await.unwrap(), []);
    for account in [&holder, &spare] {
        assert_eq!(
            stored(&*store, account).await,
            with_states(account.clone(), &secrets_of(account))
        );
        assert_eq!(
            store.list_secrets(site, account.id).await.unwrap(),
            secrets_of(account)
        );
        assert_eq!(store.list_changes(site, account.id, None).await.unwrap().len(), 1);
    }
    // The store goes on as if nothing had been tried.
    store
        .write_accounts(site, vec![created(&new, &[])], Vec::new())
        .await
        .unwrap();
}

pub async fn an_empty_list_of_writes_does_nothing(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    store.write_accounts(site, Vec::new(), Vec::new()).await.unwrap();
    assert_eq!(
        store
            .list_accounts(site, &AccountFilter::default())
            .await
            .unwrap()
            .total,
        0
    );
}

pub async fn hostile_text_comes_back_as_it_was(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let long = "🛒".repeat(Description::CHARS_MAX);
    for (number, text) in (1..).zip(HOSTILE.into_iter().chain([long.as_str()])) {
        let mut before = account(site, number, Platform::Clerk, text);
        before.settings = settings(
            Platform::Clerk,
            &[
                ("discount_class", text),
                ("customer_filter", text),
                ("product_filter", text),
            ],
        );
        text.clone_into(&mut before.updated_by);
        let Settings::Clerk(clerk) = &before.settings else {
            unreachable!("a Clerk.io account was made")
        };
        assert_eq!(clerk.discount_class.as_deref(), Some(text));
        let mut sealed = secret(&before, "private_key", text, text.as_bytes());
        text.clone_into(&mut sealed.state.set_by);
        store
            .write_accounts(
                site,
                vec![created(&before, std::slice::from_ref(&sealed))],
                Vec::new(),
            )
            .await
            .unwrap();

        let found = stored(&*store, &before).await;
        assert_eq!(found.description.as_str(), text);
        assert_eq!(found, with_states(before.clone(), std::slice::from_ref(&sealed)));
        assert_eq!(store.list_secrets(site, before.id).await.unwrap(), [sealed]);

        let after = next(&before, |account| account.description = "x".parse().unwrap());
        store
            .write_accounts(site, vec![updated(&before, &after)], Vec::new())
            .await
            .unwrap();
        let changes = store
            .list_changes(site, before.id, Some(before.version))
            .await
            .unwrap();
        assert_eq!(
            changes,
            [change(Some(&before), &after, ChangeKind::Edited, Vec::new())]
        );
        assert_eq!(changes[0].fields[0].from, text);
    }
}

pub async fn fifty_updates_of_one_version_have_one_winner(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let before = account(site, 1, Platform::Telegram, "Bot");
    insert(&*store, std::slice::from_ref(&before)).await;
    let results = race(50, |racer| {
        let (store, before) = (Arc::clone(&store), before.clone());
        async move {
            let after = next(&before, |account| {
                account.description = format!("Bot {racer}").parse().unwrap();
            });
            store
                .write_accounts(before.site_id, vec![updated(&before, &after)], Vec::new())
                .await
        }
    })
    .await;
    let winner = results.iter().position(Result::is_ok).unwrap();
    for (racer, result) in results.into_iter().enumerate() {
        if racer != winner {
            assert_eq!(conflict(result), before.id);
        }
    }
    let found = stored(&*store, &before).await;
    assert_eq!(
        (found.description.as_str(), found.version.number()),
        (format!("Bot {winner}").as_str(), 2)
    );
    assert_eq!(store.list_changes(site, before.id, None).await.unwrap().len(), 2);
}

pub async fn two_lists_over_the_same_accounts_do_not_block_each_other(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let mut accounts: Vec<Account> = [(1, "it"), (2, "en")]
        .map(|(number, language)| clerk(site, number, language, false))
        .into();
    insert(&*store, &accounts).await;
    for _ in 0..10 {
        let results = race(8, |racer| {
            let (store, mut order) = (Arc::clone(&store), accounts.clone());
            if racer % 2 == 1 {
                order.reverse();
            }
            async move {
                let writes = order
                    .iter()
                    .map(|account| updated(account, &next(account, |_| ())))
                    .collect();
                store.write_accounts(site, writes, Vec::new()).await
            }
        })
        .await;
        let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1);
        for result in lost {
            conflict(result);
        }
        accounts = accounts.iter().map(|account| next(account, |_| ())).collect();
    }
}
