//! Tags, and who has them.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::account::{Account, Writer};
use super::body::{Problem, id, object, refused, text};
use super::table::Row;
use super::{MADE_AT, link, no_result};
use crate::answer::Answer;
use crate::call::Call;
use crate::sink::{Kind, Write};

/// A tag.
#[derive(Debug, Clone)]
pub(super) struct Tag {
    pub(super) name: String,
    kind: String,
    description: String,
}

impl Tag {
    /// A tag for contacts.
    pub(super) fn contact(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind: "contact".to_owned(),
            description: String::new(),
        }
    }
}

impl Row for Tag {
    const NAME: &str = "tag";
    const FILTERS: &[&str] = &["name"];
    const INDEXED: &[&str] = &["name"];

    fn value(&self, filter: &str) -> Option<String> {
        (filter == "name").then(|| self.name.to_lowercase())
    }

    fn show(&self, id: u64, account: &str) -> Value {
        json!({
            "tagType": self.kind,
            "tag": self.name,
            "description": self.description,
            "cdate": MADE_AT,
            "links": { "contactGoalTags": link(account, &format!("tags/{id}/contactGoalTags")) },
            "id": id.to_string(),
        })
    }
}

/// The tags whose names hold what `search` says.
pub(super) fn search(account: &Account, search: &str) -> Vec<u64> {
    let search = search.to_lowercase();
    let holds = |id: &u64| {
        let tag = account.tags.get(*id);
        tag.is_some_and(|tag| tag.name.to_lowercase().contains(&search))
    };
    account.tags.find(&[]).into_iter().filter(holds).collect()
}

/// Creates a tag (<https://developers.activecampaign.com/reference/create-a-new-tag>). What the vendor says to a name
/// that is taken is not documented; here it is `duplicate`, as everywhere else.
pub(super) fn create(account: &mut Account, call: &Call, writer: &Writer<'_>) -> Answer {
    let members = match object(call, Tag::NAME) {
        Ok(members) => members,
        Err(answer) => return *answer,
    };
    let (Some(name), Some(kind)) = (text(&members, "tag"), text(&members, "tagType")) else {
        let missing: Vec<_> = ["tag", "tagType"]
            .into_iter()
            .filter(|name| text(&members, name).is_none())
            .map(Problem::missing)
            .collect();
        return refused(&missing);
    };
    if !matches!(kind.as_str(), "contact" | "template") {
        return refused(&[Problem::invalid(
            "tagType",
            "The tagType must be contact or template.",
        )]);
    }
    if account.tags.first(&[("name", name.to_lowercase())]).is_some() {
        return refused(&[Problem::duplicate("tag", "The tag already exists in the system.")]);
    }
    let tag = Tag {
        name,
        kind,
        description: text(&members, "description").unwrap_or_default(),
    };
    writer.record(Kind::Tag, &tag.name, Write::Created);
    let shown = tag.clone();
    let id = account.tags.insert(tag);
    Answer::json(
        StatusCode::CREATED,
        &json!({ "tag": shown.show(id, writer.account) }),
    )
}

/// A tag on a contact.
#[derive(Debug, Clone)]
pub(super) struct ContactTag {
    contact: u64,
    tag: u64,
}

impl Row for ContactTag {
    const NAME: &str = "contactTag";
    const FILTERS: &[&str] = &["contact", "tag"];
    const INDEXED: &[&str] = &["contact"];

    fn value(&self, filter: &str) -> Option<String> {
        match filter {
            "contact" => Some(self.contact.to_string()),
            "tag" => Some(self.tag.to_string()),
            _ => None,
        }
    }

    fn show(&self, id: u64, account: &str) -> Value {
        let of = |what| link(account, &format!("contactTags/{id}/{what}"));
        json!({
            "cdate": MADE_AT,
            "contact": self.contact.to_string(),
            "id": id.to_string(),
            "links": { "contact": of("contact"), "tag": of("tag") },
            "tag": self.tag.to_string(),
        })
    }
}

/// Puts a tag on a contact (<https://developers.activecampaign.com/reference/create-contact-tag>): 201, or 200 if it has
/// it already.
pub(super) fn put_on(account: &mut Account, call: &Call, writer: &Writer<'_>) -> Answer {
    let members = match object(call, ContactTag::NAME) {
        Ok(members) => members,
        Err(answer) => return *answer,
    };
    let (Some(contact), Some(tag)) = (id(&members, "contact"), id(&members, "tag")) else {
        let missing: Vec<_> = ["contact", "tag"]
            .into_iter()
            .filter(|name| id(&members, name).is_none())
            .map(Problem::missing)
            .collect();
        return refused(&missing);
    };
    let Some(key) = key(account, contact, tag) else {
        let attribute = if account.contacts.contains(contact) {
            "tag"
        } else {
            "contact"
        };
        return refused(&[Problem::unknown(attribute)]);
    };
    let row = ContactTag { contact, tag };
    let place = [("contact", contact.to_string()), ("tag", tag.to_string())];
    let (id, status, write) = match account.contact_tags.first(&place) {
        Some(id) => (id, StatusCode::OK, Write::Updated),
        None => (
            account.contact_tags.insert(row.clone()),
            StatusCode::CREATED,
            Write::Created,
        ),
    };
    writer.record(Kind::ContactTag, &key, write);
    Answer::json(status, &json!({ "contactTag": row.show(id, writer.account) }))
}

/// Takes a tag off a contact.
pub(super) fn take_off(account: &mut Account, id: u64, writer: &Writer<'_>) -> Answer {
    let Some(row) = account.contact_tags.remove(id) else {
        return no_result("SubscriberTag", id);
    };
    if let Some(key) = key(account, row.contact, row.tag) {
        writer.record(Kind::ContactTag, &key, Write::Deleted);
    }
    Answer::ok(&json!({}))
}

fn key(account: &Account, contact: u64, tag: u64) -> Option<String> {
    let contact = account.contacts.get(contact)?;
    let tag = account.tags.get(tag)?;
    Some(format!("{}/{}", contact.key(), tag.name))
}
