//! A disk that can be filled: a file system in memory. Only root may make one.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::Result;
use tempfile::TempDir;

use crate::process;

/// Its size, as `mount` reads it.
const SIZE: &str = "size=192m";
/// What is written at a time to fill it.
const BLOCK: usize = 64 * 1024;
/// The file that fills it.
const FILLER: &str = "filler";

/// A small disk; it is gone when this is dropped.
pub(crate) struct Disk {
    folder: TempDir,
}

impl Disk {
    /// Makes one; nothing where that is not allowed.
    pub(crate) fn make(folder: TempDir) -> Option<Self> {
        let args = ["-t", "tmpfs", "-o", SIZE, "tmpfs"].map(OsStr::new);
        let target = folder.path().as_os_str().to_owned();
        process::run("mount", args.into_iter().chain([target.as_os_str()])).ok()?;
        Some(Self { folder })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves no room.
    pub(crate) fn fill(&self) -> Result<()> {
        let mut file = File::create(self.folder.path().join(FILLER))?;
        let mut block = BLOCK;
        while block > 0 {
            match file.write(&vec![0; block]) {
                Ok(0) => break,
                Ok(_) => {}
                // There may still be room for less.
                Err(error) if error.kind() == ErrorKind::StorageFull => block /= 2,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Makes room again.
    pub(crate) fn free(&self) -> Result<()> {
        match fs::remove_file(self.folder.path().join(FILLER)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let unmounted = process::run("umount", [OsStr::new("--lazy"), self.folder.path().as_os_str()]);
        if let Err(error) = unmounted {
            eprintln!("{} was left behind: {error:#}", self.folder.path().display());
        }
    }
}
