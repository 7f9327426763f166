//! Places that only one active account of a site can take.

use std::sync::Arc;

use domain::{AccountFilter, ChangeKind, Platform, Slot};
use service::{ActivateError, Confirmation, Queue, SaveError};

use crate::stage::Stage;

async fn active(stage: &Stage) -> usize {
    let filter = AccountFilter {
        active: Some(true),
        ..AccountFilter::default()
    };
    stage
        .raccordo
        .list_accounts(stage.site.id, filter)
        .await
        .unwrap()
        .rows
        .len()
}

#[tokio::test]
async fn switching_off_and_on_keeps_every_setting_and_secret() {
    let stage = Stage::new().await;
    for platform in Platform::ALL {
        let account = stage.create(platform, &[]).await;
        let on = stage
            .raccordo
            .switch_account(
                &stage.ada,
                stage.site.id,
                account.id,
                true,
                Confirmation::Given,
                Queue::Hold,
            )
            .await
            .unwrap();
        assert!(on.changed && on.account.active);
        let again = stage
            .raccordo
            .switch_account(
                &stage.ada,
                stage.site.id,
                account.id,
                true,
                Confirmation::Given,
                Queue::Hold,
            )
            .await
            .unwrap();
        assert!(!again.changed);
        let off = stage
            .raccordo
            .switch_account(
                &stage.ada,
                stage.site.id,
                account.id,
                false,
                Confirmation::Given,
                Queue::Hold,
            )
            .await
            .unwrap();
        assert!(off.changed && !off.account.active);
        let stored = stage.stored(account.id).await.unwrap();
        assert_eq!(
            (&stored.settings, &stored.secrets),
            (&account.settings, &account.secrets)
        );
        assert_eq!(stored.version.number(), 3);
        let kinds: Vec<ChangeKind> = stage
            .store
            .list_changes(stage.site.id, account.id, None)
            .await
            .unwrap()
            .iter()
            .map(|change| change.kind)
            .collect();
        assert_eq!(
            kinds,
            [
                ChangeKind::Created,
                ChangeKind::Activated,
                ChangeKind::Deactivated
            ]
        );
    }
}

#[tokio::test]
async fn a_second_active_account_is_told_who_is_in_the_way() {
    let stage = Stage::new().await;
    for platform in [
        Platform::ActiveCampaign,
        Platform::WaSmartBusiness,
        Platform::Telegram,
    ] {
        let old = stage.create(platform, &[("description", "Old")]).await;
        let new = stage.create(platform, &[("description", "New")]).await;
        stage
            .raccordo
            .switch_account(
                &stage.ada,
                stage.site.id,
                old.id,
                true,
                Confirmation::Given,
                Queue::Hold,
            )
            .await
            .unwrap();
        let Err(ActivateError::InTheWay { account, holders }) = stage
            .raccordo
            .switch_account(
                &stage.ada,
                stage.site.id,
                new.id,
                true,
                Confirmation::Given,
                Queue::Hold,
            )
            .await
        else {
            panic!("both are active")
        };
        assert_eq!(account.id, new.id);
        assert_eq!(holders.len(), 1);
        assert_eq!(
            (holders[0].id, holders[0].description.as_str(), &holders[0].slot),
            (old.id, "Old", &Slot::Platform(platform))
        );
        let swapped = stage
            .raccordo
            .swap_account(&stage.ada, stage.site.id, new.id, Queue::Hold)
            .await
            .unwrap();
        assert!(swapped.active);
        assert!(stage.stored(new.id).await.unwrap().active && !stage.stored(old.id).await.unwrap().active);
        let changes = stage
            .store
            .list_changes(stage.site.id, old.id, None)
            .await
            .unwrap();
        assert_eq!(
            changes.last().unwrap().kind,
            ChangeKind::Deactivated,
            "the other's change is recorded as well"
        );
    }
}

#[tokio::test]
async fn a_swap_with_nobody_in_the_way_switches_on() {
    let stage = Stage::new().await;
    let account = stage.create(Platform::Telegram, &[]).await;
    assert!(
        stage
            .raccordo
            .swap_account(&stage.ada, stage.site.id, account.id, Queue::Hold)
            .await
            .unwrap()
            .active
    );
    let version = stage.stored(account.id).await.unwrap().version;
    stage
        .raccordo
        .swap_account(&stage.ada, stage.site.id, account.id, Queue::Hold)
        .await
        .unwrap();
    assert_eq!(
        stage.stored(account.id).await.unwrap().version,
        version,
        "active already: nothing to write"
    );
}

#[tokio::test]
async fn the_first_clerk_account_is_the_default_one_and_later_ones_are_not() {
    let stage = Stage::new().await;
    let italian = stage.create(Platform::Clerk, &[]).await;
    let english = stage.create(Platform::Clerk, &[("language", "en")]).await;
    assert_eq!(italian.settings.values()["is_default_account"], "true");
    assert_eq!(english.settings.values()["is_default_account"], "false");
    for account in [&italian, &english] {
        stage
            .raccordo
            .switch_account(
                &stage.ada,
                stage.site.id,
                account.id,
                true,
                Confirmation::Given,
                Queue::Hold,
            )
            .await
            .unwrap();
    }
    assert_eq!(active(&stage).await, 2, "one for each language");
}

