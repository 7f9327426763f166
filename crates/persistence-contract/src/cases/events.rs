//! Events.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::{DeliveryState, EventKind, Platform, SiteId, SkipReason, Timestamp};
use persistence::{Acceptance, EventQuery, NewEvent, Purgeable, Purged, Store, StoredEvent};

use crate::queue::{
    AT, accept, at, claim, delivered, delivery, event, event_id, finish_one, ids, insert_accounts, order,
    released, retried, whole,
};
use crate::race::race;
use crate::samples::{HOSTILE, account, active, clerk, insert, insert_sites, site_id, switched};

/// An event as it is found.
fn stored(site: SiteId, event: &NewEvent) -> StoredEvent {
    let event = event.clone();
    StoredEvent {
        site,
        id: event.id,
        source: event.source,
        external_id: event.external_id,
        kind: event.kind,
        entity_id: event.entity_id,
        occurred_at: event.occurred_at,
        received_at: event.received_at,
        sealed: event.sealed,
    }
}

const fn all(site: SiteId) -> EventQuery {
    EventQuery {
        site,
        kind: None,
        entity_id: None,
        older_than: None,
        limit: 1000,
    }
}

const fn taken(deliveries: u32) -> Acceptance {
    Acceptance::Taken { deliveries }
}

pub async fn an_event_comes_back_as_it_was(store: Arc<dyn Store>) {
    let (site, other) = insert_sites(&*store).await;
    let kinds = EventKind::ALL.iter().cycle();
    let texts = HOSTILE.into_iter().chain(["7", "è", "日本"]).chain(["x"; 10]);
    for (number, (kind, text)) in (1..).zip(kinds.zip(texts)) {
        let event = NewEvent {
            source: text.to_owned(),
            external_id: format!("{text}{number}"),
            occurred_at: Timestamp::from_ms(AT - 5),
            sealed: vec![0; usize::try_from(number).unwrap() * 500],
            ..event(number, *kind, text)
        };
        assert_eq!(
            accept(&*store, site, std::slice::from_ref(&event)).await,
            [taken(0)]
        );
        let found = store.find_event(site, event.id).await.unwrap();
        assert_eq!(found, Some(stored(site, &event)));
        assert_eq!(store.find_event(other, event.id).await.unwrap(), None);
        let query = EventQuery {
            entity_id: Some(text.to_owned()),
            limit: 1,
            ..all(site)
        };
        assert_eq!(store.list_events(&query).await.unwrap()[0].id, event.id);
    }
    assert_eq!(store.find_event(site, event_id(99)).await.unwrap(), None);
    assert_eq!(accept(&*store, site, &[]).await, []);
}

pub async fn an_event_is_taken_once(store: Arc<dyn Store>) {
    let (site, accounts) = insert_accounts(&*store).await;
    let first = order(1);
    assert_eq!(
        accept(&*store, site, std::slice::from_ref(&first)).await,
        [taken(2)]
    );
    let again = NewEvent {
        id: event_id(2),
        entity_id: "another".to_owned(),
        ..first.clone()
    };
    let elsewhere = NewEvent {
        id: event_id(3),
        source: "https://pos.example.com".to_owned(),
        ..first.clone()
    };
    let new = order(4);
    let twice = NewEvent {
        id: event_id(5),
        ..new.clone()
    };
    assert_eq!(
        accept(&*store, site, &[again, elsewhere, new, twice]).await,
        [
            Acceptance::Known(event_id(1)),
            taken(2),
            taken(2),
            Acceptance::Known(event_id(4))
        ]
    );
    assert_eq!(
        store.find_event(site, first.id).await.unwrap(),
        Some(stored(site, &first))
    );
    assert_eq!(store.find_event(site, event_id(2)).await.unwrap(), None);
    assert_eq!(store.count_deliveries(&whole(site), 100).await.unwrap(), 6);
    // Whatever another site sends is another event.
    let other = NewEvent {
        id: event_id(6),
        ..first
    };
    assert_eq!(accept(&*store, site_id(2), &[other]).await, [taken(0)]);
    // What was taken stays taken once it is delivered.
    let claimed = claim(&*store, accounts[0].id, 1, 1, 0).await;
    finish_one(&*store, delivered(&claimed[0], 2)).await;
    let late = NewEvent {
        id: event_id(7),
        ..order(1)
    };
    assert_eq!(
        accept(&*store, site, &[late]).await,
        [Acceptance::Known(event_id(1))]
    );
}

