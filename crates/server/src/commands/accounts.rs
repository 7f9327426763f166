//! `raccordo accounts`.

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use domain::{AccountFilter, AccountId, Effect, Language, Platform, Submission};
use events::Time;
use service::{ActivateError, Confirmation, Queue, Raccordo, StoredAccount, TestError};

use super::{print, queue};
use crate::acting;
use crate::json::{Account, Test};

/// Integration accounts.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Accounts {
    /// Print JSON, in the shapes of the API
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
enum What {
    /// List them
    List {
        /// Only of this platform, such as clerk
        #[arg(long)]
        platform: Option<Platform>,
    },
    /// Show one; never its secrets
    Show {
        /// Its id
        id: AccountId,
    },
    /// Switch one on
    Activate {
        /// Its id
        id: AccountId,
        /// Although no test has proven it
        #[arg(long)]
        confirmed: bool,
    },
    /// Switch one off
    Deactivate {
        /// Its id
        id: AccountId,
        /// What becomes of what waits
        #[arg(long, value_enum, default_value_t = Waiting::Hold)]
        queue: Waiting,
    },
    /// Test the connection of one, as it is saved
    Test {
        /// Its id
        id: AccountId,
    },
    /// Hold the queue of one: what waits keeps waiting
    Pause {
        /// Its id
        id: AccountId,
        /// Until when, such as 2026-11-25T10:30:00Z; until it is resumed without it
        #[arg(long, value_parser = queue::time)]
        until: Option<Time>,
    },
    /// Let the queue of one go, for whatever reason it is held
    Resume {
        /// Its id
        id: AccountId,
    },
    /// Show what one did within the last 24 hours, and what waits
    Activity {
        /// Its id
        id: AccountId,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Waiting {
    /// It is kept, and goes out when the account is switched on again
    Hold,
    /// It is skipped
    Skip,
}

impl Accounts {
    pub(super) async fn run(self, raccordo: &Raccordo) -> anyhow::Result<()> {
        let json = self.json;
        match self.what {
            What::List { platform } => list(raccordo, platform, json).await,
            What::Show { id } => show(raccordo, id, json).await,
            What::Activate { id, confirmed } => {
                let confirmation = if confirmed {
                    Confirmation::Given
                } else {
                    Confirmation::Missing
                };
                switch(raccordo, id, true, confirmation, Queue::Hold).await?;
                show(raccordo, id, json).await
            }
            What::Deactivate { id, queue } => {
                let queue = match queue {
                    Waiting::Hold => Queue::Hold,
                    Waiting::Skip => Queue::Skip,
                };
                switch(raccordo, id, false, Confirmation::Missing, queue).await?;
                show(raccordo, id, json).await
            }
            What::Test { id } => test(raccordo, id, json).await,
            What::Pause { id, until } => queue::pause(raccordo, id, until, json).await,
            What::Resume { id } => queue::resume(raccordo, id, json).await,
            What::Activity { id } => queue::activity(raccordo, id, json).await,
        }
    }
}

async fn list(raccordo: &Raccordo, platform: Option<Platform>, json: bool) -> anyhow::Result<()> {
    let site = raccordo.shown_site().await?.id;
    let mut filter = AccountFilter {
        platform,
        ..AccountFilter::default()
    };
    let mut accounts = Vec::new();
    loop {
        let page = raccordo.list_accounts(site, filter.clone()).await?;
        let count = u64::try_from(page.rows.len()).unwrap_or(u64::MAX);
        accounts.extend(
            page.rows
                .iter()
                .map(|row| Account::listed(&row.account, row.health)),
        );
        if count == 0 || page.filter.offset() + count >= page.matching {
            break;
        }
        filter.page += 1;
    }
    if json {
        return print::json(&accounts);
    }
    let rows: Vec<[String; 6]> = accounts
        .into_iter()
        .map(|account| {
            [
                account.id.to_string(),
                account.platform.to_owned(),
                if account.active { "on" } else { "off" }.to_owned(),
                account.health.title().get(Language::En).to_owned(),
                account.target,
                account.description,
            ]
        })
        .collect();
    print::table(
        ["ID", "PLATFORM", "STATE", "HEALTH", "TARGET", "DESCRIPTION"],
        &rows,
    );
    Ok(())
}

/// What is said of an account that does not exist.
pub(super) fn missing(id: AccountId) -> String {
    format!("there is no account {id}; `raccordo accounts list` shows them all")
}

/// An account with what is known of its secrets.
pub(super) async fn stored(raccordo: &Raccordo, id: AccountId) -> anyhow::Result<StoredAccount> {
    let site = raccordo.shown_site().await?.id;
    raccordo
        .find_account(site, id)
        .await?
        .with_context(|| missing(id))
}

async fn show(raccordo: &Raccordo, id: AccountId, json: bool) -> anyhow::Result<()> {
    let stored = stored(raccordo, id).await?;
    let (health, _) = raccordo.health(&stored.account).await?;
    let account = Account::stored(&stored, health);
    if json {
        return print::json(&account);
    }
    let mut pairs = vec![
        ("id", account.id.to_string()),
        ("platform", account.platform.to_owned()),
        ("description", account.description),
        ("state", if account.active { "on" } else { "off" }.to_owned()),
        ("health", account.health.title().get(Language::En).to_owned()),
        ("target", account.target),
        ("version", account.version.to_string()),
        ("updated at", account.updated_at.into()),
        ("updated by", account.updated_by),
    ];
    let settings = stored.account.settings.values();
    pairs.extend(
        settings
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone())),
    );
    let secrets: Vec<String> = account
        .secrets
        .into_iter()
        .flatten()
        .map(|secret| secret.field)
        .collect();
    pairs.push(("secrets", secrets.join(", ")));
    print::pairs(&pairs);
    Ok(())
}

