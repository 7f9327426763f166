//! Scheduled checks: they update the health, and tell the log what changed.

use std::collections::HashMap;

use domain::{
    Account, AccountCheck, AccountId, LogEntry, LogKind, LogMessage, LogPlace, SiteId, TestReport, Verdict,
};
use persistence::LogQuery;

use super::REPAIRED;
use crate::Raccordo;
use crate::error::ServiceError;

/// Accounts handed out at a time: a panel that starts with many due checks works them off little by little.
const CHECKS_AT_ONCE: u32 = 4;

impl Raccordo {
    /// Checks the active accounts that are due, a few at a time; answers how many were. Any number of processes may do
    /// so side by side.
    pub async fn check_due(&self) -> Result<usize, ServiceError> {
        let Some(every) = self.limits.check_every else {
            return Ok(0);
        };
        let now = self.now();
        let seconds = i64::try_from(every.as_secs()).unwrap_or(i64::MAX);
        // Between nine and eleven tenths: accounts that were due together drift apart.
        let [random] = vault::random_bytes::<1>()?;
        let next = now.plus_seconds(seconds - seconds / 10 + seconds / 5 * i64::from(random) / 255);
        let due = self.store.claim_due_checks(now, next, CHECKS_AT_ONCE).await?;
        // Whether any platform was reached, by site.
        let mut reached: HashMap<SiteId, bool> = HashMap::new();
        let mut failure = None;
        for (site, id) in &due {
            let is_reached = reached.entry(*site).or_default();
            // What one of them meets does not hold up the others.
            match self.check_one(*site, *id).await {
                Ok(now) => *is_reached |= now,
                Err(error) => {
                    tracing::warn!(%error, account.id = %id, "a connection could not be checked");
                    failure = Some(error);
                }
            }
        }
        for (site, is_reached) in reached {
            self.watch_own_network(site, is_reached).await?;
        }
        match failure {
            Some(error) => Err(error),
            None => Ok(due.len()),
        }
    }

    /// Checks one; answers whether its platform was reached.
    pub(crate) async fn check_one(&self, site: SiteId, id: AccountId) -> Result<bool, ServiceError> {
        let Some(account) = self.store.find_account(site, id).await? else {
            return Ok(false);
        };
        let sealed = self.store.list_secrets(site, id).await?;
        // A locked account is told as such; it cannot be tested.
        let Ok(secrets) = self.opened(&account, &sealed) else {
            return Ok(false);
        };
        let report = self.verify(&account.settings, &secrets, &|_| ()).await?;
        let is_reached = !report.is_without_contact();
        // What was changed meanwhile is due again by itself; the old settings are nobody's concern any more.
        if !self.is_still(&account).await? {
            return Ok(is_reached);
        }
        let before = self.store.find_check(site, id).await?;
        let check = AccountCheck::after(before.as_ref(), id, account.settings_version, report);
        let entries = self.told(site, &account, before.as_ref(), &check)?;
        let host = account.settings.host();
        let is_kept = self
            .store
            .record_check(site, &check, host.as_str(), entries)
            .await?;
        if is_kept && check.report.works() {
            self.let_go(&account, None, &REPAIRED).await?;
        }
        Ok(is_reached)
    }

    /// What a check tells the log: only what changed.
    fn told(
        &self,
        site: SiteId,
        account: &Account,
        before: Option<&AccountCheck>,
        check: &AccountCheck,
    ) -> Result<Vec<LogEntry>, ServiceError> {
        let before = before
            .filter(|before| before.settings_version == check.settings_version)
            .map(|before| before.verdict);
        let kind = match (before, check.verdict) {
            (Some(before), now) if before == now => return Ok(Vec::new()),
            (None, Verdict::Works) => LogKind::TestPassed,
            (Some(_), Verdict::Works) => LogKind::Recovered,
            (_, Verdict::Failing) => LogKind::StartedFailing,
            (_, Verdict::CredentialsRejected) => LogKind::CredentialsRejected,
        };
        let message = LogMessage::report(kind, TestReport::clone(&check.report));
        Ok(vec![self.entry(site, Some(account), None, message)?])
    }

    /// Tells the log once when nobody is reached any more, and once when a check has just reached somebody: a test of before
    /// says nothing of now.
    async fn watch_own_network(&self, site: SiteId, is_reached: bool) -> Result<(), ServiceError> {
        if is_reached {
            return self.tell_network_is_back(site).await;
        }
        let contact = self.store.count_contact(site).await?;
        if !contact.suspects_own_network()
            || self.was_told_of_outage(site).await?
            || self.platforms.reach_witness().await
        {
            return Ok(());
        }
        let message = LogMessage::counted(LogKind::OwnNetworkSuspected, contact.without);
        let entry = self.entry(site, None, None, message)?;
        self.store.append_log(vec![entry]).await?;
        Ok(())
    }

    /// A platform was just reached: if the log was told of an outage, it is told that it is over.
    pub(crate) async fn tell_network_is_back(&self, site: SiteId) -> Result<(), ServiceError> {
        if self.was_told_of_outage(site).await? {
            let entry = self.entry(site, None, None, LogMessage::new(LogKind::OwnNetworkBack))?;
            self.store.append_log(vec![entry]).await?;
        }
        Ok(())
    }

    /// Whether the last that the log was told of the own network is that it may be down: by a scheduled check or an attempt,
    /// of whichever process.
    pub async fn was_told_of_outage(&self, site: SiteId) -> Result<bool, ServiceError> {
        let query = LogQuery {
            site,
            kinds: Some(vec![LogKind::OwnNetworkSuspected, LogKind::OwnNetworkBack]),
            accounts: None,
            from: None,
            before: None,
            place: LogPlace::Newest,
            limit: 1,
        };
        let told = self.store.list_log(&query).await?;
        let last = told.first().map(|entry| entry.message.kind);
        Ok(last == Some(LogKind::OwnNetworkSuspected))
    }
}
