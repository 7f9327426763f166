//! The last tests of accounts, and when the next are due.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::{
    Account, AccountCheck, AccountFilter, AccountId, Contact, Exchange, Fact, FactKind, Fault, LogKind,
    Platform, SiteId, Timestamp, Verdict, Version,
};
use persistence::{AccountRow, CheckSummary, Store};

use crate::race::race;
use crate::samples::{
    HOSTILE, account, active, check, entry_about, insert, insert_sites, next, record, removed, report,
    settings, site, site_id, switched, updated, whole_log,
};

/// When the tests are made.
const AT: i64 = 1_700_000_000_000;

const fn rejected() -> Fault {
    Fault::CredentialsRejected { code: 401 }
}

fn silent(host: &str) -> Fault {
    Fault::ConnectTimedOut {
        host: host.to_owned(),
    }
}

fn retested(before: &AccountCheck, ms: i64, fault: Option<Fault>) -> AccountCheck {
    AccountCheck::after(
        Some(before),
        before.account_id,
        before.settings_version,
        report(ms, fault),
    )
}

async fn found(store: &dyn Store, account: &Account) -> Option<AccountCheck> {
    store.find_check(account.site_id, account.id).await.unwrap()
}

async fn row(store: &dyn Store, account: &Account) -> AccountRow {
    let page = store
        .list_accounts(account.site_id, &AccountFilter::default())
        .await
        .unwrap();
    page.rows
        .into_iter()
        .find(|row| row.account.id == account.id)
        .unwrap()
}

pub async fn a_check_comes_back_as_it_was(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let bot = account(site, 1, Platform::Telegram, "Bot");
    insert(&*store, std::slice::from_ref(&bot)).await;
    assert_eq!(found(&*store, &bot).await, None);
    let mut told = report(AT, Some(rejected()));
    for text in HOSTILE.into_iter().chain(["\0 zero", ""]) {
        told.identity.push(Fact {
            kind: FactKind::Bot,
            value: text.to_owned(),
        });
        told.exchanges.push(Exchange {
            method: "GET".to_owned(),
            url: text.to_owned(),
            sent: text.to_owned(),
            status: Some(401),
            request_id: Some(text.to_owned()),
            body: text.to_owned(),
        });
    }
    let first = AccountCheck::after(None, bot.id, bot.settings_version, told);
    assert!(record(&*store, &bot, &first).await);
    assert_eq!(found(&*store, &bot).await, Some(first.clone()));
    let second = retested(&first, AT + 5000, None);
    assert!(record(&*store, &bot, &second).await);
    assert_eq!(found(&*store, &bot).await, Some(second));
}

pub async fn a_check_belongs_to_its_account_and_site(store: Arc<dyn Store>) {
    let (site, other) = insert_sites(&*store).await;
    let accounts = [
        account(site, 1, Platform::Telegram, "Uno"),
        account(site, 2, Platform::Telegram, "Due"),
    ];
    insert(&*store, &accounts).await;
    let good = check(&accounts[0], AT, None);
    let entry = entry_about(&accounts[0], AT, 1, LogKind::TestPassed);
    let elsewhere = persistence::Inconsistency::new("log", "site_id", entry.id, "another site").to_string();
    match store.record_check(other, &good, "host", vec![entry]).await {
        Err(persistence::StoreError::Inconsistent(wrong)) => assert_eq!(wrong.to_string(), elsewhere),
        result => panic!("{result:?}"),
    }
    assert!(
        !store
            .record_check(other, &good, "host", Vec::new())
            .await
            .unwrap()
    );
    assert_eq!(found(&*store, &accounts[0]).await, None);

    assert!(record(&*store, &accounts[0], &good).await);
    assert_eq!(found(&*store, &accounts[0]).await, Some(good));
    assert_eq!(found(&*store, &accounts[1]).await, None);
    assert_eq!(store.find_check(other, accounts[0].id).await.unwrap(), None);
}

