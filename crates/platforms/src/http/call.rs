//! One call, before it is made.

use domain::{Effect, Fault};
use reqwest::header::HeaderValue;
use serde_json::Value;
use url::Url;

use crate::redact::SecretUrl;

/// A call: what is asked, with which credentials. It cannot be printed.
pub(crate) struct Call<'a> {
    method: &'static str,
    path: String,
    query: Vec<(&'static str, &'a str)>,
    header: Option<(&'static str, String)>,
    body: Option<Value>,
}

impl<'a> Call<'a> {
    /// Reads `path`, which follows the account's address and begins with `/`.
    pub(crate) const fn get(path: String) -> Self {
        Self {
            method: "GET",
            path,
            query: Vec::new(),
            header: None,
            body: None,
        }
    }

    /// Posts `body` as JSON to `path`.
    pub(crate) const fn post(path: String, body: Value) -> Self {
        Self {
            method: "POST",
            path,
            query: Vec::new(),
            header: None,
            body: Some(body),
        }
    }

    /// Puts `body` as JSON in the place of what is at `path`.
    pub(crate) const fn put(path: String, body: Value) -> Self {
        Self {
            method: "PUT",
            path,
            query: Vec::new(),
            header: None,
            body: Some(body),
        }
    }

    /// Deletes what is at `path`.
    pub(crate) const fn delete(path: String) -> Self {
        Self {
            method: "DELETE",
            path,
            query: Vec::new(),
            header: None,
            body: None,
        }
    }

    /// Adds a parameter to the address.
    pub(crate) fn query(mut self, name: &'static str, value: &'a str) -> Self {
        self.query.push((name, value));
        self
    }

    /// Adds the header that holds the credentials.
    pub(crate) fn header(mut self, name: &'static str, value: String) -> Self {
        self.header = Some((name, value));
        self
    }

    pub(crate) const fn method(&self) -> &'static str {
        self.method
    }

    /// Whether it changes anything over there.
    pub(crate) const fn effect(&self) -> Effect {
        match self.method.as_bytes() {
            b"GET" => Effect::Reads,
            _ => Effect::Writes,
        }
    }

    /// The whole address.
    pub(crate) fn url(&self, base: &str) -> Result<SecretUrl, Fault> {
        let mut url = Url::parse(base).map_err(|_| Fault::NameUnknown {
            host: base.to_owned(),
        })?;
        let path = format!("{}{}", url.path().trim_end_matches('/'), self.path);
        url.set_path(&path);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(SecretUrl::new(url))
    }

    /// The credentials' header. It is marked as sensitive: no library prints it or keeps it in a table.
    pub(crate) fn credentials(&self) -> Result<Option<(&'static str, HeaderValue)>, Fault> {
        let Some((name, value)) = &self.header else {
            return Ok(None);
        };
        // Such characters are in no key: the platform would say the same.
        let mut value = HeaderValue::from_str(value).map_err(|_| Fault::CredentialsRejected { code: 400 })?;
        value.set_sensitive(true);
        Ok(Some((*name, value)))
    }

    pub(crate) const fn body(&self) -> Option<&Value> {
        self.body.as_ref()
    }
}
