//! The pace of calls that all processes share.

use std::sync::Arc;
use std::time::Duration;

use domain::Timestamp;
use persistence::{Moment, PACE_AHEAD_MAX, Store};

use crate::race::race;

/// Whom the cases call, and somebody else.
const REMOTE: [u8; 32] = [0xff; 32];
const OTHER: [u8; 32] = [0; 32];
/// Much longer than a case takes.
const GAP: Duration = Duration::from_secs(10);

async fn take(store: &dyn Store, count: u32) -> Moment {
    store.take_turns(REMOTE, count, GAP).await.unwrap()
}

fn ms_between(earlier: Timestamp, later: Timestamp) -> i64 {
    later.ms() - earlier.ms()
}

pub async fn turns_are_taken_one_after_the_other(store: Arc<dyn Store>) {
    let first = take(&*store, 3).await;
    assert_eq!(first.wait(), Duration::ZERO);
    let second = take(&*store, 1).await;
    assert_eq!(ms_between(first.at, second.at), 30_000);
    let third = take(&*store, 2).await;
    assert_eq!(ms_between(second.at, third.at), 10_000);
    // The wait is told by one clock.
    assert!(third.now >= first.now);
    assert!(
        third.wait() > Duration::from_secs(20) && third.wait() <= GAP * 4,
        "{third:?}"
    );
    // Somebody else's pace is another one.
    let other = store.take_turns(OTHER, 1, GAP).await.unwrap();
    assert_eq!(other.wait(), Duration::ZERO);
}

pub async fn turns_that_are_over_are_not_waited_for(store: Arc<dyn Store>) {
    let gap = Duration::from_millis(1);
    let first = store.take_turns(REMOTE, 2, gap).await.unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    let second = store.take_turns(REMOTE, 2, gap).await.unwrap();
    assert_eq!(second.wait(), Duration::ZERO);
    assert!(ms_between(first.at, second.at) >= 15, "{first:?} {second:?}");
}

pub async fn twenty_takers_at_once_share_no_turn(store: Arc<dyn Store>) {
    let counts = |racer: usize| u32::try_from(racer % 3 + 1).unwrap();
    let gap = Duration::from_secs(2);
    let taken = race(20, |racer| {
        let store = Arc::clone(&store);
        async move { store.take_turns(REMOTE, counts(racer), gap).await.unwrap() }
    })
    .await;
    let mut spans: Vec<(i64, i64)> = (0..)
        .zip(&taken)
        .map(|(racer, taken)| {
            let start = taken.at.ms();
            (start, start + i64::from(counts(racer)) * 2_000)
        })
        .collect();
    spans.sort_unstable();
    assert!(
        spans.windows(2).all(|pair| pair[0].1 == pair[1].0),
        "one after the other and none left out: {spans:?}"
    );
}

pub async fn a_rest_is_kept_by_everybody(store: Arc<dyn Store>) {
    assert_eq!(store.find_rest(REMOTE).await.unwrap(), None);
    take(&*store, 1).await;
    assert_eq!(store.find_rest(REMOTE).await.unwrap(), None);
    let minute = Duration::from_mins(1);
    store.rest(REMOTE, minute).await.unwrap();
    // A shorter one does not end it.
    store.rest(REMOTE, Duration::from_millis(1)).await.unwrap();
    let rest = store.find_rest(REMOTE).await.unwrap().unwrap();
    assert!(rest.wait() > minute / 2 && rest.wait() <= minute, "{rest:?}");
    assert_eq!(rest.past(), Duration::ZERO);
    let next = take(&*store, 1).await;
    assert_eq!(next.at, rest.at);
    assert_eq!(store.find_rest(OTHER).await.unwrap(), None);

    // Also before anybody took a turn, and told after its end.
    store.rest(OTHER, Duration::from_millis(1)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    let rest = store.find_rest(OTHER).await.unwrap().unwrap();
    assert_eq!(rest.wait(), Duration::ZERO);
    assert!(rest.past() >= Duration::from_millis(15), "{rest:?}");
    let next = store.take_turns(OTHER, 1, GAP).await.unwrap();
    assert_eq!(next.wait(), Duration::ZERO);
}

pub async fn what_lies_far_ahead_stops_nobody(store: Arc<dyn Store>) {
    let far = PACE_AHEAD_MAX + GAP;
    store.take_turns(REMOTE, 1, far).await.unwrap();
    assert_eq!(take(&*store, 1).await.wait(), Duration::ZERO);
    assert!(
        take(&*store, 1).await.wait() > Duration::ZERO,
        "the row was mended"
    );

    store.rest(OTHER, far).await.unwrap();
    assert_eq!(store.find_rest(OTHER).await.unwrap(), None);
    let next = store.take_turns(OTHER, 1, GAP).await.unwrap();
    assert_eq!(next.wait(), Duration::ZERO);
    store.rest(OTHER, GAP).await.unwrap();
    let rest = store.find_rest(OTHER).await.unwrap().unwrap();
    assert!(rest.wait() <= GAP, "{rest:?}");
}

pub async fn paces_that_nobody_needs_any_more_go(store: Arc<dyn Store>) {
    let taken = take(&*store, 1).await;
    store.rest(OTHER, GAP).await.unwrap();
    assert_eq!(store.remove_paces(taken.at).await.unwrap(), 0);
    let (past_turn, past_rest) = (taken.at.plus_seconds(11), taken.at.plus_seconds(60));
    // Its turn is over by then, the other's rest is still to come.
    store.rest(OTHER, GAP * 3).await.unwrap();
    assert_eq!(store.remove_paces(past_turn).await.unwrap(), 1);
    assert_eq!(take(&*store, 1).await.wait(), Duration::ZERO);
    assert!(store.find_rest(OTHER).await.unwrap().is_some());
    assert_eq!(store.remove_paces(past_rest).await.unwrap(), 2);
    assert_eq!(store.find_rest(OTHER).await.unwrap(), None);
}
