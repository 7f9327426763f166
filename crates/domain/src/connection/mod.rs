//! What is known of an account's connection: the report of a test, why it failed and what to do, and its health.

mod fact;
mod fault;
mod health;

use serde::{Deserialize, Serialize};

use crate::id::Timestamp;
use crate::text::{Text, text};

pub use fact::{Fact, FactKind};
pub use fault::{AddressRefusal, CertificateFault, Effect, Fault, FaultClass, Permission, RemoteThing};
pub use health::{AccountCheck, Contact, Health, Verdict};

/// The longest that a test may take, in milliseconds.
pub const TEST_MS_MAX: u32 = 10_000;

/// A step of a test, in the order in which they are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// The panel may call this address.
    Address,
    /// The host's name has addresses, and they are allowed.
    Dns,
    /// The host answers, over an encrypted connection with a good certificate.
    Tls,
    /// The platform accepts the credentials.
    Credentials,
    /// What the account will do is allowed to these credentials.
    Permissions,
    /// The bot, number, store or chat that is named exists and is the right one.
    Resource,
}

impl StepKind {
    /// All steps, in their order.
    pub const ALL: [Self; 6] = [
        Self::Address,
        Self::Dns,
        Self::Tls,
        Self::Credentials,
        Self::Permissions,
        Self::Resource,
    ];

    /// Its name.
    pub const fn title(self) -> Text {
        match self {
            Self::Address => text!("Indirizzo consentito", "Address allowed"),
            Self::Dns => text!("Nome dell'host", "Host name"),
            Self::Tls => text!("Connessione cifrata", "Encrypted connection"),
            Self::Credentials => text!("Credenziali", "Credentials"),
            Self::Permissions => text!("Permessi", "Permissions"),
            Self::Resource => text!("Risorsa", "Resource"),
        }
    }
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// All is well.
    Passed,
    /// The test ends here.
    Failed,
    /// Not needed for this account, or not reached.
    Skipped,
}

/// A step that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Which.
    pub kind: StepKind,
    /// How it ended.
    pub state: StepState,
    /// How long it took, in milliseconds; 0 for one that was skipped.
    pub ms: u32,
}

/// A call to the platform, for people who know HTTP. Redacted before it is made: no secret ever stands in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The method.
    pub method: String,
    /// The address, with `▇` where a secret stood.
    pub url: String,
    /// The beginning of the body that was sent, cut like the answer's; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sent: String,
    /// The status of the answer; `None` when there was none.
    pub status: Option<u16>,
    /// How the platform names the request in its own logs, if it does.
    pub request_id: Option<String>,
    /// The beginning of the answer's body (at most [`Self::BODY_CHARS_MAX`] characters), or the reason why there is none.
    pub body: String,
}

impl Exchange {
    /// Most characters of a body that are kept.
    pub const BODY_CHARS_MAX: usize = 2_000;
}

/// What a test found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestReport {
    /// When it ended.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub ms: u32,
    /// The steps, in their order; all of them, also those that were not reached.
    pub steps: Vec<Step>,
    /// Which remote account this is, as the platform says; what was learnt before a failure too. The first one names it.
    pub identity: Vec<Fact>,
    /// Why it failed; `None` when the account works.
    pub fault: Option<Fault>,
    /// The calls that were made.
    pub exchanges: Vec<Exchange>,
}

impl TestReport {
    /// Whether the account works.
    pub const fn works(&self) -> bool {
        self.fault.is_none()
    }

    /// Whether nobody was reached at all. A test whose time was up may have got further.
    pub fn is_without_contact(&self) -> bool {
        let reached = self
            .steps
            .iter()
            .any(|step| step.kind == StepKind::Tls && step.state == StepState::Passed);
        !reached && self.fault.as_ref().is_some_and(Fault::is_without_contact)
    }

    /// The step that failed.
    pub fn failed_step(&self) -> Option<StepKind> {
        let failed = self.steps.iter().find(|step| step.state == StepState::Failed)?;
        Some(failed.kind)
    }
}

