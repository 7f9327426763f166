//! An answer, and what the faults make of it.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::Value;

use crate::fault::Fault;

/// An answer of a platform.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    /// An answer in JSON.
    pub(crate) fn json(status: StatusCode, body: &Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    /// Status 200 in JSON.
    pub(crate) fn ok(body: &Value) -> Self {
        Self::json(StatusCode::OK, body)
    }

    pub(crate) fn new(status: StatusCode, content_type: &'static str, body: String) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self {
            status,
            headers,
            body: body.into(),
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<HeaderValue>) -> Self {
        self.headers.insert(HeaderName::from_static(name), value.into());
        self
    }

    /// With how long to wait, if `fault` tells it.
    pub(crate) fn wait(self, fault: Fault) -> Self {
        match fault {
            Fault::RateLimited => self.with("retry-after", Fault::RETRY_AFTER_S),
            Fault::RateLimitEnforced => self.with("retry-after", Fault::ENFORCED_RETRY_AFTER_S),
            Fault::RateLimitedUntil => self
                .with("date", HeaderValue::from_static(Fault::ANSWERED_AT))
                .with("retry-after", HeaderValue::from_static(Fault::RETRY_AFTER)),
            _ => self,
        }
    }

    /// A redirection to somebody else.
    pub(crate) fn redirect() -> Self {
        Self::new(StatusCode::FOUND, "text/html; charset=utf-8", String::new())
            .with("location", HeaderValue::from_static(Fault::ELSEWHERE))
    }

    /// What a fault of the way rather than of the platform makes of it.
    pub(crate) fn spoilt(self, fault: Option<Fault>) -> Self {
        match fault {
            Some(Fault::Malformed) => {
                let half = self.body.len() / 2;
                Self {
                    status: StatusCode::OK,
                    body: self.body.slice(..half),
                    headers: self.headers,
                }
            }
            Some(Fault::Oversized) => {
                let spaces = " ".repeat(Fault::OVERSIZED_BYTES - "[]".len());
                Self::new(StatusCode::OK, "application/json", format!("[{spaces}]"))
                    .with("transfer-encoding", HeaderValue::from_static("chunked"))
            }
            _ => self,
        }
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}
