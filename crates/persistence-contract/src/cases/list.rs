//! The list: search, filters, order, pages.

use std::sync::Arc;

use domain::{Account, AccountFilter, AccountSort, Direction, PAGE_SIZE, Platform, SiteId, SortColumn};
use persistence::{AccountPage, Store};

use crate::samples::{
    HOSTILE, account, active, clerk, created, insert, insert_sites, next, secret, settings, stored, switched,
    updated,
};

fn search(words: &str) -> AccountFilter {
    AccountFilter {
        search: words.to_owned(),
        ..AccountFilter::default()
    }
}

async fn page(store: &dyn Store, site: SiteId, filter: &AccountFilter) -> AccountPage {
    store.list_accounts(site, filter).await.unwrap()
}

async fn found(store: &dyn Store, site: SiteId, filter: &AccountFilter) -> Vec<String> {
    let page = page(store, site, filter).await;
    assert_eq!(page.matching, page.rows.len() as u64);
    page.rows
        .into_iter()
        .map(|row| row.account.description.to_string())
        .collect()
}

/// ActiveCampaign accounts: none of their words but the description holds a wildcard.
fn described(site: SiteId, descriptions: &[&str]) -> Vec<Account> {
    (1..)
        .zip(descriptions)
        .map(|(number, text)| account(site, number, Platform::ActiveCampaign, text))
        .collect()
}

pub async fn a_site_without_accounts_has_an_empty_page(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    for filter in [
        AccountFilter::default(),
        search("bot"),
        AccountFilter {
            page: 3,
            ..AccountFilter::default()
        },
    ] {
        assert_eq!(
            page(&*store, site, &filter).await,
            AccountPage {
                rows: Vec::new(),
                matching: 0,
                total: 0,
                attention: 0
            }
        );
    }
}

pub async fn the_list_shows_accounts_of_its_site_only(store: Arc<dyn Store>) {
    let (site, other) = insert_sites(&*store).await;
    insert(
        &*store,
        &[
            account(site, 1, Platform::Telegram, "Bot"),
            account(site, 2, Platform::Clerk, "Ricerca"),
        ],
    )
    .await;
    insert(&*store, &[account(other, 3, Platform::Telegram, "Bot altrove")]).await;
    assert_eq!(
        found(&*store, site, &AccountFilter::default()).await,
        ["Bot", "Ricerca"]
    );
    assert_eq!(found(&*store, site, &search("bot")).await, ["Bot"]);
    assert_eq!(
        found(&*store, other, &AccountFilter::default()).await,
        ["Bot altrove"]
    );
    assert_eq!(page(&*store, site, &search("bot")).await.total, 2);
    let telegram = AccountFilter {
        platform: Some(Platform::Telegram),
        active: Some(false),
        ..AccountFilter::default()
    };
    assert_eq!(found(&*store, site, &telegram).await, ["Bot"]);
}

pub async fn the_list_shows_whole_accounts_without_their_secrets(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let accounts: Vec<Account> = (1..)
        .zip(Platform::ALL)
        .map(|(number, platform)| active(account(site, number, platform, platform.name())))
        .collect();
    for account in &accounts {
        let secrets = [secret(account, "token", "key1", b"sealed")];
        store
            .write_accounts(site, vec![created(account, &secrets)], Vec::new())
            .await
            .unwrap();
    }
    let mut rows: Vec<Account> = page(&*store, site, &AccountFilter::default())
        .await
        .rows
        .into_iter()
        .map(|row| row.account)
        .collect();
    rows.sort_by_key(|account| account.id);
    assert_eq!(rows, accounts);
}

