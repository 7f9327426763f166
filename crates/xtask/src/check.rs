//! `cargo xtask test`: every check of the project, in the order in which they fail fastest.

use std::ffi::OsString;
use std::time::Instant;

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::cargo::{NATIVE, WASM, cargo};
use crate::postgres::Cluster;
use crate::prepare::Machine;
use crate::{architecture, end2end, shell, wasm_target};

/// The variable with the address of a PostgreSQL that the tests may use.
const POSTGRES_URL: &str = "RACCORDO_TEST_POSTGRES_URL";

/// One of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Check {
    /// Everything is formatted.
    Format,
    /// Who may depend on whom.
    Architecture,
    /// Clippy, on the server's side and the browser's.
    Clippy,
    /// The documentation builds without a warning.
    Docs,
    /// Unit and integration tests, on both databases.
    Rust,
    /// The tests in the browser.
    E2e,
}

/// Runs the checks named, or all of them.
pub(crate) fn check(machine: &Machine, only: &[Check], arguments: &[OsString]) -> Result<()> {
    if !arguments.is_empty() && !matches!(only, [Check::Rust | Check::E2e]) {
        bail!("arguments are passed on to one kind of test: add --only rust or --only e2e");
    }
    machine.c_compiler()?;
    let started = Instant::now();
    for check in Check::value_variants() {
        if !only.is_empty() && !only.contains(check) {
            continue;
        }
        match check {
            Check::Format => shell::quiet("Format", cargo("fmt").args(["--all", "--check"]))?,
            Check::Architecture => architecture::check()?,
            Check::Clippy => clippy(machine)?,
            Check::Docs => docs()?,
            Check::Rust => rust(machine, arguments)?,
            Check::E2e => end2end::test(machine, arguments)?,
        }
    }
    eprintln!("✓ Every check passed  {}", shell::seconds(started.elapsed()));
    Ok(())
}

fn clippy(machine: &Machine) -> Result<()> {
    let deny = ["--", "--deny", "warnings"];
    let mut native = cargo("clippy");
    native.args(NATIVE).args(["--all-targets", "--locked"]).args(deny);
    shell::quiet("Clippy, server", &mut native)?;
    let mut own = cargo("clippy");
    own.args(["--package", "xtask", "--all-targets", "--locked"])
        .args(deny);
    shell::quiet("Clippy, chores", &mut own)?;
    let mut browser = wasm_target::prepare(machine)?.cargo("clippy");
    browser
        .args([
            "--package",
            "frontend",
            "--target",
            WASM,
            "--profile",
            "wasm-dev",
            "--locked",
        ])
        .args(deny);
    shell::quiet("Clippy, browser", &mut browser)
}

fn docs() -> Result<()> {
    let mut docs = cargo("doc");
    docs.args(NATIVE)
        .args(["--no-deps", "--locked"])
        .env("RUSTDOCFLAGS", "--deny warnings");
    shell::quiet("Documentation", &mut docs)
}

fn rust(machine: &Machine, arguments: &[OsString]) -> Result<()> {
    if arguments.is_empty() {
        shell::loud(cargo("test").args(["--package", "xtask", "--locked", "--quiet"]))?;
    }
    let mut tests = cargo("test");
    tests.args(NATIVE).args(["--locked", "--no-run"]);
    shell::quiet("Building the tests", &mut tests)?;
    let cluster = match std::env::var_os(POSTGRES_URL) {
        Some(_) => None,
        None => Some(Cluster::start(machine)?),
    };
    let mut tests = cargo("test");
    tests.args(NATIVE).args(["--locked", "--no-fail-fast"]);
    if let Some(cluster) = &cluster {
        tests.env(POSTGRES_URL, cluster.url());
    }
    if arguments.is_empty() {
        // One line for a test binary, and all of a test that fails.
        tests.args(["--", "--quiet"]);
    } else {
        tests.args(arguments);
    }
    shell::loud(&mut tests)
}
