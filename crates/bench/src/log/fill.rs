//! Filling a store with the log.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use domain::Timestamp;
use persistence::Store;
use tokio::task::JoinSet;

use super::entries::Entries;

/// Entries of the site that are added in one act.
const BATCH: u32 = 5_000;
/// Batches under way at the same time: while one is written, others are made.
const AT_ONCE: usize = 4;
/// How often progress is told.
const TOLD_EVERY: Duration = Duration::from_secs(10);

/// Adds both sites and all entries; answers how long that took.
pub(crate) async fn fill(store: &Arc<dyn Store>, entries: &Arc<Entries>) -> Result<Duration> {
    for site in [&entries.own, &entries.other] {
        store.insert_site(site, Timestamp::from_ms(0), false).await?;
    }
    let started = Instant::now();
    let mut told = started;
    let mut under_way: JoinSet<Result<()>> = JoinSet::new();
    for from in (0..entries.rows()).step_by(BATCH as usize) {
        if under_way.len() == AT_ONCE
            && let Some(written) = under_way.join_next().await
        {
            written??;
        }
        let (store, entries) = (Arc::clone(store), Arc::clone(entries));
        under_way.spawn(async move {
            let batch = entries.between(from, from.saturating_add(BATCH));
            Ok(store.append_log(batch).await?)
        });
        if told.elapsed() >= TOLD_EVERY {
            told = Instant::now();
            eprintln!("  {}", progress(from, started.elapsed()));
        }
    }
    while let Some(written) = under_way.join_next().await {
        written??;
    }
    let took = started.elapsed();
    eprintln!("  {}", progress(entries.rows(), took));
    Ok(took)
}

/// How many entries in how many seconds, and how many in each.
pub(crate) fn progress(entries: u32, took: Duration) -> String {
    let per_second = u128::from(entries) * 1_000 / took.as_millis().max(1);
    format!("{entries} entries in {} s, {per_second}/s", took.as_secs())
}
