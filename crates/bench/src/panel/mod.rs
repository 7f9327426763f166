//! `bench panel`: whether the panel is as quick and as small as it is meant to be.

mod breakdown;
mod pages;
mod samples;
mod saver;
mod saves;
mod stage;
mod start;
mod visible;
mod visit;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::ValueEnum;

use self::stage::Stage;
use crate::load::Plan;
use crate::machine;
use crate::report::{Report, Table};

/// Connections of the measurements under load.
const CONNECTIONS: usize = 16;

/// What to measure and with what.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The release binary.
    #[arg(long, value_name = "FILE")]
    raccordo: PathBuf,
    /// The Chromium that looks at the list.
    #[arg(long, value_name = "FILE", default_value = "/usr/bin/chromium")]
    chromium: PathBuf,
    /// The Node that drives it.
    #[arg(long, value_name = "FILE", default_value = "node")]
    node: PathBuf,
    /// The folder `end2end`, with its packages installed.
    #[arg(long, value_name = "FOLDER", default_value = "end2end")]
    end2end: PathBuf,
    /// Where the databases are made: on the disk that is to be measured.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Only this part; may be given several times.
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// Accounts of other sites in the second database.
    #[arg(long, value_name = "NUMBER", default_value_t = 100_000)]
    others: usize,
    /// How often each page has its turn.
    #[arg(long, value_name = "NUMBER", default_value_t = 5)]
    rounds: u32,
    /// How long a turn is.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 1000)]
    turn_ms: u64,
    /// Cold starts.
    #[arg(long, value_name = "NUMBER", default_value_t = 10)]
    starts: u32,
    /// Visits in Chromium, of each kind.
    #[arg(long, value_name = "NUMBER", default_value_t = 7)]
    visits: u32,
}

/// A part of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The list's pages over HTTP.
    Pages,
    /// Cold start and memory.
    Start,
    /// Bytes of the first visit, and when the list is visible in Chromium.
    Visit,
    /// Saving an account.
    Saves,
}

impl Part {
    async fn measure(self, options: &Options, stage: &Stage, report: &mut Report) -> Result<()> {
        match self {
            Self::Pages => {
                eprintln!("▸ Pages");
                pages::measure(options, stage, report).await
            }
            Self::Start => {
                eprintln!("▸ Cold start and memory");
                start::measure(options, stage, report).await
            }
            Self::Visit => {
                eprintln!("▸ First visit in Chromium");
                // Without Chromium there still is what the document itself names.
                let seen = visible::measure(options, &stage.alone, report).await;
                let paths = seen.as_ref().map(Clone::clone).unwrap_or_default();
                visit::measure(options, &stage.alone, paths, report).await?;
                seen.map(drop)
            }
            Self::Saves => {
                eprintln!("▸ Saves");
                saves::measure(options, stage, report).await
            }
        }
    }
}

impl Options {
    fn plan(&self) -> Plan {
        Plan {
            rounds: self.rounds,
            turn: Duration::from_millis(self.turn_ms),
        }
    }
}

/// Measures and prints.
pub(crate) async fn run(options: &Options) -> Result<()> {
    let wants = |part: Part| options.only.is_empty() || options.only.contains(&part);
    let mut report = Report::default();
    let machine = machine::table_with(&options.raccordo)?;
    let parent = options.folder.clone().unwrap_or_else(std::env::temp_dir);
    eprintln!("▸ Making the databases");
    let stage = Stage::make(&options.raccordo, &parent, options.others).await?;
    let mut failures = Vec::new();
    // Saves come last, because they change what is stored.
    for part in Part::value_variants() {
        if wants(*part)
            && let Err(error) = part.measure(options, &stage, &mut report).await
        {
            // What the other parts tell is not lost.
            eprintln!("✗ {error:#}");
            failures.push(format!("{part:?}"));
        }
    }
    println!("# The panel, measured\n\n{machine}{report}\n{}", orientation());
    if !failures.is_empty() {
        bail!("not everything could be measured: {} failed", failures.join(", "));
    }
    Ok(())
}

/// What others take for the same list.
fn orientation() -> String {
    let mut table = Table::new([
        "",
        "CPU of a page",
        "Idle",
        "Cold start",
        "First visit",
        "Visible",
        "Slow phone",
        "Saves/s",
    ]);
    let rows = [
        [
            "Django admin",
            "35 ms",
            "86 MiB",
            "0.41 s",
            "154 KiB",
            "0.54 s",
            "1.6 s",
            "300",
        ],
        [
            "Directus",
            "about 5 ms, the JSON alone",
            "280 MiB",
            "3.4 s",
            "9.6 MiB",
            "2.1 s",
            "54 s",
            "–",
        ],
        [
            "n8n",
            "12.2 ms, the JSON alone",
            "784 MiB",
            "8.9 s",
            "5.4 MiB",
            "4.8 s",
            "40 s",
            "–",
        ],
    ];
    for row in rows {
        table.row(row.map(str::to_owned));
    }
    format!("## For orientation\n\nThe same list of 50 rows, measured earlier on such a machine:\n\n{table}")
}
