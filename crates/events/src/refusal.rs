//! Why an event is not taken in, and where in it the reason stands.

use domain::EventKind;
use thiserror::Error;

use crate::event::{ATTRIBUTE_CHARS_MAX, BATCH_EVENTS_MAX};
use crate::payload::{ATTRIBUTES_MAX, LINES_MAX};

/// An event that is not taken in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{detail}")]
pub struct Refusal {
    /// The event's id, if it has one that can be read.
    pub id: Option<String>,
    /// The event's source, if it has one that can be read.
    pub source_name: Option<String>,
    /// Where the reason stands, as a JSON pointer (<https://www.rfc-editor.org/rfc/rfc6901>) from the event itself, such as
    /// `/data/lines/2/price_minor`; empty for the whole.
    pub pointer: String,
    /// The reason.
    pub detail: RefusalKind,
}

/// Why an event is not taken in. The sentences are for whoever sends it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RefusalKind {
    /// Not JSON.
    #[error("is not JSON (line {line}, column {column})")]
    NotJson {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// Not a JSON object.
    #[error("must be one event: a JSON object as in the structured mode of CloudEvents 1.0")]
    NotAnEvent,
    /// Not a JSON array.
    #[error("must be a JSON array of events, as in the batched mode of CloudEvents 1.0")]
    NotABatch,
    /// More events than are taken at once.
    #[error("holds more than {BATCH_EVENTS_MAX} events; send them in several batches")]
    BatchTooLong,
    /// Something that must be there is not.
    #[error("is missing")]
    Missing,
    /// Another version of CloudEvents.
    #[error("must be \"1.0\"")]
    SpecVersion,
    /// Not a text of the right length.
    #[error("must be a text of 1 to {ATTRIBUTE_CHARS_MAX} characters, without control characters")]
    Text,
    /// An unknown type.
    #[error("is no type that is taken here; the types are {}", type_names())]
    UnknownType,
    /// Not a time.
    #[error("must be a time as in RFC 3339, such as 2026-11-25T10:30:00Z")]
    Time,
    /// Data that is not JSON.
    #[error("must be application/json")]
    ContentType,
    /// Data as base64.
    #[error("is not taken; send the payload as JSON in data")]
    Base64,
    /// Data that is not a JSON object.
    #[error("must be a JSON object")]
    NotAnObject,
    /// The payload has a wrong value, an unknown property or lacks one.
    #[error("{reason}")]
    Value {
        /// What is wrong.
        reason: String,
    },
    /// An order without lines.
    #[error("must hold at least one line")]
    NoLines,
    /// Too many lines.
    #[error("holds more than {LINES_MAX} lines")]
    TooManyLines,
    /// Too many attributes of a customer.
    #[error("holds more than {ATTRIBUTES_MAX} attributes")]
    TooManyAttributes,
    /// A customer who cannot be told from others.
    #[error("a customer needs an id, an e-mail address, or both")]
    NoCustomer,
}

impl Refusal {
    pub(crate) fn new(pointer: impl Into<String>, detail: RefusalKind) -> Self {
        Self {
            id: None,
            source_name: None,
            pointer: pointer.into(),
            detail,
        }
    }

    /// Of content that is not JSON.
    pub(crate) fn not_json(error: &serde_json::Error) -> Self {
        Self::new(
            "",
            RefusalKind::NotJson {
                line: error.line(),
                column: error.column(),
            },
        )
    }
}

fn type_names() -> String {
    let names: Vec<_> = EventKind::ALL.iter().map(|kind| kind.type_name()).collect();
    names.join(", ")
}
