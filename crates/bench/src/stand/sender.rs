//! Sends events over several connections at once, one by one or in batches.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio::task::JoinSet;

use super::{Api, Shop};
use crate::http::Connection;
use crate::stats::Latencies;

/// How much is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Amount {
    /// As much as goes within this time.
    For(Duration),
    /// So many events.
    Events(u32),
}

/// How it is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Work {
    /// Connections.
    pub(crate) connections: u32,
    /// Events of a request.
    pub(crate) batch: u32,
    /// How much.
    pub(crate) amount: Amount,
    /// The number of the first event.
    pub(crate) first: u32,
    /// Customers who take turns.
    pub(crate) customers: u32,
}

/// What was sent.
pub(crate) struct Sent {
    /// The numbers of the events that were answered with 202.
    pub(crate) accepted: Vec<u32>,
    /// How long a request took.
    pub(crate) latencies: Latencies,
    /// The number after the last event.
    pub(crate) next: u32,
}

struct Task {
    api: Api,
    shop: Arc<Shop>,
    work: Work,
    next: Arc<AtomicU32>,
    end: u32,
    until: Option<Instant>,
}

/// Sends orders in Italian, and answers which were taken. Any other answer than 202 is an error.
pub(crate) async fn send(api: &Api, shop: &Arc<Shop>, work: Work) -> Result<Sent> {
    let next = Arc::new(AtomicU32::new(work.first));
    let (until, end) = match work.amount {
        Amount::For(length) => (Some(Instant::now() + length), u32::MAX),
        Amount::Events(count) => (None, work.first.saturating_add(count)),
    };
    let mut tasks = JoinSet::new();
    for _ in 0..work.connections {
        let task = Task {
            api: api.clone(),
            shop: Arc::clone(shop),
            work,
            next: Arc::clone(&next),
            end,
            until,
        };
        tasks.spawn(task.run());
    }
    let (mut accepted, mut times) = (Vec::new(), Vec::new());
    while let Some(done) = tasks.join_next().await {
        let (numbers, mut took) = done??;
        accepted.extend(numbers);
        times.append(&mut took);
    }
    Ok(Sent {
        next: accepted.iter().max().map_or(work.first, |last| last + 1),
        accepted,
        latencies: Latencies::new(times),
    })
}

impl Task {
    async fn run(self) -> Result<(Vec<u32>, Vec<Duration>)> {
        let mut connection = Connection::open(self.api.addr).await?;
        let (mut accepted, mut times) = (Vec::new(), Vec::new());
        let mut body = String::new();
        while self.until.is_none_or(|until| Instant::now() < until) {
            let from = self.next.fetch_add(self.work.batch, Ordering::Relaxed);
            let to = from.saturating_add(self.work.batch).min(self.end);
            if from >= to {
                break;
            }
            self.write(from, to, &mut body);
            let request = self.api.events(&body);
            let begun = Instant::now();
            let answer = connection.send(&request).await?;
            if answer.status != 202 {
                bail!(
                    "an event is answered with {}: {}",
                    answer.status,
                    String::from_utf8_lossy(answer.body)
                );
            }
            times.push(begun.elapsed());
            accepted.extend(from..to);
        }
        Ok((accepted, times))
    }

    fn write(&self, from: u32, to: u32, body: &mut String) {
        body.clear();
        let is_batch = self.work.batch > 1;
        for number in from..to {
            body.push_str(match (is_batch, number == from) {
                (true, true) => "[",
                (true, false) => ",",
                (false, _) => "",
            });
            self.shop.order(number, number % self.work.customers, "it", body);
        }
        if is_batch {
            body.push(']');
        }
    }
}
