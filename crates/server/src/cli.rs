//! The command line: commands, and a flag for every setting.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, FromArgMatches, Subcommand, value_parser};
use domain::UserName;

use crate::commands::Command as Manage;
use crate::config::{ConfigError, SETTINGS, SWITCH, Setting, Source, Values};

/// What the program is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// Runs the panel.
    Serve,
    /// Runs the fake platforms alone.
    Sandbox,
    /// Adds a user; the password comes on the standard input.
    AdminCreate(UserName),
    /// Sets a user's password and ends their sessions.
    AdminPassword(UserName),
    /// Lists the users.
    AdminList,
    /// Prints a new link for the first sign-in.
    AdminLink,
    /// Checks that everything is in order.
    Doctor,
    /// Shows the configuration.
    Config,
    /// Does something with accounts, events, deliveries or tokens.
    Manage(Manage),
}

fn command() -> Command {
    let name = || {
        Arg::new("name")
            .required(true)
            .value_name("NAME")
            .value_parser(value_parser!(UserName))
    };
    let admin = Command::new("admin")
        .about("People who may sign in")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("create")
                .about("Add a user; the password is read from the standard input")
                .arg(name()),
        )
        .subcommand(
            Command::new("password")
                .about("Set a user's password and end their sessions; read as with create")
                .arg(name()),
        )
        .subcommand(Command::new("list").about("List the users"))
        .subcommand(
            Command::new("link")
                .about("Print a new one-time link for the first sign-in, while there is no user"),
        );
    let mut command = Command::new("raccordo")
        .about("The integrations panel of an e-commerce site")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(Command::new("serve").about("Run the panel"))
        .subcommand(
            Command::new("sandbox")
                .about("Run the fake platforms alone, for whoever writes or tries out a connector"),
        )
        .subcommand(admin)
        .subcommand(
            Command::new("doctor")
                .about("Check configuration, database, key and assets, and say what to mend"),
        )
        .subcommand(Command::new("config").about("Show every setting, its value and where it comes from"))
        .arg(
            Arg::new("config")
                .long("config")
                .env("RACCORDO_CONFIG")
                .global(true)
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("The TOML file with settings"),
        );
    command = Manage::augment_subcommands(command);
    for setting in SETTINGS {
        // A secret has no flag: every user of a machine can read its command lines.
        if let Some(flag) = setting.flag() {
            let arg = Arg::new(setting.name)
                .long(flag)
                .env(setting.variable())
                .value_name(setting.value);
            let arg = if setting.value == SWITCH {
                arg.num_args(0..=1)
                    .require_equals(true)
                    .default_missing_value("on")
            } else {
                arg
            };
            command = command.arg(arg.help(setting.help).global(true));
        }
    }
    command
}

/// What a command line and the environment ask for.
pub fn parse(
    args: impl IntoIterator<Item = OsString>,
) -> Result<(Role, Result<Values, Vec<ConfigError>>), clap::Error> {
    let matches = command().try_get_matches_from(args)?;
    Ok((role(&matches)?, values(&matches)))
}

fn role(matches: &ArgMatches) -> Result<Role, clap::Error> {
    let user = |matches: &ArgMatches| matches.get_one::<UserName>("name").cloned();
    if matches.subcommand_name().is_some_and(Manage::has_subcommand) {
        return Manage::from_arg_matches(matches).map(Role::Manage);
    }
    Ok(match matches.subcommand() {
        Some(("admin", admin)) => match admin.subcommand() {
            Some(("create", create)) => user(create).map_or(Role::AdminList, Role::AdminCreate),
            Some(("password", password)) => user(password).map_or(Role::AdminList, Role::AdminPassword),
            Some(("link", _)) => Role::AdminLink,
            _ => Role::AdminList,
        },
        Some(("sandbox", _)) => Role::Sandbox,
        Some(("doctor", _)) => Role::Doctor,
        Some(("config", _)) => Role::Config,
        _ => Role::Serve,
    })
}

fn values(matches: &ArgMatches) -> Result<Values, Vec<ConfigError>> {
    let mut pairs = match matches.get_one::<PathBuf>("config") {
        Some(path) => Values::read_file(path)?,
        None => Vec::new(),
    };
    for setting in SETTINGS {
        let found = if setting.is_secret {
            from_environment(setting)
        } else {
            from_matches(matches, setting)
        };
        // An empty variable is how a container leaves one unset.
        if let Some((source, value)) =
            found.filter(|(source, value)| *source == Source::Flag || !value.is_empty())
        {
            pairs.push((setting.name, source, value));
        }
    }
    Ok(Values::from_pairs(pairs))
}

fn from_matches(matches: &ArgMatches, setting: &Setting) -> Option<(Source, String)> {
    let source = match matches.value_source(setting.name)? {
        ValueSource::CommandLine => Source::Flag,
        ValueSource::EnvVariable => Source::Environment,
        _ => return None,
    };
    Some((source, matches.get_one::<String>(setting.name)?.clone()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "clap reads variables only for arguments, and a secret is none"
)]
fn from_environment(setting: &Setting) -> Option<(Source, String)> {
    Some((Source::Environment, std::env::var(setting.variable()).ok()?))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn parsed(args: &[&str]) -> (Role, Values) {
        let (role, values) = parse(args.iter().map(OsString::from)).unwrap();
        (role, values.unwrap())
    }

    #[test]
    fn the_command_line_is_well_formed() {
        command().debug_assert();
    }

    #[test]
    fn a_flag_is_taken_before_the_default_and_remembers_its_source() {
        let (role, values) = parsed(&["raccordo", "serve", "--addr", "127.0.0.1:9"]);
        assert_eq!(role, Role::Serve);
        let given = values.get("addr").unwrap();
        assert_eq!((given.value(), &given.source), ("127.0.0.1:9", &Source::Flag));
        assert_eq!(values.get("log").unwrap().source, Source::Default);
    }

    #[test]
    fn the_name_of_a_new_user_is_checked_at_once() {
        assert_eq!(
            parsed(&["raccordo", "admin", "create", "anna"]).0,
            Role::AdminCreate("anna".parse().unwrap())
        );
        assert!(
            parse(
                ["raccordo", "admin", "create", "two words"]
                    .iter()
                    .map(OsString::from)
            )
            .is_err()
        );
    }
}
