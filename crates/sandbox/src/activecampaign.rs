//! `ActiveCampaign`'s API, version 3.
//!
//! Shapes after the vendor's examples: <https://developers.activecampaign.com/reference/get-user-loggedin>,
//! <https://developers.activecampaign.com/reference/retrieve-all-lists>,
//! <https://developers.activecampaign.com/reference/retrieve-all-tags>,
//! <https://developers.activecampaign.com/reference/list-all-connections>,
//! <https://developers.activecampaign.com/reference/authentication>,
//! <https://developers.activecampaign.com/reference/pagination> and
//! <https://developers.activecampaign.com/reference/rate-limits>. Not documented, and therefore only a `message`: the
//! bodies of 429, 500, 503 and of a path that does not exist.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::fault::Fault;
use crate::sample::{ACTIVECAMPAIGN_KEY, LISTS, TAGS};

/// Items of a page unless the call says otherwise.
const LIMIT_DEFAULT: usize = 20;
/// Most items of a page.
const LIMIT_MAX: usize = 100;
/// Calls a second that an account may make.
const RATE_LIMIT: u16 = 5;
/// When everything was made.
const MADE_AT: &str = "2026-01-02T09:00:00+01:00";

pub(crate) fn answer(account: &str, call: &Call, fault: Option<Fault>) -> Answer {
    if let Some(answer) = fault.and_then(refusal) {
        return answer;
    }
    let Some(parts) = call.parts("/api/3") else {
        return no_route();
    };
    if fault == Some(Fault::WrongKey) || call.header("api-token") != Some(ACTIVECAMPAIGN_KEY) {
        return forbidden("You do not have permission to access this resource.");
    }
    if !call.is_get() {
        return no_route();
    }
    let may_read = fault != Some(Fault::MissingPermission);
    let answer = match parts[..] {
        ["users", "me"] => Answer::ok(&user(account)),
        ["lists" | "tags" | "connections"] if !may_read => {
            forbidden(&format!("You do not have permission to view {}.", parts[0]))
        }
        ["lists"] => page(call, "lists", &lists(account)),
        ["tags"] => page(call, "tags", &tags(account)),
        ["connections"] => page(call, "connections", &connections(account)),
        _ => no_route(),
    };
    answer
        .with("ratelimit-limit", RATE_LIMIT)
        .with("ratelimit-remaining", RATE_LIMIT - 1)
}

fn refusal(fault: Fault) -> Option<Answer> {
    match fault {
        Fault::RateLimited | Fault::RateLimitedSilent => Some(
            message(StatusCode::TOO_MANY_REQUESTS, "Too many requests")
                .with("ratelimit-limit", RATE_LIMIT)
                .with("ratelimit-remaining", 0)
                .wait(fault),
        ),
        Fault::Down => Some(message(StatusCode::SERVICE_UNAVAILABLE, "Service unavailable")),
        Fault::InternalError => Some(message(StatusCode::INTERNAL_SERVER_ERROR, "Internal error")),
        _ => None,
    }
}

fn message(status: StatusCode, message: &str) -> Answer {
    Answer::json(status, &json!({ "message": message }))
}

fn no_route() -> Answer {
    message(StatusCode::NOT_FOUND, "No such route in the sandbox")
}

/// A bad key is answered like a missing permission: 403, not 401.
fn forbidden(detail: &str) -> Answer {
    Answer::json(
        StatusCode::FORBIDDEN,
        &json!({ "errors": [{ "status": 403, "title": "Forbidden", "detail": detail }] }),
    )
}

/// One page; the total is a string, as everything in this API.
fn page(call: &Call, name: &str, items: &[Value]) -> Answer {
    let number = |parameter| call.query(parameter).and_then(|text| text.parse::<usize>().ok());
    let limit = number("limit").unwrap_or(LIMIT_DEFAULT).clamp(1, LIMIT_MAX);
    let offset = number("offset").unwrap_or(0);
    let shown: Vec<&Value> = items.iter().skip(offset).take(limit).collect();
    Answer::ok(&json!({ name: shown, "meta": { "total": items.len().to_string() } }))
}

