//! The fake platforms, over real connections.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod client;
mod control;
mod documented;
mod faults;
mod hosts;
mod samples;
mod sink;
mod writes;
