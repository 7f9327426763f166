//! What the description of the API says beside the routes: who it is for, tokens, and the shape of an event.

use domain::{EventKind, Language, Scope};
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::AnyOf;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    Components, Content, InfoBuilder, LicenseBuilder, ObjectBuilder, OpenApi, Ref, RefOr, Schema, Server,
    Tag, Type,
};
use utoipa::{OpenApi as _, ToSchema};

use super::PREFIX;
use super::problem::{CONTENT, Told};

/// The name of the security scheme, as the handlers name it.
const TOKEN: &str = "token";

const INTRODUCTION: &str = "What the shop's programs use: they send events, and read and change what the panel shows. Everything is \
JSON in UTF-8; times are RFC 3339, money is whole minor units (cents) with an ISO 4217 currency. Whatever could not be done is a \
problem (RFC 9457) that says what is wrong and where.";

/// The areas of the API, in their order.
pub(super) const AREAS: [(&str, &str); 5] = [
    ("events", "What happens in the shop."),
    ("deliveries", "Each event on its way to each account."),
    ("accounts", "The integration accounts."),
    ("log", "What the panel did."),
    ("description", "The API itself; without a token."),
];

/// What every operation with a token may answer beside its own.
const COMMON: [(&str, &str, &str); 5] = [
    ("401", "Unauthenticated", "There is no token, or it is not good."),
    ("403", "Scope", "The token lacks the scope."),
    (
        "429",
        "TooMany",
        "Too many requests; wait for the seconds in `Retry-After`.",
    ),
    ("500", "Internal", "A fault of the server."),
    (
        "503",
        "Unavailable",
        "The database is full, locked or away, or the master key is missing; wait for the seconds in `Retry-After`.",
    ),
];

/// What every operation with a body may answer beside these.
const WITH_BODY: [(&str, &str, &str); 4] = [
    ("400", "Malformed", "The body cannot be read."),
    ("413", "TooLarge", "The body is too large."),
    ("415", "MediaType", "Another media type."),
    ("422", "Invalid", "The content breaks a rule."),
];

#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(Told)))]
struct Described;

/// An event, as CloudEvents 1.0 in JSON. Other attributes are passed over.
#[derive(Serialize, ToSchema)]
pub(super) struct CloudEvent {
    /// Always `1.0`.
    #[schema(example = "1.0", pattern = r"^1\.0$")]
    specversion: String,
    /// The shop's own id, 1 to 200 characters. With `source` it names the event once and for all.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    id: String,
    /// Where it comes from, such as the shop's address; 1 to 200 characters.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    source: String,
    #[schema(rename = "type", schema_with = event_type)]
    event_type: String,
    /// When it happened; when it came in, if left out.
    time: Option<events::Time>,
    /// `application/json`, or left out.
    #[schema(pattern = r"^application/json\s*(;.*)?$")]
    datacontenttype: Option<String>,
    /// What it carries, by its type.
    data: EventData,
}

/// The type of an event.
fn event_type() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("See `/schemas/{type}` for what `data` must hold."))
        .enum_values(Some(EventKind::ALL.iter().map(|kind| kind.type_name())))
}

/// One event, or a batch of up to 1,000.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only described: events are read by their own crate")]
pub(super) enum CloudEvents {
    One(Box<CloudEvent>),
    Batch(Vec<CloudEvent>),
}

/// What an event carries, by its type.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only described: payloads are read by their own crate")]
enum EventData {
    Customer(events::Customer),
    CustomerDeleted(events::CustomerDeleted),
    Cart(events::Cart),
    Order(events::Order),
    Product(events::Product),
    Category(events::Category),
    Page(events::Page),
    Removed(events::Removed),
}

/// An event as an example, with everything that it may hold.
pub(super) fn sample() -> Value {
    events::samples::event(EventKind::OrderPlaced)
}

