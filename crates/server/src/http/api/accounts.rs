//! Accounts: read, create, change, delete. The rules are those of the form in the panel.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{IF_MATCH, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::Response;
use domain::{AccountFilter, Platform, Scope, Site, Version};
use service::{DeleteError, SaveError, Saved, StoredAccount};

use super::account_answer::{in_the_way, stored, told};
use super::account_form::{AccountChange, AccountState, Given, NewAccount, wrong};
use super::caller::Caller;
use super::part::Part;
use super::problem::{Kind, Problem, Told};
use super::query::Query;
use super::{Api, PREFIX, body};
use crate::json::{Account, AccountAnswer, Page};

/// List accounts
///
/// By description, 50 on a page.
#[utoipa::path(
    get,
    path = "/accounts",
    operation_id = "listAccounts",
    tag = "accounts",
    security(("token" = ["accounts:read"])),
    params(
        ("q" = Option<String>, Query, description = "Words to look for in description, platform and target."),
        ("platform" = Option<String>, Query, description = "Only of this platform."),
        ("state" = Option<String>, Query, description = "`on`, `off`, or `attention`: on, but its last test failed."),
        ("cursor" = Option<u32>, Query, description = "Where the page begins, from `next`."),
    ),
    responses(
        (status = 200, description = "A page.", body = Page<Account>),
        (status = 400, description = "A parameter is wrong.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn list(
    State(api): State<Api>,
    caller: Caller,
    uri: Uri,
) -> Result<Json<Page<Account>>, Problem> {
    caller.needs(Scope::AccountsRead)?;
    let query = Query::read(&uri, &["q", "platform", "state", "cursor"])?;
    query.value("platform", "a platform, such as clerk", |text| {
        text.parse::<Platform>().ok()
    })?;
    query.value("state", "on, off or attention", |text| {
        ["on", "off", "attention"].contains(&text).then_some(())
    })?;
    let pairs = ["q", "platform", "state"].map(|name| (name, query.get(name).unwrap_or_default()));
    let filter = AccountFilter {
        page: query.cursor::<u32>()?.unwrap_or(1).clamp(1, 1_000_000),
        ..AccountFilter::from_pairs(pairs)
    };
    let asked = filter.page;
    let listed = api.raccordo.list_accounts(caller.site_id(), filter).await?;
    // A page past the end is empty here; the panel shows the last one instead.
    let rows = if listed.filter.page == asked {
        listed.rows
    } else {
        Vec::new()
    };
    let told = listed.filter.offset() + u64::try_from(rows.len()).unwrap_or_default();
    let has_more = !rows.is_empty() && told < listed.matching;
    Ok(Json(Page {
        next: has_more.then(|| query.next(&(asked + 1).to_string())),
        items: rows
            .iter()
            .map(|row| Account::listed(&row.account, row.health))
            .collect(),
    }))
}

/// Read an account
///
/// With what is known of its secrets; never their values.
#[utoipa::path(
    get,
    path = "/accounts/{id}",
    operation_id = "getAccount",
    tag = "accounts",
    security(("token" = ["accounts:read"])),
    params(("id" = String, Path, description = "The account's id.")),
    responses(
        (status = 200, description = "The account; its version stands in `ETag`.", body = Account),
        (status = 404, description = "There is none.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn find(
    State(api): State<Api>,
    caller: Caller,
    Part(id): Part,
) -> Result<Response, Problem> {
    caller.needs(Scope::AccountsRead)?;
    told(&api, &caller, &stored(&api, &caller, &id).await?, StatusCode::OK).await
}

/// Create an account
///
/// It starts inactive; test and activate it then.
#[utoipa::path(
    post,
    path = "/accounts",
    operation_id = "createAccount",
    tag = "accounts",
    security(("token" = ["accounts:write"])),
    request_body = NewAccount,
    responses(
        (status = 201, description = "The account, without `accounts:read` in brief; its address stands in `Location`.", body = AccountAnswer),
        (status = 422, description = "A field breaks a rule.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn create(
    State(api): State<Api>,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    caller.needs(Scope::AccountsWrite)?;
    let new: NewAccount = body::json(request).await?;
    let platform: Platform = new.platform.parse().map_err(|_| {
        let codes: Vec<&str> = Platform::ALL.iter().map(|platform| platform.code()).collect();
        Problem::at(
            Kind::Invalid,
            "/platform",
            format!("It must be one of {}.", codes.join(", ")),
        )
    })?;
    let site = caller.site(&api).await?;
    let secrets = new
        .secrets
        .into_iter()
        .map(|(field, secret)| (field, Some(secret)))
        .collect();
    let given = Given {
        description: new.description,
        settings: new.settings,
        secrets,
    };
    let submission = given.submission(platform, &site, platform.defaults(&site.lists))?;
    let today = ui::actions::today(api.raccordo.now(), &site);
    let account = api
        .raccordo
        .create_account(&caller.actor(), &site, &submission, &today)
        .await
        .map_err(|error| refused(&caller, error, platform))?;
    let id = account.id.to_string();
    let mut response = told(
        &api,
        &caller,
        &stored(&api, &caller, &id).await?,
        StatusCode::CREATED,
    )
    .await?;
    if let Ok(location) = HeaderValue::from_str(&format!("{PREFIX}/accounts/{id}")) {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

/// Replace an account
///
/// Description and settings become what is sent, with defaults for what is left out; secrets that are left out stay. `If-Match`
/// with the `ETag` that was read makes sure that nobody else's change is lost.
#[utoipa::path(
    put,
    path = "/accounts/{id}",
    operation_id = "replaceAccount",
    tag = "accounts",
    security(("token" = ["accounts:write"])),
    params(
        ("id" = String, Path, description = "The account's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the account must still have."),
    ),
    request_body = AccountState,
    responses(
        (status = 200, description = "The account as it is now; without `accounts:read` in brief.", body = AccountAnswer),
        (status = 404, description = "There is none.", body = Told, content_type = "application/problem+json"),
        (status = 409, description = "Another active account is in the way, or somebody else changed it at the same moment.", body = Told, content_type = "application/problem+json"),
        (status = 412, description = "It is another version than `If-Match` says.", body = Told, content_type = "application/problem+json"),
        (status = 422, description = "A field breaks a rule.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn replace(
    State(api): State<Api>,
    caller: Caller,
    Part(id): Part,
    request: Request,
) -> Result<Response, Problem> {
    caller.needs(Scope::AccountsWrite)?;
    let matched = if_match(request.headers());
    let state: AccountState = body::json(request).await?;
    let before = stored(&api, &caller, &id).await?;
    let site = caller.site(&api).await?;
    let given = Given {
        description: state.description,
        settings: state.settings,
        secrets: state.secrets,
    };
    let defaults = before.account.platform().defaults(&site.lists);
    save(&api, &caller, &site, before, matched, given, defaults).await
}

/// Change an account
///
/// What is left out stays. `If-Match` with the `ETag` that was read makes sure that nobody else's change is lost.
#[utoipa::path(
    patch,
    path = "/accounts/{id}",
    operation_id = "changeAccount",
    tag = "accounts",
    security(("token" = ["accounts:write"])),
    params(
        ("id" = String, Path, description = "The account's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the account must still have."),
    ),
    request_body = AccountChange,
    responses(
        (status = 200, description = "The account as it is now; without `accounts:read` in brief.", body = AccountAnswer),
        (status = 404, description = "There is none.", body = Told, content_type = "application/problem+json"),
        (status = 409, description = "Another active account is in the way, or somebody else changed it at the same moment.", body = Told, content_type = "application/problem+json"),
        (status = 412, description = "It is another version than `If-Match` says.", body = Told, content_type = "application/problem+json"),
        (status = 422, description = "A field breaks a rule.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn change(
    State(api): State<Api>,
    caller: Caller,
    Part(id): Part,
    request: Request,
) -> Result<Response, Problem> {
    caller.needs(Scope::AccountsWrite)?;
    let matched = if_match(request.headers());
    let change: AccountChange = body::json(request).await?;
    let before = stored(&api, &caller, &id).await?;
    let site = caller.site(&api).await?;
    let given = Given {
        description: change
            .description
            .unwrap_or_else(|| before.account.description.to_string()),
        settings: change.settings,
        secrets: change.secrets,
    };
    let present = before.account.settings.values();
    save(&api, &caller, &site, before, matched, given, present).await
}

/// Delete an account
///
/// For good: its credentials, its settings and its deliveries are gone.
#[utoipa::path(
    delete,
    path = "/accounts/{id}",
    operation_id = "deleteAccount",
    tag = "accounts",
    security(("token" = ["accounts:write"])),
    params(
        ("id" = String, Path, description = "The account's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the account must still have."),
    ),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "There is none.", body = Told, content_type = "application/problem+json"),
        (status = 409, description = "Somebody else changed it at the same moment.", body = Told, content_type = "application/problem+json"),
        (status = 412, description = "It is another version than `If-Match` says.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn delete(
    State(api): State<Api>,
    caller: Caller,
    Part(id): Part,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    caller.needs(Scope::AccountsWrite)?;
    let account = stored(&api, &caller, &id).await?.account;
    still(account.version, if_match(&headers))?;
    let deleted = api
        .raccordo
        .delete_accounts(
            &caller.actor(),
            caller.site_id(),
            &[(account.id, account.version)],
        )
        .await;
    match deleted {
        Ok(0) => Err(Problem::not_found("account")),
        Ok(_) => Ok(StatusCode::NO_CONTENT),
        Err(DeleteError::Changed) => Err(changed()),
        Err(DeleteError::Service(error)) => Err(error.into()),
    }
}

async fn save(
    api: &Api,
    caller: &Caller,
    site: &Site,
    before: StoredAccount,
    matched: Option<String>,
    given: Given,
    base: domain::Values,
) -> Result<Response, Problem> {
    let StoredAccount { account, .. } = before;
    still(account.version, matched)?;
    let platform = account.platform();
    let submission = given.submission(platform, site, base)?;
    let today = ui::actions::today(api.raccordo.now(), site);
    let saved = api
        .raccordo
        .update_account(
            &caller.actor(),
            site,
            account.id,
            account.version,
            &submission,
            &today,
        )
        .await
        .map_err(|error| refused(caller, error, platform))?;
    let (Saved::Changed(account) | Saved::Unchanged(account)) = saved;
    let id = account.id.to_string();
    told(api, caller, &stored(api, caller, &id).await?, StatusCode::OK).await
}

fn if_match(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(IF_MATCH)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// Whether the account is one of the versions of `If-Match`.
fn still(version: Version, matched: Option<String>) -> Result<(), Problem> {
    let Some(matched) = matched else { return Ok(()) };
    let tag = format!("\"{version}\"");
    if matched.trim() == "*" || matched.split(',').any(|one| one.trim() == tag) {
        return Ok(());
    }
    Err(Problem::new(
        Kind::Version,
        format!("The account is version {tag} by now."),
    ))
}

fn changed() -> Problem {
    Problem::new(
        Kind::Changed,
        "Somebody else changed the account at the same moment.",
    )
}

/// Why a form is not saved.
fn refused(caller: &Caller, error: SaveError, platform: Platform) -> Problem {
    match error {
        SaveError::Form(errors) => {
            Problem::new(Kind::Invalid, "Some fields break a rule.").with_errors(wrong(&errors, platform))
        }
        SaveError::Conflict(_) => changed(),
        SaveError::InTheWay(holders) => in_the_way(caller, holders),
        SaveError::NotFound => Problem::not_found("account"),
        SaveError::Service(error) => error.into(),
    }
}
