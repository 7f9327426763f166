//! The panel's API as a shop's program calls it.

use std::net::SocketAddr;

use anyhow::Result;
use serde_json::Value;

use crate::http::{Answer, Connection};

/// Where the API stands.
const PREFIX: &str = "/api/v1";
/// One event.
const EVENT: &str = "application/cloudevents+json";
/// Several.
const BATCH: &str = "application/cloudevents-batch+json";

/// Where, and by which token.
#[derive(Clone)]
pub(crate) struct Api {
    /// The server.
    pub(crate) addr: SocketAddr,
    token: String,
}

impl Api {
    /// The API of a server.
    pub(crate) fn new(addr: SocketAddr, token: &str) -> Self {
        Self {
            addr,
            token: token.to_owned(),
        }
    }

    /// The same at another server.
    pub(crate) fn at(&self, addr: SocketAddr) -> Self {
        Self::new(addr, &self.token)
    }

    /// The bytes of a request that sends events: one, or a list of them.
    pub(crate) fn events(&self, body: &str) -> Vec<u8> {
        let content_type = if body.starts_with('[') { BATCH } else { EVENT };
        self.request("POST", "/events", content_type, body)
    }

    /// Asks, on a connection of its own.
    pub(crate) async fn get(&self, path: &str) -> Result<Answer> {
        self.ask(&self.request("GET", path, "application/json", "")).await
    }

    /// Posts, on a connection of its own.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        self.ask(&self.request("POST", path, "application/json", &body.to_string()))
            .await
    }

    async fn ask(&self, request: &[u8]) -> Result<Answer> {
        let mut connection = Connection::open(self.addr).await?;
        Ok(connection.send(request).await?.keep())
    }

    fn request(&self, method: &str, path: &str, content_type: &str, body: &str) -> Vec<u8> {
        format!(
            "{method} {PREFIX}{path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-type: {content_type}\r\n\
             content-length: {}\r\n\r\n{body}",
            self.addr,
            self.token,
            body.len()
        )
        .into_bytes()
    }
}
