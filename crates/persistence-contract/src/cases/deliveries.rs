//! Deliveries: what becomes of them, how they are listed and changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::{
    Account, AttemptOutcome, DeliveryState, EventKind, FaultClass, LogKind, Platform, SiteId, SkipReason,
};
use persistence::{
    BACKLOG_EXACT_MAX, Backlog, Changed, Claimed, DeliveryChange, DeliveryPlace, DeliveryQuery, DeliveryRow,
    FailureGroup, Finish, HourCount, NewEvent, Step, Store, WEIGHED_MAX, Weight,
};

use crate::queue::{
    accept, at, claim, delivered, delivery, delivery_id, end, event, event_id, events_of, finish, finish_all,
    finish_one, ids, in_lane, insert_accounts, order, released, retried, skipped, time, whole,
};
use crate::samples::{account, active, clerk, entry_about, insert, removed, site_id, switched, whole_log};

/// Milliseconds of an hour.
const HOUR: i64 = 3_600_000;

pub async fn every_end_and_retry_leaves_its_mark(store: Arc<dyn Store>) {
    let (site, [mail, search]) = insert_accounts(&*store).await;
    let events: Vec<NewEvent> = (1..=7).map(order).collect();
    accept(&*store, site, &events).await;
    let claimed = claim(&*store, mail.id, 0, 7, 0).await;
    let failed = |index: usize, ms, class, state| finish(&claimed[index], ms, Some(class), end(state));
    let finishes = vec![
        delivered(&claimed[0], 10),
        failed(1, 11, FaultClass::Payload, DeliveryState::Refused),
        failed(2, 12, FaultClass::Temporary, DeliveryState::GivenUp),
        failed(3, 13, FaultClass::Unknown, DeliveryState::Unknown),
        skipped(&claimed[4], 14, SkipReason::NoEmail),
        retried(&claimed[5], 15, 3_000),
        released(&claimed[6], 16, 5_000),
    ];
    assert_eq!(finish_all(&*store, finishes.clone()).await, [true; 7]);
    let is_tried = |number| number != 5 && number != 7;
    for (number, state, class, due_ms) in [
        (1, DeliveryState::Delivered, None, 0),
        (2, DeliveryState::Refused, Some(FaultClass::Payload), 0),
        (3, DeliveryState::GivenUp, Some(FaultClass::Temporary), 0),
        (4, DeliveryState::Unknown, Some(FaultClass::Unknown), 0),
        (5, DeliveryState::Skipped, None, 0),
        (6, DeliveryState::Waiting, Some(FaultClass::Temporary), 3_000),
        (7, DeliveryState::Waiting, None, 5_000),
    ] {
        let id = delivery_id(number, &mail);
        let (row, stored) = store.find_delivery(site, id).await.unwrap().unwrap();
        let index = usize::try_from(number).unwrap() - 1;
        let expected = DeliveryRow {
            id,
            site,
            platform: Platform::ActiveCampaign,
            kind: EventKind::OrderPlaced,
            entity_id: format!("order {number}"),
            state,
            reason: (number == 5).then_some(SkipReason::NoEmail),
            class,
            attempts: u32::from(is_tried(number)),
            received_at: at(0),
            due_at: at(due_ms),
            leased_until: None,
            updated_at: finishes[index].at,
            last_ms: is_tried(number).then_some(120),
        };
        assert_eq!(row, expected);
        let stored: Vec<_> = stored
            .into_iter()
            .map(|stored| (stored.number, stored.attempt))
            .collect();
        let made = finishes[index].attempt.clone().map(|attempt| (1, attempt));
        assert_eq!(stored, made.into_iter().collect::<Vec<_>>());
        // The other account's is as it was.
        assert_eq!(
            delivery(&*store, number, &search).await.state,
            DeliveryState::Waiting
        );
    }
    let elsewhere = store
        .find_delivery(site_id(2), delivery_id(1, &mail))
        .await
        .unwrap();
    assert_eq!(elsewhere, None);
    let never = store.find_delivery(site, delivery_id(8, &mail)).await.unwrap();
    assert_eq!(never, None);
}

