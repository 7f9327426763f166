//! What an entry tells, and the sentence that it becomes.

use serde::{Deserialize, Serialize};

use super::LogKind;
use crate::account::{FieldChange, SecretChange};
use crate::connection::{Fault, Lookup, TestReport};
use crate::delivery::{DeliveryState, HoldReason};
use crate::event::EventKind;
use crate::id::EventId;
use crate::platform::Platform;
use crate::text::{Language, text};

/// What happened, with what it takes to tell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogMessage {
    /// What kind of thing.
    pub kind: LogKind,
    /// The fields that changed; never a secret.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
    /// The secrets that changed, without their values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretChange>,
    /// The report of a test or call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Box<TestReport>>,
    /// The platform, when no account is named: a form that was never saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// What was looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookup: Option<Lookup>,
    /// How many of something: values read, entries, events or deliveries, accounts without contact, minutes of a pause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// Why a queue is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<HoldReason>,
    /// A delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Box<LogDelivery>>,
    /// What a token is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// What the log tells of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogDelivery {
    /// The event.
    pub event: EventId,
    /// What happened.
    pub kind: EventKind,
    /// The id of what it is about.
    pub entity_id: String,
    /// Where the delivery stands.
    pub state: DeliveryState,
    /// Why the last attempt failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
}

impl LogDelivery {
    /// What happened to what: `Ordine concluso 10421`.
    pub fn subject(&self, language: Language) -> String {
        format!("{} {}", self.kind.title().get(language), self.entity_id)
    }
}

impl LogMessage {
    /// A message of a kind that needs nothing more.
    pub const fn new(kind: LogKind) -> Self {
        Self {
            kind,
            fields: Vec::new(),
            secrets: Vec::new(),
            report: None,
            platform: None,
            lookup: None,
            count: None,
            hold: None,
            delivery: None,
            token: None,
        }
    }

    /// A message with a number.
    pub const fn counted(kind: LogKind, count: u32) -> Self {
        let mut message = Self::new(kind);
        message.count = Some(count);
        message
    }

    /// A message about a delivery.
    pub fn delivery(kind: LogKind, delivery: LogDelivery) -> Self {
        Self {
            delivery: Some(Box::new(delivery)),
            ..Self::new(kind)
        }
    }

    /// An account's queue is held.
    pub const fn held(reason: HoldReason) -> Self {
        let mut message = Self::new(LogKind::QueueHeld);
        message.hold = Some(reason);
        message
    }

    /// A message about a report.
    pub fn report(kind: LogKind, report: TestReport) -> Self {
        Self {
            report: Some(Box::new(report)),
            ..Self::new(kind)
        }
    }

    /// The sentence, for an entry about an account of `platform`.
    pub fn sentence(&self, platform: Option<Platform>, language: Language) -> String {
        let platform = platform.or(self.platform);
        let it = matches!(language, Language::It);
        let title = self.kind.title().get(language);
        let count = self.count.unwrap_or_default();
        match self.kind {
            LogKind::AccountEdited => {
                let names = self.changed_names(platform, language);
                if names.is_empty() {
                    format!("{title}.")
                } else {
                    format!("{title}: {}.", names.join(", "))
                }
            }
            LogKind::AccountDeleted if it => format!("{title}: credenziali e impostazioni non esistono più."),
            LogKind::AccountDeleted => format!("{title}: its credentials and settings no longer exist."),
            LogKind::OwnNetworkSuspected if it => {
                format!(
                    "Nessuna piattaforma è raggiungibile (account senza contatto: {count}): è probabile che la rete di questo server sia interrotta."
                )
            }
            LogKind::OwnNetworkSuspected => {
                format!(
                    "No platform can be reached (accounts without contact: {count}): this server's network is probably down."
                )
            }
            LogKind::OwnNetworkBack if it => "La rete di questo server funziona di nuovo.".into(),
            LogKind::OwnNetworkBack => "This server's network works again.".into(),
            LogKind::ValuesRead | LogKind::ValuesNotRead => {
                let what = self
                    .lookup
                    .map(|lookup| lookup.title().get(language))
                    .unwrap_or_default();
                match self.fault_sentence(platform, language) {
                    Some(cause) => format!("{title} ({what}). {cause}"),
                    None => format!("{title}: {what}, {count}."),
                }
            }
            LogKind::LogPurged | LogKind::EventsPurged => format!("{title}: {count}."),
            LogKind::QueueHeld => match self.hold {
                Some(reason) => format!("{title}. {}", reason.text().get(language)),
                None => format!("{title}."),
            },
            LogKind::QueuePaused => match self.count {
                Some(minutes) if it => format!("{title} per {}.", duration(minutes)),
                Some(minutes) => format!("{title} for {}.", duration(minutes)),
                None if it => format!("{title} finché qualcuno la riprende."),
                None => format!("{title} until somebody resumes it."),
            },
            LogKind::DeliveriesRetried | LogKind::DeliveriesSkipped | LogKind::DeliveryFailed => {
                self.delivery_sentence(title, platform, language)
            }
            LogKind::TokenCreated | LogKind::TokenRevoked => {
                format!("{title}: {}.", self.token.as_deref().unwrap_or_default())
            }
            _ => {
                let told = self.fault_sentence(platform, language).or_else(|| {
                    let named = self.report.as_ref()?.identity.first()?;
                    Some(format!("{}.", named.value))
                });
                match told {
                    Some(told) => format!("{title}. {told}"),
                    None => format!("{title}."),
                }
            }
        }
    }

