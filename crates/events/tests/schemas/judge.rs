//! A judge of JSON Schema (2020-12) for the words that the published schemas use. A word that it does not know is an error: no rule
//! is passed over in silence. `server` judges the document of its API by it as well.

use std::cell::RefCell;
use std::collections::HashMap;

use regex::Regex;
use serde_json::{Map, Value};

/// Words that say something to people alone.
const REMARKS: [&str; 11] = [
    "$schema",
    "$id",
    "$defs",
    "components",
    "title",
    "description",
    "format",
    "example",
    "examples",
    "default",
    "deprecated",
];

/// Why `value` does not keep `schema`, whose references lead into `root`; `None` when it does.
pub(crate) fn fault(root: &Value, schema: &Value, value: &Value) -> Option<String> {
    let words = match schema {
        Value::Bool(true) => return None,
        Value::Object(words) => words,
        other => return Some(format!("{other} allows nothing")),
    };
    words
        .iter()
        .find_map(|(word, rule)| broken(root, words, word, rule, value))
}

fn broken(
    root: &Value,
    words: &Map<String, Value>,
    word: &str,
    rule: &Value,
    value: &Value,
) -> Option<String> {
    let keeps = |schema: &Value| fault(root, schema, value).is_none();
    let is_kept = match word {
        _ if REMARKS.contains(&word) => true,
        "$ref" => {
            let place = rule.as_str().unwrap().strip_prefix('#').unwrap();
            let named = root.pointer(place).unwrap_or_else(|| panic!("{place}"));
            return fault(root, named, value);
        }
        "anyOf" => rule.as_array().unwrap().iter().any(keeps),
        "oneOf" => rule.as_array().unwrap().iter().filter(|one| keeps(one)).count() == 1,
        "allOf" => rule.as_array().unwrap().iter().all(keeps),
        "type" => match rule {
            Value::Array(kinds) => kinds.iter().any(|kind| is_kind(kind, value)),
            kind => is_kind(kind, value),
        },
        "enum" => rule.as_array().unwrap().contains(value),
        "const" => rule == value,
        _ => return broken_inside(root, words, word, rule, value),
    };
    (!is_kept).then(|| format!("{value} breaks {word}: {rule}"))
}

/// The words that say something of one type of values alone.
fn broken_inside(
    root: &Value,
    words: &Map<String, Value>,
    word: &str,
    rule: &Value,
    value: &Value,
) -> Option<String> {
    let count = || usize::try_from(rule.as_u64().unwrap()).unwrap();
    let is_kept = match (word, value) {
        ("properties", Value::Object(object)) => {
            let known = rule.as_object().unwrap();
            return known.iter().find_map(|(name, schema)| {
                let told = fault(root, schema, object.get(name)?)?;
                Some(format!("{name}: {told}"))
            });
        }
        ("additionalProperties", Value::Object(object)) => {
            let known = words.get("properties").and_then(Value::as_object);
            let others = object
                .iter()
                .filter(|(name, _)| known.is_none_or(|known| !known.contains_key(*name)));
            return others.into_iter().find_map(|(name, value)| {
                let told = fault(root, rule, value)?;
                Some(format!("{name}: {told}"))
            });
        }
        ("propertyNames", Value::Object(object)) => {
            let mut names = object.keys();
            return names.find_map(|name| fault(root, rule, &Value::from(name.as_str())));
        }
        ("required", Value::Object(object)) => {
            let mut names = rule.as_array().unwrap().iter();
            names.all(|name| object.contains_key(name.as_str().unwrap()))
        }
        ("maxProperties", Value::Object(object)) => object.len() <= count(),
        ("items", Value::Array(items)) => {
            return items.iter().find_map(|item| fault(root, rule, item));
        }
        ("minItems", Value::Array(items)) => items.len() >= count(),
        ("maxItems", Value::Array(items)) => items.len() <= count(),
        ("minLength", Value::String(text)) => text.chars().count() >= count(),
        ("maxLength", Value::String(text)) => text.chars().count() <= count(),
        ("pattern", Value::String(text)) => matches(rule.as_str().unwrap(), text),
        ("minimum", Value::Number(_)) => whole(value) >= whole(rule),
        ("maximum", Value::Number(_)) => whole(value) <= whole(rule),
        (
            "properties"
            | "additionalProperties"
            | "propertyNames"
            | "required"
            | "maxProperties"
            | "items"
            | "minItems"
            | "maxItems"
            | "minLength"
            | "maxLength"
            | "pattern"
            | "minimum"
            | "maximum",
            _,
        ) => true,
        _ => panic!("the judge does not know {word}"),
    };
    (!is_kept).then(|| format!("{value} breaks {word}: {rule}"))
}

fn is_kind(kind: &Value, value: &Value) -> bool {
    match (kind.as_str().unwrap(), value) {
        ("null", Value::Null)
        | ("boolean", Value::Bool(_))
        | ("string", Value::String(_))
        | ("array", Value::Array(_))
        | ("object", Value::Object(_))
        | ("number", Value::Number(_)) => true,
        ("integer", Value::Number(number)) => !number.is_f64() || number.as_f64().unwrap().fract() == 0.0,
        _ => false,
    }
}

/// A whole number; one beyond what JSON's readers keep exactly is as large as can be.
fn whole(value: &Value) -> i128 {
    let number = value.as_number().unwrap();
    match (number.as_i128(), number.as_f64()) {
        (Some(number), _) => number,
        (None, Some(number)) if number < 0.0 => i128::MIN,
        _ => i128::MAX,
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    thread_local! {
        /// Making a pattern ready takes far longer than asking it.
        static READY: RefCell<HashMap<String, Regex>> = RefCell::default();
    }
    READY.with_borrow_mut(|ready| {
        ready
            .entry(pattern.to_owned())
            .or_insert_with(|| Regex::new(pattern).unwrap())
            .is_match(text)
    })
}