pub async fn attempts_are_kept_in_their_order(store: Arc<dyn Store>) {
    let (site, [mail, search]) = insert_accounts(&*store).await;
    accept(&*store, site, &[order(1), order(2)]).await;
    let mut expected = Vec::new();
    for (number, step) in (1..=6_u32).zip([0, 1, 2, 0, 1, 3]) {
        let now = i64::from(number) * 1000;
        let claimed = claim(&*store, mail.id, now, 1, 1).await.swap_remove(0);
        assert_eq!(claimed.id.event, event_id(1));
        let mut finish = match step {
            0 => retried(&claimed, now + 200, now + 1000),
            1 => released(&claimed, now + 200, now + 1000),
            2 => finish(
                &claimed,
                now + 200,
                Some(FaultClass::Payload),
                end(DeliveryState::Refused),
            ),
            _ => delivered(&claimed, now + 200),
        };
        let attempt = crate::queue::attempt(
            now + 200,
            (step != 3).then_some(FaultClass::ALL[usize::try_from(number).unwrap()]),
        );
        expected.push((number, attempt.clone()));
        finish.attempt = Some(attempt);
        finish_one(&*store, finish).await;
        if step == 2 {
            store
                .change_deliveries(&whole(site), DeliveryChange::RetryNow, time(now + 300))
                .await
                .unwrap();
        }
    }
    let (row, stored) = store
        .find_delivery(site, delivery_id(1, &mail))
        .await
        .unwrap()
        .unwrap();
    // Two since somebody tried again: what was released does not count.
    assert_eq!((row.attempts, row.class), (2, None));
    let stored: Vec<_> = stored
        .into_iter()
        .map(|stored| (stored.number, stored.attempt))
        .collect();
    assert_eq!(stored, expected);
    assert_eq!(stored[5].1.outcome, AttemptOutcome::Delivered);
    for other in [delivery_id(1, &search), delivery_id(2, &mail)] {
        let (_, attempts) = store.find_delivery(site, other).await.unwrap().unwrap();
        assert_eq!(attempts, []);
    }
}

pub async fn what_ends_is_counted_by_the_hour(store: Arc<dyn Store>) {
    let (site, [mail, search]) = insert_accounts(&*store).await;
    let events: Vec<NewEvent> = (1..=20).map(order).collect();
    accept(&*store, site, &events).await;
    let claimed = claim(&*store, mail.id, 0, 20, 0).await;
    let first = persistence::row::hour_of(at(HOUR)).ms() - at(0).ms();
    let one = |number: usize, ms| delivered(&claimed[number], ms);
    finish_all(&*store, vec![one(0, first - 1), one(1, first), one(2, first + 5)]).await;
    finish_all(
        &*store,
        vec![
            one(3, first + HOUR - 1),
            retried(&claimed[4], first, first + 3_000),
            released(&claimed[5], first, first + 5_000),
            skipped(&claimed[6], first, SkipReason::Stale),
            finish(
                &claimed[7],
                first,
                Some(FaultClass::Payload),
                end(DeliveryState::Refused),
            ),
            finish(
                &claimed[8],
                first,
                Some(FaultClass::Temporary),
                end(DeliveryState::GivenUp),
            ),
            finish(
                &claimed[9],
                first,
                Some(FaultClass::Unknown),
                end(DeliveryState::Unknown),
            ),
            skipped(&claimed[10], first + 3 * HOUR, SkipReason::Stale),
        ],
    )
    .await;
    let hour = |ms, [delivered, failed, retried, skipped]: [u32; 4]| HourCount {
        hour: at(ms),
        delivered,
        failed,
        retried,
        skipped,
    };
    let expected = [
        hour(first - HOUR, [1, 0, 0, 0]),
        hour(first, [3, 3, 1, 1]),
        hour(first + 3 * HOUR, [0, 0, 0, 1]),
    ];
    assert_eq!(
        store.list_hours(mail.id, at(first - HOUR)).await.unwrap(),
        expected
    );
    assert_eq!(store.list_hours(mail.id, at(first)).await.unwrap(), expected[1..]);
    assert_eq!(store.list_hours(search.id, at(first - HOUR)).await.unwrap(), []);
    let backlog = store.backlog(site, mail.id, at(first + 4 * HOUR)).await.unwrap();
    assert_eq!(backlog.delivered_at, Some(at(first + HOUR - 1)));
    // What somebody skips is counted when it is skipped.
    let of_search = DeliveryQuery {
        account: Some(search.id),
        ..whole(site)
    };
    let change = DeliveryChange::Skip(SkipReason::ByHand);
    assert_eq!(change_all(&*store, of_search, change, first).await, [20]);
    assert_eq!(
        store.list_hours(search.id, at(0)).await.unwrap(),
        [hour(first, [0, 0, 0, 20])]
    );
}

pub async fn a_finish_and_its_entries_are_one_act(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    accept(&*store, site, &[order(1), order(2)]).await;
    let claimed = claim(&*store, mail.id, 0, 2, 0).await;
    let told = entry_about(&mail, at(1).ms(), 1, LogKind::Recovered);
    let telling = |claimed: &Claimed| Finish {
        entries: vec![told.clone()],
        ..delivered(claimed, 1)
    };
    finish_one(&*store, telling(&claimed[0])).await;
    // What is told already is not told again, and what does not hold any more tells nothing.
    finish_one(&*store, telling(&claimed[1])).await;
    let other = Finish {
        entries: vec![entry_about(&mail, at(2).ms(), 2, LogKind::Recovered)],
        ..delivered(&claimed[1], 2)
    };
    assert_eq!(finish_all(&*store, vec![other]).await, [false]);
    assert_eq!(store.list_log(&whole_log(site)).await.unwrap(), [told]);
    let hours = store.list_hours(mail.id, at(-HOUR)).await.unwrap();
    assert_eq!(hours[0].delivered, 2);
}

