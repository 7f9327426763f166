//! Bodies of requests: read up to a limit, then into a type, with a pointer to what is wrong.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use super::problem::{Kind, Problem};

/// The most bytes of a body that is no event.
const BYTES_MAX: usize = 256 * 1024;

/// The media type of a request, in small letters and without its parameters; empty for none.
pub(super) fn media_type(headers: &HeaderMap) -> String {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map_or_else(String::new, |value| value.trim().to_ascii_lowercase())
}

/// A whole body of at most `bytes_max` bytes.
pub(super) async fn read(headers: &HeaderMap, body: Body, bytes_max: usize) -> Result<Bytes, Problem> {
    let told = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<u64>().ok());
    if told.is_some_and(|told| usize::try_from(told).map_or(true, |told| told > bytes_max)) {
        return Err(too_large(bytes_max));
    }
    to_bytes(body, bytes_max).await.map_err(|error| {
        let is_too_large = std::error::Error::source(&error)
            .is_some_and(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>);
        if is_too_large {
            too_large(bytes_max)
        } else {
            Problem::new(Kind::Malformed, "The body broke off.")
        }
    })
}

/// The body has more than `bytes_max` bytes.
pub(super) fn too_large(bytes_max: usize) -> Problem {
    Problem::new(
        Kind::TooLarge,
        format!("The body may have at most {bytes_max} bytes: send less at a time."),
    )
}

/// A JSON body as a `T`.
pub(super) async fn json<T: DeserializeOwned>(request: Request) -> Result<T, Problem> {
    let (parts, body) = request.into_parts();
    if media_type(&parts.headers) != "application/json" {
        return Err(Problem::new(
            Kind::MediaType,
            "This takes the media type application/json.",
        ));
    }
    parse(&read(&parts.headers, body, BYTES_MAX).await?)
}

/// A JSON body as a `T`; what `T` is without one.
pub(super) async fn json_or_default<T: DeserializeOwned + Default>(request: Request) -> Result<T, Problem> {
    let (parts, body) = request.into_parts();
    let content = read(&parts.headers, body, BYTES_MAX).await?;
    if content.is_empty() {
        return Ok(T::default());
    }
    if media_type(&parts.headers) != "application/json" {
        return Err(Problem::new(
            Kind::MediaType,
            "This takes the media type application/json, or nothing.",
        ));
    }
    parse(&content)
}

fn parse<T: DeserializeOwned>(content: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(content);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let at = pointer(error.path());
        let error = error.inner();
        match error.classify() {
            serde_json::error::Category::Data => Problem::at(Kind::Invalid, at, sentence(&error.to_string())),
            _ => not_json(error),
        }
    })?;
    reader.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn not_json(error: &serde_json::Error) -> Problem {
    let detail = format!(
        "The body is no JSON: see line {}, column {}.",
        error.line(),
        error.column()
    );
    Problem::new(Kind::Malformed, detail)
}

/// A JSON pointer (RFC 6901) to where reading stopped.
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        let word = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&word);
    }
    pointer
}

/// What serde says, without the value that was sent: it may be a secret that stands in the wrong place.
fn sentence(told: &str) -> String {
    let told = told.split(" at line ").next().unwrap_or(told);
    if told.starts_with("invalid ") {
        return match told.split_once("expected ") {
            Some((_, expected)) => format!("Not what is expected here: {expected}."),
            None => "Not what is expected here.".to_owned(),
        };
    }
    let mut chars = told.chars();
    let first = chars.next().map(|char| char.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), chars.as_str())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read into")]
    struct Form {
        names: BTreeMap<String, Vec<u32>>,
    }

    fn told(content: &str) -> (String, String) {
        let told = serde_json::to_value(parse::<Form>(content.as_bytes()).unwrap_err().told(None)).unwrap();
        let wrong = &told["errors"][0];
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        (text(&wrong["pointer"]), text(&told["detail"]))
    }

    #[test]
    fn what_is_wrong_is_pointed_at_and_its_value_is_not_repeated() {
        let (pointer, detail) = told(r#"{"names": {"a/b": [1, "planted-secret"]}}"#);
        assert_eq!(pointer, "/names/a~1b/1");
        assert!(
            detail.contains("u32") && !detail.contains("planted-secret"),
            "{detail}"
        );
        assert!(
            told(r#"{"names": {}, "nmes": 1}"#)
                .1
                .contains("Unknown field `nmes`")
        );
        assert!(told("{}").1.contains("Missing field `names`"));
        assert!(told("{").1.contains("no JSON"));
        assert!(told(r#"{"names": {}} x"#).1.contains("no JSON"));
    }
}
