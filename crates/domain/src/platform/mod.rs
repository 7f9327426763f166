//! The platforms. Adding one: a module like its siblings, a variant in [`Platform`] and [`Settings`], and the compiler
//! points at the rest.

mod activecampaign;
mod clerk;
mod field_map;
mod telegram;
mod whatsapp;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use activecampaign::ActiveCampaignSettings;
pub use clerk::{ClerkSettings, VisitorMode};
pub use field_map::{AttributeName, CustomerSource, FieldMap, FieldMapping, LineFault, WrongLine};
pub use telegram::{BotUsername, LinkMethod, TelegramSettings};
pub use whatsapp::{Transport, WhatsAppSettings};

use crate::account::{Slot, Target};
use crate::address::Host;
use crate::field::{Context, Field, FieldError, Section, Values};
use crate::text::{Text, text};

/// A platform that an account connects to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// ActiveCampaign: e-mail marketing.
    ActiveCampaign,
    /// Clerk.io: search and recommendations (not clerk.com, the login service).
    Clerk,
    /// WA Smart Business: WhatsApp messages.
    WaSmartBusiness,
    /// Telegram: messages by a bot.
    Telegram,
}

/// The platform's code is not one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown platform")]
pub struct UnknownPlatform;

impl Platform {
    /// All platforms, in the manual's order.
    pub const ALL: [Self; 4] = [
        Self::ActiveCampaign,
        Self::Clerk,
        Self::WaSmartBusiness,
        Self::Telegram,
    ];

    /// The code in forms, addresses and storage.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ActiveCampaign => "activecampaign",
            Self::Clerk => "clerk",
            Self::WaSmartBusiness => "wa_smart_business",
            Self::Telegram => "telegram",
        }
    }

    /// The name that the panel shows.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ActiveCampaign => "ActiveCampaign",
            Self::Clerk => "Clerk.io",
            Self::WaSmartBusiness => "WA Smart Business",
            Self::Telegram => "Telegram",
        }
    }

    /// What the platform is for, in one line.
    pub const fn summary(self) -> Text {
        match self {
            Self::ActiveCampaign => text!(
                "E-mail marketing: riceve ordini, carrelli abbandonati e contatti.",
                "E-mail marketing: receives orders, abandoned carts and contacts."
            ),
            Self::Clerk => text!(
                "Ricerca e raccomandazioni: un account per ogni lingua del sito.",
                "Search and recommendations: one account for each language of the site."
            ),
            Self::WaSmartBusiness => text!(
                "WhatsApp: avvisi su ordini e carrelli con template approvati.",
                "WhatsApp: notices about orders and carts by approved templates."
            ),
            Self::Telegram => text!(
                "Messaggi del tuo bot ai clienti che lo hanno collegato.",
                "Messages from your bot to customers who have linked it."
            ),
        }
    }

    /// What to have at hand before starting.
    pub const fn needs(self) -> Text {
        match self {
            Self::ActiveCampaign => text!("Servono URL API e API Key.", "You need the API URL and API key."),
            Self::Clerk => text!(
                "Servono la chiave pubblica e una privata.",
                "You need the public key and a private one."
            ),
            Self::WaSmartBusiness => text!("Serve l'Access Token.", "You need the access token."),
            Self::Telegram => text!(
                "Servono token e nome utente del bot.",
                "You need the bot's token and user name."
            ),
        }
    }

    /// The platform's fields, in the order of the form.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::ActiveCampaign => ActiveCampaignSettings::FIELDS,
            Self::Clerk => ClerkSettings::FIELDS,
            Self::WaSmartBusiness => WhatsAppSettings::FIELDS,
            Self::Telegram => TelegramSettings::FIELDS,
        }
    }

    /// The field called `name`.
    pub fn field(self, name: &str) -> Option<&'static Field> {
        self.fields().iter().find(|field| field.name == name)
    }

    /// The platform's sections, in the order of the form.
    pub fn sections(self) -> Vec<Section> {
        let mut sections: Vec<Section> = Vec::new();
        for field in self.fields() {
            if !sections.contains(&field.section) {
                sections.push(field.section);
            }
        }
        sections
    }

    /// The values of a new account: every default, and the site's own for language and currency.
    pub fn defaults(self, lists: &crate::site::SiteLists) -> Values {
        let mut values = Values::new();
        for field in self.fields() {
            let value = match field.kind {
                crate::field::Kind::SiteLanguage => {
                    lists.languages.first().map(crate::site::LanguageTag::as_str)
                }
                crate::field::Kind::SiteCurrency => {
                    lists.currencies.first().map(crate::site::Currency::as_str)
                }
                _ => Some(field.default),
            };
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                values.insert(field.name.to_owned(), value.to_owned());
            }
        }
        values
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Platform {
    type Err = UnknownPlatform;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|platform| platform.code() == code)
            .ok_or(UnknownPlatform)
    }
}

