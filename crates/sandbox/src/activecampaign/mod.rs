//! `ActiveCampaign`'s API, version 3.
//!
//! Shapes after the vendor's examples: <https://developers.activecampaign.com/reference/get-user-loggedin>,
//! <https://developers.activecampaign.com/reference/authentication>,
//! <https://developers.activecampaign.com/reference/pagination>,
//! <https://developers.activecampaign.com/reference/rate-limits> and those that the modules name. Not documented, and
//! therefore only a `message`: the bodies of 429, 500, 503 and of a path that does not exist.

mod account;
mod body;
mod connections;
mod contacts;
mod customers;
mod fields;
mod lists;
mod orders;
mod subscriptions;
mod table;
mod tags;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::fault::Fault;
use crate::sample::ACTIVECAMPAIGN_KEY;
use crate::world::World;
use account::{Account, Writer};
use table::{Row, Table};

pub(crate) use account::Accounts;

/// Items of a page unless the call says otherwise.
const LIMIT_DEFAULT: usize = 20;
/// Most items of a page.
const LIMIT_MAX: usize = 100;
/// Calls a second that an account may make.
const RATE_LIMIT: u16 = 5;
/// When everything was made.
const MADE_AT: &str = "2026-01-02T09:00:00+01:00";

pub(crate) fn answer(account: &str, call: &Call, fault: Option<Fault>, world: &World) -> Answer {
    if let Some(answer) = fault.and_then(refusal) {
        return answer;
    }
    let Some(parts) = call.parts("/api/3") else {
        return no_route();
    };
    if fault == Some(Fault::WrongKey) || call.header("api-token") != Some(ACTIVECAMPAIGN_KEY) {
        return forbidden("You do not have permission to access this resource.");
    }
    if fault == Some(Fault::MissingPermission)
        && matches!(parts[0], "lists" | "tags" | "fields" | "connections")
    {
        return forbidden(&format!("You do not have permission to view {}.", parts[0]));
    }
    let writer = Writer {
        account,
        host: &call.host,
        now: world.now(),
        sink: world.sink(),
    };
    let carry_out = || {
        world.activecampaign().with(account, |state| {
            if call.is_get() {
                read(state, &parts, call, fault, account)
            } else {
                write(state, &parts, call, &writer)
            }
        })
    };
    let answer = carry_out();
    if fault == Some(Fault::DuplicateDelivery) && !call.is_get() {
        carry_out();
    }
    answer
        .with("ratelimit-limit", RATE_LIMIT)
        .with("ratelimit-remaining", RATE_LIMIT - 1)
}

fn read(state: &Account, parts: &[&str], call: &Call, fault: Option<Fault>, account: &str) -> Answer {
    match *parts {
        ["users", "me"] => Answer::ok(&user(account)),
        [name @ ("lists" | "tags" | "fields")] if fault == Some(Fault::Empty) => {
            page(call, name, 0, |_| Value::Null)
        }
        ["lists"] => samples(call, "lists", &lists::all(account)),
        ["fields"] => samples(call, "fields", &fields::all(account, call)),
        ["tags"] => {
            let found = tags::search(state, call.query("search").unwrap_or_default());
            rows(call, &state.tags, &found, account)
        }
        ["contacts"] => {
            let email = call.query("email").map(|email| ("email", email.to_lowercase()));
            let found = state.contacts.find(email.as_slice());
            rows(call, &state.contacts, &found, account)
        }
        ["contacts", id] => one(&state.contacts, id, "Subscriber", account),
        ["contacts", id, "contactLists"] => {
            let found = state.subscriptions.find(&[("contact", id.to_owned())]);
            rows(call, &state.subscriptions, &found, account)
        }
        ["contacts", id, "contactTags"] => {
            let found = state.contact_tags.find(&[("contact", id.to_owned())]);
            rows(call, &state.contact_tags, &found, account)
        }
        ["connections"] => filtered(call, &state.connections, account),
        ["ecomCustomers"] => filtered(call, &state.customers, account),
        ["ecomCustomers", id] => one(&state.customers, id, "EcomCustomer", account),
        ["ecomOrders"] => filtered(call, &state.orders, account),
        ["ecomOrders", id] => one(&state.orders, id, "EcomOrder", account),
        _ => no_route(),
    }
}

