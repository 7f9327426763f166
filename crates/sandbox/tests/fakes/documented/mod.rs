//! The answers have the shape of the examples that the platforms document: the same members, of the same JSON types.

mod activecampaign;
mod clerk;
mod telegram;
mod whatsapp;

use serde_json::Value;

/// Panics unless `found` has the members and types of `documented`; every item of a list those of the example's first.
fn assert_shape(found: &Value, documented: &Value, place: &str) {
    match (found, documented) {
        (Value::Object(found), Value::Object(documented)) => {
            let names: Vec<_> = found.keys().collect();
            assert_eq!(names, documented.keys().collect::<Vec<_>>(), "members of {place}");
            for (name, value) in documented {
                assert_shape(&found[name], value, &format!("{place}.{name}"));
            }
        }
        (Value::Array(found), Value::Array(documented)) => {
            assert!(!found.is_empty(), "{place} is empty");
            for item in found {
                assert_shape(item, &documented[0], place);
            }
        }
        _ => assert_eq!(
            std::mem::discriminant(found),
            std::mem::discriminant(documented),
            "{place} is {found}, documented as {documented}"
        ),
    }
}

fn parse(example: &str) -> Value {
    serde_json::from_str(example).unwrap()
}
