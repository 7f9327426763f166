//! Sign in, sessions, and what slows down guessing.

use domain::{Timestamp, User, UserName};
use persistence::{Attempts, Draft, Session};
use secrecy::SecretString;
use thiserror::Error;
use vault::Token;

use crate::Raccordo;
use crate::error::ServiceError;

/// How long sessions last.
#[derive(Debug, Clone, Copy)]
pub struct SessionLimits {
    /// Seconds without use after which a session ends.
    pub idle_seconds: i64,
    /// Seconds after which a session ends however much it is used.
    pub max_seconds: i64,
}

/// Who acts.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The person.
    pub user: User,
}

/// A session that has just begun.
pub struct NewSession {
    /// The token for the cookie; it is stored as a hash only.
    pub token: Token,
    /// Who signed in.
    pub actor: Actor,
    /// Seconds for which the cookie is good.
    pub max_seconds: i64,
}

/// What a session's cookie is worth.
#[derive(Debug, Clone)]
pub enum SessionState {
    /// No session.
    None,
    /// It has ended, but whose it was is still known: for keeping a typed form.
    Expired {
        /// The hash of its token.
        hash: [u8; 32],
    },
    /// Somebody is signed in.
    Active {
        /// The hash of its token.
        hash: [u8; 32],
        /// Who.
        actor: Actor,
    },
}

/// Why a sign-in is refused.
#[derive(Debug, Error)]
pub enum SignInFailure {
    /// Name or password is wrong; never told which.
    #[error("wrong name or password")]
    Wrong,
    /// Too many failures.
    #[error("too many failed attempts")]
    Wait {
        /// Seconds to wait.
        seconds: u32,
    },
    /// Something else.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Failures that a name may have before each further one has to wait.
const NAME_FAILURES_FREE: u32 = 5;
/// Failures that an address may have: several people may share one.
const ADDRESS_FAILURES_FREE: u32 = 20;
/// Longest wait in seconds; failures older than it are forgotten.
const WAIT_SECONDS_MAX: u32 = 900;
/// A session's last use is written at most this often, in seconds.
const TOUCH_SECONDS: i64 = 300;
/// Days for which an ended session, and a form typed in it, are kept.
const ENDED_DAYS: i64 = 7;

impl Raccordo {
    /// Checks name and password and begins a session. `address` is where the request came from.
    pub async fn sign_in(
        &self,
        name: &str,
        password: SecretString,
        address: &str,
    ) -> Result<NewSession, SignInFailure> {
        let name: Option<UserName> = name.parse().ok();
        // What is no name at all is counted under one subject, so that it cannot fill the table.
        let by_name = format!("name:{}", name.as_ref().map_or("", UserName::as_str));
        let by_address = format!("address:{address}");
        let limits = [
            (&by_name, NAME_FAILURES_FREE),
            (&by_address, ADDRESS_FAILURES_FREE),
        ];
        for (subject, free) in limits {
            if let Some(attempts) = self
                .store
                .find_attempts(subject)
                .await
                .map_err(ServiceError::from)?
            {
                self.refuse_early(attempts.failures, attempts.previous_at, free)?;
            }
        }
        // Counted before the password is looked at: a burst of guesses at once is counted as such.
        for (subject, free) in limits {
            let now = self.now();
            let forget_before = now.plus_seconds(-i64::from(WAIT_SECONDS_MAX));
            let Attempts {
                failures,
                previous_at,
            } = self
                .store
                .count_attempt(subject, now, forget_before)
                .await
                .map_err(ServiceError::from)?;
            self.refuse_early(failures.saturating_sub(1), previous_at, free)?;
        }
        let stored = match &name {
            Some(name) => self.store.find_user(name).await.map_err(ServiceError::from)?,
            None => None,
        };
        let (user, hash) = match stored {
            Some((user, hash)) => (Some(user), hash),
            // The same work for an unknown name, so that the time tells nothing.
            None => (None, vault::dummy_hash().to_owned()),
        };
        let fits = self
            .hash(move || vault::verify_password(&password, &hash))
            .await?;
        let user = user.filter(|_| fits).ok_or(SignInFailure::Wrong)?;
        for (subject, _) in limits {
            self.store
                .remove_attempts(subject)
                .await
                .map_err(ServiceError::from)?;
        }
        Ok(self.begin_session(user).await?)
    }

