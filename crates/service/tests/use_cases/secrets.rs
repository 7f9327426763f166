//! Secrets: kept, replaced, removed, bound to where they belong, and locked without their key.

use domain::{AccountFilter, AccountId, FieldError, Host, Platform, SecretUse, Settings, Version};
use persistence::{AccountWrite, SealedSecret};
use service::{Confirmation, Key, KeyState, Queue, Raccordo, SaveError, Saved, ServiceError};

use crate::stage::{Stage, TODAY, key};

async fn sealed(stage: &Stage, id: AccountId) -> Vec<SealedSecret> {
    stage.store.list_secrets(stage.site.id, id).await.unwrap()
}

async fn usable(stage: &Stage, id: AccountId) -> Vec<SecretUse> {
    stage
        .raccordo
        .find_account(stage.site.id, id)
        .await
        .unwrap()
        .unwrap()
        .usable
}

/// Writes past the use cases, as somebody with the database in hand would.
async fn tamper(stage: &Stage, id: AccountId, settings: Option<Settings>, secrets: Vec<SealedSecret>) {
    let before = stage.stored(id).await.unwrap();
    let mut after = before.clone();
    after.version = before.version.next();
    after.settings = settings.unwrap_or(after.settings);
    let mut change = stage
        .store
        .list_changes(stage.site.id, id, None)
        .await
        .unwrap()
        .remove(0);
    change.version = after.version;
    let write = AccountWrite::Update {
        account: Box::new(after),
        expected: before.version,
        secrets,
        removed: Vec::new(),
        change,
    };
    stage
        .store
        .write_accounts(stage.site.id, vec![write], Vec::new())
        .await
        .unwrap();
}

#[tokio::test]
async fn stored_secrets_open_and_stand_nowhere_in_clear() {
    let stage = Stage::new().await;
    for platform in Platform::ALL {
        let account = stage.create(platform, &[]).await;
        assert!(
            usable(&stage, account.id)
                .await
                .iter()
                .all(|state| *state == SecretUse::Usable)
        );
        assert!(!account.secrets.is_empty());
        assert!(
            account
                .secrets
                .iter()
                .all(|secret| secret.host == account.settings.host() && secret.set_by == "ada")
        );
    }
    for file in stage.files() {
        let bytes = std::fs::read(&file).unwrap();
        for planted in [&b"planted-key"[..], b"0123456789abcdef0123456789abcdef"] {
            assert!(
                !bytes.windows(planted.len()).any(|window| window == planted),
                "{} holds a secret",
                file.display()
            );
        }
    }
}

#[tokio::test]
async fn an_empty_field_keeps_the_secret_and_a_filled_one_replaces_it() {
    let stage = Stage::new().await;
    let account = stage.create(Platform::ActiveCampaign, &[]).await;
    let before = sealed(&stage, account.id).await;
    let form = stage.reopened(Platform::ActiveCampaign, &[("description", "Other")]);
    stage.update(account.id, account.version, &form).await.unwrap();
    assert_eq!(sealed(&stage, account.id).await, before);
    stage.clock.pass(60);
    let form = stage.reopened(
        Platform::ActiveCampaign,
        &[("description", "Other"), ("api_key", "another-key-0123456789")],
    );
    let Saved::Changed(saved) = stage
        .update(account.id, account.version.next(), &form)
        .await
        .unwrap()
    else {
        panic!("unchanged")
    };
    let after = sealed(&stage, account.id).await;
    assert_ne!(after[0].sealed, before[0].sealed);
    assert_eq!(after[0].state.set_at.seconds_since(before[0].state.set_at), 60);
    assert_eq!(
        saved.secrets,
        [after[0].state.clone()],
        "the answer tells of the new one"
    );
    assert_eq!(usable(&stage, account.id).await, [SecretUse::Usable]);
    let change = stage
        .store
        .list_changes(stage.site.id, account.id, Some(account.version.next()))
        .await
        .unwrap()
        .remove(0);
    assert_eq!(
        (change.secrets[0].field.as_str(), change.secrets[0].removed),
        ("api_key", false)
    );
    assert!(change.fields.is_empty() && !format!("{change:?}").contains("another-key"));
}

