//! Lists: three samples that nobody changes.

use serde_json::{Value, json};

use super::{MADE_AT, link};
use crate::sample::LISTS;

/// Whether there is a list with this id.
pub(super) fn exists(id: u64) -> bool {
    usize::try_from(id).is_ok_and(|id| (1..=LISTS.len()).contains(&id))
}

/// <https://developers.activecampaign.com/reference/retrieve-all-lists>
pub(super) fn all(account: &str) -> Vec<Value> {
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