/// Three accounts of site 1 and one of site 2 with deliveries in every state, and what they are.
async fn insert_every_state(store: &dyn Store) -> (SiteId, Vec<Account>, Vec<DeliveryRow>) {
    let (site, [mail, search]) = insert_accounts(store).await;
    let english = active(clerk(site, 3, "en", false));
    insert(store, std::slice::from_ref(&english)).await;
    let elsewhere = active(account(site_id(2), 4, Platform::ActiveCampaign, "Altrove"));
    insert(store, std::slice::from_ref(&elsewhere)).await;
    let kinds = [
        EventKind::OrderPlaced,
        EventKind::CustomerUpdated,
        EventKind::CartUpdated,
        EventKind::OrderStateChanged,
    ];
    let events: Vec<NewEvent> = (1..=60_u64)
        .map(|number| {
            let kind = kinds[usize::try_from(number % 4).unwrap()];
            let entity = format!("{}", number % 9);
            in_lane(event(number, kind, &entity), &format!("{}", number % 29))
        })
        .collect();
    accept(store, site, &events).await;
    accept(
        store,
        site_id(2),
        &events[..20]
            .iter()
            .map(|event| NewEvent {
                id: event_id(event.sealed.last().copied().unwrap().into()),
                ..event.clone()
            })
            .collect::<Vec<_>>(),
    )
    .await;
    let accounts = vec![mail, search, english];
    for account in &accounts {
        for (turn, claimed) in (0..).zip(claim(store, account.id, 0, 25, 0).await) {
            let class = FaultClass::ALL[turn % 8];
            let step = match turn % 6 {
                0 => continue,
                1 => end(DeliveryState::Refused),
                2 => end(DeliveryState::GivenUp),
                3 => end(DeliveryState::Unknown),
                4 => Step::Retry {
                    due_at: at(3_000),
                    is_doubtful: false,
                },
                _ => end(DeliveryState::Delivered),
            };
            let class = (turn % 6 != 5).then_some(class);
            finish_one(store, finish(&claimed, 1, class, step)).await;
        }
        for claimed in claim(store, account.id, 1, 3, 0).await {
            finish_one(store, skipped(&claimed, 2, SkipReason::NotUsed)).await;
        }
    }
    let mut rows = Vec::new();
    for event in &events {
        rows.extend(store.list_deliveries_of(site, event.id).await.unwrap());
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.id));
    (site, accounts, rows)
}

/// Whether a row is one of those that `query` is about, whatever its place.
fn is_meant(query: &DeliveryQuery, row: &DeliveryRow) -> bool {
    query.account.is_none_or(|account| row.id.account == account)
        && query
            .states
            .as_ref()
            .is_none_or(|states| states.contains(&row.state))
        && query.kind.is_none_or(|kind| row.kind == kind)
        && query.class.is_none_or(|class| row.class == Some(class))
        && query.entity_id.as_ref().is_none_or(|id| row.entity_id == *id)
        && query.from.is_none_or(|from| row.id.event >= from)
        && query.before.is_none_or(|before| row.id.event < before)
}

