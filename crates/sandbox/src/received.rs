//! Requests as they came in.

use std::fmt;

use axum::http::request::Parts;
use domain::Platform;
use serde::Serialize;
use serde_json::Value;

/// What stands for a secret.
const REDACTED: &str = "▇";
/// Headers that hold one, in lower case.
const SECRET_HEADERS: [&str; 4] = ["api-token", "authorization", "cookie", "proxy-authorization"];
/// Parameters that hold one, in a query, a form or JSON.
const SECRET_NAMES: [&str; 6] = [
    "access_token",
    "api_key",
    "app_secret",
    "key",
    "private_key",
    "token",
];

/// A request as it came in, secrets and all: somebody may have typed a real one by mistake. `Debug` and
/// [`Self::redacted`] show `▇` in their place.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Received {
    /// Whose host was called.
    pub platform: Platform,
    /// The host, as in the `Host` header.
    pub host: String,
    /// The method.
    pub method: String,
    /// The path with its query, as sent.
    pub path: String,
    /// Names in lower case and values, in their order.
    pub headers: Vec<(String, String)>,
    /// The body, as text.
    pub body: String,
}

impl Received {
    /// How many requests are kept; older ones are forgotten.
    pub const KEPT_MAX: usize = 10_000;

    pub(crate) fn new(platform: Platform, host: &str, parts: &Parts, body: &[u8]) -> Self {
        Self {
            platform,
            host: host.to_owned(),
            method: parts.method.to_string(),
            path: parts
                .uri
                .path_and_query()
                .map_or_else(|| "/".to_owned(), ToString::to_string),
            headers: parts
                .headers
                .iter()
                .map(|(name, value)| {
                    (
                        name.to_string(),
                        String::from_utf8_lossy(value.as_bytes()).into_owned(),
                    )
                })
                .collect(),
            body: String::from_utf8_lossy(body).into_owned(),
        }
    }

    /// The value of a header; its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// The same with `▇` in place of every secret: of the headers, parameters and parts of the path that hold one.
    #[must_use]
    pub fn redacted(&self) -> Self {
        let (path, query) = match self.path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (self.path.as_str(), None),
        };
        let path = redacted_path(self.platform, path);
        Self {
            platform: self.platform,
            host: self.host.clone(),
            method: self.method.clone(),
            path: match query {
                Some(query) => format!("{path}?{}", redacted_pairs(query)),
                None => path,
            },
            headers: self
                .headers
                .iter()
                .map(|(name, value)| {
                    let secret = SECRET_HEADERS.contains(&name.as_str());
                    let value = if secret { REDACTED } else { value };
                    (name.clone(), value.to_owned())
                })
                .collect(),
            body: redacted_body(&self.body),
        }
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.redacted();
        f.debug_struct("Received")
            .field("platform", &shown.platform)
            .field("host", &shown.host)
            .field("method", &shown.method)
            .field("path", &shown.path)
            .field("headers", &shown.headers)
            .field("body", &shown.body)
            .finish()
    }
}

/// Telegram's token stands in the path: `/bot<token>/getMe`.
fn redacted_path(platform: Platform, path: &str) -> String {
    match (platform, path.strip_prefix("/bot")) {
        (Platform::Telegram, Some(rest)) => {
            let method = rest.find('/').map_or("", |slash| &rest[slash..]);
            format!("/bot{REDACTED}{method}")
        }
        _ => path.to_owned(),
    }
}

fn redacted_pairs(pairs: &str) -> String {
    let pairs: Vec<String> = pairs
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) if is_secret(name) => format!("{name}={REDACTED}"),
            _ => pair.to_owned(),
        })
        .collect();
    pairs.join("&")
}

fn redacted_body(body: &str) -> String {
    match serde_json::from_str(body) {
        Ok(mut json) => {
            redact_json(&mut json);
            json.to_string()
        }
        Err(_) => redacted_pairs(body),
    }
}

fn redact_json(json: &mut Value) {
    match json {
        Value::Object(members) => {
            for (name, value) in members {
                if is_secret(name) {
                    *value = Value::from(REDACTED);
                } else {
                    redact_json(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact_json),
        _ => {}
    }
}

fn is_secret(name: &str) -> bool {
    // A name may be percent-encoded as well.
    form_urlencoded::parse(name.as_bytes())
        .next()
        .is_some_and(|(name, _)| SECRET_NAMES.contains(&name.to_ascii_lowercase().as_str()))
}
