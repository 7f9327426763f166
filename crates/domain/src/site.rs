//! A shop's site: what accounts belong to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::id::SiteId;
use crate::text::{Language, Text, text};

/// A site. The panel shows one, but nothing may assume that there is only one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Its id.
    pub id: SiteId,
    /// What people call the shop.
    pub name: SiteName,
    /// Its public address.
    pub url: SiteUrl,
    /// Languages and currencies it sells in.
    pub lists: SiteLists,
    /// The time zone in which the panel shows times.
    pub time_zone: TimeZone,
}

/// What a site offers to choose from, the default first; neither list is empty and nothing stands twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteLists {
    /// Languages, the default first.
    pub languages: Vec<LanguageTag>,
    /// Currencies, the default first.
    pub currencies: Vec<Currency>,
}

impl SiteLists {
    /// Parses two lists written with commas or spaces, e.g. `it, en` and `EUR`.
    pub fn parse(languages: &str, currencies: &str) -> Result<Self, SiteError> {
        let languages = list(languages)?;
        let currencies = list(currencies)?;
        if languages.is_empty() {
            return Err(SiteError::NoLanguage);
        }
        if currencies.is_empty() {
            return Err(SiteError::NoCurrency);
        }
        Ok(Self {
            languages,
            currencies,
        })
    }
}

fn list<T: FromStr<Err = SiteError> + PartialEq>(text: &str) -> Result<Vec<T>, SiteError> {
    let mut items: Vec<T> = Vec::new();
    for word in text.split([',', ' ', ';']).filter(|word| !word.is_empty()) {
        let item = word.parse()?;
        if !items.contains(&item) {
            items.push(item);
        }
    }
    Ok(items)
}

/// Why a part of a site's data is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum SiteError {
    /// The name is empty, longer than 100 characters or holds control characters.
    #[error("the site name needs 1 to 100 characters, without control characters")]
    Name,
    /// The address is not `http(s)://host`.
    #[error("the site address must look like https://www.example.com")]
    Url,
    /// A language is not a tag such as `it` or `pt-BR`.
    #[error("a language is written as a tag such as it or pt-BR")]
    Language,
    /// A currency is not three capital letters.
    #[error("a currency is written as three letters such as EUR")]
    Currency,
    /// No language at all.
    #[error("a site needs at least one language")]
    NoLanguage,
    /// No currency at all.
    #[error("a site needs at least one currency")]
    NoCurrency,
    /// Not the name of a time zone.
    #[error("a time zone is written as a place such as Europe/Rome")]
    TimeZone,
}

impl SiteError {
    /// The sentence for the person who typed it.
    pub const fn text(self) -> Text {
        match self {
            Self::Name => text!(
                "Scrivi il nome del negozio: da 1 a 100 caratteri, senza caratteri di controllo.",
                "Write the shop's name: 1 to 100 characters, no control characters."
            ),
            Self::Url => text!(
                "Scrivi l'indirizzo pubblico del negozio, per esempio https://www.esempio.it.",
                "Write the shop's public address, for example https://www.example.com."
            ),
            Self::Language => text!(
                "Scrivi le lingue con il loro codice, separate da virgole: it, en, pt-BR.",
                "Write the languages by their codes, separated by commas: it, en, pt-BR."
            ),
            Self::Currency => text!(
                "Scrivi le valute con le tre lettere del loro codice, separate da virgole: EUR, USD.",
                "Write the currencies by their three-letter codes, separated by commas: EUR, USD."
            ),
            Self::NoLanguage => text!(
                "Serve almeno una lingua, per esempio it.",
                "At least one language is needed, for example it."
            ),
            Self::NoCurrency => text!(
                "Serve almeno una valuta, per esempio EUR.",
                "At least one currency is needed, for example EUR."
            ),
            Self::TimeZone => text!(
                "Scrivi il fuso orario come luogo, per esempio Europe/Rome.",
                "Write the time zone as a place, for example Europe/Rome."
            ),
        }
    }
}

macro_rules! checked_string {
    ($(#[$doc:meta])* $name:ident, $error:expr, |$text:ident| $parse:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = SiteError;

            fn from_str($text: &str) -> Result<Self, Self::Err> {
                let parsed: Option<String> = $parse;
                parsed.map(Self).ok_or($error)
            }
        }

        impl TryFrom<String> for $name {
            type Error = SiteError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

checked_string!(
    /// A shop's name: 1 to 100 characters after trimming, no control characters.
    SiteName, SiteError::Name, |text| {
        let name = text.trim();
        let chars = name.chars().count();
        ((1..=100).contains(&chars) && !name.chars().any(char::is_control)).then(|| name.to_owned())
    }
);

checked_string!(
    /// A shop's public address, `http` or `https`, without a trailing slash.
    SiteUrl, SiteError::Url, |text| {
        url::Url::parse(text.trim())
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .filter(|url| url.username().is_empty() && url.password().is_none())
            .map(|url| url.as_str().trim_end_matches('/').to_owned())
            .filter(|url| url.len() <= 255)
    }
);

checked_string!(
    /// A language tag: `it`, `pt-BR`. Lower-case language, upper-case region.
    LanguageTag, SiteError::Language, |text| {
        let mut parts = text.trim().split(['-', '_']);
        let language = parts.next().unwrap_or_default();
        let region = parts.next();
        let language_fits = matches!(language.len(), 2 | 3) && language.bytes().all(|byte| byte.is_ascii_alphabetic());
        let region_fits = region.is_none_or(|region| region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_alphabetic()));
        (language_fits && region_fits && parts.next().is_none()).then(|| match region {
            None => language.to_ascii_lowercase(),
            Some(region) => format!("{}-{}", language.to_ascii_lowercase(), region.to_ascii_uppercase()),
        })
    }
);

checked_string!(
    /// An ISO 4217 code: `EUR`.
    Currency, SiteError::Currency, |text| {
        let code = text.trim();
        (code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic())).then(|| code.to_ascii_uppercase())
    }
);

checked_string!(
    /// An IANA time zone name: `Europe/Rome`. Whether the zone exists is for the server to ask its time zone data.
    TimeZone, SiteError::TimeZone, |text| {
        let name = text.trim();
        ((1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte)))
            .then(|| name.to_owned())
    }
);

impl Currency {
    /// Digits after the point, by ISO 4217: 2 for most, 0, 3 or 4 for some. A minor unit is one of the last digit.
    pub fn decimals(&self) -> u8 {
        match self.as_str() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
            | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            "CLF" | "UYW" => 4,
            _ => 2,
        }
    }
}

impl LanguageTag {
    /// The language's name in the interface's language; the tag itself for languages not listed here.
    pub fn name(&self, language: Language) -> &str {
        let name = match self.0.split('-').next().unwrap_or_default() {
            "it" => text!("italiano", "Italian"),
            "en" => text!("inglese", "English"),
            "de" => text!("tedesco", "German"),
            "fr" => text!("francese", "French"),
            "es" => text!("spagnolo", "Spanish"),
            "pt" => text!("portoghese", "Portuguese"),
            "nl" => text!("olandese", "Dutch"),
            "da" => text!("danese", "Danish"),
            "sv" => text!("svedese", "Swedish"),
            "pl" => text!("polacco", "Polish"),
            "ro" => text!("rumeno", "Romanian"),
            "el" => text!("greco", "Greek"),
            "ru" => text!("russo", "Russian"),
            "zh" => text!("cinese", "Chinese"),
            _ => return &self.0,
        };
        name.get(language)
    }
}
