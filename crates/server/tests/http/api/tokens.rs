//! Tokens: who may do what, and for how long.

use axum::http::{Method, StatusCode};
use domain::Scope;
use secrecy::ExposeSecret;
use serde_json::Value;

use super::{Program, anna, token};
use crate::support::{Home, Panel, on_both_databases};

on_both_databases!(
    a_token_is_needed_and_a_revoked_one_is_refused_at_once,
    another_process_refuses_a_revoked_token_within_five_seconds,
);

async fn a_token_is_needed_and_a_revoked_one_is_refused_at_once(home: Home) {
    let panel = Panel::start_in(home).await;
    let new = token(&panel, &[Scope::EventsRead]).await;
    let text = new.text.expose_secret().to_owned();
    let wrong = format!("Bearer {}", text.replace("rcd_", "rcd_A"));
    for authorization in [
        None,
        Some("Bearer "),
        Some("Bearer rcd_x"),
        Some("Basic YTpi"),
        Some(wrong.as_str()),
        Some("Be"),
    ] {
        let answer = Program::new(&panel, authorization).get("/events").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{authorization:?}");
        assert_eq!(answer.problem(), "unauthenticated");
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
    }
    let program = Program::new(&panel, Some(&format!("bearer {text}")));
    assert_eq!(program.get("/events").await.status, StatusCode::OK);
    let site = panel.raccordo.shown_site().await.unwrap().id;
    let used = panel.raccordo.list_tokens(site).await.unwrap();
    assert!(used[0].used_at.is_some());
    assert!(
        panel
            .raccordo
            .revoke_token(&anna(), site, new.token.id)
            .await
            .unwrap()
    );
    assert_eq!(program.get("/events").await.status, StatusCode::UNAUTHORIZED);
}

async fn another_process_refuses_a_revoked_token_within_five_seconds(home: Home) {
    let panel = Panel::start_in(home.clone()).await;
    let other = Panel::open(home, crate::support::Setup::default()).await;
    let new = token(&panel, &[Scope::EventsRead]).await;
    let program = Program::new(&other, Some(&format!("Bearer {}", new.text.expose_secret())));
    assert_eq!(program.get("/events").await.status, StatusCode::OK);
    let site = panel.raccordo.shown_site().await.unwrap().id;
    panel
        .raccordo
        .revoke_token(&anna(), site, new.token.id)
        .await
        .unwrap();
    other.clock.pass(5);
    assert_eq!(program.get("/events").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_session_of_the_panel_opens_nothing_here() {
    let panel = Panel::start().await;
    let mut browser = panel.signed_in().await;
    let page = browser.get("/api/v1/accounts").await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert!(page.headers.get("set-cookie").is_none());
}

/// Every operation of the description, with the scope that it names.
fn operations() -> Vec<(Method, String, Option<String>)> {
    let document: Value = server::http::api::document().parse().unwrap();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let scope = operation["security"][0]["token"][0].as_str().map(str::to_owned);
            let path = path
                .replace("{id}", "019a9b57-2c00-7000-8000-000000000001")
                .replace("{type}", "raccordo.order.placed.v1")
                .replace("{name}", "invalid");
            found.push((method, path, scope));
        }
    }
    found
}

#[tokio::test]
async fn every_operation_needs_just_the_scope_that_it_names() {
    let panel = Panel::empty().await;
    let mut seen = Vec::new();
    for (method, path, scope) in operations() {
        let anonymous = Program::new(&panel, None).ask(method.clone(), &path).await;
        let Some(scope) = scope else {
            assert!(
                anonymous.status.is_success() || anonymous.status.is_redirection(),
                "{method} {path}"
            );
            continue;
        };
        assert_eq!(anonymous.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        let needed = Scope::from_code(&scope).unwrap();
        let others: Vec<Scope> = Scope::ALL
            .iter()
            .copied()
            .filter(|other| *other != needed)
            .collect();
        let refused = Program::with(&panel, &others)
            .await
            .ask(method.clone(), &path)
            .await;
        assert_eq!(
            (refused.status, refused.problem()),
            (StatusCode::FORBIDDEN, "scope".to_owned()),
            "{method} {path}"
        );
        assert_eq!(refused.json()["scope"], scope.as_str());
        assert!(
            refused
                .header("www-authenticate")
                .contains(&format!("scope=\"{scope}\""))
        );
        let allowed = Program::with(&panel, &[needed])
            .await
            .ask(method.clone(), &path)
            .await;
        assert!(
            ![StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&allowed.status),
            "{method} {path}: {}",
            allowed.body
        );
        assert!(
            !allowed.status.is_server_error(),
            "{method} {path}: {}",
            allowed.body
        );
        seen.push(needed);
    }
    for scope in Scope::ALL {
        assert!(seen.contains(scope), "nothing needs {scope}");
    }
}