fn link(account: &str, path: &str) -> String {
    format!("https://{account}.activecampaign.sandbox.test/api/3/{path}")
}

fn user(account: &str) -> Value {
    json!({ "user": {
        "username": account,
        "firstName": "Ada",
        "lastName": "Sandbox",
        "email": format!("{account}@sandbox.test"),
        "phone": "",
        "signature": null,
        "links": {
            "lists": link(account, "users/1/lists"),
            "userGroup": link(account, "users/1/userGroup"),
            "dealGroupTotals": link(account, "users/1/dealGroupTotals"),
            "dealGroupUsers": link(account, "users/1/dealGroupUsers"),
            "configs": link(account, "users/1/configs"),
        },
        "id": "1",
    } })
}

fn lists(account: &str) -> Vec<Value> {
    (1..)
        .zip(LISTS)
        .map(|(id, name)| list(account, id, name))
        .collect()
}

/// Members of a list that say no, that are empty and that are null: the sandbox has no use for them, but the API has.
const LIST_OFF: [&str; 10] = [
    "p_use_analytics_read",
    "p_use_analytics_link",
    "p_use_twitter",
    "p_use_facebook",
    "send_last_broadcast",
    "private",
    "require_name",
    "get_unsubscribe_reason",
    "optinmessageid",
    "optoutconf",
];
const LIST_EMPTY: [&str; 13] = [
    "analytics_source",
    "analytics_ua",
    "twitter_token",
    "twitter_token_secret",
    "sender_name",
    "sender_addr1",
    "sender_addr2",
    "sender_city",
    "sender_state",
    "sender_zip",
    "sender_country",
    "sender_phone",
    "fulladdress",
];
const LIST_NULL: [&str; 7] = [
    "analytics_domains",
    "facebook_session",
    "carboncopy",
    "subscription_notify",
    "unsubscription_notify",
    "deletestamp",
    "udate",
];

fn list(account: &str, id: usize, name: &str) -> Value {
    let mut list = json!({
        "stringid": name.to_lowercase().replace(' ', "-"),
        "userid": "1",
        "name": name,
        "cdate": MADE_AT,
        "p_use_tracking": "1",
        "p_embed_image": "1",
        "p_use_captcha": "1",
        "to_name": "Subscriber",
        "optinoptout": "1",
        "sender_url": "https://negozio.sandbox.test",
        "sender_reminder": "Ti sei iscritto sul nostro sito.",
        "links": {
            "contactGoalLists": link(account, &format!("lists/{id}/contactGoalLists")),
            "user": link(account, &format!("lists/{id}/user")),
            "addressLists": link(account, &format!("lists/{id}/addressLists")),
        },
        "id": id.to_string(),
        "user": "1",
    });
    for member in LIST_OFF {
        list[member] = Value::from("0");
    }
    for member in LIST_EMPTY {
        list[member] = Value::from("");
    }
    for member in LIST_NULL {
        list[member] = Value::Null;
    }
    list
}

fn tags(account: &str) -> Vec<Value> {
    (1..)
        .zip(TAGS)
        .map(|(id, name): (usize, _)| {
            json!({
                "tagType": "contact",
                "tag": name,
                "description": "",
                "cdate": MADE_AT,
                "links": { "contactGoalTags": link(account, &format!("tags/{id}/contactGoalTags")) },
                "id": id.to_string(),
            })
        })
        .collect()
}

fn connections(account: &str) -> Vec<Value> {
    vec![json!({
        "service": "raccordo",
        "externalid": format!("{account}.sandbox.test"),
        "name": "Negozio Sandbox",
        "isInternal": "0",
        "status": "1",
        "syncStatus": "0",
        "lastSync": null,
        "logoUrl": "https://negozio.sandbox.test/logo.png",
        "linkUrl": "https://negozio.sandbox.test/",
        "listId": "1",
        "cdate": MADE_AT,
        "udate": MADE_AT,
        "links": { "customers": "/api/3/connections/1/customers" },
        "id": "1",
    })]
}
