//! Several processes at work on the same lanes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use domain::{AccountId, DeliveryState, EventId, FaultClass, SiteId};
use persistence::{Claimed, DeliveryChange, DeliveryQuery, Finish, NewEvent, Store};

use crate::queue::{
    accept, at, delivered, end, event_id, finish, finish_one, in_lane, insert_accounts, order, released,
    retried, time, whole,
};
use crate::race::race;

/// Events that are delivered.
const EVENTS: u64 = 120;
/// Lanes that they are in.
const LANES: u64 = 4;
/// Changes by hand that are made meanwhile.
const CHANGES: u32 = 60;
/// Milliseconds that a claim lasts which is ended: longer than all of it takes.
const LEASE_MS: i64 = 3_600_000;
/// Claims that are left behind.
const LOST: u32 = 25;

/// What all of them see.
struct Scene {
    site: SiteId,
    account: AccountId,
    /// Milliseconds: it goes on with every claim.
    clock: AtomicI64,
    /// By lane, what is under way.
    under_way: Mutex<BTreeMap<u64, EventId>>,
}

impl Scene {
    fn tick(&self) -> i64 {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }

    /// Claims for `lease_ms` at most `most` first attempts and as many others.
    async fn claim(&self, store: &dyn Store, lease_ms: i64, most: u32) -> Vec<Claimed> {
        let now = self.tick();
        store
            .claim_deliveries(self.account, time(now), at(now + lease_ms), most, most)
            .await
            .unwrap()
    }

    /// An attempt begins, once it was claimed, and ends before the claim does.
    fn begin(&self, event: EventId) {
        let before = self.under_way.lock().unwrap().insert(lane_of(event), event);
        assert_eq!(before, None, "beside {event}, of the same lane");
    }

    fn end(&self, event: EventId) {
        let before = self.under_way.lock().unwrap().remove(&lane_of(event));
        assert_eq!(before, Some(event));
    }

    async fn is_over(&self, store: &dyn Store) -> bool {
        let backlog = store.backlog(self.site, self.account, at(self.tick())).await;
        let backlog = backlog.unwrap();
        backlog.waiting + backlog.later == 0
    }
}

fn lane_of(event: EventId) -> u64 {
    let number = (1..=EVENTS).find(|number| event_id(*number) == event);
    number.unwrap() % LANES
}

/// Works lanes off, each store in the place of a process of its own: claims and ends in every way, while claims are left
/// behind until their leases end, and what failed or waits is tried again by hand. Never are two of a lane under way.
pub async fn walk_lanes<const N: usize>(stores: [Arc<dyn Store>; N]) {
    let (site, [mail, _]) = insert_accounts(&*stores[0]).await;
    let events: Vec<NewEvent> = (1..=EVENTS)
        .map(|number| in_lane(order(number), &(number % LANES).to_string()))
        .collect();
    accept(&*stores[0], site, &events).await;
    let scene = Arc::new(Scene {
        site,
        account: mail.id,
        clock: AtomicI64::new(1),
        under_way: Mutex::default(),
    });
    race(2 * N + 2, |racer| {
        let (scene, store) = (Arc::clone(&scene), Arc::clone(&stores[racer % N]));
        async move {
            match racer {
                0 => change(&scene, &*store).await,
                1 => lose(&scene, &*store).await,
                _ => work(&scene, &*store).await,
            }
        }
    })
    .await;
    assert!(
        scene.clock.load(Ordering::SeqCst) < LEASE_MS,
        "no lease has ended that was kept"
    );
    assert!(scene.under_way.lock().unwrap().is_empty());
    let of_mail = DeliveryQuery {
        account: Some(mail.id),
        ..whole(site)
    };
    let rows = stores[0].list_deliveries(&of_mail).await.unwrap();
    assert_eq!(rows.len() as u64, EVENTS);
    assert!(rows.iter().all(|row| row.state != DeliveryState::Waiting));
}

/// Tries again what failed and what waits.
async fn change(scene: &Scene, store: &dyn Store) {
    for _ in 0..CHANGES {
        let of_account = DeliveryQuery {
            account: Some(scene.account),
            limit: 3,
            ..whole(scene.site)
        };
        store
            .change_deliveries(&of_account, DeliveryChange::RetryNow, time(scene.tick()))
            .await
            .unwrap();
        tokio::task::yield_now().await;
    }
    work(scene, store).await;
}

/// Claims, and never ends it.
async fn lose(scene: &Scene, store: &dyn Store) {
    for _ in 0..LOST {
        scene.claim(store, 3, 1).await;
        tokio::task::yield_now().await;
    }
    work(scene, store).await;
}

async fn work(scene: &Scene, store: &dyn Store) {
    loop {
        let claimed = scene.claim(store, LEASE_MS, 2).await;
        if claimed.is_empty() && scene.is_over(store).await {
            return;
        }
        for one in &claimed {
            scene.begin(one.id.event);
        }
        tokio::task::yield_now().await;
        for one in &claimed {
            scene.end(one.id.event);
            finish_one(store, ending(one, scene.tick())).await;
        }
    }
}

/// Another one each time that it is claimed, and in the end it is delivered.
fn ending(claimed: &Claimed, now: i64) -> Finish {
    let number = u32::from(claimed.event.sealed[7]) + claimed.fence;
    match number % 5 {
        _ if claimed.fence > 12 => delivered(claimed, now),
        0 => retried(claimed, now, now + 2),
        1 => released(claimed, now, now),
        2 => released(claimed, now, now + 2),
        3 => finish(
            claimed,
            now,
            Some(FaultClass::Payload),
            end(DeliveryState::Refused),
        ),
        _ => delivered(claimed, now),
    }
}
