//! Tests of forms that were not saved yet: if the very same values are saved soon after, the account counts as tested.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use domain::{Settings, SiteId, TestReport, Timestamp};
use platforms::Secrets;

/// How many are remembered; the oldest goes first.
const REMEMBERED_MAX: usize = 64;
/// How long: as long as somebody may take between the test and *Salva*.
const REMEMBERED_SECONDS: i64 = 15 * 60;

/// The last tests of forms, in this process only. A save that finds nothing here leaves the account untested, which is
/// true as well.
#[derive(Default)]
pub(crate) struct Recent {
    /// A keyed hash stands for the values: no secret stays in memory for this.
    hasher: RandomState,
    reports: Mutex<VecDeque<(u64, TestReport)>>,
}

impl Recent {
    /// Remembers a test.
    pub(crate) fn remember(&self, site: SiteId, settings: &Settings, secrets: &Secrets, report: &TestReport) {
        let print = self.print(site, settings, secrets);
        let mut reports = self.reports();
        reports.retain(|(known, _)| *known != print);
        reports.push_back((print, report.clone()));
        if reports.len() > REMEMBERED_MAX {
            reports.pop_front();
        }
    }

    /// The last test of just these values, once, if it is fresh `now`.
    pub(crate) fn take(
        &self,
        site: SiteId,
        settings: &Settings,
        secrets: &Secrets,
        now: Timestamp,
    ) -> Option<TestReport> {
        let print = self.print(site, settings, secrets);
        let mut reports = self.reports();
        reports.retain(|(_, report)| now.seconds_since(report.at) < REMEMBERED_SECONDS);
        let place = reports.iter().position(|(known, _)| *known == print)?;
        reports.remove(place).map(|(_, report)| report)
    }

    fn print(&self, site: SiteId, settings: &Settings, secrets: &Secrets) -> u64 {
        let fields = settings.platform().fields();
        let values = settings.values();
        let connection: Vec<(&str, Option<&str>)> = fields
            .iter()
            .filter(|field| field.section == domain::Section::Credentials)
            .map(|field| {
                let secret = secrets.get(field.name).map(domain::SecretValue::expose);
                (
                    field.name,
                    secret.or_else(|| values.get(field.name).map(String::as_str)),
                )
            })
            .collect();
        self.hasher.hash_one((site, settings.platform(), connection))
    }

    fn reports(&self) -> std::sync::MutexGuard<'_, VecDeque<(u64, TestReport)>> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