#[tokio::test]
async fn an_optional_secret_is_removed_by_its_box() {
    let stage = Stage::new().await;
    let account = stage.create(Platform::WaSmartBusiness, &[]).await;
    let form = stage.reopened(Platform::WaSmartBusiness, &[("remove_app_secret", "on")]);
    let Saved::Changed(saved) = stage.update(account.id, account.version, &form).await.unwrap() else {
        panic!("unchanged")
    };
    let fields: Vec<String> = sealed(&stage, account.id)
        .await
        .into_iter()
        .map(|secret| secret.state.field)
        .collect();
    assert_eq!(fields, ["access_token"]);
    assert_eq!(saved.secrets.len(), 1);
    let form = stage.reopened(Platform::WaSmartBusiness, &[("remove_access_token", "on")]);
    let Err(SaveError::Form(errors)) = stage.update(account.id, saved.version, &form).await else {
        panic!("removed")
    };
    assert_eq!(errors.fields["access_token"], FieldError::SecretNeeded);
}

#[tokio::test]
async fn a_new_host_asks_for_the_secret_again() {
    let stage = Stage::new().await;
    let account = stage.create(Platform::ActiveCampaign, &[]).await;
    let moved = [("api_url", "https://evil.example.com")];
    let Err(SaveError::Form(errors)) = stage
        .update(
            account.id,
            account.version,
            &stage.reopened(Platform::ActiveCampaign, &moved),
        )
        .await
    else {
        panic!("saved")
    };
    assert_eq!(
        errors.fields["api_key"],
        FieldError::SecretBoundTo {
            host: "shop.api-us1.com".to_owned()
        }
    );
    assert_eq!(stage.stored(account.id).await.unwrap(), account);
    stage
        .update(
            account.id,
            account.version,
            &stage.form(Platform::ActiveCampaign, &moved),
        )
        .await
        .unwrap();
    assert_eq!(usable(&stage, account.id).await, [SecretUse::Usable]);
    assert_eq!(
        stage.stored(account.id).await.unwrap().secrets[0].host,
        Host::stored("evil.example.com".to_owned())
    );
}

#[tokio::test]
async fn a_ciphertext_moved_to_another_account_does_not_open() {
    let stage = Stage::new().await;
    let from = stage.create(Platform::ActiveCampaign, &[]).await;
    let to = stage.create(Platform::ActiveCampaign, &[]).await;
    tamper(&stage, to.id, None, sealed(&stage, from.id).await).await;
    assert_eq!(usable(&stage, to.id).await, [SecretUse::Tampered]);
    assert_eq!(usable(&stage, from.id).await, [SecretUse::Usable]);
}

#[tokio::test]
async fn a_ciphertext_moved_to_another_field_does_not_open() {
    let stage = Stage::new().await;
    let account = stage.create(Platform::WaSmartBusiness, &[]).await;
    let mut secrets = sealed(&stage, account.id).await;
    let (one, other) = secrets.split_at_mut(1);
    std::mem::swap(&mut one[0].sealed, &mut other[0].sealed);
    tamper(&stage, account.id, None, secrets).await;
    assert_eq!(
        usable(&stage, account.id).await,
        [SecretUse::Tampered, SecretUse::Tampered]
    );
}

#[tokio::test]
async fn an_account_pointed_at_another_host_in_the_database_does_not_open() {
    let stage = Stage::new().await;
    let account = stage.create(Platform::ActiveCampaign, &[]).await;
    let elsewhere = stage
        .create(
            Platform::ActiveCampaign,
            &[("api_url", "https://evil.example.com")],
        )
        .await
        .settings;
    // The host beside the ciphertext is changed as well, as a careful hand would.
    let mut secrets = sealed(&stage, account.id).await;
    secrets[0].state.host = elsewhere.host();
    tamper(&stage, account.id, Some(elsewhere), secrets).await;
    assert_eq!(usable(&stage, account.id).await, [SecretUse::Tampered]);
}

#[tokio::test]
async fn changed_bytes_do_not_open_and_a_newly_typed_secret_heals() {
    let stage = Stage::new().await;
    let account = stage.create(Platform::ActiveCampaign, &[]).await;
    let mut secrets = sealed(&stage, account.id).await;
    secrets[0].sealed[40] ^= 1;
    tamper(&stage, account.id, None, secrets).await;
    assert_eq!(usable(&stage, account.id).await, [SecretUse::Tampered]);
    stage
        .update(
            account.id,
            account.version.next(),
            &stage.form(Platform::ActiveCampaign, &[]),
        )
        .await
        .unwrap();
    assert_eq!(usable(&stage, account.id).await, [SecretUse::Usable]);
}

