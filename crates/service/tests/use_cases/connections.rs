//! Tests of connections: forms saved and unsaved, what stays with the account, and switching on without proof.

use std::sync::Mutex;

use domain::{Fault, Health, LogFilter, LogKind, Lookup, Platform, StepKind, StepState, Submission};
use service::{ActivateError, Confirmation, LogRange, Queue, TestError, Tested};

use crate::stage::{Stage, TODAY};

async fn test(stage: &Stage, id: Option<domain::AccountId>, form: &Submission) -> Result<Tested, TestError> {
    stage
        .raccordo
        .test_form(&stage.ada, &stage.site, id, form, TODAY, &|_| ())
        .await
}

async fn health(stage: &Stage, id: domain::AccountId) -> Health {
    let account = stage.stored(id).await.unwrap();
    stage.raccordo.health(&account).await.unwrap().0
}

async fn kinds(stage: &Stage) -> Vec<LogKind> {
    let page = stage
        .raccordo
        .list_log(stage.site.id, &LogFilter::default(), LogRange::default())
        .await
        .unwrap();
    page.entries.iter().map(|entry| entry.message.kind).collect()
}

#[tokio::test]
async fn a_form_is_tested_before_it_is_ever_saved_and_the_test_stays_with_what_is_saved() {
    let (stage, _sandbox) = Stage::with_sandbox().await;
    for platform in Platform::ALL {
        let form = stage.sample(platform, &[]);
        let steps = Mutex::new(Vec::new());
        let tested = stage
            .raccordo
            .test_form(&stage.ada, &stage.site, None, &form, TODAY, &|step| {
                steps.lock().unwrap().push(step);
            })
            .await
            .unwrap();
        assert!(tested.report.works(), "{platform}: {:?}", tested.report.fault);
        assert!(!tested.is_kept, "there is no account to keep it");
        let told: Vec<StepKind> = steps.lock().unwrap().iter().map(|step| step.kind).collect();
        assert_eq!(told, StepKind::ALL, "{platform}");
        let account = stage
            .raccordo
            .create_account(&stage.ada, &stage.site, &form, TODAY)
            .await
            .unwrap();
        assert_eq!(health(&stage, account.id).await, Health::Works, "{platform}");
    }
}

#[tokio::test]
async fn a_test_of_other_values_says_nothing_about_what_is_saved() {
    let (stage, _sandbox) = Stage::with_sandbox().await;
    test(&stage, None, &stage.sample(Platform::ActiveCampaign, &[]))
        .await
        .unwrap();
    let other = [("api_key", "another-key-0123456789abcdef")];
    let account = stage
        .raccordo
        .create_account(
            &stage.ada,
            &stage.site,
            &stage.sample(Platform::ActiveCampaign, &other),
            TODAY,
        )
        .await
        .unwrap();
    assert_eq!(health(&stage, account.id).await, Health::NeverTested);
}

#[tokio::test]
async fn a_test_of_long_ago_does_not_speak_for_what_is_saved_now() {
    let (stage, _sandbox) = Stage::with_sandbox().await;
    let form = stage.sample(Platform::Clerk, &[]);
    test(&stage, None, &form).await.unwrap();
    stage.clock.pass(3600);
    let account = stage
        .raccordo
        .create_account(&stage.ada, &stage.site, &form, TODAY)
        .await
        .unwrap();
    assert_eq!(health(&stage, account.id).await, Health::NeverTested);
}

#[tokio::test]
async fn an_account_without_proof_whose_place_is_taken_is_asked_about_once() {
    let (stage, _sandbox) = Stage::with_sandbox().await;
    let first = stage.create_sample(Platform::Telegram).await;
    let second = stage.create_sample(Platform::Telegram).await;
    let switch = |id, confirmation| {
        stage
            .raccordo
            .switch_account(&stage.ada, stage.site.id, id, true, confirmation, Queue::Hold)
    };
    switch(first.id, Confirmation::Given).await.unwrap();
    assert!(matches!(
        switch(second.id, Confirmation::Missing).await,
        Err(ActivateError::InTheWay { .. })
    ));
    stage
        .raccordo
        .swap_account(&stage.ada, stage.site.id, second.id, Queue::Hold)
        .await
        .unwrap();
    assert_eq!(kinds(&stage).await[0], LogKind::AccountActivatedUnproven);
}

