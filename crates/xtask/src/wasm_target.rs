//! The standard library for WebAssembly: from rustup, or built from Debian's sources where rustup cannot download.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::cargo::WASM;
use crate::prepare::Machine;
use crate::{cargo, shell, workspace};

/// Debian's toolchain for browsers, all of one version.
const DEBIAN_PACKAGES: [&str; 5] = [
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "rust-web-llvm",
    "lld-22",
];
/// The name under which rustup knows that toolchain.
const DEBIAN_TOOLCHAIN: &str = "raccordo-web";
/// The flags that let the standard library take part in link-time optimisation.
const STD_FLAGS: &str = "-C embed-bitcode=yes";

/// What builds the browser half.
pub(crate) enum Toolchain {
    /// The one that builds everything else.
    Own,
    /// Debian's.
    Debian,
}

impl Toolchain {
    /// `cargo` of this toolchain.
    pub(crate) fn cargo(&self, subcommand: &str) -> Command {
        match self {
            Self::Own => cargo::cargo(subcommand),
            Self::Debian => {
                let mut command = cargo::cargo(&format!("+{DEBIAN_TOOLCHAIN}"));
                command.arg(subcommand);
                // Set by rustup for the toolchain that runs xtask.
                command
                    .env_remove("RUSTUP_TOOLCHAIN")
                    .env_remove("CARGO")
                    .env_remove("RUSTC");
                command
            }
        }
    }
}

/// Finds or makes the standard library.
pub(crate) fn prepare(machine: &Machine) -> Result<Toolchain> {
    let own = sysroot(Command::new("rustc"))?;
    if has_std(&own) {
        return Ok(Toolchain::Own);
    }
    let has_rustup = shell::which(&["rustup"]).is_some();
    if has_rustup {
        let mut add = Command::new("rustup");
        add.args(["target", "add", WASM]).current_dir(workspace::root());
        if shell::quiet("Fetching the WebAssembly target", &mut add).is_ok() && has_std(&own) {
            return Ok(Toolchain::Own);
        }
    }
    if !has_rustup {
        bail!(
            "the target {WASM} is missing, and so is rustup. Install rustup from https://rustup.rs, or the target with \
             your system's packages"
        );
    }
    let debian = Path::new("/usr");
    if !debian.join("bin/rustc").is_file() || !sources().is_dir() {
        if !machine.can_install() {
            bail!(
                "rustup cannot fetch the target {WASM}. On Debian, it can be built instead: sudo apt-get install {} \
                 and run this again",
                DEBIAN_PACKAGES.join(" ")
            );
        }
        machine.install(&DEBIAN_PACKAGES)?;
    }
    let mut link = Command::new("rustup");
    link.args(["toolchain", "link", DEBIAN_TOOLCHAIN]).arg(debian);
    shell::quiet("Making Debian's toolchain known to rustup", &mut link)?;
    let sysroot = sysroot(Command::new(debian.join("bin/rustc")))?;
    if !has_std(&sysroot) {
        build_std(&sysroot)?;
    }
    Ok(Toolchain::Debian)
}

fn sysroot(mut rustc: Command) -> Result<PathBuf> {
    let folder = shell::answer(rustc.args(["--print", "sysroot"]).current_dir(workspace::root()))?;
    Ok(PathBuf::from(folder))
}

fn std_folder(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib").join(WASM).join("lib")
}

fn has_std(sysroot: &Path) -> bool {
    let files = std::fs::read_dir(std_folder(sysroot))
        .into_iter()
        .flatten()
        .flatten();
    files
        .into_iter()
        .any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
}

/// Where Debian's toolchain looks for its library's sources.
fn sources() -> PathBuf {
    PathBuf::from("/usr/lib/rustlib/src/rust/library")
}

/// Builds the library from an empty crate and puts it where the toolchain looks for it.
fn build_std(sysroot: &Path) -> Result<()> {
    let folder = workspace::target().join("wasm-std");
    std::fs::create_dir_all(folder.join("src")).context("making the folder of the empty crate")?;
    let manifest = "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n";
    std::fs::write(folder.join("Cargo.toml"), manifest).context("writing the empty crate")?;
    std::fs::write(folder.join("src/lib.rs"), "").context("writing the empty crate")?;
    let mut build = Command::new("/usr/bin/cargo");
    build
        .args([
            "build",
            "--release",
            "-Zbuild-std=std,panic_abort,proc_macro",
            "--target",
            WASM,
            "--target-dir",
            "target",
        ])
        .current_dir(&folder)
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", STD_FLAGS)
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    shell::quiet("Building the WebAssembly target", &mut build)?;
    let made = folder.join("target").join(WASM).join("release/deps");
    let to = std_folder(sysroot);
    std::fs::create_dir_all(&to).with_context(|| format!("making {}", to.display()))?;
    for file in std::fs::read_dir(&made).with_context(|| format!("reading {}", made.display()))? {
        let file = file.context("reading what was built")?;
        let name = file.file_name().to_string_lossy().into_owned();
        if Path::new(&name)
            .extension()
            .is_some_and(|ending| ending == "rlib")
            && !name.starts_with("libempty-")
        {
            std::fs::copy(file.path(), to.join(&name)).with_context(|| format!("copying {name}"))?;
        }
    }
    Ok(())
}
