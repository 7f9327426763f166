//! Where data is kept while it is measured: a file or a database that is thrown away.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::ValueEnum;
use persistence::Store;
use persistence_postgres::{PostgresOptions, PostgresStore};
use persistence_sqlite::{SqliteOptions, SqliteStore};
use tempfile::TempDir;

use crate::psql::Database;
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

/// Where the databases are made.
#[derive(Clone, clap::Args)]
pub(crate) struct Places {
    /// On which databases, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LIST", default_values_t = [Kind::Sqlite, Kind::Postgres])]
    pub(crate) databases: Vec<Kind>,
    /// The address of a PostgreSQL whose user may create databases; `cargo xtask` starts one.
    #[arg(
        long,
        value_name = "URL",
        env = "RACCORDO_TEST_POSTGRES_URL",
        hide_env_values = true
    )]
    pub(crate) postgres: Option<String>,
    /// PostgreSQL's own client.
    #[arg(long, value_name = "FILE", default_value = "psql")]
    pub(crate) psql: PathBuf,
    /// Where the file of SQLite is made: on the disk that is to be measured.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) folder: Option<PathBuf>,
}

impl Places {
    /// Makes an empty place.
    pub(crate) fn make(&self, kind: Kind) -> Result<Place> {
        match kind {
            Kind::Sqlite => Ok(Place::Folder(self.make_folder()?)),
            Kind::Postgres => {
                let server = self.postgres.as_deref().context(
                    "no PostgreSQL is named: run the benchmark by `cargo xtask`, which starts one, or give --postgres",
                )?;
                Ok(Place::Server(Database::create(&self.psql, server)?))
            }
        }
    }

    /// Makes an empty folder.
    pub(crate) fn make_folder(&self) -> Result<TempDir> {
        let parent = self.folder.clone().unwrap_or_else(std::env::temp_dir);
        Ok(tempfile::Builder::new()
            .prefix("raccordo-bench-")
            .tempdir_in(parent)?)
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
    /// Its address, as the panel is told it; for a server with the password, if there is one.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Folder(folder) => format!("sqlite:{}", file(folder).display()),
            Self::Server(database) => database.url().into(),
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
            Self::Server(database) => bytes(database, "pg_database_size(current_database())"),
        }
    }

    /// How much of that is a table; SQLite keeps no account of it.
    pub(crate) fn table_size(&self, table: &str) -> Result<String> {
        match self {
            Self::Folder(_) => Ok("not known".to_owned()),
            Self::Server(database) => Ok(format!(
                "{}, and {} its indices",
                bytes(database, &format!("pg_table_size('{table}')"))?,
                bytes(database, &format!("pg_indexes_size('{table}')"))?
            )),
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

fn bytes(database: &Database, of: &str) -> Result<String> {
    Ok(mib(database.ask(&format!("select {of}"))?.parse()?))
}

fn mib(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1024 * 1024))
}
