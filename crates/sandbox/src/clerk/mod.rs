//! Clerk.io's API, version 2.
//!
//! Documented: the keys (<https://docs.clerk.io/docs/authentication>) and the errors
//! (<https://docs.clerk.io/docs/errors>), what is written (<https://help.clerk.io/integrations/any-webshop/api>) and
//! the logging of sales (<https://docs.clerk.io/reference/logsale-copy>). The two calls that read are known from the vendor's own extensions only
//! (<https://github.com/clerkio/clerk-magento2>, `Model/Api.php`; <https://github.com/clerkio/clerk-woocommerce>,
//! `includes/class-clerk-api.php`): of `client/account/info` nothing is known but that there is a `status`, so there is
//! nothing else here; of `client/account/content/list` what those extensions read. Nobody documents which HTTP status
//! an error has: here it is 200 for what the caller did wrong, so that only the body tells.

mod objects;

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::fault::Fault;
use crate::sample::{CLERK_PRIVATE_KEY, CLERK_PUBLIC_KEY};
use crate::world::World;
use objects::Resource;

pub(crate) use objects::Store;

pub(crate) fn answer(call: &Call, fault: Option<Fault>, world: &World) -> Answer {
    if let Some(answer) = fault.and_then(refusal) {
        return answer;
    }
    let Some(parts) = call.parts("/v2") else {
        return no_call();
    };
    let Some(body) = parameters(call) else {
        return unparsed("The request's body is not a JSON object.");
    };
    let said = |name| {
        call.query(name)
            .or_else(|| body.get(name).and_then(Value::as_str))
    };
    // A browser logs sales too: it has the public key only (https://docs.clerk.io/reference/logsale-copy).
    let public_call = parts == ["log", "sale"];
    let (public, private) = match (said("key"), said("private_key")) {
        (Some(public), Some(private)) => (public, private),
        (Some(public), None) if public_call => (public, CLERK_PRIVATE_KEY),
        _ => return unparsed("Missing parameter: key and private_key are needed."),
    };
    if (public, private) != (CLERK_PUBLIC_KEY, CLERK_PRIVATE_KEY) {
        return wrong_key();
    }
    let carry_out = || match (&call.method, &parts[..]) {
        (&Method::GET, ["client", "account", "info"]) => Answer::ok(&json!({ "status": "ok" })),
        (&Method::GET, ["client", "account", "content", "list"]) => contents(fault),
        (&Method::POST, ["log", "sale"]) => sell(call, &body, world),
        (&Method::POST, [plural]) => save(plural, call, &body, world),
        (&Method::DELETE, [plural]) => delete(plural, call, &body, world),
        _ => no_call(),
    };
    let answer = carry_out();
    if fault == Some(Fault::DuplicateDelivery) {
        carry_out();
    }
    answer
}

/// The members of the body, none if there is no body, or nothing if it is something else.
fn parameters(call: &Call) -> Option<Map<String, Value>> {
    if call.body.is_empty() {
        return Some(Map::new());
    }
    serde_json::from_slice(&call.body).ok()
}

fn contents(fault: Option<Fault>) -> Answer {
    let contents = if fault == Some(Fault::Empty) {
        json!([])
    } else {
        json!([
            { "id": "home-page-popular", "type": "html", "api": "recommendations/popular" },
            { "id": "product-page-alternatives", "type": "html", "api": "recommendations/substituting" },
        ])
    };
    Answer::ok(&json!({ "status": "ok", "contents": contents }))
}

/// `{key, private_key, <plural>: [{…}]}`
fn save(plural: &str, call: &Call, body: &Map<String, Value>, world: &World) -> Answer {
    let Some(resource) = Resource::of(plural) else {
        return no_call();
    };
    let Some(objects) = body.get(resource.plural).and_then(Value::as_array) else {
        return unparsed(&format!("Missing parameter: {} must be a list.", resource.plural));
    };
    match world.clerk().save(resource, objects, &call.host, world.sink()) {
        Ok(()) => Answer::ok(&json!({ "status": "ok" })),
        Err(message) => unparsed(&message),
    }
}

/// The ids are a list in the body, or in the query as JSON, as the vendor's `WooCommerce` extension sends them.
fn delete(plural: &str, call: &Call, body: &Map<String, Value>, world: &World) -> Answer {
    let Some(resource) = Resource::of(plural) else {
        return no_call();
    };
    let in_query = call.query(resource.plural);
    let ids = match in_query {
        Some(text) => serde_json::from_str(text).ok(),
        None => body.get(resource.plural).and_then(Value::as_array).cloned(),
    };
    let Some(ids) = ids else {
        return unparsed(&format!(
            "Missing parameter: {} must be a list of ids.",
            resource.plural
        ));
    };
    let ids: Vec<Value> = ids;
    world.clerk().delete(resource, &ids, &call.host, world.sink());
    Answer::ok(&json!({ "status": "ok" }))
}

/// <https://docs.clerk.io/reference/logsale-copy>
fn sell(call: &Call, body: &Map<String, Value>, world: &World) -> Answer {
    if !body.get("products").is_some_and(Value::is_array) {
        return unparsed("Missing parameter: products must be a list.");
    }
    let sale = body.get("sale").unwrap_or(&Value::Null);
    if world.clerk().sell(sale, &call.host, world.sink()) {
        Answer::ok(&json!({ "status": "ok" }))
    } else {
        unparsed("Missing parameter: sale.")
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
        Fault::RateLimited
        | Fault::RateLimitedUntil
        | Fault::RateLimitedSilent
        | Fault::RateLimitEnforced => Some(
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

fn unparsed(message: &str) -> Answer {
    error(StatusCode::OK, "ParsingError", message)
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
