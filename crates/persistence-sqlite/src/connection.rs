//! How connections to the file are set up.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, Instant};

use persistence::StoreError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};

use crate::SqliteOptions;
use crate::error::store_error;

/// Kibibytes of pages that each connection keeps in memory.
const CACHE_KIB: u32 = 4096;
/// Bytes that the write-ahead log keeps on disk after a checkpoint.
const LOG_BYTES_KEPT: u32 = 16 * 1024 * 1024;
/// Statements that each connection keeps prepared: more than there are in this crate.
const STATEMENTS_KEPT: usize = 128;
/// Pause before an attempt is repeated that the busy timeout of `SQLite` does not cover.
const BUSY_PAUSE: Duration = Duration::from_millis(20);

/// Creates the file for its owner only; `SQLite` gives its side files the same permissions.
pub(crate) fn create_file(path: &Path, options: &SqliteOptions) -> Result<(), StoreError> {
    if options.read_only {
        return Ok(());
    }
    let mut file = OpenOptions::new();
    file.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        file.mode(0o600);
    }
    match file.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::Full(error.into()),
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => StoreError::ReadOnly(error.into()),
            _ => StoreError::Unreachable(error.into()),
        }),
    }
}

fn base(path: &Path, options: &SqliteOptions) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .read_only(options.read_only)
        .foreign_keys(true)
        .busy_timeout(options.busy_timeout)
        .synchronous(SqliteSynchronous::Full)
        .statement_cache_capacity(STATEMENTS_KEPT)
        .pragma("cache_size", format!("-{CACHE_KIB}"))
        // Statements hold no values, but at this rate even their text is too much for a log.
        .disable_statement_logging()
}

/// For the writer and for migrations.
pub(crate) fn for_writing(path: &Path, options: &SqliteOptions) -> SqliteConnectOptions {
    let connect = base(path, options).thread_name(|id| format!("sqlite-write-{id}"));
    let connect = match options.pages_max {
        Some(pages) => connect.pragma("max_page_count", pages.to_string()),
        None => connect,
    };
    connect.pragma("journal_size_limit", LOG_BYTES_KEPT.to_string())
}

/// For readers.
pub(crate) fn for_reading(path: &Path, options: &SqliteOptions) -> SqliteConnectOptions {
    base(path, options)
        .pragma("query_only", "on")
        .thread_name(|id| format!("sqlite-read-{id}"))
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
