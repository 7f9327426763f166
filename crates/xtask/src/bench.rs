//! `cargo xtask bench`: measures the release.

use std::ffi::OsString;
use std::process::Command;

use anyhow::{Context as _, Result};
use clap::ValueEnum;

use crate::prepare::Machine;
use crate::{cargo, dist, shell, workspace};

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bench {
    /// The list, a save, a start, memory, the first visit, the time until the list is seen.
    Panel,
}

impl Bench {
    fn name(self) -> &'static str {
        match self {
            Self::Panel => "panel",
        }
    }
}

/// Builds the release and the benchmark, and runs it.
pub(crate) fn bench(machine: &Machine, what: Bench, arguments: &[OsString]) -> Result<()> {
    machine.node()?;
    let chromium = machine.chromium()?;
    let raccordo = dist::dist(machine)?;
    let mut build = cargo::cargo("build");
    build.args(["--release", "--package", "bench", "--locked"]);
    shell::quiet("Building the benchmark", &mut build)?;
    let node = shell::which(&["node"]).context("node is not on the PATH")?;
    let mut bench = Command::new(workspace::target().join("release/bench"));
    bench
        .arg(what.name())
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
