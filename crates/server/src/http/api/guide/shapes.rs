//! The shapes of bodies, as tables.

use std::fmt::Write;

use serde_json::Value;

use super::html::{escape, prose};
use super::text;

const PLACE: &str = "#/components/schemas/";

/// Every named shape with its properties.
pub(super) fn shapes(document: &Value) -> String {
    let mut page = String::from("<section id=\"shapes\"><h2>Shapes</h2>");
    for (name, schema) in document["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten()
    {
        // Pages and texts with a rule are told where they stand.
        let Some(properties) = schema["properties"].as_object() else {
            continue;
        };
        let _ = write!(
            page,
            "<section id=\"shape-{name}\"><h3>{name}</h3><p>{}</p><table><thead><tr><th>Property</th><th>Type</th>\
             <th>What it is</th></tr></thead><tbody>",
            prose(text(schema, "description"))
        );
        let required: Vec<&str> = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        for (property, value) in properties {
            let optional = if required.contains(&property.as_str()) {
                ""
            } else {
                " (optional)"
            };
            let _ = write!(
                page,
                "<tr><td><code>{}</code></td><td>{}{optional}</td><td>{}</td></tr>",
                escape(property),
                shape(document, value),
                prose(text(value, "description"))
            );
        }
        page.push_str("</tbody></table></section>");
    }
    page.push_str("</section>");
    page
}

/// A shape in few words: its name with a link, or its type.
pub(super) fn shape(document: &Value, schema: &Value) -> String {
    if let Some(name) = schema["$ref"]
        .as_str()
        .and_then(|place| place.strip_prefix(PLACE))
    {
        let named = &document["components"]["schemas"][name];
        // What has no properties of its own is told by its type.
        return if named["properties"].is_object() {
            format!("<a href=\"#shape-{name}\">{name}</a>")
        } else {
            shape(document, named)
        };
    }
    if let Some(choices) = schema["enum"].as_array() {
        let choices: Vec<String> = choices
            .iter()
            .map(|choice| format!("<code>{}</code>", escape(choice.as_str().unwrap_or_default())))
            .collect();
        return choices.join(", ");
    }
    for word in ["oneOf", "anyOf", "allOf"] {
        if let Some(parts) = schema[word].as_array() {
            let parts: Vec<String> = parts
                .iter()
                .filter(|part| part["type"] != "null")
                .map(|part| shape(document, part))
                .collect();
            return parts.join(" or ");
        }
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds
            .iter()
            .find_map(|kind| kind.as_str().filter(|kind| *kind != "null")),
        kind => kind.as_str(),
    };
    match (kind, schema["format"].as_str()) {
        (Some("array"), _) => format!("list of {}", shape(document, &schema["items"])),
        (Some("string"), Some(format)) => format!("text ({})", escape(format)),
        (Some("string"), None) => "text".to_owned(),
        (Some("integer"), _) => "whole number".to_owned(),
        (Some("boolean"), _) => "true or false".to_owned(),
        (Some(kind), _) => escape(kind),
        (None, _) => "anything".to_owned(),
    }
}
