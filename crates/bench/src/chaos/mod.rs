//! `bench chaos`: kills the panel over and over while events come in and go out, with every trouble around it, and accounts
//! for every event at the end. What was accepted must have been delivered; what can be read back must not have been sent
//! twice, and what cannot at most as often as it was in flight.

mod clock;
mod deck;
mod disk;
mod ledger;
mod load;
mod past;
mod server;
mod session;
mod tally;

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use tokio::signal::unix::{SignalKind, signal};

use self::server::Control;
use self::session::Session;
use crate::machine;
use crate::place::{Kind, Places};
use crate::report::Table;

/// What to try and with what.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The panel's binary.
    #[arg(long, value_name = "FILE")]
    raccordo: PathBuf,
    #[command(flatten)]
    places: Places,
    #[command(flatten)]
    control: Control,
    /// How often the panel is killed.
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    rounds: u32,
    /// The same number deals the same troubles in the same order.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// New events of a round.
    #[arg(long, value_name = "NUMBER", default_value_t = 150)]
    events: u32,
}

/// Tries every database and prints what came of it.
pub(crate) async fn run(options: &Options) -> Result<()> {
    let mut asked_to_end = signal(SignalKind::terminate())?;
    // Whichever comes first: dropping a session ends its panels and removes its data.
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
    let mut told = String::new();
    let mut failures = Vec::new();
    for kind in &options.places.databases {
        let name = kind.name();
        eprintln!("▸ {name}: {} rounds, seed {}", options.rounds, options.seed);
        match one(options, *kind).await {
            Ok((table, broken)) => {
                // Writing into a string cannot fail.
                let _ = write!(told, "\n## {name}\n\n{table}");
                failures.extend(broken.into_iter().map(|what| format!("{name}: {what}")));
            }
            Err(error) => {
                // What the other database tells is not lost.
                eprintln!("✗ {error:#}");
                failures.push(format!("{name} could not be tried to the end"));
            }
        }
    }
    println!(
        "# Chaos\n\nSeed {}.\n\n{}{told}",
        options.seed,
        machine::table_with(&options.raccordo)?
    );
    if failures.is_empty() {
        println!("\nNothing was lost, and nothing was sent twice that must not be.");
        return Ok(());
    }
    bail!("{} (seed {})", failures.join("; "), options.seed)
}

/// All rounds on one database; answers what came of them, and what must not be.
async fn one(options: &Options, kind: Kind) -> Result<(Table, Vec<String>)> {
    let mut session = Session::begin(options, kind).await?;
    for round in 1..=options.rounds {
        session
            .round(round)
            .await
            .with_context(|| format!("round {round}"))?;
    }
    let mut table = Table::new([kind.name(), ""]);
    for (what, value) in session.told() {
        table.row([what.to_owned(), value]);
    }
    let tally = session.end().await?;
    for (what, value) in tally.rows() {
        table.row([what, value]);
    }
    Ok((table, tally.failures()))
}