/// With a key that does not fit: everything is shown, locked for `reason`; secrets are neither sealed nor lost.
async fn is_locked(
    stage: &Stage,
    panel: &Raccordo,
    key: KeyState,
    reason: SecretUse,
    id: AccountId,
    version: Version,
) {
    assert_eq!((panel.key_state(), panel.locked()), (key, Some(reason)));
    let listed = panel
        .list_accounts(stage.site.id, AccountFilter::default())
        .await
        .unwrap();
    assert!(listed.rows.iter().all(|row| row.locked == Some(reason)));
    let found = panel.find_account(stage.site.id, id).await.unwrap().unwrap();
    assert_eq!(found.usable, [reason]);
    let before = sealed(stage, id).await;
    let typed = stage.form(Platform::ActiveCampaign, &[]);
    for result in [
        panel
            .create_account(&stage.ada, &stage.site, &typed, TODAY)
            .await
            .map(|_| ()),
        panel
            .update_account(&stage.ada, &stage.site, id, version, &typed, TODAY)
            .await
            .map(|_| ()),
    ] {
        assert!(matches!(result, Err(SaveError::Service(ServiceError::Key(found))) if found == key));
    }
    let text = panel
        .list_accounts(stage.site.id, AccountFilter::default())
        .await
        .unwrap();
    assert_eq!(text.total, listed.total, "nothing was created");
    let renamed = stage.reopened(Platform::ActiveCampaign, &[("description", "Renamed")]);
    panel
        .update_account(&stage.ada, &stage.site, id, version, &renamed, TODAY)
        .await
        .unwrap();
    assert!(
        panel
            .switch_account(
                &stage.ada,
                stage.site.id,
                id,
                true,
                Confirmation::Given,
                Queue::Hold
            )
            .await
            .unwrap()
            .changed
    );
    assert_eq!(sealed(stage, id).await, before, "nothing was overwritten");
}

#[tokio::test]
async fn without_the_key_accounts_are_locked_and_nothing_is_overwritten() {
    let stage = Stage::new().await;
    let account = stage.create(Platform::ActiveCampaign, &[]).await;
    let panel = stage.restarted(Key::Missing).await;
    is_locked(
        &stage,
        &panel,
        KeyState::Missing,
        SecretUse::KeyMissing,
        account.id,
        account.version,
    )
    .await;
    assert_eq!(
        usable(&stage, account.id).await,
        [SecretUse::Usable],
        "with the key back all is well"
    );
}

#[tokio::test]
async fn with_another_key_accounts_are_locked_and_nothing_is_overwritten() {
    let stage = Stage::new().await;
    let account = stage.create(Platform::ActiveCampaign, &[]).await;
    let ids = stage.store.list_key_ids().await.unwrap();
    let panel = stage.restarted(key("08")).await;
    is_locked(
        &stage,
        &panel,
        KeyState::Other,
        SecretUse::OtherKey,
        account.id,
        account.version,
    )
    .await;
    assert_eq!(
        stage.store.list_key_ids().await.unwrap(),
        ids,
        "the other key is not taken as the database's own"
    );
    let back = stage.restarted(key("07")).await;
    assert_eq!((back.key_state(), back.locked()), (KeyState::Ready, None));
    assert_eq!(usable(&stage, account.id).await, [SecretUse::Usable]);
}

#[tokio::test]
async fn a_panel_begun_without_a_key_takes_the_first_one_it_is_given() {
    let stage = Stage::new().await;
    let fresh = Stage::with(
        Key::Missing,
        service::SessionLimits {
            idle_seconds: 60,
            max_seconds: 60,
        },
    )
    .await;
    assert!(fresh.store.list_key_ids().await.unwrap().is_empty());
    assert_eq!(fresh.restarted(key("09")).await.key_state(), KeyState::Ready);
    assert_eq!(fresh.restarted(key("07")).await.key_state(), KeyState::Other);
    assert_eq!(stage.raccordo.key_state(), KeyState::Ready);
}
