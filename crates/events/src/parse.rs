//! From the text of a payload to the payload, with the rules that hold between its parts.

use domain::EventKind;
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use crate::payload::{ATTRIBUTES_MAX, Customer, LINES_MAX, Line, Payload};
use crate::refusal::{Refusal, RefusalKind};

/// What a serde error says of a property that is not there.
const MISSING_PREFIX: &str = "missing field `";

impl Payload {
    /// Reads the payload of an event of `kind`. Pointers of a refusal begin with `/data`.
    pub fn parse(kind: EventKind, data: &str) -> Result<Self, Refusal> {
        // Serde would read a struct from an array as well.
        if !data.trim_start().starts_with('{') {
            return Err(Refusal::new("/data", RefusalKind::NotAnObject));
        }
        let payload = match kind {
            EventKind::CustomerRegistered
            | EventKind::CustomerUpdated
            | EventKind::NewsletterSubscribed
            | EventKind::NewsletterUnsubscribed => Self::Customer(from_json(data)?),
            EventKind::CustomerDeleted => Self::CustomerDeleted(from_json(data)?),
            EventKind::CartUpdated => Self::Cart(from_json(data)?),
            EventKind::OrderPlaced | EventKind::OrderStateChanged | EventKind::OrderPaymentConfirmed => {
                Self::Order(from_json(data)?)
            }
            EventKind::ProductCreated | EventKind::ProductUpdated => Self::Product(from_json(data)?),
            EventKind::CategoryCreated | EventKind::CategoryUpdated => Self::Category(from_json(data)?),
            EventKind::PageCreated | EventKind::PageUpdated => Self::Page(from_json(data)?),
            EventKind::ProductDeleted | EventKind::CategoryDeleted | EventKind::PageDeleted => {
                Self::Removed(from_json(data)?)
            }
        };
        payload.check()?;
        Ok(payload)
    }

    fn check(&self) -> Result<(), Refusal> {
        match self {
            Self::Customer(customer) => {
                check_attributes(customer, "/data")?;
                if customer.id.is_none() && customer.email.is_none() {
                    return Err(Refusal::new("/data", RefusalKind::NoCustomer));
                }
                Ok(())
            }
            Self::Cart(cart) => {
                check_lines(&cart.lines)?;
                match &cart.customer {
                    Some(customer) => check_attributes(customer, "/data/customer"),
                    None => Ok(()),
                }
            }
            Self::Order(order) => {
                if order.lines.is_empty() {
                    return Err(Refusal::new("/data/lines", RefusalKind::NoLines));
                }
                check_lines(&order.lines)?;
                check_attributes(&order.customer, "/data/customer")
            }
            Self::CustomerDeleted(_)
            | Self::Product(_)
            | Self::Category(_)
            | Self::Page(_)
            | Self::Removed(_) => Ok(()),
        }
    }
}

fn check_lines(lines: &[Line]) -> Result<(), Refusal> {
    if lines.len() > LINES_MAX {
        return Err(Refusal::new("/data/lines", RefusalKind::TooManyLines));
    }
    Ok(())
}

fn check_attributes(customer: &Customer, place: &str) -> Result<(), Refusal> {
    if customer.attributes.len() > ATTRIBUTES_MAX {
        return Err(Refusal::new(
            format!("{place}/attributes"),
            RefusalKind::TooManyAttributes,
        ));
    }
    Ok(())
}

fn from_json<T: DeserializeOwned>(data: &str) -> Result<T, Refusal> {
    // Where a mistake stands is found out only if there is one: that costs.
    let mistake = match serde_json::from_str(data) {
        Ok(value) => return Ok(value),
        Err(error) => value_of(&error),
    };
    let mut json = serde_json::Deserializer::from_str(data);
    match serde_path_to_error::deserialize::<_, T>(&mut json) {
        Ok(_) => Err(Refusal::new("/data", mistake)),
        Err(error) => Err(refusal(&error)),
    }
}

fn refusal(error: &serde_path_to_error::Error<serde_json::Error>) -> Refusal {
    let mut pointer = pointer(error.path());
    let detail = value_of(error.inner());
    let RefusalKind::Value { reason } = &detail else {
        return Refusal::new(pointer, detail);
    };
    // A property that is not there has no place of its own yet.
    let missing = reason
        .strip_prefix(MISSING_PREFIX)
        .and_then(|rest| rest.strip_suffix('`'));
    if let Some(name) = missing {
        pointer.push('/');
        pointer.push_str(name);
        return Refusal::new(pointer, RefusalKind::Missing);
    }
    Refusal::new(pointer, detail)
}

/// The reason without the line and column, which count within the payload alone.
fn value_of(error: &serde_json::Error) -> RefusalKind {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    RefusalKind::Value {
        reason: text.strip_suffix(&place).unwrap_or(&text).to_owned(),
    }
}

fn pointer(path: &Path) -> String {
    let mut pointer = String::from("/data");
    for segment in path {
        match segment {
            Segment::Seq { index } => {
                pointer.push('/');
                pointer.push_str(&index.to_string());
            }
            Segment::Map { key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}
