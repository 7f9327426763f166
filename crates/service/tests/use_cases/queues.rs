//! Queues that are held and go on.

use std::time::Duration;

use domain::{Account, DeliveryState, HoldReason, LogFilter, LogKind, LogMessage, Platform, SkipReason};
use persistence::{Hold, HoldExpectation};
use service::{LogRange, Queue};

use crate::shop::order;
use crate::stage::{Stage, TODAY, key};

impl Stage {
    /// Holds a queue as the engine does.
    async fn hold(&self, account: &Account, reason: HoldReason) {
        let hold = Hold {
            reason,
            since: self.raccordo.now(),
            until: None,
        };
        let entry = self
            .raccordo
            .log_entry(self.site.id, Some(account), LogMessage::held(reason))
            .unwrap();
        assert!(
            self.store
                .set_hold(account.id, HoldExpectation::Any, Some(hold), vec![entry])
                .await
                .unwrap()
        );
        assert_eq!(self.held(account).await, Some(reason));
    }

    /// Why a queue is held.
    async fn held(&self, account: &Account) -> Option<HoldReason> {
        let activity = self.raccordo.activity(self.site.id, account.id).await.unwrap();
        activity.unwrap().hold.map(|hold| hold.reason)
    }

    async fn told(&self, kind: LogKind) -> Vec<LogMessage> {
        let filter = LogFilter {
            kind: Some(kind),
            ..LogFilter::default()
        };
        let log = self
            .raccordo
            .list_log(self.site.id, &filter, LogRange::default())
            .await;
        log.unwrap()
            .entries
            .into_iter()
            .map(|entry| entry.message)
            .collect()
    }
}

#[tokio::test]
async fn switching_off_keeps_what_waits_until_the_account_is_on_again() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    stage.accept(vec![order(1)]).await;
    stage.turn(&account, false, Queue::Hold).await;
    assert_eq!(stage.held(&account).await, Some(HoldReason::Off));
    assert_eq!(stage.claim(&account).await, []);
    stage.turn(&account, true, Queue::Hold).await;
    assert_eq!(stage.held(&account).await, None);
    assert_eq!(stage.claim(&account).await.len(), 1);
}

#[tokio::test]
async fn switching_off_skips_what_waits_where_somebody_asked_for_it() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    let other = stage.active(Platform::Clerk, &[]).await;
    stage.accept((0..700).map(order).collect()).await;
    stage.turn(&account, false, Queue::Skip).await;
    assert_eq!(stage.held(&account).await, None);
    let page = stage
        .raccordo
        .list_deliveries(
            stage.site.id,
            &domain::DeliveryFilter {
                account: Some(account.id),
                ..domain::DeliveryFilter::default()
            },
            LogRange::default(),
        )
        .await
        .unwrap();
    assert!(
        page.rows
            .iter()
            .all(|row| row.state == DeliveryState::Skipped && row.reason == Some(SkipReason::Inactive))
    );
    let told = stage.told(LogKind::DeliveriesSkipped).await;
    assert_eq!(
        told.iter().map(|message| message.count).collect::<Vec<_>>(),
        [Some(700)]
    );
    stage.turn(&account, true, Queue::Hold).await;
    assert_eq!(stage.claim(&account).await, []);
    assert_eq!(stage.claim(&other).await.len(), 100);
}

#[tokio::test]
async fn who_is_ousted_loses_what_waits_where_somebody_asked_for_it() {
    let stage = Stage::new().await;
    let old = stage.active(Platform::ActiveCampaign, &[]).await;
    let new = stage.create(Platform::ActiveCampaign, &[]).await;
    stage.accept((1..=3).map(order).collect()).await;
    stage
        .raccordo
        .swap_account(&stage.ada, stage.site.id, new.id, Queue::Skip)
        .await
        .unwrap();
    assert_eq!(stage.held(&old).await, None);
    let told = stage.told(LogKind::DeliveriesSkipped).await;
    assert_eq!(told[0].count, Some(3));
}

