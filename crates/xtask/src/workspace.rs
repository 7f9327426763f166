//! Where things are in the checkout.

use std::path::{Path, PathBuf};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// Cargo's output folder.
pub(crate) fn target() -> PathBuf {
    let chosen = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    root().join(chosen)
}

/// The folder of the browser tests and of the node tools.
pub(crate) fn end2end() -> PathBuf {
    root().join("end2end")
}

/// The server that `run`, `dev` and the browser tests start.
pub(crate) fn debug_server() -> PathBuf {
    target().join("debug").join("raccordo")
}
