//! What can go wrong with storage, sorted by what to do about it.

use std::error::Error;
use std::fmt::Display;

use domain::{AccountId, Slot};
use thiserror::Error;

/// An error of a store.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Somebody else changed or deleted the account meanwhile.
    #[error("account {account} no longer has the expected version")]
    VersionConflict {
        /// The account.
        account: AccountId,
    },
    /// Another active account holds a slot.
    #[error("another active account holds a slot of account {account}")]
    SlotTaken {
        /// The account that was to take it.
        account: AccountId,
        /// The slots that the account needs.
        slots: Vec<Slot>,
    },
    /// A user of that name exists.
    #[error("the user name is taken")]
    NameTaken,
    /// The one-time link was used, replaced or has expired, or there is a user already.
    #[error("the one-time link is no longer valid")]
    LinkInvalid,
    /// The database is of a newer program.
    #[error(
        "the database was made by a newer version of the program (migration {found}, this program knows up to {known})"
    )]
    NewerDatabase {
        /// The newest migration found.
        found: i64,
        /// The newest migration known.
        known: i64,
    },
    /// The database may not be written to.
    #[error("the database is read-only")]
    ReadOnly(#[source] Box<dyn Error + Send + Sync>),
    /// The disk is full.
    #[error("the disk that holds the database is full")]
    Full(#[source] Box<dyn Error + Send + Sync>),
    /// Somebody else holds a lock for longer than we wait, or no connection came free.
    #[error("the database is busy")]
    Busy(#[source] Box<dyn Error + Send + Sync>),
    /// The file is no database or is damaged.
    #[error("the database file is damaged or is no database")]
    Corrupted(#[source] Box<dyn Error + Send + Sync>),
    /// The database cannot be reached.
    #[error("the database cannot be reached")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// A row does not keep the program's rules.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistency),
    /// Anything else that a driver reports.
    #[error("the database refused an operation")]
    Driver(#[source] Box<dyn Error + Send + Sync>),
}

/// A stored value that does not keep the program's rules.
#[derive(Debug, Error)]
#[error("inconsistent value in {table}.{column} of row {row}")]
pub struct Inconsistency {
    /// Table.
    pub table: &'static str,
    /// Column.
    pub column: &'static str,
    /// The row's key.
    pub row: String,
    /// Why.
    #[source]
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl Inconsistency {
    /// A value in `table.column` of `row`, and why it is refused.
    pub fn new(
        table: &'static str,
        column: &'static str,
        row: impl Display,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self {
            table,
            column,
            row: row.to_string(),
            source: Some(source.into()),
        }
    }
}