#[tokio::test]
async fn what_is_still_to_be_skipped_is_told_and_can_be_kept() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    stage.accept((0..3).map(order).collect()).await;
    stage.clock.pass(1);
    // As a process leaves it that is stopped in between.
    stage.turn(&account, false, Queue::Hold).await;
    let skipping = async || {
        let activity = stage.raccordo.activity(stage.site.id, account.id).await;
        activity.unwrap().unwrap().skipping
    };
    assert_eq!(skipping().await, 0, "it is held");
    let keep = async || {
        let kept = stage
            .raccordo
            .keep_left_over(&stage.ada, stage.site.id, account.id)
            .await;
        kept.unwrap()
    };
    assert!(!keep().await);
    let let_go = async || {
        let let_go = stage
            .store
            .set_hold(account.id, HoldExpectation::Any, None, Vec::new())
            .await;
        let_go.unwrap()
    };
    assert!(let_go().await);
    assert_eq!(skipping().await, 3);
    assert!(keep().await);
    assert_eq!(
        (skipping().await, stage.held(&account).await),
        (0, Some(HoldReason::Off))
    );
    assert_eq!(stage.told(LogKind::QueueHeld).await.len(), 1);
    stage.raccordo.skip_left_over().await.unwrap();
    assert_eq!(stage.told(LogKind::DeliveriesSkipped).await, []);
    // Nobody asked: the rest is skipped.
    assert!(let_go().await);
    stage.raccordo.skip_left_over().await.unwrap();
    assert_eq!(skipping().await, 0);
    assert_eq!(stage.told(LogKind::DeliveriesSkipped).await[0].count, Some(3));
}

#[tokio::test]
async fn a_pause_that_ends_while_the_account_is_off_skips_nothing() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    stage.accept(vec![order(1)]).await;
    stage
        .raccordo
        .pause(&stage.ada, stage.site.id, account.id, None)
        .await
        .unwrap();
    stage.turn(&account, false, Queue::Hold).await;
    let resumed = stage.raccordo.resume(&stage.ada, stage.site.id, account.id).await;
    assert!(resumed.unwrap());
    assert_eq!(stage.held(&account).await, Some(HoldReason::Off));
    stage.clock.pass(3600);
    stage.raccordo.skip_left_over().await.unwrap();
    stage.turn(&account, true, Queue::Hold).await;
    assert_eq!(stage.held(&account).await, None);
    assert_eq!(stage.claim(&account).await.len(), 1);
}

#[tokio::test]
async fn who_is_ousted_keeps_what_waits() {
    let stage = Stage::new().await;
    let old = stage.active(Platform::ActiveCampaign, &[]).await;
    let new = stage.create(Platform::ActiveCampaign, &[]).await;
    stage.accept(vec![order(1)]).await;
    stage
        .raccordo
        .swap_account(&stage.ada, stage.site.id, new.id, Queue::Hold)
        .await
        .unwrap();
    assert_eq!(stage.held(&old).await, Some(HoldReason::Off));
    assert_eq!(stage.held(&new).await, None);
}

#[tokio::test]
async fn a_pause_ends_by_itself_or_when_somebody_says_so() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    stage.accept(vec![order(1)]).await;
    let until = stage.raccordo.now().plus_seconds(90 * 60);
    let pause = async |until| {
        let paused = stage
            .raccordo
            .pause(&stage.ada, stage.site.id, account.id, until)
            .await;
        paused.unwrap()
    };
    assert!(pause(Some(until)).await);
    assert!(!pause(Some(until)).await);
    assert_eq!(stage.held(&account).await, Some(HoldReason::Paused));
    assert_eq!(stage.claim(&account).await, []);
    assert_eq!(stage.told(LogKind::QueuePaused).await[0].count, Some(90));
    stage.clock.pass(90 * 60);
    assert_eq!(stage.held(&account).await, None);
    let resume = async || {
        let resumed = stage.raccordo.resume(&stage.ada, stage.site.id, account.id).await;
        resumed.unwrap()
    };
    assert!(!resume().await);
    assert!(pause(None).await);
    assert_eq!(stage.claim(&account).await, []);
    assert!(resume().await);
    assert_eq!(stage.told(LogKind::QueueResumed).await.len(), 1);
    assert_eq!(stage.claim(&account).await.len(), 1);
}

