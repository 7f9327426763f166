//! What could not be done, as `application/problem+json` (RFC 9457, <https://www.rfc-editor.org/rfc/rfc9457>).

use std::sync::Arc;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::Scope;
use persistence::StoreError;
use serde::Serialize;
use service::ServiceError;
use utoipa::ToSchema;

use super::PREFIX;
use crate::json::InTheWay;

/// The media type of a problem.
pub(super) const CONTENT: &str = "application/problem+json";

/// Seconds after which what is busy may be free.
const BUSY_RETRY_S: u32 = 1;
/// Seconds after which a database that cannot be reached may be back.
const UNREACHABLE_RETRY_S: u32 = 5;
/// Seconds after which a person may have mended what only a person can: a full disk, a missing key.
const MENDED_RETRY_S: u32 = 60;

/// Declares [`Kind`]: the kind, its name in addresses, its status, its title, what to do.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal, $status:ident, $title:literal, $remedy:literal;)+) => {
        /// What kind of problem. Its name never changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Kind {
            $($(#[$doc])* $kind,)+
        }

        impl Kind {
            /// Every kind.
            pub(super) const ALL: &[Self] = &[$(Self::$kind,)+];

            /// Its name in addresses.
            pub(super) const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)+ }
            }

            /// The status that tells it.
            pub(super) const fn status(self) -> StatusCode {
                match self { $(Self::$kind => StatusCode::$status,)+ }
            }

            /// What it is, in short.
            pub(super) const fn title(self) -> &'static str {
                match self { $(Self::$kind => $title,)+ }
            }

            /// What to do about it.
            pub(super) const fn remedy(self) -> &'static str {
                match self { $(Self::$kind => $remedy,)+ }
            }
        }
    };
}

kinds! {
    /// No JSON, or a parameter that means nothing.
    Malformed = "malformed", BAD_REQUEST, "The request cannot be read", "Mend what errors points at; sent again unchanged it fails again.";
    /// No token, or one that is not good.
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "A token is needed", "Send the header Authorization: Bearer rcd_… with a token that has not been revoked.";
    /// The token may not do this.
    Scope = "scope", FORBIDDEN, "The token may not do this", "Use a token with the scope that is named.";
    /// There is no such thing.
    NotFound = "not-found", NOT_FOUND, "There is no such thing", "Check the address and the id.";
    /// The address is right, the method is not.
    Method = "method", METHOD_NOT_ALLOWED, "The method is not allowed here", "Use one of the methods in the header Allow.";
    /// Somebody else changed it at the same moment.
    Changed = "changed", CONFLICT, "It was changed meanwhile", "Read it again, then decide again.";
    /// Another active account holds the place.
    InTheWay = "in-the-way", CONFLICT, "Another active account is in the way", "Switch the other one off first, or activate with \"swap\": true.";
    /// No test has proven it.
    Unproven = "unproven", CONFLICT, "No test has proven the account", "Test it first, or activate with \"confirmed\": true.";
    /// Its state does not allow it.
    State = "state", CONFLICT, "Its state does not allow this", "Read it again: it may have ended or be under way.";
    /// It no longer is the version that was named.
    Version = "version", PRECONDITION_FAILED, "It is another version", "Read it again and use its new ETag in If-Match.";
    /// Too many bytes, or too many events.
    TooLarge = "too-large", PAYLOAD_TOO_LARGE, "The body is too large", "Send less at a time.";
    /// Another media type.
    MediaType = "media-type", UNSUPPORTED_MEDIA_TYPE, "The media type is not one of those taken here", "Set the header Content-Type to one that detail names.";
    /// It can be read, but breaks a rule.
    Invalid = "invalid", UNPROCESSABLE_ENTITY, "The content breaks a rule", "Mend what errors points at; sent again unchanged it fails again.";
    /// Too many requests.
    TooMany = "too-many", TOO_MANY_REQUESTS, "Too many requests", "Wait for the seconds in Retry-After; send events in batches.";
    /// A fault of ours.
    Internal = "internal", INTERNAL_SERVER_ERROR, "A fault of the server", "Send the same again later; tell the operator the instance.";
    /// The database is full, locked or away, or time is up.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "The server cannot do this now", "Send the same again after the seconds in Retry-After: what was taken already is known and not taken twice.";
    /// The master key is missing or another one.
    Locked = "locked", SERVICE_UNAVAILABLE, "The master key is missing", "The operator restores the master key; send the same again after the seconds in Retry-After.";
}