    fn refuse_early(
        &self,
        failures: u32,
        last_at: Option<Timestamp>,
        free: u32,
    ) -> Result<(), SignInFailure> {
        let Some(last_at) = last_at.filter(|_| failures >= free) else {
            return Ok(());
        };
        let wait = 2_u32
            .saturating_pow((failures - free + 1).min(16))
            .min(WAIT_SECONDS_MAX);
        let left = i64::from(wait) - self.now().seconds_since(last_at);
        match u32::try_from(left) {
            Ok(seconds) if seconds > 0 => Err(SignInFailure::Wait { seconds }),
            _ => Ok(()),
        }
    }

    pub(crate) async fn begin_session(&self, user: User) -> Result<NewSession, ServiceError> {
        let token = Token::generate()?;
        let now = self.now();
        let session = Session {
            user: user.clone(),
            created_at: now,
            seen_at: now,
            expires_at: now.plus_seconds(self.limits.sessions.max_seconds),
        };
        self.store.insert_session(token.hash(), &session).await?;
        Ok(NewSession {
            token,
            actor: Actor { user },
            max_seconds: self.limits.sessions.max_seconds,
        })
    }

    /// What the cookie's `token` is worth.
    pub async fn session(&self, token: &str) -> Result<SessionState, ServiceError> {
        let Some(token) = Token::parse(token) else {
            return Ok(SessionState::None);
        };
        let hash = token.hash();
        let Some(session) = self.store.find_session(hash).await? else {
            return Ok(SessionState::None);
        };
        let now = self.now();
        if now >= session.expires_at || now >= session.seen_at.plus_seconds(self.limits.sessions.idle_seconds)
        {
            return Ok(SessionState::Expired { hash });
        }
        // Sooner for short sessions, or one would end while it is in use.
        if now.seconds_since(session.seen_at) >= TOUCH_SECONDS.min(self.limits.sessions.idle_seconds / 10) {
            // Reading must go on while the database cannot be written to.
            if let Err(error) = self.store.touch_session(hash, now).await {
                tracing::warn!(error = %error, "the use of a session could not be noted");
            }
        }
        Ok(SessionState::Active {
            hash,
            actor: Actor { user: session.user },
        })
    }

    /// Ends a session.
    pub async fn sign_out(&self, hash: [u8; 32]) -> Result<(), ServiceError> {
        Ok(self.store.remove_session(hash).await?)
    }

    /// Removes what ended long ago; answers how many sessions went.
    pub async fn remove_stale_sessions(&self) -> Result<u64, ServiceError> {
        Ok(self
            .store
            .remove_stale(self.now().plus_seconds(-ENDED_DAYS * 86_400))
            .await?)
    }

    /// Keeps a form that arrived after its session had ended, for the session's own user; `None` when the session is
    /// not known.
    pub async fn keep_draft(&self, session: [u8; 32], draft: &Draft) -> Result<Option<String>, ServiceError> {
        let Some(session) = self.store.find_session(session).await? else {
            return Ok(None);
        };
        let token = Token::generate()?;
        self.store
            .insert_draft(token.hash(), session.user.id, draft, self.now())
            .await?;
        Ok(Some(token.expose()))
    }

    /// Hands a kept form out, once and only to its own user.
    pub async fn take_draft(&self, actor: &Actor, token: &str) -> Result<Option<Draft>, ServiceError> {
        let Some(token) = Token::parse(token) else {
            return Ok(None);
        };
        Ok(self.store.take_draft(token.hash(), actor.user.id).await?)
    }

    /// Runs a password hash away from the threads that answer requests, few at once.
    pub(crate) async fn hash<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        let _permit = self
            .hashing
            .acquire()
            .await
            .map_err(|_| ServiceError::Interrupted)?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| ServiceError::Interrupted)
    }
}
