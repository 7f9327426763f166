//! The JSON Schemas of payloads (<https://json-schema.org/draft/2020-12/schema>), made from the types.

use std::collections::BTreeMap;

use domain::EventKind;
use serde_json::{Map, Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::payload::{Cart, Category, Customer, CustomerDeleted, Order, Page, Product, Removed};

/// Where the types' own schemas stand in an OpenAPI document.
const OPENAPI_PLACE: &str = "#/components/schemas/";

/// The `$id` of the schema of a kind's payload.
pub fn schema_id(kind: EventKind) -> String {
    format!("urn:raccordo:schema:{}", kind.type_name())
}

/// The JSON Schema of the payload of an event of `kind`, complete in itself.
pub fn schema(kind: EventKind) -> Value {
    match kind {
        EventKind::CustomerRegistered
        | EventKind::CustomerUpdated
        | EventKind::NewsletterSubscribed
        | EventKind::NewsletterUnsubscribed => {
            let mut schema = schema_of::<Customer>(kind);
            // One of both, and not as null.
            schema["anyOf"] = json!(["id", "email"].map(|name| json!({
                "required": [name],
                "properties": { name: { "type": "string" } },
            })));
            schema
        }
        EventKind::CustomerDeleted => schema_of::<CustomerDeleted>(kind),
        EventKind::CartUpdated => schema_of::<Cart>(kind),
        EventKind::OrderPlaced | EventKind::OrderStateChanged | EventKind::OrderPaymentConfirmed => {
            schema_of::<Order>(kind)
        }
        EventKind::ProductCreated | EventKind::ProductUpdated => schema_of::<Product>(kind),
        EventKind::CategoryCreated | EventKind::CategoryUpdated => schema_of::<Category>(kind),
        EventKind::PageCreated | EventKind::PageUpdated => schema_of::<Page>(kind),
        EventKind::ProductDeleted | EventKind::CategoryDeleted | EventKind::PageDeleted => {
            schema_of::<Removed>(kind)
        }
    }
}

fn schema_of<T: ToSchema + PartialSchema>(kind: EventKind) -> Value {
    let mut whole = as_json(&T::schema());
    let mut named: Vec<(String, RefOr<Schema>)> = Vec::new();
    T::schemas(&mut named);
    let parts: BTreeMap<String, Value> = named
        .into_iter()
        .map(|(name, schema)| (name, as_json(&schema)))
        .collect();
    whole["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    whole["$id"] = json!(schema_id(kind));
    whole["title"] = json!(kind.type_name());
    if !parts.is_empty() {
        whole["$defs"] = json!(parts);
    }
    whole
}

/// A type's schema in the words of JSON Schema.
fn as_json(schema: &RefOr<Schema>) -> Value {
    let mut json = serde_json::to_value(schema).unwrap_or_default();
    rewrite(&mut json);
    json
}

/// OpenAPI's own words become those of JSON Schema.
fn rewrite(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            rewrite_words(object);
            object.values_mut().for_each(rewrite);
        }
        Value::Array(items) => items.iter_mut().for_each(rewrite),
        _ => {}
    }
}

fn rewrite_words(object: &mut Map<String, Value>) {
    if let Some(Value::String(place)) = object.get_mut("$ref")
        && let Some(name) = place.strip_prefix(OPENAPI_PLACE)
    {
        *place = format!("#/$defs/{name}");
    }
    // A property that is called so is a schema, not an example.
    if object.get("example").is_some_and(|example| !example.is_object())
        && let Some(example) = object.remove("example")
    {
        object.insert("examples".into(), json!([example]));
    }
}
