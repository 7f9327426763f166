//! People who sign in.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::id::UserId;
use crate::text::{Text, text};

/// A person who signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// The name they sign in with.
    pub name: UserName,
}

/// A sign-in name: 2 to 64 characters, lower case, letters, digits and `. _ - @ +` (an e-mail address fits).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserName(String);

/// Why a name is not one. An enum of one, because an error without any content is lost on its way to the browser: JSON
/// writes `Some` of it as `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum UserNameError {
    /// Too short, too long, or with other characters.
    #[error("a user name has 2 to 64 letters, digits or . _ - @ + and no spaces")]
    Malformed,
}

impl UserNameError {
    /// The sentence for the person who typed it.
    pub const fn text(self) -> Text {
        text!(
            "Il nome utente ha da 2 a 64 caratteri: lettere, cifre e . _ - @ +, senza spazi.",
            "A user name has 2 to 64 characters: letters, digits and . _ - @ +, without spaces."
        )
    }
}

impl UserName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UserName {
    type Err = UserNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim().to_lowercase();
        let fits = (2..=64).contains(&name.chars().count())
            && name
                .chars()
                .all(|char| char.is_alphanumeric() || "._-@+".contains(char));
        if fits {
            Ok(Self(name))
        } else {
            Err(UserNameError::Malformed)
        }
    }
}

impl TryFrom<String> for UserName {
    type Error = UserNameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<UserName> for String {
    fn from(name: UserName) -> Self {
        name.0
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How many characters a password may have. Length is the only rule, after NIST SP 800-63B; the upper bound only
/// limits the work of hashing.
pub const PASSWORD_CHARS: RangeInclusive<usize> = 12..=256;

/// Why a new password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum PasswordError {
    /// Fewer than 12 characters.
    #[error("the password needs at least 12 characters")]
    TooShort,
    /// More than 256 characters.
    #[error("the password may have at most 256 characters")]
    TooLong,
    /// The password contains the user name.
    #[error("the password must not contain the user name")]
    ContainsName,
}

impl PasswordError {
    /// The sentence for the person who typed it.
    pub const fn text(self) -> Text {
        match self {
            Self::TooShort => text!(
                "La password deve avere almeno 12 caratteri: tre o quattro parole qualsiasi vanno benissimo.",
                "The password needs at least 12 characters: three or four random words will do."
            ),
            Self::TooLong => text!(
                "La password può avere al massimo 256 caratteri.",
                "The password may have at most 256 characters."
            ),
            Self::ContainsName => text!(
                "La password non deve contenere il nome utente.",
                "The password must not contain the user name."
            ),
        }
    }
}

/// Checks a new password.
pub fn check_password(password: &str, name: &UserName) -> Result<(), PasswordError> {
    let chars = password.chars().count();
    if chars < *PASSWORD_CHARS.start() {
        Err(PasswordError::TooShort)
    } else if chars > *PASSWORD_CHARS.end() {
        Err(PasswordError::TooLong)
    } else if password.to_lowercase().contains(name.as_str()) {
        Err(PasswordError::ContainsName)
    } else {
        Ok(())
    }
}
