//! From the errors of `SQLite` to those of the port.

use std::error::Error;

use persistence::StoreError;
use sqlx::migrate::MigrateError;

/// What an error of the port carries.
type Source = Box<dyn Error + Send + Sync>;
/// One of the variants that carry nothing but their source.
pub(crate) type Variant = fn(Source) -> StoreError;

/// The writer has gone: the store was closed.
#[derive(Debug, thiserror::Error)]
#[error("the store is closed")]
pub(crate) struct Closed;

/// Primary result codes, the low byte of the extended ones (<https://www.sqlite.org/rescode.html>).
mod code {
    pub(super) const PERM: i32 = 3;
    pub(super) const BUSY: i32 = 5;
    pub(super) const LOCKED: i32 = 6;
    pub(super) const READONLY: i32 = 8;
    pub(super) const IOERR: i32 = 10;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const FULL: i32 = 13;
    pub(super) const CANTOPEN: i32 = 14;
    pub(super) const NOTADB: i32 = 26;
}

/// An error of the driver.
pub(crate) fn store_error(error: sqlx::Error) -> StoreError {
    variant(&error)(Box::new(error))
}

/// Which variant an error of the driver becomes.
pub(crate) fn variant(error: &sqlx::Error) -> Variant {
    match error {
        sqlx::Error::Database(database) => {
            let extended = database
                .code()
                .and_then(|code| code.parse::<i32>().ok())
                .unwrap_or_default();
            match extended & 0xff {
                code::BUSY | code::LOCKED => StoreError::Busy,
                code::READONLY | code::PERM => StoreError::ReadOnly,
                code::FULL => StoreError::Full,
                code::CORRUPT | code::NOTADB => StoreError::Corrupted,
                code::CANTOPEN | code::IOERR => StoreError::Unreachable,
                _ => StoreError::Driver,
            }
        }
        sqlx::Error::PoolTimedOut => StoreError::Busy,
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => StoreError::Unreachable,
        _ => StoreError::Driver,
    }
}

/// The variant of an error that is the database's fault, not the caller's.
pub(crate) fn fault(error: &StoreError) -> Option<Variant> {
    match error {
        StoreError::ReadOnly(_) => Some(StoreError::ReadOnly),
        StoreError::Full(_) => Some(StoreError::Full),
        StoreError::Busy(_) => Some(StoreError::Busy),
        StoreError::Corrupted(_) => Some(StoreError::Corrupted),
        StoreError::Unreachable(_) => Some(StoreError::Unreachable),
        _ => None,
    }
}

/// An error while migrating.
pub(crate) fn migrate_error(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => store_error(error),
        error => StoreError::Driver(Box::new(error)),
    }
}

/// Whether the statement would have put a second row where `columns` (`table.column`) allow one.
pub(crate) fn is_taken(error: &sqlx::Error, column: &str) -> bool {
    // `SQLite` names the columns of the index, not the index.
    error
        .as_database_error()
        .is_some_and(|error| error.is_unique_violation() && error.message().ends_with(column))
}