#[tokio::test]
async fn stored_secrets_are_merged_and_only_the_saved_state_keeps_its_test() {
    let (stage, _sandbox) = Stage::with_sandbox().await;
    let account = stage.create_sample(Platform::Telegram).await;
    let tested = test(
        &stage,
        Some(account.id),
        &stage.sample_reopened(Platform::Telegram, &[]),
    )
    .await
    .unwrap();
    assert!(tested.report.works(), "{:?}", tested.report.fault);
    assert!(tested.is_kept);
    let wrong = stage.sample_reopened(Platform::Telegram, &[("bot_username", "somebody_else_bot")]);
    let tested = test(&stage, Some(account.id), &wrong).await.unwrap();
    assert!(!tested.is_kept);
    assert_eq!(tested.report.failed_step(), Some(StepKind::Resource));
    assert!(matches!(tested.report.fault, Some(Fault::IdentityDiffers { .. })));
    assert_eq!(
        health(&stage, account.id).await,
        Health::Works,
        "nothing was saved"
    );
}

#[tokio::test]
async fn a_rename_keeps_the_proof_and_another_key_does_not() {
    let (stage, _sandbox) = Stage::with_sandbox().await;
    let account = stage.create_sample(Platform::ActiveCampaign).await;
    let saved = stage.sample_reopened(Platform::ActiveCampaign, &[]);
    test(&stage, Some(account.id), &saved).await.unwrap();
    let renamed = stage.sample_reopened(
        Platform::ActiveCampaign,
        &[("description", "Another name"), ("orders_enabled", "false")],
    );
    stage.update(account.id, account.version, &renamed).await.unwrap();
    assert_eq!(health(&stage, account.id).await, Health::Works);
    let version = stage.stored(account.id).await.unwrap().version;
    let key = [
        ("description", "Another name"),
        ("api_key", "another-key-0123456789abcdef"),
    ];
    let changed = stage.sample_reopened(Platform::ActiveCampaign, &key);
    stage.update(account.id, version, &changed).await.unwrap();
    assert_eq!(health(&stage, account.id).await, Health::NeverTested);
}

#[tokio::test]
async fn a_form_that_breaks_a_rule_is_not_sent_anywhere_and_a_missing_description_does_not_matter() {
    let (stage, sandbox) = Stage::with_sandbox().await;
    let broken = stage.sample(Platform::Telegram, &[("bot_username", "no")]);
    assert!(matches!(
        test(&stage, None, &broken).await,
        Err(TestError::Form(errors)) if errors.fields.contains_key("bot_username")
    ));
    assert_eq!(sandbox.received().len(), 0);
    let unnamed = stage.sample(Platform::Telegram, &[("description", "")]);
    assert!(test(&stage, None, &unnamed).await.unwrap().report.works());
}

#[tokio::test]
async fn an_account_without_proof_is_only_switched_on_by_somebody_who_confirms_it() {
    let (stage, sandbox) = Stage::with_sandbox().await;
    let account = stage.create_sample(Platform::Telegram).await;
    let switch = |confirmation| {
        stage.raccordo.switch_account(
            &stage.ada,
            stage.site.id,
            account.id,
            true,
            confirmation,
            Queue::Hold,
        )
    };
    assert!(matches!(
        switch(Confirmation::Missing).await,
        Err(ActivateError::Unproven {
            health: Health::NeverTested,
            check: None,
            ..
        })
    ));
    sandbox.set_fault(Platform::Telegram, Some(sandbox::Fault::WrongKey));
    let saved = stage.sample_reopened(Platform::Telegram, &[]);
    test(&stage, Some(account.id), &saved).await.unwrap();
    assert!(matches!(
        switch(Confirmation::Missing).await,
        Err(ActivateError::Unproven {
            health: Health::CredentialsRejected,
            check: Some(_),
            ..
        })
    ));
    assert!(!stage.stored(account.id).await.unwrap().active);
    assert!(switch(Confirmation::Given).await.unwrap().account.active);
    assert_eq!(
        kinds(&stage).await,
        [
            LogKind::AccountActivatedUnproven,
            LogKind::TestFailed,
            LogKind::AccountCreated
        ]
    );
}

#[tokio::test]
async fn an_account_with_a_good_test_is_switched_on_without_a_question() {
    let (stage, _sandbox) = Stage::with_sandbox().await;
    let account = stage.create_sample(Platform::Clerk).await;
    let saved = stage.sample_reopened(Platform::Clerk, &[]);
    test(&stage, Some(account.id), &saved).await.unwrap();
    stage
        .raccordo
        .switch_account(
            &stage.ada,
            stage.site.id,
            account.id,
            true,
            Confirmation::Missing,
            Queue::Hold,
        )
        .await
        .unwrap();
    assert_eq!(kinds(&stage).await[0], LogKind::AccountActivated);
}

