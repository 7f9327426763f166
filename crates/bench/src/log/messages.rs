//! What the entries say, in the length of real ones.

use domain::{
    DeliveryState, EventId, EventKind, Exchange, Fact, FactKind, Fault, FieldChange, HoldReason, LogAccount,
    LogDelivery, LogKind, LogMessage, Lookup, Platform, SecretChange, Step, StepKind, StepState, TestReport,
    Timestamp,
};
use uuid::Uuid;

use crate::chance::Chance;

/// Who signs in.
const PEOPLE: [&str; 3] = ["anna", "bruno", "carla"];

/// Who did what is of a kind; nobody where the panel does it by itself.
pub(crate) fn author(kind: LogKind, chance: &mut Chance) -> Option<String> {
    match kind {
        LogKind::Recovered
        | LogKind::StartedFailing
        | LogKind::CredentialsRejected
        | LogKind::OwnNetworkSuspected
        | LogKind::OwnNetworkBack
        | LogKind::DeliveryFailed
        | LogKind::QueueHeld
        | LogKind::EventsPurged
        | LogKind::LogPurged => None,
        _ => Some(one_of(&PEOPLE, chance).to_owned()),
    }
}

/// What is told of a kind.
pub(crate) fn message(
    kind: LogKind,
    account: Option<&LogAccount>,
    at: Timestamp,
    chance: &mut Chance,
) -> LogMessage {
    let platform = account.map_or(Platform::Telegram, |account| account.platform);
    let report = |fault: Option<Fault>, chance: &mut Chance| report(platform, fault, at, chance);
    match kind {
        LogKind::TestPassed | LogKind::Recovered | LogKind::TestMessageSent => {
            LogMessage::report(kind, report(None, chance))
        }
        LogKind::TestFailed | LogKind::StartedFailing | LogKind::TestMessageFailed => {
            let fault = failure(platform, chance);
            LogMessage::report(kind, report(Some(fault), chance))
        }
        LogKind::CredentialsRejected => LogMessage::report(
            kind,
            report(Some(Fault::CredentialsRejected { code: 401 }), chance),
        ),
        LogKind::ValuesRead => LogMessage {
            lookup: Some(lookup(platform)),
            count: Some(count(chance)),
            ..LogMessage::new(kind)
        },
        LogKind::ValuesNotRead => LogMessage {
            lookup: Some(lookup(platform)),
            ..LogMessage::report(kind, report(Some(Fault::NoAnswer), chance))
        },
        LogKind::AccountCreated => LogMessage {
            fields: vec![
                change("description", "", "Carrelli negozio di Milano"),
                change("api_base_url", "", &format!("https://{}", host(platform))),
                change("cart_delay_hours", "", "3"),
            ],
            secrets: vec![SecretChange {
                field: "access_token".to_owned(),
                removed: false,
            }],
            ..LogMessage::new(kind)
        },
        LogKind::AccountEdited => LogMessage {
            fields: vec![change("cart_delay_hours", "3", &count(chance).to_string())],
            ..LogMessage::new(kind)
        },
        LogKind::DeliveryFailed => {
            let delivery = LogDelivery {
                event: EventId::new(Uuid::from_u128(u128::from(chance.draw()))),
                kind: EventKind::OrderPlaced,
                entity_id: chance.below(100_000).to_string(),
                state: DeliveryState::GivenUp,
                fault: Some(failure(platform, chance)),
            };
            LogMessage::delivery(kind, delivery)
        }
        LogKind::QueueHeld => LogMessage::held(HoldReason::Credentials),
        LogKind::TokenCreated | LogKind::TokenRevoked => LogMessage {
            token: Some("Gestionale".to_owned()),
            ..LogMessage::new(kind)
        },
        LogKind::OwnNetworkSuspected
        | LogKind::QueuePaused
        | LogKind::DeliveriesRetried
        | LogKind::DeliveriesSkipped
        | LogKind::EventsPurged
        | LogKind::LogPurged => LogMessage::counted(kind, count(chance)),
        LogKind::AccountActivated
        | LogKind::AccountActivatedUnproven
        | LogKind::AccountDeactivated
        | LogKind::AccountDeleted
        | LogKind::QueueResumed
        | LogKind::OwnNetworkBack => LogMessage::new(kind),
    }
}

