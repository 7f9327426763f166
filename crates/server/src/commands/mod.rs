//! What an operator does at the command line with accounts, events, deliveries and tokens. On the database itself, like
//! `admin`, beside a running panel or without one.

mod accounts;
mod deliveries;
mod events;
mod print;
mod queue;
mod tokens;

use clap::Subcommand;
use service::Raccordo;

use crate::config::Config;
use crate::serve::start;

/// What to do with accounts, events, deliveries or tokens.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Integration accounts
    Accounts(accounts::Accounts),
    /// Events of the shop
    Events(events::Events),
    /// Deliveries of events to accounts
    Deliveries(deliveries::Deliveries),
    /// Tokens of the API
    Tokens(tokens::Tokens),
}

/// Does one of the commands.
pub(crate) async fn run(config: &Config, command: Command) -> anyhow::Result<()> {
    let sandbox = None;
    let raccordo = start(config, sandbox).await?;
    let outcome = dispatch(&raccordo, command).await;
    raccordo.close().await;
    outcome
}

async fn dispatch(raccordo: &Raccordo, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Accounts(accounts) => accounts.run(raccordo).await,
        Command::Events(events) => events.run(raccordo).await,
        Command::Deliveries(deliveries) => deliveries.run(raccordo).await,
        Command::Tokens(tokens) => tokens.run(raccordo).await,
    }
}
