//! Tokens of the API.

use domain::{LogFilter, LogKind, Scope, TokenId};
use secrecy::ExposeSecret;
use service::{LogRange, NewToken, TOKEN_PREFIX};
use uuid::Uuid;

use crate::stage::{Stage, key};

async fn made(stage: &Stage) -> NewToken {
    let name = "Negozio".parse().unwrap();
    let scopes = [Scope::EventsWrite, Scope::EventsRead, Scope::EventsWrite];
    let made = stage
        .raccordo
        .create_token(&stage.ada, stage.site.id, &name, &scopes)
        .await;
    made.unwrap()
}

#[tokio::test]
async fn a_token_is_recognised_with_its_scopes_and_stored_nowhere() {
    let stage = Stage::new().await;
    let new = made(&stage).await;
    let text = new.text.expose_secret();
    assert!(text.starts_with(TOKEN_PREFIX));
    assert_eq!(text.len(), 47);
    assert!(text.starts_with(&new.token.prefix) && new.token.prefix.len() < 12);
    assert!(!format!("{new:?}").contains(text));
    let used = stage.raccordo.authenticate(text).await.unwrap().unwrap();
    assert_eq!(used.token.id, new.token.id);
    assert_eq!(used.scopes, [Scope::EventsWrite, Scope::EventsRead]);
    assert!(used.allows(Scope::EventsWrite) && !used.allows(Scope::LogRead));
    let secret = text.strip_prefix(TOKEN_PREFIX).unwrap();
    for file in stage.files() {
        let bytes = std::fs::read(&file).unwrap();
        assert!(
            !bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes()),
            "{file:?}"
        );
    }
    for wrong in ["", "rcd_", secret, &text[..46], &format!("{text}A"), "rcd_é"] {
        assert_eq!(stage.raccordo.authenticate(wrong).await.unwrap(), None, "{wrong}");
    }
}

#[tokio::test]
async fn the_last_use_is_noted_once_a_minute() {
    let stage = Stage::new().await;
    let new = made(&stage).await;
    let used_at = async || stage.raccordo.list_tokens(stage.site.id).await.unwrap()[0].used_at;
    assert_eq!(used_at().await, None);
    let first = stage.raccordo.now();
    for (seconds, noted) in [(0, first), (56, first), (4, first.plus_seconds(60))] {
        stage.clock.pass(seconds);
        stage
            .raccordo
            .authenticate(new.text.expose_secret())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(used_at().await, Some(noted));
    }
}

#[tokio::test]
async fn a_revoked_token_opens_nothing_and_the_log_tells_who_did_it() {
    let stage = Stage::new().await;
    let new = made(&stage).await;
    let revoke = async |id| {
        stage
            .raccordo
            .revoke_token(&stage.ada, stage.site.id, id)
            .await
            .unwrap()
    };
    assert!(!revoke(TokenId::new(Uuid::from_u128(5))).await);
    assert!(revoke(new.token.id).await);
    assert!(!revoke(new.token.id).await);
    let used = stage
        .raccordo
        .authenticate(new.text.expose_secret())
        .await
        .unwrap();
    assert_eq!(used, None);
    let log = stage
        .raccordo
        .list_log(stage.site.id, &LogFilter::default(), LogRange::default())
        .await
        .unwrap();
    let told: Vec<_> = log
        .entries
        .iter()
        .map(|entry| (entry.message.kind, entry.by.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            (LogKind::TokenRevoked, Some("ada")),
            (LogKind::TokenCreated, Some("ada"))
        ]
    );
    assert_eq!(log.entries[0].message.token.as_deref(), Some("Negozio"));
    assert!(!format!("{:?}", log.entries).contains(new.text.expose_secret()));
}

#[tokio::test]
async fn a_token_that_another_process_revoked_is_good_for_a_few_seconds_more() {
    let stage = Stage::new().await;
    let new = made(&stage).await;
    let text = new.text.expose_secret();
    let used = async || stage.raccordo.authenticate(text).await.unwrap().is_some();
    assert!(used().await);
    let elsewhere = stage.restarted(key("07")).await;
    let revoked = elsewhere
        .revoke_token(&stage.ada, stage.site.id, new.token.id)
        .await;
    assert!(revoked.unwrap());
    assert!(used().await);
    stage.clock.pass(4);
    assert!(!used().await);
}
