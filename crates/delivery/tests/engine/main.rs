//! The engine on a real database, against the fake platforms.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is the test's failure")]

mod breaks;
mod cable;
mod crash;
mod faults;
mod network;
mod order;
mod outcome;
mod pace;
mod server;
mod stage;
