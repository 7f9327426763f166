//! What the page of the API's tokens shows.

use std::fmt;

use domain::{Scope, TokenId, TokenNameError};
use serde::{Deserialize, Serialize};

use super::When;

/// Token API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokensView {
    /// The tokens, newest first.
    pub tokens: Vec<TokenRowView>,
    /// The token that was just made.
    pub made: Option<MadeTokenView>,
    /// The name as typed.
    pub name: String,
    /// The scopes as ticked.
    pub scopes: Vec<Scope>,
    /// What is wrong with the name.
    pub name_error: Option<TokenNameError>,
    /// Whether no scope was ticked.
    pub lacks_scope: bool,
}

/// A token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRowView {
    /// Its id.
    pub id: TokenId,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The first characters of it.
    pub prefix: String,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created: When,
    /// When it was last used.
    pub used: Option<When>,
    /// When it was revoked.
    pub revoked: Option<When>,
}

/// A token that was just made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeTokenView {
    /// What it is called.
    pub name: String,
    /// Itself.
    pub text: TokenText,
}

/// The text of a token: on its way to the page that shows it this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenText(pub String);

impl fmt::Debug for TokenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenText(▇)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tokens_text_is_not_printed() {
        let made = MadeTokenView {
            name: "Negozio".to_owned(),
            text: TokenText("rcd_planted".to_owned()),
        };
        assert!(!format!("{made:?}").contains("planted"));
    }
}