#[tokio::test]
async fn a_pause_outlives_being_switched_on() {
    let stage = Stage::new().await;
    let account = stage.create(Platform::ActiveCampaign, &[]).await;
    stage
        .raccordo
        .pause(&stage.ada, stage.site.id, account.id, None)
        .await
        .unwrap();
    stage.turn(&account, true, Queue::Hold).await;
    assert_eq!(stage.held(&account).await, Some(HoldReason::Paused));
}

#[tokio::test]
async fn saving_other_credentials_lets_the_queue_go_and_a_new_description_does_not() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    stage.hold(&account, HoldReason::Credentials).await;
    let renamed = stage.reopened(Platform::ActiveCampaign, &[("description", "Renamed")]);
    stage.update(account.id, account.version, &renamed).await.unwrap();
    assert_eq!(stage.held(&account).await, Some(HoldReason::Credentials));
    let form = stage.reopened(
        Platform::ActiveCampaign,
        &[
            ("description", "Renamed"),
            ("api_key", "another-key-0123456789abcdef"),
        ],
    );
    let version = stage.stored(account.id).await.unwrap().version;
    stage.update(account.id, version, &form).await.unwrap();
    assert_eq!(stage.held(&account).await, None);
    let told = stage.told(LogKind::QueueResumed).await;
    assert_eq!(told[0].hold, Some(HoldReason::Credentials));
}

#[tokio::test]
async fn a_passed_test_lets_the_queue_go_and_a_failed_one_does_not() {
    let (stage, sandbox) = Stage::with_sandbox().await;
    let account = stage.create_sample(Platform::ActiveCampaign).await;
    stage.turn(&account, true, Queue::Hold).await;
    stage.hold(&account, HoldReason::Credentials).await;
    let test = async || {
        let form = stage.sample_reopened(Platform::ActiveCampaign, &[]);
        let tested = stage
            .raccordo
            .test_form(&stage.ada, &stage.site, Some(account.id), &form, TODAY, &|_| ())
            .await
            .unwrap();
        assert!(tested.is_kept);
        tested.report.works()
    };
    sandbox.set_fault(Platform::ActiveCampaign, Some(sandbox::Fault::WrongKey));
    assert!(!test().await);
    assert_eq!(stage.held(&account).await, Some(HoldReason::Credentials));
    sandbox.set_fault(Platform::ActiveCampaign, None);
    assert!(test().await);
    assert_eq!(stage.held(&account).await, None);
    // So does a scheduled check.
    stage.hold(&account, HoldReason::Credentials).await;
    stage.clock.pass(2 * 3600);
    assert_eq!(stage.raccordo.check_due().await.unwrap(), 1);
    assert_eq!(stage.held(&account).await, None);
}

#[tokio::test]
async fn a_locked_queue_goes_on_at_the_next_start_with_the_right_key() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    stage.hold(&account, HoldReason::Locked).await;
    stage.restarted(key("08")).await;
    assert_eq!(stage.held(&account).await, Some(HoldReason::Locked));
    stage.restarted(key("07")).await;
    assert_eq!(stage.held(&account).await, None);
    stage.hold(&account, HoldReason::Credentials).await;
    stage.restarted(key("07")).await;
    assert_eq!(stage.held(&account).await, Some(HoldReason::Credentials));
}

