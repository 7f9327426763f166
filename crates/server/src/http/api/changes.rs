//! What is done with an account as it is: switching, testing, pausing; and what it has been doing.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::{Language, Platform, Scope, Submission};
use events::Time;
use serde::Deserialize;
use service::{ActivateError, Confirmation, Queue, StoredAccount, TestError};
use utoipa::ToSchema;

use super::account_answer::{in_the_way, stored, told};
use super::account_form::wrong;
use super::caller::Caller;
use super::part::Part;
use super::problem::{Kind, Problem, Told};
use super::{Api, body};
use crate::json::{AccountAnswer, Activity, Test, TestAnswer, TestBrief};

/// How an account is switched on.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Activation {
    /// Whether to switch it on although no test has proven it. The log records it.
    #[serde(default)]
    confirmed: bool,
    /// Whether to switch it on in the place of those in its way, in one step.
    #[serde(default)]
    swap: bool,
    /// What becomes of what waits for those that are switched off when it takes their place.
    #[serde(default)]
    queue: Waiting,
}

/// What becomes of what waits.
#[derive(Debug, Default, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Waiting {
    /// It is kept, and goes out when the account is switched on again.
    #[default]
    Hold,
    /// It is skipped.
    Skip,
}

impl From<Waiting> for Queue {
    fn from(waiting: Waiting) -> Self {
        match waiting {
            Waiting::Hold => Self::Hold,
            Waiting::Skip => Self::Skip,
        }
    }
}

/// How an account is switched off.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Deactivation {
    /// What becomes of what waits.
    #[serde(default)]
    #[schema(inline)]
    queue: Waiting,
}

/// How long a pause lasts.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Pause {
    /// Until when; until it is resumed without it.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Time>,
}

