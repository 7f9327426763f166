//! A WhatsApp gateway that keeps the contract in `docs/whatsapp-gateway.md`. WA Smart Business publishes no API: the
//! contract is Raccordo's own. Errors are problem details (<https://www.rfc-editor.org/rfc/rfc9457>).

use axum::http::{HeaderValue, StatusCode};
use serde_json::json;

use crate::answer::Answer;
use crate::call::Call;
use crate::fault::Fault;
use crate::sample::{GATEWAY_NAME, GATEWAY_NUMBER, GATEWAY_TOKEN};

pub(crate) fn answer(call: &Call, fault: Option<Fault>) -> Answer {
    if let Some(answer) = fault.and_then(refusal) {
        return answer;
    }
    let Some(parts) = call.parts("/wa/v1").filter(|_| call.is_get()) else {
        return no_resource();
    };
    if call.bearer() != Some(GATEWAY_TOKEN) {
        return unauthorized();
    }
    match parts[..] {
        ["account"] => Answer::ok(&json!({ "name": GATEWAY_NAME, "number": GATEWAY_NUMBER })),
        ["templates"] if fault == Some(Fault::MissingPermission) => problem(
            StatusCode::FORBIDDEN,
            "Forbidden",
            "This token may not read the templates.",
        ),
        ["templates"] if fault == Some(Fault::Empty) => Answer::ok(&json!({ "templates": [] })),
        ["templates"] => Answer::ok(&json!({ "templates": [
            {
                "name": "ordine_spedito",
                "language": "it",
                "body": "Ciao {{1}}, il tuo ordine {{2}} è partito.",
            },
            {
                "name": "carrello_abbandonato",
                "language": "it",
                "body": "Ciao {{1}}, il tuo carrello ti aspetta.",
            },
        ] })),
        _ => no_resource(),
    }
}

fn refusal(fault: Fault) -> Option<Answer> {
    match fault {
        Fault::WrongKey => Some(unauthorized()),
        Fault::RateLimited
        | Fault::RateLimitedUntil
        | Fault::RateLimitedSilent
        | Fault::RateLimitEnforced => Some(
            problem(
                StatusCode::TOO_MANY_REQUESTS,
                "Too Many Requests",
                "Too many requests: wait.",
            )
            .wait(fault),
        ),
        Fault::Down => Some(problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "Service Unavailable",
            "The gateway is out of service.",
        )),
        Fault::InternalError => Some(problem(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Internal Server Error",
            "The gateway has a fault of its own.",
        )),
        _ => None,
    }
}

fn unauthorized() -> Answer {
    problem(StatusCode::UNAUTHORIZED, "Unauthorized", "The token is unknown.")
        .with("www-authenticate", HeaderValue::from_static("Bearer"))
}

fn no_resource() -> Answer {
    problem(
        StatusCode::NOT_FOUND,
        "Not Found",
        "The gateway has no such resource.",
    )
}

fn problem(status: StatusCode, title: &str, detail: &str) -> Answer {
    let body = json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail });
    Answer::new(status, "application/problem+json", body.to_string())
}
