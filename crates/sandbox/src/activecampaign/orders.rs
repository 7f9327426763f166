//! Orders and abandoned carts (deep data).

use axum::http::StatusCode;
use domain::Timestamp;
use serde_json::{Map, Value, json};

use super::account::{Account, Writer};
use super::body::{Problem, id, number, object, refused, text};
use super::table::Row;
use super::{MADE_AT, link, no_result};
use crate::answer::Answer;
use crate::call::Call;
use crate::sink::{Kind, Write};

/// An order, or a cart that has not become one yet. What was not said is not kept: there may be a million of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Order {
    connection: Option<u64>,
    customer: Option<u64>,
    external_id: Option<Box<str>>,
    checkout_id: Option<Box<str>>,
    email: Option<Box<str>>,
    source: Option<i64>,
    currency: Option<Box<str>>,
    total: Option<i64>,
    shipping: i64,
    tax: i64,
    discount: i64,
    products: usize,
    url: Option<Box<str>>,
    shipping_method: Option<Box<str>>,
    number: Option<Box<str>>,
    created: Option<Box<str>>,
    updated: Option<Box<str>>,
    abandoned: Option<Box<str>>,
    /// Whether it was a cart before it had an external id.
    recovered: bool,
}

impl Order {
    /// Takes what is said; what is not stays.
    fn change(&mut self, members: &Map<String, Value>) {
        let was_cart = self.external_id.is_none() && self.checkout_id.is_some();
        for (place, name) in [
            (&mut self.external_id, "externalid"),
            (&mut self.checkout_id, "externalcheckoutid"),
            (&mut self.email, "email"),
            (&mut self.currency, "currency"),
            (&mut self.url, "orderUrl"),
            (&mut self.shipping_method, "shippingMethod"),
            (&mut self.number, "orderNumber"),
            (&mut self.created, "externalCreatedDate"),
            (&mut self.updated, "externalUpdatedDate"),
            (&mut self.abandoned, "abandonedDate"),
        ] {
            if let Some(said) = text(members, name) {
                *place = Some(said.into());
            }
        }
        self.connection = id(members, "connectionid").or(self.connection);
        self.customer = id(members, "customerid").or(self.customer);
        self.source = number(members, "source").or(self.source);
        self.total = number(members, "totalPrice").or(self.total);
        for (place, name) in [
            (&mut self.shipping, "shippingAmount"),
            (&mut self.tax, "taxAmount"),
            (&mut self.discount, "discountAmount"),
        ] {
            *place = number(members, name).unwrap_or(*place);
        }
        if let Some(products) = members.get("orderProducts").and_then(Value::as_array) {
            self.products = products.len();
        }
        self.recovered |= was_cart && self.external_id.is_some();
    }

    /// What the vendor's reference requires (<https://developers.activecampaign.com/reference/create-order>,
    /// <https://developers.activecampaign.com/reference/e-commerce-abandoned-carts>).
    fn problems(&self, account: &Account, now: Timestamp) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.external_id.is_none() && self.checkout_id.is_none() {
            problems.push(Problem::missing("externalid"));
        }
        for (is_missing, name) in [
            (self.source.is_none(), "source"),
            (self.email.is_none(), "email"),
            (self.total.is_none(), "totalPrice"),
            (self.currency.is_none(), "currency"),
            (self.connection.is_none(), "connectionid"),
            (self.customer.is_none(), "customerid"),
            (self.created.is_none(), "externalCreatedDate"),
            (
                self.checkout_id.is_some() && self.abandoned.is_none(),
                "abandonedDate",
            ),
        ] {
            if is_missing {
                problems.push(Problem::missing(name));
            }
        }
        let unknown_connection = self
            .connection
            .is_some_and(|id| !account.connections.contains(id));
        let unknown_customer = self.customer.is_some_and(|id| !account.customers.contains(id));
        for (is_unknown, name) in [
            (unknown_connection, "connectionid"),
            (unknown_customer, "customerid"),
        ] {
            if is_unknown {
                problems.push(Problem::unknown(name));
            }
        }
        if self.source.is_some_and(|source| !matches!(source, 0 | 1)) {
            problems.push(Problem::invalid("source", "The source must be 0 or 1."));
        }
        if self.total.is_some_and(i64::is_negative) {
            problems.push(Problem::invalid(
                "totalPrice",
                "The totalPrice must be at least zero.",
            ));
        }
        for (date, name) in [
            (&self.created, "externalCreatedDate"),
            (&self.updated, "externalUpdatedDate"),
            (&self.abandoned, "abandonedDate"),
        ] {
            match date.as_deref().map(instant) {
                Some(None) => problems.push(Problem::invalid(name, "The date is not valid.")),
                Some(Some(at)) if name == "abandonedDate" && at >= now => {
                    problems.push(Problem::invalid(name, "The abandonedDate must be in the past."));
                }
                _ => {}
            }
        }
        problems
    }

    /// Completed, abandoned or recovered (<https://developers.activecampaign.com/reference/list-all-orders>).
    const fn state(&self) -> u8 {
        match (self.recovered, self.external_id.is_some()) {
            (true, _) => 3,
            (false, true) => 1,
            (false, false) => 2,
        }
    }

    /// What it counts as, and under which id.
    fn key(&self) -> (Kind, &str) {
        match (&self.external_id, &self.checkout_id) {
            (Some(id), _) => (Kind::Order, id),
            (None, id) => (Kind::Cart, id.as_deref().unwrap_or_default()),
        }
    }
}

