//! Deliveries: where each stands, and trying or skipping it by hand.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use domain::{DeliveryFilter, DeliveryId, DeliveryState, FaultClass, Scope, SkipReason};
use persistence::DeliveryChange;

use super::Api;
use super::caller::Caller;
use super::events::kind;
use super::part::Part;
use super::problem::{Kind, Problem, Told};
use super::query::Query;
use crate::json::{Delivery, DeliveryAnswer, DeliveryBrief, DeliveryDetail, Page};

/// List deliveries
///
/// One event on its way to one account each; the newest event first.
#[utoipa::path(
    get,
    path = "/deliveries",
    operation_id = "listDeliveries",
    tag = "deliveries",
    security(("token" = ["deliveries:read"])),
    params(
        ("account" = Option<String>, Query, description = "Only to the account with this id."),
        ("state" = Option<String>, Query, description = "`waiting`, `delivered`, `refused`, `given_up`, `skipped` or `unknown`."),
        ("type" = Option<String>, Query, description = "Only of this CloudEvents type.", example = "raccordo.order.placed.v1"),
        ("class" = Option<String>, Query, description = "Only those whose last attempt failed like this, such as `credentials`."),
        ("entity" = Option<String>, Query, description = "Only about the thing with this id."),
        ("from" = Option<String>, Query, description = "Events that came in from this time on (RFC 3339)."),
        ("before" = Option<String>, Query, description = "Events that came in before this time (RFC 3339)."),
        ("limit" = Option<u32>, Query, description = "Rows on a page, 1 to 200; 50 without."),
        ("cursor" = Option<String>, Query, description = "Where the page begins, from `next`."),
    ),
    responses(
        (status = 200, description = "A page.", body = Page<Delivery>),
        (status = 400, description = "A parameter is wrong.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn list(
    State(api): State<Api>,
    caller: Caller,
    uri: Uri,
) -> Result<Json<Page<Delivery>>, Problem> {
    caller.needs(Scope::DeliveriesRead)?;
    let known = [
        "account", "state", "type", "class", "entity", "from", "before", "limit", "cursor",
    ];
    let query = Query::read(&uri, &known)?;
    let states = "waiting, delivered, refused, given_up, skipped or unknown";
    let filter = DeliveryFilter {
        account: query.value("account", "the id of an account", |text| text.parse().ok())?,
        state: query.value("state", states, DeliveryState::from_code)?,
        kind: kind(&query)?,
        class: query.value(
            "class",
            "a class of faults, such as credentials",
            FaultClass::from_code,
        )?,
        entity: query.get("entity").unwrap_or_default().to_owned(),
        ..DeliveryFilter::default()
    };
    let limit = query.limit()?;
    let mut rows = api
        .raccordo
        .read_deliveries(
            caller.site_id(),
            &filter,
            query.range()?,
            query.cursor()?,
            limit + 1,
        )
        .await?;
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| has_more);
    let time = api.raccordo.queue_time().await?;
    Ok(Json(Page {
        next: next.map(|row| query.next(&row.id.to_string())),
        items: rows.iter().map(|row| Delivery::new(row, time)).collect(),
    }))
}

/// Read a delivery
///
/// With every attempt and its calls, redacted, and with its event.
#[utoipa::path(
    get,
    path = "/deliveries/{id}",
    operation_id = "getDelivery",
    tag = "deliveries",
    security(("token" = ["deliveries:read"])),
    params(("id" = String, Path, description = "The delivery's name, `EVENT.ACCOUNT`.")),
    responses(
        (status = 200, description = "The delivery.", body = DeliveryDetail),
        (status = 404, description = "There is none.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn find(
    State(api): State<Api>,
    caller: Caller,
    Part(id): Part,
) -> Result<Json<DeliveryDetail>, Problem> {
    caller.needs(Scope::DeliveriesRead)?;
    detail(&api, &caller, named(&id)?).await
}

/// Retry a delivery
///
/// It becomes due at once, with its attempts counted anew. Not for one that was delivered.
#[utoipa::path(
    post,
    path = "/deliveries/{id}/retry",
    operation_id = "retryDelivery",
    tag = "deliveries",
    security(("token" = ["deliveries:write"])),
    params(("id" = String, Path, description = "The delivery's name, `EVENT.ACCOUNT`.")),
    responses(
        (status = 200, description = "The delivery as it is now; without `deliveries:read` in brief.", body = DeliveryAnswer),
        (status = 404, description = "There is none.", body = Told, content_type = "application/problem+json"),
        (status = 409, description = "It was delivered, or is under way.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn retry(
    State(api): State<Api>,
    caller: Caller,
    Part(id): Part,
) -> Result<Json<DeliveryAnswer>, Problem> {
    change(&api, &caller, &id, DeliveryChange::RetryNow).await
}

/// Skip a delivery
///
/// Only one that waits and is not under way.
#[utoipa::path(
    post,
    path = "/deliveries/{id}/skip",
    operation_id = "skipDelivery",
    tag = "deliveries",
    security(("token" = ["deliveries:write"])),
    params(("id" = String, Path, description = "The delivery's name, `EVENT.ACCOUNT`.")),
    responses(
        (status = 200, description = "The delivery as it is now; without `deliveries:read` in brief.", body = DeliveryAnswer),
        (status = 404, description = "There is none.", body = Told, content_type = "application/problem+json"),
        (status = 409, description = "It does not wait, or is under way.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn skip(
    State(api): State<Api>,
    caller: Caller,
    Part(id): Part,
) -> Result<Json<DeliveryAnswer>, Problem> {
    change(&api, &caller, &id, DeliveryChange::Skip(SkipReason::ByHand)).await
}

fn named(id: &str) -> Result<DeliveryId, Problem> {
    id.parse().map_err(|_| Problem::not_found("delivery"))
}

async fn detail(api: &Api, caller: &Caller, id: DeliveryId) -> Result<Json<DeliveryDetail>, Problem> {
    match api.raccordo.find_delivery(caller.site_id(), id).await? {
        Some(detail) => Ok(Json(DeliveryDetail::new(
            detail,
            api.raccordo.queue_time().await?,
        ))),
        None => Err(Problem::not_found("delivery")),
    }
}

async fn change(
    api: &Api,
    caller: &Caller,
    id: &str,
    change: DeliveryChange,
) -> Result<Json<DeliveryAnswer>, Problem> {
    caller.needs(Scope::DeliveriesWrite)?;
    let id = named(id)?;
    let is_changed = api
        .raccordo
        .change_delivery(&caller.actor(), caller.site_id(), id, change)
        .await?;
    let Json(DeliveryDetail { delivery, .. }) = detail(api, caller, id).await?;
    if is_changed {
        // Its attempts and its event are told where they are asked for.
        return Ok(Json(if caller.may(Scope::DeliveriesRead) {
            DeliveryAnswer::Whole(Box::new(delivery))
        } else {
            DeliveryAnswer::Brief(DeliveryBrief::from(delivery))
        }));
    }
    let told = match change {
        DeliveryChange::RetryNow => "Only one that was not delivered and is not under way can be retried.",
        DeliveryChange::Skip(_) => "Only one that waits and is not under way can be skipped.",
    };
    Err(Problem::new(Kind::State, told))
}