pub async fn what_is_newer_is_not_replaced(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let bot = account(site, 1, Platform::Telegram, "Bot");
    insert(&*store, std::slice::from_ref(&bot)).await;
    let of = |version: u32, ms: i64, fault| {
        AccountCheck::after(
            None,
            bot.id,
            Version::from_number(version).unwrap(),
            report(ms, fault),
        )
    };
    for (number, (check, is_newer)) in (1_u64..).zip([
        (of(3, AT, None), true),
        // Older settings, however late the report.
        (of(2, AT + 9000, Some(rejected())), false),
        // An older report on the same settings.
        (of(3, AT - 1, Some(rejected())), false),
        // Just as old: the last word counts.
        (of(3, AT, Some(rejected())), true),
        (of(3, AT + 1, None), true),
        // Newer settings, by whatever clock.
        (of(4, AT - 5000, Some(rejected())), true),
        (of(3, AT + 2, None), false),
    ]) {
        let before = found(&*store, &bot).await;
        let entry = entry_about(&bot, AT, number, LogKind::TestFailed);
        let recorded = store
            .record_check(site, &check, "api.telegram.org", vec![entry.clone()])
            .await
            .unwrap();
        assert_eq!(recorded, is_newer, "{number}");
        let expected = if is_newer { Some(check) } else { before };
        assert_eq!(found(&*store, &bot).await, expected, "{number}");
        let log = store.list_log(&whole_log(site)).await.unwrap();
        assert_eq!(log.contains(&entry), is_newer, "{number}");
    }
}

pub async fn twenty_reports_at_once_leave_the_latest(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let bot = account(site, 1, Platform::Telegram, "Bot");
    insert(&*store, std::slice::from_ref(&bot)).await;
    let results = race(20, |racer| {
        let (store, bot) = (Arc::clone(&store), bot.clone());
        async move {
            let number = racer as u64;
            let ms = AT + i64::try_from(racer * 7 % 20).unwrap();
            let entry = entry_about(&bot, ms, number, LogKind::TestPassed);
            store
                .record_check(site, &check(&bot, ms, None), "host", vec![entry])
                .await
                .unwrap()
        }
    })
    .await;
    assert_eq!(found(&*store, &bot).await, Some(check(&bot, AT + 19, None)));
    let log = store.list_log(&whole_log(site)).await.unwrap();
    assert_eq!(
        log.len(),
        results.into_iter().filter(|recorded| *recorded).count()
    );
}

pub async fn a_check_and_its_entries_are_written_together(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let bot = account(site, 1, Platform::Telegram, "Bot");
    insert(&*store, std::slice::from_ref(&bot)).await;
    let first = entry_about(&bot, AT, 1, LogKind::TestPassed);
    let good = check(&bot, AT, None);
    store
        .record_check(site, &good, "host", vec![first.clone()])
        .await
        .unwrap();
    // The second of them has an id that is taken.
    let entries = vec![entry_about(&bot, AT, 2, LogKind::TestFailed), first.clone()];
    let bad = check(&bot, AT + 1, Some(rejected()));
    assert!(store.record_check(site, &bad, "host", entries).await.is_err());
    assert_eq!(found(&*store, &bot).await, Some(good));
    assert_eq!(store.list_log(&whole_log(site)).await.unwrap(), [first]);
}

