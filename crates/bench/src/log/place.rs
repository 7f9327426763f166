//! Where a log is kept while it is measured: a file or a database that is thrown away.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::ValueEnum;
use persistence::Store;
use persistence_postgres::{PostgresOptions, PostgresStore};
use persistence_sqlite::{SqliteOptions, SqliteStore};
use tempfile::TempDir;

use super::Options;
use super::psql::Database;
use crate::report::figure;

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl Kind {
    /// Its name in the report.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A place; dropping this removes all that is in it.
pub(crate) enum Place {
    /// A folder with the file.
    Folder(TempDir),
    /// A database on a server.
    Server(Database),
}

impl Place {
    /// Makes an empty one.
    pub(crate) fn make(kind: Kind, options: &Options) -> Result<Self> {
        match kind {
            Kind::Sqlite => {
                let parent = options.folder.clone().unwrap_or_else(std::env::temp_dir);
                let folder = tempfile::Builder::new()
                    .prefix("raccordo-bench-")
                    .tempdir_in(parent)?;
                Ok(Self::Folder(folder))
            }
            Kind::Postgres => {
                let server = options.postgres.as_deref().context(
                    "no PostgreSQL is named: run `cargo xtask bench log`, which starts one, or give --postgres",
                )?;
                Ok(Self::Server(Database::create(&options.psql, server)?))
            }
        }
    }

    /// The store, set up as the panel's is.
    pub(crate) async fn open(&self) -> Result<Arc<dyn Store>> {
        Ok(match self {
            Self::Folder(folder) => {
                Arc::new(SqliteStore::open(&file(folder), SqliteOptions::default()).await?)
            }
            Self::Server(database) => {
                let url = database.url();
                Arc::new(PostgresStore::connect(url.as_str(), &PostgresOptions::default()).await?)
            }
        })
    }

    /// Does what the database would have done by itself within minutes of being filled; answers what that was.
    pub(crate) fn settle(&self) -> Result<String> {
        match self {
            Self::Folder(_) => Ok("none: plans must be good without".to_owned()),
            Self::Server(database) => {
                let started = Instant::now();
                database.ask("vacuum (analyze)")?;
                let seconds = figure(started.elapsed().as_secs_f64());
                Ok(format!("`vacuum (analyze)` as by autovacuum, {seconds} s"))
            }
        }
    }

    /// How much is on the disk.
    pub(crate) fn size(&self) -> Result<String> {
        match self {
            Self::Folder(folder) => Ok(mib(std::fs::metadata(file(folder))?.len())),
            Self::Server(database) => {
                let bytes =
                    |of: &str| -> Result<String> { Ok(mib(database.ask(&format!("select {of}"))?.parse()?)) };
                Ok(format!(
                    "{}, of which {} are the table and {} its indices",
                    bytes("pg_database_size(current_database())")?,
                    bytes("pg_table_size('log')")?,
                    bytes("pg_indexes_size('log')")?
                ))
            }
        }
    }

    /// Settings that make a difference.
    pub(crate) fn settings(&self) -> Result<String> {
        match self {
            Self::Folder(_) => Ok("as the panel opens it".to_owned()),
            Self::Server(database) => database.ask(
                "select string_agg(name || ' ' || current_setting(name), ', ' order by name) from pg_settings
                 where name in ('fsync', 'jit', 'shared_buffers', 'synchronous_commit', 'work_mem')",
            ),
        }
    }
}

fn file(folder: &TempDir) -> PathBuf {
    let folder: &Path = folder.path();
    folder.join("raccordo.db")
}

fn mib(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1024 * 1024))
}
