//! A whole answer.

use domain::Fault;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The largest answer that is read, in bytes.
pub(crate) const BODY_BYTES_MAX: usize = 1024 * 1024;

/// An answer, read to its end.
pub(crate) struct Answer {
    /// The status; never one of a redirection.
    pub(crate) status: u16,
    /// The seconds that `Retry-After` asks to wait, in either of its forms.
    pub(crate) retry_after_s: Option<u32>,
    /// As received: only the redactor may make text of it that is shown.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The answer that a platform documents, for a call that is only planned.
    pub(crate) fn sample(body: &Value) -> Self {
        Self {
            status: 200,
            retry_after_s: None,
            body: body.to_string().into_bytes(),
        }
    }

    pub(crate) const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// The body as the platform documents it. Another page (of a shop, of a provider) is not this API; nesting has the
    /// JSON library's limit.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_json::from_slice(&self.body).map_err(|_| {
            if self.is_page() {
                Fault::NotThisApi { status: self.status }
            } else {
                Fault::Malformed
            }
        })
    }

    /// The body of a refusal, if it has the documented form.
    pub(crate) fn error<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// What every platform means by these statuses; `None` for the others.
    pub(crate) const fn common_fault(&self) -> Option<Fault> {
        match self.status {
            429 => Some(Fault::RateLimited {
                wait_s: self.retry_after_s,
            }),
            // The server has not read the request, or not yet.
            408 | 425 | 500..=599 => Some(Fault::PlatformDown { status: self.status }),
            _ => None,
        }
    }

    /// Whether it is a web page: a firewall or a proxy speaks, not the platform.
    pub(crate) fn is_page(&self) -> bool {
        self.body
            .iter()
            .find(|byte| !byte.is_ascii_whitespace())
            .is_some_and(|byte| *byte == b'<')
    }
}

/// A number that some answers give as a text.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Number {
    /// `3`.
    Number(u64),
    /// `"3"`.
    Text(String),
}

impl Number {
    pub(crate) fn show(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Value, Fault> {
        let answer = Answer {
            status: 200,
            retry_after_s: None,
            body: body.into(),
        };
        answer.json()
    }

    #[test]
    fn a_page_is_another_site_and_the_rest_is_malformed() {
        assert_eq!(read(" \n<!doctype html>"), Err(Fault::NotThisApi { status: 200 }));
        for body in ["", "{", "nothing", "{\"a\":1}x"] {
            assert_eq!(read(body), Err(Fault::Malformed), "{body}");
        }
        assert_eq!(
            read(&"[".repeat(1_000_000)),
            Err(Fault::Malformed),
            "however deep it is"
        );
    }
}