/// The settings of an account, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settings {
    /// ActiveCampaign.
    ActiveCampaign(ActiveCampaignSettings),
    /// Clerk.io.
    Clerk(ClerkSettings),
    /// WA Smart Business.
    WaSmartBusiness(WhatsAppSettings),
    /// Telegram.
    Telegram(TelegramSettings),
}

impl Settings {
    /// Parses a platform's values; every field that is wrong is told.
    pub fn parse(
        platform: Platform,
        values: &Values,
        context: Context<'_>,
    ) -> Result<Self, Vec<(&'static str, FieldError)>> {
        match platform {
            Platform::ActiveCampaign => {
                ActiveCampaignSettings::parse(values, context).map(Self::ActiveCampaign)
            }
            Platform::Clerk => ClerkSettings::parse(values, context).map(Self::Clerk),
            Platform::WaSmartBusiness => WhatsAppSettings::parse(values, context).map(Self::WaSmartBusiness),
            Platform::Telegram => TelegramSettings::parse(values, context).map(Self::Telegram),
        }
    }

    /// The values as they stand in a form and in storage.
    pub fn values(&self) -> Values {
        match self {
            Self::ActiveCampaign(settings) => settings.values(),
            Self::Clerk(settings) => settings.values(),
            Self::WaSmartBusiness(settings) => settings.values(),
            Self::Telegram(settings) => settings.values(),
        }
    }

    /// The platform.
    pub const fn platform(&self) -> Platform {
        match self {
            Self::ActiveCampaign(_) => Platform::ActiveCampaign,
            Self::Clerk(_) => Platform::Clerk,
            Self::WaSmartBusiness(_) => Platform::WaSmartBusiness,
            Self::Telegram(_) => Platform::Telegram,
        }
    }

    /// Where the account's secrets are sent; part of what they are bound to.
    pub fn host(&self) -> Host {
        match self {
            Self::ActiveCampaign(settings) => settings.api_url.host(),
            Self::Clerk(settings) => settings.api_base_url.host(),
            Self::WaSmartBusiness(settings) => settings.host(),
            Self::Telegram(settings) => settings.api_base_url.host(),
        }
    }

    /// What the remote account is told apart by: all that are called with the same share its pace. Every ActiveCampaign
    /// account has a host of its own; the stores of Clerk.io share one, and the key tells them apart.
    pub fn remote(&self) -> String {
        match self {
            Self::Clerk(clerk) => format!("{} {}", self.host(), clerk.public_key),
            Self::ActiveCampaign(_) | Self::WaSmartBusiness(_) | Self::Telegram(_) => self.host().to_string(),
        }
    }

    /// Whether a test of these settings says the same of the `other` ones: their credentials section is the same.
    pub fn has_same_connection(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.values(), other.values());
        self.platform() == other.platform()
            && self.platform().fields().iter().all(|field| {
                field.section != Section::Credentials || ours.get(field.name) == theirs.get(field.name)
            })
    }

    /// What a person recognises the remote side by.
    pub fn target(&self) -> Target {
        match self {
            Self::ActiveCampaign(settings) => Target::Host(settings.api_url.host()),
            Self::Clerk(settings) => Target::Language(settings.language.clone()),
            Self::WaSmartBusiness(settings) => settings.target(),
            Self::Telegram(settings) => Target::Bot(settings.bot_username.as_str().to_owned()),
        }
    }

    /// The places that the account takes while it is active; two active accounts of a site never share one.
    pub fn slots(&self) -> Vec<Slot> {
        match self {
            Self::Clerk(settings) => {
                let mut slots = vec![Slot::PlatformLanguage(Platform::Clerk, settings.language.clone())];
                if settings.is_default_account {
                    slots.push(Slot::PlatformDefault(Platform::Clerk));
                }
                slots
            }
            Self::ActiveCampaign(_) | Self::WaSmartBusiness(_) | Self::Telegram(_) => {
                vec![Slot::Platform(self.platform())]
            }
        }
    }

    /// The same settings with the mark of the default account set or taken away, where the platform has one.
    #[must_use]
    pub fn with_default_mark(mut self, marked: bool) -> Self {
        if let Self::Clerk(settings) = &mut self {
            settings.is_default_account = marked;
        }
        self
    }
}

/// Visible ASCII without spaces.
fn is_visible_ascii(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Only ASCII letters, digits and the characters of `others`.
fn is_made_of(text: &str, others: &str) -> bool {
    text.chars()
        .all(|char| char.is_ascii_alphanumeric() || others.contains(char))
}

/// Only digits.
fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Any text; control characters and length are checked elsewhere.
const fn is_any(_: &str) -> bool {
    true
}
