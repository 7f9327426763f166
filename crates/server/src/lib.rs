//! The program: command line, configuration, router, sessions' cookies, assets.

mod acting;
mod admin;
pub mod cli;
pub mod commands;
pub mod config;
mod doctor;
mod fakes;
pub mod http;
mod json;
mod net;
mod open;
mod serve;
mod telemetry;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::cli::Role;
use crate::config::{Config, ConfigError, SETTINGS, Values};

pub use net::Server;
pub use open::{OpenError, open_key, open_store};

/// Does what the command line asks for. Errors go to the standard error with what to mend.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let (role, values) = match cli::parse(args) {
        Ok(parsed) => parsed,
        // Help and version are "errors" with exit code 0.
        Err(error) => error.exit(),
    };
    let values = match values {
        Ok(values) => values,
        Err(mistakes) => return refuse(&mistakes),
    };
    if role == Role::Config {
        show(&values);
    }
    let config = match Config::check(&values) {
        Ok(config) => config,
        Err(mistakes) => return refuse(&mistakes),
    };
    if role == Role::Config {
        return ExitCode::SUCCESS;
    }
    telemetry::start(&config);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&anyhow::Error::new(error).context("starting the runtime")),
    };
    let outcome = runtime.block_on(async {
        match role {
            Role::Serve => serve::run(&config).await,
            Role::Sandbox => fakes::run(&config).await,
            Role::Doctor => doctor::run(&config).await,
            Role::Manage(command) => commands::run(&config, command).await,
            role => admin::run(&config, role).await,
        }
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn refuse(mistakes: &[ConfigError]) -> ExitCode {
    eprintln!("raccordo: the configuration is not in order:");
    for mistake in mistakes {
        eprintln!("  {mistake}");
    }
    ExitCode::from(2)
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("raccordo: {error:#}");
    ExitCode::FAILURE
}

fn show(values: &Values) {
    for setting in SETTINGS {
        let (value, source) = match values.get(setting.name) {
            Some(given) if setting.is_secret => ("(set)", given.source.to_string()),
            Some(given) => (given.value(), given.source.to_string()),
            None => ("(unset)", "default".to_owned()),
        };
        println!("{:<26} {value:<28} {source}", setting.name);
    }
}
