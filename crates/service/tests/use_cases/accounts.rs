//! Creating, changing, listing and deleting accounts.

use std::sync::Arc;

use domain::{
    AccountFilter, AccountId, ChangeKind, DescriptionError, FieldError, PAGE_SIZE, Platform, SiteId, Version,
};
use service::{Confirmation, DeleteError, Queue, SaveError, Saved};
use uuid::Uuid;

use crate::stage::{Stage, TODAY, actor};

#[tokio::test]
async fn an_account_begins_inactive_and_survives_a_restart() {
    let stage = Stage::new().await;
    for platform in Platform::ALL {
        let created = stage
            .create(
                platform,
                &[("description", " <b>'; DROP TABLE accounts; --</b> ")],
            )
            .await;
        assert!(!created.active);
        assert_eq!(
            (created.version, created.updated_by.as_str()),
            (Version::FIRST, "ada")
        );
        assert_eq!(created.description.as_str(), "<b>'; DROP TABLE accounts; --</b>");
        assert_eq!(stage.stored(created.id).await.unwrap(), created);
    }
    let again = stage.restarted(crate::stage::key("07")).await;
    let listed = again
        .list_accounts(stage.site.id, AccountFilter::default())
        .await
        .unwrap();
    assert_eq!((listed.total, listed.rows.len()), (4, 4));
    assert!(listed.rows.iter().all(|row| row.locked.is_none()));
}

#[tokio::test]
async fn a_wrong_form_is_told_whole_and_writes_nothing() {
    let stage = Stage::new().await;
    let form = stage.form(
        Platform::Telegram,
        &[
            ("description", ""),
            ("bot_username", "nobody"),
            ("cart_delay_hours", "0"),
        ],
    );
    let Err(SaveError::Form(errors)) = stage
        .raccordo
        .create_account(&stage.ada, &stage.site, &form, TODAY)
        .await
    else {
        panic!("it was saved")
    };
    assert_eq!(errors.description, Some(DescriptionError::Empty));
    assert_eq!(errors.fields.len(), 2);
    let listed = stage
        .raccordo
        .list_accounts(stage.site.id, AccountFilter::default())
        .await
        .unwrap();
    assert_eq!(listed.total, 0);
}

#[tokio::test]
async fn a_changed_form_is_saved_and_what_it_changed_is_recorded() {
    let stage = Stage::new().await;
    let account = stage.create(Platform::ActiveCampaign, &[]).await;
    stage.clock.pass(60);
    let form = stage.reopened(
        Platform::ActiveCampaign,
        &[("description", "Posta"), ("orders_enabled", "on")],
    );
    let Saved::Changed(saved) = stage.update(account.id, account.version, &form).await.unwrap() else {
        panic!("unchanged")
    };
    assert_eq!(saved.version, account.version.next());
    assert_eq!(saved.updated_at.seconds_since(account.created_at), 60);
    assert_eq!(stage.stored(account.id).await.unwrap(), *saved);
    let changes = stage
        .store
        .list_changes(stage.site.id, account.id, Some(account.version))
        .await
        .unwrap();
    assert_eq!(
        (changes.len(), changes[0].kind, changes[0].by.as_str()),
        (1, ChangeKind::Edited, "ada")
    );
    let told: Vec<(&str, &str, &str)> = changes[0]
        .fields
        .iter()
        .map(|field| (field.field.as_str(), field.from.as_str(), field.to.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("description", "Newsletter", "Posta"),
            ("orders_enabled", "false", "true")
        ]
    );
}

#[tokio::test]
async fn an_unchanged_form_writes_nothing() {
    let stage = Stage::new().await;
    for platform in Platform::ALL {
        let account = stage.create(platform, &[]).await;
        let opened = stage.stored(account.id).await.unwrap();
        let mut form = stage.reopened(platform, &[]);
        form.values = opened.settings.values();
        assert!(matches!(
            stage.update(account.id, account.version, &form).await.unwrap(),
            Saved::Unchanged(_)
        ));
        assert_eq!(stage.stored(account.id).await.unwrap().version, Version::FIRST);
    }
}

