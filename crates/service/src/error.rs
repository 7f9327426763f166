//! Errors that every use case may have.

use persistence::StoreError;
use thiserror::Error;

use crate::key::KeyState;

/// An error that is not about what the user asked for.
#[derive(Debug, Error)]
pub enum ServiceError {
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The operating system gives no random bytes.
    #[error(transparent)]
    Random(#[from] vault::RandomError),
    /// A password could not be hashed.
    #[error("a password could not be hashed")]
    Hash(#[source] vault::PasswordHashError),
    /// A secret could not be sealed.
    #[error("a secret could not be sealed")]
    Seal(#[source] vault::SealError),
    /// Secrets cannot be sealed: the master key is missing or not the database's own.
    #[error("the master key is missing or is not the one that this database uses")]
    Key(KeyState),
    /// There is no such site, or it has no language.
    #[error("there is no such site")]
    NoSite,
    /// What a platform answered could not be written down.
    #[error("the calls of an attempt cannot be written down")]
    Exchanges(#[source] serde_json::Error),
    /// A background task of ours ended before its answer.
    #[error("a background task ended early")]
    Interrupted,
}
