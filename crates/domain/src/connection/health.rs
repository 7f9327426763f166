//! An account's health: a fact apart from its switch.

use serde::{Deserialize, Serialize};

use super::fault::{Effect, FaultClass};
use super::{Fault, TestReport};
use crate::account::SecretUse;
use crate::id::{AccountId, Timestamp, Version};
use crate::text::{Text, text};

/// What the tests of an account say of it so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The last answer was good.
    Works,
    /// It does not work, for other reasons than its credentials.
    Failing,
    /// The platform refuses the credentials.
    CredentialsRejected,
}

impl Verdict {
    /// All verdicts.
    pub const ALL: [Self; 3] = [Self::Works, Self::Failing, Self::CredentialsRejected];

    /// As stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::Failing => "failing",
            Self::CredentialsRejected => "credentials_rejected",
        }
    }

    /// The verdict of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.code() == code)
    }

    /// The verdict after one more report on the same settings. Only an answer about credentials marks them bad, and
    /// only one marks them good again: silence and faults of the platform say nothing about them.
    pub fn after(before: Option<Self>, report: &TestReport) -> Self {
        match &report.fault {
            None => Self::Works,
            Some(fault) => match fault.class(Effect::Reads) {
                FaultClass::Credentials => Self::CredentialsRejected,
                // Only what the platform tells those whom it knows.
                _ if before == Some(Self::CredentialsRejected) && !fault.is_past_credentials() => {
                    Self::CredentialsRejected
                }
                // Asked to wait, a platform has shown that it works.
                FaultClass::RateLimited if before == Some(Self::Works) => Self::Works,
                _ => Self::Failing,
            },
        }
    }
}

/// The last test of an account, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountCheck {
    /// The account.
    pub account_id: AccountId,
    /// The [`settings version`](crate::Account::settings_version) that was tested.
    pub settings_version: Version,
    /// What the tests say so far.
    pub verdict: Verdict,
    /// Since when the verdict has been what it is.
    pub since: Timestamp,
    /// The last report.
    pub report: TestReport,
}

impl AccountCheck {
    /// The record after one more report.
    pub fn after(
        before: Option<&Self>,
        account_id: AccountId,
        settings_version: Version,
        report: TestReport,
    ) -> Self {
        // What was found out about other settings says nothing about these.
        let before = before.filter(|before| before.settings_version == settings_version);
        let verdict = Verdict::after(before.map(|before| before.verdict), &report);
        let since = before
            .filter(|before| before.verdict == verdict)
            .map_or(report.at, |before| before.since);
        Self {
            account_id,
            settings_version,
            verdict,
            since,
            report,
        }
    }

    /// Why the last test failed.
    pub const fn fault(&self) -> Option<&Fault> {
        self.report.fault.as_ref()
    }
}

/// How many of a site's active accounts were tested, and how many of these did not get into contact at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Contact {
    /// Active accounts with a test.
    pub tested: u32,
    /// Of these, those whose last test met nobody.
    pub without: u32,
    /// The different hosts among those.
    pub hosts: u32,
}

impl Contact {
    /// Whether the panel's own network is the likelier culprit: nobody is reached, on two hosts or more.
    pub const fn suspects_own_network(self) -> bool {
        self.tested > 0 && self.without == self.tested && self.hosts >= 2
    }
}

/// The health that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Nobody has tested these settings.
    NeverTested,
    /// It works.
    Works,
    /// It does not work.
    Failing,
    /// The platform refuses the credentials.
    CredentialsRejected,
    /// Its secrets cannot be opened.
    Locked,
}

impl Health {
    /// The health of an account with settings of `settings_version`, by its last test (settings version and verdict) and
    /// by what its secrets are worth.
    pub fn of(
        settings_version: Version,
        check: Option<(Version, Verdict)>,
        locked: Option<SecretUse>,
    ) -> Self {
        if locked.is_some() {
            return Self::Locked;
        }
        match check {
            Some((tested, verdict)) if tested == settings_version => match verdict {
                Verdict::Works => Self::Works,
                Verdict::Failing => Self::Failing,
                Verdict::CredentialsRejected => Self::CredentialsRejected,
            },
            _ => Self::NeverTested,
        }
    }

    /// The word for it.
    pub const fn title(self) -> Text {
        match self {
            Self::NeverTested => text!("Mai verificato", "Never tested"),
            Self::Works => text!("Funziona", "Works"),
            Self::Failing => text!("Non funziona", "Not working"),
            Self::CredentialsRejected => text!("Credenziali rifiutate", "Credentials rejected"),
            Self::Locked => text!("Bloccato", "Locked"),
        }
    }

    /// Whether an account in this health is switched on without asking first.
    pub const fn is_proven(self) -> bool {
        matches!(self, Self::Works)
    }
}
