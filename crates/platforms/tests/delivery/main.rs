//! Deliveries against the sandbox: what each rule sends, what becomes of every fault, that nothing is made twice, and that
//! what is explained is what is sent.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod carts;
mod catalogue;
mod clerk;
mod connections;
mod contacts;
mod explained;
mod faults;
mod fields;
mod orders;
mod repeated;
mod samples;
mod secrets;
mod stage;
