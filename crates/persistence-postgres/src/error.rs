//! From the errors of `PostgreSQL` to those of the port.

use std::error::Error;
use std::sync::Arc;

use persistence::{Inconsistency, StoreError};
use sqlx::migrate::MigrateError;

/// What an error of the port carries.
type Source = Box<dyn Error + Send + Sync>;

/// Why a server or database cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// An old server.
    #[error("the server is older than PostgreSQL 15 (its version number is {version})")]
    Server {
        /// As the server numbers itself.
        version: i32,
    },
    /// Not every text can be stored.
    #[error("the encoding of the database is {encoding}: create one with encoding UTF8")]
    Encoding {
        /// The encoding.
        encoding: String,
    },
    /// Nothing can be written.
    #[error("transactions of this server, database or user are read-only")]
    ReadOnly,
}

/// Codes of errors (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
mod code {
    pub(super) const READ_ONLY_TRANSACTION: &str = "25006";
    pub(super) const INVALID_CATALOG_NAME: &str = "3D000";
    pub(super) const SERIALIZATION_FAILURE: &str = "40001";
    pub(super) const DEADLOCK_DETECTED: &str = "40P01";
    pub(super) const INSUFFICIENT_PRIVILEGE: &str = "42501";
    pub(super) const DISK_FULL: &str = "53100";
    pub(super) const LOCK_NOT_AVAILABLE: &str = "55P03";
    pub(super) const QUERY_CANCELED: &str = "57014";
    pub(super) const ADMIN_SHUTDOWN: &str = "57P01";
    pub(super) const CRASH_SHUTDOWN: &str = "57P02";
    pub(super) const CANNOT_CONNECT_NOW: &str = "57P03";
    pub(super) const DATABASE_DROPPED: &str = "57P04";
    pub(super) const DATA_CORRUPTED: &str = "XX001";
    pub(super) const INDEX_CORRUPTED: &str = "XX002";

    /// Classes, the first two characters.
    pub(super) mod class {
        pub(in super::super) const CONNECTION: &str = "08";
        pub(in super::super) const AUTHORIZATION: &str = "28";
        pub(in super::super) const RESOURCES: &str = "53";
    }
}

/// An error of the driver.
pub(crate) fn store_error(error: sqlx::Error) -> StoreError {
    variant(&error)(Box::new(error))
}

fn variant(error: &sqlx::Error) -> fn(Source) -> StoreError {
    match error {
        sqlx::Error::Database(database) => database
            .code()
            .map_or(StoreError::Driver, |code| variant_of_code(&code)),
        sqlx::Error::PoolTimedOut => StoreError::Busy,
        // An address that cannot be read leads nowhere, either.
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Configuration(_)
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => StoreError::Unreachable,
        _ => StoreError::Driver,
    }
}

fn variant_of_code(code: &str) -> fn(Source) -> StoreError {
    match code {
        // Whoever may not write finds the database read-only, whatever the reason.
        code::READ_ONLY_TRANSACTION | code::INSUFFICIENT_PRIVILEGE => StoreError::ReadOnly,
        code::DISK_FULL => StoreError::Full,
        code::SERIALIZATION_FAILURE
        | code::DEADLOCK_DETECTED
        | code::LOCK_NOT_AVAILABLE
        | code::QUERY_CANCELED => StoreError::Busy,
        code::INVALID_CATALOG_NAME
        | code::ADMIN_SHUTDOWN
        | code::CRASH_SHUTDOWN
        | code::CANNOT_CONNECT_NOW
        | code::DATABASE_DROPPED => StoreError::Unreachable,
        code::DATA_CORRUPTED | code::INDEX_CORRUPTED => StoreError::Corrupted,
        code => match code.get(..2).unwrap_or_default() {
            code::class::CONNECTION | code::class::AUTHORIZATION => StoreError::Unreachable,
            code::class::RESOURCES => StoreError::Busy,
            _ => StoreError::Driver,
        },
    }
}

/// An error while migrating; `known` is the newest migration of this program.
pub(crate) fn migrate_error(error: MigrateError, known: i64) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => store_error(error),
        // A newer program was faster.
        MigrateError::VersionMissing(found) if found > known => StoreError::NewerDatabase { found, known },
        error => StoreError::Driver(Box::new(error)),
    }
}

/// Whether the statement would have put a second row where `constraint` allows one.
pub(crate) fn is_taken(error: &sqlx::Error, constraint: &str) -> bool {
    error
        .as_database_error()
        .is_some_and(|error| error.is_unique_violation() && error.constraint() == Some(constraint))
}

/// Whether the transaction only came in the way of another, so that it may go through when it is tried again.
pub(crate) fn is_passing(error: &StoreError) -> bool {
    let StoreError::Busy(source) = error else {
        return false;
    };
    source
        .downcast_ref::<sqlx::Error>()
        .and_then(sqlx::Error::as_database_error)
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| code == code::SERIALIZATION_FAILURE || code == code::DEADLOCK_DETECTED)
}

/// Whether what failed failed because of what was asked, and not of the server.
pub(crate) const fn is_of_one(error: &StoreError) -> bool {
    matches!(error, StoreError::Driver(_) | StoreError::Inconsistent(_))
}

/// An error that several callers get.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Shared(Arc<StoreError>);

/// A copy of an error for one of the callers who get it.
pub(crate) fn shared(error: &Arc<StoreError>) -> StoreError {
    let source = Box::new(Shared(Arc::clone(error)));
    match **error {
        StoreError::ReadOnly(_) => StoreError::ReadOnly(source),
        StoreError::Full(_) => StoreError::Full(source),
        StoreError::Busy(_) => StoreError::Busy(source),
        StoreError::Corrupted(_) => StoreError::Corrupted(source),
        StoreError::Unreachable(_) => StoreError::Unreachable(source),
        _ => StoreError::Driver(source),
    }
}

/// An error while reading `table.column` of `row`: what cannot be read is inconsistent.
pub(crate) fn cell_error(
    error: sqlx::Error,
    table: &'static str,
    column: &'static str,
    row: impl std::fmt::Display,
) -> StoreError {
    match error {
        sqlx::Error::ColumnDecode { source, .. } => Inconsistency::new(table, column, row, source).into(),
        error => store_error(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_server_become_what_is_to_be_done_about_them() {
        let named = |code| match variant_of_code(code)("cause".into()) {
            StoreError::ReadOnly(_) => "read-only",
            StoreError::Full(_) => "full",
            StoreError::Busy(_) => "busy",
            StoreError::Corrupted(_) => "corrupted",
            StoreError::Unreachable(_) => "unreachable",
            StoreError::Driver(_) => "driver",
            other => panic!("{other:?}"),
        };
        for (code, expected) in [
            ("25006", "read-only"),
            ("42501", "read-only"),
            ("53100", "full"),
            ("53300", "busy"),
            ("40001", "busy"),
            ("40P01", "busy"),
            ("55P03", "busy"),
            ("57014", "busy"),
            ("XX001", "corrupted"),
            ("XX002", "corrupted"),
            ("08006", "unreachable"),
            ("28P01", "unreachable"),
            ("3D000", "unreachable"),
            ("57P01", "unreachable"),
            ("57P03", "unreachable"),
            ("23503", "driver"),
            ("XX000", "driver"),
            ("", "driver"),
        ] {
            assert_eq!(named(code), expected, "{code}");
        }
    }
}