#[tokio::test]
async fn an_emptied_optional_field_stays_empty() {
    let stage = Stage::new().await;
    let account = stage
        .create(Platform::Clerk, &[("tracking_snippet", "Clerk('config')")])
        .await;
    let form = stage.reopened(
        Platform::Clerk,
        &[("is_default_account", "on"), ("tracking_snippet", "")],
    );
    stage.update(account.id, account.version, &form).await.unwrap();
    let stored = stage.stored(account.id).await.unwrap();
    assert_eq!(stored.settings.values()["tracking_snippet"], "");
}

#[tokio::test]
async fn a_form_opened_before_another_s_change_is_refused_with_what_changed() {
    let stage = Stage::new().await;
    let account = stage.create(Platform::Telegram, &[]).await;
    let bob = actor("bob");
    let first = stage.reopened(Platform::Telegram, &[("cart_delay_hours", "24")]);
    stage
        .raccordo
        .update_account(&bob, &stage.site, account.id, account.version, &first, TODAY)
        .await
        .unwrap();
    stage
        .raccordo
        .switch_account(
            &bob,
            stage.site.id,
            account.id,
            true,
            Confirmation::Given,
            Queue::Hold,
        )
        .await
        .unwrap();
    let second = stage.reopened(Platform::Telegram, &[("cart_delay_hours", "48")]);
    let Err(SaveError::Conflict(conflict)) = stage.update(account.id, account.version, &second).await else {
        panic!("saved")
    };
    assert_eq!(conflict.current.version.number(), 3);
    let kinds: Vec<(ChangeKind, &str)> = conflict
        .changes
        .iter()
        .map(|change| (change.kind, change.by.as_str()))
        .collect();
    assert_eq!(
        kinds,
        [(ChangeKind::Edited, "bob"), (ChangeKind::Activated, "bob")]
    );
    assert_eq!(
        (
            conflict.changes[0].fields[0].from.as_str(),
            conflict.changes[0].fields[0].to.as_str()
        ),
        ("3", "24")
    );
    assert_eq!(
        stage.stored(account.id).await.unwrap().settings.values()["cart_delay_hours"],
        "24",
        "nothing was overwritten"
    );
    assert!(
        stage
            .update(account.id, conflict.current.version, &second)
            .await
            .is_ok(),
        "seen, it may be saved over"
    );
}

#[tokio::test]
async fn a_version_to_come_is_a_conflict_too() {
    let stage = Stage::new().await;
    let account = stage.create(Platform::Telegram, &[]).await;
    let form = stage.reopened(Platform::Telegram, &[("cart_delay_hours", "24")]);
    let result = stage
        .update(account.id, Version::from_number(u32::MAX).unwrap(), &form)
        .await;
    assert!(matches!(result, Err(SaveError::Conflict(_))));
}

#[tokio::test]
async fn of_many_saves_of_one_version_exactly_one_counts() {
    let stage = Arc::new(Stage::new().await);
    let account = stage.create(Platform::Telegram, &[]).await;
    let tasks: Vec<_> = (1..=20)
        .map(|hours: u32| {
            let stage = Arc::clone(&stage);
            tokio::spawn(async move {
                let hours = (hours + 100).to_string();
                let form = stage.reopened(Platform::Telegram, &[("cart_delay_hours", &hours)]);
                match stage.update(account.id, account.version, &form).await {
                    Ok(_) => true,
                    Err(SaveError::Conflict(conflict)) => {
                        assert!(conflict.current.version > account.version && !conflict.changes.is_empty());
                        false
                    }
                    Err(error) => panic!("{error:?}"),
                }
            })
        })
        .collect();
    let mut saved = 0;
    for task in tasks {
        saved += u32::from(task.await.unwrap());
    }
    assert_eq!(saved, 1);
    assert_eq!(
        stage.stored(account.id).await.unwrap().version,
        account.version.next()
    );
}

#[tokio::test]
async fn an_account_of_another_site_or_platform_does_not_exist() {
    let stage = Stage::new().await;
    let account = stage.create(Platform::Telegram, &[]).await;
    let elsewhere = SiteId::new(Uuid::from_u128(99));
    assert!(
        stage
            .raccordo
            .find_account(elsewhere, account.id)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        stage
            .raccordo
            .find_account(stage.site.id, AccountId::new(Uuid::from_u128(99)))
            .await
            .unwrap()
            .is_none()
    );
    let form = stage.form(Platform::Clerk, &[]);
    assert!(matches!(
        stage.update(account.id, account.version, &form).await,
        Err(SaveError::NotFound)
    ));
    let gone = stage
        .raccordo
        .delete_accounts(&stage.ada, elsewhere, &[(account.id, account.version)])
        .await
        .unwrap();
    assert_eq!(gone, 0);
    assert!(
        stage
            .raccordo
            .switch_account(
                &stage.ada,
                elsewhere,
                account.id,
                true,
                Confirmation::Given,
                Queue::Hold
            )
            .await
            .is_err()
    );
    assert_eq!(stage.stored(account.id).await.unwrap(), account);
}