pub async fn each_row_names_its_keys_once(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let accounts = described(site, &["a", "b", "c"]);
    let secrets = [
        vec![
            secret(&accounts[0], "x", "key2", b""),
            secret(&accounts[0], "y", "key1", b""),
            secret(&accounts[0], "z", "key2", b""),
        ],
        vec![secret(&accounts[1], "x", "key3", b"")],
        Vec::new(),
    ];
    for (account, secrets) in accounts.iter().zip(&secrets) {
        store
            .write_accounts(site, vec![created(account, secrets)], Vec::new())
            .await
            .unwrap();
    }
    let mut keys: Vec<Vec<String>> = page(&*store, site, &AccountFilter::default())
        .await
        .rows
        .into_iter()
        .map(|row| row.key_ids)
        .collect();
    keys[0].sort_unstable();
    assert_eq!(
        keys,
        [
            vec!["key1".to_owned(), "key2".to_owned()],
            vec!["key3".to_owned()],
            Vec::new()
        ]
    );
}

pub async fn a_search_looks_through_description_platform_and_target(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let mut bot = account(site, 1, Platform::Telegram, "Messaggi");
    bot.settings = settings(Platform::Telegram, &[("bot_username", "Speciale_bot")]);
    insert(
        &*store,
        &[
            bot,
            account(site, 2, Platform::ActiveCampaign, "Posta"),
            clerk(site, 3, "en", false),
        ],
    )
    .await;
    for (words, expected) in [
        ("posta", "Posta"),
        ("activecampaign", "Posta"),
        ("shop.api-us1", "Posta"),
        ("telegram", "Messaggi"),
        ("@speciale_bot", "Messaggi"),
        ("clerk.io", "Clerk 3"),
        // The language's name, in either language of the interface.
        ("inglese", "Clerk 3"),
        ("english", "Clerk 3"),
    ] {
        assert_eq!(found(&*store, site, &search(words)).await, [expected], "{words}");
    }
    assert_eq!(
        found(&*store, site, &search("mai scritto")).await,
        Vec::<String>::new()
    );
    // What is stored but not shown is not found either.
    assert_eq!(
        found(&*store, site, &search("deep_link")).await,
        Vec::<String>::new()
    );
}

pub async fn a_search_takes_wildcards_as_they_are(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    insert(
        &*store,
        &described(
            site,
            &[
                "100 per cento",
                "100%",
                "a_b",
                "axb",
                "c/d",
                "c\\d",
                "e*f",
                "e?f",
                "exf",
            ],
        ),
    )
    .await;
    for (words, expected) in [
        ("%", &["100%"][..]),
        ("100%", &["100%"]),
        ("_", &["a_b"]),
        ("a_b", &["a_b"]),
        ("\\", &["c\\d"]),
        ("c\\d", &["c\\d"]),
        ("*", &["e*f"]),
        ("e?f", &["e?f"]),
        ("%%", &[]),
        ("\\%", &[]),
    ] {
        assert_eq!(found(&*store, site, &search(words)).await, expected, "{words}");
    }
}

pub async fn a_search_does_not_care_for_capitals_in_any_script(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    insert(
        &*store,
        &described(
            site,
            &[
                "Città È Già",
                "STRASSE Ärger",
                "Ελλάδα ΑΘΗΝΑ",
                "Журнал МОСКВА",
                "İstanbul",
            ],
        ),
    )
    .await;
    for (words, expected) in [
        ("CITTÀ è", "Città È Già"),
        ("città è gIÀ", "Città È Già"),
        ("strasse ÄRGER", "STRASSE Ärger"),
        ("ΕΛΛΆΔΑ", "Ελλάδα ΑΘΗΝΑ"),
        ("αθηνα", "Ελλάδα ΑΘΗΝΑ"),
        ("ЖУРНАЛ москва", "Журнал МОСКВА"),
        ("İSTANBUL", "İstanbul"),
    ] {
        assert_eq!(found(&*store, site, &search(words)).await, [expected], "{words}");
    }
    // Accents do count.
    assert_eq!(found(&*store, site, &search("citta")).await, Vec::<String>::new());
}

pub async fn a_search_takes_hostile_text_as_it_is(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    insert(&*store, &described(site, &HOSTILE)).await;
    for text in HOSTILE {
        assert_eq!(found(&*store, site, &search(text)).await, [text]);
    }
    assert_eq!(
        found(&*store, site, &search(&"x".repeat(100_000))).await,
        Vec::<String>::new()
    );
}

