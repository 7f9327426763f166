//! Tokens of the API: what they are called and what they may do.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::text::{Text, text};

/// Most characters of a token's name.
pub const TOKEN_NAME_CHARS_MAX: usize = 100;

/// Declares [`Scope`]: the scope, its code, what it allows in both languages.
macro_rules! scopes {
    ($($(#[$doc:meta])* $scope:ident = $code:literal, $it:literal, $en:literal;)+) => {
        /// What a token may do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Scope {
            $($(#[$doc])* #[serde(rename = $code)] $scope,)+
        }

        impl Scope {
            /// All scopes.
            pub const ALL: &[Self] = &[$(Self::$scope,)+];

            /// Its name in storage, forms and answers.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$scope => $code,)+ }
            }

            /// What it allows.
            pub const fn title(self) -> Text {
                match self { $(Self::$scope => text!($it, $en),)+ }
            }
        }
    };
}

scopes! {
    /// Send events.
    EventsWrite = "events:write", "Inviare eventi", "Send events";
    /// Read events, with the personal data in them.
    EventsRead = "events:read", "Leggere gli eventi, con i dati personali che contengono", "Read events, with the personal data in them";
    /// Delete old events, with their deliveries.
    EventsDelete = "events:delete", "Eliminare eventi vecchi, con le loro consegne", "Delete old events, with their deliveries";
    /// Read accounts; never their secrets.
    AccountsRead = "accounts:read", "Leggere gli account, mai le loro credenziali", "Read accounts, never their credentials";
    /// Create, change, switch, test and delete accounts.
    AccountsWrite = "accounts:write", "Creare, modificare, attivare, provare ed eliminare account", "Create, change, switch, test and delete accounts";
    /// Read deliveries, with the personal data in them.
    DeliveriesRead = "deliveries:read", "Leggere le consegne, con i dati personali che contengono", "Read deliveries, with the personal data in them";
    /// Retry and skip deliveries; pause and resume queues.
    DeliveriesWrite = "deliveries:write", "Riprovare e saltare consegne, mettere in pausa e riprendere le code", "Retry and skip deliveries, pause and resume queues";
    /// Read the log.
    LogRead = "log:read", "Leggere il log", "Read the log";
}

impl Scope {
    /// The scope of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.code() == code)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What people call a token: 1 to 100 characters after trimming, no control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TokenName(String);

/// Why a token's name is not one. An enum of one, because an error without any content is lost on its way to the browser:
/// JSON writes `Some` of it as `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum TokenNameError {
    /// Too short, too long, or with control characters.
    #[error("a token's name has 1 to 100 characters, without control characters")]
    Malformed,
}

impl TokenNameError {
    /// The sentence for the person who typed it.
    pub const fn text(self) -> Text {
        text!(
            "Scrivi un nome che dica chi usa il token: da 1 a 100 caratteri, senza caratteri di controllo.",
            "Write a name that tells who uses the token: 1 to 100 characters, no control characters."
        )
    }
}

impl TokenName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TokenName {
    type Err = TokenNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim();
        let fits =
            (1..=TOKEN_NAME_CHARS_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        if fits {
            Ok(Self(name.to_owned()))
        } else {
            Err(TokenNameError::Malformed)
        }
    }
}

impl TryFrom<String> for TokenName {
    type Error = TokenNameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<TokenName> for String {
    fn from(name: TokenName) -> Self {
        name.0
    }
}

impl fmt::Display for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn codes_of_scopes_lead_back() {
        for scope in Scope::ALL {
            assert_eq!(Scope::from_code(scope.code()), Some(*scope));
            assert_eq!(
                serde_json::to_string(scope).unwrap(),
                format!("\"{}\"", scope.code())
            );
        }
        assert_eq!(Scope::from_code("events"), None);
    }

    #[test]
    fn a_token_has_a_name_that_can_be_read() {
        assert_eq!(" Negozio ".parse::<TokenName>().unwrap().as_str(), "Negozio");
        for wrong in ["", "  ", "a\nb", &"x".repeat(101)] {
            assert_eq!(
                wrong.parse::<TokenName>(),
                Err(TokenNameError::Malformed),
                "{wrong}"
            );
        }
    }
}
