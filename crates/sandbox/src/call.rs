//! A request that has been read.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, header};

/// A request that has been read to its end.
#[derive(Debug)]
pub(crate) struct Call {
    /// The host that is called, in small letters and without a port.
    pub(crate) host: String,
    pub(crate) method: Method,
    /// The path as sent, without the query.
    pub(crate) path: String,
    /// The query, decoded.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Call {
    pub(crate) fn is_get(&self) -> bool {
        self.method == Method::GET
    }

    /// The first value of a query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        find(&self.query, name)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The token of `Authorization: Bearer …`.
    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header(header::AUTHORIZATION.as_str())?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// The parts of the path after `base`, or `None` if it does not start with it.
    pub(crate) fn parts(&self, base: &str) -> Option<Vec<&str>> {
        let rest = self.path.strip_prefix(base)?.strip_prefix('/')?;
        Some(rest.trim_end_matches('/').split('/').collect())
    }
}

pub(crate) fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.as_str())
}
