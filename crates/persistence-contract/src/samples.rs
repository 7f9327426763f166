//! Sites, accounts and writes to test with, all made by the domain's own rules.

use domain::{
    Account, AccountChange, AccountCheck, AccountId, ChangeKind, Fault, LogAccount, LogEntry, LogId, LogKind,
    LogMessage, LogPlace, Platform, SecretChange, SecretState, Settings, Site, SiteId, SiteLists, Step,
    StepKind, StepState, Submission, TestReport, Timestamp, User, UserId, Version,
};
use persistence::{AccountWrite, LogQuery, SealedSecret, Store, StoreError};
use uuid::Uuid;

/// The day of every form.
const TODAY: &str = "2026-11-23";
/// Who does everything.
pub const ADA: &str = "ada";

/// Text that nothing may take for markup, a statement, a pattern or a path.
pub const HOSTILE: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'; drop table accounts; --",
    "%' or '1'='1",
    "$1 ?1 :name @p {0}",
    "${7*7}{{7*7}}",
    "../../etc/passwd",
    "100% _ \\ \\\\ done",
    "Καλημέρα 你好 🛒👩‍👩‍👧 e\u{301} \u{10ffff}",
    "&lt;b&gt; &amp;",
    "=cmd|' /C calc'!A0",
    "{\"a\": [\"\\u0000\"]}",
];

/// The site with this number.
pub fn site_id(number: u128) -> SiteId {
    SiteId::new(Uuid::from_u128(number))
}

/// The account with this number; larger numbers are larger ids.
pub fn account_id(number: u128) -> AccountId {
    AccountId::new(Uuid::from_u128(number))
}

/// What the sites offer.
fn lists() -> SiteLists {
    SiteLists::parse("it, en, pt-BR", "EUR, USD").unwrap()
}

/// A site.
pub fn site(number: u128) -> Site {
    Site {
        id: site_id(number),
        name: format!("Negozio {number}").parse().unwrap(),
        url: format!("https://www{number}.example.com").parse().unwrap(),
        lists: lists(),
        time_zone: "Europe/Rome".parse().unwrap(),
    }
}

/// The user with this number and name.
pub fn user(number: u128, name: &str) -> User {
    User {
        id: UserId::new(Uuid::from_u128(number)),
        name: name.parse().unwrap(),
    }
}

/// Adds sites 1 and 2.
pub async fn insert_sites(store: &dyn Store) -> (SiteId, SiteId) {
    for number in [1, 2] {
        assert!(
            store
                .insert_site(&site(number), Timestamp::from_ms(1000), false)
                .await
                .unwrap()
        );
    }
    (site_id(1), site_id(2))
}

/// The settings of a form that can be saved; `changes` win over what it holds.
pub fn settings(platform: Platform, changes: &[(&str, &str)]) -> Settings {
    let own: &[(&str, &str)] = match platform {
        Platform::ActiveCampaign => &[
            ("api_url", "https://shop.api-us1.com"),
            ("api_key", "0123456789abcdef0123456789abcdef"),
            ("orders_enabled", "on"),
        ],
        Platform::Clerk => &[
            ("public_key", "abcdefghijklmnopqrstuvwxyz012345"),
            ("private_key", "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-0123"),
            ("api_base_url", "https://api.clerk.io/v2"),
            ("language", "it"),
            ("currency", "EUR"),
            (
                "tracking_snippet",
                "Clerk('config', {key: '{clerk_public_key}'});\n\t// «così» 🛒\r\n",
            ),
            ("visitor_mode", "auto"),
            ("discount_class", "Listino web"),
            ("optout_attribute", "no_tracking"),
            ("orders_feed_from", "2025-01-31"),
            ("customer_filter", "attivo = 1"),
            ("product_filter", "prezzo > 0"),
            ("feed_orders_auto", "on"),
        ],
        Platform::WaSmartBusiness => &[
            ("transport", "wa_smart_business"),
            ("gateway_url", "https://gateway.example.com/wa"),
            ("access_token", "EAAG_0123456789.abcdef|x"),
            ("cart_delay_hours", "3"),
        ],
        Platform::Telegram => &[
            ("bot_token", "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"),
            ("bot_username", "negozio_bot"),
            ("api_base_url", "https://api.telegram.org"),
            ("cart_delay_hours", "24"),
            ("link_method", "deep_link"),
        ],
    };
    let pairs = [("description", "Negozio")]
        .into_iter()
        .chain(own.iter().copied())
        .chain(changes.iter().copied());
    let lists = lists();
    Submission::from_pairs(platform, pairs, &lists, false)
        .check(&lists, TODAY, &[])
        .unwrap()
        .settings
}

