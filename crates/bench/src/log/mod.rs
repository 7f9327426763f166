//! `bench log`: whether every page of a log of ten million entries comes at once, on both databases.

mod entries;
mod fill;
mod measure;
mod messages;
mod questions;

use std::sync::Arc;

use anyhow::{Result, bail};
use clap::value_parser;
use tokio::signal::unix::{SignalKind, signal};

use self::entries::Entries;
use self::measure::Round;
use crate::machine;
use crate::place::{Kind, Places};
use crate::report::{Report, Table};

/// Entries of a log that is filled within seconds.
const QUICK_ROWS: u32 = 100_000;
/// Calls of which each removes a batch of the smallest log, and more than one is left.
const CALLS_MAX: i64 = 90;

/// What to measure and with what.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Entries of the site that is looked at; another one has a twentieth of that.
    #[arg(long, value_name = "NUMBER", default_value_t = 10_000_000,
        value_parser = value_parser!(u32).range(i64::from(QUICK_ROWS)..=1_000_000_000))]
    rows: u32,
    /// A log of 100,000 entries, to try the benchmark itself.
    #[arg(long, conflicts_with = "rows")]
    quick: bool,
    #[command(flatten)]
    places: Places,
    /// How often each is measured after the first call.
    #[arg(long, value_name = "NUMBER", default_value_t = 50, value_parser = value_parser!(u32).range(1..=CALLS_MAX))]
    calls: u32,
    /// Tell the plan of every page, not only of the slowest and of the one with all filters.
    #[arg(long)]
    all_plans: bool,
}

/// Measures and prints.
pub(crate) async fn run(options: &Options) -> Result<()> {
    let mut asked_to_end = signal(SignalKind::terminate())?;
    // Whichever comes first: dropping what is measured removes gigabytes.
    tokio::select! {
        outcome = every(options) => outcome,
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            bail!("interrupted")
        }
        _ = asked_to_end.recv() => bail!("interrupted"),
    }
}

async fn every(options: &Options) -> Result<()> {
    let machine = machine::table();
    let rows = if options.quick { QUICK_ROWS } else { options.rows };
    let entries = Arc::new(Entries::new(rows)?);
    let mut report = Report::default();
    let mut failures = Vec::new();
    for kind in &options.places.databases {
        if let Err(error) = one(*kind, options, &entries, &mut report).await {
            // What the other database tells is not lost.
            eprintln!("✗ {error:#}");
            failures.push(kind.name());
        }
    }
    println!("# The log, measured\n\n{machine}{report}");
    if !failures.is_empty() {
        bail!("not everything could be measured: {} failed", failures.join(", "));
    }
    Ok(())
}

/// Fills and measures one database.
async fn one(kind: Kind, options: &Options, entries: &Arc<Entries>, report: &mut Report) -> Result<()> {
    let name = kind.name();
    eprintln!("▸ {name}: filling");
    let place = options.places.make(kind)?;
    let store = place.open().await?;
    let took = fill::fill(&store, entries).await?;
    store.close().await;
    let mut table = Table::new(["Database", ""]);
    let statistics = place.settle()?;

    eprintln!("▸ {name}: measuring");
    // Opened anew, as by a panel that has just started.
    let store = place.open().await?;
    for (what, value) in [
        ("Version", store.describe().await?),
        ("Settings", place.settings()?),
        ("Entries of the site", entries.rows().to_string()),
        ("Entries of the other site", entries.other_rows().to_string()),
        ("Accounts of each", entries::ACCOUNTS.to_string()),
        (
            "Filled",
            fill::progress(entries.rows() + entries.other_rows(), took),
        ),
        ("On the disk", place.size()?),
        ("Of which the table", place.table_size("log")?),
        ("Statistics", statistics),
    ] {
        table.row([what.to_owned(), value]);
    }
    report.section(name, &table, "");
    let round = Round {
        store: &*store,
        entries,
        calls: options.calls,
        all_plans: options.all_plans,
    };
    let measured = round.measure(name, report).await;
    store.close().await;
    measured
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::place::Place;

    #[tokio::test(flavor = "multi_thread")]
    async fn every_question_finds_what_it_must_in_the_quick_log() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::Folder(folder);
        let store = place.open().await.unwrap();
        let entries = Arc::new(Entries::new(QUICK_ROWS).unwrap());
        fill::fill(&store, &entries).await.unwrap();
        let round = Round {
            store: &*store,
            entries: &entries,
            calls: 1,
            all_plans: true,
        };
        let mut report = Report::default();
        round.measure("SQLite", &mut report).await.unwrap();
        store.close().await;
        let shown = report.to_string();
        for told in [
            "| SQLite: first page |",
            "the slowest of all kinds",
            "(the slowest):",
            "Plan of “All filters at once",
            "Removing 1000 entries",
        ] {
            assert!(shown.contains(told), "{told}: {shown}");
        }
        assert!(!shown.contains("SCAN log"), "{shown}");
    }
}
