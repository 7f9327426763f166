//! Who calls: the token, what it may do, and how much at a time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use domain::{Scope, Site, SiteId, Timestamp, TokenId};
use service::{Actor, TokenUse};

use super::Api;
use super::problem::{Kind, Problem};
use crate::acting;

/// The scheme of the header; capitals and small letters are alike.
const SCHEME: &str = "bearer ";

/// The most milliseconds that are made up for, whatever the clock says: an hour.
const PASSED_MS_MAX: i64 = 3_600_000;

/// How much every token may do: requests and events per second, as much of it saved up as a second brings.
#[derive(Debug)]
pub(super) struct Rates {
    per_second: u32,
    buckets: Mutex<HashMap<TokenId, Bucket>>,
}

/// What a token has left, in thousandths. It may go below nothing: a batch is taken whole, and the next request waits.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: i64,
    at: Timestamp,
}

impl Bucket {
    /// Takes one if there is anything left; the milliseconds to wait otherwise.
    fn take(&mut self, per_second: u32, now: Timestamp) -> Result<(), i64> {
        let per_second = i64::from(per_second);
        let passed_ms = (now.ms() - self.at.ms()).clamp(0, PASSED_MS_MAX);
        self.left = (self.left + passed_ms * per_second).min(per_second * 1_000);
        self.at = now;
        if self.left <= 0 {
            return Err((1 - self.left).div_euclid(per_second) + 1);
        }
        self.charge(1);
        Ok(())
    }

    /// Takes `count` whatever is left.
    fn charge(&mut self, count: u32) {
        self.left -= i64::from(count) * 1_000;
    }
}

impl Rates {
    /// So many requests and events per second for every token.
    pub(super) fn new(per_second: u32) -> Self {
        Self {
            per_second,
            buckets: Mutex::default(),
        }
    }

    fn take(&self, token: TokenId, now: Timestamp) -> Result<(), Problem> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(token).or_insert(Bucket {
            left: i64::from(self.per_second) * 1_000,
            at: now,
        });
        bucket.take(self.per_second, now).map_err(|wait_ms| {
            let seconds = u32::try_from(wait_ms.unsigned_abs().div_ceil(1_000)).unwrap_or(u32::MAX);
            Problem::new(
                Kind::TooMany,
                format!(
                    "A token may send {} requests and events a second. Wait for {seconds} s.",
                    self.per_second
                ),
            )
            .with_retry(seconds)
        })
    }

    /// Counts what is here already; the next request waits for it.
    fn charge(&self, token: TokenId, count: u32) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(&token) {
            bucket.charge(count);
        }
    }
}

/// The token that calls.
pub(super) struct Caller {
    token: TokenUse,
}

impl Caller {
    /// Whether the token has `scope`.
    pub(super) fn may(&self, scope: Scope) -> bool {
        self.token.allows(scope)
    }

    /// Refuses a token without `scope`.
    pub(super) fn needs(&self, scope: Scope) -> Result<(), Problem> {
        if self.may(scope) {
            return Ok(());
        }
        let detail = format!("The token “{}” lacks the scope {scope}.", self.token.token.name);
        Err(Problem::new(Kind::Scope, detail).with_scope(scope))
    }

    /// The site that the token is for.
    pub(super) fn site_id(&self) -> SiteId {
        self.token.token.site
    }

    /// The site itself.
    pub(super) async fn site(&self, api: &Api) -> Result<Site, Problem> {
        let sites = api.raccordo.store().list_sites().await?;
        sites
            .into_iter()
            .find(|site| site.id == self.site_id())
            .ok_or_else(|| Problem::not_found("site"))
    }

    /// In whose name the token acts.
    pub(super) fn actor(&self) -> Actor {
        acting::token(&self.token.token)
    }

    /// Counts `more` events beside the request itself.
    pub(super) fn charge(&self, api: &Api, more: usize) {
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        api.rates.charge(self.token.token.id, more);
    }
}

impl FromRequestParts<Api> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let header = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let text = header.and_then(|header| {
            let (scheme, text) = header.split_at_checked(SCHEME.len())?;
            scheme.eq_ignore_ascii_case(SCHEME).then_some(text.trim())
        });
        let Some(text) = text else {
            return Err(Problem::new(
                Kind::Unauthenticated,
                "There is no token. A session of the panel is none.",
            ));
        };
        let Some(token) = api.raccordo.authenticate(text).await? else {
            return Err(Problem::new(
                Kind::Unauthenticated,
                "There is no such token, or it was revoked.",
            ));
        };
        api.rates.take(token.token.id, api.raccordo.now())?;
        Ok(Self { token })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_brings_what_a_second_may_take() {
        let at = Timestamp::from_ms;
        let mut bucket = Bucket {
            left: 2_000,
            at: at(0),
        };
        assert_eq!(bucket.take(2, at(0)), Ok(()));
        assert_eq!(bucket.take(2, at(0)), Ok(()));
        assert!(bucket.take(2, at(0)).is_err());
        assert_eq!(bucket.take(2, at(500)), Ok(()));
        assert!(bucket.take(2, at(500)).is_err());
        // However long nothing happens, no more than a second's worth is saved up.
        assert_eq!(bucket.take(2, at(60_000)), Ok(()));
        assert_eq!(bucket.take(2, at(60_000)), Ok(()));
        assert!(bucket.take(2, at(60_000)).is_err());
        // A clock that is set back gives nothing and takes nothing.
        assert!(bucket.take(2, at(0)).is_err());
        assert_eq!(bucket.take(2, at(500)), Ok(()));
    }

    #[test]
    fn a_large_batch_is_taken_whole_and_what_follows_waits_for_it() {
        let at = Timestamp::from_ms;
        let mut bucket = Bucket {
            left: 100_000,
            at: at(0),
        };
        assert_eq!(bucket.take(100, at(0)), Ok(()));
        bucket.charge(299);
        let wait = bucket.take(100, at(0));
        assert!(wait.is_err_and(|ms| (2_000..=2_010).contains(&ms)), "{wait:?}");
        assert!(bucket.take(100, at(1_000)).is_err());
        assert_eq!(bucket.take(100, at(2_010)), Ok(()));
    }
}
