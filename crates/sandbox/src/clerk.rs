//! Clerk.io's API, version 2.
//!
//! Documented: the keys (<https://docs.clerk.io/docs/authentication>) and the errors
//! (<https://docs.clerk.io/docs/errors>). The two calls are known from the vendor's own extensions only
//! (<https://github.com/clerkio/clerk-magento2>, `Model/Api.php`; <https://github.com/clerkio/clerk-woocommerce>,
//! `includes/class-clerk-api.php`): of `client/account/info` nothing is known but that there is a `status`, so there is
//! nothing else here; of `client/account/content/list` what those extensions read. Nobody documents which HTTP status
//! an error has: here it is 200 for what the caller did wrong, so that only the body tells.

use axum::http::StatusCode;
use serde_json::json;

use crate::answer::Answer;
use crate::call::Call;
use crate::fault::Fault;
use crate::sample::{CLERK_PRIVATE_KEY, CLERK_PUBLIC_KEY};

pub(crate) fn answer(call: &Call, fault: Option<Fault>) -> Answer {
    if let Some(answer) = fault.and_then(refusal) {
        return answer;
    }
    let Some(parts) = call.parts("/v2").filter(|_| call.is_get()) else {
        return no_call();
    };
    let (Some(public), Some(private)) = (call.query("key"), call.query("private_key")) else {
        return error(
            StatusCode::OK,
            "ParsingError",
            "Missing parameter: key and private_key are needed.",
        );
    };
    if (public, private) != (CLERK_PUBLIC_KEY, CLERK_PRIVATE_KEY) {
        return wrong_key();
    }
    match parts[..] {
        ["client", "account", "info"] => Answer::ok(&json!({ "status": "ok" })),
        ["client", "account", "content", "list"] => Answer::ok(&json!({
            "status": "ok",
            "contents": [
                { "id": "home-page-popular", "type": "html", "api": "recommendations/popular" },
                { "id": "product-page-alternatives", "type": "html", "api": "recommendations/substituting" },
            ],
        })),
        _ => no_call(),
    }
}

fn refusal(fault: Fault) -> Option<Answer> {
    match fault {
        Fault::WrongKey => Some(wrong_key()),
        Fault::MissingPermission => Some(error(
            StatusCode::OK,
            "LogicalError",
            "This key is not allowed to make this call.",
        )),
        // No rate limit is published: the status is HTTP's own.
        Fault::RateLimited | Fault::RateLimitedSilent => Some(
            error(
                StatusCode::TOO_MANY_REQUESTS,
                "LogicalError",
                "Too many requests.",
            )
            .wait(fault),
        ),
        Fault::Down => Some(error(
            StatusCode::SERVICE_UNAVAILABLE,
            "InternalError",
            "Service unavailable.",
        )),
        Fault::InternalError => Some(error(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalError",
            "An unexpected error occurred.",
        )),
        _ => None,
    }
}

fn wrong_key() -> Answer {
    error(StatusCode::OK, "AuthenticationError", "Invalid API key.")
}

fn no_call() -> Answer {
    error(
        StatusCode::NOT_FOUND,
        "LogicalError",
        "No such call in the sandbox.",
    )
}

fn error(status: StatusCode, kind: &str, message: &str) -> Answer {
    // The same id each time for the same error.
    let id = format!("sandbox-{}", kind.to_lowercase());
    Answer::json(
        status,
        &json!({
            "status": "error",
            "message": message,
            "moreInfo": format!("http://my.clerk.io/error/{id}"),
            "type": kind,
            "id": id,
        }),
    )
}
