//! What a write says, and what is wrong with it.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::call::Call;

/// The members of the object called `name` in a call's body.
pub(super) fn object(call: &Call, name: &str) -> Result<Map<String, Value>, Box<Answer>> {
    let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
    match body {
        Value::Object(mut members) => match members.remove(name) {
            Some(Value::Object(found)) => Ok(found),
            _ => Err(Box::new(refused(&[Problem::missing(name)]))),
        },
        _ => Err(Box::new(Answer::json(
            StatusCode::BAD_REQUEST,
            &json!({ "message": "The request's body is not a JSON object" }),
        ))),
    }
}

/// A text; a number counts as one. Nothing, `null` and an empty text are the same.
pub(super) fn text(members: &Map<String, Value>, name: &str) -> Option<String> {
    match members.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A whole number; a text of digits counts as one.
pub(super) fn number(members: &Map<String, Value>, name: &str) -> Option<i64> {
    match members.get(name)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// An id of this API.
pub(super) fn id(members: &Map<String, Value>, name: &str) -> Option<u64> {
    number(members, name).and_then(|number| u64::try_from(number).ok())
}

/// Something wrong with one attribute.
#[derive(Debug)]
pub(super) struct Problem {
    title: String,
    code: &'static str,
    attribute: String,
}

impl Problem {
    pub(super) fn missing(attribute: &str) -> Self {
        Self {
            title: format!("The {attribute} is required."),
            code: "field_missing",
            attribute: attribute.to_owned(),
        }
    }

    pub(super) fn invalid(attribute: &str, title: &str) -> Self {
        Self {
            title: title.to_owned(),
            code: "field_invalid",
            attribute: attribute.to_owned(),
        }
    }

    pub(super) fn unknown(attribute: &str) -> Self {
        Self {
            title: format!("The related {attribute} does not exist."),
            code: "related_missing",
            attribute: attribute.to_owned(),
        }
    }

    pub(super) fn duplicate(attribute: &str, title: &str) -> Self {
        Self {
            title: title.to_owned(),
            code: "duplicate",
            attribute: attribute.to_owned(),
        }
    }
}

/// Status 422 with what is wrong. The form is the one of <https://developers.activecampaign.com/reference/create-a-new-contact>;
/// the vendor documents the code `duplicate` only, the others are the sandbox's own.
pub(super) fn refused(problems: &[Problem]) -> Answer {
    let errors: Vec<Value> = problems
        .iter()
        .map(|problem| {
            json!({
                "title": problem.title,
                "detail": "",
                "code": problem.code,
                "source": { "pointer": format!("/data/attributes/{}", problem.attribute) },
            })
        })
        .collect();
    Answer::json(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "errors": errors }))
}
