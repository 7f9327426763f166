//! What the machine must have: found, installed where that was asked for, or named with the command that installs it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::{node, shell};

/// Where Debian puts the server programs of PostgreSQL, which are not on the `PATH`.
const POSTGRES_FOLDERS: &str = "/usr/lib/postgresql";
/// The oldest PostgreSQL that is supported.
const POSTGRES_VERSION_MIN: u32 = 15;
/// The names of a Chromium without windows. It takes a third less time for the same tests.
const HEADLESS_NAMES: [&str; 2] = ["chromium-headless-shell", "headless_shell"];
/// Debian's package of it.
const HEADLESS_PACKAGE: &str = "chromium-headless-shell";
/// The names under which a Chromium is installed.
const CHROMIUM_NAMES: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
];

/// The machine, and whether something may be installed on it.
pub(crate) struct Machine {
    installs: bool,
}

impl Machine {
    /// `installs`: whether `apt-get` may be called for what is missing.
    pub(crate) fn new(installs: bool) -> Self {
        Self { installs }
    }

    /// SQLite, the TLS library and the linker need one.
    pub(crate) fn c_compiler(&self) -> Result<()> {
        self.provide(
            "a C compiler",
            &["gcc", "libc6-dev", "make"],
            "sudo apt-get install build-essential   (macOS: xcode-select --install)",
            || shell::which(&["cc", "gcc", "clang"]),
        )
        .map(drop)
    }

    /// Node and its packages.
    pub(crate) fn node(&self) -> Result<()> {
        self.provide(
            "Node 20 or newer with npm",
            &["nodejs", "npm"],
            "sudo apt-get install nodejs npm   (macOS: brew install node)",
            || shell::which(&["npm"]).and(shell::which(&["node"])),
        )?;
        node::check_version()?;
        node::install_packages()
    }

    /// A Chromium: the one that is named, else one without windows, else any that is installed, else Playwright's own.
    pub(crate) fn chromium(&self) -> Result<PathBuf> {
        let light = || {
            let named = std::env::var_os("RACCORDO_CHROMIUM").map(PathBuf::from);
            named.or_else(|| shell::which(&HEADLESS_NAMES))
        };
        let found = || {
            light()
                .or_else(|| shell::which(&CHROMIUM_NAMES))
                .or_else(node::playwrights_chromium)
        };
        if light().is_none() && self.can_install() {
            // Not every release of Debian or Ubuntu has it; any other will do.
            let _tried = self.install(&[HEADLESS_PACKAGE, "fonts-liberation"]);
        }
        if let Some(chromium) = found() {
            return Ok(chromium);
        }
        if self.can_install() {
            self.install(&["chromium", "fonts-liberation"])?;
        } else {
            // The ordinary way of Playwright; it fails where its downloads cannot be reached.
            let _tried = node::install_chromium();
        }
        found().context(
            "Chromium is missing. Install it with: sudo apt-get install chromium, or name one with RACCORDO_CHROMIUM",
        )
    }

    /// The folder of PostgreSQL's programs.
    pub(crate) fn postgres(&self) -> Result<PathBuf> {
        self.provide(
            "PostgreSQL 15 or newer (its programs, not a running server)",
            &["postgresql"],
            "sudo apt-get install postgresql   (macOS: brew install postgresql@17), or name a running server with \
             RACCORDO_TEST_POSTGRES_URL",
            postgres_folder,
        )
    }

    fn provide<T>(
        &self,
        what: &str,
        packages: &[&str],
        command: &str,
        find: impl Fn() -> Option<T>,
    ) -> Result<T> {
        if let Some(found) = find() {
            return Ok(found);
        }
        if self.can_install() {
            self.install(packages)?;
        }
        find().with_context(|| format!("{what} is missing. Install it with: {command}"))
    }

    /// Whether the user has asked for it and this machine allows it.
    pub(crate) fn can_install(&self) -> bool {
        self.installs && is_root() && shell::which(&["apt-get"]).is_some()
    }

    /// Installs packages of Debian or Ubuntu.
    pub(crate) fn install(&self, packages: &[&str]) -> Result<()> {
        if !self.can_install() {
            bail!("nothing may be installed here: run as root with --install");
        }
        let apt = || {
            let mut command = Command::new("apt-get");
            command.env("DEBIAN_FRONTEND", "noninteractive");
            command
        };
        shell::quiet("Reading the list of packages", apt().arg("update"))?;
        let label = format!("Installing {}", packages.join(", "));
        shell::quiet(
            &label,
            apt()
                .args(["install", "--yes", "--no-install-recommends"])
                .args(packages),
        )
    }
}

/// Whether this process may do everything.
pub(crate) fn is_root() -> bool {
    shell::answer(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

fn postgres_folder() -> Option<PathBuf> {
    let on_path = shell::which(&["initdb"])
        .and_then(|program| program.canonicalize().ok()?.parent().map(Path::to_path_buf));
    let versions = std::fs::read_dir(POSTGRES_FOLDERS)
        .into_iter()
        .flatten()
        .flatten();
    let mut installed: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin"),
            ))
        })
        .collect();
    installed.sort();
    let newest = installed.pop().map(|(_, folder)| folder);
    newest
        .into_iter()
        .chain(on_path)
        .find(|folder| folder.join("postgres").is_file() && is_new_enough(&folder.join("postgres")))
}

fn is_new_enough(postgres: &Path) -> bool {
    let version = shell::answer(Command::new(postgres).arg("--version")).unwrap_or_default();
    major(&version).is_some_and(|major| major >= POSTGRES_VERSION_MIN)
}

/// The first number of `postgres (PostgreSQL) 15.18 (Debian 15.18-0)` or `v20.20.2`.
pub(crate) fn major(version: &str) -> Option<u32> {
    let from = version.find(|character: char| character.is_ascii_digit())?;
    version[from..]
        .split(|character: char| !character.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]

    use super::*;

    #[test]
    fn the_major_version_is_the_first_number() {
        assert_eq!(
            major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"),
            Some(15)
        );
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("unknown"), None);
    }

    #[test]
    fn what_is_missing_is_named_with_its_command() {
        let machine = Machine::new(false);
        let error = machine
            .provide("a moon", &["moon"], "fetch moon", || None::<()>)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "a moon is missing. Install it with: fetch moon"
        );
    }
}