pub async fn a_search_for_nothing_narrows_nothing(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    insert(&*store, &described(site, &["a", "b"])).await;
    for words in ["", " ", "\u{3000}", "\0"] {
        assert_eq!(
            found(&*store, site, &search(words)).await,
            ["a", "b"],
            "{words:?}"
        );
    }
    assert_eq!(
        found(&*store, site, &search("a\0")).await,
        found(&*store, site, &search("a")).await
    );
}

pub async fn filters_narrow_together_and_count_what_they_match(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let accounts = [
        active(account(site, 1, Platform::Telegram, "Bot in carica")),
        account(site, 2, Platform::Telegram, "Bot di riserva"),
        active(account(site, 3, Platform::ActiveCampaign, "Posta in carica")),
        account(site, 4, Platform::ActiveCampaign, "Posta di riserva"),
    ];
    insert(&*store, &accounts).await;
    let narrowed = |words: &str, platform, active| AccountFilter {
        platform,
        active,
        ..search(words)
    };
    for (filter, expected) in [
        (
            narrowed("", Some(Platform::Telegram), None),
            &["Bot di riserva", "Bot in carica"][..],
        ),
        (
            narrowed("", None, Some(true)),
            &["Bot in carica", "Posta in carica"],
        ),
        (
            narrowed("", None, Some(false)),
            &["Bot di riserva", "Posta di riserva"],
        ),
        (
            narrowed("", Some(Platform::Telegram), Some(false)),
            &["Bot di riserva"],
        ),
        (
            narrowed("posta", Some(Platform::ActiveCampaign), Some(true)),
            &["Posta in carica"],
        ),
        (narrowed("posta", Some(Platform::Telegram), Some(true)), &[]),
        (narrowed("", Some(Platform::Clerk), None), &[]),
    ] {
        assert_eq!(found(&*store, site, &filter).await, expected, "{filter:?}");
        assert_eq!(page(&*store, site, &filter).await.total, 4);
    }
}

/// What the port promises, computed here: the column, then the description's key, then the id, all by their bytes.
fn sorted(mut accounts: Vec<Account>, sort: AccountSort) -> Vec<Account> {
    accounts.sort_by_cached_key(|account| {
        let (code, active, updated) = match sort.column {
            SortColumn::Description => ("", false, 0),
            SortColumn::Platform => (account.platform().code(), false, 0),
            SortColumn::State => ("", account.active, 0),
            SortColumn::Updated => ("", false, account.updated_at.ms()),
        };
        let key = if sort.column == SortColumn::Updated {
            String::new()
        } else {
            account.description_key()
        };
        (code, active, updated, key, account.id)
    });
    if sort.direction == Direction::Descending {
        accounts.reverse();
    }
    accounts
}

pub async fn every_column_sorts_both_ways(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let descriptions = [
        "Zeta", "alfa", "Àncora", "ancora", "an cora", "an-cora", "an_cora", "BETA", "beta 10", "beta 2",
        "ñandú", "Élan", "zeta", "你好", "🛒",
    ];
    let accounts: Vec<Account> = (0_u32..)
        .zip(descriptions)
        .map(|(index, description)| {
            let platform = Platform::ALL[index as usize % 4];
            let mut account = account(site, u128::from(100 - index), platform, description);
            account.active = index < 4;
            account.updated_at = account.updated_at.plus_seconds(i64::from(index * 7 % 5));
            account
        })
        .collect();
    insert(&*store, &accounts).await;
    for column in SortColumn::ALL {
        for direction in [Direction::Ascending, Direction::Descending] {
            let sort = AccountSort { column, direction };
            let rows = page(
                &*store,
                site,
                &AccountFilter {
                    sort,
                    ..AccountFilter::default()
                },
            )
            .await
            .rows;
            let listed: Vec<Account> = rows.into_iter().map(|row| row.account).collect();
            assert_eq!(listed, sorted(accounts.clone(), sort), "{sort:?}");
        }
    }
}

