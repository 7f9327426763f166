//! `cargo xtask dev`: watches the sources, and at every change rebuilds, restarts and lets the browser load again.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};

use crate::prepare::Machine;
use crate::run::serve;
use crate::site::{self, Flavour};
use crate::{cargo, shell, workspace};

/// How often the sources are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(400);
/// What is watched, from the root of the repository.
const WATCHED: [&str; 5] = ["crates", "style", "public", "Cargo.toml", "Cargo.lock"];
/// Asks once a second which build is being served; another one than at first makes the page load again.
const RELOAD: &str = include_str!("reload.js");

/// When each file was changed last.
type Seen = BTreeMap<PathBuf, SystemTime>;

/// Runs until it is interrupted.
pub(crate) fn dev(machine: &Machine, arguments: &[OsString]) -> Result<()> {
    machine.c_compiler()?;
    let mut server = None;
    let mut seen = Seen::new();
    let mut number = 0_u32;
    while !shell::interrupted() {
        let now = look()?;
        if now == seen {
            std::thread::sleep(LOOK_EVERY);
            continue;
        }
        seen = now;
        number += 1;
        if let Err(error) = build(machine, number) {
            if shell::interrupted() {
                break;
            }
            eprintln!("\n✗ {error:#}\n  The last good build goes on; the next change is tried again.");
            continue;
        }
        if let Some(mut old) = server.take() {
            shell::terminate(&mut old);
        }
        server = Some(serve(arguments).spawn().context("cannot start the panel")?);
    }
    if let Some(mut server) = server.take() {
        shell::terminate(&mut server);
    }
    Ok(())
}

fn build(machine: &Machine, number: u32) -> Result<()> {
    let folder = site::build(machine, Flavour::Dev)?;
    cargo::build_server()?;
    let glue = folder.join("pkg/raccordo.js");
    let text = fs::read_to_string(&glue).with_context(|| format!("reading {}", glue.display()))?;
    if !text.ends_with(RELOAD) {
        fs::write(&glue, text + RELOAD).with_context(|| format!("writing {}", glue.display()))?;
    }
    // Whoever builds next must not take this for an ordinary build.
    let stamp = folder.with_extension("stamp");
    if stamp.exists() {
        fs::remove_file(&stamp).with_context(|| format!("removing {}", stamp.display()))?;
    }
    let build = folder.join("build.txt");
    fs::write(&build, format!("{}-{number}", std::process::id()))
        .with_context(|| format!("writing {}", build.display()))
}

fn look() -> Result<Seen> {
    let mut seen = Seen::new();
    for name in WATCHED {
        collect(&workspace::root().join(name), &mut seen)?;
    }
    Ok(seen)
}

fn collect(path: &Path, seen: &mut Seen) -> Result<()> {
    // An editor may have replaced the file a moment ago: it is seen the next time.
    let Ok(metadata) = fs::metadata(path) else {
        return Ok(());
    };
    if metadata.is_dir() {
        for entry in fs::read_dir(path).with_context(|| format!("reading {}", path.display()))? {
            collect(&entry.context("reading the sources")?.path(), seen)?;
        }
    } else {
        seen.insert(
            path.to_path_buf(),
            metadata.modified().context("reading when a file was changed")?,
        );
    }
    Ok(())
}
