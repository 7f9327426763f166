//! Random tokens for sessions and one-time links. Only their hashes are stored.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

use crate::{RandomError, random_bytes};

/// 32 random bytes.
pub struct Token([u8; 32]);

impl Token {
    /// A new token.
    pub fn generate() -> Result<Self, RandomError> {
        random_bytes().map(Self)
    }

    /// Reads a token as [`Self::expose`] writes it.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let token = bytes.as_slice().try_into().ok().map(Self);
        bytes.zeroize();
        token
    }

    /// The token as text: 43 characters that need no escaping in cookies and addresses.
    pub fn expose(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What is stored of it. A token is random, so a plain hash is enough.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(redacted)")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_token_is_read_back_and_nothing_else_is() {
        let token = Token::generate().unwrap();
        let text = token.expose();
        assert_eq!(text.len(), 43);
        assert_eq!(Token::parse(&text).unwrap().hash(), token.hash());
        assert!(!format!("{token:?}").contains(&text));
        for wrong in ["", "abc", &text[1..], &format!("{text}A"), "é"] {
            assert!(Token::parse(wrong).is_none(), "{wrong}");
        }
    }
}
