//! Telegram.

use domain::platform::Platform;
use domain::{Effect, Fault, FaultClass, Lookup, Permission, RemoteThing};
use sandbox::Fault as Wrong;

use crate::stage::{Account, Stage, exchanges, facts, failure, marks};

const HOST: &str = "https://api.telegram.sandbox.test";
const CANNOT_WRITE: Fault = Fault::PermissionMissing {
    what: Permission::WriteInChat,
};

fn account(values: &[(&str, &str)]) -> Account {
    Account::with(Platform::Telegram, values)
}

fn in_chat(id: i64) -> Account {
    account(&[("staff_chat_id", &id.to_string())])
}

#[tokio::test]
async fn a_good_account_says_which_bot_writes_where() {
    let stage = Stage::new().await;
    let report = stage.verify(&account(&[])).await;
    assert_eq!(report.fault, None);
    assert_eq!(marks(&report), "++++++");
    assert_eq!(
        facts(&report.identity),
        ["Bot: @raccordo_sandbox_bot", "Chat: Staff del negozio"]
    );
    assert_eq!(
        exchanges(&report),
        [
            format!("POST {HOST}/bot▇/getMe 200"),
            format!("POST {HOST}/bot▇/getChat 200"),
            format!("POST {HOST}/bot▇/getChatMember 200"),
        ]
    );
    assert_eq!(stage.sandbox.messages(), [], "a test writes nothing");
}

#[tokio::test]
async fn every_fault_is_told_for_what_it_is() {
    let stage = Stage::new().await;
    stage
        .every_fault(&account(&[]), "++++++", |fault| {
            Some(match fault {
                Wrong::WrongKey => ("+++x--", Fault::CredentialsRejected { code: 401 }),
                // The chat was found, which is told although it comes later.
                Wrong::MissingPermission => ("++++x+", CANNOT_WRITE),
                Wrong::RateLimited | Wrong::RateLimitedUntil => {
                    ("+++x--", Fault::RateLimited { wait_s: Some(7) })
                }
                Wrong::RateLimitedSilent => ("+++x--", Fault::RateLimited { wait_s: None }),
                Wrong::Down => ("+++x--", Fault::PlatformDown { status: 503 }),
                Wrong::InternalError => ("+++x--", Fault::PlatformDown { status: 500 }),
                Wrong::CloseBefore | Wrong::CloseAfter => ("+++x--", Fault::ConnectionLost),
                Wrong::Malformed => ("+++x--", Fault::Malformed),
                Wrong::Oversized => ("+++x--", Fault::TooLarge),
                Wrong::Redirect => (
                    "+++x--",
                    Fault::Redirected {
                        to: "elsewhere.example".into(),
                    },
                ),
                Wrong::Slow | Wrong::DuplicateDelivery | Wrong::RateLimitEnforced | Wrong::Empty => {
                    return None;
                }
            })
        })
        .await;
}

#[tokio::test]
async fn the_bot_must_be_the_one_that_is_named() {
    let stage = Stage::new().await;
    let same = account(&[("bot_username", "RACCORDO_sandbox_BOT")]);
    assert!(stage.verify(&same).await.works(), "the case does not count");
    let report = stage.verify(&account(&[("bot_username", "un_altro_bot")])).await;
    assert_eq!(
        report.fault,
        Some(Fault::IdentityDiffers {
            expected: "@un_altro_bot".into(),
            found: "@raccordo_sandbox_bot".into(),
        })
    );
    assert_eq!(marks(&report), "++++-x");
    assert_eq!(facts(&report.identity), ["Bot: @raccordo_sandbox_bot"]);
}

