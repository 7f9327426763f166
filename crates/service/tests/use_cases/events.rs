//! Taking events in, reading, explaining and removing them.

use std::time::Duration;

use domain::{EventId, EventKind, LogFilter, LogKind, Platform, SkipReason};
use events::Payload;
use persistence::{Acceptance, EventQuery, Purgeable};
use platforms::Plan;
use serde_json::json;
use service::{
    AcceptError, EventPurge, ExplainError, Explained, Key, KeyState, LogRange, OpenPayload, Queue,
    ServiceError,
};
use uuid::Uuid;

use crate::shop::{order, read, sample};
use crate::stage::{Stage, key};

fn every_event(stage: &Stage) -> EventQuery {
    EventQuery {
        site: stage.site.id,
        kind: None,
        entity_id: None,
        older_than: None,
        limit: 100,
    }
}

async fn newest(stage: &Stage) -> EventId {
    stage.raccordo.list_events(&every_event(stage)).await.unwrap()[0].id
}

#[tokio::test]
async fn an_event_gets_a_delivery_for_every_active_account_that_it_reaches() {
    let stage = Stage::new().await;
    let newsletter = stage.active(Platform::ActiveCampaign, &[]).await;
    stage.active(Platform::Clerk, &[]).await;
    stage.active(Platform::Telegram, &[]).await;
    stage.create(Platform::ActiveCampaign, &[]).await;
    let accepted = stage
        .accept(vec![
            read(&sample(EventKind::OrderPlaced, 1)),
            read(&sample(EventKind::CartUpdated, 1)),
            read(&sample(EventKind::PageDeleted, 1)),
        ])
        .await;
    let counts: Vec<u32> = accepted
        .iter()
        .map(|accepted| match accepted {
            Acceptance::Taken { deliveries } => *deliveries,
            Acceptance::Known(_) => 0,
        })
        .collect();
    assert_eq!(counts, [2, 1, 1]);
    let detail = stage
        .raccordo
        .find_event(stage.site.id, newest(&stage).await)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(detail.event.kind, EventKind::PageDeleted);
    assert!(
        detail
            .deliveries
            .iter()
            .all(|row| row.id.account != newsletter.id)
    );
    assert!(matches!(
        detail.payload,
        OpenPayload::Open {
            payload: Payload::Removed(_),
            ..
        }
    ));
}

