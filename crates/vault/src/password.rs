//! Password hashes: argon2id with OWASP's parameters (19 MiB, 2 passes, 1 lane). Both functions block for tens of
//! milliseconds: run them away from the threads that answer requests.

use std::sync::OnceLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

/// A password cannot be hashed.
#[derive(Debug, Error)]
#[error("the password cannot be hashed")]
pub struct PasswordHashError;

/// Hashes a password into a PHC string.
pub fn hash_password(password: &SecretString) -> Result<String, PasswordHashError> {
    let hash: PasswordHash = Argon2::default()
        .hash_password(password.expose_secret().as_bytes())
        .map_err(|_| PasswordHashError)?;
    Ok(hash.to_string())
}

/// Whether the password is the hash's; a malformed hash fits none.
pub fn verify_password(password: &SecretString, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.expose_secret().as_bytes(), &hash)
            .is_ok()
    })
}

/// A hash that no password fits, of the same cost: verified for an unknown name, so that the time tells nothing.
pub fn dummy_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| {
        let nobody = crate::Token::generate().map(|token| SecretString::from(token.expose()));
        nobody
            .ok()
            .and_then(|password| hash_password(&password).ok())
            .unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn only_the_right_password_fits() {
        let hash = hash_password(&SecretString::from("correct horse battery")).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify_password(
            &SecretString::from("correct horse battery"),
            &hash
        ));
        assert!(!verify_password(
            &SecretString::from("correct horse batter"),
            &hash
        ));
        assert!(!verify_password(&SecretString::from("x"), "not a hash"));
        assert!(!verify_password(&SecretString::from(""), dummy_hash()));
        assert!(dummy_hash().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }
}