#[tokio::test]
async fn values_to_choose_from_come_from_the_platform_and_the_log_tells_of_it() {
    let (stage, sandbox) = Stage::with_sandbox().await;
    let form = stage.sample(Platform::ActiveCampaign, &[]);
    let look_up = |lookup| {
        stage
            .raccordo
            .look_up(&stage.ada, &stage.site, None, &form, TODAY, lookup)
    };
    let found = look_up(Lookup::Lists).await.unwrap().values.unwrap();
    let names: Vec<&str> = found.iter().map(|value| value.name.as_str()).collect();
    assert_eq!(names, sandbox::LISTS);
    assert!(matches!(look_up(Lookup::Chats).await, Err(TestError::NotOffered)));
    sandbox.set_fault(Platform::ActiveCampaign, Some(sandbox::Fault::MissingPermission));
    let refused = look_up(Lookup::Tags).await.unwrap().values.unwrap_err();
    assert!(matches!(refused, Fault::PermissionMissing { .. }), "{refused:?}");
    assert_eq!(kinds(&stage).await, [LogKind::ValuesNotRead, LogKind::ValuesRead]);
}

#[tokio::test]
async fn a_test_message_goes_to_the_staff_once_and_says_that_it_is_a_test() {
    let (stage, sandbox) = Stage::with_sandbox().await;
    let account = stage.create_sample(Platform::Telegram).await;
    let send = || {
        stage
            .raccordo
            .send_test_message(&stage.ada, &stage.site, account.id, domain::Language::It)
    };
    assert_eq!(send().await.unwrap(), None);
    let messages = sandbox.messages();
    assert_eq!(messages.len(), 1);
    assert!(messages[0].text.contains("Messaggio di prova"), "{messages:?}");
    sandbox.set_fault(Platform::Telegram, Some(sandbox::Fault::Down));
    assert!(matches!(send().await.unwrap(), Some(Fault::PlatformDown { .. })));
    assert_eq!(
        kinds(&stage).await[..2],
        [LogKind::TestMessageFailed, LogKind::TestMessageSent]
    );
    let elsewhere = stage.create_sample(Platform::Clerk).await;
    let refused = stage
        .raccordo
        .send_test_message(&stage.ada, &stage.site, elsewhere.id, domain::Language::It)
        .await;
    assert!(matches!(refused, Err(TestError::NotOffered)));
}

#[tokio::test]
async fn a_test_ends_in_time_whatever_the_platform_does() {
    let (stage, sandbox) = Stage::with_sandbox().await;
    sandbox.set_fault(Platform::Telegram, Some(sandbox::Fault::Slow));
    let began = std::time::Instant::now();
    let tested = test(&stage, None, &stage.sample(Platform::Telegram, &[]))
        .await
        .unwrap();
    // The stage allows three seconds.
    assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
    assert_eq!(tested.report.failed_step(), Some(StepKind::Credentials));
    assert!(
        tested
            .report
            .steps
            .iter()
            .filter(|step| step.kind > StepKind::Credentials)
            .all(|step| step.state == StepState::Skipped)
    );
}

#[tokio::test]
async fn no_planted_secret_stands_in_the_database_after_tests_of_every_kind() {
    let (stage, sandbox) = Stage::with_sandbox().await;
    let mut planted = Vec::new();
    for fault in [
        None,
        Some(sandbox::Fault::WrongKey),
        Some(sandbox::Fault::Malformed),
    ] {
        for platform in Platform::ALL {
            sandbox.set_fault(platform, fault);
            test(&stage, None, &stage.sample(platform, &[])).await.unwrap();
        }
    }
    for sample in sandbox::sample_accounts() {
        planted.extend(sample.secrets.into_iter().map(|(_, value)| value));
    }
    assert!(planted.len() >= 5);
    for file in stage.files() {
        let bytes = std::fs::read(&file).unwrap();
        for secret in &planted {
            let found = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!found, "{} holds a secret", file.display());
        }
    }
}

#[tokio::test]
async fn samples_are_made_proven_and_switched_on_once_in_a_panel_that_nobody_has_used() {
    let (stage, _sandbox) = Stage::with_sandbox().await;
    let samples: Vec<Submission> = Platform::ALL
        .into_iter()
        .chain([Platform::Telegram])
        .map(|platform| stage.sample(platform, &[]))
        .collect();
    let samples_of = || stage.raccordo.create_samples(&stage.site, &samples, TODAY);
    assert_eq!(samples_of().await.unwrap(), 5);
    assert_eq!(samples_of().await.unwrap(), 0, "once");
    let listed = stage
        .raccordo
        .list_accounts(stage.site.id, domain::AccountFilter::default())
        .await
        .unwrap();
    assert!(listed.rows.iter().all(|row| row.health == Health::Works));
    let active = listed.rows.iter().filter(|row| row.account.active).count();
    assert_eq!(active, 4, "the second bot has no place");
    let used = Stage::new().await;
    used.raccordo
        .create_user(
            "ada".parse().unwrap(),
            crate::stage::password(crate::stage::PASSWORD),
        )
        .await
        .unwrap();
    let refused = used
        .raccordo
        .create_samples(&used.site, &samples, TODAY)
        .await
        .unwrap();
    assert_eq!(refused, 0, "somebody works here");
}