#[tokio::test]
async fn the_chat_is_found_moved_closed_or_missing() {
    let stage = Stage::new().await;
    let no_chat = stage.verify(&account(&[("staff_chat_id", "")])).await;
    assert_eq!(
        (no_chat.fault.clone(), marks(&no_chat).as_str()),
        (None, "++++-+")
    );
    assert_eq!(no_chat.exchanges.len(), 1);

    let channel = stage
        .verify(&account(&[("staff_chat_id", sandbox::CHANNEL_NAME)]))
        .await;
    assert_eq!(
        (channel.fault.clone(), marks(&channel).as_str()),
        (None, "++++++")
    );

    for (id, steps, fault) in [
        (
            sandbox::MOVED_CHAT_ID,
            "++++-x",
            Fault::ChatMoved {
                to: sandbox::MOVED_TO_CHAT_ID.to_string(),
            },
        ),
        (sandbox::KICKED_CHAT_ID, "++++x-", CANNOT_WRITE),
        (
            -1_009_999_999_999,
            "++++-x",
            Fault::NotFound {
                what: RemoteThing::Chat,
            },
        ),
    ] {
        let report = stage.verify(&in_chat(id)).await;
        assert_eq!(report.fault, Some(fault), "{id}");
        assert_eq!(marks(&report), steps, "{id}");
    }
}

#[tokio::test]
async fn in_a_channel_only_the_right_to_post_counts() {
    let stage = Stage::new().await;
    stage
        .sandbox
        .set_fault(Platform::Telegram, Some(Wrong::MissingPermission));
    let report = stage.verify(&in_chat(sandbox::CHANNEL_ID)).await;
    assert_eq!(report.fault, Some(CANNOT_WRITE));
}

#[tokio::test]
async fn chats_are_found_and_none_of_their_updates_is_used_up() {
    let stage = Stage::new().await;
    let account = account(&[]);
    for _ in 0..2 {
        let chats = stage
            .platforms
            .look_up(&account.remote(), Lookup::Chats)
            .await
            .unwrap();
        let shown: Vec<_> = chats
            .iter()
            .map(|chat| format!("{} {} ({})", chat.id, chat.name, chat.note))
            .collect();
        assert_eq!(
            shown,
            [
                "555000111 Bianca (private)",
                "-1001234567890 Staff del negozio (supergroup)",
                "-1001111111111 Fornitori (supergroup)",
                "-1003333333333 Novità del negozio (channel)",
            ]
        );
    }
    assert!(
        stage
            .sandbox
            .received()
            .iter()
            .all(|request| !request.body.contains("offset"))
    );
}

#[tokio::test]
async fn a_test_message_arrives_quietly_and_says_where() {
    let stage = Stage::new().await;
    let account = account(&[]);
    assert!(platforms::offers_test_message(&account.settings));
    let sent = stage
        .platforms
        .send_test_message(&account.remote(), "Prova <b>&")
        .await
        .unwrap();
    assert_eq!(facts(&sent), ["Chat: Staff del negozio"]);
    let messages = stage.sandbox.messages();
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].text, "Prova <b>&");
    assert_eq!(messages[0].chat, sandbox::STAFF_CHAT_ID.to_string());
    let body = &stage.sandbox.received()[0].body;
    assert!(body.contains(r#""disable_notification":true"#), "{body}");
    assert!(!body.contains("parse_mode"), "{body}");
}

#[tokio::test]
async fn after_a_lost_answer_nobody_knows_whether_the_message_arrived() {
    let stage = Stage::new().await;
    stage
        .sandbox
        .set_fault(Platform::Telegram, Some(Wrong::CloseAfter));
    let account = account(&[]);
    let failed = failure(
        stage
            .platforms
            .send_test_message(&account.remote(), "Prova")
            .await,
    );
    assert_eq!(failed.fault, Fault::ConnectionLost);
    assert_eq!(failed.effect, Effect::Writes);
    assert_eq!(failed.class(), FaultClass::Unknown);
    assert_eq!(stage.sandbox.messages().len(), 1, "it did, and only once");
}

#[tokio::test]
async fn a_message_that_may_not_be_written_says_so() {
    let stage = Stage::new().await;
    let account = in_chat(sandbox::KICKED_CHAT_ID);
    let failed = failure(
        stage
            .platforms
            .send_test_message(&account.remote(), "Prova")
            .await,
    );
    assert_eq!(failed.fault, CANNOT_WRITE);
    let nowhere = Account::with(Platform::Telegram, &[("staff_chat_id", "")]);
    assert!(!platforms::offers_test_message(&nowhere.settings));
}
