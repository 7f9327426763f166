//! The panel over HTTP, through its real router, on real databases.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod accounts;
mod api;
mod bad_input;
mod connections;
mod deliveries;
mod faults;
mod log;
mod pages;
mod secrets;
mod security;
mod sessions;
mod shutdown;
mod support;
