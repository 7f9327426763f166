//! Cargo, always with the same selection of packages and the same flags, so that nothing is built twice.

use std::process::Command;

use crate::shell;
use crate::workspace;

/// All that runs on the server's side.
///
/// `frontend` is built for the browser alone. `xtask` has a selection of its own, the one that `cargo xtask` builds it
/// with: among the others its dependencies would get other features, and be built a second time.
pub(crate) const NATIVE: [&str; 5] = ["--workspace", "--exclude", "frontend", "--exclude", "xtask"];

/// The target of the browser half.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// `cargo` in the repository, as if the user had called it.
pub(crate) fn cargo(subcommand: &str) -> Command {
    let mut command = Command::new("cargo");
    command.arg(subcommand).current_dir(workspace::root());
    // What `cargo run` set for xtask itself must not reach the build scripts of other packages.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(belongs_to_xtask) {
            command.env_remove(name);
        }
    }
    command
}

/// Builds the server for `run`, `dev` and the browser tests, with the selection that the tests use.
pub(crate) fn build_server() -> anyhow::Result<()> {
    shell::quiet("Building the server", cargo("build").args(NATIVE).arg("--locked"))
}

fn belongs_to_xtask(name: &str) -> bool {
    [
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
        "CARGO_BIN_NAME",
        "CARGO_CRATE_NAME",
        "CARGO_PRIMARY_PACKAGE",
    ]
    .iter()
    .any(|prefix| name.starts_with(prefix))
}