impl Row for Order {
    const NAME: &str = "ecomOrder";
    const FILTERS: &[&str] = &[
        "externalid",
        "externalcheckoutid",
        "connectionid",
        "customerid",
        "email",
        "state",
    ];
    const INDEXED: &[&str] = &["externalid", "externalcheckoutid"];

    fn value(&self, filter: &str) -> Option<String> {
        match filter {
            "externalid" => self.external_id.as_deref().map(str::to_owned),
            "externalcheckoutid" => self.checkout_id.as_deref().map(str::to_owned),
            "connectionid" => self.connection.map(|id| id.to_string()),
            "customerid" => self.customer.map(|id| id.to_string()),
            "email" => self.email.as_ref().map(|email| email.to_lowercase()),
            "state" => Some(self.state().to_string()),
            _ => None,
        }
    }

    /// <https://developers.activecampaign.com/reference/list-all-orders>; what only carts have is documented for single
    /// orders, and shown where it is set.
    fn show(&self, id: u64, account: &str) -> Value {
        let of = |what| link(account, &format!("ecomOrders/{id}/{what}"));
        let connection = self.connection.unwrap_or_default().to_string();
        let customer = self.customer.unwrap_or_default().to_string();
        let products: Vec<String> = (1..=self.products)
            .map(|number| format!("{id}{number}"))
            .collect();
        let mut shown = json!({
            "externalid": self.external_id,
            "source": self.source.unwrap_or_default().to_string(),
            "email": self.email,
            "currency": self.currency,
            "connectionid": connection,
            "customerid": customer,
            "orderUrl": self.url,
            "shippingMethod": self.shipping_method,
            "totalPrice": self.total,
            "shippingAmount": self.shipping,
            "taxAmount": self.tax,
            "discountAmount": self.discount,
            "externalCreatedDate": self.created,
            "totalProducts": self.products,
            "createdDate": MADE_AT,
            "updatedDate": MADE_AT,
            "state": self.state(),
            "connection": connection,
            "orderProducts": products,
            "customer": customer,
            "orderDate": self.created,
            "tstamp": MADE_AT,
            "links": {
                "connection": of("connection"),
                "customer": of("customer"),
                "orderProducts": of("orderProducts"),
                "orderDiscounts": of("orderDiscounts"),
                "orderActivities": of("orderActivities"),
            },
            "id": id.to_string(),
        });
        for (name, value) in [
            ("externalcheckoutid", &self.checkout_id),
            ("abandonedDate", &self.abandoned),
            ("externalUpdatedDate", &self.updated),
            ("orderNumber", &self.number),
        ] {
            if let Some(value) = value {
                shown[name] = Value::from(&**value);
            }
        }
        shown
    }
}

/// Creates an order or a cart, or changes the one with the id `known`. Nothing keeps an external id from being used
/// twice: the vendor documents no refusal, so that a caller must not count on one.
pub(super) fn save(account: &mut Account, known: Option<u64>, call: &Call, writer: &Writer<'_>) -> Answer {
    let members = match object(call, Order::NAME) {
        Ok(members) => members,
        Err(answer) => return *answer,
    };
    let before = match known {
        None => Order::default(),
        Some(id) => match account.orders.get(id) {
            Some(order) => order.clone(),
            None => return no_result("EcomOrder", id),
        },
    };
    let mut order = before.clone();
    order.change(&members);
    let mut problems = order.problems(account, writer.now);
    problems.extend(product_problem(&members));
    if !problems.is_empty() {
        return refused(&problems);
    }
    let shown = order.clone();
    let (kind, key) = shown.key();
    let (id, status) = if let Some(id) = known {
        account.orders.replace(id, order);
        let (kind_before, key_before) = before.key();
        if kind_before == kind {
            writer.record(kind, key, Write::Updated);
        } else {
            // A cart has become an order: it is none any more.
            writer.record(kind_before, key_before, Write::Deleted);
            writer.record(kind, key, Write::Created);
        }
        (id, StatusCode::OK)
    } else {
        writer.record(kind, key, Write::Created);
        (account.orders.insert(order), StatusCode::CREATED)
    };
    let connection = shown.connection.and_then(|id| {
        account
            .connections
            .get(id)
            .map(|found| found.show(id, writer.account))
    });
    let said = |name| members.get(name).cloned().unwrap_or_else(|| json!([]));
    Answer::json(
        status,
        &json!({
            "connections": [connection],
            "ecomOrderProducts": said("orderProducts"),
            "ecomOrderDiscounts": said("orderDiscounts"),
            "ecomOrder": shown.show(id, writer.account),
        }),
    )
}

/// What is wrong with the products, if they are said.
fn product_problem(members: &Map<String, Value>) -> Option<Problem> {
    let is_whole = |product: &Value| {
        product.as_object().is_some_and(|product| {
            text(product, "externalid").is_some()
                && text(product, "name").is_some()
                && number(product, "price").is_some_and(|price| price >= 0)
                && number(product, "quantity").is_some()
        })
    };
    let fine = match members.get("orderProducts") {
        None => true,
        Some(Value::Array(products)) => products.iter().all(is_whole),
        Some(_) => false,
    };
    (!fine).then(|| {
        Problem::invalid(
            "orderProducts",
            "Each product needs an externalid, a name, a price of at least zero and a quantity.",
        )
    })
}

/// The instant of a date with its offset.
fn instant(text: &str) -> Option<Timestamp> {
    let instant: jiff::Timestamp = text.parse().ok()?;
    Some(Timestamp::from_ms(instant.as_millisecond()))
}
