//! What the same takes without a panel around it: a bare loop of inserts, a bare loop of requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use domain::{EventId, EventKind, SiteId};
use persistence::{NewEvent, Store, StoredEvent};
use tokio::task::JoinSet;
use uuid::Builder;

use super::intake::{BATCHED, SINGLE, Way};
use crate::process::Process;
use crate::stand::{Amount, Api, Books, Shop, Work, send};
use crate::stats::{ms, real};

/// Inserts what intake has inserted, in both ways; answers events in a second.
pub(super) async fn stored(books: &Books, length: Duration) -> Result<[f64; 2]> {
    let like = Arc::new(books.newest().await?);
    let next = Arc::new(AtomicU32::new(0));
    let mut per_second = [0.0; 2];
    for (way, per_second) in [SINGLE, BATCHED].into_iter().zip(&mut per_second) {
        let started = Instant::now();
        let mut tasks = JoinSet::new();
        for _ in 0..way.connections {
            tasks.spawn(insert(
                Arc::clone(&books.store),
                books.site,
                Arc::clone(&like),
                Arc::clone(&next),
                way,
                started + length,
            ));
        }
        let mut count = 0;
        while let Some(done) = tasks.join_next().await {
            count += done??;
        }
        *per_second = real(count) * 1000.0 / ms(started.elapsed());
    }
    Ok(per_second)
}

async fn insert(
    store: Arc<dyn Store>,
    site: SiteId,
    like: Arc<StoredEvent>,
    next: Arc<AtomicU32>,
    way: Way,
    until: Instant,
) -> Result<usize> {
    let mut count = 0;
    while Instant::now() < until {
        let from = next.fetch_add(way.batch, Ordering::Relaxed);
        let events = (from..from + way.batch)
            .map(|number| another(&like, number))
            .collect::<Result<Vec<_>>>()?;
        count += store.accept_events(site, events).await?.len();
    }
    Ok(count)
}

/// An event of the same size.
fn another(like: &StoredEvent, number: u32) -> Result<NewEvent> {
    let mut lane = [0; 16];
    lane[..4].copy_from_slice(&number.to_be_bytes());
    let mut random = [0xa5; 10];
    random[..4].copy_from_slice(&number.to_be_bytes());
    let at = u64::try_from(like.received_at.ms())? + 1 + u64::from(number / 10);
    Ok(NewEvent {
        id: EventId::new(Builder::from_unix_timestamp_millis(at, &random).into_uuid()),
        source: "https://floor.example.com".to_owned(),
        external_id: Shop::event_id(number),
        kind: EventKind::OrderPlaced,
        entity_id: Shop::order_id(number),
        lane,
        ends_cart: Some(format!("k-{number}")),
        occurred_at: like.received_at,
        received_at: like.received_at,
        sealed: like.sealed.clone(),
    })
}

/// Sends what intake has sent, in both ways, to a server that does nothing; answers events in a second.
pub(super) async fn asked(api: &Api, shop: &Arc<Shop>, length: Duration) -> Result<[f64; 2]> {
    let mut echo = Process::echo()?;
    echo.answers_with("/", None, 202).await?;
    let api = api.at(echo.addr);
    let mut per_second = [0.0; 2];
    for (way, per_second) in [SINGLE, BATCHED].into_iter().zip(&mut per_second) {
        let started = Instant::now();
        let work = Work {
            connections: way.connections,
            batch: way.batch,
            amount: Amount::For(length),
            first: 0,
            customers: u32::MAX,
        };
        let sent = send(&api, shop, work).await?;
        *per_second = real(sent.accepted.len()) * 1000.0 / ms(started.elapsed());
    }
    echo.kill()?;
    Ok(per_second)
}
