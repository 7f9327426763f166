//! Raccordo, the integrations panel of an e-commerce site.

use std::process::ExitCode;

use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    server::run(std::env::args_os())
}
