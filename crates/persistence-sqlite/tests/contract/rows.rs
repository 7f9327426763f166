//! What the rows hold, past the program's own rules.

use domain::{AccountFilter, DeliveryState, Fault, FaultClass, LogKind, Platform, Timestamp};
use persistence::{Admission, Draft, Session, StoreError};
use persistence_contract::queue::{
    accept, claim, delivery_id, end, event_id, finish, finish_one, insert_accounts, order, whole,
};
use persistence_contract::samples::{
    account, check, created, entry_about, insert, insert_sites, record, secret, settings, user, whole_log,
};

use crate::support::{AT, Database, open};

/// Where an unreadable value is said to be.
fn place<T: std::fmt::Debug>(result: Result<T, StoreError>) -> (&'static str, &'static str, String) {
    match result {
        Err(StoreError::Inconsistent(wrong)) => (wrong.table, wrong.column, wrong.row),
        other => panic!("expected an inconsistency, got {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_that_cannot_be_read_are_inconsistent() {
    let database = Database::new();
    let store = open(&database).await;
    let (site, _) = insert_sites(&*store).await;
    let bot = account(site, 1, Platform::Telegram, "Bot");
    let token = secret(&bot, "bot_token", "key", b"sealed");
    store
        .write_accounts(site, vec![created(&bot, &[token])], Vec::new())
        .await
        .unwrap();
    database
        .execute("create table kept as select * from accounts")
        .await;
    for (statement, column) in [
        (
            "update accounts set settings = '{\"bot_username\": 1}'",
            "settings",
        ),
        (
            "update accounts set settings = '{\"bot_username\": \"not a bot\"}'",
            "settings",
        ),
        (
            "update accounts set settings = cast(x'7b2261223a22ff227d' as text)",
            "settings",
        ),
        ("update accounts set description = ''", "description"),
        (
            "update accounts set description = cast(x'ff' as text)",
            "description",
        ),
        (
            "update accounts set updated_by = cast(x'ff' as text)",
            "updated_by",
        ),
        ("update accounts set version = 5000000000", "version"),
        (
            "update accounts set settings_version = 5000000000",
            "settings_version",
        ),
    ] {
        database.execute(statement).await;
        let expected = ("accounts", column, bot.id.to_string());
        assert_eq!(
            place(store.find_account(site, bot.id).await),
            expected,
            "{statement}"
        );
        let listed = store.list_accounts(site, &AccountFilter::default()).await;
        assert_eq!(place(listed), expected, "{statement}");
        database
            .execute(
                "update accounts set (settings, description, updated_by, version, settings_version) =
                     (select settings, description, updated_by, version, settings_version from kept)",
            )
            .await;
        store.find_account(site, bot.id).await.unwrap().unwrap();
    }

    database
        .execute("update account_secrets set host = cast(x'ff' as text)")
        .await;
    let expected = ("account_secrets", "host", bot.id.to_string());
    assert_eq!(place(store.find_account(site, bot.id).await), expected);
    assert_eq!(place(store.list_secrets(site, bot.id).await), expected);

    for (statement, column) in [
        (
            "update account_changes set changed_by = cast(x'ff' as text)",
            "changed_by",
        ),
        ("update account_changes set secrets = '[{}]'", "secrets"),
        ("update account_changes set fields = '[1]'", "fields"),
    ] {
        database.execute(statement).await;
        let listed = store.list_changes(site, bot.id, None).await;
        assert_eq!(place(listed), ("account_changes", column, bot.id.to_string()));
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_and_entries_that_cannot_be_read_are_inconsistent() {
    let database = Database::new();
    let store = open(&database).await;
    let (site, _) = insert_sites(&*store).await;
    let bot = account(site, 1, Platform::Telegram, "Bot");
    insert(&*store, std::slice::from_ref(&bot)).await;
    let fault = Fault::CredentialsRejected { code: 401 };
    for (statement, column) in [
        (
            "update account_checks set settings_version = 5000000000",
            "settings_version",
        ),
        ("update account_checks set report = '{}'", "report"),
        ("update account_checks set fault = '1'", "fault"),
    ] {
        database.execute("delete from account_checks").await;
        assert!(record(&*store, &bot, &check(&bot, AT.ms(), Some(fault.clone()))).await);
        store.find_check(site, bot.id).await.unwrap().unwrap();
        database.execute(statement).await;
        let expected = ("account_checks", column, bot.id.to_string());
        if column != "fault" {
            assert_eq!(place(store.find_check(site, bot.id).await), expected);
        }
        if column != "report" {
            let listed = store.list_accounts(site, &AccountFilter::default()).await;
            assert_eq!(place(listed), expected);
        }
    }

    let told = entry_about(&bot, AT.ms(), 1, LogKind::TestFailed);
    store.append_log(vec![told.clone()]).await.unwrap();
    for (statement, column) in [
        ("update log set message = '{\"kind\": \"unheard_of\"}'", "message"),
        ("update log set message = '{\"kind\": \"recovered\"}'", "kind"),
        (
            "update log set message = '{\"kind\": \"test_failed\"}', platform = 'unheard_of'",
            "platform",
        ),
    ] {
        database.execute(statement).await;
        let listed = store.list_log(&whole_log(site)).await;
        assert_eq!(place(listed), ("log", column, told.id.to_string()), "{statement}");
    }
    database
        .execute("update log_accounts set platform = 'unheard_of'")
        .await;
    let listed = store.list_log_accounts(site, "", 9).await;
    assert_eq!(place(listed), ("log_accounts", "platform", bot.id.to_string()));
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_and_deliveries_that_cannot_be_read_are_inconsistent() {
    let database = Database::new();
    let store = open(&database).await;
    let (site, [mail, _]) = insert_accounts(&*store).await;
    accept(&*store, site, &[order(1), order(2)]).await;
    let claimed = claim(&*store, mail.id, 1, 1, 0).await;
    let refused = finish(
        &claimed[0],
        2,
        Some(FaultClass::Payload),
        end(DeliveryState::Refused),
    );
    finish_one(&*store, refused).await;
    database
        .execute("create table kept_deliveries as select * from deliveries")
        .await;
    let id = delivery_id(1, &mail);
    for (statement, column) in [
        (
            "update deliveries set class = 'unheard_of' where stage = 12",
            "class",
        ),
        (
            "update deliveries set attempts = 5000000000 where stage = 12",
            "attempts",
        ),
        ("update deliveries set last_ms = -1 where stage = 12", "last_ms"),
        (
            "update deliveries set stage = 11, reason = 'unheard_of' where stage = 12",
            "reason",
        ),
    ] {
        database.execute(statement).await;
        let expected = ("deliveries", column, id.to_string());
        assert_eq!(place(store.list_deliveries(&whole(site)).await), expected);
        assert_eq!(place(store.find_delivery(site, id).await), expected);
        if column == "class" {
            assert_eq!(place(store.list_failure_groups(site, 9).await), expected);
        }
        database.execute("delete from deliveries").await;
        database
            .execute("insert into deliveries select * from kept_deliveries")
            .await;
        assert_eq!(store.list_deliveries(&whole(site)).await.unwrap().len(), 4);
    }

    for (statement, column) in [
        ("update delivery_attempts set outcome = 'unheard_of'", "outcome"),
        ("update delivery_attempts set outcome = 'payload', ms = -1", "ms"),
        ("update delivery_attempts set ms = 1, fault = '{}'", "fault"),
    ] {
        database.execute(statement).await;
        let found = store.find_delivery(site, id).await;
        assert_eq!(place(found), ("delivery_attempts", column, id.to_string()));
    }
    database.execute("update delivery_hours set failed = -1").await;
    let hours = store.list_hours(mail.id, Timestamp::from_ms(0)).await;
    assert_eq!(place(hours), ("delivery_hours", "failed", mail.id.to_string()));
    database
        .execute("insert into delivery_holds select id, 'unheard_of', 1, null from accounts")
        .await;
    let expected = ("delivery_holds", "reason", mail.id.to_string());
    assert_eq!(place(store.find_hold(mail.id).await), expected);

    database
        .execute("update events set kind = 'unheard_of' where external_id = 'event 1'")
        .await;
    let expected = ("events", "kind", event_id(1).to_string());
    assert_eq!(place(store.find_event(site, event_id(1)).await), expected);
    assert_eq!(place(store.list_deliveries(&whole(site)).await), expected);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sites_that_cannot_be_read_are_inconsistent() {
    let database = Database::new();
    let store = open(&database).await;
    let (site, _) = insert_sites(&*store).await;
    for (statement, column) in [
        ("update sites set languages = '[]'", "languages"),
        ("update sites set languages = '[1]'", "languages"),
        (
            "update sites set languages = '[\"it\"]', currencies = '[\"euro\"]'",
            "currencies",
        ),
        (
            "update sites set currencies = '[\"EUR\"]', url = 'nowhere'",
            "url",
        ),
        ("update sites set name = cast(x'ff' as text)", "name"),
    ] {
        database.execute(statement).await;
        let listed = store.list_sites().await;
        assert_eq!(place(listed), ("sites", column, site.to_string()), "{statement}");
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn users_and_what_they_leave_that_cannot_be_read_are_inconsistent() {
    let database = Database::new();
    let store = open(&database).await;
    let ada = user(1, "ada");
    store
        .insert_user(&ada, "hash", AT, Admission::CommandLine)
        .await
        .unwrap();
    let session = Session {
        user: ada.clone(),
        created_at: AT,
        seen_at: AT,
        expires_at: AT,
    };
    store.insert_session([1; 32], &session).await.unwrap();
    let draft = Draft {
        path: "/accounts/new".to_owned(),
        values: settings(Platform::Telegram, &[]).values(),
    };
    store.insert_draft([1; 32], ada.id, &draft, AT).await.unwrap();
    store.insert_draft([2; 32], ada.id, &draft, AT).await.unwrap();
    let row = ada.id.to_string();

    database
        .execute("update users set password_hash = cast(x'ff' as text)")
        .await;
    let found = store.find_user(&ada.name).await;
    assert_eq!(place(found), ("users", "password_hash", row.clone()));
    for statement in [
        "update users set name = '<ada>'",
        "update users set name = cast(x'ff' as text)",
    ] {
        database.execute(statement).await;
        let expected = ("users", "name", row.clone());
        assert_eq!(place(store.list_users().await), expected);
        assert_eq!(place(store.find_session([1; 32]).await), expected);
    }
    for (number, form) in [
        (1, "update drafts set form = '{}'"),
        (2, "update drafts set form = cast(x'ff' as text)"),
    ] {
        database.execute(form).await;
        let taken = store.take_draft([number; 32], ada.id).await;
        assert_eq!(place(taken), ("drafts", "form", row.clone()));
    }
    store.close().await;
}
