//! Telegram's Bot API.
//!
//! After <https://core.telegram.org/bots/api>; the words of the errors after the server's own source
//! (<https://github.com/tdlib/telegram-bot-api>, `Client.cpp` and `ClientManager.cpp`).

mod chat;

use axum::http::{Method, StatusCode, header};
use domain::Platform;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::{Call, find};
use crate::fault::Fault;
use crate::sample::{BOT_ID, BOT_TOKEN, BOT_USERNAME, KICKED_CHAT_ID, MOVED_CHAT_ID, MOVED_TO_CHAT_ID};
use crate::world::World;
use chat::Chat;

/// Longest text of a message, in characters.
const TEXT_CHARS_MAX: usize = 4096;
/// Most updates that one call returns.
const UPDATES_MAX: usize = 100;
/// When the first message was sent, in seconds since the Unix epoch: 2026-01-02 08:00 UTC.
const FIRST_MESSAGE_S: u64 = 1_767_340_800;

/// What the API says no with.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    description: String,
    parameters: Option<Value>,
}

impl Refusal {
    fn new(status: StatusCode, description: impl Into<String>) -> Self {
        Self {
            status,
            description: description.into(),
            parameters: None,
        }
    }

    fn bad_request(what: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, format!("Bad Request: {what}"))
    }

    fn answer(self) -> Answer {
        let mut body = json!({
            "ok": false,
            "error_code": self.status.as_u16(),
            "description": self.description,
        });
        if let Some(parameters) = self.parameters {
            body["parameters"] = parameters;
        }
        Answer::json(self.status, &body)
    }
}

pub(crate) fn answer(call: &Call, fault: Option<Fault>, world: &World) -> Answer {
    if let Some(answer) = fault.and_then(refusal) {
        return answer;
    }
    let Some((token, method)) = call
        .path
        .strip_prefix("/bot")
        .and_then(|rest| rest.split_once('/'))
        .filter(|_| matches!(call.method, Method::GET | Method::POST))
    else {
        return Refusal::new(StatusCode::NOT_FOUND, "Not Found").answer();
    };
    if token != BOT_TOKEN {
        let description = if is_token(token) {
            "Unauthorized"
        } else {
            "Unauthorized: invalid token specified"
        };
        return Refusal::new(StatusCode::UNAUTHORIZED, description).answer();
    }
    let parameters = parameters(call);
    let result = match method.to_ascii_lowercase().as_str() {
        "getme" => Ok(me()),
        "getchat" => reachable(&parameters).map(Chat::full),
        "getchatmember" => member(&parameters, fault),
        "getupdates" if fault == Some(Fault::Empty) => Ok(json!([])),
        "getupdates" => Ok(updates(&parameters)),
        "sendmessage" => send(&parameters, fault, world),
        _ => Err(Refusal::new(StatusCode::NOT_FOUND, "Not Found: method not found")),
    };
    match result {
        Ok(result) => Answer::ok(&json!({ "ok": true, "result": result })),
        Err(refusal) => refusal.answer(),
    }
}

