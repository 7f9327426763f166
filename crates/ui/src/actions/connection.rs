//! Test Connessione, values to choose from, the test message, and what is shown of an account's health.

use std::fmt::Write as _;
use std::sync::Arc;

use domain::{
    Account, AccountCheck, AccountId, Fault, Health, Language, Lookup, Platform, SecretUse, Step, Submission,
    TestReport,
};
use service::TestError;

use super::read::{existing_form, new_form};
use super::save::{rejected_form, typed};
use super::{Cx, failed, problem, sign_in_needed};
use crate::outcome::{Outcome, Problem};
use crate::text::texts;
use crate::view::{AccountFormView, FoundView, HealthView, StepView, TestAbout, TestView};

/// Tests a form as it stands; nothing is saved. `watch` is told each step as it ends.
pub(super) async fn test(
    cx: &Cx,
    id: Option<AccountId>,
    submission: &Submission,
    watch: &(dyn Fn(StepView) + Send + Sync),
) -> Outcome {
    let Some(actor) = &cx.actor else {
        return sign_in_needed(cx);
    };
    let watch = |step: Step| watch(step_view(step));
    let tested = cx
        .raccordo
        .test_form(actor, &cx.site, id, submission, &cx.today(), &watch)
        .await;
    // The form is read afterwards: its health counts the test.
    let mut view = match form(cx, id, submission).await {
        Ok(view) => view,
        Err(outcome) => return outcome,
    };
    match tested {
        Ok(tested) => {
            let about = if tested.is_kept {
                TestAbout::Saved
            } else {
                TestAbout::Typed
            };
            view.test = Some(TestView {
                is_fresh: true,
                ..cx.test_view(submission.platform, &tested.report, about)
            });
            Outcome::Tried(Box::new(view))
        }
        Err(TestError::Locked(reason)) => {
            view.test = Some(cx.locked_view(reason));
            Outcome::Tried(Box::new(view))
        }
        Err(error) => not_tried(view, error),
    }
}

/// Asks the platform for values to choose from; nothing is saved.
pub(super) async fn look_up(
    cx: &Cx,
    id: Option<AccountId>,
    submission: &Submission,
    (lookup, field): (Lookup, &str),
) -> Outcome {
    let Some(actor) = &cx.actor else {
        return sign_in_needed(cx);
    };
    let found = cx
        .raccordo
        .look_up(actor, &cx.site, id, submission, &cx.today(), lookup)
        .await;
    let mut view = match form(cx, id, submission).await {
        Ok(view) => view,
        Err(outcome) => return outcome,
    };
    let (values, problem) = match found {
        Ok(found) => match found.values {
            Ok(values) => (values, String::new()),
            Err(fault) => (Vec::new(), in_words(submission.platform, &fault, cx.language)),
        },
        Err(TestError::Locked(reason)) => (Vec::new(), reason_text(reason, cx.language)),
        Err(error) => return not_tried(view, error),
    };
    view.found = Some(FoundView {
        lookup,
        field: field.to_owned(),
        values,
        problem,
    });
    Outcome::Tried(Box::new(view))
}

/// Sends a message marked as a test, with the saved settings; what is typed stays.
pub(super) async fn send_message(cx: &Cx, id: AccountId, submission: &Submission) -> Outcome {
    let Some(actor) = cx.actor.clone() else {
        return sign_in_needed(cx);
    };
    let (raccordo, site, language) = (Arc::clone(&cx.raccordo), Arc::clone(&cx.site), cx.language);
    // A browser that hangs up does not take back what was sent: it must be told in the log all the same.
    let sent = tokio::spawn(async move { raccordo.send_test_message(&actor, &site, id, language).await });
    let problem = match sent.await {
        Ok(Ok(None)) => String::new(),
        Ok(Ok(Some(fault))) => in_words(submission.platform, &fault, cx.language),
        Ok(Err(TestError::Locked(reason))) => reason_text(reason, cx.language),
        Ok(Err(TestError::NotFound)) => return Outcome::Failed(Problem::NotFound),
        Ok(Err(TestError::Form(_) | TestError::NotOffered)) => return Outcome::Failed(Problem::BadRequest),
        Ok(Err(TestError::Service(error))) => return failed(&error),
        Err(_) => return Outcome::Failed(Problem::Internal),
    };
    match form(cx, Some(id), submission).await {
        Ok(view) => Outcome::Tried(Box::new(AccountFormView {
            sent: Some(problem),
            ..view
        })),
        Err(outcome) => outcome,
    }
}

/// The form with what was typed.
async fn form(cx: &Cx, id: Option<AccountId>, submission: &Submission) -> Result<AccountFormView, Outcome> {
    let Some(id) = id else {
        return Ok(typed(new_form(cx, Some(submission.platform)), submission));
    };
    match cx.raccordo.find_account(cx.site.id, id).await {
        Ok(Some(stored)) => {
            let mut view = existing_form(cx, &stored.account, &stored.usable);
            cx.add_health(&mut view, &stored.account)
                .await
                .map_err(|error| failed(&error))?;
            Ok(typed(view, submission))
        }
        Ok(None) => Err(Outcome::Failed(Problem::NotFound)),
        Err(error) => Err(failed(&error)),
    }
}

