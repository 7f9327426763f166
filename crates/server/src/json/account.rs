//! Accounts.

use std::collections::BTreeMap;

use domain::{AccountId, Effect, Language, SecretUse, StepState};
use events::Time;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{Fault, time};

/// An integration account. The values of its secrets are never told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Account {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    pub(crate) id: AccountId,
    /// Its platform: `activecampaign`, `clerk`, `wa_smart_business` or `telegram`.
    #[schema(example = "clerk")]
    pub(crate) platform: &'static str,
    /// The name by which people know it.
    pub(crate) description: String,
    /// Whether events go out to it.
    pub(crate) active: bool,
    /// Counts its saved states; the `ETag` of the account.
    pub(crate) version: u32,
    /// What a person recognises the remote side by: a host, a bot, a language, a number.
    pub(crate) target: String,
    /// Whether it is the default account of its platform.
    pub(crate) is_default: bool,
    /// Its settings by field. Every field is described in the documentation of the platforms' fields.
    #[schema(value_type = Object)]
    pub(crate) settings: BTreeMap<String, Value>,
    /// Its stored secrets, without their values; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) secrets: Option<Vec<Secret>>,
    /// Its health: `never_tested`, `works`, `failing`, `credentials_rejected` or `locked`.
    #[schema(value_type = String, example = "works")]
    pub(crate) health: domain::Health,
    /// When it was created.
    pub(crate) created_at: Time,
    /// When it was last changed.
    pub(crate) updated_at: Time,
    /// Who changed it last.
    pub(crate) updated_by: String,
}

/// A stored secret, without its value.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Secret {
    /// The field.
    #[schema(example = "api_key")]
    pub(crate) field: String,
    /// The only host that it is sent to.
    pub(crate) host: String,
    /// When it was set.
    pub(crate) set_at: Time,
    /// Who set it.
    pub(crate) set_by: String,
    /// Whether it can be opened with the present master key.
    pub(crate) usable: bool,
}

impl Account {
    /// An account as a list tells it.
    pub(crate) fn listed(account: &domain::Account, health: domain::Health) -> Self {
        Self {
            id: account.id,
            platform: account.platform().code(),
            description: account.description.to_string(),
            active: account.active,
            version: account.version.number(),
            target: account.settings.target().show(Language::En),
            is_default: account.settings.slots().iter().any(domain::Slot::is_default),
            settings: settings(account),
            secrets: None,
            health,
            created_at: time(account.created_at),
            updated_at: time(account.updated_at),
            updated_by: account.updated_by.clone(),
        }
    }

    /// An account with what is known of its secrets.
    pub(crate) fn stored(stored: &service::StoredAccount, health: domain::Health) -> Self {
        let secrets = stored
            .account
            .secrets
            .iter()
            .zip(&stored.usable)
            .map(|(secret, usable)| Secret {
                field: secret.field.clone(),
                host: secret.host.to_string(),
                set_at: time(secret.set_at),
                set_by: secret.set_by.clone(),
                usable: *usable == SecretUse::Usable,
            })
            .collect();
        Self {
            secrets: Some(secrets),
            ..Self::listed(&stored.account, health)
        }
    }
}

fn settings(account: &domain::Account) -> BTreeMap<String, Value> {
    let platform = account.platform();
    account
        .settings
        .values()
        .into_iter()
        .map(|(name, value)| {
            let value = match platform.field(&name) {
                Some(field) => setting(field, &value),
                None => Value::String(value),
            };
            (name, value)
        })
        .collect()
}

/// A field's value, typed: a switch is true or false, a whole number a number, everything else a text.
fn setting(field: &domain::Field, value: &str) -> Value {
    match field.kind {
        domain::Kind::Switch => Value::Bool(value == "true"),
        domain::Kind::Whole { .. } => value
            .parse::<u32>()
            .map_or_else(|_| Value::String(value.to_owned()), Value::from),
        _ => Value::String(value.to_owned()),
    }
}

/// Another active account in the way.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct InTheWay {
    /// Which.
    #[schema(value_type = String, format = "uuid")]
    pub(crate) id: AccountId,
    /// Its description.
    pub(crate) description: String,
    /// The place that both want, such as `clerk:it`.
    pub(crate) place: String,
}

impl From<service::Holder> for InTheWay {
    fn from(holder: service::Holder) -> Self {
        Self {
            id: holder.id,
            description: holder.description,
            place: holder.slot.key(),
        }
    }
}

