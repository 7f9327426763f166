//! The description of the API as a promise: every answer of every test is held against it.

use std::sync::LazyLock;

use axum::http::{Method, StatusCode};
use serde_json::Value;

use super::Answer;
use super::judge::fault;

/// The description.
pub(crate) static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| server::http::api::document().parse().unwrap());

/// Why `value` does not keep the shape called `name`.
pub(crate) fn shape_fault(name: &str, value: &Value) -> Option<String> {
    fault(&DOCUMENT, &DOCUMENT["components"]["schemas"][name], value)
}

/// Asserts that an answer is one that the description knows, in its status, its media type and its shape.
pub(crate) fn assert_kept(method: &Method, path: &str, answer: &Answer) {
    let Some(operation) = operation(method, path) else {
        return;
    };
    let told = format!("{method} {path}: {} {}", answer.status, answer.body);
    let mut response = &operation["responses"][answer.status.as_str()];
    if let Some(place) = response["$ref"].as_str() {
        response = DOCUMENT.pointer(place.strip_prefix('#').unwrap()).unwrap();
    }
    assert!(response.is_object(), "not described: {told}");
    let contents = response["content"].as_object();
    if contents.is_none() || answer.status == StatusCode::NO_CONTENT {
        assert!(contents.is_none() && answer.body.is_empty(), "{told}");
        return;
    }
    let media = answer.header("content-type").split(';').next().unwrap();
    let schema = &response["content"][media]["schema"];
    assert!(schema.is_object(), "{media} is not described: {told}");
    if media.ends_with("json") {
        assert_eq!(fault(&DOCUMENT, schema, &answer.json()), None, "{told}");
    }
}

/// The operation of an address; a whole name counts before a variable part.
fn operation(method: &Method, path: &str) -> Option<&'static Value> {
    let path = match path.split('?').next().unwrap() {
        // The page stands at the prefix itself; a slash behind it only leads there.
        "/" => return None,
        "" => "/",
        path => path,
    };
    let items = DOCUMENT["paths"].as_object().unwrap();
    let item = items.get(path).or_else(|| {
        let fits = |template: &str| {
            template.split('/').count() == path.split('/').count()
                && template
                    .split('/')
                    .zip(path.split('/'))
                    .all(|(one, other)| one == other || one.starts_with('{'))
        };
        items
            .iter()
            .find(|(template, _)| fits(template))
            .map(|(_, item)| item)
    })?;
    item.get(method.as_str().to_lowercase())
}
