//! The log: writing, reading every way, names of accounts, removal of what is old.

use std::sync::Arc;

use domain::{
    Account, Fault, FieldChange, LogAccount, LogEntry, LogId, LogKind, LogMessage, LogPlace, Lookup,
    Platform, SecretChange, SiteId,
};
use persistence::{LogQuery, Store, StoreError};

use crate::race::race;
use crate::samples::{
    HOSTILE, account, account_id, active, conflict, created, entry, entry_about, insert, insert_sites,
    log_id, next, removed, report, switched, taken, updated, whole_log,
};

/// When things happen.
const AT: i64 = 1_700_000_000_000;

async fn listed(store: &dyn Store, query: &LogQuery) -> Vec<LogEntry> {
    store.list_log(query).await.unwrap()
}

async fn whole(store: &dyn Store, site: SiteId) -> Vec<LogEntry> {
    listed(store, &whole_log(site)).await
}

pub async fn an_entry_comes_back_as_it_was(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let bot = account(site, 1, Platform::Telegram, "Bot");
    let mut entries: Vec<LogEntry> = (0..)
        .zip(LogKind::ALL)
        .map(|(number, kind)| entry(site, AT + number, 0, *kind))
        .collect();
    for (number, text) in (0..).zip(HOSTILE) {
        let mut told = report(
            AT,
            Some(Fault::ConnectTimedOut {
                host: text.to_owned(),
            }),
        );
        told.exchanges.push(domain::Exchange {
            method: "GET".to_owned(),
            url: text.to_owned(),
            sent: text.to_owned(),
            status: None,
            request_id: None,
            body: format!("\0{text}"),
        });
        let message = LogMessage {
            fields: vec![FieldChange {
                field: "description".to_owned(),
                from: text.to_owned(),
                to: String::new(),
            }],
            secrets: vec![SecretChange {
                field: "bot_token".to_owned(),
                removed: true,
            }],
            lookup: Some(Lookup::Chats),
            count: Some(u32::MAX),
            ..LogMessage::report(LogKind::ValuesNotRead, told)
        };
        let mut entry = LogEntry {
            by: Some(text.to_owned()),
            message,
            ..entry_about(&bot, AT + 100 + number, 0, LogKind::ValuesNotRead)
        };
        text.clone_into(&mut entry.account.as_mut().unwrap().description);
        entries.push(entry);
    }
    store.append_log(entries.clone()).await.unwrap();
    entries.reverse();
    assert_eq!(whole(&*store, site).await, entries);
}

pub async fn an_id_of_an_entry_is_used_once(store: Arc<dyn Store>) {
    let (site, other) = insert_sites(&*store).await;
    let first = entry(site, AT, 0, LogKind::LogPurged);
    store.append_log(vec![first.clone()]).await.unwrap();
    let entries = vec![entry(site, AT, 1, LogKind::TestPassed), first.clone()];
    assert!(store.append_log(entries).await.is_err());
    assert_eq!(whole(&*store, site).await, [first]);
    store.append_log(Vec::new()).await.unwrap();
    assert_eq!(whole(&*store, other).await, []);
}

/// Entries of all kinds about five accounts and none, many of them in the same millisecond, oldest first.
fn mixed(site: SiteId) -> (Vec<Account>, Vec<LogEntry>) {
    let accounts: Vec<Account> = (1..=5)
        .map(|number| account(site, number, Platform::Telegram, &format!("Bot {number}")))
        .collect();
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 40).unwrap() % below
    };
    let entries = (0..150_u64)
        .map(|number| {
            let ms = AT + i64::try_from(number / 10).unwrap();
            // The last kinds hardly ever occur.
            let below = 1 + random(LogKind::ALL.len());
            let kind = LogKind::ALL[random(below)];
            match accounts.get(random(8)) {
                Some(account) => entry_about(account, ms, number, kind),
                None => entry(site, ms, number, kind),
            }
        })
        .collect();
    (accounts, entries)
}

