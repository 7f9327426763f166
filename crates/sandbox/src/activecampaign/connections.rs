//! Connections to shops (deep data).

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::MADE_AT;
use super::account::{Account, Writer};
use super::body::{Problem, object, refused, text};
use super::table::Row;
use crate::answer::Answer;
use crate::call::Call;
use crate::sink::{Kind, Write};

/// A connection to a shop.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    service: String,
    external_id: String,
    name: String,
    logo_url: String,
    link_url: String,
    list_id: String,
}

impl Connection {
    /// The one that every account has.
    pub(super) fn sample(account: &str) -> Self {
        Self {
            service: "raccordo".to_owned(),
            external_id: format!("{account}.sandbox.test"),
            name: "Negozio Sandbox".to_owned(),
            logo_url: "https://negozio.sandbox.test/logo.png".to_owned(),
            link_url: "https://negozio.sandbox.test/".to_owned(),
            list_id: "1".to_owned(),
        }
    }
}

impl Row for Connection {
    const NAME: &str = "connection";
    const FILTERS: &[&str] = &["service", "externalid"];
    const INDEXED: &[&str] = &[];

    fn value(&self, filter: &str) -> Option<String> {
        match filter {
            "service" => Some(self.service.clone()),
            "externalid" => Some(self.external_id.clone()),
            _ => None,
        }
    }

    /// <https://developers.activecampaign.com/reference/list-all-connections>, the second example
    fn show(&self, id: u64, _: &str) -> Value {
        json!({
            "service": self.service,
            "externalid": self.external_id,
            "name": self.name,
            "isInternal": "0",
            "status": "1",
            "syncStatus": "0",
            "lastSync": null,
            "logoUrl": self.logo_url,
            "linkUrl": self.link_url,
            "listId": self.list_id,
            "cdate": MADE_AT,
            "udate": MADE_AT,
            "links": { "customers": format!("/api/3/connections/{id}/customers") },
            "id": id.to_string(),
        })
    }
}

/// Creates a connection (<https://developers.activecampaign.com/reference/create-connection>): there is one for a
/// service and an external id.
pub(super) fn create(account: &mut Account, call: &Call, writer: &Writer<'_>) -> Answer {
    let members = match object(call, Connection::NAME) {
        Ok(members) => members,
        Err(answer) => return *answer,
    };
    let missing: Vec<_> = ["service", "externalid", "name", "logoUrl", "linkUrl"]
        .into_iter()
        .filter(|name| text(&members, name).is_none())
        .map(Problem::missing)
        .collect();
    if !missing.is_empty() {
        return refused(&missing);
    }
    let said = |name| text(&members, name).unwrap_or_default();
    let connection = Connection {
        service: said("service"),
        external_id: said("externalid"),
        name: said("name"),
        logo_url: said("logoUrl"),
        link_url: said("linkUrl"),
        list_id: said("listId"),
    };
    let place = [
        ("service", connection.service.clone()),
        ("externalid", connection.external_id.clone()),
    ];
    if account.connections.first(&place).is_some() {
        return refused(&[Problem::duplicate(
            "externalid",
            "The service and externalid combination already exists in the system.",
        )]);
    }
    let key = format!("{}/{}", connection.service, connection.external_id);
    writer.record(Kind::Connection, &key, Write::Created);
    let shown = connection.clone();
    let id = account.connections.insert(connection);
    Answer::json(
        StatusCode::CREATED,
        &json!({ "connection": shown.show(id, writer.account) }),
    )
}
