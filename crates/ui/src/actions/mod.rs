//! What forms do and what pages read, on the server: from pairs of names and values to an [`Outcome`], from the
//! [`Cx`] of a request to a view.

pub mod change_deliveries;
mod connection;
mod curl;
pub mod delete;
pub(crate) mod deliveries;
pub mod delivery;
pub(crate) mod events;
pub mod first_start;
pub(crate) mod log;
mod log_csv;
pub mod purge;
pub mod queue;
pub mod read;
pub mod save;
pub mod sign_in;
mod steps;
pub mod switch;
pub mod tokens;

use domain::{Account, AccountId, SecretUse, Version};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use persistence::StoreError;
use service::{KeyState, ServiceError};

pub use log_csv::LogCsv;

use crate::context::Cx;
use crate::outcome::{Outcome, Problem, Switched};
use crate::view::{AccountRowView, HealthView, InTheWayView, StepView, When};

/// Is told each step of a test as it ends.
pub type Watch<'a> = &'a (dyn Fn(StepView) + Send + Sync);

/// The pairs of a posted form.
pub type Pairs = [(String, String)];

/// The page that everything starts from.
const HOME: &str = "/accounts";

fn value<'a>(pairs: &'a Pairs, name: &str) -> &'a str {
    pairs
        .iter()
        .find(|(found, _)| found == name)
        .map_or("", |(_, value)| value)
}

fn ids(pairs: &Pairs) -> Option<Vec<AccountId>> {
    pairs
        .iter()
        .filter(|(name, _)| name == "id")
        .map(|(_, value)| value.parse().ok())
        .collect()
}

/// The path of ours that a form or link names as the way to go on; the list of accounts for anything else, so that no
/// link leads out of the panel.
pub fn local_path(path: &str) -> &str {
    let leads_out = !path.starts_with('/')
        || path.starts_with("//")
        || path.contains('\\')
        || path.chars().any(char::is_control)
        || path.len() > 2048;
    if leads_out { HOME } else { path }
}

/// The sign-in page with the way back to `path`.
pub fn sign_in_path(path: &str) -> String {
    let next: String = form_urlencoded::byte_serialize(local_path(path).as_bytes()).collect();
    format!("/sign-in?next={next}")
}

fn sign_in_needed(cx: &Cx) -> Outcome {
    Outcome::SignInNeeded {
        to: sign_in_path(&cx.path),
    }
}

/// The date in a site's time zone, `2026-11-23`.
pub fn today(now: domain::Timestamp, site: &domain::Site) -> String {
    crate::when::today(now, site)
}

/// What a failure is to a user; the details go to the log, here and nowhere else.
pub fn problem(error: &ServiceError) -> Problem {
    let problem = match error {
        ServiceError::Store(StoreError::ReadOnly(_)) => Problem::ReadOnly,
        ServiceError::Store(StoreError::Full(_)) => Problem::DiskFull,
        ServiceError::Store(StoreError::Busy(_)) => Problem::Busy,
        ServiceError::Store(StoreError::Unreachable(_)) => Problem::Unreachable,
        ServiceError::Store(
            StoreError::Corrupted(_) | StoreError::Inconsistent(_) | StoreError::NewerDatabase { .. },
        ) => Problem::Damaged,
        ServiceError::Key(KeyState::Missing) => Problem::KeyMissing,
        ServiceError::Key(_) => Problem::OtherKey,
        _ => Problem::Internal,
    };
    let cause = std::error::Error::source(error)
        .map(ToString::to_string)
        .unwrap_or_default();
    tracing::error!(error = %error, cause, problem = ?problem, "a request failed");
    problem
}

fn failed(error: &ServiceError) -> Outcome {
    Outcome::Failed(problem(error))
}

/// Gives the answer to the request an HTTP status.
pub(crate) fn set_status(code: u16) {
    if let (Some(options), Ok(status)) = (use_context::<ResponseOptions>(), http::StatusCode::from_u16(code))
    {
        options.set_status(status);
    }
}

impl Cx {
    fn when(&self, at: domain::Timestamp) -> When {
        crate::when::when(at, self.raccordo.now(), &self.site, self.language)
    }

    fn today(&self) -> String {
        crate::when::today(self.raccordo.now(), &self.site)
    }

    fn row(&self, account: &Account, locked: Option<SecretUse>, health: HealthView) -> AccountRowView {
        AccountRowView {
            id: account.id,
            platform: account.platform(),
            description: account.description.to_string(),
            target: account.settings.target(),
            is_default: account.settings.slots().iter().any(domain::Slot::is_default),
            active: account.active,
            locked,
            health,
            sandbox: account.settings.host().is_sandbox(),
            version: account.version,
            updated: self.when(account.updated_at),
            updated_by: account.updated_by.clone(),
        }
    }

    fn switched(&self, account: &Account) -> Switched {
        Switched {
            id: account.id,
            active: account.active,
            version: account.version,
            updated: self.when(account.updated_at),
        }
    }
}

impl Cx {
    fn listed_row(&self, listed: &service::ListedAccount) -> AccountRowView {
        let check = listed.check.as_ref();
        let health = self.health_view(
            listed.account.platform(),
            listed.health,
            listed.locked,
            check.and_then(|check| check.fault.as_ref()),
        );
        self.row(&listed.account, listed.locked, health)
    }

    /// A row for one of the pages that ask about accounts.
    async fn single_row(&self, stored: &service::StoredAccount) -> Result<AccountRowView, ServiceError> {
        let (health, check) = self.raccordo.health(&stored.account).await?;
        let locked = stored
            .usable
            .iter()
            .copied()
            .find(|secret| *secret != SecretUse::Usable);
        let present = check.filter(|check| check.settings_version == stored.account.settings_version);
        let health = self.health_view(
            stored.account.platform(),
            health,
            locked,
            present.as_ref().and_then(domain::AccountCheck::fault),
        );
        Ok(self.row(&stored.account, locked, health))
    }
}

fn in_the_way(holders: Vec<service::Holder>) -> Vec<InTheWayView> {
    holders
        .into_iter()
        .map(|holder| InTheWayView {
            id: holder.id,
            description: holder.description,
            slot: holder.slot,
        })
        .collect()
}

/// `<uuid>:<version>`, as the page that asks before deleting posts it.
fn seen(text: &str) -> Option<(AccountId, Version)> {
    let (id, version) = text.split_once(':')?;
    Some((id.parse().ok()?, version.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_are_followed() {
        for path in [
            "/accounts",
            "/accounts?q=a%20b&page=2",
            "/accounts/new?platform=clerk",
        ] {
            assert_eq!(local_path(path), path);
        }
        for path in [
            "",
            "accounts",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nSet-Cookie: x=1",
        ] {
            assert_eq!(local_path(path), HOME);
        }
    }
}
