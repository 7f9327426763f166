//! The words of a payload: texts that keep a rule from the moment they are read. Each schema says no less than its reader does:
//! what a schema allows is taken.

use std::fmt;

use domain::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

/// Why a word is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WordError {
    /// Too short, too long, or control characters.
    #[error("must have {min} to {max} characters, without control characters")]
    Length {
        /// Fewest characters.
        min: usize,
        /// Most characters.
        max: usize,
    },
    /// Not an e-mail address.
    #[error("must be an e-mail address such as anna@example.com")]
    Email,
    /// Not two capital letters.
    #[error("must be a country as two capital letters (ISO 3166-1), such as IT")]
    Country,
    /// Not an address.
    #[error("must be an http or https address of at most 2048 characters")]
    Url,
    /// Not a time.
    #[error("must be a time as in RFC 3339, such as 2026-11-25T10:30:00Z")]
    Time,
}

macro_rules! word {
    ($(#[$doc:meta])* $name:ident, $(#[$schema:meta])* |$text:ident| $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(try_from = "String", into = "String")]
        $(#[$schema])*
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = WordError;

            fn try_from($text: String) -> Result<Self, WordError> {
                $check.map(Self)
            }
        }

        impl From<$name> for String {
            fn from(word: $name) -> Self {
                word.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// A text without control characters, trimmed, within limits.
fn line(text: &str, min: usize, max: usize) -> Result<String, WordError> {
    let text = text.trim();
    let fits = (min..=max).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
        .ok_or(WordError::Length { min, max })
}

word! {
    /// An id or number of the shop: 1 to 100 characters.
    Code,
    #[schema(min_length = 1, max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$")]
    |text| line(&text, 1, 100)
}

word! {
    /// A name: 1 to 500 characters on one line.
    Name,
    #[schema(min_length = 1, max_length = 500, pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$")]
    |text| line(&text, 1, 500)
}

word! {
    /// A text of any lines: at most 20,000 characters.
    #[derive(Default)]
    LongText,
    #[schema(max_length = 20_000, pattern = r"^[^\x00]*$")]
    |text| {
        let fits = text.chars().count() <= 20_000 && !text.contains('\0');
        fits.then_some(text).ok_or(WordError::Length { min: 0, max: 20_000 })
    }
}

word! {
    /// An e-mail address: one `@` with something on both sides, no spaces, at most 254 characters. Whether it exists is for
    /// the platform to find out.
    Email,
    #[schema(
        format = "email",
        max_length = 254,
        pattern = r"^[^@\s\x00-\x1f\x7f-\x9f]+@[^@.\s\x00-\x1f\x7f-\x9f]+(\.[^@.\s\x00-\x1f\x7f-\x9f]+)+$"
    )]
    |text| email(&text).ok_or(WordError::Email)
}

word! {
    /// A country as two capital letters (ISO 3166-1).
    Country,
    #[schema(pattern = "^[A-Z]{2}$")]
    |text| {
        let fits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        fits.then_some(text).ok_or(WordError::Country)
    }
}

word! {
    /// An address: `http` or `https`, at most 2,048 characters.
    Url,
    #[schema(
        format = "uri",
        max_length = 2_048,
        pattern = r"^https?://[^/\s\x00-\x1f\x7f-\x9f][^\s\x00-\x1f\x7f-\x9f]*$"
    )]
    |text| url(&text).ok_or(WordError::Url)
}

fn email(text: &str) -> Option<String> {
    let text = text.trim();
    let (local, host) = text.rsplit_once('@')?;
    let fits = text.chars().count() <= 254
        && !local.is_empty()
        && !local.contains('@')
        && host.contains('.')
        && host.split('.').all(|label| !label.is_empty())
        && !text.chars().any(|char| char.is_whitespace() || char.is_control());
    fits.then(|| text.to_owned())
}

fn url(text: &str) -> Option<String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))?;
    let fits = text.chars().count() <= 2_048
        && !rest.is_empty()
        && !rest.starts_with('/')
        && !text.chars().any(|char| char.is_whitespace() || char.is_control());
    fits.then(|| text.to_owned())
}

/// An instant as in RFC 3339; kept to the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(
    value_type = String,
    format = DateTime,
    example = "2026-11-25T10:30:00Z",
    pattern = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)]
pub struct Time(Timestamp);

impl Time {
    /// The instant.
    pub const fn at(self) -> Timestamp {
        self.0
    }
}

impl From<Timestamp> for Time {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl TryFrom<String> for Time {
    type Error = WordError;

    fn try_from(text: String) -> Result<Self, WordError> {
        let at: jiff::Timestamp = text
            .parse()
            .ok()
            .filter(|_| is_rfc_3339(text.as_bytes()))
            .ok_or(WordError::Time)?;
        Ok(Self(Timestamp::from_ms(at.as_millisecond())))
    }
}

/// Whether what is a time has the one form that RFC 3339 knows: the library reads others of ISO 8601, too.
fn is_rfc_3339(text: &[u8]) -> bool {
    let Some((start, rest)) = text.split_at_checked("2026-11-25T10:30:00".len()) else {
        return false;
    };
    let has_form = start.iter().enumerate().all(|(place, byte)| match place {
        4 | 7 => *byte == b'-',
        10 => matches!(byte, b'T' | b't'),
        13 | 16 => *byte == b':',
        _ => byte.is_ascii_digit(),
    });
    let zone = match rest.split_first() {
        Some((b'.', rest)) => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            &rest[digits..]
        }
        _ => rest,
    };
    has_form && matches!(zone, [b'Z' | b'z'] | [b'+' | b'-', _, _, b':', _, _])
}

impl From<Time> for String {
    fn from(time: Time) -> Self {
        jiff::Timestamp::from_millisecond(time.0.ms()).map_or_else(|_| String::new(), |at| at.to_string())
    }
}