pub async fn a_removed_account_takes_its_check_along_and_leaves_its_log(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let bot = active(account(site, 1, Platform::Telegram, "Bot"));
    insert(&*store, std::slice::from_ref(&bot)).await;
    let bad = check(&bot, AT, Some(rejected()));
    assert!(record(&*store, &bot, &bad).await);
    let gone = entry_about(&bot, AT, 1, LogKind::AccountDeleted);
    store
        .write_accounts(site, vec![removed(&bot)], vec![gone.clone()])
        .await
        .unwrap();
    assert_eq!(found(&*store, &bot).await, None);
    assert_eq!(store.count_contact(site).await.unwrap(), Contact::default());
    assert_eq!(
        store.list_log(&whole_log(site)).await.unwrap(),
        std::slice::from_ref(&gone)
    );

    // A test that ends only now comes to nothing, and so does what it would say.
    let late = entry_about(&bot, AT + 1, 1, LogKind::TestFailed);
    let recorded = store.record_check(site, &bad, "host", vec![late]).await.unwrap();
    assert!(!recorded);
    assert_eq!(store.list_log(&whole_log(site)).await.unwrap(), [gone]);
    // Nothing comes back with an account of the same id, either.
    insert(&*store, std::slice::from_ref(&bot)).await;
    assert_eq!(found(&*store, &bot).await, None);
}

/// Active accounts on sites 1 to `sites`, two on each, with even numbers and the odd ones after them.
async fn insert_active(store: &dyn Store, sites: u128) -> Vec<Account> {
    let mut accounts = Vec::new();
    for number in 1..=sites {
        store
            .insert_site(&site(number), Timestamp::from_ms(1000), false)
            .await
            .unwrap();
        let own = [
            active(account(site_id(number), 2 * number, Platform::Telegram, "Bot")),
            active(account(
                site_id(number),
                2 * number + 1,
                Platform::ActiveCampaign,
                "Posta",
            )),
        ];
        insert(store, &own).await;
        accounts.extend(own);
    }
    accounts
}

async fn claimed(store: &dyn Store, now: i64, next: i64, limit: u32) -> Vec<AccountId> {
    let claimed = store
        .claim_due_checks(Timestamp::from_ms(now), Timestamp::from_ms(next), limit)
        .await
        .unwrap();
    claimed.into_iter().map(|(_, id)| id).collect()
}

pub async fn twenty_claimers_hand_out_each_account_once(store: Arc<dyn Store>) {
    let accounts = insert_active(&*store, 30).await;
    let results = race(20, |_| {
        let store = Arc::clone(&store);
        async move {
            let mut own = Vec::new();
            loop {
                let claimed = store
                    .claim_due_checks(Timestamp::from_ms(AT), Timestamp::from_ms(AT + 60_000), 2)
                    .await
                    .unwrap();
                if claimed.is_empty() {
                    return own;
                }
                assert!(claimed.len() <= 2);
                own.extend(claimed);
            }
        }
    })
    .await;
    let handed_out: Vec<(SiteId, AccountId)> = results.into_iter().flatten().collect();
    assert_eq!(handed_out.len(), accounts.len());
    let once: BTreeSet<_> = handed_out.into_iter().collect();
    let expected: BTreeSet<_> = accounts
        .iter()
        .map(|account| (account.site_id, account.id))
        .collect();
    assert_eq!(once, expected);
}

pub async fn checks_are_handed_out_when_they_are_due(store: Arc<dyn Store>) {
    let accounts = insert_active(&*store, 3).await;
    let off = account(site_id(1), 90, Platform::Telegram, "Spento");
    insert(&*store, std::slice::from_ref(&off)).await;
    let ids: Vec<AccountId> = accounts.iter().map(|account| account.id).collect();
    assert_eq!(claimed(&*store, AT, AT + 300, 0).await, []);
    assert_eq!(claimed(&*store, AT, AT + 300, 2).await, ids[..2]);
    assert_eq!(claimed(&*store, AT, AT + 200, 1).await, ids[2..3]);
    assert_eq!(claimed(&*store, AT, AT + 100, 50).await, ids[3..]);
    assert_eq!(claimed(&*store, AT + 99, AT + 1000, 50).await, []);
    // Those that have waited longest come first.
    let waited = [&ids[3..], &ids[2..3], &ids[..2]].concat();
    assert_eq!(claimed(&*store, AT + 300, AT + 1000, 50).await, waited);
    assert_eq!(claimed(&*store, AT + 999, AT + 2000, 50).await, []);
    assert_eq!(claimed(&*store, AT + 1000, AT + 2000, 50).await, ids);
    // Whoever was handed out has changed in nothing else.
    for account in accounts {
        assert_eq!(crate::samples::stored(&*store, &account).await, account);
    }
}

