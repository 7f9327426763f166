//! Accounts in answers: found by their address, and told as far as the token may read them.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use domain::{AccountId, Scope};
use service::{Holder, StoredAccount};

use super::Api;
use super::caller::Caller;
use super::problem::{Kind, Problem};
use crate::json::{Account, AccountAnswer, AccountBrief, InTheWay};

/// The account of an address.
pub(super) async fn stored(api: &Api, caller: &Caller, id: &str) -> Result<StoredAccount, Problem> {
    let id: AccountId = id.parse().map_err(|_| Problem::not_found("account"))?;
    api.raccordo
        .find_account(caller.site_id(), id)
        .await?
        .ok_or_else(|| Problem::not_found("account"))
}

/// An account as an answer.
pub(super) async fn told(
    api: &Api,
    caller: &Caller,
    stored: &StoredAccount,
    status: StatusCode,
) -> Result<Response, Problem> {
    let tag = format!("\"{}\"", stored.account.version);
    let answer = if caller.may(Scope::AccountsRead) {
        let (health, _) = api.raccordo.health(&stored.account).await?;
        AccountAnswer::Whole(Box::new(Account::stored(stored, health)))
    } else {
        AccountAnswer::Brief(AccountBrief::from(&stored.account))
    };
    Ok((status, [(ETAG, tag)], Json(answer)).into_response())
}

/// Other active accounts hold the place; which ones is for who may read accounts.
pub(super) fn in_the_way(caller: &Caller, holders: Vec<Holder>) -> Problem {
    let problem = Problem::new(
        Kind::InTheWay,
        "An active account holds the place that this one wants.",
    );
    if !caller.may(Scope::AccountsRead) {
        return problem;
    }
    problem.with_accounts(holders.into_iter().map(InTheWay::from).collect())
}
