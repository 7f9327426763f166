//! Tokens of the API: made, listed, revoked, and recognised.

use std::collections::HashMap;
use std::fmt;
use std::sync::PoisonError;

use domain::{LogKind, LogMessage, Scope, SiteId, Timestamp, TokenId, TokenName};
use persistence::StoredToken;
use secrecy::SecretString;
use vault::Token;

use crate::error::ServiceError;
use crate::{Actor, Raccordo};

/// What every token begins with: whoever finds one somewhere knows what it is.
pub const TOKEN_PREFIX: &str = "rcd_";
/// Characters of a token that are kept to tell it from others.
const SHOWN_CHARS: usize = 10;
/// Seconds after which a use is noted again.
const TOUCH_SECONDS: i64 = 60;
/// Milliseconds for which a token that was looked up is known: another process may revoke it.
const FRESH_MS: i64 = 4_000;
/// Tokens that are known at most; one more, and all are looked up again.
const KNOWN_MAX: usize = 1_000;

/// Tokens that were looked up a moment ago: thousands of requests a second need no look-up each.
#[derive(Default)]
pub(crate) struct KnownTokens {
    known: HashMap<[u8; 32], (Timestamp, TokenUse)>,
    /// Goes up when one is revoked, so that what was looked up before is not remembered after.
    revision: u64,
}

impl KnownTokens {
    fn get(&self, hash: &[u8; 32], now: Timestamp) -> Option<TokenUse> {
        let (at, known) = self.known.get(hash)?;
        (0..FRESH_MS)
            .contains(&(now.ms() - at.ms()))
            .then(|| known.clone())
    }

    fn insert(&mut self, hash: [u8; 32], now: Timestamp, found: TokenUse, revision: u64) {
        if revision != self.revision {
            return;
        }
        if self.known.len() >= KNOWN_MAX {
            self.known.clear();
        }
        self.known.insert(hash, (now, found));
    }

    fn forget_all(&mut self) {
        self.known.clear();
        self.revision += 1;
    }
}

/// A token that was just made.
pub struct NewToken {
    /// The token itself; it is shown once and stored nowhere.
    pub text: SecretString,
    /// What is stored of it.
    pub token: StoredToken,
}

impl fmt::Debug for NewToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewToken")
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}

/// A token that somebody showed, and what it allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenUse {
    /// The token.
    pub token: StoredToken,
    /// What it allows.
    pub scopes: Vec<Scope>,
}

impl TokenUse {
    /// Whether it allows `scope`.
    pub fn allows(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

impl Raccordo {
    /// Makes a token.
    pub async fn create_token(
        &self,
        actor: &Actor,
        site: SiteId,
        name: &TokenName,
        scopes: &[Scope],
    ) -> Result<NewToken, ServiceError> {
        let token = Token::generate()?;
        let text = format!("{TOKEN_PREFIX}{}", token.expose());
        let mut scopes: Vec<Scope> = scopes.to_vec();
        scopes.sort_unstable();
        scopes.dedup();
        let stored = StoredToken {
            id: TokenId::new(self.new_id()?),
            site,
            name: name.to_string(),
            scopes: scopes.iter().map(|scope| scope.code().to_owned()).collect(),
            prefix: text.chars().take(SHOWN_CHARS).collect(),
            created_by: actor.user.name.to_string(),
            created_at: self.now(),
            used_at: None,
            revoked_at: None,
        };
        let message = token_message(LogKind::TokenCreated, name.as_str());
        let entry = self.entry(site, None, Some(actor), message)?;
        self.store
            .insert_token(&stored, token.hash(), vec![entry])
            .await?;
        tracing::info!(token.id = %stored.id, user = %actor.user.name, "API token created");
        Ok(NewToken {
            text: SecretString::from(text),
            token: stored,
        })
    }

    /// All tokens of a site, newest first, revoked ones too.
    pub async fn list_tokens(&self, site: SiteId) -> Result<Vec<StoredToken>, ServiceError> {
        Ok(self.store.list_tokens(site).await?)
    }

    /// Revokes a token; `false` when there is none, or it was revoked before.
    pub async fn revoke_token(&self, actor: &Actor, site: SiteId, id: TokenId) -> Result<bool, ServiceError> {
        let tokens = self.store.list_tokens(site).await?;
        let Some(token) = tokens.into_iter().find(|token| token.id == id) else {
            return Ok(false);
        };
        let message = token_message(LogKind::TokenRevoked, &token.name);
        let entry = self.entry(site, None, Some(actor), message)?;
        let revoked = self.store.revoke_token(site, id, self.now(), vec![entry]).await?;
        if revoked {
            self.tokens
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .forget_all();
            tracing::info!(token.id = %id, user = %actor.user.name, "API token revoked");
        }
        Ok(revoked)
    }

    /// What a token allows that somebody showed; `None` when it is none of ours, or was revoked. A token that another
    /// process revokes is good for four seconds more at most.
    pub async fn authenticate(&self, text: &str) -> Result<Option<TokenUse>, ServiceError> {
        let Some(shown) = text.strip_prefix(TOKEN_PREFIX).and_then(Token::parse) else {
            return Ok(None);
        };
        let (hash, now) = (shown.hash(), self.now());
        let (known, revision) = {
            let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
            (tokens.get(&hash, now), tokens.revision)
        };
        if known.is_some() {
            return Ok(known);
        }
        let found = self.recognise(hash, now).await?;
        if let Some(found) = &found {
            let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
            tokens.insert(hash, now, found.clone(), revision);
        }
        Ok(found)
    }

    async fn recognise(&self, hash: [u8; 32], now: Timestamp) -> Result<Option<TokenUse>, ServiceError> {
        let stored = self.store.find_token(hash).await?;
        let Some(token) = stored.filter(|token| token.revoked_at.is_none()) else {
            return Ok(None);
        };
        if token
            .used_at
            .is_none_or(|used_at| now.seconds_since(used_at) >= TOUCH_SECONDS)
        {
            // Who may read still may when nothing can be written.
            if let Err(error) = self.store.touch_token(token.id, now).await {
                tracing::warn!(%error, token.id = %token.id, "the use of an API token could not be noted");
            }
        }
        let scopes = token.scopes.iter().filter_map(|code| Scope::from_code(code));
        Ok(Some(TokenUse {
            scopes: scopes.collect(),
            token,
        }))
    }
}

fn token_message(kind: LogKind, name: &str) -> LogMessage {
    LogMessage {
        token: Some(name.to_owned()),
        ..LogMessage::new(kind)
    }
}