pub async fn one_event_at_once_is_taken_once(store: Arc<dyn Store>) {
    let (site, _) = insert_accounts(&*store).await;
    let results = race(20, |racer| {
        let store = Arc::clone(&store);
        async move {
            let number = u64::try_from(racer).unwrap() + 1;
            let event = NewEvent {
                id: event_id(number),
                ..order(1000)
            };
            (
                event.id,
                accept(&*store, site, &[event, order(2000 + number)]).await,
            )
        }
    })
    .await;
    let winners: Vec<_> = results
        .iter()
        .filter(|(_, answers)| answers[0] == taken(2))
        .collect();
    assert_eq!(winners.len(), 1, "{results:?}");
    for (id, answers) in &results {
        assert!(*id == winners[0].0 || answers[0] == Acceptance::Known(winners[0].0));
        assert_eq!(answers[1], taken(2));
    }
    assert_eq!(store.list_events(&all(site)).await.unwrap().len(), 21);
    assert_eq!(store.count_deliveries(&whole(site), 100).await.unwrap(), 42);
}

pub async fn every_active_account_that_an_event_reaches_gets_a_delivery(store: Arc<dyn Store>) {
    let (site, [mail, search]) = insert_accounts(&*store).await;
    let others = [
        clerk(site, 3, "en", false),
        active(account(site, 4, Platform::Telegram, "Bot")),
        active(account(site, 5, Platform::WaSmartBusiness, "Messaggi")),
    ];
    insert(&*store, &others).await;
    let elsewhere = active(account(site_id(2), 6, Platform::ActiveCampaign, "Altrove"));
    insert(&*store, std::slice::from_ref(&elsewhere)).await;
    let events: Vec<NewEvent> = (1..)
        .zip(EventKind::ALL)
        .map(|(number, kind)| NewEvent {
            occurred_at: at(-60_000),
            ..event(number, *kind, "7")
        })
        .collect();
    let answers = accept(&*store, site, &events).await;
    for (event, answer) in events.iter().zip(answers) {
        let deliveries = store.list_deliveries_of(site, event.id).await.unwrap();
        assert_eq!(answer, taken(u32::try_from(deliveries.len()).unwrap()));
        let to: Vec<_> = deliveries.iter().map(|delivery| delivery.id.account).collect();
        let expected: Vec<_> = [&mail, &search]
            .into_iter()
            .filter(|account| event.kind.reaches(account.platform()))
            .map(|account| account.id)
            .collect();
        assert_eq!(to, expected, "{:?}", event.kind);
        for delivery in deliveries {
            let wait_ms = i64::from(event.kind.wait_s(delivery.platform)) * 1000;
            // Never before it came in.
            assert_eq!(delivery.due_at, at((wait_ms - 60_000).max(0)));
            assert_eq!(delivery.id.event, event.id);
            assert_eq!(
                (delivery.kind, delivery.entity_id.as_str(), delivery.site),
                (event.kind, "7", site)
            );
            assert_eq!(
                (
                    delivery.state,
                    delivery.attempts,
                    delivery.received_at,
                    delivery.updated_at
                ),
                (DeliveryState::Waiting, 0, at(0), at(0))
            );
            assert_eq!(
                (
                    delivery.reason,
                    delivery.class,
                    delivery.leased_until,
                    delivery.last_ms
                ),
                (None, None, None, None)
            );
        }
    }
    assert_eq!(
        store.list_deliveries_of(site_id(2), event_id(1)).await.unwrap(),
        []
    );
    // Whoever is switched on later gets what comes later.
    store
        .write_accounts(
            site,
            vec![switched(&mail, false), switched(&others[0], true)],
            Vec::new(),
        )
        .await
        .unwrap();
    let late = order(100);
    assert_eq!(accept(&*store, site, &[late]).await, [taken(2)]);
    let to: Vec<_> = store
        .list_deliveries_of(site, event_id(100))
        .await
        .unwrap()
        .iter()
        .map(|delivery| delivery.id.account)
        .collect();
    assert_eq!(to, [search.id, others[0].id]);
    assert_eq!(
        store
            .list_deliveries_of(site, event_id(7))
            .await
            .unwrap()
            .iter()
            .filter(|delivery| delivery.id.account == others[0].id)
            .count(),
        0
    );
}

