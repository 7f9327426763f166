//! `bench delivery`: how many events are taken in and delivered, how soon, and in how much memory; on both databases, with
//! the load generator and the sandbox on the same machine. The sandbox accounts for every event.

mod drain;
mod floor;
mod intake;
mod latency;
mod memory;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::ValueEnum;
use tokio::signal::unix::{SignalKind, signal};

use crate::machine;
use crate::place::{Kind, Places};
use crate::report::Report;

/// What to measure and with what.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The release binary.
    #[arg(long, value_name = "FILE")]
    raccordo: PathBuf,
    #[command(flatten)]
    places: Places,
    /// Only this part; may be given several times.
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// Small numbers, to try the benchmark itself.
    #[arg(long)]
    quick: bool,
}

/// A part of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Events taken in, one by one and in batches, beside bare loops.
    Intake,
    /// A backlog that is worked off.
    Drain,
    /// From accepted to the first attempt, also beside accounts that are down or slow.
    Latency,
    /// Resident memory with a large backlog.
    Memory,
}

/// How much is done.
#[derive(Debug, Clone, Copy)]
struct Scale {
    /// How long events are taken in, each way.
    intake: Duration,
    /// Events of a backlog for Clerk.io.
    backlog: u32,
    /// Events of a backlog for `ActiveCampaign`, which needs several calls for one.
    backlog_deep: u32,
    /// Turns of the latency.
    turns: u32,
    /// How long a turn of the latency is.
    turn: Duration,
    /// Events that wait while the memory is looked at.
    waiting: u32,
    /// How long a large backlog is worked off while the memory is looked at.
    watch: Duration,
}

impl Scale {
    const FULL: Self = Self {
        intake: Duration::from_secs(10),
        backlog: 60_000,
        backlog_deep: 10_000,
        turns: 3,
        turn: Duration::from_secs(10),
        waiting: 1_000_000,
        watch: Duration::from_secs(10),
    };
    const QUICK: Self = Self {
        intake: Duration::from_secs(1),
        backlog: 2_000,
        backlog_deep: 500,
        turns: 1,
        turn: Duration::from_secs(2),
        waiting: 5_000,
        watch: Duration::from_secs(1),
    };
}

impl Part {
    async fn measure(self, options: &Options, kind: Kind, report: &mut Report) -> Result<()> {
        match self {
            Self::Intake => intake::measure(options, kind, report).await,
            Self::Drain => drain::measure(options, kind, report).await,
            Self::Latency => latency::measure(options, kind, report).await,
            Self::Memory => memory::measure(options, kind, report).await,
        }
    }
}

impl Options {
    const fn scale(&self) -> Scale {
        if self.quick { Scale::QUICK } else { Scale::FULL }
    }
}

/// Measures and prints.
pub(crate) async fn run(options: &Options) -> Result<()> {
    let mut asked_to_end = signal(SignalKind::terminate())?;
    // Whichever comes first: dropping what is measured ends the panels and removes their data.
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
    let machine = machine::table_with(&options.raccordo)?;
    let wants = |part: Part| options.only.is_empty() || options.only.contains(&part);
    let mut report = Report::default();
    let mut failures = Vec::new();
    for kind in &options.places.databases {
        for part in Part::value_variants().iter().filter(|part| wants(**part)) {
            eprintln!("▸ {}: {part:?}", kind.name());
            if let Err(error) = part.measure(options, *kind, &mut report).await {
                // What the other parts tell is not lost.
                eprintln!("✗ {error:#}");
                failures.push(format!("{part:?} on {}", kind.name()));
            }
        }
    }
    println!("# Deliveries, measured\n\n{machine}{report}");
    if !failures.is_empty() {
        bail!("not everything could be measured: {} failed", failures.join(", "));
    }
    Ok(())
}
