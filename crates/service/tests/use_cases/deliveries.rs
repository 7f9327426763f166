//! Reading deliveries and doing something about them.

use domain::{
    DeliveryFilter, DeliveryFilterPlace, DeliveryId, DeliveryState, FaultClass, LogEntry, LogFilter, LogKind,
    Platform, SkipReason,
};
use persistence::DeliveryChange;
use service::{BulkChange, LogRange, OpenAccount, Queue, STEP_MAX};

use crate::shop::{exchange, hour_of, order, refusal};
use crate::stage::{Stage, key};

async fn told(stage: &Stage, kind: LogKind) -> Vec<LogEntry> {
    let filter = LogFilter {
        kind: Some(kind),
        ..LogFilter::default()
    };
    let log = stage
        .raccordo
        .list_log(stage.site.id, &filter, LogRange::default())
        .await;
    log.unwrap().entries
}

#[tokio::test]
async fn a_delivery_is_shown_with_its_attempts_and_the_event() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    stage.accept(vec![order(1)]).await;
    let claimed = stage.claim(&account).await;
    stage.finish(&claimed[0], Some(refusal())).await;
    let detail = stage
        .raccordo
        .find_delivery(stage.site.id, claimed[0].id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(detail.row.state, DeliveryState::Refused);
    assert_eq!(detail.row.class, Some(FaultClass::Payload));
    assert_eq!(detail.attempts.len(), 1);
    assert_eq!(detail.attempts[0].fault, Some(refusal()));
    assert_eq!(detail.attempts[0].exchanges, Some(vec![exchange()]));
    assert_eq!(detail.account.unwrap().id, account.id);
    assert!(detail.data.unwrap().contains("anna.rossi@example.com"));
    for file in stage.files() {
        let bytes = std::fs::read(&file).unwrap();
        for planted in ["planted-answer", "planted-words"] {
            let is_there = bytes
                .windows(planted.len())
                .any(|window| window == planted.as_bytes());
            assert!(!is_there, "{planted} in {file:?}");
        }
    }
    let locked = stage.restarted(key("08")).await;
    let detail = locked
        .find_delivery(stage.site.id, claimed[0].id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(detail.attempts[0].exchanges, None);
    assert_eq!(detail.attempts[0].fault, Some(refusal().without_words()));
    assert_eq!(detail.data, None);
}

#[tokio::test]
async fn deliveries_are_paged_by_what_is_older_and_newer() {
    let stage = Stage::new().await;
    stage.active(Platform::ActiveCampaign, &[]).await;
    stage.accept((0..120).map(order).collect()).await;
    let page = async |place| {
        let filter = DeliveryFilter {
            place,
            ..DeliveryFilter::default()
        };
        let page = stage
            .raccordo
            .list_deliveries(stage.site.id, &filter, LogRange::default())
            .await;
        page.unwrap()
    };
    let first = page(DeliveryFilterPlace::Newest).await;
    assert_eq!(
        (first.rows.len(), first.has_newer, first.has_older),
        (50, false, true)
    );
    let last_id = |page: &service::DeliveryPage| page.rows.last().unwrap().id;
    let second = page(DeliveryFilterPlace::OlderThan(last_id(&first))).await;
    assert_eq!(
        (second.rows.len(), second.has_newer, second.has_older),
        (50, true, true)
    );
    let third = page(DeliveryFilterPlace::OlderThan(last_id(&second))).await;
    assert_eq!(
        (third.rows.len(), third.has_newer, third.has_older),
        (20, true, false)
    );
    let back = page(DeliveryFilterPlace::NewerThan(third.rows[0].id)).await;
    assert_eq!(back.rows, second.rows);
    assert!(back.has_newer && back.has_older);
    let top = page(DeliveryFilterPlace::NewerThan(second.rows[0].id)).await;
    assert_eq!(top.rows, first.rows);
    assert!(!top.has_newer);
}

#[tokio::test]
async fn a_filter_finds_what_it_says_and_is_counted() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    stage.active(Platform::Clerk, &[]).await;
    stage.accept(vec![order(1), order(2), order(3)]).await;
    let claimed = stage.claim(&account).await;
    stage.finish(&claimed[0], Some(refusal())).await;
    let count = async |filter: DeliveryFilter| {
        let counted = stage
            .raccordo
            .count_deliveries(stage.site.id, &filter, LogRange::default())
            .await;
        counted.unwrap()
    };
    let all = DeliveryFilter::default();
    assert_eq!(count(all.clone()).await, 6);
    let account = DeliveryFilter {
        account: Some(account.id),
        ..all.clone()
    };
    assert_eq!(count(account).await, 3);
    let refused = DeliveryFilter {
        state: Some(DeliveryState::Refused),
        class: Some(FaultClass::Payload),
        ..all.clone()
    };
    assert_eq!(count(refused).await, 1);
    let about = DeliveryFilter {
        entity: "2".into(),
        ..all.clone()
    };
    assert_eq!(count(about).await, 2);
    let range = LogRange {
        from: Some(stage.raccordo.now().plus_seconds(1)),
        before: None,
    };
    let later = stage.raccordo.count_deliveries(stage.site.id, &all, range).await;
    assert_eq!(later.unwrap(), 0);
}

