//! Stopping and starting a server of `PostgreSQL`.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::process;

/// How a server is stopped and started; `cargo xtask chaos` knows it of its own.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Control {
    /// PostgreSQL's `pg_ctl`.
    #[arg(long = "pg-ctl", value_name = "FILE", requires = "data")]
    program: Option<PathBuf>,
    /// The folder of the server's data; its settings must be in there.
    #[arg(long = "pg-data", value_name = "FOLDER", requires = "program")]
    data: Option<PathBuf>,
    /// The user that the server runs as, if it is another one.
    #[arg(long = "pg-user", value_name = "NAME")]
    user: Option<String>,
}

impl Control {
    /// Whether the server can be stopped.
    pub(crate) const fn is_there(&self) -> bool {
        self.program.is_some()
    }

    /// Stops it at once, as a crash does.
    pub(crate) fn stop(&self) -> Result<()> {
        self.run(&["stop", "--mode", "immediate"])
    }

    /// Starts it, and waits until it is ready.
    pub(crate) fn start(&self) -> Result<()> {
        let data = self.data.as_deref().context("no data folder is named")?;
        let log = data.join("restarted.log").display().to_string();
        self.run(&["start", "--log", &log])
    }

    fn run(&self, act: &[&str]) -> Result<()> {
        let program = self.program.as_deref().context("pg_ctl is not named")?;
        let data = self.data.as_deref().context("no data folder is named")?;
        let mut words: Vec<OsString> = Vec::new();
        if let Some(user) = &self.user {
            words.extend(["runuser", "-u", user, "--"].map(OsString::from));
        }
        words.push(program.into());
        words.extend(act.iter().map(OsString::from));
        words.extend(["--silent".into(), "-D".into(), data.into()]);
        let (program, args) = words.split_first().context("a command without a name")?;
        process::run(
            program,
            args.iter().map(OsString::as_os_str).collect::<Vec<&OsStr>>(),
        )
        .map(drop)
    }
}
