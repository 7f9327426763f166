//! Events and deliveries to test with.

use domain::{
    Account, AccountId, AttemptOutcome, DeliveryId, DeliveryState, EventId, EventKind, Fault, FaultClass,
    SiteId, SkipReason, Timestamp,
};
use persistence::{
    Acceptance, Attempt, Claimed, DeliveryPlace, DeliveryQuery, DeliveryRow, Finish, NewEvent, QueueTime,
    Step, Store,
};

use crate::samples::{account, active, clerk, insert, insert_sites, log_id};

/// When the first event comes in.
pub const AT: i64 = 1_700_000_000_000;
/// How long a lease is, in milliseconds.
pub const LEASE_MS: i64 = 60_000;

/// `ms` milliseconds after [`AT`].
pub const fn at(ms: i64) -> Timestamp {
    Timestamp::from_ms(AT + ms)
}

/// That moment by both clocks of the queue.
pub const fn time(ms: i64) -> QueueTime {
    QueueTime::same(at(ms))
}

/// The event with this number; larger numbers are later.
pub fn event_id(number: u64) -> EventId {
    EventId::new(log_id(AT, number).uuid())
}

/// An event about a thing, in a lane of that thing's own, that came in at [`AT`].
pub fn event(number: u64, kind: EventKind, entity_id: &str) -> NewEvent {
    NewEvent {
        id: event_id(number),
        source: "https://shop.example.com".to_owned(),
        external_id: format!("event {number}"),
        kind,
        entity_id: entity_id.to_owned(),
        lane: lane(entity_id),
        ends_cart: None,
        occurred_at: at(0),
        received_at: at(0),
        sealed: number.to_be_bytes().to_vec(),
    }
}

/// An order, in a lane of its own.
pub fn order(number: u64) -> NewEvent {
    event(number, EventKind::OrderPlaced, &format!("order {number}"))
}

/// The same event in another lane.
pub fn in_lane(mut event: NewEvent, name: &str) -> NewEvent {
    event.lane = lane(name);
    event
}

/// The lane with this name.
pub fn lane(name: &str) -> [u8; 16] {
    // Different names of these tests are different numbers: FNV-1a.
    let hash = |seed: u64| {
        name.bytes().fold(seed, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    };
    let [first, second] = [0xcbf2_9ce4_8422_2325, 0x1234_5678_9abc_def0].map(|seed| hash(seed).to_be_bytes());
    std::array::from_fn(|index| {
        if index < 8 {
            first[index]
        } else {
            second[index - 8]
        }
    })
}

/// Site 1 with an active account of ActiveCampaign and one of Clerk.io, by their ids.
pub async fn insert_accounts(store: &dyn Store) -> (SiteId, [Account; 2]) {
    let (site, _) = insert_sites(store).await;
    let accounts = [
        active(account(site, 1, domain::Platform::ActiveCampaign, "Posta")),
        active(clerk(site, 2, "it", true)),
    ];
    insert(store, &accounts).await;
    (site, accounts)
}

/// Takes events in.
pub async fn accept(store: &dyn Store, site: SiteId, events: &[NewEvent]) -> Vec<Acceptance> {
    store.accept_events(site, events.to_vec()).await.unwrap()
}

/// Claims of an account at `ms` after [`AT`].
pub async fn claim(
    store: &dyn Store,
    account: AccountId,
    ms: i64,
    firsts: u32,
    retries: u32,
) -> Vec<Claimed> {
    store
        .claim_deliveries(account, time(ms), at(ms + LEASE_MS), firsts, retries)
        .await
        .unwrap()
}

/// The events of claims.
pub fn events_of(claimed: &[Claimed]) -> Vec<EventId> {
    claimed.iter().map(|claimed| claimed.id.event).collect()
}

/// The events with these numbers.
pub fn ids(numbers: impl IntoIterator<Item = u64>) -> Vec<EventId> {
    numbers.into_iter().map(event_id).collect()
}

/// An attempt that took 120 ms.
pub fn attempt(ms: i64, class: Option<FaultClass>) -> Attempt {
    Attempt {
        started_at: at(ms - 120),
        ms: 120,
        outcome: class.map_or(AttemptOutcome::Delivered, AttemptOutcome::Failed),
        fault: class.map(|_| Fault::PlatformDown { status: 503 }),
        sealed_exchanges: vec![0, 0xff, 7],
    }
}

/// The end of a claim, with an attempt that failed like this.
pub fn finish(claimed: &Claimed, ms: i64, class: Option<FaultClass>, step: Step) -> Finish {
    Finish {
        id: claimed.id,
        fence: claimed.fence,
        at: at(ms),
        attempt: Some(attempt(ms, class)),
        step,
        entries: Vec::new(),
        memories: Vec::new(),
    }
}

/// It was delivered.
pub fn delivered(claimed: &Claimed, ms: i64) -> Finish {
    finish(claimed, ms, None, end(DeliveryState::Delivered))
}

/// It failed, and is tried again at `due_ms`.
pub fn retried(claimed: &Claimed, ms: i64, due_ms: i64) -> Finish {
    let step = Step::Retry {
        due_at: at(due_ms),
        is_doubtful: false,
    };
    finish(claimed, ms, Some(FaultClass::Temporary), step)
}

/// It goes back without an attempt.
pub fn released(claimed: &Claimed, ms: i64, due_ms: i64) -> Finish {
    Finish {
        attempt: None,
        step: Step::Release {
            due_at: at(due_ms),
            is_doubtful: false,
        },
        ..delivered(claimed, ms)
    }
}

/// It is skipped without an attempt.
pub fn skipped(claimed: &Claimed, ms: i64, reason: SkipReason) -> Finish {
    Finish {
        attempt: None,
        step: Step::End {
            state: DeliveryState::Skipped,
            reason: Some(reason),
        },
        ..delivered(claimed, ms)
    }
}

/// An end without a reason.
pub const fn end(state: DeliveryState) -> Step {
    Step::End { state, reason: None }
}

/// Ends claims; answers which of them still held.
pub async fn finish_all(store: &dyn Store, finishes: Vec<Finish>) -> Vec<bool> {
    store.finish_deliveries(finishes).await.unwrap()
}

/// Ends a claim that still holds.
pub async fn finish_one(store: &dyn Store, finish: Finish) {
    assert_eq!(finish_all(store, vec![finish]).await, [true]);
}

/// All deliveries of a site, newest first.
pub const fn whole(site: SiteId) -> DeliveryQuery {
    DeliveryQuery {
        site,
        account: None,
        states: None,
        kind: None,
        class: None,
        entity_id: None,
        from: None,
        before: None,
        updated_before: None,
        place: DeliveryPlace::Newest,
        limit: 1000,
    }
}

/// The delivery of the event with this number to an account.
pub fn delivery_id(number: u64, account: &Account) -> DeliveryId {
    DeliveryId {
        event: event_id(number),
        account: account.id,
    }
}

/// The delivery of the event with this number to an account, as it is now.
pub async fn delivery(store: &dyn Store, number: u64, account: &Account) -> DeliveryRow {
    store
        .find_delivery(account.site_id, delivery_id(number, account))
        .await
        .unwrap()
        .unwrap()
        .0
}