#[tokio::test]
async fn all_failures_are_retried_in_steps_that_the_log_tells() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    for half in [0..300, 300..600] {
        stage.accept(half.map(order).collect()).await;
    }
    let mut refused = 0;
    while refused < 600 {
        for claimed in stage.claim(&account).await {
            stage.finish(&claimed, Some(refusal())).await;
            refused += 1;
        }
    }
    let groups = stage
        .raccordo
        .list_failure_groups(stage.site.id, None)
        .await
        .unwrap();
    assert_eq!(groups.len(), 1);
    assert_eq!(
        (groups[0].count, groups[0].class),
        (600, Some(FaultClass::Payload))
    );
    let filter = DeliveryFilter {
        account: Some(account.id),
        state: Some(DeliveryState::Refused),
        ..DeliveryFilter::default()
    };
    // Somebody asks; what is refused again meanwhile was not meant.
    stage.clock.pass(1);
    let bulk = BulkChange {
        change: DeliveryChange::RetryNow,
        mark: stage.raccordo.now(),
        from: None,
        limit: STEP_MAX,
    };
    let range = LogRange::default();
    let count = async || {
        let counted = stage
            .raccordo
            .count_changes(stage.site.id, &filter, range, bulk)
            .await;
        counted.unwrap()
    };
    let step = async |from| {
        let bulk = BulkChange { from, ..bulk };
        let changed = stage
            .raccordo
            .change_deliveries(&stage.ada, stage.site.id, &filter, range, bulk);
        let changed = changed.await.unwrap();
        (changed.count, changed.next)
    };
    assert_eq!(count().await, 600);
    let (first, next) = step(None).await;
    assert_eq!((first, next.is_some()), (500, true));
    for claimed in stage.claim(&account).await {
        stage.finish(&claimed, Some(refusal())).await;
    }
    assert_eq!(count().await, 100);
    assert_eq!(step(next).await, (100, None));
    let entries = told(&stage, LogKind::DeliveriesRetried).await;
    let counts: Vec<_> = entries.iter().map(|entry| entry.message.count).collect();
    assert_eq!(counts, [Some(100), Some(500)]);
    assert_eq!(entries[0].by.as_deref(), Some("ada"));
    assert_eq!(entries[0].account.as_ref().unwrap().id, account.id);
}

#[tokio::test]
async fn one_delivery_is_retried_or_skipped_and_no_other() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    stage.active(Platform::Clerk, &[]).await;
    stage.accept(vec![order(1), order(2)]).await;
    let claimed = stage.claim(&account).await;
    stage.finish(&claimed[0], Some(refusal())).await;
    let id = claimed[0].id;
    let change = async |id: DeliveryId, change| {
        let changed = stage
            .raccordo
            .change_delivery(&stage.ada, stage.site.id, id, change)
            .await;
        changed.unwrap()
    };
    // It does not wait, so that there is nothing to skip.
    assert!(!change(id, DeliveryChange::Skip(SkipReason::ByHand)).await);
    assert!(change(id, DeliveryChange::RetryNow).await);
    assert_eq!(stage.state_of(id).await, DeliveryState::Waiting);
    assert!(change(id, DeliveryChange::Skip(SkipReason::ByHand)).await);
    assert_eq!(stage.state_of(id).await, DeliveryState::Skipped);
    assert_eq!(stage.state_of(claimed[1].id).await, DeliveryState::Waiting);
    let entries = told(&stage, LogKind::DeliveriesSkipped).await;
    assert_eq!(entries.len(), 1);
    let delivery = entries[0].message.delivery.as_ref().unwrap();
    assert_eq!((delivery.event, delivery.entity_id.as_str()), (id.event, "1"));
    assert_eq!(told(&stage, LogKind::DeliveriesRetried).await.len(), 1);
}

