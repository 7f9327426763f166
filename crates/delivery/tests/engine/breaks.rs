//! What breaks on this side, and what people do meanwhile.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::{
    AttemptOutcome, DeliveryFilter, DeliveryState, EventKind, FaultClass, LogKind, Platform, RETRY_SCHEDULE_S,
};
use persistence::{DeliveryChange, DeliveryPlace, DeliveryQuery, DeliveryRow};
use persistence_contract::postgres::Database;
use platforms::{NameError, Resolver};
use sandbox::{CLERK_HOST, Fault, Kind};
use service::{BulkChange, LogRange};
use tokio::time::sleep;

use crate::stage::{CALL_TIMEOUT, Stage, event};

/// An order that a shop calls `id`.
fn order(id: &str) -> events::Event {
    event(EventKind::OrderPlaced, id, |data| {
        data["id"] = id.into();
        data["customer"]["id"] = format!("k-{id}").into();
        data["payment_confirmed"] = true.into();
    })
}

/// How often Clerk.io was told of a product.
fn calls_about(stage: &Stage, id: &str) -> usize {
    let quoted = format!("\"{id}\"");
    let received = stage.sandbox.received();
    received
        .iter()
        .filter(|request| request.body.contains(&quoted))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_ended_is_kept_and_ended_later_and_holds_nobody_up() {
    let database = Database::create().await;
    let stage = Stage::on_postgres(&database).await;
    let account = stage.active(Platform::Clerk, &[]).await;
    for number in 0..10 {
        stage.accept_product(&format!("p{number}")).await;
    }
    database
        .execute(
            "create function refuse() returns trigger language plpgsql as $$ begin
                 if exists (select from events where id = new.event_id and external_id in ('p3', 'p4')) then
                     raise exception 'refused';
                 end if;
                 return new;
             end $$",
        )
        .await;
    database
        .execute(
            "create trigger refuse before update on deliveries for each row
             when (new.state = 'delivered') execute function refuse()",
        )
        .await;
    let engine = stage.engine();
    // What is written together with them, and what comes later.
    for number in [0, 1, 2, 5, 6, 7, 8, 9] {
        stage.until_delivered(&account, &format!("p{number}")).await;
    }
    stage.accept_product("p10").await;
    stage.until_delivered(&account, "p10").await;
    sleep(Duration::from_secs(1)).await;
    for id in ["p3", "p4"] {
        let (row, attempts) = stage.find(&account, id).await;
        assert_eq!((row.state, attempts.len()), (DeliveryState::Waiting, 0), "{id}");
        assert!(row.is_under_way(stage.raccordo.now()), "{id} is nobody else's");
        assert_eq!(calls_about(&stage, id), 1, "{id}");
    }
    database.execute("drop trigger refuse on deliveries").await;
    for id in ["p3", "p4"] {
        let (row, attempts) = stage.until_delivered(&account, id).await;
        assert_eq!((row.attempts, attempts.len()), (1, 1), "{id}");
        assert_eq!(calls_about(&stage, id), 1, "{id} is not sent again");
    }
    engine.stop().await;
    stage.store().close().await;
}

/// A name service that panics until it is mended. Then it knows no name.
#[derive(Default)]
struct Bursting {
    is_mended: AtomicBool,
}

#[async_trait::async_trait]
impl Resolver for Bursting {
    async fn addresses(&self, _: &str) -> Result<Vec<IpAddr>, NameError> {
        assert!(self.is_mended.load(Ordering::SeqCst), "burst");
        Err(NameError::Unknown)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_ends_as_an_attempt_of_unknown_end_and_stops_nobody() {
    let resolver = Arc::new(Bursting::default());
    let stage = Stage::with_resolver(Arc::<Bursting>::clone(&resolver)).await;
    let bursting = stage
        .active(
            Platform::ActiveCampaign,
            &[("api_url", "https://shop.api-us1.com")],
        )
        .await;
    let other = stage.active(Platform::Clerk, &[]).await;
    let engine = stage.engine();
    stage.accept(vec![order("o1")]).await;
    let (row, attempts) = stage.until_failed(&bursting, "o1").await;
    assert_eq!(
        (row.state, row.class, row.attempts),
        (DeliveryState::Waiting, Some(FaultClass::Unknown), 1)
    );
    let outcomes: Vec<_> = attempts.iter().map(|stored| stored.attempt.outcome).collect();
    assert_eq!(outcomes, [AttemptOutcome::Failed(FaultClass::Unknown)]);
    let wait_ms = row.due_at.ms() - attempts[0].attempt.started_at.ms();
    assert!(wait_ms >= i64::from(RETRY_SCHEDULE_S[0]) * 1_000, "{wait_ms}");
    stage.until_delivered(&other, "o1").await;

    // The account rests, and goes on.
    resolver.is_mended.store(true, Ordering::SeqCst);
    stage.clock.pass(i64::from(RETRY_SCHEDULE_S[0]) * 2);
    let is_unknown = |row: &DeliveryRow| row.class == Some(FaultClass::Unknown);
    stage.until(&bursting, "o1", |row| !is_unknown(row)).await;
    stage.accept(vec![order("o2")]).await;
    stage.until_delivered(&other, "o2").await;
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_deleted_while_it_is_delivered_to_leaves_nothing_and_stops_nobody() {
    let stage = Stage::new().await;
    let gone = stage.active(Platform::Clerk, &[]).await;
    let other = stage.active(Platform::ActiveCampaign, &[]).await;
    stage.sandbox.set_fault(Platform::Clerk, Some(Fault::Slow));
    // More than go out at once: others are claimed and wait.
    for number in 0..20 {
        stage.accept_product(&format!("p{number}")).await;
    }
    let engine = stage.engine();
    while stage.sandbox.received().is_empty() {
        sleep(Duration::from_millis(5)).await;
    }
    let site = stage.site.id;
    let present = stage.store().find_account(site, gone.id).await.unwrap().unwrap();
    let deleted = stage
        .raccordo
        .delete_accounts(&stage.ada, site, &[(gone.id, present.version)])
        .await;
    assert_eq!(deleted.unwrap(), 1);
    // By then whatever was under way has ended.
    sleep(CALL_TIMEOUT + Duration::from_secs(1)).await;
    let calls = stage.sandbox.received().len();
    let of_gone = query(&stage, Some(gone.id));
    assert_eq!(stage.store().list_deliveries(&of_gone).await.unwrap(), []);
    let long_ago = domain::Timestamp::from_ms(0);
    assert_eq!(stage.store().list_hours(gone.id, long_ago).await.unwrap(), []);
    assert_eq!(stage.told(LogKind::DeliveryFailed).await, 0);

    stage.sandbox.set_fault(Platform::Clerk, None);
    let next = stage.active(Platform::Clerk, &[]).await;
    stage.accept(vec![order("o1")]).await;
    for account in [&other, &next] {
        stage.until_delivered(account, "o1").await;
    }
    engine.stop().await;
    assert!(calls <= 8, "{calls}: nothing is begun for whoever is gone");
    assert_eq!(
        stage.sandbox.sink().count(CLERK_HOST, Kind::Sale, "o1").created,
        1
    );
}

fn query(stage: &Stage, account: Option<domain::AccountId>) -> DeliveryQuery {
    DeliveryQuery {
        site: stage.site.id,
        account,
        states: None,
        kind: None,
        class: None,
        entity_id: None,
        from: None,
        before: None,
        updated_before: None,
        place: DeliveryPlace::Newest,
        limit: 1_000,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_many_that_is_stopped_leaves_the_rest_as_it_was() {
    let stage = Stage::new().await;
    let account = stage.active(Platform::Clerk, &[]).await;
    stage
        .sandbox
        .set_fault(Platform::Clerk, Some(Fault::MissingPermission));
    let engine = stage.engine();
    let ids: Vec<String> = (10..22).map(|number| format!("p{number}")).collect();
    for id in &ids {
        stage.accept_product(id).await;
        stage
            .until(&account, id, |row| row.state == DeliveryState::Refused)
            .await;
    }
    stage.sandbox.set_fault(Platform::Clerk, None);
    let rows = async || -> Vec<DeliveryRow> {
        let of_account = query(&stage, Some(account.id));
        let mut rows = stage.store().list_deliveries(&of_account).await.unwrap();
        rows.reverse();
        rows
    };
    let before = rows().await;
    assert_eq!(before.len(), ids.len());

    stage.clock.pass(1);
    let bulk = BulkChange {
        change: DeliveryChange::RetryNow,
        mark: stage.raccordo.now(),
        from: None,
        limit: 5,
    };
    let step = async |from| {
        let bulk = BulkChange { from, ..bulk };
        let filter = DeliveryFilter::default();
        let range = LogRange::default();
        let changed = stage
            .raccordo
            .change_deliveries(&stage.ada, stage.site.id, &filter, range, bulk);
        changed.await.unwrap()
    };
    // Nobody asks for the next step.
    let first = step(None).await;
    assert_eq!(first.count, 5);
    for id in &ids[..5] {
        let (row, _) = stage.until_delivered(&account, id).await;
        assert_eq!(row.attempts, 1, "{id}: counted anew");
    }
    sleep(Duration::from_millis(300)).await;
    assert_eq!(rows().await[5..], before[5..]);
    let told = stage.entries(LogKind::DeliveriesRetried).await;
    let counts: Vec<_> = told.iter().map(|entry| entry.message.count).collect();
    assert_eq!(counts, [Some(5)]);
    // Whoever asks again goes on where it was stopped.
    let second = step(first.next).await;
    let last = step(second.next).await;
    assert_eq!([second.count, last.count], [5, 2]);
    assert_eq!(last.next, None);
    for id in &ids {
        stage.until_delivered(&account, id).await;
    }
    engine.stop().await;
}
