//! A secret is in no answer, no page, no error and not in the database file.

use std::fmt::Write;

use axum::http::StatusCode;

use crate::support::{FORMS, Home, PLANTED, Page, Panel, on_both_databases, with};

fn assert_clean(page: &Page, what: &str) {
    for secret in PLANTED {
        assert!(!page.body.contains(secret), "{what} holds a secret");
        for (name, value) in &page.headers {
            assert!(
                !String::from_utf8_lossy(value.as_bytes()).contains(secret),
                "{what}: header {name} holds a secret"
            );
        }
    }
}

on_both_databases!(planted_secrets_are_in_no_answer_and_not_in_the_database);

async fn planted_secrets_are_in_no_answer_and_not_in_the_database(home: Home) {
    let panel = Panel::start_in(home).await;
    let mut browser = panel.signed_in().await;
    for form in FORMS {
        let rejected = browser
            .post("/accounts/new", &with(form, &[("description", "")]))
            .await;
        assert_eq!(rejected.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_clean(&rejected, "a rejected form");
        assert_clean(
            &browser
                .post_json("/accounts/new", &with(form, &[("description", "")]))
                .await,
            "a rejected form as JSON",
        );
        let id = browser.add(form).await;
        for path in [
            format!("/accounts/{id}"),
            format!("/accounts/delete?ids={id}"),
            format!("/accounts/swap?id={id}"),
            format!("/load/account?id={id}"),
            format!("/load/delete?ids={id}"),
            format!("/load/swap?id={id}"),
            "/accounts".to_owned(),
            "/load/accounts?query=".to_owned(),
        ] {
            let page = browser.get(&path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
            assert_clean(&page, &path);
        }
        let conflict = browser
            .post(&format!("/accounts/{id}"), &with(form, &[("version", "9")]))
            .await;
        assert_eq!(conflict.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_clean(&conflict, "a conflict");
        let page = browser
            .post_json(
                "/accounts/selection",
                &[("confirmed", "yes"), ("do", &format!("activate:{id}"))],
            )
            .await;
        assert_clean(&page, "a switch");
    }
    panel.clock.pass(9 * 3600);
    let expired = browser.post("/accounts/new", FORMS[0]).await;
    assert_clean(&expired, "a kept form");
    panel.raccordo.close().await;
    for (name, stored) in stored(&panel.home).await {
        for secret in PLANTED {
            for form in [secret.to_owned(), hex(secret)] {
                let is_there = stored.windows(form.len()).any(|window| window == form.as_bytes());
                assert!(!is_there, "{name} holds a secret");
            }
        }
    }
}

/// All that the panel keeps.
async fn stored(home: &Home) -> Vec<(String, Vec<u8>)> {
    match home {
        Home::Folder(folder) => std::fs::read_dir(folder.path())
            .unwrap()
            .map(|file| file.unwrap().path())
            .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
            .collect(),
        Home::Postgres(database) => {
            let dump = database.dump().await;
            // What was typed and is no secret: the dump is one of the right database.
            assert!(dump.contains("Ordini in chat"), "{dump}");
            vec![("the database".to_owned(), dump.into_bytes())]
        }
    }
}

fn hex(text: &str) -> String {
    let mut digits = String::new();
    for byte in text.bytes() {
        write!(digits, "{byte:02x}").unwrap();
    }
    digits
}