/// An event to begin with: an order with what it must hold.
pub(super) const FIRST_EVENT: &str = r#"{
  "specversion": "1.0",
  "type": "raccordo.order.placed.v1",
  "source": "https://www.example.com",
  "id": "order-10421-placed",
  "data": {
    "id": "10421",
    "customer": { "id": "1042", "email": "anna.rossi@example.com", "first_name": "Anna" },
    "state": "new",
    "payment_confirmed": true,
    "currency": "EUR",
    "total_minor": 4980,
    "lines": [{ "product_id": "881", "name": "Tazza blu", "price_minor": 2490, "quantity": 2 }],
    "placed_at": "2026-11-25T10:30:00Z"
  }
}"#;

/// The document before the routes are in it.
pub(super) fn head() -> OpenApi {
    let mut document = Described::openapi();
    document.info = InfoBuilder::new()
        .title("Raccordo")
        .version("1")
        .description(Some(INTRODUCTION))
        .license(Some(
            LicenseBuilder::new()
                .name("AGPL-3.0-only")
                .identifier(Some("AGPL-3.0-only"))
                .build(),
        ))
        .build();
    document.servers = Some(vec![Server::new(PREFIX)]);
    let areas = AREAS.map(|(name, told)| {
        let mut tag = Tag::new(name);
        tag.description = Some(told.to_owned());
        tag
    });
    document.tags = Some(areas.into());
    let components = document.components.get_or_insert_with(Components::new);
    components.add_security_scheme(TOKEN, SecurityScheme::Http(scheme()));
    for (_, name, told) in COMMON.into_iter().chain(WITH_BODY) {
        components
            .responses
            .insert(name.to_owned(), RefOr::T(common(told)));
    }
    document
}

fn scheme() -> Http {
    let scopes: Vec<String> = Scope::ALL
        .iter()
        .map(|scope| format!("`{scope}`: {}", scope.title().get(Language::En)))
        .collect();
    let mut http = Http::new(HttpAuthScheme::Bearer);
    http.bearer_format = Some("rcd_ and 43 characters".to_owned());
    http.description = Some(format!(
        "A token made in the panel (API) or by `raccordo tokens create`, shown once. Its scopes: {}.",
        scopes.join("; ")
    ));
    http
}

fn common(told: &str) -> Response {
    let schema = Ref::from_schema_name("Problem");
    ResponseBuilder::new()
        .description(told)
        .content(CONTENT, Content::new(Some(schema)))
        .build()
}

/// Adds to every operation with a token what all of them may answer, and lets a value fit several of alternatives.
pub(super) fn complete(document: &mut OpenApi) {
    for schema in document
        .components
        .iter_mut()
        .flat_map(|components| components.schemas.values_mut())
    {
        loosen(schema);
    }
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            if operation.security.is_none() {
                continue;
            }
            let responses = &mut operation.responses.responses;
            let with_body = WITH_BODY.into_iter().filter(|_| operation.request_body.is_some());
            for (status, name, _) in COMMON.into_iter().chain(with_body) {
                responses
                    .entry(status.to_owned())
                    .or_insert_with(|| RefOr::Ref(Ref::from_response_name(name)));
            }
        }
    }
}

/// `oneOf` of named shapes becomes `anyOf`: what has `id` alone is a customer as well as something removed, and the whole of an
/// account has all that the brief form has.
fn loosen(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::OneOf(one)) = schema else {
        return;
    };
    if !one.items.iter().all(|item| matches!(item, RefOr::Ref(_))) {
        return;
    }
    let mut any = AnyOf::with_capacity(one.items.len());
    any.items = std::mem::take(&mut one.items);
    any.description = one.description.take();
    *schema = RefOr::T(Schema::AnyOf(any));
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
        &mut item.patch,
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_event_is_one_that_is_taken() {
        let read = events::read(FIRST_EVENT.as_bytes());
        assert!(read.is_ok_and(|event| event.kind == EventKind::OrderPlaced));
    }
}
