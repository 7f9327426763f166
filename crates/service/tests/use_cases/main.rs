//! The use cases on a real `SQLite` file.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accounts;
mod checks;
mod connections;
mod log;
mod places;
mod secrets;
mod sessions;
mod stage;
mod start;