#[tokio::test]
async fn the_same_event_again_is_acknowledged_and_not_taken_twice() {
    let stage = Stage::new().await;
    stage.active(Platform::ActiveCampaign, &[]).await;
    stage.accept(vec![order(1)]).await;
    let first = newest(&stage).await;
    let again = stage.accept(vec![order(1), order(2)]).await;
    assert_eq!(again[0], Acceptance::Known(first));
    assert_eq!(again[1], Acceptance::Taken { deliveries: 1 });
    assert_eq!(
        stage
            .raccordo
            .list_events(&every_event(&stage))
            .await
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn too_many_events_at_once_are_refused() {
    let stage = Stage::new().await;
    let events = vec![order(1); events::BATCH_EVENTS_MAX + 1];
    let refused = stage.raccordo.accept_events(stage.site.id, events).await;
    assert!(matches!(refused, Err(AcceptError::TooMany)));
    assert_eq!(stage.accept(Vec::new()).await, []);
}

#[tokio::test]
async fn no_personal_data_of_an_event_can_be_read_in_the_files() {
    let stage = Stage::new().await;
    stage.active(Platform::ActiveCampaign, &[]).await;
    let mut guest = sample(EventKind::NewsletterSubscribed, 1);
    guest["data"] =
        json!({"email": "Planted.Guest@Example.com", "last_name": "Planted-Name", "newsletter": true});
    let mut named = sample(EventKind::CustomerUpdated, 1);
    named["data"]["id"] = json!("planted.customer@example.com");
    let mut order = sample(EventKind::OrderPlaced, 1);
    order["data"]["customer"]["phone"] = json!("+39 planted phone");
    stage.accept(vec![read(&guest), read(&named), read(&order)]).await;
    for file in stage.files() {
        let bytes = std::fs::read(&file).unwrap().to_ascii_lowercase();
        for planted in [
            "planted.guest",
            "planted-name",
            "planted.customer",
            "planted phone",
            "anna.rossi",
        ] {
            assert!(
                !bytes
                    .windows(planted.len())
                    .any(|window| window == planted.as_bytes()),
                "{planted} in {file:?}"
            );
        }
    }
    // They are found all the same by whoever knows the address.
    for address in ["planted.guest@example.com", "Planted.Customer@example.com"] {
        let query = EventQuery {
            entity_id: Some(address.into()),
            ..every_event(&stage)
        };
        assert_eq!(
            stage.raccordo.list_events(&query).await.unwrap().len(),
            1,
            "{address}"
        );
    }
}

#[tokio::test]
async fn without_the_master_key_nothing_is_taken_in_and_nothing_opened() {
    let stage = Stage::new().await;
    stage.active(Platform::ActiveCampaign, &[]).await;
    stage.accept(vec![order(1)]).await;
    for (key, state) in [(Key::Missing, KeyState::Missing), (key("08"), KeyState::Other)] {
        let locked = stage.restarted(key).await;
        let refused = locked.accept_events(stage.site.id, vec![order(2)]).await;
        assert!(matches!(refused, Err(AcceptError::Service(ServiceError::Key(found))) if found == state));
        let detail = locked
            .find_event(stage.site.id, newest(&stage).await)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(detail.payload, OpenPayload::Locked);
        let explained = locked
            .explain(stage.site.id, detail.event.id)
            .await
            .unwrap()
            .unwrap();
        assert!(matches!(explained[0].plan, Err(ExplainError::PayloadLocked)));
    }
}

#[tokio::test]
async fn a_payload_that_was_moved_to_another_event_does_not_open() {
    let stage = Stage::new().await;
    stage.accept(vec![order(1), order(2)]).await;
    let events = stage.raccordo.list_events(&every_event(&stage)).await.unwrap();
    let one = stage
        .store
        .find_event(stage.site.id, events[0].id)
        .await
        .unwrap()
        .unwrap();
    let mut other = stage
        .store
        .find_event(stage.site.id, events[1].id)
        .await
        .unwrap()
        .unwrap();
    assert!(matches!(
        stage.raccordo.open_payload(&other).unwrap(),
        OpenPayload::Open { .. }
    ));
    other.sealed = one.sealed;
    assert_eq!(
        stage.raccordo.open_payload(&other).unwrap(),
        OpenPayload::Unreadable
    );
}

#[tokio::test]
async fn a_shop_whose_clock_is_ahead_does_not_make_its_carts_wait_for_longer() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    let mut cart = sample(EventKind::CartUpdated, 1);
    cart["time"] = json!("2099-01-01T00:00:00Z");
    stage.accept(vec![read(&cart)]).await;
    assert_eq!(stage.claim(&account).await, []);
    stage.clock.pass(30 * 60);
    assert_eq!(stage.claim(&account).await.len(), 1);
}

async fn explain(stage: &Stage, event: EventId) -> Vec<Explained> {
    let explained = stage.raccordo.explain(stage.site.id, event).await;
    explained.unwrap().unwrap()
}

async fn explain_newest(stage: &Stage) -> Vec<Explained> {
    explain(stage, newest(stage).await).await
}

#[tokio::test]
async fn an_event_is_explained_for_every_active_account_without_a_call() {
    let (stage, sandbox) = Stage::with_sandbox().await;
    let account = stage.create_sample(Platform::ActiveCampaign).await;
    stage.turn(&account, true, Queue::Hold).await;
    let clerk = stage.create_sample(Platform::Clerk).await;
    stage.turn(&clerk, true, Queue::Hold).await;
    let off = stage.create_sample(Platform::Telegram).await;
    let event = read(&sample(EventKind::OrderPlaced, 1));
    stage.accept(vec![event]).await;
    let before = sandbox.sink().totals();
    let explained = explain_newest(&stage).await;
    assert_eq!(explained.len(), 2);
    assert!(explained.iter().all(|one| one.account.id != off.id));
    for one in &explained {
        match (one.account.platform(), one.plan.as_ref().unwrap()) {
            (Platform::ActiveCampaign, Plan::Calls(calls)) => {
                assert!(calls.iter().any(|call| call.url.contains("ecomOrders")));
                assert!(!format!("{calls:?}").contains(sandbox::ACTIVECAMPAIGN_KEY));
            }
            (Platform::Clerk, Plan::Skip(reason)) => assert_eq!(*reason, SkipReason::Unpaid),
            (platform, plan) => panic!("{platform}: {plan:?}"),
        }
    }
    assert_eq!(sandbox.sink().totals(), before);
    // What the engine would pass over is no call, either.
    let mut cart = sample(EventKind::CartUpdated, 2);
    cart.as_object_mut().unwrap().remove("time");
    stage.accept(vec![read(&cart)]).await;
    stage.clock.pass(4 * 86_400);
    let explained = explain_newest(&stage).await;
    let [one] = &explained[..] else {
        panic!("carts reach one of them: {explained:?}")
    };
    assert!(matches!(one.plan, Ok(Plan::Skip(SkipReason::Stale))), "{one:?}");
    let mut product = sample(EventKind::ProductUpdated, 3);
    product.as_object_mut().unwrap().remove("time");
    stage.accept(vec![read(&product)]).await;
    let earlier = newest(&stage).await;
    product["id"] = json!("later");
    stage.accept(vec![read(&product)]).await;
    let [one] = &explain_newest(&stage).await[..] else {
        panic!("products reach one of them")
    };
    assert!(matches!(one.plan, Ok(Plan::Calls(_))), "{one:?}");
    let [one] = &explain(&stage, earlier).await[..] else {
        panic!("products reach one of them")
    };
    assert!(
        matches!(one.plan, Ok(Plan::Skip(SkipReason::Superseded))),
        "{one:?}"
    );
    let nobody = EventId::new(Uuid::from_u128(1));
    assert!(
        stage
            .raccordo
            .explain(stage.site.id, nobody)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn old_events_are_removed_once_nothing_of_them_waits() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    stage.accept(vec![order(1), order(2)]).await;
    let claimed = stage.claim(&account).await;
    stage.finish(&claimed[0], None).await;
    assert_eq!(stage.raccordo.purge_expired_events().await.unwrap(), 0);
    stage.clock.pass(60 * 86_400 + 1);
    assert_eq!(stage.raccordo.purge_expired_events().await.unwrap(), 1);
    assert_eq!(newest(&stage).await, claimed[1].id.event);
    assert_eq!(purges_told(&stage).await, [(Some(1), None)]);
}

/// How many events went, and who removed them, the latest first.
async fn purges_told(stage: &Stage) -> Vec<(Option<u32>, Option<String>)> {
    let filter = LogFilter {
        kind: Some(LogKind::EventsPurged),
        ..LogFilter::default()
    };
    let log = stage
        .raccordo
        .list_log(stage.site.id, &filter, LogRange::default())
        .await;
    let told = log.unwrap().entries.into_iter();
    told.map(|entry| (entry.message.count, entry.by)).collect()
}

#[tokio::test]
async fn events_are_removed_by_hand_in_steps_and_each_is_told() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::ActiveCampaign, &[]).await;
    stage.accept((1..=5).map(order).collect()).await;
    for claimed in stage.claim(&account).await.iter().skip(1) {
        stage.finish(claimed, None).await;
    }
    stage.clock.pass(86_400);
    let now = stage.raccordo.now();
    // What comes in from now on stays, whatever instant was named.
    stage.accept(vec![order(6)]).await;
    let site = stage.site.id;
    let purge = EventPurge {
        limit: 2,
        ..EventPurge::all_before(now.plus_seconds(3_600))
    };
    let counted = stage.raccordo.count_purgeable(site, purge).await.unwrap();
    let expected = Purgeable {
        removable: 4,
        waiting: 1,
        is_more: false,
    };
    assert_eq!(counted, expected);
    let step = async |after| {
        let purge = EventPurge { after, ..purge };
        let raccordo = &stage.raccordo;
        raccordo
            .purge_events(Some(&stage.ada), site, purge, Duration::ZERO)
            .await
            .unwrap()
    };
    let first = step(None).await;
    assert_eq!(first.removed, 1);
    let second = step(first.next).await;
    assert_eq!(second.removed, 2);
    let left = EventPurge {
        after: second.next,
        ..purge
    };
    let counted = stage.raccordo.count_purgeable(site, left).await.unwrap();
    assert_eq!((counted.removable, counted.waiting), (1, 0));
    let rest = stage
        .raccordo
        .purge_events(None, site, left, Duration::MAX)
        .await
        .unwrap();
    assert_eq!((rest.removed, rest.next), (1, None));
    let ada = Some(stage.ada.user.name.to_string());
    assert_eq!(
        purges_told(&stage).await,
        [(Some(1), None), (Some(2), ada.clone()), (Some(1), ada)]
    );
}

#[tokio::test]
async fn each_clerk_account_knows_which_languages_others_take_care_of() {
    let stage = Stage::new().await;
    let italian = stage.active(Platform::Clerk, &[]).await;
    let english = [
        ("language", "en"),
        ("public_key", "zzzzefghijklmnopqrstuvwxyz012345"),
    ];
    let alone = stage.raccordo.shop(stage.site.id, &italian).await.unwrap();
    assert!(alone.other_languages.is_empty());
    assert_eq!(alone.language.as_str(), "it");
    let english = stage.active(Platform::Clerk, &english).await;
    // What was just answered is answered again for a second.
    assert_eq!(stage.raccordo.shop(stage.site.id, &italian).await.unwrap(), alone);
    stage.clock.pass(1);
    let shop = stage.raccordo.shop(stage.site.id, &italian).await.unwrap();
    let others: Vec<&str> = shop
        .other_languages
        .iter()
        .map(domain::LanguageTag::as_str)
        .collect();
    assert_eq!(others, ["en"]);
    stage.turn(&english, false, Queue::Hold).await;
    stage.clock.pass(1);
    assert_eq!(stage.raccordo.shop(stage.site.id, &italian).await.unwrap(), alone);
}
