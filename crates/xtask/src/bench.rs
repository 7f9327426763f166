//! `cargo xtask bench`: measures the release.

use std::ffi::OsString;
use std::process::Command;

use anyhow::{Context as _, Result};
use clap::ValueEnum;

use crate::postgres::{Cluster, Durability};
use crate::prepare::Machine;
use crate::site::{self, Flavour};
use crate::{cargo, dist, shell, workspace};

/// The variable with the address of a PostgreSQL that the benchmark may use, the same as that of the tests.
const POSTGRES_URL: &str = "RACCORDO_TEST_POSTGRES_URL";

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bench {
    /// The list, a save, a start, memory, the first visit, the time until the list is seen.
    Panel,
    /// Every page of a log of ten million entries, on both databases; takes a while and several gigabytes.
    Log,
    /// Events in and deliveries out, on both databases: intake, draining, latency, memory.
    Delivery,
}

/// Builds what is measured and the benchmark, and runs it.
pub(crate) fn bench(machine: &Machine, what: Bench, arguments: &[OsString]) -> Result<()> {
    match what {
        Bench::Panel => panel(machine, arguments),
        Bench::Log => log(machine, arguments),
        Bench::Delivery => delivery(machine, arguments),
    }
}

fn panel(machine: &Machine, arguments: &[OsString]) -> Result<()> {
    machine.node()?;
    let chromium = machine.chromium()?;
    let raccordo = dist::dist(machine)?;
    let mut bench = built()?;
    let node = shell::which(&["node"]).context("node is not on the PATH")?;
    bench
        .arg("panel")
        .arg("--raccordo")
        .arg(raccordo)
        .arg("--chromium")
        .arg(chromium);
    bench
        .arg("--node")
        .arg(node)
        .arg("--end2end")
        .arg(workspace::end2end())
        .args(arguments);
    shell::loud(&mut bench)
}

fn log(machine: &Machine, arguments: &[OsString]) -> Result<()> {
    machine.c_compiler()?;
    let mut bench = built()?;
    bench.arg("log");
    on_databases(machine, bench, Durability::None, arguments, |_, _| Ok(()))
}

fn delivery(machine: &Machine, arguments: &[OsString]) -> Result<()> {
    let raccordo = dist::dist(machine)?;
    let mut bench = built()?;
    bench.arg("delivery").arg("--raccordo").arg(raccordo);
    on_databases(machine, bench, Durability::Flushed, arguments, |_, _| Ok(()))
}

/// Kills a panel over and over under load, on both databases.
pub(crate) fn chaos(machine: &Machine, arguments: &[OsString]) -> Result<()> {
    machine.c_compiler()?;
    site::build(machine, Flavour::Dev)?;
    cargo::build_server()?;
    let mut bench = Command::new(workspace::target().join("debug/bench"));
    bench
        .arg("chaos")
        .arg("--raccordo")
        .arg(workspace::debug_server());
    on_databases(
        machine,
        bench,
        Durability::Flushed,
        arguments,
        |bench, cluster| {
            let (program, data, user) = cluster.control()?;
            bench.arg("--pg-ctl").arg(program).arg("--pg-data").arg(data);
            bench.args(user.map(|user| format!("--pg-user={user}")));
            Ok(())
        },
    )
}

/// Runs what needs the databases; starts a PostgreSQL unless there is one or none is wanted, and lets `tell` name it.
fn on_databases(
    machine: &Machine,
    mut bench: Command,
    durability: Durability,
    arguments: &[OsString],
    tell: impl FnOnce(&mut Command, &Cluster) -> Result<()>,
) -> Result<()> {
    bench.arg("--folder").arg(workspace::target());
    let cluster = if std::env::var_os(POSTGRES_URL).is_some() || is_without_postgres(arguments) {
        None
    } else {
        bench.arg("--psql").arg(machine.postgres()?.join("psql"));
        Some(Cluster::start_in(machine, &workspace::target(), durability)?)
    };
    if let Some(cluster) = &cluster {
        // By its environment: what a program is called with is told when it fails, and an address may hold a password.
        bench.env(POSTGRES_URL, cluster.url());
        tell(&mut bench, cluster)?;
    }
    shell::loud(bench.args(arguments))
}

/// The benchmark, built like the release.
fn built() -> Result<Command> {
    let mut build = cargo::cargo("build");
    build.args(["--release", "--package", "bench", "--locked"]);
    shell::quiet("Building the benchmark", &mut build)?;
    Ok(Command::new(workspace::target().join("release/bench")))
}

/// Whether only SQLite is asked for.
fn is_without_postgres(arguments: &[OsString]) -> bool {
    arguments.windows(2).any(|pair| pair == ["--databases", "sqlite"])
        || arguments.iter().any(|argument| argument == "--databases=sqlite")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_only_started_where_it_is_measured() {
        let is_without =
            |words: &[&str]| is_without_postgres(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert!(is_without(&["--quick", "--databases", "sqlite"]));
        assert!(is_without(&["--databases=sqlite"]));
        assert!(!is_without(&["--databases", "sqlite,postgres"]));
        assert!(!is_without(&["--quick"]));
        assert!(!is_without(&[]));
    }
}