/// An inactive account without secrets.
pub fn account(site: SiteId, number: u128, platform: Platform, description: &str) -> Account {
    Account {
        id: account_id(number),
        site_id: site,
        description: description.parse().unwrap(),
        settings: settings(platform, &[]),
        active: false,
        version: Version::FIRST,
        settings_version: Version::FIRST,
        created_at: Timestamp::from_ms(1_700_000_000_000),
        updated_at: Timestamp::from_ms(1_700_000_000_000),
        updated_by: ADA.to_owned(),
        secrets: Vec::new(),
    }
}

/// An inactive Clerk.io account of a language.
pub fn clerk(site: SiteId, number: u128, language: &str, is_default: bool) -> Account {
    let mark = if is_default { "true" } else { "false" };
    let mut account = account(site, number, Platform::Clerk, &format!("Clerk {number}"));
    account.settings = settings(
        Platform::Clerk,
        &[("language", language), ("is_default_account", mark)],
    );
    account
}

/// The same account, active.
pub fn active(mut account: Account) -> Account {
    account.active = true;
    account
}

/// A sealed secret for a field of `account`.
pub fn secret(account: &Account, field: &str, key_id: &str, sealed: &[u8]) -> SealedSecret {
    let state = SecretState {
        field: field.to_owned(),
        host: account.settings.host(),
        key_id: key_id.to_owned(),
        set_at: Timestamp::from_ms(1_700_000_000_123),
        set_by: ADA.to_owned(),
    };
    SealedSecret {
        state,
        sealed: sealed.to_vec(),
    }
}

/// What is recorded of a save.
pub fn change(
    before: Option<&Account>,
    after: &Account,
    kind: ChangeKind,
    secrets: Vec<SecretChange>,
) -> AccountChange {
    AccountChange {
        account_id: after.id,
        version: after.version,
        kind,
        at: after.updated_at,
        by: after.updated_by.clone(),
        fields: AccountChange::fields_between(before, after),
        secrets,
    }
}

/// The write of a new account.
pub fn created(account: &Account, secrets: &[SealedSecret]) -> AccountWrite {
    let noted = secrets
        .iter()
        .map(|secret| SecretChange {
            field: secret.state.field.clone(),
            removed: false,
        })
        .collect();
    AccountWrite::Insert {
        account: Box::new(account.clone()),
        secrets: secrets.to_vec(),
        change: change(None, account, ChangeKind::Created, noted),
    }
}

/// The next state of an account, a second later.
pub fn next(before: &Account, edit: impl FnOnce(&mut Account)) -> Account {
    let mut after = before.clone();
    edit(&mut after);
    after.version = before.version.next();
    after.updated_at = before.updated_at.plus_seconds(1);
    after
}

/// The write of a new state without a change of secrets.
pub fn updated(before: &Account, after: &Account) -> AccountWrite {
    let kind = match (before.active, after.active) {
        (false, true) => ChangeKind::Activated,
        (true, false) => ChangeKind::Deactivated,
        _ => ChangeKind::Edited,
    };
    AccountWrite::Update {
        account: Box::new(after.clone()),
        expected: before.version,
        secrets: Vec::new(),
        removed: Vec::new(),
        change: change(Some(before), after, kind, Vec::new()),
    }
}