/// A value that the platform offers for a field: a list, a tag, a chat, a number, a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteValue {
    /// What the field would hold.
    pub id: String,
    /// What a person knows it by.
    pub name: String,
    /// More to tell it from others (a type, a language); may be empty.
    pub note: String,
}

/// A kind of values that a platform can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lookup {
    /// ActiveCampaign's lists.
    Lists,
    /// ActiveCampaign's tags.
    Tags,
    /// ActiveCampaign's own fields of contacts.
    Fields,
    /// The chats that have written to the bot within the last 24 hours.
    Chats,
    /// The numbers of a WhatsApp Business account.
    Numbers,
    /// The approved templates of a WhatsApp Business account.
    Templates,
}

/// What becomes of a found value that is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// It is the value of the field that asked.
    Value,
    /// It begins a line of the field that asked: `7 = `.
    Line,
}

impl Lookup {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Lists,
        Self::Tags,
        Self::Fields,
        Self::Chats,
        Self::Numbers,
        Self::Templates,
    ];

    /// Its name in forms and addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Lists => "lists",
            Self::Tags => "tags",
            Self::Fields => "fields",
            Self::Chats => "chats",
            Self::Numbers => "numbers",
            Self::Templates => "templates",
        }
    }

    /// The lookup of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lookup| lookup.code() == code)
    }

    /// What becomes of a found value that is chosen; `None` where there is nothing to choose.
    pub const fn pick(self) -> Option<Pick> {
        match self {
            Self::Lists | Self::Tags | Self::Chats | Self::Numbers => Some(Pick::Value),
            Self::Fields => Some(Pick::Line),
            Self::Templates => None,
        }
    }

    /// What is found, as a heading.
    pub const fn title(self) -> Text {
        match self {
            Self::Lists => text!("Liste", "Lists"),
            Self::Tags => text!("Tag", "Tags"),
            Self::Fields => text!("Campi dei contatti", "Fields of contacts"),
            Self::Chats => text!("Chat viste dal bot", "Chats seen by the bot"),
            Self::Numbers => text!("Numeri", "Numbers"),
            Self::Templates => text!("Template approvati", "Approved templates"),
        }
    }

    /// The button that asks for them.
    pub const fn button(self) -> Text {
        match self {
            Self::Lists => text!("Mostra le mie liste", "Show my lists"),
            Self::Tags => text!("Mostra i miei tag", "Show my tags"),
            Self::Fields => text!("Mostra i miei campi", "Show my fields"),
            Self::Chats => text!("Trova le mie chat", "Find my chats"),
            Self::Numbers => text!("Trova i miei numeri", "Find my numbers"),
            Self::Templates => text!("Mostra i template approvati", "Show the approved templates"),
        }
    }

    /// What to know when nothing is found.
    pub const fn empty(self) -> Text {
        match self {
            Self::Lists => text!(
                "Questo account ActiveCampaign non ha ancora liste: creane una in Contatti › Liste.",
                "This ActiveCampaign account has no lists yet: create one in Contacts › Lists."
            ),
            Self::Tags => text!(
                "Questo account ActiveCampaign non ha ancora tag.",
                "This ActiveCampaign account has no tags yet."
            ),
            Self::Fields => text!(
                "Questo account ActiveCampaign non ha ancora campi propri: creane uno in Contatti › Campi.",
                "This ActiveCampaign account has no fields of its own yet: create one in Contacts › Fields."
            ),
            Self::Chats => text!(
                "Nessuno ha scritto al bot nelle ultime 24 ore: scrivi un messaggio nella chat che cerchi, poi riprova.",
                "Nobody has written to the bot in the last 24 hours: write a message in the chat you look for, then try again."
            ),
            Self::Numbers => text!(
                "Questo account WhatsApp Business non ha ancora numeri.",
                "This WhatsApp Business account has no numbers yet."
            ),
            Self::Templates => text!(
                "Nessun template approvato: creane uno in WA Smart Business o WhatsApp Manager e attendi l'approvazione.",
                "No approved template: create one in WA Smart Business or WhatsApp Manager and wait for its approval."
            ),
        }
    }
}
