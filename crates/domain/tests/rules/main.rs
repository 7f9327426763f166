//! The rules of the domain, as sentences.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod account;
mod address;
mod connection;
mod description;
mod field_map;
mod fields;
mod form;
mod id;
mod list;
mod log;
mod platforms;
mod samples;
mod secrets;
mod sentences;
mod site;
mod user;
