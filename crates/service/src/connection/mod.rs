//! Connections: tests, values to choose from, test messages, scheduled checks.

mod check;
mod recent;

use std::time::Duration;

use domain::{
    Account, AccountCheck, AccountId, ConnectionDraft, Effect, Exchange, Fault, FormErrors, Health,
    HoldReason, Language, LogKind, LogMessage, Lookup, RemoteValue, SecretUse, Settings, Site, SiteId, Step,
    Submission, TEST_MS_MAX, TestReport, Timestamp,
};
use persistence::{SealedSecret, StoreError};
use platforms::{CallError, Failure, Remote, Secrets};
use thiserror::Error;

use crate::error::ServiceError;
use crate::{Actor, Raccordo};

pub(crate) use recent::Recent;

/// Holds that end when an account's credentials turn out to be good, or are replaced.
pub(crate) const REPAIRED: [HoldReason; 2] = [HoldReason::Credentials, HoldReason::Locked];

/// Why nothing could be tried.
#[derive(Debug, Error)]
pub enum TestError {
    /// The form is wrong; the description does not matter here.
    #[error("the form has errors")]
    Form(FormErrors),
    /// A stored secret cannot be opened.
    #[error("a stored secret cannot be opened")]
    Locked(SecretUse),
    /// There is no such account (any more).
    #[error("the account does not exist")]
    NotFound,
    /// The platform has nothing of the kind.
    #[error("this platform does not offer that")]
    NotOffered,
    /// Something else.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<StoreError> for TestError {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

/// What a test found.
#[derive(Debug)]
pub struct Tested {
    /// The report.
    pub report: TestReport,
    /// Whether it is about the account as it is saved, and stays with it.
    pub is_kept: bool,
}

/// What a platform answered with, to choose from.
#[derive(Debug)]
pub struct Found {
    /// What was asked for.
    pub lookup: Lookup,
    /// The values, or why there are none.
    pub values: Result<Vec<RemoteValue>, Fault>,
}

/// A form that is ready to be tried: settings, all secrets, and the saved account that it belongs to.
struct Ready {
    settings: Settings,
    secrets: Secrets,
    account: Option<Account>,
    /// Whether settings and secrets are just those of the account.
    is_saved: bool,
}

impl Raccordo {
    /// Tests a form as it stands, saved or not; secrets that were left empty are the stored ones. `watch` is told each
    /// step as it ends.
    pub async fn test_form(
        &self,
        actor: &Actor,
        site: &Site,
        id: Option<AccountId>,
        submission: &Submission,
        today: &str,
        watch: &(dyn Fn(Step) + Send + Sync),
    ) -> Result<Tested, TestError> {
        let ready = self.ready(site, id, submission, today).await?;
        let report = self.verify(&ready.settings, &ready.secrets, watch).await?;
        let kind = if report.works() {
            LogKind::TestPassed
        } else {
            LogKind::TestFailed
        };
        let message = LogMessage {
            platform: Some(submission.platform),
            ..LogMessage::report(kind, report.clone())
        };
        let entry = self.entry(site.id, ready.account.as_ref(), Some(actor), message)?;
        let mut is_kept = false;
        match &ready.account {
            Some(account) if ready.is_saved && self.is_still(account).await? => {
                let before = self.store.find_check(site.id, account.id).await?;
                let check = AccountCheck::after(
                    before.as_ref(),
                    account.id,
                    account.settings_version,
                    report.clone(),
                );
                let host = account.settings.host();
                is_kept = self
                    .store
                    .record_check(site.id, &check, host.as_str(), vec![entry.clone()])
                    .await?;
                if is_kept && report.works() {
                    self.let_go(account, Some(actor), &REPAIRED).await?;
                }
                if !is_kept {
                    // Another test was faster. This one was made all the same, and by a person.
                    self.store.append_log(vec![entry]).await?;
                }
            }
            _ => {
                self.recent
                    .remember(site.id, &ready.settings, &ready.secrets, &report);
                self.store.append_log(vec![entry]).await?;
            }
        }
        if !report.is_without_contact() {
            self.tell_network_is_back(site.id).await?;
        }
        Ok(Tested { report, is_kept })
    }

