//! Addresses of remote APIs.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::field::{AddressRule, FieldError};

/// The address of a platform's API: `https://host[:port][/path]`, without a trailing slash, user, query or fragment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ApiUrl(String);

/// Where a secret may be sent: host and, if it is not the scheme's own, port; lower case, and with `http://` before it
/// where the connection would not be encrypted. Part of what a sealed secret is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Host(String);

/// The longest address accepted, in characters.
const ADDRESS_CHARS_MAX: usize = 255;

/// What the names of the sandbox's hosts end with. `.test` never exists on the Internet (RFC 6761).
pub const SANDBOX_SUFFIX: &str = ".sandbox.test";

impl ApiUrl {
    /// Parses what a person typed or pasted.
    pub fn parse(text: &str, rule: &AddressRule) -> Result<Self, FieldError> {
        let text = text.trim();
        if text.chars().count() > ADDRESS_CHARS_MAX {
            return Err(FieldError::TooLong { max: 255 });
        }
        let expanded = rule.expand.and_then(|expand| expand(text));
        let text = expanded.as_deref().unwrap_or(text);
        let url = Url::parse(text).map_err(|_| FieldError::NotAnAddress)?;
        match url.scheme() {
            "https" => {}
            "http" if rule.http_allowed => {}
            "http" => return Err(FieldError::HttpsNeeded),
            _ => return Err(FieldError::NotAnAddress),
        }
        let host = url
            .host_str()
            .filter(|host| !host.is_empty())
            .ok_or(FieldError::NotAnAddress)?;
        if !rule.http_allowed && !host.contains('.') {
            return Err(FieldError::NotAnAddress);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FieldError::AddressHoldsCredentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(FieldError::AddressHoldsQuery);
        }
        let mut address = url.as_str().trim_end_matches('/');
        // However often it was pasted: what is stored must be read back as it stands.
        while let Some(short) = rule.strip_suffix.and_then(|suffix| address.strip_suffix(suffix)) {
            address = short.trim_end_matches('/');
        }
        // Letters beyond ASCII have grown several characters each by now.
        if address.len() > ADDRESS_CHARS_MAX {
            return Err(FieldError::TooLong { max: 255 });
        }
        Ok(Self(address.to_owned()))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where a request to this address goes.
    pub fn host(&self) -> Host {
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("https", &self.0));
        let host = rest.split('/').next().unwrap_or_default();
        Host(if scheme == "https" {
            host.to_owned()
        } else {
            format!("{scheme}://{host}")
        })
    }
}

impl fmt::Display for ApiUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Host {
    /// A host as stored; for reading it back only.
    pub fn stored(host: String) -> Self {
        Self(host)
    }

    /// The host.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Host {
    /// Whether it is one of the platforms that come with Raccordo to try things out.
    pub fn is_sandbox(&self) -> bool {
        let name = self.0.split(':').next().unwrap_or_default();
        name.ends_with(SANDBOX_SUFFIX)
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
