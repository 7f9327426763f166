//! The published schemas say what the reader does: neither allows what the other refuses.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod judge;
mod limits;

use domain::EventKind;
use events::{Payload, samples, schema, schema_id};
use serde_json::{Value, json};

fn names(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// The part of the schema that `schema` refers to, or itself.
fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let alternatives = schema.get("oneOf").and_then(Value::as_array);
    let schema = alternatives
        .and_then(|all| all.iter().find(|one| one.get("$ref").is_some()))
        .unwrap_or(schema);
    match schema.get("$ref").and_then(Value::as_str) {
        Some(place) => root.pointer(place.strip_prefix('#').unwrap()).unwrap(),
        None => schema,
    }
}

/// Compares a sample with the schema at every depth, and the schema with the reader: what it requires is required, and
/// what it does not know is refused.
fn compare(kind: EventKind, root: &Value, schema: &Value, sample: &Value, place: &str) {
    let schema = resolved(root, schema);
    match sample {
        Value::Object(object) if schema.get("properties").is_some() => {
            assert_eq!(schema["additionalProperties"], json!(false), "{place}");
            for (name, value) in object {
                let property = &schema["properties"][name];
                assert!(!property.is_null(), "{place}/{name} is not in the schema");
                compare(kind, root, property, value, &format!("{place}/{name}"));
            }
            let required: Vec<&str> = schema
                .get("required")
                .map(|required| {
                    required
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|name| name.as_str().unwrap())
                        .collect()
                })
                .unwrap_or_default();
            for name in names(&schema["properties"]) {
                let mut changed = samples::event(kind)["data"].clone();
                let part = changed.pointer_mut(place).unwrap().as_object_mut().unwrap();
                part.remove(name);
                let read = Payload::parse(kind, &changed.to_string());
                if required.contains(&name) {
                    assert_eq!(read.unwrap_err().pointer, format!("/data{place}/{name}"));
                } else {
                    assert!(read.is_ok(), "{place}/{name} is not required");
                }
            }
            let mut changed = samples::event(kind)["data"].clone();
            changed.pointer_mut(place).unwrap()["misspelt"] = json!(1);
            let refusal = Payload::parse(kind, &changed.to_string()).unwrap_err();
            assert_eq!(refusal.pointer, format!("/data{place}/misspelt"));
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                compare(kind, root, &schema["items"], item, &format!("{place}/{at}"));
            }
        }
        _ => {
            let types = schema.get("type").map(ToString::to_string).unwrap_or_default();
            let wanted = match sample {
                Value::String(_) => "string",
                Value::Bool(_) => "boolean",
                Value::Number(_) => "integer",
                Value::Object(_) => "object",
                _ => "null",
            };
            assert!(types.contains(wanted), "{place}: {types} is not {wanted}");
            if let Some(values) = schema.get("enum").and_then(Value::as_array) {
                assert!(values.contains(sample), "{place}");
            }
        }
    }
}

#[test]
fn the_schema_of_every_kind_says_what_the_reader_does() {
    for kind in EventKind::ALL {
        let schema = schema(*kind);
        assert_eq!(schema["$id"], json!(schema_id(*kind)));
        compare(*kind, &schema, &schema, &samples::event(*kind)["data"], "");
    }
}

#[test]
fn a_schema_is_complete_in_itself() {
    for kind in EventKind::ALL {
        let schema = schema(*kind);
        let text = schema.to_string();
        assert!(!text.contains("components"), "{text}");
        let mut rest = text.as_str();
        while let Some((_, after)) = rest.split_once("\"#/$defs/") {
            let name = after.split('"').next().unwrap();
            assert!(schema["$defs"].get(name).is_some(), "{kind:?}: {name}");
            rest = after;
        }
    }
}
