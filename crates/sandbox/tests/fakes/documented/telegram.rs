//! Telegram's descriptions.

use sandbox::{
    BOT_ID, BOT_TOKEN, CHANNEL_NAME, CUSTOMER_CHAT_ID, KICKED_CHAT_ID, MOVED_CHAT_ID, MOVED_TO_CHAT_ID,
    STAFF_CHAT_ID, STAFF_CHAT_TITLE, TELEGRAM_HOST,
};
use serde_json::{Value, json};

use super::{assert_shape, parse};
use crate::client::{Caller, answer, start};

async fn telegram(caller: &Caller, method: &str, parameters: Value) -> (u16, Value) {
    answer(caller.telegram(method, &parameters)).await
}

#[tokio::test]
async fn telegrams_bot_has_the_documented_shape() {
    // https://core.telegram.org/bots/api#user, with the members that only getMe returns
    let documented = parse(
        r#"{"ok":true,"result":{"id":110201543,"is_bot":true,"first_name":"Bot","username":"example_bot",
        "can_join_groups":true,"can_read_all_group_messages":false,"supports_inline_queries":false,
        "can_connect_to_business":false,"has_main_web_app":false}}"#,
    );
    let (_sandbox, caller) = start().await;
    let (_, found) = telegram(&caller, "getMe", json!({})).await;
    assert_shape(&found, &documented, "bot");
    assert_eq!(found["result"]["id"], BOT_ID);
}

#[tokio::test]
async fn telegrams_chat_has_the_documented_shape() {
    // https://core.telegram.org/bots/api#chatfullinfo: what is not optional, the title and the permissions
    let (_sandbox, caller) = start().await;
    let (_, found) = telegram(&caller, "getChat", json!({ "chat_id": STAFF_CHAT_ID })).await;
    let chat = &found["result"];
    let mut names: Vec<_> = chat.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "accent_color_id",
            "accepted_gift_types",
            "id",
            "max_reaction_count",
            "permissions",
            "title",
            "type"
        ]
    );
    assert_eq!(
        (&chat["id"], &chat["title"]),
        (&json!(STAFF_CHAT_ID), &json!(STAFF_CHAT_TITLE))
    );
    let (_, channel) = telegram(&caller, "getChat", json!({ "chat_id": CHANNEL_NAME })).await;
    assert_eq!(channel["result"]["type"], "channel");
}

#[tokio::test]
async fn telegram_tells_the_bots_membership() {
    // https://core.telegram.org/bots/api#chatmembermember
    let documented = parse(
        r#"{"ok":true,"result":{"user":{"id":1,"is_bot":true,"first_name":"Bot","username":"example_bot"},
        "status":"member"}}"#,
    );
    let (_sandbox, caller) = start().await;
    for chat in [STAFF_CHAT_ID, CUSTOMER_CHAT_ID, MOVED_TO_CHAT_ID] {
        let parameters = json!({ "chat_id": chat, "user_id": BOT_ID });
        let (_, found) = telegram(&caller, "getChatMember", parameters).await;
        assert_shape(&found, &documented, "member");
    }
}

