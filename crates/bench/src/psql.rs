//! A database of its own on a server of `PostgreSQL`, and what only the server can be asked. The store has no words for
//! that, and no other library of ours speaks SQL: `psql` does.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, bail};
use percent_encoding::percent_decode_str;
use url::Url;

/// Databases that were made so far.
static MADE: AtomicU32 = AtomicU32::new(0);

/// A database; dropping this drops it.
pub(crate) struct Database {
    psql: PathBuf,
    server: Url,
    name: String,
}

impl Database {
    /// Makes one on the server of an address whose user may create databases.
    pub(crate) fn create(psql: &Path, server: &str) -> Result<Self> {
        let server = server
            .parse()
            .context("the address of the PostgreSQL server is no URL")?;
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("raccordo_bench_{}_{number}", std::process::id());
        let statement = format!("create database {name} encoding 'UTF8' template template0");
        tell(psql, &server, &statement)?;
        Ok(Self {
            psql: psql.to_owned(),
            server,
            name,
        })
    }

    /// Its address, with the password of the server's, if there is one.
    pub(crate) fn url(&self) -> Url {
        let mut url = self.server.clone();
        url.set_path(&self.name);
        url
    }

    /// What the server answers to one statement in this database.
    pub(crate) fn ask(&self, statement: &str) -> Result<String> {
        tell(&self.psql, &self.url(), statement)
    }
}

/// What the server of an address answers to one statement.
fn tell(psql: &Path, address: &Url, statement: &str) -> Result<String> {
    let mut url = address.clone();
    let mut command = Command::new(psql);
    // Everybody on the machine sees the arguments of a program, but not its environment.
    if let Some(password) = url.password() {
        command.env("PGPASSWORD", percent_decode_str(password).decode_utf8()?.as_ref());
    }
    if url.set_password(None).is_err() {
        bail!("the address of the PostgreSQL server names no host");
    }
    command
        .args([
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
            "--no-password",
        ])
        .args([
            "--set",
            "ON_ERROR_STOP=1",
            "--dbname",
            url.as_str(),
            "--command",
            statement,
        ])
        .stdin(Stdio::null());
    let output = command.output().context("cannot start psql")?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        bail!("psql failed ({}): {}", output.status, told.trim());
    }
    let answer = String::from_utf8(output.stdout).context("psql printed no UTF-8")?;
    Ok(answer.trim().to_owned())
}

impl Drop for Database {
    fn drop(&mut self) {
        let statement = format!("drop database {} with (force)", self.name);
        if let Err(error) = tell(&self.psql, &self.server, &statement) {
            eprintln!("The database {} was left behind: {error:#}", self.name);
        }
    }
}
