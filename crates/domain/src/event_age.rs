//! How old events are that somebody removes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::id::Timestamp;
use crate::text::{Text, text};

const DAY_S: i64 = 86_400;

/// An age in whole days, 0 to [`Self::DAYS_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct EventAge(u32);

/// Why an age is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum EventAgeError {
    /// Not a whole number, or too large.
    #[error("an age is a whole number of days from 0 to 36500")]
    Wrong,
}

impl EventAgeError {
    /// What to write instead.
    pub const fn text(self) -> Text {
        text!(
            "Scrivi un numero intero di giorni, da 0 a 36.500.",
            "Type a whole number of days, from 0 to 36,500."
        )
    }
}

impl EventAge {
    /// A hundred years.
    pub const DAYS_MAX: u32 = 36_500;
    /// How long events are kept unless somebody says otherwise.
    pub const USUAL: Self = Self(90);

    /// So many days.
    pub const fn days(self) -> u32 {
        self.0
    }

    /// The age that an address asks for; the usual one if it names none.
    pub fn asked(text: &str) -> Result<Self, EventAgeError> {
        if text.trim().is_empty() {
            Ok(Self::USUAL)
        } else {
            text.parse()
        }
    }

    /// The instant before which everything is older than this at `now`.
    pub fn before(self, now: Timestamp) -> Timestamp {
        now.plus_seconds(-i64::from(self.0) * DAY_S)
    }
}

impl TryFrom<u32> for EventAge {
    type Error = EventAgeError;

    fn try_from(days: u32) -> Result<Self, EventAgeError> {
        if days > Self::DAYS_MAX {
            return Err(EventAgeError::Wrong);
        }
        Ok(Self(days))
    }
}

impl From<EventAge> for u32 {
    fn from(age: EventAge) -> Self {
        age.0
    }
}

impl FromStr for EventAge {
    type Err = EventAgeError;

    fn from_str(text: &str) -> Result<Self, EventAgeError> {
        let days = text.trim();
        if !days.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(EventAgeError::Wrong);
        }
        let days: u32 = days.parse().map_err(|_| EventAgeError::Wrong)?;
        days.try_into()
    }
}

impl fmt::Display for EventAge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_a_whole_number_of_days() {
        for (text, days) in [("0", 0), (" 90 ", 90), ("007", 7), ("36500", 36_500)] {
            assert_eq!(text.parse().map(EventAge::days), Ok(days), "{text}");
        }
        for text in ["", "-1", "+1", "1.5", "1e3", "90d", "36501", "99999999999", "٣"] {
            assert_eq!(text.parse::<EventAge>(), Err(EventAgeError::Wrong), "{text}");
        }
    }

    #[test]
    fn who_asks_for_no_age_gets_the_usual_one() {
        assert_eq!(EventAge::asked(" "), Ok(EventAge::USUAL));
        assert_eq!(EventAge::asked("0").map(EventAge::days), Ok(0));
        assert_eq!(EventAge::asked("x"), Err(EventAgeError::Wrong));
    }

    #[test]
    fn what_is_older_came_in_before() {
        let now = Timestamp::from_ms(200 * 86_400_000);
        assert_eq!(EventAge(0).before(now), now);
        assert_eq!(EventAge::USUAL.before(now), Timestamp::from_ms(110 * 86_400_000));
    }
}
