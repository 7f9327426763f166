//! Playwright: the tests in the browser, and the pictures of the README.

use std::ffi::OsString;
use std::process::Command;

use anyhow::Result;

use crate::prepare::Machine;
use crate::site::{self, Flavour};
use crate::{cargo, node, shell, workspace};

/// What is run once more with the browser half of a release: it is made by other tools.
const RELEASE_TESTS: [&str; 5] = [
    "--project=it-js",
    "acceptance/add-account",
    "acceptance/list.js",
    "acceptance/switching.js",
    "acceptance/validation.js",
];

/// Runs the tests in the browser.
pub(crate) fn test(machine: &Machine, arguments: &[OsString]) -> Result<()> {
    let mut tests = playwright(machine)?;
    shell::quiet("Types of the browser tests", node::program("tsc").arg("--noEmit"))?;
    shell::loud(tests.arg("test").args(arguments))?;
    if !arguments.is_empty() {
        return Ok(());
    }
    let release = site::build(machine, Flavour::Release)?;
    let mut tests = playwright(machine)?;
    shell::loud(
        tests
            .arg("test")
            .args(RELEASE_TESTS)
            .env("RACCORDO_EVERY_WAY", "1")
            .env("RACCORDO_SITE", release),
    )
}

/// Takes the pictures of the README.
pub(crate) fn screenshots(machine: &Machine) -> Result<()> {
    let mut tests = playwright(machine)?;
    shell::loud(tests.args(["test", "--config", "screenshots.config.ts"]))
}

/// Playwright, with all that it drives.
fn playwright(machine: &Machine) -> Result<Command> {
    machine.node()?;
    let chromium = machine.chromium()?;
    site::build(machine, Flavour::Dev)?;
    cargo::build_server()?;
    let mut playwright = node::program("playwright");
    playwright
        .env("RACCORDO_BIN", workspace::debug_server())
        .env("RACCORDO_CHROMIUM", chromium);
    Ok(playwright)
}
