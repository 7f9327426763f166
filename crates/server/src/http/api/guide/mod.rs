//! The readable page of the API: made from its own description, without a script.

mod html;
mod shapes;

use std::fmt::Write;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use domain::{Language, Scope};
use serde_json::Value;
use utoipa::openapi::OpenApi;

use super::describe::{AREAS, FIRST_EVENT};
use super::part::Part;
use super::problem::{Kind, Problem as Told};
use super::{Api, PREFIX};
use html::{escape, prose};
use shapes::{shape, shapes};

/// This page
///
/// The API for people who read. Needs no token.
#[utoipa::path(
    get,
    path = "/",
    operation_id = "getGuide",
    tag = "description",
    responses((status = 200, description = "The page.", body = String, content_type = "text/html")),
)]
pub(super) async fn serve(State(api): State<Api>) -> Response {
    (
        [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CACHE_CONTROL, "no-cache"),
        ],
        api.guide,
    )
        .into_response()
}

/// A kind of problem
///
/// Where the `type` of a problem leads: to its place on the readable page. Needs no token.
#[utoipa::path(
    get,
    path = "/problems/{name}",
    operation_id = "getProblem",
    tag = "description",
    params(("name" = String, Path, description = "The end of the problem's `type`.", example = "invalid")),
    responses(
        (status = 303, description = "Its place on the page."),
        (status = 404, description = "There is none of that name.", body = super::problem::Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn problem(Part(name): Part) -> Result<Redirect, Told> {
    match Kind::ALL.iter().find(|kind| kind.name() == name) {
        Some(kind) => Ok(Redirect::to(&format!("{PREFIX}#problem-{}", kind.name()))),
        None => Err(Told::not_found("kind of problem")),
    }
}

/// The whole page. `styles` is the address of the panel's style, `origin` how the panel is reached.
pub(super) fn page(document: &OpenApi, styles: &str, origin: &str) -> String {
    let document = serde_json::to_value(document).unwrap_or_default();
    let mut main = introduction(&document, origin);
    main.push_str(&problems());
    for (area, told) in AREAS {
        let _ = write!(
            main,
            "<section id=\"{area}\"><h2>{}</h2><p>{}</p>",
            title(area),
            prose(told)
        );
        for (path, method, operation) in operations(&document, area) {
            main.push_str(&operation_section(&document, path, method, operation, origin));
        }
        main.push_str("</section>");
    }
    main.push_str(&shapes(&document));
    html::document(styles, &main)
}

fn title(area: &str) -> String {
    let mut chars = area.chars();
    let first = chars.next().map(|char| char.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), chars.as_str())
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn introduction(document: &Value, origin: &str) -> String {
    let mut page = format!(
        "<header class=\"head\"><h1>Raccordo API</h1><p class=\"lead\">{}</p></header>",
        prose(text(&document["info"], "description"))
    );
    page.push_str("<nav aria-label=\"Contents\"><ul>");
    let sections = [
        ("start", "A first event"),
        ("tokens", "Tokens and scopes"),
        ("problems", "Problems"),
    ];
    let areas = AREAS.map(|(area, _)| (area, title(area)));
    for (id, title) in sections
        .iter()
        .map(|(id, title)| (*id, (*title).to_owned()))
        .chain(areas)
        .chain([("shapes", "Shapes".to_owned())])
    {
        let _ = write!(page, "<li><a href=\"#{id}\">{title}</a></li>");
    }
    page.push_str("</ul></nav>");
    let curl = format!(
        "curl {origin}{PREFIX}/events \\\n  -H 'Authorization: Bearer rcd_…' \\\n  -H 'Content-Type: application/cloudevents+json' \\\n  -d '{FIRST_EVENT}'"
    );
    let _ = write!(
        page,
        "<section id=\"start\"><h2>A first event</h2><p>{}</p><pre tabindex=\"0\"><code>{}</code></pre><p>{}</p></section>",
        prose("Make a token with the scope `events:write` in the panel, then tell that an order was placed:"),
        escape(&curl),
        prose(
            "The answer `202` means that the event is stored safely. After an answer that did not arrive send the same again: an \
             event with the same `source` and `id` is not taken twice. What else an order may hold stands under `Order`."
        )
    );
    page.push_str("<section id=\"tokens\"><h2>Tokens and scopes</h2><p>");
    page.push_str(&prose(
        "Every request but those that describe the API needs the header `Authorization: Bearer rcd_…`. A token is shown once, when \
         it is made; what it may do are its scopes. A revoked token is refused within five seconds.",
    ));
    page.push_str("</p><table><thead><tr><th>Scope</th><th>What it allows</th></tr></thead><tbody>");
    for scope in Scope::ALL {
        let _ = write!(
            page,
            "<tr><td><code>{scope}</code></td><td>{}</td></tr>",
            escape(scope.title().get(Language::En))
        );
    }
    page.push_str("</tbody></table><p>");
    page.push_str(&prose(
        "So every request with a token may be answered `401` without a good token, `403` without the scope, `429` when it sends too \
         much, `503` while the database is full, locked or away, and `500` after a fault of the server, beside what stands with it; one \
         with a body also `400` when it cannot be read, `413` when it is too large, `415` for another media type, and `422` when it \
         breaks a rule.",
    ));
    page.push_str("</p></section>");
    page
}

fn problems() -> String {
    let mut page = format!(
        "<section id=\"problems\"><h2>Problems</h2><p>{}</p><table><thead><tr><th>Status</th><th><code>type</code></th>\
         <th>What it is</th><th>What to do</th></tr></thead><tbody>",
        prose(
            "Whatever could not be done is answered as `application/problem+json` (RFC 9457). `detail` says what is wrong, \
             `errors` where: by a JSON pointer into the body or the name of a parameter. `instance` is the id of the request, as \
             in the header `X-Request-Id` and in the server's log."
        )
    );
    for kind in Kind::ALL {
        let _ = write!(
            page,
            "<tr id=\"problem-{name}\"><td>{}</td><td><code>{PREFIX}/problems/{name}</code></td><td>{}</td><td>{}</td></tr>",
            kind.status().as_u16(),
            escape(kind.title()),
            escape(kind.remedy()),
            name = kind.name(),
        );
    }
    page.push_str("</tbody></table></section>");
    page
}

/// The operations of an area: path, method, description.
fn operations<'a>(document: &'a Value, area: &str) -> Vec<(&'a str, &'static str, &'a Value)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in ["get", "post", "put", "patch", "delete"] {
            let operation = &item[method];
            if operation["tags"][0] == area {
                found.push((path.as_str(), method, operation));
            }
        }
    }
    found
}

