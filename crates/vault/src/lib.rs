//! Keys, sealed secrets and data, keyed hashes, password and token hashes: bytes in, bytes out. Knows nothing of accounts or storage.

mod hash;
mod key;
mod password;
mod seal;
mod token;

pub use key::{KeyError, KeyId, MasterKey};
pub use password::{PasswordHashError, dummy_hash, hash_password, verify_password};
pub use seal::{Binding, DataBinding, OpenError, SealError};
pub use token::Token;

use thiserror::Error;

/// The operating system gives no random bytes.
#[derive(Debug, Error)]
#[error("the operating system gives no random bytes")]
pub struct RandomError;

/// Random bytes from the operating system.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], RandomError> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(|_| RandomError)?;
    Ok(bytes)
}