#[tokio::test]
async fn a_page_past_the_end_is_the_last_one() {
    let stage = Stage::new().await;
    for number in 0..=PAGE_SIZE {
        stage
            .create(
                Platform::Telegram,
                &[("description", &format!("Bot {number:03}"))],
            )
            .await;
    }
    let filter = AccountFilter {
        page: 900,
        ..AccountFilter::default()
    };
    let listed = stage.raccordo.list_accounts(stage.site.id, filter).await.unwrap();
    assert_eq!(
        (listed.filter.page, listed.rows.len(), listed.matching),
        (2, 1, u64::from(PAGE_SIZE) + 1)
    );
    let nothing = AccountFilter {
        search: "%".to_owned(),
        page: 7,
        ..AccountFilter::default()
    };
    let listed = stage
        .raccordo
        .list_accounts(stage.site.id, nothing)
        .await
        .unwrap();
    assert_eq!(
        (listed.filter.page, listed.rows.len(), listed.matching),
        (1, 0, 0)
    );
}

#[tokio::test]
async fn a_deleted_account_is_gone_with_its_secrets_and_changes() {
    let stage = Stage::new().await;
    let account = stage.create(Platform::Telegram, &[]).await;
    let kept = stage.create(Platform::Clerk, &[]).await;
    let seen = [(account.id, account.version)];
    assert_eq!(
        stage
            .raccordo
            .delete_accounts(&stage.ada, stage.site.id, &seen)
            .await
            .unwrap(),
        1
    );
    assert!(stage.stored(account.id).await.is_none());
    assert!(
        stage
            .store
            .list_secrets(stage.site.id, account.id)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        stage
            .store
            .list_changes(stage.site.id, account.id, None)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        stage
            .raccordo
            .delete_accounts(&stage.ada, stage.site.id, &seen)
            .await
            .unwrap(),
        0,
        "already gone"
    );
    let form = stage.reopened(Platform::Telegram, &[]);
    assert!(matches!(
        stage.update(account.id, account.version, &form).await,
        Err(SaveError::NotFound)
    ));
    assert_eq!(stage.stored(kept.id).await.unwrap(), kept);
}

#[tokio::test]
async fn accounts_are_deleted_all_or_none_and_only_as_they_were_seen() {
    let stage = Stage::new().await;
    let one = stage.create(Platform::Telegram, &[]).await;
    let two = stage.create(Platform::Clerk, &[]).await;
    stage
        .raccordo
        .switch_account(
            &stage.ada,
            stage.site.id,
            two.id,
            true,
            Confirmation::Given,
            Queue::Hold,
        )
        .await
        .unwrap();
    let seen = [(one.id, one.version), (two.id, two.version)];
    let result = stage
        .raccordo
        .delete_accounts(&stage.ada, stage.site.id, &seen)
        .await;
    assert!(matches!(result, Err(DeleteError::Changed)));
    assert!(stage.stored(one.id).await.is_some() && stage.stored(two.id).await.is_some());
    let seen = [(one.id, one.version), (two.id, two.version.next())];
    assert_eq!(
        stage
            .raccordo
            .delete_accounts(&stage.ada, stage.site.id, &seen)
            .await
            .unwrap(),
        2
    );
}

#[tokio::test]
async fn a_required_secret_is_asked_for_on_the_first_save() {
    let stage = Stage::new().await;
    let form = stage.reopened(Platform::ActiveCampaign, &[]);
    let Err(SaveError::Form(errors)) = stage
        .raccordo
        .create_account(&stage.ada, &stage.site, &form, TODAY)
        .await
    else {
        panic!("it was saved")
    };
    assert_eq!(errors.fields["api_key"], FieldError::Required);
}
