//! An integration account, and what is recorded of its changes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::address::Host;
use crate::id::{AccountId, SiteId, Timestamp, Version};
use crate::platform::{Platform, Settings};
use crate::site::LanguageTag;
use crate::text::{Language, Text, text};

/// An integration account, without the values of its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The site it belongs to.
    pub site_id: SiteId,
    /// The name by which people know it in the list.
    pub description: Description,
    /// The platform's own settings; the platform never changes.
    pub settings: Settings,
    /// Whether events go out. Switching off keeps every setting.
    pub active: bool,
    /// Counts its saved states.
    pub version: Version,
    /// The version with which settings or secrets last changed: what was tested before it says nothing any more.
    pub settings_version: Version,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The sign-in name of who changed it last.
    pub updated_by: String,
    /// Which secrets are stored.
    pub secrets: Vec<SecretState>,
}

impl Account {
    /// The platform.
    pub const fn platform(&self) -> Platform {
        self.settings.platform()
    }

    /// What search looks through, in lower case: description, platform and target in every language.
    pub fn search_text(&self) -> String {
        let target = self.settings.target();
        let mut words = vec![
            self.description.as_str().to_owned(),
            self.platform().name().to_owned(),
        ];
        for language in Language::ALL {
            let shown = target.show(language);
            if !words.contains(&shown) {
                words.push(shown);
            }
        }
        words.join("\n").to_lowercase()
    }

    /// What the list is sorted by for the description: lower case, so that capitals do not part the alphabet.
    pub fn description_key(&self) -> String {
        self.description.as_str().to_lowercase()
    }
}

/// What is known of a stored secret without opening it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretState {
    /// The field's name.
    pub field: String,
    /// The host that it may be sent to.
    pub host: Host,
    /// The id of the key that it is sealed with.
    pub key_id: String,
    /// When it was set.
    pub set_at: Timestamp,
    /// The sign-in name of who set it.
    pub set_by: String,
}

/// Whether a stored secret can be used now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SecretUse {
    /// It can be opened.
    Usable,
    /// The panel runs without a master key.
    KeyMissing,
    /// It was sealed with another key than the panel has.
    OtherKey,
    /// The stored bytes do not belong to this account, field and host, or were changed.
    Tampered,
}

impl SecretUse {
    /// Why the account is locked, and what to do; `None` while the secret can be used.
    pub const fn reason(self) -> Option<Text> {
        match self {
            Self::Usable => None,
            Self::KeyMissing => Some(text!(
                "Manca la chiave principale: le credenziali restano chiuse finché non la rimetti al suo posto e riavvii Raccordo.",
                "The master key is missing: the credentials stay sealed until you put it back and restart Raccordo."
            )),
            Self::OtherKey => Some(text!(
                "Queste credenziali sono state chiuse con un'altra chiave principale: rimetti quella giusta e riavvia Raccordo.",
                "These credentials were sealed with another master key: put the right one back and restart Raccordo."
            )),
            Self::Tampered => Some(text!(
                "Le credenziali salvate sono state alterate o spostate: scrivile di nuovo.",
                "The stored credentials were altered or moved: enter them again."
            )),
        }
    }
}

/// A name by which people know an account: 1 to 100 characters after trimming, no control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Description(String);

/// Why a description is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum DescriptionError {
    /// Nothing that can be seen.
    #[error("the description is empty")]
    Empty,
    /// More than 100 characters.
    #[error("the description has more than 100 characters")]
    TooLong,
    /// It holds control characters.
    #[error("the description holds control characters")]
    ControlCharacter,
}

impl DescriptionError {
    /// The sentence under the field.
    pub const fn text(self) -> Text {
        match self {
            Self::Empty => text!(
                "Scrivi una descrizione: è il nome con cui riconoscerai l'account nella lista.",
                "Write a description: it is the name by which you will know the account in the list."
            ),
            Self::TooLong => text!(
                "La descrizione è troppo lunga: al massimo 100 caratteri.",
                "The description is too long: at most 100 characters."
            ),
            Self::ControlCharacter => text!(
                "La descrizione contiene caratteri di controllo invisibili: riscrivila a mano.",
                "The description holds invisible control characters: type it by hand."
            ),
        }
    }
}