/// Switch an account on
///
/// An account that no test has proven needs `"confirmed": true`; one whose place another holds needs `"swap": true`.
#[utoipa::path(
    post,
    path = "/accounts/{id}/activate",
    operation_id = "activateAccount",
    tag = "accounts",
    security(("token" = ["accounts:write"])),
    params(("id" = String, Path, description = "The account's id.")),
    request_body = Option<Activation>,
    responses(
        (status = 200, description = "The account as it is now; without `accounts:read` in brief.", body = AccountAnswer),
        (status = 404, description = "There is none.", body = Told, content_type = "application/problem+json"),
        (status = 409, description = "No test has proven it, or another is in the way.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn activate(
    State(api): State<Api>,
    caller: Caller,
    Part(id): Part,
    request: Request,
) -> Result<Response, Problem> {
    caller.needs(Scope::AccountsWrite)?;
    let asked: Activation = body::json_or_default(request).await?;
    let account = stored(&api, &caller, &id).await?.account;
    let (actor, site) = (caller.actor(), caller.site_id());
    let confirmation = if asked.confirmed {
        Confirmation::Given
    } else {
        Confirmation::Missing
    };
    let switched = api
        .raccordo
        .switch_account(&actor, site, account.id, true, confirmation, Queue::Hold)
        .await;
    match switched {
        Ok(_) => {}
        Err(ActivateError::InTheWay { account, .. }) if asked.swap => {
            let (health, _) = api.raccordo.health(&account).await?;
            if !health.is_proven() && !asked.confirmed {
                return Err(unproven());
            }
            let swapped = api
                .raccordo
                .swap_account(&actor, site, account.id, asked.queue.into())
                .await;
            swapped.map_err(|error| refused(&caller, error))?;
        }
        Err(error) => return Err(refused(&caller, error)),
    }
    told(&api, &caller, &stored(&api, &caller, &id).await?, StatusCode::OK).await
}

/// Switch an account off
///
/// Every setting stays. What waits is kept, unless it is to be skipped.
#[utoipa::path(
    post,
    path = "/accounts/{id}/deactivate",
    operation_id = "deactivateAccount",
    tag = "accounts",
    security(("token" = ["accounts:write"])),
    params(("id" = String, Path, description = "The account's id.")),
    request_body = Option<Deactivation>,
    responses(
        (status = 200, description = "The account as it is now; without `accounts:read` in brief.", body = AccountAnswer),
        (status = 404, description = "There is none.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn deactivate(
    State(api): State<Api>,
    caller: Caller,
    Part(id): Part,
    request: Request,
) -> Result<Response, Problem> {
    caller.needs(Scope::AccountsWrite)?;
    let asked: Deactivation = body::json_or_default(request).await?;
    let account = stored(&api, &caller, &id).await?.account;
    api.raccordo
        .switch_account(
            &caller.actor(),
            caller.site_id(),
            account.id,
            false,
            Confirmation::Missing,
            asked.queue.into(),
        )
        .await
        .map_err(|error| refused(&caller, error))?;
    told(&api, &caller, &stored(&api, &caller, &id).await?, StatusCode::OK).await
}

fn unproven() -> Problem {
    Problem::new(
        Kind::Unproven,
        "It was never tested with these settings, or its last test failed.",
    )
}

fn refused(caller: &Caller, error: ActivateError) -> Problem {
    match error {
        ActivateError::InTheWay { holders, .. } => in_the_way(caller, holders),
        ActivateError::Unproven { .. } => unproven(),
        ActivateError::NotFound => Problem::not_found("account"),
        ActivateError::Service(error) => error.into(),
    }
}

/// Test an account
///
/// Calls the platform with the stored settings and secrets; nothing is changed over there. The result stays with the account.
#[utoipa::path(
    post,
    path = "/accounts/{id}/test",
    operation_id = "testAccount",
    tag = "accounts",
    security(("token" = ["accounts:write"])),
    params(("id" = String, Path, description = "The account's id.")),
    responses(
        (status = 200, description = "What the test found, good or bad; without `accounts:read` in brief.", body = TestAnswer),
        (status = 404, description = "There is none.", body = Told, content_type = "application/problem+json"),
        (status = 503, description = "Its secrets cannot be opened.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn test(
    State(api): State<Api>,
    caller: Caller,
    Part(id): Part,
) -> Result<Json<TestAnswer>, Problem> {
    caller.needs(Scope::AccountsWrite)?;
    let StoredAccount { account, .. } = stored(&api, &caller, &id).await?;
    let site = caller.site(&api).await?;
    let platform = account.platform();
    let values = account.settings.values();
    let pairs = values.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let submission = Submission::from_pairs(platform, pairs, &site.lists, false);
    let today = ui::actions::today(api.raccordo.now(), &site);
    let tested = api
        .raccordo
        .test_form(
            &caller.actor(),
            &site,
            Some(account.id),
            &submission,
            &today,
            &|_| (),
        )
        .await
        .map_err(|error| not_tested(error, platform))?;
    let test = Test::new(platform, tested.report);
    Ok(Json(if caller.may(Scope::AccountsRead) {
        TestAnswer::Whole(Box::new(test))
    } else {
        TestAnswer::Brief(TestBrief::from(test))
    }))
}

fn not_tested(error: TestError, platform: Platform) -> Problem {
    match error {
        TestError::Form(errors) => Problem::new(Kind::Invalid, "Its settings break a rule by now.")
            .with_errors(wrong(&errors, platform)),
        TestError::Locked(secret) => {
            let told = secret.reason().map_or("", |reason| reason.get(Language::En));
            Problem::new(Kind::Locked, told)
        }
        TestError::NotFound | TestError::NotOffered => Problem::not_found("account"),
        TestError::Service(error) => error.into(),
    }
}

/// Pause an account
///
/// What waits keeps waiting, and no attempt is used up.
#[utoipa::path(
    post,
    path = "/accounts/{id}/pause",
    operation_id = "pauseAccount",
    tag = "accounts",
    security(("token" = ["deliveries:write"])),
    params(("id" = String, Path, description = "The account's id.")),
    request_body = Option<Pause>,
    responses(
        (status = 204, description = "Its queue is held."),
        (status = 404, description = "There is none.", body = Told, content_type = "application/problem+json"),
        (status = 422, description = "The time has passed already.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn pause(
    State(api): State<Api>,
    caller: Caller,
    Part(id): Part,
    request: Request,
) -> Result<StatusCode, Problem> {
    caller.needs(Scope::DeliveriesWrite)?;
    let asked: Pause = body::json_or_default(request).await?;
    let until = asked.until.map(Time::at);
    if until.is_some_and(|until| until <= api.raccordo.now()) {
        return Err(Problem::at(
            Kind::Invalid,
            "/until",
            "The time has passed already.",
        ));
    }
    let account = stored(&api, &caller, &id).await?.account;
    api.raccordo
        .pause(&caller.actor(), caller.site_id(), account.id, until)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Resume an account
///
/// Lets its queue go, for whatever reason it is held; what is still wrong holds it again.
#[utoipa::path(
    post,
    path = "/accounts/{id}/resume",
    operation_id = "resumeAccount",
    tag = "accounts",
    security(("token" = ["deliveries:write"])),
    params(("id" = String, Path, description = "The account's id.")),
    responses(
        (status = 204, description = "Nothing holds its queue."),
        (status = 404, description = "There is none.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn resume(
    State(api): State<Api>,
    caller: Caller,
    Part(id): Part,
) -> Result<StatusCode, Problem> {
    caller.needs(Scope::DeliveriesWrite)?;
    let account = stored(&api, &caller, &id).await?.account;
    api.raccordo
        .resume(&caller.actor(), caller.site_id(), account.id)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What an account is doing
///
/// The last 24 hours, what waits, and about how long it takes.
#[utoipa::path(
    get,
    path = "/accounts/{id}/activity",
    operation_id = "getActivity",
    tag = "accounts",
    security(("token" = ["deliveries:read"])),
    params(("id" = String, Path, description = "The account's id.")),
    responses(
        (status = 200, description = "What it is doing.", body = Activity),
        (status = 404, description = "There is none.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn activity(
    State(api): State<Api>,
    caller: Caller,
    Part(id): Part,
) -> Result<Json<Activity>, Problem> {
    caller.needs(Scope::DeliveriesRead)?;
    let id = id.parse().map_err(|_| Problem::not_found("account"))?;
    match api.raccordo.activity(caller.site_id(), id).await? {
        Some(activity) => Ok(Json(Activity::from(activity))),
        None => Err(Problem::not_found("account")),
    }
}
