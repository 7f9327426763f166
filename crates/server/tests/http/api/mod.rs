//! `/api/v1`, as a program of the shop uses it.

mod accounts;
mod bulk;
mod deliveries;
mod document;
mod events;
#[path = "../../../../events/tests/schemas/judge.rs"]
mod judge;
mod limits;
mod log;
mod promise;
mod readers;
mod tokens;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use domain::{EventKind, Scope, User};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use service::{Actor, NewToken};
use tower::ServiceExt;

use crate::support::Panel;

/// The media type of one event.
const EVENT: &str = "application/cloudevents+json";
/// The media type of several.
const BATCH: &str = "application/cloudevents-batch+json";

/// A program with a token.
#[derive(Clone)]
pub(crate) struct Program {
    router: Router,
    authorization: Option<String>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The name of the problem, after having looked at what every problem must have.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.body
        );
        let told = self.json();
        assert_eq!(told["status"], self.status.as_u16());
        assert_eq!(told["instance"], self.header("x-request-id"));
        assert!(!told["title"].as_str().unwrap().is_empty() && !told["detail"].as_str().unwrap().is_empty());
        let kind = told["type"].as_str().unwrap();
        kind.strip_prefix("/api/v1/problems/").unwrap().to_owned()
    }

    /// The pointers of the wrong values.
    pub(crate) fn pointers(&self) -> Vec<String> {
        let told = self.json();
        let errors = told["errors"].as_array().cloned().unwrap_or_default();
        let pointer = |wrong: &Value| wrong["pointer"].as_str().unwrap_or_default().to_owned();
        errors.iter().map(pointer).collect()
    }
}

impl Program {
    /// A program with `authorization` as its header, or none.
    pub(crate) fn new(panel: &Panel, authorization: Option<&str>) -> Self {
        Self {
            router: panel.router.clone(),
            authorization: authorization.map(str::to_owned),
        }
    }

    /// A program with a token of these scopes.
    pub(crate) async fn with(panel: &Panel, scopes: &[Scope]) -> Self {
        let text = token(panel, scopes).await.text;
        Self::new(panel, Some(&format!("Bearer {}", text.expose_secret())))
    }

    /// A program that may do everything.
    pub(crate) async fn full(panel: &Panel) -> Self {
        Self::with(panel, Scope::ALL).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Body::empty()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.send(Method::POST, path, &headers, Body::from(body.to_string()))
            .await
    }

    /// A request without a body.
    pub(crate) async fn ask(&self, method: Method, path: &str) -> Answer {
        self.send(method, path, &[], Body::empty()).await
    }

    /// Events as a shop sends them.
    pub(crate) async fn events(&self, media: &str, body: impl Into<Body>) -> Answer {
        self.send(Method::POST, "/events", &[("content-type", media)], body.into())
            .await
    }

    /// A request to a path below `/api/v1`.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Answer {
        let path = path.strip_prefix("/api/v1").unwrap_or(path);
        let address = format!("/api/v1{path}");
        let mut request = Request::builder().method(method.clone()).uri(address);
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self
            .router
            .clone()
            .oneshot(request.body(body).unwrap())
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        };
        promise::assert_kept(&method, path, &answer);
        answer
    }
}

/// Somebody who makes tokens.
pub(crate) fn anna() -> Actor {
    Actor {
        user: User {
            id: "019a9b57-2c00-7000-8000-0000000000aa".parse().unwrap(),
            name: "anna".parse().unwrap(),
        },
    }
}

/// A new token.
pub(crate) async fn token(panel: &Panel, scopes: &[Scope]) -> NewToken {
    let site = panel.raccordo.shown_site().await.unwrap().id;
    panel
        .raccordo
        .create_token(&anna(), site, &"Negozio di prova".parse().unwrap(), scopes)
        .await
        .unwrap()
}

/// An event of `kind` that the shop calls `id`.
pub(crate) fn event(kind: EventKind, id: &str) -> Value {
    let mut event = ::events::samples::event(kind);
    event["id"] = json!(id);
    event
}

/// A Clerk.io account as it is sent.
pub(crate) fn clerk(description: &str) -> Value {
    json!({
        "platform": "clerk",
        "description": description,
        "settings": {
            "public_key": "0123456789abcdef0123456789abcdef",
            "api_base_url": "https://api.clerk.io/v2",
            "language": "it",
            "currency": "EUR",
            "visitor_mode": "auto",
        },
        "secrets": { "private_key": "plantedsecretclerk0123456789abcd" },
    })
}

/// An account that gets deliveries of orders and products; answers its id.
pub(crate) async fn active_account(program: &Program) -> String {
    let made = program.post("/accounts", &clerk("Ricerca")).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let switched = program
        .post(&format!("/accounts/{id}/activate"), &json!({"confirmed": true}))
        .await;
    assert_eq!(switched.status, StatusCode::OK, "{}", switched.body);
    id
}