#[tokio::test]
async fn a_default_account_that_is_swapped_out_gives_up_the_mark_and_stays_active() {
    let stage = Stage::new().await;
    let italian = stage.create(Platform::Clerk, &[]).await;
    let english = stage
        .create(
            Platform::Clerk,
            &[("language", "en"), ("is_default_account", "on")],
        )
        .await;
    stage
        .raccordo
        .switch_account(
            &stage.ada,
            stage.site.id,
            italian.id,
            true,
            Confirmation::Given,
            Queue::Hold,
        )
        .await
        .unwrap();
    let Err(ActivateError::InTheWay { holders, .. }) = stage
        .raccordo
        .switch_account(
            &stage.ada,
            stage.site.id,
            english.id,
            true,
            Confirmation::Given,
            Queue::Hold,
        )
        .await
    else {
        panic!("two default accounts are active")
    };
    assert_eq!(holders[0].slot, Slot::PlatformDefault(Platform::Clerk));
    stage
        .raccordo
        .swap_account(&stage.ada, stage.site.id, english.id, Queue::Hold)
        .await
        .unwrap();
    let italian = stage.stored(italian.id).await.unwrap();
    assert!(italian.active);
    assert_eq!(italian.settings.values()["is_default_account"], "false");
    assert_eq!(
        stage.stored(english.id).await.unwrap().settings.values()["is_default_account"],
        "true"
    );
    assert_eq!(active(&stage).await, 2);
}

#[tokio::test]
async fn a_swap_clears_every_place_that_the_account_needs() {
    let stage = Stage::new().await;
    let default = stage.create(Platform::Clerk, &[]).await;
    let english = stage.create(Platform::Clerk, &[("language", "en")]).await;
    for account in [&default, &english] {
        stage
            .raccordo
            .switch_account(
                &stage.ada,
                stage.site.id,
                account.id,
                true,
                Confirmation::Given,
                Queue::Hold,
            )
            .await
            .unwrap();
    }
    let wants_both = stage
        .create(
            Platform::Clerk,
            &[("language", "en"), ("is_default_account", "on")],
        )
        .await;
    stage
        .raccordo
        .swap_account(&stage.ada, stage.site.id, wants_both.id, Queue::Hold)
        .await
        .unwrap();
    assert!(stage.stored(wants_both.id).await.unwrap().active);
    assert!(
        stage.stored(default.id).await.unwrap().active,
        "the italian one only gave up the mark"
    );
    assert!(!stage.stored(english.id).await.unwrap().active);
}

#[tokio::test]
async fn an_active_account_is_not_saved_into_another_s_place() {
    let stage = Stage::new().await;
    let italian = stage.create(Platform::Clerk, &[]).await;
    let english = stage.create(Platform::Clerk, &[("language", "en")]).await;
    for account in [&italian, &english] {
        stage
            .raccordo
            .switch_account(
                &stage.ada,
                stage.site.id,
                account.id,
                true,
                Confirmation::Given,
                Queue::Hold,
            )
            .await
            .unwrap();
    }
    let stored = stage.stored(english.id).await.unwrap();
    let form = stage.reopened(Platform::Clerk, &[("language", "it")]);
    let Err(SaveError::InTheWay(holders)) = stage.update(english.id, stored.version, &form).await else {
        panic!("saved")
    };
    assert_eq!(
        holders.iter().map(|holder| holder.id).collect::<Vec<_>>(),
        [italian.id]
    );
    assert_eq!(
        stage.stored(english.id).await.unwrap(),
        stored,
        "nothing was written"
    );
    stage
        .raccordo
        .switch_account(
            &stage.ada,
            stage.site.id,
            english.id,
            false,
            Confirmation::Given,
            Queue::Hold,
        )
        .await
        .unwrap();
    let version = stored.version.next();
    assert!(
        stage.update(english.id, version, &form).await.is_ok(),
        "inactive, it may wait for the place"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_activations_at_once_leave_one_active() {
    let stage = Arc::new(Stage::new().await);
    let mut accounts = Vec::new();
    for number in 0..50 {
        accounts.push(
            stage
                .create(
                    Platform::ActiveCampaign,
                    &[("description", &format!("Account {number}"))],
                )
                .await
                .id,
        );
    }
    let tasks: Vec<_> = accounts
        .into_iter()
        .map(|id| {
            let stage = Arc::clone(&stage);
            tokio::spawn(async move {
                match stage
                    .raccordo
                    .switch_account(
                        &stage.ada,
                        stage.site.id,
                        id,
                        true,
                        Confirmation::Given,
                        Queue::Hold,
                    )
                    .await
                {
                    Ok(_) => true,
                    Err(ActivateError::InTheWay { .. }) => false,
                    Err(error) => panic!("{error:?}"),
                }
            })
        })
        .collect();
    let mut switched = 0;
    for task in tasks {
        switched += u32::from(task.await.unwrap());
    }
    assert_eq!((switched, active(&stage).await), (1, 1));
}
