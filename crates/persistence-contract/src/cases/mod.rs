//! The cases, sorted like the traits of the port. Their names say what they prove.
#![expect(missing_docs, reason = "the name of a case is the sentence that it proves")]

pub mod accounts;
pub mod checks;
pub mod claims;
pub mod deliveries;
pub mod due;
pub mod events;
pub mod health;
pub mod holds;
pub mod keys;
pub mod lanes;
pub mod leases;
pub mod list;
pub mod log;
pub mod paces;
pub mod sessions;
pub mod sites;
pub mod slots;
pub mod tokens;
pub mod users;