/// What could not be done.
#[derive(Debug, Clone)]
pub(super) struct Problem(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    kind: Kind,
    detail: String,
    errors: Vec<Wrong>,
    scope: Option<Scope>,
    accounts: Vec<InTheWay>,
    retry_after_s: Option<u32>,
    results: Option<serde_json::Value>,
    /// For the log, never for the answer.
    cause: Option<Arc<ServiceError>>,
}

/// A wrong value and where it stands.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Wrong {
    /// Where in the body, as a JSON pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/data/lines/0/price_minor")]
    pub(super) pointer: Option<String>,
    /// Which parameter of the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) parameter: Option<String>,
    /// What is wrong with it.
    pub(super) detail: String,
}

/// What could not be done, and why (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Told {
    /// The kind of problem, as an address that never changes.
    #[serde(rename = "type")]
    #[schema(example = "/api/v1/problems/invalid")]
    kind: String,
    /// The same in words.
    title: &'static str,
    /// The status of the answer.
    status: u16,
    /// What is wrong in this very case.
    detail: String,
    /// The id of the request, as in the header `X-Request-Id` and in the server's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    /// The wrong values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Wrong>,
    /// The scope that the token lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'static str>,
    /// The accounts in the way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accounts: Vec<InTheWay>,
    /// What became of each event of a batch of which none was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<super::results::EventResult>>)]
    results: Option<serde_json::Value>,
}

impl Told {
    /// Where and what is wrong, for people: of the first wrong value, if any.
    pub(super) fn reason(&self) -> String {
        let pointer = self.errors.first().and_then(|wrong| wrong.pointer.as_deref());
        match pointer {
            None | Some("") => self.detail.clone(),
            Some(pointer) => format!("{pointer} {}", self.detail),
        }
    }
}

