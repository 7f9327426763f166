//! Benchmarks of the release build, called by `cargo xtask bench`. They print Markdown to the standard output and what
//! they are doing to the standard error; a missed aim is a result, not a failure.
//!
//! A new benchmark is a module beside [`panel`] and a variant of [`Bench`]; it finds the load generator in [`load`], the
//! server under test in [`process`], with accounts of the sandbox in [`stand`], the statistics in [`stats`] and the tables
//! in [`report`].

mod bare;
mod chance;
mod chaos;
mod delivery;
mod http;
mod load;
mod log;
mod machine;
mod panel;
mod place;
mod process;
mod psql;
mod report;
mod stand;
mod stats;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio::runtime::Builder;

#[derive(Parser)]
#[command(about = "Benchmarks of the release build", version)]
struct Cli {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Subcommand)]
enum Bench {
    /// The panel: pages, saves, start, memory, first visit, time until the list is visible in Chromium.
    Panel(panel::Options),
    /// The log: every page of ten million entries, on both databases, and the plans.
    Log(log::Options),
    /// The deliveries: intake, draining, latency, memory, on both databases.
    Delivery(delivery::Options),
    /// Kills the panel over and over under load, with every trouble around it, and accounts for every event.
    Chaos(chaos::Options),
    /// A server that takes every request and does nothing; `delivery` starts it as a process of its own.
    #[command(hide = true)]
    Echo {
        /// Where to listen.
        #[arg(long)]
        addr: SocketAddr,
    },
    /// The bare handler that the panel is compared with; `panel` starts it as a process of its own.
    #[command(hide = true)]
    Bare {
        /// The database file.
        #[arg(long)]
        database: PathBuf,
        /// Where to listen.
        #[arg(long)]
        addr: SocketAddr,
    },
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().bench {
        // The load generator takes one of the processors and leaves the others to the server.
        Bench::Panel(options) => run(&mut Builder::new_current_thread(), panel::run(&options)),
        // Like the server itself.
        Bench::Log(options) => run(&mut Builder::new_multi_thread(), log::run(&options)),
        // The load generator and the sandbox take one of the processors and leave the others to the panel.
        Bench::Delivery(options) => run(&mut Builder::new_current_thread(), delivery::run(&options)),
        Bench::Chaos(options) => run(&mut Builder::new_multi_thread(), chaos::run(&options)),
        Bench::Echo { addr } => run(&mut Builder::new_multi_thread(), bare::echo(addr)),
        Bench::Bare { database, addr } => run(&mut Builder::new_multi_thread(), bare::run(&database, addr)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("✗ {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(runtime: &mut Builder, bench: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    runtime.enable_all().build()?.block_on(bench)
}
