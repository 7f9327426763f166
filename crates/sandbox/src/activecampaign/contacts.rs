//! Contacts.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::account::{Account, Writer};
use super::body::{Problem, object, refused, text};
use super::table::Row;
use super::{MADE_AT, link, no_result};
use crate::answer::Answer;
use crate::call::Call;
use crate::sink::{Kind, Write};

/// A contact.
#[derive(Debug, Clone, Default)]
pub(super) struct Contact {
    /// As it was first written.
    pub(super) email: String,
    first_name: String,
    last_name: String,
    phone: String,
    /// Ids and values of the custom fields.
    fields: Vec<(String, String)>,
}

impl Contact {
    /// What it is told apart by: letters' case does not count.
    pub(super) fn key(&self) -> String {
        self.email.to_lowercase()
    }

    /// Takes what is said; what is not stays.
    fn change(&mut self, members: &Map<String, Value>) {
        let said = |name| members.get(name).and_then(Value::as_str).map(str::to_owned);
        for (place, name) in [
            (&mut self.first_name, "firstName"),
            (&mut self.last_name, "lastName"),
            (&mut self.phone, "phone"),
        ] {
            if let Some(value) = said(name) {
                *place = value;
            }
        }
        let given = members.get("fieldValues").and_then(Value::as_array);
        for given in given.into_iter().flatten().filter_map(Value::as_object) {
            let Some(field) = text(given, "field") else {
                continue;
            };
            let value = text(given, "value").unwrap_or_default();
            match self.fields.iter_mut().find(|(known, _)| *known == field) {
                Some((_, known)) => *known = value,
                None => self.fields.push((field, value)),
            }
        }
    }

    /// <https://developers.activecampaign.com/reference/sync-a-contacts-data>
    fn field_values(&self, id: u64) -> Vec<Value> {
        self.fields
            .iter()
            .map(|(field, value)| {
                json!({
                    "contact": id.to_string(),
                    "field": field,
                    "value": value,
                    "cdate": MADE_AT,
                    "udate": MADE_AT,
                    "id": format!("{id}{field}"),
                    "owner": id.to_string(),
                })
            })
            .collect()
    }
}

impl Row for Contact {
    const NAME: &str = "contact";
    const FILTERS: &[&str] = &["email"];
    const INDEXED: &[&str] = &["email"];

    fn value(&self, filter: &str) -> Option<String> {
        (filter == "email").then(|| self.key())
    }

    fn show(&self, id: u64, account: &str) -> Value {
        let of = |what| link(account, &format!("contacts/{id}/{what}"));
        json!({
            "email": self.email,
            "phone": self.phone,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "cdate": MADE_AT,
            "udate": MADE_AT,
            "orgid": "",
            "deleted": "0",
            "links": {
                "contactLists": of("contactLists"),
                "contactTags": of("contactTags"),
                "fieldValues": of("fieldValues"),
            },
            "id": id.to_string(),
            "organization": null,
        })
    }
}

/// Creates or changes the contact with this e-mail address: 201 or 200.
pub(super) fn sync(account: &mut Account, call: &Call, writer: &Writer<'_>) -> Answer {
    let members = match object(call, Contact::NAME) {
        Ok(members) => members,
        Err(answer) => return *answer,
    };
    let Some(email) = text(&members, "email") else {
        return refused(&[Problem::missing("email")]);
    };
    if !is_address(&email) {
        return refused(&[Problem::invalid("email", "Contact Email Address is not valid.")]);
    }
    let known = account.contacts.first(&[("email", email.to_lowercase())]);
    let mut contact = known
        .and_then(|id| account.contacts.get(id).cloned())
        .unwrap_or_else(|| Contact {
            email,
            ..Contact::default()
        });
    contact.change(&members);
    let key = contact.key();
    let (id, status, write) = match known {
        Some(id) => {
            account.contacts.replace(id, contact.clone());
            (id, StatusCode::OK, Write::Updated)
        }
        None => (
            account.contacts.insert(contact.clone()),
            StatusCode::CREATED,
            Write::Created,
        ),
    };
    writer.record(Kind::Contact, &key, write);
    Answer::json(
        status,
        &json!({ "fieldValues": contact.field_values(id), "contact": contact.show(id, writer.account) }),
    )
}

/// Deletes a contact with its tags and its places on lists.
pub(super) fn delete(account: &mut Account, id: u64, writer: &Writer<'_>) -> Answer {
    let Some(contact) = account.contacts.remove(id) else {
        return no_result("Subscriber", id);
    };
    let of = [("contact", id.to_string())];
    for id in account.subscriptions.find(&of) {
        account.subscriptions.remove(id);
    }
    for id in account.contact_tags.find(&of) {
        account.contact_tags.remove(id);
    }
    writer.record(Kind::Contact, &contact.key(), Write::Deleted);
    Answer::ok(&json!({}))
}

fn is_address(email: &str) -> bool {
    email
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !email.contains(' '))
}
