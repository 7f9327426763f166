//! What goes wrong, for the callers of this crate.

use domain::{Effect, Exchange, Fault, FaultClass};
use thiserror::Error;

/// The calls cannot be prepared.
#[derive(Debug, Error)]
pub enum SetupError {
    /// The sandbox's certificate is none.
    #[error("the sandbox's certificate cannot be read")]
    SandboxCertificate,
    /// The TLS library refuses its own defaults.
    #[error("TLS cannot be set up")]
    Tls,
}

/// A lookup or a test message did not come about.
#[derive(Debug, Error)]
pub enum CallError {
    /// This platform has no such thing.
    #[error("the platform does not offer this")]
    NotOffered,
    /// It was tried and failed.
    #[error("the call failed")]
    Failed(Box<Failure>),
}

/// Why calls failed, and which were made. No secret ever stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub fault: Fault,
    /// Whether the calls changed anything on the other side: what a lost answer means depends on it.
    pub effect: Effect,
    /// The calls that were made.
    pub exchanges: Vec<Exchange>,
}

impl Failure {
    /// What it means for the next step.
    pub const fn class(&self) -> FaultClass {
        self.fault.class(self.effect)
    }
}