/// What the port promises, computed here; `entries` are oldest first.
fn expected(entries: &[LogEntry], query: &LogQuery) -> Vec<LogEntry> {
    let fits = |entry: &&LogEntry| {
        let account = entry.account.as_ref().map(|account| account.id);
        query
            .kinds
            .as_ref()
            .is_none_or(|kinds| kinds.contains(&entry.message.kind))
            && query
                .accounts
                .as_ref()
                .is_none_or(|wanted| account.is_some_and(|id| wanted.contains(&id)))
            && query.from.is_none_or(|from| entry.id >= from)
            && query.before.is_none_or(|before| entry.id < before)
            && match query.place {
                LogPlace::Newest => true,
                LogPlace::OlderThan(id) => entry.id < id,
                LogPlace::NewerThan(id) => entry.id > id,
            }
    };
    let found = entries.iter().filter(fits);
    let limit = query.limit as usize;
    if matches!(query.place, LogPlace::NewerThan(_)) {
        let mut page: Vec<LogEntry> = found.take(limit).cloned().collect();
        page.reverse();
        page
    } else {
        found.rev().take(limit).cloned().collect()
    }
}

pub async fn every_filter_finds_its_entries_from_every_place(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let (accounts, entries) = mixed(site);
    store.append_log(entries.clone()).await.unwrap();
    let ids = |numbers: &[usize]| Some(numbers.iter().map(|number| accounts[*number].id).collect());
    let info: Vec<LogKind> = LogKind::ALL
        .iter()
        .copied()
        .filter(|kind| kind.level() == domain::LogLevel::Info)
        .collect();
    let kinds = [
        None,
        Some(LogKind::ALL.to_vec()),
        Some(vec![LogKind::AccountCreated]),
        Some(vec![
            LogKind::TestFailed,
            LogKind::AccountEdited,
            LogKind::TestFailed,
        ]),
        Some(info),
        Some(Vec::new()),
    ];
    let wanted = [
        None,
        ids(&[0]),
        ids(&[3, 1, 3]),
        ids(&[0, 1, 2, 3, 4]),
        Some(vec![account_id(77)]),
        Some(Vec::new()),
    ];
    let from = [None, Some(entries[20].id), Some(log_id(AT + 3, 0))];
    let before = [
        None,
        Some(entries[110].id),
        Some(log_id(AT, 0)),
        Some(log_id(0, 0)),
    ];
    let middle = entries[75].id;
    let places = [
        LogPlace::Newest,
        LogPlace::OlderThan(middle),
        LogPlace::NewerThan(middle),
        LogPlace::OlderThan(LogId::new(uuid::Uuid::nil())),
        LogPlace::NewerThan(LogId::new(uuid::Uuid::max())),
    ];
    for kinds in &kinds {
        for accounts in &wanted {
            for (from, before) in from
                .iter()
                .flat_map(|from| before.iter().map(move |before| (from, before)))
            {
                for place in places {
                    for limit in [0, 1, 7, 200] {
                        let query = LogQuery {
                            site,
                            kinds: kinds.clone(),
                            accounts: accounts.clone(),
                            from: *from,
                            before: *before,
                            place,
                            limit,
                        };
                        assert_eq!(
                            listed(&*store, &query).await,
                            expected(&entries, &query),
                            "{query:?}"
                        );
                    }
                }
            }
        }
    }
}