pub async fn new_settings_and_activation_make_a_check_due_at_once(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let first = active(account(site, 1, Platform::Telegram, "Bot"));
    insert(&*store, std::slice::from_ref(&first)).await;
    assert_eq!(claimed(&*store, AT, AT + 1000, 9).await, [first.id]);
    let write = async |write| {
        store.write_accounts(site, vec![write], Vec::new()).await.unwrap();
        claimed(&*store, AT, AT + 1000, 9).await
    };

    let renamed = next(&first, |account| account.description = "Bot 2".parse().unwrap());
    assert_eq!(write(updated(&first, &renamed)).await, []);
    let changed = next(&renamed, |account| {
        account.settings = settings(Platform::Telegram, &[("bot_username", "altro_bot")]);
        account.settings_version = renamed.version.next();
    });
    assert_eq!(write(updated(&renamed, &changed)).await, [first.id]);
    assert_eq!(
        crate::samples::stored(&*store, &changed).await.settings_version,
        changed.version
    );
    let off = next(&changed, |account| account.active = false);
    assert_eq!(write(updated(&changed, &off)).await, []);
    assert_eq!(write(switched(&off, true)).await, [first.id]);
}

pub async fn the_list_shows_the_last_check_of_each_account(store: Arc<dyn Store>) {
    let (site, _) = insert_sites(&*store).await;
    let bot = account(site, 1, Platform::Telegram, "Bot");
    let mail = account(site, 2, Platform::ActiveCampaign, "Posta");
    insert(&*store, &[bot.clone(), mail.clone()]).await;
    let first = check(&bot, AT, Some(rejected()));
    assert!(record(&*store, &bot, &first).await);
    // A silence says nothing about the credentials.
    let second = retested(&first, AT + 7, Some(silent("api.telegram.org")));
    assert!(record(&*store, &bot, &second).await);
    assert_eq!(
        row(&*store, &bot).await.check,
        Some(CheckSummary {
            settings_version: bot.settings_version,
            verdict: Verdict::CredentialsRejected,
            since: Timestamp::from_ms(AT),
            at: Timestamp::from_ms(AT + 7),
            fault: Some(silent("api.telegram.org")),
        })
    );
    assert_eq!(row(&*store, &mail).await.check, None);
    assert!(record(&*store, &mail, &check(&mail, AT, None)).await);
    let good = row(&*store, &mail).await.check.unwrap();
    assert_eq!((good.verdict, good.fault), (Verdict::Works, None));
}

