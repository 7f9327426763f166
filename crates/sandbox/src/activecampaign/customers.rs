//! Customers of a shop (deep data).

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::account::{Account, Writer};
use super::body::{Problem, id, object, refused, text};
use super::table::Row;
use super::{MADE_AT, no_result};
use crate::answer::Answer;
use crate::call::Call;
use crate::sink::{Kind, Write};

/// A customer of a shop.
#[derive(Debug, Clone, Default)]
pub(super) struct Customer {
    connection: Option<u64>,
    external_id: Option<String>,
    email: Option<String>,
    accepts_marketing: Option<String>,
}

impl Customer {
    fn change(&mut self, members: &Map<String, Value>) {
        self.connection = id(members, "connectionid").or(self.connection);
        self.external_id = text(members, "externalid").or(self.external_id.take());
        self.email = text(members, "email").or(self.email.take());
        self.accepts_marketing = text(members, "acceptsMarketing").or(self.accepts_marketing.take());
    }

    fn problems(&self, account: &Account) -> Vec<Problem> {
        let mut problems = Vec::new();
        match self.connection {
            None => problems.push(Problem::missing("connectionid")),
            Some(id) if !account.connections.contains(id) => problems.push(Problem::unknown("connectionid")),
            Some(_) => {}
        }
        if self.external_id.is_none() {
            problems.push(Problem::missing("externalid"));
        }
        if self.email.is_none() {
            problems.push(Problem::missing("email"));
        }
        if !matches!(self.accepts_marketing.as_deref(), None | Some("0" | "1")) {
            problems.push(Problem::invalid(
                "acceptsMarketing",
                "The acceptsMarketing must be 0 or 1.",
            ));
        }
        problems
    }
}

impl Row for Customer {
    const NAME: &str = "ecomCustomer";
    const FILTERS: &[&str] = &["externalid", "email", "connectionid"];
    const INDEXED: &[&str] = &["externalid", "email"];

    fn value(&self, filter: &str) -> Option<String> {
        match filter {
            "externalid" => self.external_id.clone(),
            "email" => self.email.as_ref().map(|email| email.to_lowercase()),
            "connectionid" => self.connection.map(|id| id.to_string()),
            _ => None,
        }
    }

    /// <https://developers.activecampaign.com/reference/get-customer>
    fn show(&self, id: u64, _: &str) -> Value {
        let connection = self.connection.unwrap_or_default().to_string();
        json!({
            "connectionid": connection,
            "externalid": self.external_id,
            "email": self.email,
            "totalRevenue": "0",
            "totalOrders": "0",
            "totalProducts": "0",
            "avgRevenuePerOrder": "0",
            "avgProductCategory": "",
            "tstamp": MADE_AT,
            "acceptsMarketing": self.accepts_marketing.as_deref().unwrap_or("0"),
            "links": {
                "connection": format!("/api/3/ecomCustomers/{id}/connection"),
                "orders": format!("/api/3/ecomCustomers/{id}/orders"),
            },
            "id": id.to_string(),
            "connection": connection,
        })
    }
}

/// Creates a customer, or changes the one with the id `known`: there is one for a connection and an external id,
/// and one for a connection and an address: the latter is not documented, and whoever copes with it copes without
/// (<https://developers.activecampaign.com/reference/create-customer>,
/// <https://developers.activecampaign.com/reference/update-customer>).
pub(super) fn save(account: &mut Account, known: Option<u64>, call: &Call, writer: &Writer<'_>) -> Answer {
    let members = match object(call, Customer::NAME) {
        Ok(members) => members,
        Err(answer) => return *answer,
    };
    let mut customer = match known {
        None => Customer::default(),
        Some(id) => match account.customers.get(id) {
            Some(customer) => customer.clone(),
            None => return no_result("EcomCustomer", id),
        },
    };
    customer.change(&members);
    let problems = customer.problems(account);
    let (Some(connection), Some(external_id), []) = (
        customer.connection,
        customer.external_id.clone(),
        problems.as_slice(),
    ) else {
        return refused(&problems);
    };
    let is_taken = |filter, value| {
        let place = [(filter, value), ("connectionid", connection.to_string())];
        let first = account.customers.first(&place);
        first.is_some_and(|id| known != Some(id))
    };
    if is_taken("externalid", external_id.clone()) {
        return refused(&[Problem::duplicate(
            "externalid",
            "The externalid already exists for this connection.",
        )]);
    }
    if is_taken("email", customer.value("email").unwrap_or_default()) {
        return refused(&[Problem::duplicate(
            "email",
            "The email already exists for this connection.",
        )]);
    }
    let shown = customer.clone();
    let (id, status, write) = match known {
        Some(id) => {
            account.customers.replace(id, customer);
            (id, StatusCode::OK, Write::Updated)
        }
        None => (
            account.customers.insert(customer),
            StatusCode::CREATED,
            Write::Created,
        ),
    };
    writer.record(Kind::Customer, &external_id, write);
    Answer::json(status, &json!({ "ecomCustomer": shown.show(id, writer.account) }))
}