pub async fn pages_hold_every_entry_once_both_ways(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let (accounts, entries) = mixed(site);
    store.append_log(entries.clone()).await.unwrap();
    for (kinds, accounts) in [
        (None, None),
        (Some(vec![LogKind::AccountCreated, LogKind::AccountEdited]), None),
        (None, Some(vec![accounts[0].id, accounts[4].id])),
    ] {
        let query = LogQuery {
            kinds,
            accounts,
            limit: 7,
            ..whole_log(site)
        };
        let all = expected(
            &entries,
            &LogQuery {
                limit: 1000,
                ..query.clone()
            },
        );
        assert!(all.len() > 20);
        let mut down = Vec::new();
        let mut place = LogPlace::Newest;
        loop {
            let page = listed(
                &*store,
                &LogQuery {
                    place,
                    ..query.clone()
                },
            )
            .await;
            let Some(last) = page.last() else { break };
            place = LogPlace::OlderThan(last.id);
            down.extend(page);
        }
        assert_eq!(down, all);
        let mut up = Vec::new();
        let mut place = LogPlace::NewerThan(log_id(0, 0));
        loop {
            let page = listed(
                &*store,
                &LogQuery {
                    place,
                    ..query.clone()
                },
            )
            .await;
            let Some(first) = page.first() else { break };
            place = LogPlace::NewerThan(first.id);
            up.splice(0..0, page);
        }
        assert_eq!(up, all);
    }
}

pub async fn the_log_of_another_site_is_not_seen(store: Arc<dyn Store>) {
    let (site, other) = insert_sites(&*store).await;
    let bot = account(site, 1, Platform::Telegram, "Bot");
    let (own, foreign) = (
        entry_about(&bot, AT, 1, LogKind::TestPassed),
        LogEntry {
            site_id: other,
            ..entry_about(&bot, AT, 1, LogKind::TestPassed)
        },
    );
    // One id on two sites is two entries.
    store
        .append_log(vec![own.clone(), foreign.clone()])
        .await
        .unwrap();
    for (site, expected) in [(site, own), (other, foreign)] {
        for query in [
            whole_log(site),
            LogQuery {
                kinds: Some(vec![LogKind::TestPassed]),
                ..whole_log(site)
            },
            LogQuery {
                accounts: Some(vec![bot.id]),
                ..whole_log(site)
            },
        ] {
            assert_eq!(listed(&*store, &query).await, std::slice::from_ref(&expected));
        }
    }
    store.purge_log(other, log_id(AT + 1, 0), 10).await.unwrap();
    assert_eq!(whole(&*store, other).await, []);
    assert_eq!(store.list_log_accounts(other, "", 10).await.unwrap(), []);
    assert_eq!(whole(&*store, site).await.len(), 1);
    assert_eq!(store.list_log_accounts(site, "", 10).await.unwrap().len(), 1);
}

pub async fn writes_and_their_entries_are_one_act(store: Arc<dyn Store>) {
    let (site, other) = insert_sites(&*store).await;
    let bot = active(account(site, 1, Platform::Telegram, "Bot"));
    let made = entry_about(&bot, AT, 1, LogKind::AccountCreated);
    store
        .write_accounts(site, vec![created(&bot, &[])], vec![made.clone()])
        .await
        .unwrap();
    assert_eq!(whole(&*store, site).await, std::slice::from_ref(&made));

    // What is refused is not told of.
    let second = active(account(site, 2, Platform::Telegram, "Bot 2"));
    let entry = |number| vec![entry_about(&second, AT, number, LogKind::AccountCreated)];
    let write = store
        .write_accounts(site, vec![created(&second, &[])], entry(2))
        .await;
    assert_eq!(taken(write), second.id);
    let late = next(&bot, |_| ());
    let write = store
        .write_accounts(site, vec![updated(&late, &next(&late, |_| ()))], entry(3))
        .await;
    assert_eq!(conflict(write), bot.id);
    let write = store.write_accounts(site, vec![removed(&late)], entry(4)).await;
    assert_eq!(conflict(write), bot.id);
    assert_eq!(whole(&*store, site).await, std::slice::from_ref(&made));
    assert_eq!(store.list_log_accounts(site, "bot 2", 9).await.unwrap(), []);

    // What cannot be told is not done.
    let write = store
        .write_accounts(site, vec![switched(&bot, false)], vec![made.clone()])
        .await;
    assert!(write.is_err());
    let elsewhere = LogEntry {
        site_id: other,
        ..entry_about(&bot, AT, 5, LogKind::AccountDeactivated)
    };
    let write = store
        .write_accounts(site, vec![switched(&bot, false)], vec![elsewhere])
        .await;
    assert!(matches!(write, Err(StoreError::Inconsistent(_))), "{write:?}");
    assert!(crate::samples::stored(&*store, &bot).await.active);
    assert_eq!(whole(&*store, site).await, [made]);
    assert_eq!(whole(&*store, other).await, []);
}