pub async fn attention_goes_to_active_accounts_whose_present_settings_fail(store: Arc<dyn Store>) {
    let (site, other) = insert_sites(&*store).await;
    let bot = active(account(site, 1, Platform::Telegram, "Bot"));
    let mail = active(account(site, 2, Platform::ActiveCampaign, "Posta"));
    let good = active(account(site, 3, Platform::Clerk, "Ricerca"));
    let untested = active(account(site, 4, Platform::WaSmartBusiness, "Messaggi"));
    let off = account(site, 5, Platform::Telegram, "Spento");
    insert(
        &*store,
        &[bot.clone(), mail.clone(), good.clone(), untested, off.clone()],
    )
    .await;
    let elsewhere = active(account(other, 6, Platform::Telegram, "Altrove"));
    insert(&*store, std::slice::from_ref(&elsewhere)).await;
    for (account, fault) in [
        (&bot, Some(rejected())),
        (&mail, Some(silent("shop.api-us1.com"))),
        (&good, None),
        (&off, Some(rejected())),
        (&elsewhere, Some(rejected())),
    ] {
        assert!(record(&*store, account, &check(account, AT, fault)).await);
    }
    let attention = AccountFilter {
        attention: true,
        ..AccountFilter::default()
    };
    let listed = async |filter: &AccountFilter| {
        let page = store.list_accounts(site, filter).await.unwrap();
        assert_eq!(page.matching, page.rows.len() as u64);
        assert_eq!(page.total, 5);
        let names: Vec<String> = page
            .rows
            .iter()
            .map(|row| row.account.description.to_string())
            .collect();
        (names, page.attention)
    };
    assert_eq!(
        listed(&attention).await,
        (vec!["Bot".to_owned(), "Posta".to_owned()], 2)
    );
    assert_eq!(listed(&AccountFilter::default()).await.1, 2);
    let telegram = AccountFilter {
        platform: Some(Platform::Telegram),
        ..attention.clone()
    };
    assert_eq!(listed(&telegram).await, (vec!["Bot".to_owned()], 2));

    // What was found out about other settings says nothing about these.
    let changed = next(&bot, |account| account.settings_version = bot.version.next());
    let writes = vec![updated(&bot, &changed), switched(&mail, false)];
    store.write_accounts(site, writes, Vec::new()).await.unwrap();
    assert_eq!(listed(&attention).await, (Vec::new(), 0));
    assert!(record(&*store, &changed, &check(&changed, AT, Some(rejected()))).await);
    assert_eq!(listed(&attention).await, (vec!["Bot".to_owned()], 1));
}

pub async fn contact_is_counted_among_active_accounts_with_a_present_test(store: Arc<dyn Store>) {
    let (site, other) = insert_sites(&*store).await;
    let counted = async || {
        let contact = store.count_contact(site).await.unwrap();
        (contact.tested, contact.without, contact.hosts)
    };
    assert_eq!(counted().await, (0, 0, 0));
    let bot = active(account(site, 1, Platform::Telegram, "Bot"));
    let mail = active(account(site, 2, Platform::ActiveCampaign, "Posta"));
    let search = active(account(site, 3, Platform::Clerk, "Ricerca"));
    let off = account(site, 4, Platform::Telegram, "Spento");
    insert(&*store, &[bot.clone(), mail.clone(), search.clone(), off.clone()]).await;
    let elsewhere = active(account(other, 5, Platform::Telegram, "Altrove"));
    insert(&*store, std::slice::from_ref(&elsewhere)).await;
    assert_eq!(counted().await, (0, 0, 0));
    let test = async |account: &Account, ms, host: &str, fault| {
        let check = check(account, ms, fault);
        assert!(
            store
                .record_check(account.site_id, &check, host, Vec::new())
                .await
                .unwrap()
        );
        counted().await
    };
    assert_eq!(test(&bot, AT, "a", Some(silent("a"))).await, (1, 1, 1));
    assert_eq!(test(&mail, AT, "a", Some(silent("a"))).await, (2, 2, 1));
    // It was reached, and refused.
    assert_eq!(test(&search, AT, "c", Some(rejected())).await, (3, 2, 1));
    assert_eq!(test(&search, AT + 1, "c", Some(silent("c"))).await, (3, 3, 2));
    assert_eq!(test(&off, AT, "d", Some(silent("d"))).await, (3, 3, 2));
    assert_eq!(test(&elsewhere, AT, "e", Some(silent("e"))).await, (3, 3, 2));
    assert_eq!(test(&bot, AT + 1, "a", None).await, (3, 2, 2));
    // Settings that nobody has tested count for nothing.
    let changed = next(&mail, |account| account.settings_version = mail.version.next());
    let writes = vec![updated(&mail, &changed)];
    store.write_accounts(site, writes, Vec::new()).await.unwrap();
    assert_eq!(counted().await, (2, 1, 1));
    assert_eq!(store.list_log(&whole_log(site)).await.unwrap(), []);
}
