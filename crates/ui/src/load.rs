//! What pages read: one server function for each page. On the server they run in the request; in the browser they ask
//! the server. Each checks who asks.

use domain::{AccountId, LogId, Platform};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::outcome::Problem;
use crate::view::{
    AccountFormView, AccountListView, ActivateView, DeleteView, FirstStartView, LogTailView, LogView,
    SignInView, SwapView,
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
    crate::actions::read::with_status(crate::actions::read::activate(&ids).await)
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