impl Problem {
    /// A problem and what is wrong in this case.
    pub(super) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            scope: None,
            accounts: Vec::new(),
            retry_after_s: None,
            results: None,
            cause: None,
        }))
    }

    /// There is no such thing.
    pub(super) fn not_found(what: &str) -> Self {
        Self::new(Kind::NotFound, format!("There is no such {what}."))
    }

    /// A wrong value in the body.
    pub(super) fn at(kind: Kind, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let wrong = Wrong {
            pointer: Some(pointer.into()),
            parameter: None,
            detail: detail.clone(),
        };
        Self::new(kind, detail).with_errors(vec![wrong])
    }

    /// A wrong parameter of the address.
    pub(super) fn parameter(name: &str, detail: impl Into<String>) -> Self {
        let wrong = Wrong {
            pointer: None,
            parameter: Some(name.to_owned()),
            detail: detail.into(),
        };
        let detail = format!("The parameter {name} is not right: {}", wrong.detail);
        Self::new(Kind::Malformed, detail).with_errors(vec![wrong])
    }

    /// With the wrong values.
    pub(super) fn with_errors(mut self, errors: Vec<Wrong>) -> Self {
        self.0.errors = errors;
        self
    }

    /// With the scope that the token lacks.
    pub(super) fn with_scope(mut self, scope: Scope) -> Self {
        self.0.scope = Some(scope);
        self
    }

    /// With the accounts in the way.
    pub(super) fn with_accounts(mut self, accounts: Vec<InTheWay>) -> Self {
        self.0.accounts = accounts;
        self
    }

    /// With seconds to wait.
    pub(super) fn with_retry(mut self, retry_after_s: u32) -> Self {
        self.0.retry_after_s = Some(retry_after_s);
        self
    }

    /// With what became of each event.
    pub(super) fn with_results(mut self, results: serde_json::Value) -> Self {
        self.0.results = Some(results);
        self
    }

    /// The request took as long as one may.
    pub(super) fn time_up() -> Self {
        Self::new(Kind::Unavailable, "The request took too long.").with_retry(BUSY_RETRY_S)
    }

    /// What is to be told; the id of the request comes with the answer.
    pub(super) fn told(self, instance: Option<&str>) -> Told {
        let parts = *self.0;
        Told {
            kind: format!("{PREFIX}/problems/{}", parts.kind.name()),
            title: parts.kind.title(),
            status: parts.kind.status().as_u16(),
            detail: parts.detail,
            instance: instance.map(str::to_owned),
            errors: parts.errors,
            scope: parts.scope.map(Scope::code),
            accounts: parts.accounts,
            results: parts.results,
        }
    }

    /// The whole answer. The cause goes to the log, here and nowhere else.
    pub(super) fn answer(self, request_id: &str) -> Response {
        if let Some(error) = &self.0.cause {
            let cause = std::error::Error::source(&**error)
                .map(ToString::to_string)
                .unwrap_or_default();
            tracing::error!(request = request_id, error = %error, cause, "a request of the API failed");
        }
        let (kind, scope, retry) = (self.0.kind, self.0.scope, self.0.retry_after_s);
        let body = serde_json::to_vec(&self.told(Some(request_id))).unwrap_or_default();
        let mut response = (kind.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(CONTENT));
        if let Some(seconds) = retry {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        challenge(headers, kind, scope);
        response
    }
}

/// How to authenticate (RFC 6750, section 3).
fn challenge(headers: &mut HeaderMap, kind: Kind, scope: Option<Scope>) {
    let challenge = match (kind, scope) {
        (Kind::Unauthenticated, _) => "Bearer realm=\"raccordo\"".to_owned(),
        (Kind::Scope, Some(scope)) => {
            format!("Bearer realm=\"raccordo\", error=\"insufficient_scope\", scope=\"{scope}\"")
        }
        _ => return,
    };
    if let Ok(value) = HeaderValue::from_str(&challenge) {
        headers.insert(WWW_AUTHENTICATE, value);
    }
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        let (kind, detail, retry) = match &error {
            ServiceError::Store(StoreError::Full(_)) => (
                Kind::Unavailable,
                "The disk that holds the database is full.",
                Some(MENDED_RETRY_S),
            ),
            ServiceError::Store(StoreError::ReadOnly(_)) => (
                Kind::Unavailable,
                "The database may not be written to.",
                Some(MENDED_RETRY_S),
            ),
            ServiceError::Store(StoreError::Busy(_)) => {
                (Kind::Unavailable, "The database is busy.", Some(BUSY_RETRY_S))
            }
            ServiceError::Store(StoreError::Unreachable(_)) => (
                Kind::Unavailable,
                "The database cannot be reached.",
                Some(UNREACHABLE_RETRY_S),
            ),
            ServiceError::Key(_) => (
                Kind::Locked,
                "The master key is missing or is not the one that the database uses, so that nothing can be sealed.",
                Some(MENDED_RETRY_S),
            ),
            _ => (Kind::Internal, "Something went wrong within the server.", None),
        };
        let mut problem = Self::new(kind, detail);
        problem.0.retry_after_s = retry;
        problem.0.cause = Some(Arc::new(error));
        problem
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        ServiceError::from(error).into()
    }
}

impl IntoResponse for Problem {
    /// Only the status: the layer around every request makes the answer, with the request's id.
    fn into_response(self) -> Response {
        let mut response = self.0.kind.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_problems_are_addresses_and_differ() {
        let mut names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        for name in names {
            assert!(
                name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
                "{name}"
            );
        }
    }
}