pub async fn events_that_fail_leave_nothing_behind(store: Arc<dyn Store>) {
    let (site, _) = insert_accounts(&*store).await;
    accept(&*store, site, &[order(1)]).await;
    // The second has an id that is taken, but is another event.
    let wrong = NewEvent {
        external_id: "another".to_owned(),
        ..order(1)
    };
    assert!(
        store
            .accept_events(site, vec![order(2), wrong, order(3)])
            .await
            .is_err()
    );
    assert_eq!(store.list_events(&all(site)).await.unwrap().len(), 1);
    assert_eq!(store.count_deliveries(&whole(site), 100).await.unwrap(), 2);
    assert!(store.accept_events(site_id(9), vec![order(4)]).await.is_err());
    assert_eq!(accept(&*store, site, &[order(2)]).await, [taken(2)]);
}

pub async fn events_are_listed_newest_first(store: Arc<dyn Store>) {
    let (site, _) = insert_accounts(&*store).await;
    let kinds = [
        EventKind::OrderPlaced,
        EventKind::OrderStateChanged,
        EventKind::CustomerUpdated,
    ];
    let events: Vec<NewEvent> = (1..=60_u64)
        .map(|number| {
            let kind = kinds[usize::try_from(number % 3).unwrap()];
            event(number, kind, &format!("{}", number % 7))
        })
        .collect();
    accept(&*store, site, &events).await;
    accept(&*store, site_id(2), &[order(61)]).await;
    for kind in [None, Some(kinds[1]), Some(EventKind::PageDeleted)] {
        for entity_id in [None, Some("3".to_owned()), Some("nothing".to_owned())] {
            for older_than in [None, Some(event_id(40)), Some(event_id(1))] {
                for limit in [1, 4, 1000] {
                    let query = EventQuery {
                        site,
                        kind,
                        entity_id: entity_id.clone(),
                        older_than,
                        limit,
                    };
                    let expected: Vec<StoredEvent> = events
                        .iter()
                        .rev()
                        .filter(|event| kind.is_none_or(|kind| event.kind == kind))
                        .filter(|event| entity_id.as_ref().is_none_or(|id| event.entity_id == *id))
                        .filter(|event| older_than.is_none_or(|id| event.id < id))
                        .take(usize::try_from(limit).unwrap())
                        .map(|event| StoredEvent {
                            sealed: Vec::new(),
                            ..stored(site, event)
                        })
                        .collect();
                    assert_eq!(store.list_events(&query).await.unwrap(), expected, "{query:?}");
                }
            }
        }
    }
}

