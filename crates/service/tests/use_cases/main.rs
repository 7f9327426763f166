//! The use cases on a real `SQLite` file.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accounts;
mod checks;
mod connections;
mod deliveries;
mod events;
mod log;
mod places;
mod queues;
mod secrets;
mod sessions;
mod shop;
mod stage;
mod start;
mod tokens;
