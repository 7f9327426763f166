//! What the platform says of itself.

use serde::{Deserialize, Serialize};

use crate::text::{Text, text};

/// One thing that the platform says of the remote account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is.
    pub kind: FactKind,
    /// The platform's own words, at most [`Self::CHARS_MAX`] characters, without control characters.
    pub value: String,
}

/// What a fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// A user of the platform.
    User,
    /// An e-mail address.
    Email,
    /// A store.
    Store,
    /// A bot's user name, with its `@`.
    Bot,
    /// A name that people see.
    DisplayName,
    /// A chat.
    Chat,
    /// A telephone number.
    Number,
    /// How WhatsApp rates a number: `GREEN`, `YELLOW`, `RED` or `NA`.
    Quality,
    /// How many lists there are.
    Lists,
    /// How many connections to shops there are.
    Connections,
    /// How many approved templates there are.
    ApprovedTemplates,
    /// The platform's own id of what was delivered.
    RemoteId,
}

impl Fact {
    /// Most characters of a value.
    pub const CHARS_MAX: usize = 200;

    /// A fact in the platform's words, cut and cleaned.
    pub fn new(kind: FactKind, value: &str) -> Self {
        let clean: String = value.chars().filter(|char| !char.is_control()).collect();
        Self {
            kind,
            value: clean.trim().chars().take(Self::CHARS_MAX).collect(),
        }
    }
}

impl FactKind {
    /// The label.
    pub const fn label(self) -> Text {
        match self {
            Self::User => text!("Utente", "User"),
            Self::Email => Text::same("E-mail"),
            Self::Store => Text::same("Store"),
            Self::Bot => Text::same("Bot"),
            Self::DisplayName => text!("Nome", "Name"),
            Self::Chat => Text::same("Chat"),
            Self::Number => text!("Numero", "Number"),
            Self::Quality => text!("Qualità", "Quality"),
            Self::Lists => text!("Liste", "Lists"),
            Self::Connections => text!("Connessioni", "Connections"),
            Self::ApprovedTemplates => text!("Template approvati", "Approved templates"),
            Self::RemoteId => text!("ID sulla piattaforma", "Id on the platform"),
        }
    }
}
