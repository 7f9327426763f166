//! A clock that can be set, for one process: by libfaketime (<https://github.com/wolfcw/libfaketime>), where it is installed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Where Debian and others put it; for programs with several threads.
const FOLDERS: [&str; 5] = [
    "/usr/lib/x86_64-linux-gnu/faketime",
    "/usr/lib/aarch64-linux-gnu/faketime",
    "/usr/lib64/faketime",
    "/usr/lib/faketime",
    "/usr/local/lib/faketime",
];
const LIBRARY: &str = "libfaketimeMT.so.1";

/// The panel's clock.
pub(crate) struct Clock {
    library: PathBuf,
    file: PathBuf,
}

impl Clock {
    /// A clock that goes right, told by a file of `folder`; nothing where the library is not there.
    pub(crate) fn make(folder: &Path) -> Result<Option<Self>> {
        let mut libraries = FOLDERS.iter().map(|folder| Path::new(folder).join(LIBRARY));
        let Some(library) = libraries.find(|library| library.exists()) else {
            return Ok(None);
        };
        let clock = Self {
            library,
            file: folder.join("clock"),
        };
        clock.set(0)?;
        Ok(Some(clock))
    }

    /// Puts it so many seconds ahead of the machine's.
    pub(crate) fn set(&self, ahead_s: i64) -> Result<()> {
        // Whole or not at all: it is read at any moment.
        let new = self.file.with_extension("new");
        fs::write(&new, format!("{ahead_s:+}\n"))?;
        fs::rename(&new, &self.file).context("setting the clock")
    }

    /// The variables of a process that goes by it. How long something takes is measured as ever.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        vec![
            ("LD_PRELOAD", self.library.display().to_string()),
            ("FAKETIME_TIMESTAMP_FILE", self.file.display().to_string()),
            ("FAKETIME_CACHE_DURATION", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ]
    }
}
