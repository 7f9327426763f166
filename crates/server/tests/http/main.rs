//! The panel over HTTP, through its real router, on real databases.

#![expect(
    clippy::unwrap_used,
    clippy::missing_docs_in_private_items,
    reason = "a test may panic and explains itself"
)]
#![expect(missing_docs, reason = "tests are named by sentences")]

mod accounts;
mod bad_input;
mod faults;
mod pages;
mod secrets;
mod security;
mod sessions;
mod shutdown;
mod support;
