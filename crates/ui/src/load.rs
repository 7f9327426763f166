//! What pages read: one server function for each page. On the server they run in the request; in the browser they ask
//! the server. Each checks who asks.

use domain::{AccountId, EventId, LogId, Platform};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::outcome::Problem;
use crate::view::{
    AccountFormView, AccountListView, ActivateView, ActivityView, ChangeDeliveriesView, DeactivateView,
    DeleteView, DeliveriesTailView, DeliveriesView, DeliveryView, EventsView, ExplainView, FirstStartView,
    LogTailView, LogView, PurgeView, SignInView, SwapView, TokensView,
};

/// Why a page cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoadError {
    /// Nobody is signed in.
    SignInNeeded,
    /// It cannot be read.
    Failed(Problem),
}

impl FromServerFnError for LoadError {
    type Encoder = server_fn::codec::JsonEncoding;

    fn from_server_fn_error(error: server_fn::error::ServerFnErrorErr) -> Self {
        match error {
            server_fn::error::ServerFnErrorErr::Request(_)
            | server_fn::error::ServerFnErrorErr::Response(_) => Self::Failed(Problem::Offline),
            _ => Self::Failed(Problem::Internal),
        }
    }
}

/// Lista degli Account, for the query of its address (`?q=…&page=…`, without the question mark).
#[server(prefix = "/load", endpoint = "accounts", input = server_fn::codec::GetUrl)]
pub async fn load_accounts(query: String) -> Result<AccountListView, LoadError> {
    crate::actions::read::with_status(crate::actions::read::accounts(&query).await)
}

/// Dati Account: an existing account, or a new one on `platform` that already has a `description`. `draft` is the token
/// of a form kept from before the session ended.
#[server(prefix = "/load", endpoint = "account", input = server_fn::codec::GetUrl)]
pub async fn load_account_form(
    id: Option<AccountId>,
    platform: Option<Platform>,
    description: Option<String>,
    draft: Option<String>,
) -> Result<AccountFormView, LoadError> {
    crate::actions::read::with_status(
        crate::actions::read::account_form(id, platform, description, draft).await,
    )
}

/// Lista dei Log, for the query of its address.
#[server(prefix = "/load", endpoint = "log", input = server_fn::codec::GetUrl)]
pub async fn load_log(query: String) -> Result<LogView, LoadError> {
    crate::actions::read::with_status(crate::actions::log::log(&query).await)
}

/// What has come into the log since `after`, the newest entry shown.
#[server(prefix = "/load", endpoint = "log-tail", input = server_fn::codec::GetUrl)]
pub async fn load_log_tail(query: String, after: Option<LogId>) -> Result<LogTailView, LoadError> {
    crate::actions::read::with_status(crate::actions::log::tail(&query, after).await)
}

/// The page that asks before deleting; `ids` with commas.
#[server(prefix = "/load", endpoint = "delete", input = server_fn::codec::GetUrl)]
pub async fn load_delete(ids: String) -> Result<DeleteView, LoadError> {
    crate::actions::read::with_status(crate::actions::read::delete(&ids).await)
}

/// The page that asks before accounts are switched on that no test has proven; `ids` with commas.
#[server(prefix = "/load", endpoint = "activate", input = server_fn::codec::GetUrl)]
pub async fn load_activate(ids: String) -> Result<ActivateView, LoadError> {
    crate::actions::read::with_status(crate::actions::queue::activate(&ids).await)
}

/// The page that offers to swap accounts.
#[server(prefix = "/load", endpoint = "swap", input = server_fn::codec::GetUrl)]
pub async fn load_swap(id: AccountId) -> Result<SwapView, LoadError> {
    crate::actions::read::with_status(crate::actions::read::swap(id).await)
}

/// The sign-in page.
#[server(prefix = "/load", endpoint = "sign-in", input = server_fn::codec::GetUrl)]
pub async fn load_sign_in(next: String) -> Result<SignInView, LoadError> {
    crate::actions::read::with_status(crate::actions::read::sign_in(next).await)
}

/// The page of the first start.
#[server(prefix = "/load", endpoint = "first-start", input = server_fn::codec::GetUrl)]
pub async fn load_first_start(token: String) -> Result<FirstStartView, LoadError> {
    crate::actions::read::with_status(crate::actions::read::first_start(token).await)
}

/// Consegne, for the query of its address.
#[server(prefix = "/load", endpoint = "deliveries", input = server_fn::codec::GetUrl)]
pub async fn load_deliveries(query: String) -> Result<DeliveriesView, LoadError> {
    crate::actions::read::with_status(crate::actions::deliveries::deliveries(&query).await)
}

/// What has become of the newest deliveries since `after` was the newest one shown.
#[server(prefix = "/load", endpoint = "deliveries-tail", input = server_fn::codec::GetUrl)]
pub async fn load_deliveries_tail(
    query: String,
    after: Option<String>,
) -> Result<DeliveriesTailView, LoadError> {
    crate::actions::read::with_status(crate::actions::deliveries::tail(&query, after.as_deref()).await)
}

/// The page that asks before many deliveries are tried again or skipped, for the query of its address.
#[server(prefix = "/load", endpoint = "change-deliveries", input = server_fn::codec::GetUrl)]
pub async fn load_change_deliveries(query: String, retries: bool) -> Result<ChangeDeliveriesView, LoadError> {
    crate::actions::read::with_status(crate::actions::change_deliveries::change(&query, retries).await)
}

/// A delivery.
#[server(prefix = "/load", endpoint = "delivery", input = server_fn::codec::GetUrl)]
pub async fn load_delivery(id: String) -> Result<DeliveryView, LoadError> {
    crate::actions::read::with_status(crate::actions::delivery::delivery(&id).await)
}

/// Eventi, for the query of its address.
#[server(prefix = "/load", endpoint = "events", input = server_fn::codec::GetUrl)]
pub async fn load_events(query: String) -> Result<EventsView, LoadError> {
    crate::actions::read::with_status(crate::actions::events::events(&query).await)
}

/// The page that asks before old events are removed, for the query of its address; `None` when it asks for no age.
#[server(prefix = "/load", endpoint = "purge", input = server_fn::codec::GetUrl)]
pub async fn load_purge(query: String) -> Result<Option<PurgeView>, LoadError> {
    crate::actions::read::with_status(crate::actions::purge::purge(&query).await)
}

/// Spiega.
#[server(prefix = "/load", endpoint = "explain", input = server_fn::codec::GetUrl)]
pub async fn load_explain(id: EventId) -> Result<ExplainView, LoadError> {
    crate::actions::read::with_status(crate::actions::events::explain(id).await)
}

/// The activity of an account; `None` for one that receives no events.
#[server(prefix = "/load", endpoint = "activity", input = server_fn::codec::GetUrl)]
pub async fn load_activity(id: AccountId) -> Result<Option<ActivityView>, LoadError> {
    crate::actions::read::with_status(crate::actions::queue::activity(id).await)
}

/// The page that asks what becomes of what waits, before accounts are switched off; `ids` with commas.
#[server(prefix = "/load", endpoint = "deactivate", input = server_fn::codec::GetUrl)]
pub async fn load_deactivate(ids: String) -> Result<DeactivateView, LoadError> {
    crate::actions::read::with_status(crate::actions::queue::deactivate(&ids).await)
}

/// Token API.
#[server(prefix = "/load", endpoint = "tokens", input = server_fn::codec::GetUrl)]
pub async fn load_tokens() -> Result<TokensView, LoadError> {
    crate::actions::read::with_status(crate::actions::tokens::tokens().await)
}