#[tokio::test]
async fn the_activity_has_every_hour_and_says_how_long_the_backlog_takes() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    stage.accept((0..11).map(order).collect()).await;
    let claimed = stage.claim(&account).await;
    stage.finish(&claimed[0], None).await;
    let activity = stage
        .raccordo
        .activity(stage.site.id, account.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(activity.hours.len(), 24);
    let present = activity.hours.last().unwrap();
    assert_eq!(
        (present.hour, present.delivered),
        (hour_of(stage.raccordo.now()), 1)
    );
    assert_eq!(activity.backlog.waiting, 10);
    let estimate = activity.estimate.unwrap();
    assert_eq!(
        (estimate.calls, estimate.needless, estimate.is_sampled),
        (30, 0, false)
    );
    assert_eq!(estimate.expected_ms, Some(6_000));
    assert_eq!(activity.hold, None);
    let bot = stage.active(Platform::Telegram, &[]).await;
    let activity = stage
        .raccordo
        .activity(stage.site.id, bot.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(activity.estimate, None);
    let gone = domain::AccountId::new(uuid::Uuid::from_u128(5));
    assert!(
        stage
            .raccordo
            .activity(stage.site.id, gone)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn the_engine_is_given_an_account_with_its_secrets_or_told_why_not() {
    let stage = Stage::new().await;
    let account = stage.create(Platform::ActiveCampaign, &[]).await;
    match stage
        .raccordo
        .open_account(stage.site.id, account.id)
        .await
        .unwrap()
    {
        OpenAccount::Open {
            account: found,
            secrets,
        } => {
            assert_eq!(found.id, account.id);
            assert!(secrets.get("api_key").is_some());
            assert!(!format!("{secrets:?}").contains("planted"));
        }
        other => panic!("{other:?}"),
    }
    let locked = stage.restarted(key("08")).await;
    let opened = locked.open_account(stage.site.id, account.id).await.unwrap();
    assert!(matches!(opened, OpenAccount::Locked(_)));
    let nobody = domain::AccountId::new(uuid::Uuid::from_u128(5));
    let opened = stage.raccordo.open_account(stage.site.id, nobody).await.unwrap();
    assert!(matches!(opened, OpenAccount::Gone));
}

#[tokio::test]
async fn what_is_remembered_goes_by_a_hash_of_the_account_and_the_words() {
    let stage = Stage::new().await;
    let one = stage.create(Platform::ActiveCampaign, &[]).await;
    let two = stage.create(Platform::ActiveCampaign, &[]).await;
    let key = |account: &domain::Account, words| stage.raccordo.memory_key(account.id, words).unwrap();
    assert_eq!(key(&one, "customer 7"), key(&one, "customer 7"));
    assert_ne!(key(&one, "customer 7"), key(&two, "customer 7"));
    assert_ne!(key(&one, "customer 7"), key(&one, "customer 8"));
}

#[tokio::test]
async fn the_deliveries_of_a_deleted_account_are_gone_and_the_event_stays() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    stage.accept(vec![order(1)]).await;
    let claimed = stage.claim(&account).await;
    stage.turn(&account, false, Queue::Hold).await;
    let stored = stage.stored(account.id).await.unwrap();
    stage
        .raccordo
        .delete_accounts(&stage.ada, stage.site.id, &[(stored.id, stored.version)])
        .await
        .unwrap();
    let found = stage
        .raccordo
        .find_delivery(stage.site.id, claimed[0].id)
        .await
        .unwrap();
    assert!(found.is_none());
    let event = stage
        .raccordo
        .find_event(stage.site.id, claimed[0].id.event)
        .await
        .unwrap()
        .unwrap();
    assert!(event.deliveries.is_empty());
}
