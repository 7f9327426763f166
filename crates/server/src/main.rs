//! Raccordo, the integrations panel of an e-commerce site.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::run(std::env::args_os())
}
