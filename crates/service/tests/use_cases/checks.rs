//! Scheduled checks: who is due, what they change, what they tell.

use domain::{Account, Fault, Health, LogFilter, LogKind, LogMessage, Platform};
use service::{Confirmation, LogRange, Queue};

use crate::stage::{Stage, TODAY, platforms};

/// An hour and a tenth: whatever was due within an hour is due by then.
const NEXT_CHECK: i64 = 3960;

async fn active(stage: &Stage, platform: Platform) -> Account {
    let account = stage.create_sample(platform).await;
    let form = stage.sample_reopened(platform, &[]);
    stage
        .raccordo
        .test_form(&stage.ada, &stage.site, Some(account.id), &form, TODAY, &|_| ())
        .await
        .unwrap();
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
        .unwrap()
        .account
}

async fn check_all(raccordo: &service::Raccordo) -> usize {
    let mut checked = 0;
    loop {
        match raccordo.check_due().await.unwrap() {
            0 => return checked,
            some => checked += some,
        }
    }
}

async fn health(stage: &Stage, account: &Account) -> Health {
    stage.raccordo.health(account).await.unwrap().0
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
async fn an_active_account_is_checked_when_it_is_due_and_only_a_change_is_told() {
    let (stage, sandbox) = Stage::with_sandbox().await;
    let account = active(&stage, Platform::Telegram).await;
    let off = stage.create_sample(Platform::Clerk).await;
    assert_eq!(check_all(&stage.raccordo).await, 1, "only the active one");
    assert_eq!(check_all(&stage.raccordo).await, 0, "not before it is due again");
    let before = kinds(&stage).await.len();
    stage.clock.pass(NEXT_CHECK);
    assert_eq!(check_all(&stage.raccordo).await, 1);
    assert_eq!(
        kinds(&stage).await.len(),
        before,
        "it still works: nothing to tell"
    );
    sandbox.set_fault(Platform::Telegram, Some(sandbox::Fault::Down));
    stage.clock.pass(NEXT_CHECK);
    check_all(&stage.raccordo).await;
    assert_eq!(health(&stage, &account).await, Health::Failing);
    assert_eq!(kinds(&stage).await[0], LogKind::StartedFailing);
    sandbox.set_fault(Platform::Telegram, None);
    stage.clock.pass(NEXT_CHECK);
    check_all(&stage.raccordo).await;
    assert_eq!(health(&stage, &account).await, Health::Works);
    assert_eq!(kinds(&stage).await[0], LogKind::Recovered);
    assert_eq!(health(&stage, &off).await, Health::NeverTested);
}

#[tokio::test]
async fn only_an_answer_about_credentials_marks_them_bad_and_silence_does_not_clear_them() {
    let (stage, sandbox) = Stage::with_sandbox().await;
    let account = active(&stage, Platform::ActiveCampaign).await;
    let mut seen = Vec::new();
    for fault in [
        Some(sandbox::Fault::InternalError),
        Some(sandbox::Fault::CloseAfter),
        Some(sandbox::Fault::WrongKey),
        Some(sandbox::Fault::Down),
        Some(sandbox::Fault::RateLimited),
        None,
        Some(sandbox::Fault::RateLimitedSilent),
    ] {
        sandbox.set_fault(Platform::ActiveCampaign, fault);
        stage.clock.pass(NEXT_CHECK);
        check_all(&stage.raccordo).await;
        seen.push(health(&stage, &account).await);
    }
    assert_eq!(
        seen,
        [
            Health::Failing,
            Health::Failing,
            Health::CredentialsRejected,
            Health::CredentialsRejected,
            Health::CredentialsRejected,
            Health::Works,
            Health::Works,
        ]
    );
}

#[tokio::test]
async fn when_nobody_is_reached_the_panels_own_network_is_suspected_and_told_once() {
    let (stage, _sandbox) = Stage::with_sandbox().await;
    for platform in [Platform::Telegram, Platform::Clerk, Platform::ActiveCampaign] {
        active(&stage, platform).await;
    }
    check_all(&stage.raccordo).await;
    assert!(!stage.raccordo.suspects_own_network(stage.site.id).await.unwrap());
    // Without the sandbox its hosts do not exist.
    let cut_off = stage.reach(platforms(None)).await;
    for _ in 0..3 {
        stage.clock.pass(NEXT_CHECK);
        assert_eq!(check_all(&cut_off).await, 3);
    }
    assert!(cut_off.suspects_own_network(stage.site.id).await.unwrap());
    let told = |kinds: &[LogKind]| {
        kinds
            .iter()
            .filter(|kind| **kind == LogKind::OwnNetworkSuspected)
            .count()
    };
    assert_eq!(told(&kinds(&stage).await), 1);
    stage.clock.pass(NEXT_CHECK);
    check_all(&stage.raccordo).await;
    assert!(!stage.raccordo.suspects_own_network(stage.site.id).await.unwrap());
    assert!(kinds(&stage).await.contains(&LogKind::OwnNetworkBack));
}

#[tokio::test]
async fn an_outage_is_not_over_because_of_a_test_of_before() {
    let (stage, _sandbox) = Stage::with_sandbox().await;
    active(&stage, Platform::Telegram).await;
    check_all(&stage.raccordo).await;
    // Only what is new is due, and is not reached.
    active(&stage, Platform::Clerk).await;
    let message = LogMessage::counted(LogKind::OwnNetworkSuspected, 1);
    let entry = stage.raccordo.log_entry(stage.site.id, None, message).unwrap();
    stage.raccordo.store().append_log(vec![entry]).await.unwrap();
    let cut_off = stage.reach(platforms(None)).await;
    assert_eq!(check_all(&cut_off).await, 1);
    assert!(!kinds(&stage).await.contains(&LogKind::OwnNetworkBack));
    assert!(stage.raccordo.suspects_own_network(stage.site.id).await.unwrap());
}

#[tokio::test]
async fn two_processes_check_each_account_once() {
    let (stage, sandbox) = Stage::with_sandbox().await;
    for platform in Platform::ALL {
        active(&stage, platform).await;
    }
    stage.clock.pass(NEXT_CHECK);
    let other = stage.reach(platforms(Some(&sandbox))).await;
    let (one, two) = tokio::join!(check_all(&stage.raccordo), check_all(&other));
    assert_eq!(one + two, Platform::ALL.len());
}

#[tokio::test]
async fn a_check_that_ends_after_a_save_does_not_speak_for_the_new_settings() {
    let (stage, sandbox) = Stage::with_sandbox().await;
    let account = active(&stage, Platform::Telegram).await;
    sandbox.set_fault(Platform::Telegram, Some(sandbox::Fault::Slow));
    stage.clock.pass(NEXT_CHECK);
    let checking = std::sync::Arc::clone(&stage.raccordo);
    let check = tokio::spawn(async move { checking.check_due().await.unwrap() });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let changed = stage.sample_reopened(
        Platform::Telegram,
        &[("bot_token", "1234567890:SANDBOX-another-token-0123456789")],
    );
    stage.update(account.id, account.version, &changed).await.unwrap();
    assert_eq!(check.await.unwrap(), 1);
    let after = stage.stored(account.id).await.unwrap();
    assert_eq!(health(&stage, &after).await, Health::NeverTested);
    let (_, kept) = stage.raccordo.health(&after).await.unwrap();
    let fault = kept.and_then(|check| check.fault().cloned());
    assert!(
        !matches!(fault, Some(Fault::CredentialsRejected { .. })),
        "{fault:?}"
    );
}

#[tokio::test]
async fn without_an_interval_nothing_is_checked() {
    let (stage, _sandbox) = Stage::with_sandbox().await;
    active(&stage, Platform::Telegram).await;
    let quiet = stage.unchecked().await;
    assert_eq!(quiet.check_due().await.unwrap(), 0);
}