fn not_tried(view: AccountFormView, error: TestError) -> Outcome {
    match error {
        TestError::Form(errors) => rejected_form(AccountFormView { errors, ..view }),
        TestError::NotFound => Outcome::Failed(Problem::NotFound),
        TestError::NotOffered | TestError::Locked(_) => Outcome::Failed(Problem::BadRequest),
        TestError::Service(error) => rejected_form(AccountFormView {
            problem: Some(problem(&error)),
            ..view
        }),
    }
}

pub(super) const fn step_view(step: Step) -> StepView {
    StepView {
        kind: step.kind,
        state: step.state,
        ms: step.ms,
    }
}

fn in_words(platform: Platform, fault: &Fault, language: Language) -> String {
    format!(
        "{} {}",
        fault.cause(platform, language),
        fault.remedy(platform).get(language)
    )
}

fn reason_text(reason: SecretUse, language: Language) -> String {
    reason
        .reason()
        .map(|reason| reason.get(language).to_owned())
        .unwrap_or_default()
}

impl Cx {
    /// A report in the reader's words.
    pub(super) fn test_view(&self, platform: Platform, report: &TestReport, about: TestAbout) -> TestView {
        let language = self.language;
        let fault = report.fault.as_ref();
        TestView {
            at: self.when(report.at),
            ms: report.ms,
            works: report.works(),
            about,
            is_fresh: false,
            steps: report.steps.iter().copied().map(step_view).collect(),
            facts: report
                .identity
                .iter()
                .map(|fact| (fact.kind.label().get(language).to_owned(), fact.value.clone()))
                .collect(),
            cause: fault
                .map(|fault| fault.cause(platform, language))
                .unwrap_or_default(),
            remedy: fault
                .map(|fault| fault.remedy(platform).get(language).to_owned())
                .unwrap_or_default(),
            details: details(platform, report, language),
        }
    }

    fn locked_view(&self, reason: SecretUse) -> TestView {
        TestView {
            at: self.when(self.raccordo.now()),
            ms: 0,
            works: false,
            about: TestAbout::Typed,
            is_fresh: true,
            steps: Vec::new(),
            facts: Vec::new(),
            cause: Health::Locked.title().get(self.language).to_owned() + ".",
            remedy: reason_text(reason, self.language),
            details: String::new(),
        }
    }

    /// The health in the reader's words. `fault` is why the last test of these settings failed.
    pub(super) fn health_view(
        &self,
        platform: Platform,
        health: Health,
        locked: Option<SecretUse>,
        fault: Option<&Fault>,
    ) -> HealthView {
        let why = match (health, locked, fault) {
            (Health::Locked, Some(reason), _) => reason_text(reason, self.language),
            (Health::Failing | Health::CredentialsRejected, _, Some(fault)) => {
                in_words(platform, fault, self.language)
            }
            _ => String::new(),
        };
        HealthView { health, why }
    }

    /// Puts health and last test into the form of a stored account.
    pub(super) async fn add_health(
        &self,
        view: &mut AccountFormView,
        account: &Account,
    ) -> Result<(), service::ServiceError> {
        let (health, check) = self.raccordo.health(account).await?;
        let locked = view
            .secrets
            .iter()
            .map(|secret| secret.usable)
            .find(|usable| *usable != SecretUse::Usable);
        let present = check
            .as_ref()
            .filter(|check| check.settings_version == account.settings_version);
        view.health = self.health_view(
            account.platform(),
            health,
            locked,
            present.and_then(AccountCheck::fault),
        );
        view.test = check.map(|check| {
            let about = if check.settings_version == account.settings_version {
                TestAbout::Saved
            } else {
                TestAbout::Outdated
            };
            self.test_view(account.platform(), &check.report, about)
        });
        view.offers_message = self.raccordo.offers_test_message(&account.settings);
        Ok(())
    }
}

/// The report as text, to be copied into a question to somebody else.
fn details(platform: Platform, report: &TestReport, language: Language) -> String {
    let mut text = format!("Raccordo {}, {}\n", env!("CARGO_PKG_VERSION"), platform.name());
    for step in &report.steps {
        let state = texts(language).step_state(step.state);
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{}: {state}, {} ms",
            step.kind.title().get(language),
            step.ms
        );
    }
    if let Some(fault) = &report.fault {
        let _ = writeln!(text, "{}", fault.cause(platform, language));
    }
    for exchange in &report.exchanges {
        let status = exchange
            .status
            .map_or_else(|| "–".to_owned(), |status| status.to_string());
        let _ = writeln!(text, "\n{} {} → {status}", exchange.method, exchange.url);
        if let Some(id) = &exchange.request_id {
            let _ = writeln!(text, "{}: {id}", texts(language).request_id);
        }
        if !exchange.body.is_empty() {
            let _ = writeln!(text, "{}", exchange.body);
        }
    }
    text
}
