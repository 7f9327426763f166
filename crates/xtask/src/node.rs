//! Node and the packages of `end2end/`: Playwright, and the tools that shrink the browser half.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::{prepare, shell, workspace};

/// The oldest Node that the packages run on.
const NODE_VERSION_MIN: u32 = 20;

/// Refuses a Node that is too old.
pub(crate) fn check_version() -> Result<()> {
    let version = shell::answer(Command::new("node").arg("--version"))?;
    if prepare::major(&version).is_none_or(|major| major < NODE_VERSION_MIN) {
        bail!("Node {version} is too old: {NODE_VERSION_MIN} or newer is needed. See https://nodejs.org");
    }
    Ok(())
}

/// Installs the packages of the lock file, when they are not those that are there already.
pub(crate) fn install_packages() -> Result<()> {
    let lock = workspace::end2end().join("package-lock.json");
    let installed = workspace::end2end()
        .join("node_modules")
        .join(".raccordo-lock.json");
    let wanted = std::fs::read(&lock).with_context(|| format!("reading {}", lock.display()))?;
    if std::fs::read(&installed).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund"])
        .current_dir(workspace::end2end());
    // The browser of the machine is used; a package must not fetch one by itself.
    npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    shell::quiet("Installing the node packages", &mut npm)?;
    std::fs::write(&installed, wanted).with_context(|| format!("writing {}", installed.display()))
}

/// A program of the installed packages, run in `end2end/`.
pub(crate) fn program(name: &str) -> Command {
    let mut command = Command::new(workspace::end2end().join("node_modules").join(".bin").join(name));
    command.current_dir(workspace::end2end());
    command
}

/// A module of ours, run by Node with the packages at hand.
pub(crate) fn module(source: &str, arguments: &[OsString]) -> Command {
    let mut command = Command::new("node");
    command
        .args(["--input-type=module", "--eval", source, "--"])
        .args(arguments)
        .current_dir(workspace::end2end());
    command
}

/// The Chromium that Playwright has downloaded, if it has.
pub(crate) fn playwrights_chromium() -> Option<PathBuf> {
    const SOURCE: &str =
        "import { chromium } from '@playwright/test'; console.log(chromium.executablePath());";
    let path = PathBuf::from(shell::answer(&mut module(SOURCE, &[])).ok()?);
    path.is_file().then_some(path)
}

/// Lets Playwright download its Chromium.
pub(crate) fn install_chromium() -> Result<()> {
    shell::quiet(
        "Downloading Chromium",
        program("playwright").args(["install", "chromium"]),
    )
}
