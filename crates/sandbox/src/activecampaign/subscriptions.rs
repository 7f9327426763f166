//! Contacts on lists.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::account::{Account, Writer};
use super::body::{Problem, id, number, object, refused};
use super::table::Row;
use super::{MADE_AT, link, lists};
use crate::answer::Answer;
use crate::call::Call;
use crate::sink::{Kind, Write};

/// A contact's place on a list.
#[derive(Debug, Clone)]
pub(super) struct Subscription {
    contact: u64,
    list: u64,
    /// 1 subscribed, 2 unsubscribed.
    status: i64,
}

impl Row for Subscription {
    const NAME: &str = "contactList";
    const FILTERS: &[&str] = &["contact", "list", "status"];
    const INDEXED: &[&str] = &["contact"];

    fn value(&self, filter: &str) -> Option<String> {
        match filter {
            "contact" => Some(self.contact.to_string()),
            "list" => Some(self.list.to_string()),
            "status" => Some(self.status.to_string()),
            _ => None,
        }
    }

    fn show(&self, id: u64, account: &str) -> Value {
        let of = |what| link(account, &format!("contactLists/{id}/{what}"));
        json!({
            "contact": self.contact.to_string(),
            "list": self.list.to_string(),
            "form": null,
            "seriesid": "0",
            "sdate": MADE_AT,
            "status": self.status.to_string(),
            "sourceid": "0",
            "links": { "list": of("list"), "contact": of("contact") },
            "id": id.to_string(),
        })
    }
}

/// Subscribes a contact to a list, or unsubscribes it: 201 for the first word about the two, 200 for later ones
/// (<https://developers.activecampaign.com/reference/update-list-status-for-contact>).
pub(super) fn set(account: &mut Account, call: &Call, writer: &Writer<'_>) -> Answer {
    let members = match object(call, Subscription::NAME) {
        Ok(members) => members,
        Err(answer) => return *answer,
    };
    let (Some(contact), Some(list), Some(status)) = (
        id(&members, "contact"),
        id(&members, "list"),
        number(&members, "status"),
    ) else {
        let missing: Vec<_> = ["list", "contact", "status"]
            .into_iter()
            .filter(|name| number(&members, name).is_none())
            .map(Problem::missing)
            .collect();
        return refused(&missing);
    };
    let Some(key) = account.contacts.get(contact).map(super::contacts::Contact::key) else {
        return refused(&[Problem::unknown("contact")]);
    };
    if !lists::exists(list) {
        return refused(&[Problem::unknown("list")]);
    }
    if !matches!(status, 1 | 2) {
        return refused(&[Problem::invalid("status", "The status must be 1 or 2.")]);
    }
    let subscription = Subscription {
        contact,
        list,
        status,
    };
    let place = [("contact", contact.to_string()), ("list", list.to_string())];
    let (id, code, write) = match account.subscriptions.first(&place) {
        Some(id) => {
            account.subscriptions.replace(id, subscription.clone());
            (id, StatusCode::OK, Write::Updated)
        }
        None => (
            account.subscriptions.insert(subscription.clone()),
            StatusCode::CREATED,
            Write::Created,
        ),
    };
    writer.record(Kind::Subscription, &format!("{key}/{list}"), write);
    Answer::json(
        code,
        &json!({ "contactList": subscription.show(id, writer.account) }),
    )
}
