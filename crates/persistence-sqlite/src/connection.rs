//! How connections to the file are set up.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use persistence::StoreError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};

use crate::SqliteOptions;
use crate::error::store_error;

/// Kibibytes of pages that each connection keeps in memory.
const CACHE_KIB: u32 = 4096;
/// Kibibytes of pages that the writing connection keeps in memory: what is written all over an index stays there from one
/// commit to the next.
const WRITER_CACHE_KIB: u32 = 32 * 1024;
/// Pages of the write-ahead log after which the writer itself copies what is not copied yet, so that the log begins anew:
/// under a load that never pauses nobody else comes to its end.
const LOG_PAGES: u32 = 16 * 1024;
/// Bytes that the write-ahead log keeps on disk after a checkpoint.
const LOG_BYTES_KEPT: u32 = 16 * 1024 * 1024;
/// Statements that each connection keeps prepared: more than there are in this crate.
const STATEMENTS_KEPT: usize = 128;
/// Rows that the driver's thread reads ahead: the answer of a whole batch, so that the two threads do not wait for each
/// other row by row.
const ROWS_KEPT: usize = 1024;
/// Pause before an attempt is repeated that the busy timeout of `SQLite` does not cover.
const BUSY_PAUSE: Duration = Duration::from_millis(20);

/// A file, and how it is opened.
pub(crate) struct File {
    path: PathBuf,
    pub(crate) options: SqliteOptions,
    /// Nobody changes it: it is read without locks and without files beside it.
    pub(crate) is_frozen: bool,
}

impl File {
    pub(crate) fn new(path: &Path, options: SqliteOptions) -> Result<Self, StoreError> {
        // Absolute, because some names, like `:memory:`, mean something else to `SQLite`.
        let path = std::path::absolute(path).map_err(|error| StoreError::Unreachable(error.into()))?;
        Ok(Self {
            path,
            options,
            is_frozen: false,
        })
    }

    /// Creates the file for its owner only; `SQLite` gives its side files the same permissions.
    pub(crate) fn create(&self) -> Result<(), StoreError> {
        if self.options.read_only {
            return Ok(());
        }
        let mut file = OpenOptions::new();
        file.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            file.mode(0o600);
        }
        match file.open(&self.path) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(match error.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::Full(error.into()),
                ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => {
                    StoreError::ReadOnly(error.into())
                }
                _ => StoreError::Unreachable(error.into()),
            }),
        }
    }

    /// Whether the file may be taken for one that nobody changes: whoever has it open keeps a log beside it, and so does
    /// whoever had not closed it.
    pub(crate) fn can_be_frozen(&self) -> bool {
        let mut log = self.path.clone().into_os_string();
        log.push("-wal");
        self.options.read_only && std::fs::metadata(log).map_or(true, |log| log.len() == 0)
    }

    fn connect_options(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(&self.path)
            .create_if_missing(false)
            .read_only(self.options.read_only)
            .immutable(self.is_frozen)
            .foreign_keys(true)
            .busy_timeout(self.options.busy_timeout)
            .synchronous(SqliteSynchronous::Full)
            .statement_cache_capacity(STATEMENTS_KEPT)
            .row_buffer_size(ROWS_KEPT)
            .pragma("cache_size", format!("-{CACHE_KIB}"))
            // Statements hold no values, but at this rate even their text is too much for a log.
            .disable_statement_logging()
    }

    /// For the writer and for migrations.
    pub(crate) fn for_writing(&self) -> SqliteConnectOptions {
        let connect = self
            .connect_options()
            .thread_name(|id| format!("sqlite-write-{id}"));
        let connect = match self.options.pages_max {
            Some(pages) => connect.pragma("max_page_count", pages.to_string()),
            None => connect,
        };
        connect
            .pragma("cache_size", format!("-{WRITER_CACHE_KIB}"))
            .pragma("wal_autocheckpoint", LOG_PAGES.to_string())
            .pragma("journal_size_limit", LOG_BYTES_KEPT.to_string())
            // What a savepoint may take back would else be copied into a file of its own.
            .pragma("temp_store", "memory")
    }

    /// For copying the write-ahead log.
    pub(crate) fn for_checkpoints(&self) -> SqliteConnectOptions {
        self.connect_options()
            .thread_name(|id| format!("sqlite-copy-{id}"))
    }

    /// For readers.
    pub(crate) fn for_reading(&self) -> SqliteConnectOptions {
        self.connect_options()
            .pragma("query_only", "on")
            .thread_name(|id| format!("sqlite-read-{id}"))
    }
}

/// Connects. A file that is just being created or switched to its log refuses at once, whatever the busy timeout, so
/// that is tried again here.
pub(crate) async fn connect(
    connect: &SqliteConnectOptions,
    busy_timeout: Duration,
) -> Result<SqliteConnection, StoreError> {
    let deadline = Instant::now() + busy_timeout;
    loop {
        match SqliteConnection::connect_with(connect).await.map_err(store_error) {
            Err(StoreError::Busy(_)) if Instant::now() < deadline => tokio::time::sleep(BUSY_PAUSE).await,
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "what is not as it should be fails the test")]

    use super::*;

    /// The settings of a connection, by name.
    async fn pragmas(connect: &SqliteConnectOptions) -> Vec<(&'static str, i64)> {
        let mut conn = SqliteConnection::connect_with(connect).await.unwrap();
        let mut found = Vec::new();
        for (name, query) in [
            ("synchronous", "pragma synchronous"),
            ("foreign_keys", "pragma foreign_keys"),
            ("busy_timeout", "pragma busy_timeout"),
            ("query_only", "pragma query_only"),
            ("max_page_count", "pragma max_page_count"),
        ] {
            found.push((
                name,
                sqlx::query_scalar(query).fetch_one(&mut conn).await.unwrap(),
            ));
        }
        conn.close().await.unwrap();
        found
    }

    #[tokio::test]
    async fn every_connection_is_set_up_for_durable_and_checked_writes() {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteOptions {
            busy_timeout: Duration::from_millis(1234),
            pages_max: Some(77),
            ..SqliteOptions::default()
        };
        let file = File::new(&folder.path().join("raccordo.db"), options).unwrap();
        file.create().unwrap();
        let full = 2;
        assert_eq!(
            pragmas(&file.for_writing()).await,
            [
                ("synchronous", full),
                ("foreign_keys", 1),
                ("busy_timeout", 1234),
                ("query_only", 0),
                ("max_page_count", 77),
            ]
        );
        let read = pragmas(&file.for_reading()).await;
        assert_eq!(
            read[..4],
            [
                ("synchronous", full),
                ("foreign_keys", 1),
                ("busy_timeout", 1234),
                ("query_only", 1)
            ]
        );
    }

    #[test]
    fn a_name_that_means_something_to_sqlite_is_the_name_of_a_file() {
        for name in [":memory:", "file::memory:?cache=shared"] {
            let file = File::new(Path::new(name), SqliteOptions::default()).unwrap();
            assert_eq!(file.path, std::env::current_dir().unwrap().join(name));
        }
    }
}
