//! Every chore of the project as one command: `cargo xtask COMMAND`.
//!
//! A new chore is a module with one public function and one variant of [`Chore`].

mod architecture;
mod assets;
mod bench;
mod cargo;
mod check;
mod dev;
mod dist;
mod end2end;
mod node;
mod postgres;
mod prepare;
mod run;
mod shell;
mod site;
mod snip;
mod style;
mod wasm_target;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::builder::FalseyValueParser;
use clap::{Parser, Subcommand};

use crate::bench::Bench;
use crate::check::Check;
use crate::prepare::Machine;
use crate::site::Flavour;

#[derive(Parser)]
#[command(
    bin_name = "cargo xtask",
    about = "Every chore of the project as one command",
    version
)]
struct Cli {
    /// Install what the machine lacks (browser, database programs) with apt-get; only as root on Debian or Ubuntu.
    #[arg(long, global = true, env = "CI", value_parser = FalseyValueParser::new())]
    install: bool,
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Prepare what is missing, build the panel and start it on <http://127.0.0.1:8080>.
    Run {
        /// Passed on to `raccordo serve`.
        #[arg(last = true)]
        arguments: Vec<OsString>,
    },
    /// The same, then watch the sources: rebuild, restart and reload the browser at every change.
    Dev {
        /// Passed on to `raccordo serve`.
        #[arg(last = true)]
        arguments: Vec<OsString>,
    },
    /// Run every check, from the format to the tests in the browser.
    Test {
        /// Only this check; may be given several times.
        #[arg(long, value_enum)]
        only: Vec<Check>,
        /// Passed on to `cargo test` or to Playwright; needs `--only rust` or `--only e2e`.
        #[arg(last = true)]
        arguments: Vec<OsString>,
    },
    /// Take the pictures of the README from the running panel.
    Screenshots,
    /// Build the browser half alone.
    Site {
        /// Optimised and compressed, as `dist` does it.
        #[arg(long)]
        release: bool,
    },
    /// Build the release: one self-contained binary, `target/dist/raccordo`.
    Dist,
    /// Build the release and measure it.
    Bench {
        /// What is measured.
        #[arg(value_enum)]
        what: Bench,
        /// Passed on to the benchmark.
        #[arg(last = true)]
        arguments: Vec<OsString>,
    },
    /// Kill the panel over and over under load, with every trouble around it, and account for every event.
    Chaos {
        /// Passed on, such as `--rounds 10 --seed 7`.
        #[arg(last = true)]
        arguments: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let machine = Machine::new(cli.install);
    let outcome = shell::listen_for_signals().and_then(|()| match cli.chore {
        Chore::Run { arguments } => run::run(&machine, &arguments),
        Chore::Dev { arguments } => dev::dev(&machine, &arguments),
        Chore::Test { only, arguments } => check::check(&machine, &only, &arguments),
        Chore::Screenshots => end2end::screenshots(&machine),
        Chore::Site { release } => {
            let flavour = if release { Flavour::Release } else { Flavour::Dev };
            site::build(&machine, flavour).map(|_| ())
        }
        Chore::Dist => dist::dist(&machine).map(|_| ()),
        Chore::Bench { what, arguments } => bench::bench(&machine, what, &arguments),
        Chore::Chaos { arguments } => bench::chaos(&machine, &arguments),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n✗ {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
