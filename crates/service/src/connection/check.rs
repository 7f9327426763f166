//! Scheduled checks: they update the health, and tell the log what changed.

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
        let mut sites: Vec<SiteId> = Vec::new();
        let mut failure = None;
        for (site, id) in &due {
            // What one of them meets does not hold up the others.
            if let Err(error) = self.check_one(*site, *id).await {
                tracing::warn!(%error, account.id = %id, "a connection could not be checked");
                failure = Some(error);
            }
            if !sites.contains(site) {
                sites.push(*site);
            }
        }
        for site in sites {
            self.watch_own_network(site).await?;
        }
        match failure {
            Some(error) => Err(error),
            None => Ok(due.len()),
        }
    }

    pub(crate) async fn check_one(&self, site: SiteId, id: AccountId) -> Result<(), ServiceError> {
        let Some(account) = self.store.find_account(site, id).await? else {
            return Ok(());
        };
        let sealed = self.store.list_secrets(site, id).await?;
        // A locked account is told as such; it cannot be tested.
        let Ok(secrets) = self.opened(&account, &sealed) else {
            return Ok(());
        };
        let report = self.verify(&account.settings, &secrets, &|_| ()).await?;
        // What was changed meanwhile is due again by itself; the old settings are nobody's concern any more.
        if !self.is_still(&account).await? {
            return Ok(());
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
        Ok(())
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

    /// Tells the log once when nobody is reached any more, and once when somebody is again.
    async fn watch_own_network(&self, site: SiteId) -> Result<(), ServiceError> {
        let contact = self.store.count_contact(site).await?;
        let was_suspected = self.was_told_of_outage(site).await?;
        let message = if was_suspected && contact.clears_own_network() {
            LogMessage::new(LogKind::OwnNetworkBack)
        } else if !was_suspected && contact.suspects_own_network() && !self.platforms.reach_witness().await {
            LogMessage {
                count: Some(contact.without),
                ..LogMessage::new(LogKind::OwnNetworkSuspected)
            }
        } else {
            return Ok(());
        };
        let entry = self.entry(site, None, None, message)?;
        self.store.append_log(vec![entry]).await?;
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
