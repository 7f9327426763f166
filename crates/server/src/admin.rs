//! `raccordo admin`: people, from the command line.

use std::io::{self, BufRead, IsTerminal};

use anyhow::{Context, bail};
use domain::{Language, UserName};
use secrecy::SecretString;
use service::NewUserError;

use crate::cli::Role;
use crate::config::Config;
use crate::serve::start;

/// Does one of the `admin` commands.
pub(crate) async fn run(config: &Config, role: Role) -> anyhow::Result<()> {
    let raccordo = start(config, None).await?;
    let outcome = match role {
        Role::AdminCreate(name) => create(&raccordo, name).await,
        Role::AdminPassword(name) => password(&raccordo, &name).await,
        Role::AdminLink => link(&raccordo, config).await,
        _ => list(&raccordo).await,
    };
    raccordo.close().await;
    outcome
}

async fn create(raccordo: &service::Raccordo, name: UserName) -> anyhow::Result<()> {
    let created = raccordo
        .create_user(name, read_password()?)
        .await
        .map_err(explain)?;
    println!("{} can sign in now.", created.name);
    Ok(())
}

async fn password(raccordo: &service::Raccordo, name: &UserName) -> anyhow::Result<()> {
    if !raccordo
        .set_password(name, read_password()?)
        .await
        .map_err(explain)?
    {
        bail!("there is no user named {name}; `raccordo admin list` shows them all");
    }
    println!("The password of {name} is set and every session of theirs has ended.");
    Ok(())
}

async fn link(raccordo: &service::Raccordo, config: &Config) -> anyhow::Result<()> {
    match raccordo.first_start_link().await? {
        Some(token) => println!("{}/first-start?token={token}", config.public_url.origin),
        None => bail!("there is a user already; add another with `raccordo admin create NAME`"),
    }
    Ok(())
}

async fn list(raccordo: &service::Raccordo) -> anyhow::Result<()> {
    for (user, _) in raccordo.list_users().await? {
        println!("{}", user.name);
    }
    Ok(())
}

fn explain(error: NewUserError) -> anyhow::Error {
    match error {
        NewUserError::Password(error) => anyhow::Error::msg(error.text().get(Language::En)),
        NewUserError::NameTaken => {
            anyhow::Error::new(error).context("set another password with `raccordo admin password NAME`")
        }
        NewUserError::Service(error) => error.into(),
    }
}

/// From a terminal, unseen and twice; else the first line.
fn read_password() -> anyhow::Result<SecretString> {
    if io::stdin().is_terminal() {
        let password = rpassword::prompt_password("Password: ").context("reading the password")?;
        let repeated = rpassword::prompt_password("Once more: ").context("reading the password")?;
        if password != repeated {
            bail!("the two are not the same; nothing was changed");
        }
        return Ok(password.into());
    }
    let mut line = String::new();
    io::stdin()
        .lock()
        .read_line(&mut line)
        .context("reading the password from the standard input")?;
    Ok(line.trim_end_matches(['\r', '\n']).into())
}