pub async fn accounts_that_sort_alike_keep_their_order(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let mut accounts = described(site, &["Uguale"; 20]);
    accounts.rotate_left(7);
    insert(&*store, &accounts).await;
    accounts.sort_by_key(|account| account.id);
    for column in SortColumn::ALL {
        let sort = AccountSort {
            column,
            direction: Direction::Ascending,
        };
        let rows = page(
            &*store,
            site,
            &AccountFilter {
                sort,
                ..AccountFilter::default()
            },
        )
        .await
        .rows;
        assert_eq!(
            rows.into_iter().map(|row| row.account).collect::<Vec<_>>(),
            accounts,
            "{column:?}"
        );
    }
}

pub async fn pages_hold_every_account_once(store: Arc<dyn Store>) {
    let (site, other) = insert_sites(&*store).await;
    let accounts: Vec<Account> = (1..=120_u128)
        .map(|number| {
            account(
                site,
                number,
                Platform::Telegram,
                &format!("Bot {}", number * 37 % 10),
            )
        })
        .collect();
    insert(&*store, &accounts).await;
    insert(&*store, &[account(other, 500, Platform::Telegram, "Bot altrove")]).await;
    for column in SortColumn::ALL {
        let sort = AccountSort {
            column,
            direction: Direction::Descending,
        };
        let mut listed = Vec::new();
        for (number, rows) in [(1, 50), (2, 50), (3, 20)] {
            let page = page(
                &*store,
                site,
                &AccountFilter {
                    sort,
                    page: number,
                    ..AccountFilter::default()
                },
            )
            .await;
            assert_eq!((page.rows.len(), page.matching, page.total), (rows, 120, 120));
            listed.extend(page.rows.into_iter().map(|row| row.account));
        }
        assert_eq!(listed, sorted(accounts.clone(), sort), "{column:?}");
    }
    // A search has pages of its own.
    let second = page(
        &*store,
        site,
        &AccountFilter {
            page: 2,
            ..search("bot")
        },
    )
    .await;
    assert_eq!(
        (second.rows.len(), second.matching, second.total),
        (PAGE_SIZE as usize, 120, 120)
    );
    let few = page(&*store, site, &search("bot 3")).await;
    assert_eq!((few.rows.len(), few.matching, few.total), (12, 12, 120));
}

pub async fn a_page_past_the_end_is_empty_but_counts(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    insert(&*store, &described(site, &["a", "b", "c"])).await;
    for number in [2, 1_000_000, u32::MAX] {
        let page = page(
            &*store,
            site,
            &AccountFilter {
                page: number,
                ..search("a")
            },
        )
        .await;
        // Every one of them is an ActiveCampaign account.
        assert_eq!(
            page,
            AccountPage {
                rows: Vec::new(),
                matching: 3,
                total: 3,
                attention: 0
            }
        );
    }
}

pub async fn a_search_finds_the_new_words_of_a_changed_account(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let before = account(site, 1, Platform::Telegram, "Vecchio");
    insert(&*store, std::slice::from_ref(&before)).await;
    let after = next(&before, |account| {
        account.description = "Nuovo".parse().unwrap();
        account.settings = settings(Platform::Telegram, &[("bot_username", "cambiato_bot")]);
    });
    store
        .write_accounts(site, vec![updated(&before, &after)], Vec::new())
        .await
        .unwrap();
    assert_eq!(
        found(&*store, site, &search("vecchio")).await,
        Vec::<String>::new()
    );
    assert_eq!(
        found(&*store, site, &search("negozio_bot")).await,
        Vec::<String>::new()
    );
    assert_eq!(found(&*store, site, &search("nuovo")).await, ["Nuovo"]);
    assert_eq!(found(&*store, site, &search("cambiato")).await, ["Nuovo"]);
    store
        .write_accounts(site, vec![switched(&after, true)], Vec::new())
        .await
        .unwrap();
    assert!(stored(&*store, &after).await.active);
    assert_eq!(
        found(
            &*store,
            site,
            &AccountFilter {
                active: Some(true),
                ..search("nuovo")
            }
        )
        .await,
        ["Nuovo"]
    );
}
