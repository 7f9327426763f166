//! Tokens of the API.

use domain::TokenId;
use events::Time;
use persistence::StoredToken;
use serde::Serialize;

use super::time;

/// A token, without what it is made of.
#[derive(Debug, Serialize)]
pub(crate) struct Token {
    /// Its id.
    pub(crate) id: TokenId,
    /// What people call it.
    pub(crate) name: String,
    /// What it may do.
    pub(crate) scopes: Vec<String>,
    /// Its first characters.
    pub(crate) prefix: String,
    /// Who made it.
    pub(crate) created_by: String,
    /// When.
    pub(crate) created_at: Time,
    /// When it was last used, to the minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) used_at: Option<Time>,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) revoked_at: Option<Time>,
}

impl From<StoredToken> for Token {
    fn from(token: StoredToken) -> Self {
        Self {
            id: token.id,
            name: token.name,
            scopes: token.scopes,
            prefix: token.prefix,
            created_by: token.created_by,
            created_at: time(token.created_at),
            used_at: token.used_at.map(time),
            revoked_at: token.revoked_at.map(time),
        }
    }
}

/// A token that was just made: the only time that it is told.
#[derive(Serialize)]
pub(crate) struct NewToken {
    /// The token itself.
    pub(crate) secret: String,
    /// What is kept of it.
    #[serde(flatten)]
    pub(crate) token: Token,
}
