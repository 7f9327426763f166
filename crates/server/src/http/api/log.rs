//! The log.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use domain::{LogFilter, LogKind, LogLevel, Scope};

use super::Api;
use super::caller::Caller;
use super::problem::{Problem, Told};
use super::query::Query;
use crate::json::{LogEntry, Page};

/// Read the log
///
/// What the panel did about integrations, newest first.
#[utoipa::path(
    get,
    path = "/log",
    operation_id = "listLog",
    tag = "log",
    security(("token" = ["log:read"])),
    params(
        ("level" = Option<String>, Query, description = "`info`, `warning` or `error`."),
        ("kind" = Option<String>, Query, description = "Only this kind of entry, such as `account_edited`."),
        ("account" = Option<String>, Query, description = "Only about the account with this id."),
        ("from" = Option<String>, Query, description = "From this time on (RFC 3339)."),
        ("before" = Option<String>, Query, description = "Before this time (RFC 3339)."),
        ("limit" = Option<u32>, Query, description = "Rows on a page, 1 to 200; 50 without."),
        ("cursor" = Option<String>, Query, description = "Where the page begins, from `next`."),
    ),
    responses(
        (status = 200, description = "A page.", body = Page<LogEntry>),
        (status = 400, description = "A parameter is wrong.", body = Told, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn list(
    State(api): State<Api>,
    caller: Caller,
    uri: Uri,
) -> Result<Json<Page<LogEntry>>, Problem> {
    caller.needs(Scope::LogRead)?;
    let query = Query::read(
        &uri,
        &["level", "kind", "account", "from", "before", "limit", "cursor"],
    )?;
    let filter = LogFilter {
        level: query.value("level", "info, warning or error", LogLevel::from_code)?,
        kind: query.value(
            "kind",
            "a kind of entry, such as account_edited",
            LogKind::from_code,
        )?,
        account_id: query.value("account", "the id of an account", |text| text.parse().ok())?,
        ..LogFilter::default()
    };
    let limit = query.limit()?;
    let mut entries = api
        .raccordo
        .read_log(
            caller.site_id(),
            &filter,
            query.range()?,
            query.cursor()?,
            limit + 1,
        )
        .await?;
    let has_more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    let next = entries.last().filter(|_| has_more);
    Ok(Json(Page {
        next: next.map(|entry| query.next(&entry.id.to_string())),
        items: entries.into_iter().map(LogEntry::from).collect(),
    }))
}