fn refusal(fault: Fault) -> Option<Answer> {
    match fault {
        Fault::WrongKey => Some(Refusal::new(StatusCode::UNAUTHORIZED, "Unauthorized").answer()),
        Fault::RateLimited => Some(
            Refusal {
                status: StatusCode::TOO_MANY_REQUESTS,
                description: format!("Too Many Requests: retry after {}", Fault::RETRY_AFTER_S),
                parameters: Some(json!({ "retry_after": Fault::RETRY_AFTER_S })),
            }
            .answer()
            .wait(fault),
        ),
        Fault::RateLimitedUntil | Fault::RateLimitedSilent | Fault::RateLimitEnforced => {
            let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests");
            Some(refusal.answer().wait(fault))
        }
        Fault::Down => Some(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable").answer()),
        Fault::InternalError => {
            Some(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error").answer())
        }
        _ => None,
    }
}

/// What the server takes for a token at all: at most 80 characters, an id from 1 to 2^54 - 1 without a leading zero, a
/// colon.
fn is_token(token: &str) -> bool {
    token.len() <= 80
        && !token.starts_with('0')
        && token
            .split_once(':')
            .and_then(|(id, _)| id.parse::<u64>().ok())
            .is_some_and(|id| (1..1 << 54).contains(&id))
}

/// The parameters: of the query, of a form and of JSON; values that are not text as they stand in JSON.
fn parameters(call: &Call) -> Vec<(String, String)> {
    let mut all = call.query.clone();
    let content_type = call.header(header::CONTENT_TYPE.as_str()).unwrap_or_default();
    if content_type.starts_with("application/json") {
        if let Ok(Value::Object(members)) = serde_json::from_slice(&call.body) {
            all.extend(members.into_iter().map(|(name, value)| match value {
                Value::String(text) => (name, text),
                other => (name, other.to_string()),
            }));
        }
    } else if content_type.starts_with("application/x-www-form-urlencoded") {
        all.extend(form_urlencoded::parse(&call.body).into_owned());
    }
    all
}

fn bot() -> Value {
    json!({
        "id": BOT_ID,
        "is_bot": true,
        "first_name": "Raccordo Sandbox",
        "username": BOT_USERNAME,
    })
}

fn me() -> Value {
    let mut me = bot();
    for (name, value) in [
        ("can_join_groups", true),
        ("can_read_all_group_messages", false),
        ("supports_inline_queries", false),
        ("can_connect_to_business", false),
        ("has_main_web_app", false),
    ] {
        me[name] = Value::from(value);
    }
    me
}

/// The chat that `chat_id` names, if the bot is in it.
fn reachable(parameters: &[(String, String)]) -> Result<Chat, Refusal> {
    let name = find(parameters, "chat_id")
        .filter(|name| !name.is_empty())
        .ok_or_else(|| Refusal::bad_request("chat_id is empty"))?;
    let chat = Chat::find(name).ok_or_else(|| Refusal::bad_request("chat not found"))?;
    match chat.id {
        MOVED_CHAT_ID => Err(Refusal {
            parameters: Some(json!({ "migrate_to_chat_id": MOVED_TO_CHAT_ID })),
            ..Refusal::bad_request("group chat was upgraded to a supergroup chat")
        }),
        KICKED_CHAT_ID => Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "Forbidden: bot was kicked from the supergroup chat",
        )),
        _ => Ok(chat),
    }
}

fn member(parameters: &[(String, String)], fault: Option<Fault>) -> Result<Value, Refusal> {
    let chat = reachable(parameters)?;
    let user = find(parameters, "user_id").and_then(|id| id.parse::<i64>().ok());
    match user {
        Some(BOT_ID) => Ok(chat.membership(&bot(), fault == Some(Fault::MissingPermission))),
        Some(_) => Err(Refusal::bad_request("user not found")),
        None => Err(Refusal::bad_request("invalid user_id specified")),
    }
}

/// What has been written to the bot: confirmed updates are those before a positive `offset`.
fn updates(parameters: &[(String, String)]) -> Value {
    let number = |name| find(parameters, name).and_then(|text| text.parse::<usize>().ok());
    let offset = number("offset").unwrap_or(0);
    let limit = number("limit").unwrap_or(UPDATES_MAX).clamp(1, UPDATES_MAX);
    chat::updates(&bot())
        .into_iter()
        .filter(|update| update["update_id"].as_u64() >= u64::try_from(offset).ok())
        .take(limit)
        .collect()
}

fn send(parameters: &[(String, String)], fault: Option<Fault>, world: &World) -> Result<Value, Refusal> {
    let text = find(parameters, "text").unwrap_or_default();
    if text.trim().is_empty() {
        return Err(Refusal::bad_request("message text is empty"));
    }
    if text.chars().count() > TEXT_CHARS_MAX {
        return Err(Refusal::bad_request("message is too long"));
    }
    let chat = reachable(parameters)?;
    if fault == Some(Fault::MissingPermission) && chat.can_restrict() {
        return Err(Refusal::bad_request(
            "not enough rights to send text messages to the chat",
        ));
    }
    let deliver = || world.deliver(Platform::Telegram, &chat.id.to_string(), text);
    if fault == Some(Fault::DuplicateDelivery) {
        deliver();
    }
    let id = deliver();
    Ok(json!({
        "message_id": id,
        "from": bot(),
        "chat": chat.short(),
        "date": FIRST_MESSAGE_S + id,
        "text": text,
    }))
}