    /// Asks the platform for values to choose from, with the form as it stands.
    pub async fn look_up(
        &self,
        actor: &Actor,
        site: &Site,
        id: Option<AccountId>,
        submission: &Submission,
        today: &str,
        lookup: Lookup,
    ) -> Result<Found, TestError> {
        if !platforms::lookups(submission.platform).contains(&lookup) {
            return Err(TestError::NotOffered);
        }
        let ready = self.ready(site, id, submission, today).await?;
        let _permit = self.permit().await?;
        let remote = Remote {
            settings: &ready.settings,
            secrets: &ready.secrets,
        };
        let answer = self.platforms.look_up(&remote, lookup).await;
        let mut message = LogMessage {
            platform: Some(submission.platform),
            lookup: Some(lookup),
            ..LogMessage::new(LogKind::ValuesRead)
        };
        let values = match answer {
            Ok(values) => {
                message.count = Some(u32::try_from(values.len()).unwrap_or(u32::MAX));
                Ok(values)
            }
            Err(CallError::NotOffered) => return Err(TestError::NotOffered),
            Err(CallError::Failed(failure)) => {
                message.kind = LogKind::ValuesNotRead;
                message.report = Some(Box::new(as_report(&failure, self.now())));
                Err(failure.fault)
            }
        };
        let entry = self.entry(site.id, ready.account.as_ref(), Some(actor), message)?;
        self.store.append_log(vec![entry]).await?;
        Ok(Found { lookup, values })
    }

    /// Whether a message can be sent as a test to where the settings say.
    pub fn offers_test_message(&self, settings: &Settings) -> bool {
        platforms::offers_test_message(settings)
    }

    /// Sends a message marked as a test to the shop's own people, never to a customer; in `language`. Answers why not, if
    /// the platform refuses.
    pub async fn send_test_message(
        &self,
        actor: &Actor,
        site: &Site,
        id: AccountId,
        language: Language,
    ) -> Result<Option<Fault>, TestError> {
        let account = self
            .store
            .find_account(site.id, id)
            .await?
            .ok_or(TestError::NotFound)?;
        if !platforms::offers_test_message(&account.settings) {
            return Err(TestError::NotOffered);
        }
        let secrets = self.open_all(&account).await?;
        let _permit = self.permit().await?;
        let text = match language {
            Language::It => format!(
                "Messaggio di prova di Raccordo per «{}», inviato da {}. Nessun cliente lo riceve.",
                site.name, actor.user.name
            ),
            Language::En => format!(
                "Test message from Raccordo for “{}”, sent by {}. No customer receives it.",
                site.name, actor.user.name
            ),
        };
        let remote = Remote {
            settings: &account.settings,
            secrets: &secrets,
        };
        let answer = self.platforms.send_test_message(&remote, &text).await;
        let (kind, report) = match answer {
            Ok(facts) => (
                LogKind::TestMessageSent,
                TestReport {
                    at: self.now(),
                    ms: 0,
                    steps: Vec::new(),
                    identity: facts,
                    fault: None,
                    exchanges: Vec::new(),
                },
            ),
            Err(CallError::NotOffered) => return Err(TestError::NotOffered),
            Err(CallError::Failed(failure)) => (LogKind::TestMessageFailed, as_report(&failure, self.now())),
        };
        let fault = report.fault.clone();
        let message = LogMessage::report(kind, report);
        let entry = self.entry(site.id, Some(&account), Some(actor), message)?;
        self.store.append_log(vec![entry]).await?;
        Ok(fault)
    }

    /// The health of an account and its last test.
    pub async fn health(&self, account: &Account) -> Result<(Health, Option<AccountCheck>), ServiceError> {
        let check = self.store.find_check(account.site_id, account.id).await?;
        let sealed = self.store.list_secrets(account.site_id, account.id).await?;
        let locked = sealed
            .iter()
            .map(|secret| self.try_open(account, secret))
            .find(|secret| *secret != SecretUse::Usable);
        let tested = check
            .as_ref()
            .map(|check| (check.settings_version, check.verdict));
        Ok((Health::of(account.settings_version, tested, locked), check))
    }

    /// Runs a test, when there is room for one more.
    async fn verify(
        &self,
        settings: &Settings,
        secrets: &Secrets,
        watch: &(dyn Fn(Step) + Send + Sync),
    ) -> Result<TestReport, ServiceError> {
        let clock = || self.now();
        // Nobody waits longer for a place than for a test.
        let wait = Duration::from_millis(u64::from(TEST_MS_MAX));
        let Ok(permit) = tokio::time::timeout(wait, self.permit()).await else {
            return Ok(TestReport {
                at: self.now(),
                ms: TEST_MS_MAX,
                steps: Vec::new(),
                identity: Vec::new(),
                fault: Some(Fault::TimeUp),
                exchanges: Vec::new(),
            });
        };
        let _permit = permit?;
        let report = self
            .platforms
            .verify(&Remote { settings, secrets }, &clock, watch)
            .await;
        let class = report.fault.as_ref().map(|fault| fault.class(Effect::Reads));
        tracing::info!(
            platform = settings.platform().code(),
            host = %settings.host(),
            duration_ms = report.ms,
            fault = ?class,
            "connection tested"
        );
        Ok(report)
    }

