//! Meta's Graph API, as far as it concerns WhatsApp.
//!
//! After Meta's own description (<https://github.com/facebook/openapi>, `business-messaging-api_v23.0.yaml`) and
//! <https://developers.facebook.com/docs/graph-api/guides/error-handling>,
//! <https://developers.facebook.com/docs/graph-api/results>. Any version is taken, as long as it has a version's form.

use axum::http::{HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::endpoint::GRAPH_HOST;
use crate::fault::Fault;
use crate::sample::{META_NAME, META_NUMBER, META_TOKEN, PHONE_NUMBER_ID, WABA_ID};

/// Most items of a page. Meta's own limit is higher, but not to be relied on; a small one makes every caller turn pages.
const PAGE_MAX: usize = 3;
/// The id of every error.
const TRACE_ID: &str = "ASandboxTrace01";

/// Name, language, status, category and text of every template.
const TEMPLATES: [(&str, &str, &str, &str, &str); 7] = [
    (
        "ordine_spedito",
        "it",
        "APPROVED",
        "UTILITY",
        "Ciao {{1}}, il tuo ordine {{2}} è partito.",
    ),
    (
        "ordine_spedito",
        "en",
        "APPROVED",
        "UTILITY",
        "Hello {{1}}, your order {{2}} is on its way.",
    ),
    (
        "carrello_abbandonato",
        "it",
        "APPROVED",
        "MARKETING",
        "Ciao {{1}}, il tuo carrello ti aspetta.",
    ),
    (
        "saldi_estate",
        "it",
        "PENDING",
        "MARKETING",
        "Da oggi i saldi: {{1}}.",
    ),
    (
        "sconto_segreto",
        "it",
        "REJECTED",
        "MARKETING",
        "Clicca qui: {{1}}.",
    ),
    (
        "ordine_pronto",
        "it",
        "APPROVED",
        "UTILITY",
        "Il tuo ordine {{1}} è pronto per il ritiro.",
    ),
    (
        "promemoria",
        "it",
        "PAUSED",
        "MARKETING",
        "Non dimenticarti di noi, {{1}}!",
    ),
];

pub(crate) fn answer(call: &Call, fault: Option<Fault>) -> Answer {
    if let Some(answer) = fault.and_then(refusal) {
        return answer;
    }
    let parts = call.parts("").unwrap_or_default();
    let Some((version, parts)) = parts.split_first().filter(|(version, _)| is_version(version)) else {
        return unknown(&call.path);
    };
    match call.bearer() {
        None => {
            return error(
                StatusCode::UNAUTHORIZED,
                104,
                "An access token is required to request this resource.",
            );
        }
        Some(token) if token != META_TOKEN => return wrong_token(),
        Some(_) => {}
    }
    if !call.is_get() {
        return error(StatusCode::BAD_REQUEST, 100, "Unsupported request in the sandbox");
    }
    let may_manage = fault != Some(Fault::MissingPermission);
    let answer = match *parts {
        [id] if id == PHONE_NUMBER_ID => number(call),
        [id, edge @ ("message_templates" | "phone_numbers")] if id == WABA_ID => {
            if !may_manage {
                return error(
                    StatusCode::FORBIDDEN,
                    200,
                    "(#200) You do not have the necessary permissions: whatsapp_business_management is missing",
                );
            }
            let items = match edge {
                _ if fault == Some(Fault::Empty) => Vec::new(),
                "phone_numbers" => numbers(),
                _ => templates(),
            };
            page(call, version, edge, &items)
        }
        [id, ..] => unknown(id),
        [] => unknown(version),
    };
    answer.with("facebook-api-version", header_value(version))
}

fn refusal(fault: Fault) -> Option<Answer> {
    match fault {
        Fault::WrongKey => Some(wrong_token()),
        Fault::RateLimited
        | Fault::RateLimitedUntil
        | Fault::RateLimitedSilent
        | Fault::RateLimitEnforced => {
            Some(error(StatusCode::TOO_MANY_REQUESTS, 130_429, "(#130429) Rate limit hit").wait(fault))
        }
        Fault::Down => Some(error(
            StatusCode::SERVICE_UNAVAILABLE,
            2,
            "Service temporarily unavailable",
        )),
        Fault::InternalError => Some(error(
            StatusCode::INTERNAL_SERVER_ERROR,
            1,
            "An unknown error occurred",
        )),
        _ => None,
    }
}

fn is_version(text: &str) -> bool {
    text.strip_prefix('v')
        .and_then(|text| text.split_once('.'))
        .is_some_and(|(major, minor)| major.parse::<u16>().is_ok() && minor.parse::<u16>().is_ok())
}

fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

fn wrong_token() -> Answer {
    error(
        StatusCode::UNAUTHORIZED,
        190,
        "Invalid OAuth access token - Cannot parse access token",
    )
}

fn unknown(id: &str) -> Answer {
    error(
        StatusCode::NOT_FOUND,
        803,
        &format!("(#803) Some of the aliases you requested do not exist: {id}"),
    )
}

fn error(status: StatusCode, code: u32, message: &str) -> Answer {
    let mut members = json!({
        "message": message,
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": TRACE_ID,
    });
    if code >= 130_000 {
        members["error_data"] = json!({ "messaging_product": "whatsapp", "details": message });
    }
    Answer::json(status, &json!({ "error": members }))
        .with("x-fb-trace-id", HeaderValue::from_static(TRACE_ID))
}

/// The number with the `fields` asked for; the id always comes along.
fn number(call: &Call) -> Answer {
    let own = Map::from_iter([
        ("display_phone_number".to_owned(), Value::from(META_NUMBER)),
        ("verified_name".to_owned(), Value::from(META_NAME)),
        ("quality_rating".to_owned(), Value::from("GREEN")),
        ("id".to_owned(), Value::from(PHONE_NUMBER_ID)),
        ("name_status".to_owned(), Value::from("APPROVED")),
        ("code_verification_status".to_owned(), Value::from("VERIFIED")),
    ]);
    let fields = call
        .query("fields")
        .unwrap_or("display_phone_number,verified_name,quality_rating");
    let mut shown = Map::new();
    for field in fields.split(',').map(str::trim).chain(["id"]) {
        let Some(value) = own.get(field) else {
            return error(
                StatusCode::BAD_REQUEST,
                100,
                &format!("(#100) Tried accessing nonexisting field ({field})"),
            );
        };
        shown.insert(field.to_owned(), value.clone());
    }
    Answer::ok(&Value::Object(shown))
}

fn numbers() -> Vec<Value> {
    vec![
        json!({
            "verified_name": META_NAME,
            "display_phone_number": META_NUMBER,
            "id": PHONE_NUMBER_ID,
            "quality_rating": "GREEN",
        }),
        json!({
            "verified_name": "Negozio Sandbox assistenza",
            "display_phone_number": "+39 010 000 0003",
            "id": "100200300400502",
            "quality_rating": "NA",
        }),
    ]
}

fn templates() -> Vec<Value> {
    (1..)
        .zip(TEMPLATES)
        .map(|(number, (name, language, status, category, text)): (u64, _)| {
            json!({
                "name": name,
                "components": [{ "type": "BODY", "text": text }],
                "language": language,
                "status": status,
                "category": category,
                "id": (900_000_000_000_000 + number).to_string(),
            })
        })
        .collect()
}

/// A page of an edge. Its cursors are opaque to the caller; `next` is there only when there is more.
fn page(call: &Call, version: &str, edge: &str, items: &[Value]) -> Answer {
    let limit = call
        .query("limit")
        .and_then(|text| text.parse().ok())
        .unwrap_or(PAGE_MAX)
        .clamp(1, PAGE_MAX);
    let start = match call.query("after") {
        None => 0,
        Some(cursor) => match cursor.strip_prefix("sandbox-").and_then(|text| text.parse().ok()) {
            Some(start) => start,
            None => return error(StatusCode::BAD_REQUEST, 100, "(#100) Invalid cursor"),
        },
    };
    let shown: Vec<&Value> = items.iter().skip(start).take(limit).collect();
    if shown.is_empty() {
        return Answer::ok(&json!({ "data": [] }));
    }
    let end = start + shown.len();
    let mut paging = json!({ "cursors": {
        "before": format!("sandbox-{start}"),
        "after": format!("sandbox-{end}"),
    } });
    if end < items.len() {
        paging["next"] = Value::from(format!(
            "https://{GRAPH_HOST}/{version}/{WABA_ID}/{edge}?limit={limit}&after=sandbox-{end}"
        ));
    }
    Answer::ok(&json!({ "data": shown, "paging": paging }))
}