pub async fn every_filter_finds_its_deliveries_from_every_place(store: Arc<dyn Store>) {
    let (site, accounts, rows) = insert_every_state(&*store).await;
    let found: BTreeSet<&str> = rows.iter().map(|row| row.state.code()).collect();
    assert_eq!(found.len(), DeliveryState::ALL.len());
    let states = [
        None,
        Some(vec![]),
        Some(vec![DeliveryState::Waiting]),
        Some(vec![DeliveryState::Delivered, DeliveryState::Skipped]),
        Some(vec![
            DeliveryState::Unknown,
            DeliveryState::Refused,
            DeliveryState::GivenUp,
            DeliveryState::Refused,
        ]),
    ];
    let middle = rows[rows.len() / 2].id;
    let ranges = [
        (None, None),
        (Some(event_id(10)), Some(event_id(50))),
        (Some(event_id(30)), Some(event_id(30))),
    ];
    for account in [None, Some(accounts[1].id), Some(crate::samples::account_id(4))] {
        for states in &states {
            for kind in [None, Some(EventKind::OrderPlaced), Some(EventKind::PageDeleted)] {
                for class in [None, Some(FaultClass::Permission), Some(FaultClass::RateLimited)] {
                    for entity_id in [None, Some("4".to_owned())] {
                        for (from, before) in ranges {
                            for place in [
                                DeliveryPlace::Newest,
                                DeliveryPlace::OlderThan(middle),
                                DeliveryPlace::NewerThan(middle),
                            ] {
                                let query = DeliveryQuery {
                                    site,
                                    account,
                                    states: states.clone(),
                                    kind,
                                    class,
                                    entity_id: entity_id.clone(),
                                    from,
                                    before,
                                    updated_before: None,
                                    place,
                                    limit: 7,
                                };
                                assert_page(&*store, &query, &rows).await;
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A page holds what it should.
async fn assert_page(store: &dyn Store, query: &DeliveryQuery, rows: &[DeliveryRow]) {
    let meant: Vec<&DeliveryRow> = rows.iter().filter(|row| is_meant(query, row)).collect();
    let limit = usize::try_from(query.limit).unwrap();
    let expected: Vec<&DeliveryRow> = match query.place {
        DeliveryPlace::Newest => meant.iter().copied().take(limit).collect(),
        DeliveryPlace::OlderThan(id) => {
            let older = meant.iter().copied().filter(|row| row.id < id);
            older.take(limit).collect()
        }
        DeliveryPlace::NewerThan(id) => {
            let newer: Vec<_> = meant.iter().copied().filter(|row| row.id > id).collect();
            newer[newer.len().saturating_sub(limit)..].to_vec()
        }
    };
    let page = store.list_deliveries(query).await.unwrap();
    assert_eq!(page.iter().collect::<Vec<_>>(), expected, "{query:?}");
    let count = u64::try_from(meant.len()).unwrap();
    assert_eq!(
        store.count_deliveries(query, 1000).await.unwrap(),
        count,
        "{query:?}"
    );
    assert_eq!(
        store.count_deliveries(query, 3).await.unwrap(),
        count.min(3),
        "{query:?}"
    );
}

pub async fn pages_hold_every_delivery_once_both_ways(store: Arc<dyn Store>) {
    let (site, _, rows) = insert_every_state(&*store).await;
    let expected: Vec<_> = rows.iter().map(|row| row.id).collect();
    for limit in [1, 7, 50] {
        let page = async |place| {
            let query = DeliveryQuery {
                place,
                limit,
                ..whole(site)
            };
            store.list_deliveries(&query).await.unwrap()
        };
        let mut downwards = Vec::new();
        let mut place = DeliveryPlace::Newest;
        loop {
            let rows = page(place).await;
            let Some(last) = rows.last() else { break };
            place = DeliveryPlace::OlderThan(last.id);
            downwards.extend(rows.iter().map(|row| row.id));
        }
        assert_eq!(downwards, expected);
        let mut upwards = Vec::new();
        let mut place = DeliveryPlace::NewerThan(*expected.last().unwrap());
        loop {
            let rows = page(place).await;
            let Some(first) = rows.first() else { break };
            place = DeliveryPlace::NewerThan(first.id);
            upwards.extend(rows.iter().rev().map(|row| row.id));
        }
        upwards.reverse();
        assert_eq!(upwards, expected[..expected.len() - 1]);
    }
}

pub async fn deliveries_of_another_site_are_not_seen(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    accept(&*store, site, &[order(1)]).await;
    let other = site_id(2);
    assert_eq!(store.list_deliveries(&whole(other)).await.unwrap(), []);
    assert_eq!(store.count_deliveries(&whole(other), 9).await.unwrap(), 0);
    let named = DeliveryQuery {
        account: Some(mail.id),
        ..whole(other)
    };
    assert_eq!(store.list_deliveries(&named).await.unwrap(), []);
    let change = DeliveryChange::Skip(SkipReason::ByHand);
    for query in [named, whole(other)] {
        let changed = store.change_deliveries(&query, change, time(1)).await.unwrap();
        assert_eq!(changed, Changed::default());
    }
    assert_eq!(store.list_failure_groups(other, 9).await.unwrap(), []);
    assert_eq!(
        store.backlog(other, mail.id, at(1)).await.unwrap(),
        Backlog::default()
    );
    assert_eq!(delivery(&*store, 1, &mail).await.state, DeliveryState::Waiting);
}

/// Changes all of `query` at `ms`, step by step; answers how many each step changed.
async fn change_all(store: &dyn Store, query: DeliveryQuery, change: DeliveryChange, ms: i64) -> Vec<u64> {
    let (mut counts, mut query) = (Vec::new(), query);
    loop {
        let changed = store.change_deliveries(&query, change, time(ms)).await.unwrap();
        counts.push(changed.count);
        let Some(next) = changed.next else {
            return counts;
        };
        query.from = Some(next);
        assert!(counts.len() < 1_000, "it comes to no end");
    }
}

pub async fn a_step_goes_on_where_the_one_before_it_stopped(store: Arc<dyn Store>) {
    let (site, [mail, search]) = insert_accounts(&*store).await;
    let events: Vec<NewEvent> = (1..=4).map(order).collect();
    accept(&*store, site, &events).await;
    let change = DeliveryChange::Skip(SkipReason::ByHand);
    let step = async |from| {
        let query = DeliveryQuery {
            limit: 3,
            from,
            ..whole(site)
        };
        let changed = store.change_deliveries(&query, change, time(1)).await.unwrap();
        (changed.count, changed.next)
    };
    // The second event has another delivery.
    let first = step(None).await;
    assert_eq!(first, (3, Some(event_id(2))));
    assert_eq!(step(first.1).await, (3, Some(event_id(3))));
    // What lies before it is not looked at again, even if it fits anew.
    for number in [1, 2] {
        let again = DeliveryQuery {
            from: Some(event_id(number)),
            before: Some(event_id(number + 1)),
            ..whole(site)
        };
        assert_eq!(change_all(&*store, again, DeliveryChange::RetryNow, 2).await, [2]);
    }
    assert_eq!(step(Some(event_id(3))).await, (2, None));
    assert_eq!(step(Some(event_id(5))).await, (0, None));
    for (number, state) in [
        (1, DeliveryState::Waiting),
        (2, DeliveryState::Waiting),
        (3, DeliveryState::Skipped),
        (4, DeliveryState::Skipped),
    ] {
        for account in [&mail, &search] {
            assert_eq!(delivery(&*store, number, account).await.state, state);
        }
    }
}

pub async fn changes_of_the_same_deliveries_at_once_count_each_once(store: Arc<dyn Store>) {
    let (site, _) = insert_accounts(&*store).await;
    let events: Vec<NewEvent> = (1..=100).map(order).collect();
    accept(&*store, site, &events).await;
    let change = DeliveryChange::Skip(SkipReason::ByHand);
    let mut changing = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let store = Arc::clone(&store);
        let query = DeliveryQuery {
            limit: 7,
            ..whole(site)
        };
        changing.spawn(async move { change_all(&*store, query, change, 1).await });
    }
    let counts = changing.join_all().await;
    assert_eq!(counts.iter().flatten().sum::<u64>(), 200);
    let hours = [1, 2].map(crate::samples::account_id);
    for account in hours {
        let hours = store.list_hours(account, at(-HOUR)).await.unwrap();
        assert_eq!(hours.iter().map(|hour| hour.skipped).sum::<u32>(), 100);
    }
}

pub async fn what_failed_is_tried_again_in_steps(store: Arc<dyn Store>) {
    let (site, accounts, rows) = insert_every_state(&*store).await;
    let failures = DeliveryQuery {
        states: Some(vec![
            DeliveryState::Refused,
            DeliveryState::GivenUp,
            DeliveryState::Unknown,
        ]),
        limit: 4,
        ..whole(site)
    };
    let expected: Vec<_> = rows.iter().filter(|row| is_meant(&failures, row)).collect();
    let (mut changed, mut from) = (0, None);
    loop {
        let before = store.count_deliveries(&failures, 1000).await.unwrap();
        let query = DeliveryQuery {
            from,
            ..failures.clone()
        };
        let change = DeliveryChange::RetryNow;
        let Changed { count: step, next } = store
            .change_deliveries(&query, change, time(9_000))
            .await
            .unwrap();
        assert!(step == 4 || step < 4 && next.is_none());
        changed += step;
        let after = store
            .list_deliveries(&DeliveryQuery {
                limit: 1000,
                ..failures.clone()
            })
            .await
            .unwrap();
        assert_eq!(after.len() as u64, before - step);
        // The oldest have gone first.
        let left: Vec<_> = after.iter().map(|row| row.id).collect();
        let oldest: Vec<_> = expected.iter().map(|row| row.id).take(left.len()).collect();
        assert_eq!(left, oldest);
        let Some(next) = next else { break };
        assert!(Some(next) >= from);
        from = Some(next);
    }
    assert_eq!(changed, expected.len() as u64);
    for row in expected {
        let after = store.find_delivery(site, row.id).await.unwrap().unwrap().0;
        let again = DeliveryRow {
            state: DeliveryState::Waiting,
            attempts: 0,
            class: None,
            due_at: at(9_000),
            updated_at: at(9_000),
            ..row.clone()
        };
        assert_eq!(after, again);
    }
    // What was not meant is as it was.
    for row in rows.iter().filter(|row| !is_meant(&failures, row)) {
        let after = store.find_delivery(site, row.id).await.unwrap().unwrap().0;
        assert_eq!(after, *row);
    }
    let claimed = claim(&*store, accounts[0].id, 9_000, 1000, 0).await;
    assert!(!claimed.is_empty());
    assert!(claimed.iter().all(|claimed| claimed.attempts == 0));
}

pub async fn trying_everything_again_comes_to_an_end(store: Arc<dyn Store>) {
    let (site, _, rows) = insert_every_state(&*store).await;
    let all = DeliveryQuery {
        limit: 5,
        ..whole(site)
    };
    let counts = change_all(&*store, all, DeliveryChange::RetryNow, 9_000).await;
    let changed: u64 = counts.iter().sum();
    // Neither those that are delivered, nor those under way, nor those that are due for the first time.
    let expected = rows.iter().filter(|row| {
        row.state != DeliveryState::Delivered
            && row.leased_until.is_none()
            && (row.state != DeliveryState::Waiting || row.attempts > 0 || row.due_at > at(9_000))
    });
    assert_eq!(changed, expected.count() as u64);
    for row in rows {
        let after = store.find_delivery(site, row.id).await.unwrap().unwrap().0;
        if row.state == DeliveryState::Delivered || row.leased_until.is_some() {
            assert_eq!(after, row);
        } else {
            assert_eq!((after.state, after.attempts), (DeliveryState::Waiting, 0));
            assert!(after.due_at <= at(9_000) && after.reason.is_none());
        }
    }
}

pub async fn what_waits_is_skipped_unless_it_is_under_way(store: Arc<dyn Store>) {
    let (site, [mail, search]) = insert_accounts(&*store).await;
    let events: Vec<NewEvent> = (1..=6).map(|number| in_lane(order(number), "anna")).collect();
    accept(&*store, site, &events).await;
    accept(&*store, site, &[event(7, EventKind::CartUpdated, "c"), order(8)]).await;
    let claimed = claim(&*store, mail.id, 0, 9, 0).await;
    assert_eq!(events_of(&claimed), ids([1, 8]));
    finish_one(&*store, retried(&claimed[1], 1, 3_000)).await;
    let of_mail = DeliveryQuery {
        account: Some(mail.id),
        limit: 4,
        ..whole(site)
    };
    let change = DeliveryChange::Skip(SkipReason::Inactive);
    assert_eq!(change_all(&*store, of_mail, change, 2).await, [4, 3]);
    for number in 2..=8 {
        let row = delivery(&*store, number, &mail).await;
        assert_eq!(
            (row.state, row.reason, row.updated_at),
            (DeliveryState::Skipped, Some(SkipReason::Inactive), at(2))
        );
        if number != 7 {
            assert_eq!(
                delivery(&*store, number, &search).await.state,
                DeliveryState::Waiting
            );
        }
    }
    let under_way = delivery(&*store, 1, &mail).await;
    assert_eq!(under_way.state, DeliveryState::Waiting);
    finish_one(&*store, delivered(&claimed[0], 3)).await;
    assert!(claim(&*store, mail.id, 5_000_000, 9, 9).await.is_empty());
    // Skipping the first of a lane lets the next go.
    let first = DeliveryQuery {
        before: Some(event_id(2)),
        ..whole(site)
    };
    assert_eq!(change_all(&*store, first, change, 4).await, [1]);
    assert_eq!(events_of(&claim(&*store, search.id, 4, 9, 9).await), ids([2, 8]));
}

pub async fn a_backlog_tells_what_is_due_from_what_is_later(store: Arc<dyn Store>) {
    let (site, [mail, search]) = insert_accounts(&*store).await;
    let backlog = async |ms| store.backlog(site, mail.id, at(ms)).await.unwrap();
    assert_eq!(backlog(0).await, Backlog::default());
    let mut events: Vec<NewEvent> = (1..=5).map(order).collect();
    events.push(in_lane(order(6), "order 5"));
    for (number, event) in (0..).zip(&mut events) {
        event.received_at = at(number * 10);
    }
    accept(&*store, site, &events).await;
    let cart = NewEvent {
        received_at: at(60),
        ..event(7, EventKind::CartUpdated, "c")
    };
    accept(&*store, site, &[cart]).await;
    let counts = |backlog: Backlog| (backlog.waiting, backlog.later, backlog.oldest_at);
    assert_eq!(counts(backlog(100).await), (6, 1, Some(at(0))));
    let claimed = claim(&*store, mail.id, 100, 2, 0).await;
    // What is under way still waits.
    assert_eq!(counts(backlog(100).await), (6, 1, Some(at(0))));
    finish_one(&*store, delivered(&claimed[0], 110)).await;
    finish_one(&*store, retried(&claimed[1], 110, 3_000)).await;
    assert_eq!(counts(backlog(110).await), (4, 2, Some(at(20))));
    assert_eq!(backlog(110).await.delivered_at, Some(at(110)));
    assert_eq!(counts(backlog(3_000).await), (5, 1, Some(at(10))));
    assert_eq!(counts(backlog(30 * 60 * 1000).await), (6, 0, Some(at(10))));
    let other = store.backlog(site, search.id, at(110)).await.unwrap();
    assert_eq!((counts(other), other.delivered_at), ((6, 0, Some(at(0))), None));
}

pub async fn a_large_backlog_is_counted_to_its_end_only_by_whoever_asks_for_it(store: Arc<dyn Store>) {
    let (site, [mail, search]) = insert_accounts(&*store).await;
    let most = u64::from(BACKLOG_EXACT_MAX);
    let events: Vec<NewEvent> = (1..=most + 2)
        .map(|number| event(number, EventKind::OrderStateChanged, &format!("order {number}")))
        .collect();
    for some in events.chunks(1_000) {
        accept(&*store, site, some).await;
    }
    let exact = store.backlog(site, search.id, at(1)).await.unwrap();
    assert_eq!(
        (exact.waiting, exact.later, exact.oldest_at),
        (most, 0, Some(at(0)))
    );
    let whole = store.whole_backlog(site, search.id, at(1)).await.unwrap();
    assert_eq!(
        (whole.waiting, whole.later, whole.oldest_at),
        (most + 2, 0, Some(at(0)))
    );
    // A sample of the oldest.
    let weighed = store.weigh_backlog(site, search.id, at(1)).await.unwrap();
    let expected = weight(EventKind::OrderStateChanged, u64::from(WEIGHED_MAX), 0);
    assert_eq!(weighed, [expected]);
    // Of this the other account gets nothing.
    assert_eq!(
        store.whole_backlog(site, mail.id, at(1)).await.unwrap(),
        Backlog::default()
    );
    assert_eq!(store.weigh_backlog(site, mail.id, at(1)).await.unwrap(), []);
}

const fn weight(kind: EventKind, waiting: u64, needless: u64) -> Weight {
    Weight {
        kind,
        waiting,
        needless,
    }
}

pub async fn what_is_due_is_weighed_by_what_would_come_of_it(store: Arc<dyn Store>) {
    let (site, [mail, _]) = insert_accounts(&*store).await;
    let weighed = async |ms| {
        let mut weights = store.weigh_backlog(site, mail.id, at(ms)).await.unwrap();
        weights.sort_by_key(|weight| weight.kind);
        weights
    };
    assert_eq!(weighed(0).await, []);
    let customer = |number, kind, id: &str| event(number, kind, id);
    accept(
        &*store,
        site,
        &[
            // Two of three are superseded: the last tells how things are, whatever is between them.
            customer(1, EventKind::CustomerRegistered, "anna"),
            customer(2, EventKind::NewsletterSubscribed, "anna"),
            customer(3, EventKind::CustomerUpdated, "anna"),
            customer(4, EventKind::CustomerUpdated, "anna"),
            // Orders never are.
            event(5, EventKind::OrderPlaced, "same"),
            event(6, EventKind::OrderPlaced, "same"),
            // Carts are due later, and a third one is changed by then.
            event(7, EventKind::CartUpdated, "first"),
            event(8, EventKind::CartUpdated, "second"),
            event(9, EventKind::CartUpdated, "second"),
        ],
    )
    .await;
    let now = [
        weight(EventKind::CustomerRegistered, 1, 1),
        weight(EventKind::CustomerUpdated, 2, 1),
        weight(EventKind::NewsletterSubscribed, 1, 0),
        weight(EventKind::OrderPlaced, 2, 0),
    ];
    assert_eq!(weighed(1).await, now);
    let mut later = now.to_vec();
    later.insert(3, weight(EventKind::CartUpdated, 3, 1));
    assert_eq!(weighed(HOUR).await, later);
    // Too old, and superseded besides: it counts once.
    let stale_after_ms = i64::from(EventKind::CartUpdated.stale_after_s().unwrap()) * 1_000;
    assert_eq!(weighed(stale_after_ms).await, later);
    later[3] = weight(EventKind::CartUpdated, 3, 3);
    assert_eq!(weighed(stale_after_ms + 1_000).await, later);
    // What claims say is just this, and what is under way still counts; what has been delivered, and is retried later, not.
    let claimed = claim(&*store, mail.id, 1, 99, 0).await;
    let superseded: Vec<_> = claimed.iter().filter(|claimed| claimed.is_superseded).collect();
    assert_eq!(superseded.len(), 1, "only the first of a lane is handed out");
    assert_eq!(weighed(1).await, now);
    finish_one(&*store, skipped(superseded[0], 2, SkipReason::Superseded)).await;
    let order = claimed
        .iter()
        .find(|claimed| claimed.event.kind == EventKind::OrderPlaced)
        .unwrap();
    finish_one(&*store, retried(order, 3, 5_000)).await;
    assert_eq!(
        weighed(4).await,
        [
            weight(EventKind::CustomerUpdated, 2, 1),
            weight(EventKind::NewsletterSubscribed, 1, 0),
        ],
        "the second order of the lane waits behind the first"
    );
    assert_eq!(weighed(5_000).await[2], weight(EventKind::OrderPlaced, 2, 0));
    // Of another site it is nothing.
    assert_eq!(store.weigh_backlog(site_id(2), mail.id, at(4)).await.unwrap(), []);
}

pub async fn failures_that_are_alike_are_one_group(store: Arc<dyn Store>) {
    let (site, [mail, search]) = insert_accounts(&*store).await;
    let events: Vec<NewEvent> = (1..=12)
        .map(|number| NewEvent {
            received_at: at(i64::try_from(number).unwrap()),
            ..order(number)
        })
        .collect();
    accept(&*store, site, &events).await;
    assert_eq!(store.list_failure_groups(site, 9).await.unwrap(), []);
    let of_mail = claim(&*store, mail.id, 100, 20, 0).await;
    let of_search = claim(&*store, search.id, 100, 20, 0).await;
    let refused = |claimed, ms| {
        finish(
            claimed,
            ms,
            Some(FaultClass::Payload),
            end(DeliveryState::Refused),
        )
    };
    finish_all(
        &*store,
        vec![
            refused(&of_mail[2], 300),
            refused(&of_mail[1], 200),
            refused(&of_mail[5], 250),
            finish(
                &of_mail[3],
                400,
                Some(FaultClass::Temporary),
                end(DeliveryState::GivenUp),
            ),
            finish(
                &of_mail[4],
                100,
                Some(FaultClass::Permission),
                end(DeliveryState::GivenUp),
            ),
            delivered(&of_mail[6], 500),
            retried(&of_mail[7], 500, 900),
            skipped(&of_mail[8], 500, SkipReason::Stale),
            refused(&of_search[0], 350),
            finish(
                &of_search[1],
                90,
                Some(FaultClass::Unknown),
                end(DeliveryState::Unknown),
            ),
        ],
    )
    .await;
    let group = |account: &Account, state, class, count, since, until| FailureGroup {
        account: account.id,
        state,
        class: Some(class),
        count,
        since: at(since),
        until: at(until),
    };
    let expected = [
        group(&mail, DeliveryState::GivenUp, FaultClass::Temporary, 1, 4, 400),
        group(&search, DeliveryState::Refused, FaultClass::Payload, 1, 1, 350),
        group(&mail, DeliveryState::Refused, FaultClass::Payload, 3, 2, 300),
        group(&mail, DeliveryState::GivenUp, FaultClass::Permission, 1, 5, 100),
        group(&search, DeliveryState::Unknown, FaultClass::Unknown, 1, 2, 90),
    ];
    assert_eq!(store.list_failure_groups(site, 9).await.unwrap(), expected);
    assert_eq!(store.list_failure_groups(site, 2).await.unwrap(), expected[..2]);
}

pub async fn a_removed_account_takes_its_deliveries_along(store: Arc<dyn Store>) {
    let (site, [mail, search]) = insert_accounts(&*store).await;
    accept(&*store, site, &[order(1), order(2)]).await;
    let claimed = claim(&*store, mail.id, 0, 2, 0).await;
    finish_one(&*store, delivered(&claimed[0], 1)).await;
    store
        .write_accounts(site, vec![removed(&mail)], Vec::new())
        .await
        .unwrap();
    let late: Vec<Finish> = vec![delivered(&claimed[1], 2)];
    assert_eq!(finish_all(&*store, late).await, [false]);
    let rows = store.list_deliveries(&whole(site)).await.unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.id.account == search.id));
    for number in [1, 2] {
        assert!(store.find_event(site, event_id(number)).await.unwrap().is_some());
    }
    assert!(claim(&*store, mail.id, 100_000, 9, 9).await.is_empty());
    assert_eq!(store.list_hours(mail.id, at(-HOUR)).await.unwrap(), []);
    // Nothing comes back with an account of the same id, either.
    insert(&*store, std::slice::from_ref(&mail)).await;
    assert!(claim(&*store, mail.id, 100_000, 9, 9).await.is_empty());
    assert_eq!(
        store.backlog(site, mail.id, at(9)).await.unwrap(),
        Backlog::default()
    );
    assert_eq!(
        store.find_delivery(site, delivery_id(1, &mail)).await.unwrap(),
        None
    );
    accept(&*store, site, &[order(3)]).await;
    assert_eq!(events_of(&claim(&*store, mail.id, 100_000, 9, 9).await), ids([3]));
    let (_, attempts) = store
        .find_delivery(site, delivery_id(3, &mail))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(attempts, []);
    // An account that is only switched off keeps what waits.
    store
        .write_accounts(site, vec![switched(&search, false)], Vec::new())
        .await
        .unwrap();
    assert_eq!(store.backlog(site, search.id, at(9)).await.unwrap().waiting, 3);
}
