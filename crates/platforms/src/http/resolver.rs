//! From names to addresses.

use std::net::IpAddr;

use async_trait::async_trait;
use thiserror::Error;

/// Why a name has no addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NameError {
    /// There is no such name.
    #[error("there is no such name")]
    Unknown,
    /// The name service does not answer.
    #[error("the name service does not answer")]
    Silent,
}

/// A name service.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// The addresses of `host`.
    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, NameError>;
}

/// The name service of this machine.
#[derive(Debug, Clone, Copy)]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, NameError> {
        match tokio::net::lookup_host((host, 0)).await {
            Ok(found) => Ok(found.map(|address| address.ip()).collect()),
            Err(error) if is_silence(&error) => Err(NameError::Silent),
            Err(_) => Err(NameError::Unknown),
        }
    }
}

/// The standard library keeps the code of `getaddrinfo` to itself and gives only its sentence: `EAI_AGAIN` in the words
/// of glibc and of musl (neither translates them unless a program asks for it), or an error of the system.
fn is_silence(error: &std::io::Error) -> bool {
    let sentence = error.to_string();
    error.raw_os_error().is_some()
        || sentence.contains("Temporary failure in name resolution")
        || sentence.ends_with("Try again")
}