    fn delivery_sentence(&self, title: &str, platform: Option<Platform>, language: Language) -> String {
        let title = match self.kind {
            LogKind::DeliveriesRetried if self.is_about_one() => {
                text!("Consegna da riprovare", "Delivery to be retried").get(language)
            }
            LogKind::DeliveriesSkipped if self.is_about_one() => {
                text!("Consegna saltata", "Delivery skipped").get(language)
            }
            _ => title,
        };
        let Some(delivery) = &self.delivery else {
            return format!("{title}: {}.", self.count.unwrap_or_default());
        };
        let subject = delivery.subject(language);
        if self.kind != LogKind::DeliveryFailed {
            return format!("{title}: {subject}.");
        }
        let state = delivery.state.title().get(language).to_lowercase();
        let cause = delivery
            .fault
            .as_ref()
            .zip(platform)
            .map(|(fault, platform)| format!(" {}", fault.cause(platform, language)));
        format!("{title} ({state}): {subject}.{}", cause.unwrap_or_default())
    }

    const fn is_about_one(&self) -> bool {
        self.delivery.is_some() || matches!(self.count, Some(1))
    }

    fn fault_sentence(&self, platform: Option<Platform>, language: Language) -> Option<String> {
        let fault = self.report.as_ref()?.fault.as_ref()?;
        Some(fault.cause(platform?, language))
    }

    fn changed_names(&self, platform: Option<Platform>, language: Language) -> Vec<String> {
        let label = |name: &str| {
            if name == crate::DESCRIPTION_FIELD {
                return text!("Descrizione", "Description").get(language).to_owned();
            }
            platform
                .and_then(|platform| platform.field(name))
                .map_or_else(|| name.to_owned(), |field| field.label.get(language).to_owned())
        };
        let fields = self.fields.iter().map(|change| label(&change.field));
        let secrets = self.secrets.iter().map(|change| label(&change.field));
        fields.chain(secrets).collect()
    }
}

/// Minutes as hours and minutes: `14 h 30 min`.
fn duration(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn told(message: &LogMessage) -> [String; 2] {
        Language::ALL.map(|language| message.sentence(Some(Platform::ActiveCampaign), language))
    }

    fn delivery(kind: LogKind, fault: Option<Fault>) -> LogMessage {
        let delivery = LogDelivery {
            event: EventId::new(Uuid::nil()),
            kind: EventKind::OrderPlaced,
            entity_id: "10421".into(),
            state: DeliveryState::Refused,
            fault,
        };
        LogMessage::delivery(kind, delivery)
    }

    #[test]
    fn what_becomes_of_deliveries_is_told_in_sentences() {
        let fault = Fault::Refused {
            code: 422,
            message: "email".into(),
        };
        let [it, en] = told(&delivery(LogKind::DeliveryFailed, Some(fault)));
        assert!(
            it.starts_with("Consegna non riuscita (rifiutata): Ordine concluso 10421. "),
            "{it}"
        );
        assert!(
            en.starts_with("Delivery failed (refused): Order placed 10421. "),
            "{en}"
        );
        assert_eq!(
            told(&delivery(LogKind::DeliveriesRetried, None)),
            [
                "Consegna da riprovare: Ordine concluso 10421.",
                "Delivery to be retried: Order placed 10421."
            ]
        );
        assert_eq!(
            told(&LogMessage::counted(LogKind::DeliveriesSkipped, 41)),
            ["Consegne saltate: 41.", "Deliveries skipped: 41."]
        );
        assert_eq!(
            told(&LogMessage::counted(LogKind::DeliveriesSkipped, 1)),
            ["Consegna saltata: 1.", "Delivery skipped: 1."]
        );
    }

    #[test]
    fn a_pause_tells_how_long_it_is() {
        assert_eq!(
            told(&LogMessage::counted(LogKind::QueuePaused, 60)),
            ["Coda in pausa per 1 h.", "Queue paused for 1 h."]
        );
        assert_eq!(
            told(&LogMessage::counted(LogKind::QueuePaused, 870))[1],
            "Queue paused for 14 h 30 min."
        );
        assert_eq!(
            told(&LogMessage::new(LogKind::QueuePaused))[1],
            "Queue paused until somebody resumes it."
        );
        let [it, _] = told(&LogMessage::held(HoldReason::Credentials));
        assert_eq!(it, format!("Coda ferma. {}", HoldReason::Credentials.text().it));
    }
}