impl Description {
    /// Most characters.
    pub const CHARS_MAX: usize = 100;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Description {
    type Err = DescriptionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.chars().all(is_blank) {
            Err(DescriptionError::Empty)
        } else if text.chars().count() > Self::CHARS_MAX {
            Err(DescriptionError::TooLong)
        } else if text.chars().any(is_unprintable) {
            Err(DescriptionError::ControlCharacter)
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

/// Characters that leave no ink: a name made of nothing else could be neither seen nor clicked.
fn is_blank(char: char) -> bool {
    char.is_whitespace()
        || matches!(
            char,
            '\u{ad}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'
                ..='\u{200d}' | '\u{2060}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}'
        )
}

/// Control characters, line breaks, and those that turn the direction of the text around them: a name must look like
/// what it is.
fn is_unprintable(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{61c}' | '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

impl TryFrom<String> for Description {
    type Error = DescriptionError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Description> for String {
    fn from(description: Description) -> Self {
        description.0
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A place that only one active account of a site can take.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Slot {
    /// The platform's only place.
    Platform(Platform),
    /// The platform's place for a language.
    PlatformLanguage(Platform, LanguageTag),
    /// The platform's default account.
    PlatformDefault(Platform),
}

impl Slot {
    /// The slot as stored and indexed.
    pub fn key(&self) -> String {
        match self {
            Self::Platform(platform) => platform.code().to_owned(),
            Self::PlatformLanguage(platform, language) => format!("{}:{language}", platform.code()),
            Self::PlatformDefault(platform) => format!("{}:default", platform.code()),
        }
    }

    /// Whether it is the place of the default account.
    pub const fn is_default(&self) -> bool {
        matches!(self, Self::PlatformDefault(_))
    }
}

/// What a person recognises the remote side by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// A host.
    Host(Host),
    /// A bot's user name, without `@`.
    Bot(String),
    /// A store's language.
    Language(LanguageTag),
    /// A number's remote id.
    Number(String),
}

impl Target {
    /// The target in words.
    pub fn show(&self, language: Language) -> String {
        match self {
            Self::Host(host) => host.as_str().to_owned(),
            Self::Bot(name) => format!("@{name}"),
            Self::Language(tag) => tag.name(language).to_owned(),
            Self::Number(id) => format!("ID {id}"),
        }
    }
}

/// What a save did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Created.
    Created,
    /// Settings or secrets changed.
    Edited,
    /// Switched on.
    Activated,
    /// Switched off.
    Deactivated,
}

/// What one save changed; kept for every version, so that a form opened before it can be told what happened since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountChange {
    /// The account.
    pub account_id: AccountId,
    /// The version that the save made.
    pub version: Version,
    /// What the save did.
    pub kind: ChangeKind,
    /// When.
    pub at: Timestamp,
    /// The sign-in name of who did it.
    pub by: String,
    /// Fields with their values before and after.
    pub fields: Vec<FieldChange>,
    /// Secrets, without their values.
    pub secrets: Vec<SecretChange>,
}

/// A changed field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field's name; `description` for the description.
    pub field: String,
    /// The value before; empty for none.
    pub from: String,
    /// The value after; empty for none.
    pub to: String,
}

/// A changed secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretChange {
    /// The field's name.
    pub field: String,
    /// Whether it was taken away rather than set.
    pub removed: bool,
}

impl AccountChange {
    /// The fields that differ between two states of an account (`before` is `None` for a new one).
    pub fn fields_between(before: Option<&Account>, after: &Account) -> Vec<FieldChange> {
        let with_description = |account: &Account| {
            let mut values = account.settings.values();
            values.insert(
                crate::draft::DESCRIPTION_FIELD.to_owned(),
                account.description.to_string(),
            );
            values
        };
        let old = before.map(with_description).unwrap_or_default();
        let new = with_description(after);
        let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
        names.sort_unstable();
        names.dedup();
        let value = |values: &crate::Values, name: &str| values.get(name).cloned().unwrap_or_default();
        names
            .into_iter()
            .map(|name| FieldChange {
                field: name.clone(),
                from: value(&old, name),
                to: value(&new, name),
            })
            .filter(|change| change.from != change.to)
            .collect()
    }
}