pub async fn entries_that_are_added_at_once_are_all_there(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let accounts: Vec<Account> = (1..=6)
        .map(|number| account(site, number, Platform::Telegram, &format!("Bot {number}")))
        .collect();
    let results = race(30, |racer| {
        let number = racer as u64 * 10;
        let mut entries: Vec<LogEntry> = (0..)
            .zip(&accounts)
            .map(|(index, account)| entry_about(account, AT, number + index, LogKind::TestPassed))
            .collect();
        // Over the same accounts, in orders of their own.
        entries.rotate_left(racer % 6);
        let store = Arc::clone(&store);
        async move { store.append_log(entries).await }
    })
    .await;
    for result in results {
        result.unwrap();
    }
    assert_eq!(whole(&*store, site).await.len(), 180);
    assert_eq!(store.list_log_accounts(site, "bot", 50).await.unwrap().len(), 6);
}

async fn names(store: &dyn Store, site: SiteId, text: &str) -> Vec<String> {
    let accounts = store.list_log_accounts(site, text, 50).await.unwrap();
    accounts.into_iter().map(|account| account.description).collect()
}

pub async fn accounts_of_the_log_go_by_their_latest_description(store: Arc<dyn Store>) {
    let (site, other) = insert_sites(&*store).await;
    let bot = account(site, 1, Platform::Telegram, "Vecchio");
    let renamed = next(&bot, |account| account.description = "Nuovo".parse().unwrap());
    insert(&*store, std::slice::from_ref(&bot)).await;
    // In one list, too.
    store
        .append_log(vec![
            entry(site, AT, 0, LogKind::LogPurged),
            entry_about(&bot, AT, 1, LogKind::AccountCreated),
        ])
        .await
        .unwrap();
    assert_eq!(names(&*store, site, "vecchio").await, ["Vecchio"]);
    let entries = vec![
        entry_about(&bot, AT, 2, LogKind::TestPassed),
        entry_about(&renamed, AT, 3, LogKind::AccountEdited),
    ];
    store
        .write_accounts(site, vec![updated(&bot, &renamed)], entries)
        .await
        .unwrap();
    assert_eq!(names(&*store, site, "vecchio").await, Vec::<String>::new());
    let known = LogAccount {
        id: bot.id,
        description: "Nuovo".to_owned(),
        platform: Platform::Telegram,
    };
    assert_eq!(
        store.list_log_accounts(site, "NUOVO", 9).await.unwrap(),
        std::slice::from_ref(&known)
    );
    assert_eq!(names(&*store, other, "").await, Vec::<String>::new());

    store
        .write_accounts(site, vec![removed(&renamed)], Vec::new())
        .await
        .unwrap();
    assert_eq!(store.list_log_accounts(site, "nuovo", 9).await.unwrap(), [known]);
    // Entries keep the name of their time.
    let query = LogQuery {
        accounts: Some(vec![bot.id]),
        ..whole_log(site)
    };
    let told: Vec<String> = listed(&*store, &query)
        .await
        .into_iter()
        .map(|entry| entry.account.unwrap().description)
        .collect();
    assert_eq!(told, ["Nuovo", "Vecchio", "Vecchio"]);
}

