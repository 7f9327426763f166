//! The last test of an account.

use domain::{AccountCheck, AccountId, Contact, Fault, TestReport, Timestamp, Verdict};
use thiserror::Error;

use super::{OutOfRange, version};
use crate::CheckSummary;
use crate::error::Inconsistency;

/// The columns of a test without its report.
#[derive(Debug)]
pub struct StoredCheck {
    /// `account_id`.
    pub account_id: AccountId,
    /// `settings_version`.
    pub settings_version: i64,
    /// `verdict`.
    pub verdict: String,
    /// `since`.
    pub since: i64,
    /// `checked_at`.
    pub checked_at: i64,
}

/// A verdict that this program does not know.
#[derive(Debug, Error)]
#[error("unknown verdict")]
struct UnknownVerdict;

impl StoredCheck {
    /// The test without its report; `fault` is that of the column.
    pub fn into_summary(self, fault: Option<Fault>) -> Result<CheckSummary, Inconsistency> {
        Ok(CheckSummary {
            settings_version: version(self.settings_version).ok_or_else(|| {
                Inconsistency::new("account_checks", "settings_version", self.account_id, OutOfRange)
            })?,
            verdict: Verdict::from_code(&self.verdict).ok_or_else(|| {
                Inconsistency::new("account_checks", "verdict", self.account_id, UnknownVerdict)
            })?,
            since: Timestamp::from_ms(self.since),
            at: Timestamp::from_ms(self.checked_at),
            fault,
        })
    }

    /// The test; `report` is that of the column.
    pub fn into_check(self, report: TestReport) -> Result<AccountCheck, Inconsistency> {
        let account_id = self.account_id;
        let summary = self.into_summary(None)?;
        Ok(AccountCheck {
            account_id,
            settings_version: summary.settings_version,
            verdict: summary.verdict,
            since: summary.since,
            report,
        })
    }
}

/// What the tests say of the network, from three counts.
pub fn contact(tested: i64, without: i64, hosts: i64) -> Result<Contact, Inconsistency> {
    let count = |number: i64| {
        u32::try_from(number)
            .map_err(|error| Inconsistency::new("account_checks", "without_contact", "count", error))
    };
    Ok(Contact {
        tested: count(tested)?,
        without: count(without)?,
        hosts: count(hosts)?,
    })
}
