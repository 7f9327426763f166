//! Many deliveries at once: what failed alike, and trying or skipping what a filter finds.

use axum::Json;
use axum::extract::{Request, State};
use domain::{DeliveryFilter, DeliveryState, EventId, EventKind, FaultClass, Scope, SkipReason};
use events::Time;
use persistence::DeliveryChange;
use serde::{Deserialize, Serialize};
use service::{BulkChange, LogRange, STEP_MAX};
use utoipa::ToSchema;

use super::Api;
use super::body;
use super::caller::Caller;
use super::problem::{Kind, Problem, Told};
use crate::json::{FailureGroup, time};

/// Which deliveries are changed: those that keep every condition.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Selection {
    /// Where they stand. `waiting`, `refused`, `given_up`, `skipped` and `unknown` ones can be retried, `waiting` ones skipped.
    #[schema(example = "given_up")]
    state: String,
    /// Only to the account with this id.
    #[serde(default)]
    account: Option<String>,
    /// Only of this CloudEvents type.
    #[serde(default, rename = "type")]
    #[schema(example = "raccordo.order.placed.v1")]
    kind: Option<String>,
    /// Only those whose last attempt failed like this, such as `credentials`.
    #[serde(default)]
    class: Option<String>,
    /// Only about the thing with this id.
    #[serde(default)]
    entity: Option<String>,
    /// Events that came in from this time on.
    #[serde(default)]
    from: Option<Time>,
    /// Events that came in before this time.
    #[serde(default)]
    before: Option<Time>,
    /// Deliveries that last changed before this time; the time of the request without it. Whoever changes more than one step sends
    /// the one of the first answer with all that follow: what fails again meanwhile is then not changed twice.
    #[serde(default)]
    updated_before: Option<Time>,
    /// Where the step goes on: the `next` of the answer before it. Without it the search begins anew.
    #[serde(default)]
    next: Option<String>,
    /// The most that are changed, 1 to 500; 500 without.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// What a step changed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StepDone {
    /// How many.
    changed: u64,
    /// Whether there may be more to change: ask again, with `updated_before` and `next`.
    more: bool,
    /// To send with the request for the next step.
    updated_before: Time,
    /// To send with the request for the next step; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    next: Option<EventId>,
}

/// A selection, understood.
struct Chosen {
    filter: DeliveryFilter,
    range: LogRange,
    bulk: BulkChange,
}

impl Selection {
    fn read(self, api: &Api, change: DeliveryChange) -> Result<Chosen, Problem> {
        let state = DeliveryState::from_code(&self.state);
        let filter = DeliveryFilter {
            state: Some(state.ok_or_else(|| wrong("state", "one of the states of deliveries"))?),
            account: value(self.account, "account", "the id of an account", |text| {
                text.parse().ok()
            })?,
            kind: value(
                self.kind,
                "type",
                "an event type, such as raccordo.order.placed.v1",
                EventKind::from_type_name,
            )?,
            class: value(
                self.class,
                "class",
                "a class of faults, such as credentials",
                FaultClass::from_code,
            )?,
            entity: self.entity.unwrap_or_default(),
            ..DeliveryFilter::default()
        };
        match (change, filter.state) {
            (DeliveryChange::RetryNow, Some(DeliveryState::Delivered)) => {
                return Err(wrong("state", "another: what was delivered cannot be retried"));
            }
            (DeliveryChange::Skip(_), state) if state != Some(DeliveryState::Waiting) => {
                return Err(wrong("state", "waiting: nothing else can be skipped"));
            }
            _ => {}
        }
        let limit = step_limit(self.limit)?;
        Ok(Chosen {
            filter,
            range: LogRange {
                from: self.from.map(Time::at),
                before: self.before.map(Time::at),
            },
            bulk: BulkChange {
                change,
                mark: self.updated_before.map_or_else(|| api.raccordo.now(), Time::at),
                from: value(self.next, "next", "the `next` of an answer", |text| {
                    text.parse().ok()
                })?,
                limit,
            },
        })
    }
}

/// The most that a step takes.
pub(super) fn step_limit(asked: Option<u32>) -> Result<u32, Problem> {
    let limit = asked.unwrap_or(STEP_MAX);
    if !(1..=STEP_MAX).contains(&limit) {
        return Err(wrong("limit", &format!("a number from 1 to {STEP_MAX}")));
    }
    Ok(limit)
}

/// The value of a property, if it is there.
pub(super) fn value<T>(
    text: Option<String>,
    name: &str,
    expected: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    text.map(|text| parse(&text).ok_or_else(|| wrong(name, expected)))
        .transpose()
}

fn wrong(name: &str, expected: &str) -> Problem {
    Problem::at(
        Kind::Invalid,
        format!("/{name}"),
        format!("It must be {expected}."),
    )
}

/// Retry deliveries
///
/// One step of at most 500: they become due at once, with their attempts counted anew. Those that are under way, or untried and due
/// already, stay as they are.
#[utoipa::path(
    post,
    path = "/deliveries/retry",
    operation_id = "retryDeliveries",
    tag = "deliveries",
    security(("token" = ["deliveries:write"])),
    request_body = Selection,
    responses(
        (status = 200, description = "How many were changed.", body = StepDone),
        (status = 422, description = "A condition is wrong.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn retry(
    State(api): State<Api>,
    caller: Caller,
    request: Request,
) -> Result<Json<StepDone>, Problem> {
    step(&api, &caller, request, DeliveryChange::RetryNow).await
}

/// Skip deliveries
///
/// One step of at most 500. Those that are under way stay as they are.
#[utoipa::path(
    post,
    path = "/deliveries/skip",
    operation_id = "skipDeliveries",
    tag = "deliveries",
    security(("token" = ["deliveries:write"])),
    request_body = Selection,
    responses(
        (status = 200, description = "How many were changed.", body = StepDone),
        (status = 422, description = "A condition is wrong.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn skip(
    State(api): State<Api>,
    caller: Caller,
    request: Request,
) -> Result<Json<StepDone>, Problem> {
    step(&api, &caller, request, DeliveryChange::Skip(SkipReason::ByHand)).await
}

async fn step(
    api: &Api,
    caller: &Caller,
    request: Request,
    change: DeliveryChange,
) -> Result<Json<StepDone>, Problem> {
    caller.needs(Scope::DeliveriesWrite)?;
    let selection: Selection = body::json(request).await?;
    let Chosen { filter, range, bulk } = selection.read(api, change)?;
    let changed = api
        .raccordo
        .change_deliveries(&caller.actor(), caller.site_id(), &filter, range, bulk)
        .await?;
    Ok(Json(StepDone {
        changed: changed.count,
        more: changed.next.is_some(),
        updated_before: time(bulk.mark),
        next: changed.next,
    }))
}

/// List failures
///
/// What failed alike, as groups: the 20 that changed last.
#[utoipa::path(
    get,
    path = "/deliveries/failures",
    operation_id = "listFailures",
    tag = "deliveries",
    security(("token" = ["deliveries:read"])),
    responses((status = 200, description = "The groups, the one that changed last first.", body = Vec<FailureGroup>)),
)]
pub(super) async fn failures(
    State(api): State<Api>,
    caller: Caller,
) -> Result<Json<Vec<FailureGroup>>, Problem> {
    caller.needs(Scope::DeliveriesRead)?;
    let groups = api.raccordo.list_failure_groups(caller.site_id(), None).await?;
    Ok(Json(groups.into_iter().map(FailureGroup::from).collect()))
}