async fn switch(
    raccordo: &Raccordo,
    id: AccountId,
    active: bool,
    confirmation: Confirmation,
    queue: Queue,
) -> anyhow::Result<()> {
    let site = raccordo.shown_site().await?.id;
    let switched = raccordo
        .switch_account(&acting::operator(), site, id, active, confirmation, queue)
        .await;
    match switched {
        Ok(_) => Ok(()),
        Err(ActivateError::InTheWay { holders, .. }) => {
            let names: Vec<String> = holders
                .iter()
                .map(|holder| format!("{} ({})", holder.description, holder.id))
                .collect();
            bail!(
                "another active account is in the way: {}; switch it off first with `raccordo accounts deactivate ID`",
                names.join(", ")
            )
        }
        Err(ActivateError::Unproven { .. }) => bail!(
            "no test has proven the account: try `raccordo accounts test {id}`, or switch it on all the same with --confirmed"
        ),
        Err(ActivateError::NotFound) => bail!("{}", missing(id)),
        Err(ActivateError::Service(error)) => Err(error.into()),
    }
}

async fn test(raccordo: &Raccordo, id: AccountId, json: bool) -> anyhow::Result<()> {
    let site = raccordo.shown_site().await?;
    let account = stored(raccordo, id).await?.account;
    let platform = account.platform();
    let values = account.settings.values();
    let pairs = values.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let submission = Submission::from_pairs(platform, pairs, &site.lists, false);
    let today = ui::actions::today(raccordo.now(), &site);
    let tested = raccordo
        .test_form(&acting::operator(), &site, Some(id), &submission, &today, &|_| ())
        .await;
    let report = match tested {
        Ok(tested) => tested.report,
        Err(TestError::Locked(secret)) => {
            bail!(
                "{}",
                secret.reason().map_or("", |reason| reason.get(Language::En))
            )
        }
        Err(error) => return Err(error.into()),
    };
    if json {
        return print::json(&Test::new(platform, report));
    }
    match &report.fault {
        None => println!("It works ({} ms).", report.ms),
        Some(fault) => bail!(
            "{} {} ({:?})",
            fault.cause(platform, Language::En),
            fault.remedy(platform).get(Language::En),
            fault.class(Effect::Reads)
        ),
    }
    Ok(())
}