/// A report with all its steps and one call.
fn report(platform: Platform, fault: Option<Fault>, at: Timestamp, chance: &mut Chance) -> TestReport {
    let failed = match &fault {
        None => None,
        Some(fault) if fault.is_without_contact() => Some(StepKind::Tls),
        Some(_) => Some(StepKind::Credentials),
    };
    let steps: Vec<Step> = StepKind::ALL
        .into_iter()
        .map(|kind| {
            let state = match failed {
                Some(failed) if kind == failed => StepState::Failed,
                Some(failed) if kind > failed => StepState::Skipped,
                _ => StepState::Passed,
            };
            Step {
                kind,
                state,
                ms: if state == StepState::Skipped {
                    0
                } else {
                    count(chance)
                },
            }
        })
        .collect();
    let is_answered = failed != Some(StepKind::Tls);
    let (status, body) = match (is_answered, failed) {
        (false, _) => (None, "connection timed out"),
        (true, None) => (
            Some(200),
            r#"{"ok":true,"result":{"id":110201543,"is_bot":true,"first_name":"Negozio","username":"negozio_bot","can_join_groups":true}}"#,
        ),
        (true, Some(_)) => (
            Some(401),
            r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#,
        ),
    };
    let number = chance.below(10_000);
    TestReport {
        at,
        ms: steps.iter().map(|step| step.ms).sum(),
        steps,
        identity: match fault {
            None => vec![Fact::new(FactKind::DisplayName, &format!("Negozio {number:04}"))],
            Some(_) => Vec::new(),
        },
        fault,
        exchanges: vec![Exchange {
            method: "GET".to_owned(),
            url: format!("https://{}/v1/▇/account", host(platform)),
            sent: String::new(),
            status,
            request_id: is_answered.then(|| format!("{:016x}", chance.draw())),
            body: body.to_owned(),
        }],
    }
}

fn failure(platform: Platform, chance: &mut Chance) -> Fault {
    match chance.below(4) {
        0 => Fault::ConnectTimedOut {
            host: host(platform).to_owned(),
        },
        1 => Fault::RateLimited { wait_s: Some(30) },
        2 => Fault::PlatformDown { status: 503 },
        _ => Fault::CredentialsRejected { code: 401 },
    }
}

const fn host(platform: Platform) -> &'static str {
    match platform {
        Platform::ActiveCampaign => "negozio.api-us1.com",
        Platform::Clerk => "api.clerk.io",
        Platform::WaSmartBusiness => "gateway.example.com",
        Platform::Telegram => "api.telegram.org",
    }
}

const fn lookup(platform: Platform) -> Lookup {
    match platform {
        Platform::ActiveCampaign | Platform::Clerk => Lookup::Lists,
        Platform::WaSmartBusiness => Lookup::Numbers,
        Platform::Telegram => Lookup::Chats,
    }
}

fn change(field: &str, from: &str, to: &str) -> FieldChange {
    FieldChange {
        field: field.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
    }
}

/// A number from 1 to 200.
fn count(chance: &mut Chance) -> u32 {
    u32::try_from(chance.below(200)).unwrap_or_default() + 1
}

fn one_of<'a>(values: &[&'a str], chance: &mut Chance) -> &'a str {
    let index = usize::try_from(chance.below(values.len() as u64)).unwrap_or_default();
    values.get(index).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use domain::AccountId;

    use super::*;

    #[test]
    fn a_test_is_told_in_a_few_hundred_bytes() {
        let at = Timestamp::from_ms(1_787_616_000_000);
        for platform in Platform::ALL {
            let account = LogAccount {
                id: AccountId::new(uuid::Uuid::nil()),
                description: "Carrelli".to_owned(),
                platform,
            };
            for kind in [LogKind::TestPassed, LogKind::TestFailed] {
                let message = message(kind, Some(&account), at, &mut Chance::of(7));
                let bytes = serde_json::to_string(&message).unwrap().len();
                assert!((400..1_000).contains(&bytes), "{platform:?} {kind:?}: {bytes}");
            }
        }
    }
}