    async fn permit(&self) -> Result<tokio::sync::SemaphorePermit<'_>, ServiceError> {
        self.testing
            .acquire()
            .await
            .map_err(|_| ServiceError::Interrupted)
    }

    async fn ready(
        &self,
        site: &Site,
        id: Option<AccountId>,
        submission: &Submission,
        today: &str,
    ) -> Result<Ready, TestError> {
        let account = match id {
            Some(id) => {
                let found = self.store.find_account(site.id, id).await?;
                let found = found.filter(|account| account.platform() == submission.platform);
                Some(found.ok_or(TestError::NotFound)?)
            }
            None => None,
        };
        let stored = account
            .as_ref()
            .map(|account| account.secrets.as_slice())
            .unwrap_or_default();
        let ConnectionDraft {
            settings,
            secrets: drafts,
        } = submission
            .check_connection(&site.lists, today, stored)
            .map_err(TestError::Form)?;
        let mut secrets = Secrets::default();
        let mut is_saved = account
            .as_ref()
            .is_some_and(|account| account.settings.has_same_connection(&settings));
        if let Some(account) = &account {
            for sealed in self.store.list_secrets(site.id, account.id).await? {
                let Some(field) = account.platform().field(&sealed.state.field) else {
                    continue;
                };
                if drafts.iter().any(|draft| draft.field == field.name) {
                    is_saved = false;
                } else {
                    secrets.insert(
                        field.name,
                        self.open(account, &sealed).map_err(TestError::Locked)?,
                    );
                }
            }
        }
        for draft in drafts {
            is_saved = false;
            if let Some(value) = draft.value {
                secrets.insert(draft.field, value);
            }
        }
        Ok(Ready {
            settings,
            secrets,
            account,
            is_saved,
        })
    }

    /// Every secret of an account.
    async fn open_all(&self, account: &Account) -> Result<Secrets, TestError> {
        let sealed = self.store.list_secrets(account.site_id, account.id).await?;
        self.opened(account, &sealed).map_err(TestError::Locked)
    }

    pub(crate) fn opened(&self, account: &Account, sealed: &[SealedSecret]) -> Result<Secrets, SecretUse> {
        let mut secrets = Secrets::default();
        for sealed in sealed {
            if let Some(field) = account.platform().field(&sealed.state.field) {
                secrets.insert(field.name, self.open(account, sealed)?);
            }
        }
        Ok(secrets)
    }

    /// An account was just saved with what somebody tested a moment ago: the test stays with it.
    pub(crate) async fn adopt_recent(&self, account: &Account, sealed: &[SealedSecret]) {
        let Ok(secrets) = self.opened(account, sealed) else {
            return;
        };
        let Some(report) = self
            .recent
            .take(account.site_id, &account.settings, &secrets, self.now())
        else {
            return;
        };
        let check = AccountCheck::after(None, account.id, account.settings_version, report);
        let host = account.settings.host();
        let recorded = self
            .store
            .record_check(account.site_id, &check, host.as_str(), Vec::new())
            .await;
        if let Err(error) = recorded {
            // The account is saved all the same; it only counts as not tested.
            tracing::warn!(%error, account.id = %account.id, "a test could not be kept with its account");
        }
    }

    /// Whether an account still has the settings that were read.
    pub(crate) async fn is_still(&self, account: &Account) -> Result<bool, ServiceError> {
        let present = self.store.find_account(account.site_id, account.id).await?;
        Ok(present.is_some_and(|present| present.settings_version == account.settings_version))
    }

    /// Whether the panel's own network is the likelier reason why nothing works: by what the log was told, or by the last
    /// tests.
    pub async fn suspects_own_network(&self, site: SiteId) -> Result<bool, ServiceError> {
        Ok(self.was_told_of_outage(site).await?
            || self.store.count_contact(site).await?.suspects_own_network())
    }
}

/// A failed call as a report, for the log.
fn as_report(failure: &Failure, at: Timestamp) -> TestReport {
    let exchanges: &Vec<Exchange> = &failure.exchanges;
    TestReport {
        at,
        ms: 0,
        steps: Vec::new(),
        identity: Vec::new(),
        fault: Some(failure.fault.clone()),
        exchanges: exchanges.clone(),
    }
}
