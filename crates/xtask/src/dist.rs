//! `cargo xtask dist`: the release as one file.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::prepare::Machine;
use crate::site::{self, Flavour};
use crate::{cargo, shell, workspace};

/// Builds the release and returns its path.
pub(crate) fn dist(machine: &Machine) -> Result<PathBuf> {
    machine.c_compiler()?;
    let site = site::build(machine, Flavour::Release)?;
    let mut build = cargo::cargo("build");
    build.args([
        "--release",
        "--package",
        "server",
        "--features",
        "embed",
        "--locked",
    ]);
    shell::quiet("Building the release", &mut build)?;
    let folder = workspace::target().join("dist");
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let binary = folder.join("raccordo");
    let fresh = workspace::target().join("release/raccordo");
    fs::copy(&fresh, &binary).with_context(|| format!("copying {}", fresh.display()))?;
    let bytes = fs::metadata(&binary)
        .with_context(|| format!("reading {}", binary.display()))?
        .len();
    println!("{} ({:.1} MB)", binary.display(), megabytes(bytes));
    for name in ["raccordo.wasm", "raccordo.js", "raccordo.css"] {
        let sent = fs::metadata(site.join("pkg").join(format!("{name}.br"))).map_or(0, |file| file.len());
        println!("  {name:<14} {:>6.1} kB with brotli", kilobytes(sent));
    }
    Ok(binary)
}

#[expect(clippy::cast_precision_loss, reason = "for a person to read")]
fn kilobytes(bytes: u64) -> f64 {
    bytes as f64 / 1000.0
}

fn megabytes(bytes: u64) -> f64 {
    kilobytes(bytes) / 1000.0
}