#[tokio::test]
async fn a_pause_takes_no_other_hold_away_and_nobody_resumes_an_account_that_is_off() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    let pause = async || {
        let paused = stage
            .raccordo
            .pause(&stage.ada, stage.site.id, account.id, None)
            .await;
        paused.unwrap()
    };
    let resume = async || {
        let resumed = stage.raccordo.resume(&stage.ada, stage.site.id, account.id).await;
        resumed.unwrap()
    };
    stage.hold(&account, HoldReason::Credentials).await;
    assert!(!pause().await);
    assert_eq!(stage.held(&account).await, Some(HoldReason::Credentials));
    assert!(resume().await);
    // Switched off while it is paused, it is still paused when it is on again.
    assert!(pause().await);
    stage.turn(&account, false, Queue::Hold).await;
    stage.turn(&account, true, Queue::Hold).await;
    assert_eq!(stage.held(&account).await, Some(HoldReason::Paused));
    assert!(resume().await);
    stage.turn(&account, false, Queue::Hold).await;
    assert!(!pause().await && !resume().await);
    assert_eq!(stage.held(&account).await, Some(HoldReason::Off));
}

#[tokio::test]
async fn a_switch_that_does_not_come_about_leaves_the_queue_as_it_was() {
    let stage = Stage::new().await;
    let old = stage.active(Platform::ActiveCampaign, &[]).await;
    let new = stage.create(Platform::ActiveCampaign, &[]).await;
    stage.hold(&old, HoldReason::Credentials).await;
    // Twenty at once: each swap ousts whoever is on, and some come too late.
    let swap = |id| {
        let raccordo = &stage.raccordo;
        raccordo.swap_account(&stage.ada, stage.site.id, id, Queue::Hold)
    };
    for _ in 0..20 {
        let (one, other) = tokio::join!(swap(new.id), swap(old.id));
        drop((one, other));
        for account in [&old, &new] {
            let is_on = stage.stored(account.id).await.unwrap().active;
            let held = stage.held(account).await;
            assert_eq!(held == Some(HoldReason::Off), !is_on, "{held:?}");
        }
    }
}

#[tokio::test]
async fn what_a_process_left_behind_is_tended() {
    let stage = Stage::new().await;
    let on = stage.active(Platform::ActiveCampaign, &[]).await;
    let off = stage.active(Platform::Clerk, &[]).await;
    stage.accept(vec![order(1)]).await;
    // One was about to be switched off, of the other what waits was about to be skipped.
    stage.hold(&on, HoldReason::Off).await;
    stage.raccordo.tend_queues().await.unwrap();
    assert_eq!(
        stage.held(&on).await,
        Some(HoldReason::Off),
        "somebody may be at it"
    );
    stage.turn(&off, false, Queue::Hold).await;
    stage
        .store
        .set_hold(off.id, HoldExpectation::Any, None, Vec::new())
        .await
        .unwrap();
    stage.clock.pass(3600);
    stage.raccordo.tend_queues().await.unwrap();
    stage.raccordo.skip_left_over().await.unwrap();
    assert_eq!(stage.held(&on).await, None);
    assert_eq!(stage.claim(&on).await.len(), 1);
    let told = stage.told(LogKind::DeliveriesSkipped).await;
    assert_eq!(told[0].count, Some(1));
    stage.turn(&off, true, Queue::Hold).await;
    assert_eq!(stage.claim(&off).await, []);
}

#[tokio::test]
async fn a_pace_that_nobody_needs_is_forgotten_after_a_day() {
    let stage = Stage::new().await;
    let remote = stage.raccordo.remote_key("shop.api-us1.com").unwrap();
    let other = stage.raccordo.remote_key("other.api-us1.com").unwrap();
    assert_ne!(remote, other);
    stage.store.rest(remote, Duration::from_millis(1)).await.unwrap();
    let rest = stage.store.find_rest(remote).await.unwrap().unwrap();
    // The store's clock is its own.
    stage
        .clock
        .pass(rest.at.seconds_since(stage.raccordo.now()) + 86_000);
    stage.raccordo.tend_queues().await.unwrap();
    assert!(stage.store.find_rest(remote).await.unwrap().is_some());
    stage.clock.pass(1_000);
    stage.raccordo.tend_queues().await.unwrap();
    assert_eq!(stage.store.find_rest(remote).await.unwrap(), None);
}
