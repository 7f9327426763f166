//! `cargo xtask run`: from a fresh clone to the panel in the browser.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::prepare::Machine;
use crate::site::{self, Flavour};
use crate::{cargo, workspace};

/// Builds both halves and becomes the server.
pub(crate) fn run(machine: &Machine, arguments: &[OsString]) -> Result<()> {
    machine.c_compiler()?;
    site::build(machine, Flavour::Dev)?;
    cargo::build_server()?;
    // The server takes this process's place: signals and the terminal are its own.
    let error = serve(arguments).exec();
    Err(error).with_context(|| format!("cannot start {}", workspace::debug_server().display()))
}

/// The server; unless told otherwise its data is in the checkout, in `data/`.
pub(crate) fn serve(arguments: &[OsString]) -> Command {
    let mut command = Command::new(workspace::debug_server());
    command
        .arg("serve")
        .args(arguments)
        .current_dir(workspace::root());
    command
}