/// What a test of a connection found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Test {
    /// Whether the account works.
    pub(crate) works: bool,
    /// When it ended.
    pub(crate) at: Time,
    /// How long it took, in milliseconds.
    pub(crate) ms: u32,
    /// The steps, in their order.
    pub(crate) steps: Vec<Step>,
    /// What the platform says of the remote account.
    #[schema(value_type = Vec<Object>)]
    pub(crate) identity: Vec<domain::Fact>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fault: Option<Fault>,
    /// The calls, redacted.
    #[schema(value_type = Vec<Object>)]
    pub(crate) exchanges: Vec<domain::Exchange>,
}

/// A step of a test.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Step {
    /// `address`, `dns`, `tls`, `credentials`, `permissions` or `resource`.
    #[schema(value_type = String)]
    pub(crate) kind: domain::StepKind,
    /// `passed`, `failed` or `skipped`.
    pub(crate) state: &'static str,
    /// How long it took, in milliseconds.
    pub(crate) ms: u32,
}

impl Test {
    /// A report, in words.
    pub(crate) fn new(platform: domain::Platform, report: domain::TestReport) -> Self {
        Self {
            works: report.works(),
            at: time(report.at),
            ms: report.ms,
            steps: report
                .steps
                .iter()
                .map(|step| Step {
                    kind: step.kind,
                    state: match step.state {
                        StepState::Passed => "passed",
                        StepState::Failed => "failed",
                        StepState::Skipped => "skipped",
                    },
                    ms: step.ms,
                })
                .collect(),
            identity: report.identity,
            fault: report
                .fault
                .map(|fault| Fault::new(&fault, fault.class(Effect::Reads), platform)),
            exchanges: report.exchanges,
        }
    }
}

/// What an account has been doing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Activity {
    /// The last 24 hours, the oldest first.
    pub(crate) hours: Vec<Hour>,
    /// What waits.
    pub(crate) backlog: Backlog,
    /// Why its queue is held; left out while it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hold: Option<Hold>,
    /// Deliveries that are still being skipped since the account was switched off; at most 10,000 are counted. Pausing the queue
    /// keeps the rest.
    pub(crate) skipping: u64,
    /// About how many calls it takes to work off what is due; left out for a platform that gets no deliveries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) calls: Option<u64>,
    /// How many of those due take no call: they will be skipped, because a later event says more or they are too old. Left out
    /// for a platform that gets no deliveries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) needless: Option<u64>,
    /// Whether both numbers were reckoned from the oldest of a large backlog.
    pub(crate) sampled: bool,
    /// About how long the calls take at the platform's pace, with those of other accounts that share it, in milliseconds; left
    /// out where nothing limits it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expected_ms: Option<u64>,
}

/// An hour of an account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Hour {
    /// When it began.
    pub(crate) at: Time,
    /// Deliveries that ended well.
    pub(crate) delivered: u32,
    /// Deliveries that were refused, given up or are unknown.
    pub(crate) failed: u32,
    /// Attempts that failed and are tried again.
    pub(crate) retried: u32,
    /// Deliveries that were skipped.
    pub(crate) skipped: u32,
}

/// What waits for an account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Backlog {
    /// Deliveries that are due; at most 1,000,000 are counted.
    pub(crate) waiting: u64,
    /// Deliveries whose time has not come: carts, retries.
    pub(crate) later: u64,
    /// When the oldest of those due came in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) oldest_at: Option<Time>,
    /// The last success.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delivered_at: Option<Time>,
}

/// Why a queue is held.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Hold {
    /// `credentials`, `off`, `paused` or `locked`.
    pub(crate) reason: &'static str,
    /// The same as a sentence.
    pub(crate) text: &'static str,
    /// Since when.
    pub(crate) since: Time,
    /// Until when; left out where somebody must let it go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<Time>,
}

impl From<service::Activity> for Activity {
    fn from(activity: service::Activity) -> Self {
        Self {
            hours: activity
                .hours
                .iter()
                .map(|hour| Hour {
                    at: time(hour.hour),
                    delivered: hour.delivered,
                    failed: hour.failed,
                    retried: hour.retried,
                    skipped: hour.skipped,
                })
                .collect(),
            backlog: Backlog {
                waiting: activity.backlog.waiting,
                later: activity.backlog.later,
                oldest_at: activity.backlog.oldest_at.map(time),
                delivered_at: activity.backlog.delivered_at.map(time),
            },
            hold: activity.hold.map(|hold| Hold {
                reason: hold.reason.code(),
                text: hold.reason.text().get(Language::En),
                since: time(hold.since),
                until: hold.until.map(time),
            }),
            skipping: activity.skipping,
            calls: activity.estimate.map(|estimate| estimate.calls),
            needless: activity.estimate.map(|estimate| estimate.needless),
            sampled: activity.estimate.is_some_and(|estimate| estimate.is_sampled),
            expected_ms: activity.estimate.and_then(|estimate| estimate.expected_ms),
        }
    }
}