/// The write that switches an account on or off.
pub fn switched(before: &Account, active: bool) -> AccountWrite {
    updated(before, &next(before, |account| account.active = active))
}

/// The write that removes an account.
pub fn removed(account: &Account) -> AccountWrite {
    AccountWrite::Remove {
        id: account.id,
        expected: account.version,
    }
}

/// Adds accounts without secrets, in one list.
pub async fn insert(store: &dyn Store, accounts: &[Account]) {
    let site = accounts[0].site_id;
    store
        .write_accounts(
            site,
            accounts.iter().map(|account| created(account, &[])).collect(),
            Vec::new(),
        )
        .await
        .unwrap();
}

/// The account as the store has it.
pub async fn stored(store: &dyn Store, account: &Account) -> Account {
    store
        .find_account(account.site_id, account.id)
        .await
        .unwrap()
        .unwrap()
}

/// The account that a refused write named as changed meanwhile.
pub fn conflict(result: Result<(), StoreError>) -> AccountId {
    match result {
        Err(StoreError::VersionConflict { account }) => account,
        other => panic!("expected a version conflict, got {other:?}"),
    }
}

/// The account that found its slot taken.
pub fn taken(result: Result<(), StoreError>) -> AccountId {
    match result {
        Err(StoreError::SlotTaken { account, .. }) => account,
        other => panic!("expected a taken slot, got {other:?}"),
    }
}

/// The id of the entry with this number of those of a millisecond; larger numbers are larger ids.
pub fn log_id(ms: i64, number: u64) -> LogId {
    let first = uuid::Builder::from_unix_timestamp_millis(ms.unsigned_abs(), &[0; 10]).into_uuid();
    LogId::new(Uuid::from_u128(first.as_u128() + u128::from(number)))
}

/// An entry about nothing but the site.
pub fn entry(site: SiteId, ms: i64, number: u64, kind: LogKind) -> LogEntry {
    LogEntry {
        id: log_id(ms, number),
        site_id: site,
        at: Timestamp::from_ms(ms),
        account: None,
        by: None,
        message: LogMessage::new(kind),
    }
}

/// An entry about an account, as it is called now.
pub fn entry_about(account: &Account, ms: i64, number: u64, kind: LogKind) -> LogEntry {
    LogEntry {
        account: Some(LogAccount {
            id: account.id,
            description: account.description.to_string(),
            platform: account.platform(),
        }),
        by: Some(ADA.to_owned()),
        ..entry(account.site_id, ms, number, kind)
    }
}

/// The whole log of a site, newest first.
pub fn whole_log(site: SiteId) -> LogQuery {
    LogQuery {
        site,
        kinds: None,
        accounts: None,
        from: None,
        before: None,
        place: LogPlace::Newest,
        limit: 1000,
    }
}

/// The report of a test that ended at `ms`.
pub fn report(ms: i64, fault: Option<Fault>) -> TestReport {
    let state = if fault.is_some() {
        StepState::Failed
    } else {
        StepState::Passed
    };
    TestReport {
        at: Timestamp::from_ms(ms),
        ms: 120,
        steps: vec![Step {
            kind: StepKind::Credentials,
            state,
            ms: 100,
        }],
        identity: Vec::new(),
        fault,
        exchanges: Vec::new(),
    }
}

/// The first test of an account's present settings.
pub fn check(account: &Account, ms: i64, fault: Option<Fault>) -> AccountCheck {
    AccountCheck::after(None, account.id, account.settings_version, report(ms, fault))
}

/// Records a test of an account; answers whether it was.
pub async fn record(store: &dyn Store, account: &Account, check: &AccountCheck) -> bool {
    let host = account.settings.host();
    store
        .record_check(account.site_id, check, host.as_str(), Vec::new())
        .await
        .unwrap()
}