fn write(state: &mut Account, parts: &[&str], call: &Call, writer: &Writer<'_>) -> Answer {
    let number = |id: &str| id.parse().unwrap_or(0);
    match (&call.method, parts) {
        (&Method::POST, ["contact", "sync"]) => contacts::sync(state, call, writer),
        (&Method::DELETE, ["contacts", id]) => contacts::delete(state, number(id), writer),
        (&Method::POST, ["contactLists"]) => subscriptions::set(state, call, writer),
        (&Method::POST, ["tags"]) => tags::create(state, call, writer),
        (&Method::POST, ["contactTags"]) => tags::put_on(state, call, writer),
        (&Method::DELETE, ["contactTags", id]) => tags::take_off(state, number(id), writer),
        (&Method::POST, ["connections"]) => connections::create(state, call, writer),
        (&Method::POST, ["ecomCustomers"]) => customers::save(state, None, call, writer),
        (&Method::PUT, ["ecomCustomers", id]) => customers::save(state, Some(number(id)), call, writer),
        (&Method::POST, ["ecomOrders"]) => orders::save(state, None, call, writer),
        (&Method::PUT, ["ecomOrders", id]) => orders::save(state, Some(number(id)), call, writer),
        _ => no_route(),
    }
}

fn refusal(fault: Fault) -> Option<Answer> {
    match fault {
        Fault::RateLimited
        | Fault::RateLimitedUntil
        | Fault::RateLimitedSilent
        | Fault::RateLimitEnforced => Some(
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

/// <https://developers.activecampaign.com/reference/delete-contact>, answer 404. `thing` is the vendor's own name.
fn no_result(thing: &str, id: u64) -> Answer {
    message(
        StatusCode::NOT_FOUND,
        &format!("No Result found for {thing} with id {id}"),
    )
}

/// A bad key is answered like a missing permission: 403, not 401.
fn forbidden(detail: &str) -> Answer {
    Answer::json(
        StatusCode::FORBIDDEN,
        &json!({ "errors": [{ "status": 403, "title": "Forbidden", "detail": detail }] }),
    )
}

/// One page of `count` items; the total is a string, as everything in this API.
fn page(call: &Call, name: &str, count: usize, item: impl Fn(usize) -> Value) -> Answer {
    let number = |parameter| call.query(parameter).and_then(|text| text.parse::<usize>().ok());
    let limit = number("limit").unwrap_or(LIMIT_DEFAULT).clamp(1, LIMIT_MAX);
    let offset = number("offset").unwrap_or(0);
    let shown: Vec<Value> = (0..count).skip(offset).take(limit).map(item).collect();
    Answer::ok(&json!({ name: shown, "meta": { "total": count.to_string() } }))
}

fn samples(call: &Call, name: &str, items: &[Value]) -> Answer {
    page(call, name, items.len(), |place| items[place].clone())
}

fn rows<T: Row>(call: &Call, table: &Table<T>, ids: &[u64], account: &str) -> Answer {
    page(call, &format!("{}s", T::NAME), ids.len(), |place| {
        let row = table.get(ids[place]);
        row.map_or(Value::Null, |row| row.show(ids[place], account))
    })
}

/// The rows that the `filters[…]` of the query fit.
fn filtered<T: Row>(call: &Call, table: &Table<T>, account: &str) -> Answer {
    let filters: Vec<(&str, String)> = call
        .query
        .iter()
        .filter_map(|(name, value)| {
            let name = name.strip_prefix("filters[")?.strip_suffix(']')?;
            let is_address = name == "email";
            let value = if is_address {
                value.to_lowercase()
            } else {
                value.clone()
            };
            Some((name, value))
        })
        .collect();
    rows(call, table, &table.find(&filters), account)
}

fn one<T: Row>(table: &Table<T>, id: &str, thing: &str, account: &str) -> Answer {
    let id = id.parse().unwrap_or(0);
    match table.get(id) {
        Some(row) => Answer::ok(&json!({ T::NAME: row.show(id, account) })),
        None => no_result(thing, id),
    }
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