fn operation_section(document: &Value, path: &str, method: &str, operation: &Value, origin: &str) -> String {
    let verb = method.to_uppercase();
    let id = text(operation, "operationId");
    let mut page = format!(
        "<section class=\"operation\" id=\"{id}\"><h3>{}</h3><p><code>{verb} {PREFIX}{}</code></p>",
        escape(text(operation, "summary")),
        escape(if path == "/" { "" } else { path })
    );
    if let Some(told) = operation["description"].as_str() {
        let _ = write!(page, "<p>{}</p>", prose(told));
    }
    let scope = operation["security"][0]["token"][0].as_str();
    if let Some(scope) = scope {
        let _ = write!(page, "<p>Scope: <a href=\"#tokens\"><code>{scope}</code></a></p>");
    }
    parameters(&mut page, operation);
    body(&mut page, document, operation);
    answers(&mut page, document, operation);
    let _ = write!(
        page,
        "<pre tabindex=\"0\"><code>{}</code></pre></section>",
        escape(&curl(path, &verb, operation, scope.is_some(), origin))
    );
    page
}

fn parameters(page: &mut String, operation: &Value) {
    let Some(parameters) = operation["parameters"].as_array() else {
        return;
    };
    page.push_str("<table><thead><tr><th>Parameter</th><th>In</th><th>What it is</th></tr></thead><tbody>");
    for parameter in parameters {
        let _ = write!(
            page,
            "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
            escape(text(parameter, "name")),
            escape(text(parameter, "in")),
            prose(text(parameter, "description"))
        );
    }
    page.push_str("</tbody></table>");
}

fn body(page: &mut String, document: &Value, operation: &Value) {
    let Some(contents) = operation["requestBody"]["content"].as_object() else {
        return;
    };
    for (media, content) in contents {
        let _ = write!(
            page,
            "<p>Body: {} as <code>{}</code></p>",
            shape(document, &content["schema"]),
            escape(media)
        );
    }
}

fn answers(page: &mut String, document: &Value, operation: &Value) {
    page.push_str("<table><thead><tr><th>Status</th><th>What it means</th><th>Body</th></tr></thead><tbody>");
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        // What every operation may answer is told once.
        if answer["$ref"].is_string() {
            continue;
        }
        let content = answer["content"]
            .as_object()
            .and_then(|contents| contents.values().next());
        let _ = write!(
            page,
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            escape(status),
            prose(text(answer, "description")),
            content.map_or_else(|| "–".to_owned(), |content| shape(document, &content["schema"]))
        );
    }
    page.push_str("</tbody></table>");
}

fn curl(path: &str, verb: &str, operation: &Value, needs_token: bool, origin: &str) -> String {
    let address = path
        .replace("{id}", "ID")
        .replace("{type}", "raccordo.order.placed.v1")
        .replace("{name}", "invalid");
    let address = if address == "/" { "" } else { &address };
    let mut curl = String::from("curl");
    if verb != "GET" {
        let _ = write!(curl, " -X {verb}");
    }
    let _ = write!(curl, " {origin}{PREFIX}{address}");
    if needs_token {
        curl.push_str(" \\\n  -H 'Authorization: Bearer rcd_…'");
    }
    if let Some(contents) = operation["requestBody"]["content"].as_object()
        && let Some(media) = contents.keys().next()
    {
        let _ = write!(curl, " \\\n  -H 'Content-Type: {media}' \\\n  -d @body.json");
    }
    curl
}