#[tokio::test]
async fn telegrams_errors_have_the_documented_shape() {
    // https://core.telegram.org/bots/api#making-requests; words after
    // https://github.com/tdlib/telegram-bot-api, telegram-bot-api/Client.cpp
    let documented = parse(r#"{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}"#);
    let (_sandbox, caller) = start().await;
    for (method, parameters, status, words) in [
        ("getNothing", json!({}), 404, "Not Found: method not found"),
        ("getChat", json!({}), 400, "Bad Request: chat_id is empty"),
        (
            "getChat",
            json!({ "chat_id": 1 }),
            400,
            "Bad Request: chat not found",
        ),
        (
            "getChat",
            json!({ "chat_id": KICKED_CHAT_ID }),
            403,
            "Forbidden: bot was kicked from the supergroup chat",
        ),
        (
            "sendMessage",
            json!({ "chat_id": STAFF_CHAT_ID, "text": " " }),
            400,
            "Bad Request: message text is empty",
        ),
        (
            "sendMessage",
            json!({ "chat_id": STAFF_CHAT_ID, "text": "x".repeat(4097) }),
            400,
            "Bad Request: message is too long",
        ),
    ] {
        let (found_status, found) = telegram(&caller, method, parameters).await;
        assert_shape(&found, &documented, method);
        assert_eq!((found_status, &found["description"]), (status, &json!(words)));
        assert_eq!(found["error_code"], status);
    }
    // https://core.telegram.org/bots/api#responseparameters
    let moved = json!({ "chat_id": MOVED_CHAT_ID, "user_id": BOT_ID, "text": "Prova" });
    for method in ["getChat", "getChatMember", "sendMessage"] {
        let (status, found) = telegram(&caller, method, moved.clone()).await;
        assert_eq!(status, 400);
        assert_eq!(
            found["parameters"],
            json!({ "migrate_to_chat_id": MOVED_TO_CHAT_ID })
        );
    }
    for (token, words) in [
        ("110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", "Unauthorized"),
        ("no-token", "Unauthorized: invalid token specified"),
        (
            "0123:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
            "Unauthorized: invalid token specified",
        ),
    ] {
        let (status, found) = answer(caller.get(TELEGRAM_HOST, &format!("/bot{token}/getMe"))).await;
        assert_eq!((status, &found["description"]), (401, &json!(words)));
    }
}

#[tokio::test]
async fn telegram_takes_any_case_get_post_json_and_forms() {
    // https://core.telegram.org/bots/api#making-requests
    let (sandbox, caller) = start().await;
    let text = "Prova & riprova";
    let path = format!("/bot{BOT_TOKEN}/SENDmessage");
    let form = format!("chat_id={STAFF_CHAT_ID}&text=Prova+%26+riprova");
    let calls = [
        caller.get(TELEGRAM_HOST, &format!("{path}?{form}")),
        caller.post(TELEGRAM_HOST, &format!("{path}?{form}")),
        caller
            .post(TELEGRAM_HOST, &path)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(form),
        caller.telegram("sendMESSAGE", &json!({ "chat_id": STAFF_CHAT_ID, "text": text })),
        caller.telegram(
            "sendmessage",
            &json!({ "chat_id": STAFF_CHAT_ID.to_string(), "text": text }),
        ),
    ];
    for call in calls {
        // https://core.telegram.org/bots/api#message
        let documented = parse(
            r#"{"ok":true,"result":{"message_id":1,"from":{"id":1,"is_bot":true,"first_name":"Bot",
            "username":"example_bot"},"chat":{"id":-1,"title":"Staff","type":"supergroup"},"date":1,"text":"x"}}"#,
        );
        let (_, found) = answer(call).await;
        assert_shape(&found, &documented, "message");
    }
    let messages = sandbox.messages();
    assert_eq!(messages.len(), 5);
    assert!(
        messages.iter().all(|message| message.text == text),
        "{messages:?}"
    );
}

#[tokio::test]
async fn telegrams_updates_stay_until_they_are_confirmed() {
    // https://core.telegram.org/bots/api#getupdates
    let (_sandbox, caller) = start().await;
    let ids = |found: &Value| -> Vec<u64> {
        let updates = found["result"].as_array().unwrap();
        updates
            .iter()
            .map(|update| update["update_id"].as_u64().unwrap())
            .collect()
    };
    let (_, all) = telegram(&caller, "getUpdates", json!({ "limit": 100 })).await;
    assert_eq!(ids(&all).len(), 5);
    for kind in ["message", "my_chat_member", "channel_post"] {
        let updates = all["result"].as_array().unwrap();
        assert!(updates.iter().any(|update| update.get(kind).is_some()), "{kind}");
    }
    let (_, again) = telegram(&caller, "getUpdates", json!({})).await;
    assert_eq!(again, all);
    let (_, two) = telegram(&caller, "getUpdates", json!({ "limit": 2, "offset": 700_003 })).await;
    assert_eq!(ids(&two), [700_003, 700_004]);
}