pub async fn an_order_skips_the_cart_that_it_ends(store: Arc<dyn Store>) {
    let (site, [mail, search]) = insert_accounts(&*store).await;
    let cart = |number, entity: &str| event(number, EventKind::CartUpdated, entity);
    let elsewhere = active(account(site_id(2), 6, Platform::ActiveCampaign, "Altrove"));
    insert(&*store, std::slice::from_ref(&elsewhere)).await;
    let foreign = NewEvent {
        external_id: "elsewhere".to_owned(),
        ..cart(1, "c1")
    };
    accept(&*store, site_id(2), &[foreign]).await;
    let carts = [
        cart(2, "c1"),
        cart(3, "c1"),
        cart(4, "c2"),
        event(5, EventKind::CustomerUpdated, "c1"),
        cart(9, "c1"),
    ];
    accept(&*store, site, &carts).await;
    let later = NewEvent {
        ends_cart: Some("c1".to_owned()),
        received_at: at(3_700_000),
        ..order(8)
    };
    assert_eq!(
        accept(&*store, site, &[order(7), later.clone()]).await,
        [taken(2); 2]
    );
    for (number, state) in [
        (2, DeliveryState::Skipped),
        (3, DeliveryState::Skipped),
        (4, DeliveryState::Waiting),
        (5, DeliveryState::Waiting),
        (8, DeliveryState::Waiting),
        // It happened after the order.
        (9, DeliveryState::Waiting),
    ] {
        assert_eq!(delivery(&*store, number, &mail).await.state, state, "{number}");
    }
    let ended = delivery(&*store, 2, &mail).await;
    assert_eq!(
        (ended.reason, ended.updated_at),
        (Some(SkipReason::Ordered), at(3_700_000))
    );
    assert_eq!(
        delivery(&*store, 1, &elsewhere).await.state,
        DeliveryState::Waiting
    );
    let hours = store.list_hours(mail.id, at(0)).await.unwrap();
    assert_eq!(hours.iter().map(|hour| hour.skipped).sum::<u32>(), 2);
    assert_eq!(store.list_hours(search.id, at(0)).await.unwrap(), []);
    // What is sent twice skips nothing a second time.
    let again = NewEvent {
        id: event_id(20),
        ..later
    };
    accept(&*store, site, &[again]).await;
    assert_eq!(delivery(&*store, 9, &mail).await.state, DeliveryState::Waiting);
}

pub async fn an_order_leaves_a_cart_that_was_tried(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    let cart = |number, entity: &str| event(number, EventKind::CartUpdated, entity);
    accept(
        &*store,
        site,
        &[cart(1, "tried"), cart(2, "under way"), cart(3, "released")],
    )
    .await;
    let due = 30 * 60 * 1000;
    let claimed = claim(&*store, mail.id, due, 9, 9).await;
    assert_eq!(claimed.len(), 3);
    finish_one(&*store, retried(&claimed[0], due + 1, due + 3_000)).await;
    finish_one(&*store, released(&claimed[2], due + 1, due + 5_000)).await;
    for (number, entity) in [(11, "tried"), (12, "under way"), (13, "released")] {
        let order = NewEvent {
            ends_cart: Some(entity.to_owned()),
            received_at: at(due + 2),
            ..order(number)
        };
        accept(&*store, site, &[order]).await;
    }
    for (number, state) in [
        (1, DeliveryState::Waiting),
        (2, DeliveryState::Waiting),
        (3, DeliveryState::Skipped),
    ] {
        assert_eq!(delivery(&*store, number, &mail).await.state, state, "{number}");
    }
}

