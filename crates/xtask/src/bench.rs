//! `cargo xtask bench`: measures the release.

use std::ffi::OsString;
use std::process::Command;

use anyhow::{Context as _, Result};
use clap::ValueEnum;

use crate::postgres::Cluster;
use crate::prepare::Machine;
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
}

/// Builds what is measured and the benchmark, and runs it.
pub(crate) fn bench(machine: &Machine, what: Bench, arguments: &[OsString]) -> Result<()> {
    match what {
        Bench::Panel => panel(machine, arguments),
        Bench::Log => log(machine, arguments),
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
    bench.arg("log").arg("--folder").arg(workspace::target());
    // By its environment: what a program is called with is told when it fails, and an address may hold a password.
    let cluster = if std::env::var_os(POSTGRES_URL).is_some() || is_without_postgres(arguments) {
        None
    } else {
        bench.arg("--psql").arg(machine.postgres()?.join("psql"));
        Some(Cluster::start_in(machine, &workspace::target())?)
    };
    if let Some(cluster) = &cluster {
        bench.env(POSTGRES_URL, cluster.url());
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