pub async fn a_search_for_accounts_of_the_log_takes_text_as_it_is(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let mut descriptions = vec![
        "50%",
        "500",
        "a_b",
        "axb",
        "È QUI",
        "ΣΊΣΥΦΟΣ",
        "d\\e",
        "d*e",
        "zeta",
    ];
    descriptions.extend(HOSTILE);
    let entries = (1_u64..)
        .zip(&descriptions)
        .map(|(number, description)| {
            let bot = account(site, u128::from(number), Platform::Telegram, description);
            entry_about(&bot, AT, number, LogKind::AccountCreated)
        })
        .collect();
    store.append_log(entries).await.unwrap();
    for (text, expected) in [
        ("0%", &["100% _ \\ \\\\ done", "50%"][..]),
        ("a_b", &["a_b"]),
        ("A_B", &["a_b"]),
        ("è qui", &["È QUI"]),
        ("È Q", &["È QUI"]),
        ("d\\e", &["d\\e"]),
        ("d*e", &["d*e"]),
        ("  zeta ", &["zeta"]),
        ("z\0eta", &["zeta"]),
        ("mai scritto", &[]),
    ] {
        assert_eq!(names(&*store, site, text).await, expected, "{text}");
    }
    for text in HOSTILE {
        assert!(
            names(&*store, site, text).await.contains(&text.to_owned()),
            "{text}"
        );
    }
    let mut all = names(&*store, site, "").await;
    let first = store.list_log_accounts(site, "", 2).await.unwrap();
    assert_eq!((all.len(), first.len()), (descriptions.len(), 2));
    assert_eq!(first[0].description, all[0]);
    let listed = all.clone();
    all.sort_by_key(|description| description.to_lowercase());
    assert_eq!(listed, all);
}

pub async fn what_is_old_goes_in_batches(store: Arc<dyn Store>) {
    let (site, other) = insert_sites(&*store).await;
    let (accounts, entries) = mixed(site);
    store.append_log(entries.clone()).await.unwrap();
    let old = account(site, 50, Platform::Telegram, "Antico");
    store
        .append_log(vec![
            entry_about(&old, AT - 1, 0, LogKind::AccountDeleted),
            entry(other, AT - 1, 0, LogKind::LogPurged),
        ])
        .await
        .unwrap();
    assert_eq!(names(&*store, site, "antico").await, ["Antico"]);

    let before = entries[100].id;
    assert_eq!(store.purge_log(site, log_id(0, 0), 40).await.unwrap(), 0);
    assert_eq!(store.purge_log(site, before, 0).await.unwrap(), 0);
    assert_eq!(store.purge_log(site, before, 40).await.unwrap(), 40);
    // The oldest have gone.
    let mut left = entries[39..].to_vec();
    left.reverse();
    assert_eq!(whole(&*store, site).await, left);
    assert_eq!(store.purge_log(site, before, 40).await.unwrap(), 40);
    assert_eq!(store.purge_log(site, before, 40).await.unwrap(), 21);
    assert_eq!(store.purge_log(site, before, 40).await.unwrap(), 0);
    left.truncate(50);
    assert_eq!(whole(&*store, site).await, left);

    // Nothing is left to be told of that account, but of the others.
    assert_eq!(names(&*store, site, "antico").await, Vec::<String>::new());
    assert_eq!(names(&*store, site, "bot").await.len(), accounts.len());
    assert_eq!(whole(&*store, other).await.len(), 1);
}

pub async fn every_way_to_read_the_log_is_explained(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let (accounts, entries) = mixed(site);
    store.append_log(entries).await.unwrap();
    for kinds in [None, Some(vec![LogKind::TestFailed])] {
        for accounts in [None, Some(vec![accounts[0].id])] {
            for place in [LogPlace::Newest, LogPlace::NewerThan(log_id(AT, 0))] {
                let query = LogQuery {
                    kinds: kinds.clone(),
                    accounts: accounts.clone(),
                    place,
                    ..whole_log(site)
                };
                let told = store.explain_log(&query).await.unwrap();
                assert!(told.contains("log"), "{query:?}: {told}");
            }
        }
    }
}
