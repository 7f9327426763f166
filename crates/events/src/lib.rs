//! What a shop tells: CloudEvents 1.0 (<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md>), their
//! payloads and the schemas of these. No I/O.

mod described;
mod event;
mod keys;
mod parse;
mod payload;
mod refusal;
pub mod samples;
mod schema;
mod words;

pub use event::{ATTRIBUTE_CHARS_MAX, BATCH_EVENTS_MAX, Event, read, read_batch};
pub use keys::{EntityKey, Keys};
pub use payload::{
    ATTRIBUTES_MAX, Cart, Category, Customer, CustomerDeleted, CustomerType, DeletedBy, LINES_MAX, Line,
    Order, OrderState, Page, PageType, Payload, Product, Removed, Translation,
};
pub use refusal::{Refusal, RefusalKind};
pub use schema::{schema, schema_id};
pub use words::{Code, Country, Email, LongText, Name, Time, Url, WordError};
