//! How many saves a second, and whether everything that was acknowledged is really there, also when the server is killed
//! in the middle of it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use domain::{AccountChange, DESCRIPTION_FIELD};
use persistence::{Accounts, Health};

use super::saver::{Done, Saver, description, shown_site};
use super::stage::{Data, Stage};
use super::{CONNECTIONS, Options};
use crate::process::{Process, cpu_ms};
use crate::report::{Aim, Report, Table, figure, percent};
use crate::stats::{Latencies, median, ms, real};

/// The aim of the issue.
const SAVES_PER_SECOND_MIN: f64 = 1000.0;

/// How long is saved before the server is killed.
const KILLED_AFTER: Duration = Duration::from_secs(1);
/// Writes that tell how long the disk takes for one.
const FLUSHES: usize = 100;

/// What was measured in one database.
struct Saved {
    per_second: f64,
    latencies: Latencies,
    cpu_ms: f64,
    server_share: f64,
    /// How many saves were acknowledged, and how many of them were found.
    kept: Kept,
}

/// How many saves were acknowledged, and how many of them are in the database.
#[derive(Debug, Clone, Copy, Default)]
struct Kept {
    acknowledged: usize,
    found: usize,
}

/// Measures in both databases.
pub(super) async fn measure(options: &Options, stage: &Stage, report: &mut Report) -> Result<()> {
    let flush_ms = median(flushes(stage.root())?);
    let mut table = Table::new([
        "Database",
        "Saves/s",
        "p50",
        "p99",
        "CPU of a save",
        "Server's part of the processors",
        "Saves there",
    ]);
    for data in [&stage.alone, &stage.crowded] {
        let saved = saved(options, data).await?;
        let milliseconds = |value: f64| format!("{} ms", figure(value));
        table.row([
            data.name.clone(),
            figure(saved.per_second),
            milliseconds(saved.latencies.p50()),
            milliseconds(saved.latencies.p99()),
            milliseconds(saved.cpu_ms),
            percent(saved.server_share),
            format!("{} of {}", saved.kept.found, saved.kept.acknowledged),
        ]);
        let what = format!("Saves at {CONNECTIONS} connections; {}", data.name);
        report.aim(Aim::at_least(what, SAVES_PER_SECOND_MIN, "saves/s", saved.per_second).goes(format!(
            "a save takes {} ms of CPU, and the server has {} of the processors meanwhile; a write that is flushed to this \
             disk takes {} ms, and the saves that wait for it share one.",
            figure(saved.cpu_ms),
            percent(saved.server_share),
            figure(flush_ms)
        )));
        report.aim(kept(
            format!("Acknowledged saves found afterwards; {}", data.name),
            saved.kept,
        ));
    }
    let after_kill = killed(options, &stage.alone).await?;
    report.aim(kept(
        "Acknowledged saves found after a kill in the middle".to_owned(),
        after_kill,
    ));
    let notes = format!(
        "Every connection saves its own account over and over, each time with another description; a save is acknowledged \
         when it is on the disk. A flushed write of 4 KiB takes {} ms on this disk (median of {FLUSHES}).",
        figure(flush_ms)
    );
    report.section("Saves", &table, &notes);
    Ok(())
}

fn kept(what: String, kept: Kept) -> Aim {
    Aim::at_least(what, real(kept.acknowledged), "saves", real(kept.found))
}

async fn serve(options: &Options, data: &Data) -> Result<Process> {
    let mut panel = Process::serve(&options.raccordo, &data.folder, &[])?;
    panel.answers("/accounts", Some(&data.cookie)).await?;
    Ok(panel)
}

async fn saved(options: &Options, data: &Data) -> Result<Saved> {
    let panel = serve(options, data).await?;
    let saver = Saver::prepare(panel.addr, data).await?;
    let before = cpu_ms(panel.id())?;
    let started = Instant::now();
    let mut done = saver.run(options.plan().turn * options.plan().rounds).await;
    let (elapsed, cpu) = (ms(started.elapsed()), cpu_ms(panel.id())? - before);
    panel.stop()?;
    if let Some(error) = done.iter_mut().find_map(|done| done.error.take()) {
        return Err(error.context("saving"));
    }
    let kept = verify(data, &done).await?;
    let count = real(kept.acknowledged);
    Ok(Saved {
        per_second: count * 1000.0 / elapsed,
        latencies: Latencies::new(done.into_iter().flat_map(|done| done.times).collect()),
        cpu_ms: cpu / count,
        server_share: cpu / elapsed / real(std::thread::available_parallelism()?.get()),
        kept,
    })
}

/// Kills the server in the middle of its saves.
async fn killed(options: &Options, data: &Data) -> Result<Kept> {
    let panel = serve(options, data).await?;
    let saver = Saver::prepare(panel.addr, data).await?;
    let saving = tokio::spawn(saver.run(KILLED_AFTER * 10));
    tokio::time::sleep(KILLED_AFTER).await;
    if saving.is_finished() {
        bail!("the saves ended before the server was killed");
    }
    panel.kill()?;
    verify(data, &saving.await?).await
}

/// Looks for every acknowledged save: in the account itself, and in its recorded changes.
async fn verify(data: &Data, done: &[Done]) -> Result<Kept> {
    let store = data.open().await?;
    let site = shown_site(&store).await?;
    let mut kept = Kept::default();
    for done in done {
        let account = store
            .find_account(site, done.id)
            .await?
            .context("an account is gone")?;
        let version = account.version.number();
        if version < done.last || account.description.as_str() != description(version) {
            bail!(
                "account {} stands at version {version}, but {} was acknowledged",
                done.id,
                done.last
            );
        }
        let changes = store.list_changes(site, done.id, None).await?;
        let recorded: BTreeMap<u32, &str> = changes.iter().filter_map(description_after).collect();
        for version in done.first + 1..=done.last {
            let is_there = recorded
                .get(&version)
                .is_some_and(|found| *found == description(version));
            kept.acknowledged += 1;
            kept.found += usize::from(is_there);
        }
    }
    store.close().await;
    Ok(kept)
}

fn description_after(change: &AccountChange) -> Option<(u32, &str)> {
    let field = change
        .fields
        .iter()
        .find(|field| field.field == DESCRIPTION_FIELD)?;
    Some((change.version.number(), field.to.as_str()))
}

/// How long a small write takes until it is on the disk, in milliseconds.
fn flushes(folder: &Path) -> Result<Vec<f64>> {
    let mut file = File::create(folder.join("flush"))?;
    let mut flush = || -> Result<f64> {
        let started = Instant::now();
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        Ok(ms(started.elapsed()))
    };
    (0..FLUSHES).map(|_| flush()).collect()
}
