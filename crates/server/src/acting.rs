//! In whose name something is done that no signed-in person does.

use domain::{User, UserId, UserName};
use persistence::StoredToken;
use service::Actor;

/// Before the name of a token.
const TOKEN: &str = "api.";
/// Who acts at the command line.
const OPERATOR: &str = "command-line";
/// Nobody's id: neither a token nor the command line is a user.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";
/// Most characters of a name.
const CHARS_MAX: usize = 64;

/// The actor of a token: `api.` and its name, as far as names of users allow.
pub(crate) fn token(token: &StoredToken) -> Actor {
    let name: String = token
        .name
        .to_lowercase()
        .chars()
        .map(|char| if char.is_alphanumeric() { char } else { '-' })
        .collect();
    named(&format!("{TOKEN}{name}"))
}

/// The actor of the command line.
pub(crate) fn operator() -> Actor {
    named(OPERATOR)
}

fn named(name: &str) -> Actor {
    let cut: String = name.chars().take(CHARS_MAX).collect();
    #[expect(
        clippy::expect_used,
        reason = "a constant and characters that names allow, and a test makes some"
    )]
    let user = (|| {
        Some(User {
            id: NOBODY.parse::<UserId>().ok()?,
            name: cut.parse::<UserName>().ok()?,
        })
    })()
    .expect("the name is one of a user");
    Actor { user }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use domain::Timestamp;

    use super::*;

    fn name_of(name: &str) -> String {
        let actor = token(&StoredToken {
            id: NOBODY.parse().unwrap(),
            site: NOBODY.parse().unwrap(),
            name: name.to_owned(),
            scopes: Vec::new(),
            prefix: String::new(),
            created_by: String::new(),
            created_at: Timestamp::from_ms(0),
            used_at: None,
            revoked_at: None,
        });
        actor.user.name.to_string()
    }

    #[test]
    fn a_token_acts_by_its_name_whatever_is_in_it() {
        assert_eq!(name_of("Negozio principale"), "api.negozio-principale");
        assert_eq!(name_of("<script>\u{1f600}\u{202e}"), "api.-script---");
        assert_eq!(name_of(&"x".repeat(100)).chars().count(), CHARS_MAX);
        assert_eq!(operator().user.name.as_str(), OPERATOR);
    }
}