pub async fn old_events_go_unless_one_of_their_deliveries_waits(store: Arc<dyn Store>) {
    let (site, [mail, search]) = insert_accounts(&*store).await;
    let events: Vec<NewEvent> = (1..=10).map(order).collect();
    accept(&*store, site, &events).await;
    accept(&*store, site, &[event(11, EventKind::PageUpdated, "p")]).await;
    for account in [&mail, &search] {
        for claimed in claim(&*store, account.id, 1, 20, 0).await {
            let number = claimed.event.sealed.last().copied().unwrap();
            match (number, account.id == mail.id) {
                // Half delivered.
                (3, true) => finish_one(&*store, retried(&claimed, 2, 50)).await,
                (4, false) => {}
                _ => finish_one(&*store, delivered(&claimed, 2)).await,
            }
        }
    }
    let counts = async || store.list_hours(search.id, at(-3_600_000)).await.unwrap();
    let counted = counts().await;
    assert!(counted.iter().any(|hour| hour.delivered > 0), "{counted:?}");
    let purge = async |site, after: Option<u64>, before, limit| {
        let purged = store
            .purge_events(site, after.map(event_id), event_id(before), limit)
            .await;
        let Purged { removed, next } = purged.unwrap();
        (removed, next)
    };
    assert_eq!(purge(site_id(2), None, 11, 100).await, (0, None));
    assert_eq!(purge(site, None, 1, 100).await, (0, None));
    let count = async |after: Option<u64>, before, at_most| {
        let counted = store
            .count_purgeable(site, after.map(event_id), event_id(before), at_most)
            .await;
        let Purgeable {
            removable,
            waiting,
            is_more,
        } = counted.unwrap();
        (removable, waiting, is_more)
    };
    assert_eq!(count(None, 9, 100).await, (6, 2, false));
    assert_eq!(count(None, 9, 8).await, (6, 2, false));
    assert_eq!(count(None, 9, 7).await, (5, 2, true));
    assert_eq!(count(Some(3), 9, 3).await, (2, 1, true));
    assert_eq!(count(Some(4), 9, 3).await, (3, 0, true));
    assert_eq!(count(Some(8), 9, 3).await, (0, 0, false));
    // A step looks at what is kept as well, once.
    assert_eq!(purge(site, None, 9, 4).await, (2, Some(event_id(4))));
    let left = |events: &[StoredEvent]| events.iter().rev().map(|event| event.id).collect::<Vec<_>>();
    assert_eq!(
        left(&store.list_events(&all(site)).await.unwrap()),
        ids([3, 4, 5, 6, 7, 8, 9, 10, 11])
    );
    // What comes in meanwhile has its turn if it is old enough, and else stays.
    accept(&*store, site, &[order(12)]).await;
    assert_eq!(purge(site, Some(4), 9, 2).await, (2, Some(event_id(6))));
    assert_eq!(purge(site, Some(6), 9, 2).await, (2, Some(event_id(8))));
    assert_eq!(purge(site, Some(8), 9, 2).await, (0, None));
    assert_eq!(count(None, 9, 100).await, (0, 2, false));
    assert_eq!(purge(site, None, 9, 100).await, (0, None));
    assert_eq!(
        left(&store.list_events(&all(site)).await.unwrap()),
        ids([3, 4, 9, 10, 11, 12])
    );
    let rows = store.list_deliveries(&whole(site)).await.unwrap();
    let with: BTreeSet<_> = rows.iter().map(|row| row.id.event).collect();
    assert_eq!(with.into_iter().collect::<Vec<_>>(), ids([3, 4, 9, 10, 11, 12]));
    // What became of them was counted, and stays so.
    assert_eq!(counts().await, counted);
    let gone = crate::queue::delivery_id(1, &mail);
    assert_eq!(store.find_delivery(site, gone).await.unwrap(), None);
    // Its attempts have gone as well: the same event again begins anew.
    assert_eq!(accept(&*store, site, &[order(1)]).await, [taken(2)]);
    let (_, attempts) = store.find_delivery(site, gone).await.unwrap().unwrap();
    assert_eq!(attempts, []);
    let kept = crate::queue::delivery_id(9, &mail);
    let (_, attempts) = store.find_delivery(site, kept).await.unwrap().unwrap();
    assert_eq!(attempts.len(), 1);
}

pub async fn however_many_wait_a_purge_goes_past_them(store: Arc<dyn Store>) {
    let (site, [mail, search]) = insert_accounts(&*store).await;
    let events: Vec<NewEvent> = (1..=60).map(order).collect();
    accept(&*store, site, &events).await;
    for account in [&mail, &search] {
        for claimed in claim(&*store, account.id, 1, 100, 0).await {
            if claimed.id.event > event_id(50) {
                finish_one(&*store, delivered(&claimed, 2)).await;
            } else if account.id == mail.id {
                finish_one(&*store, retried(&claimed, 2, 50)).await;
            }
        }
    }
    let mut after = None;
    let (mut steps, mut removed) = (0, 0);
    loop {
        let purged = store.purge_events(site, after, event_id(61), 10).await.unwrap();
        steps += 1;
        removed += purged.removed;
        if purged.next.is_none() {
            break;
        }
        assert!(purged.next > after);
        after = purged.next;
    }
    assert_eq!((steps, removed), (7, 10));
    assert_eq!(store.list_events(&all(site)).await.unwrap().len(), 50);
}
