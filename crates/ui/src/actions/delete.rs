//! Deleting accounts, after the page that asks.

use domain::{AccountId, Version};
use service::DeleteError;

use super::{Cx, HOME, Pairs, failed, seen, sign_in_needed, value};
use crate::outcome::{Notice, Outcome, Problem};

/// Deletes, or switches off instead.
pub async fn submit(cx: &Cx, pairs: &Pairs) -> Outcome {
    let Some(actor) = &cx.actor else {
        return sign_in_needed(cx);
    };
    let accounts: Option<Vec<(AccountId, Version)>> = pairs
        .iter()
        .filter(|(name, _)| name == "id")
        .map(|(_, value)| seen(value))
        .collect();
    let Some(accounts) = accounts.filter(|accounts| !accounts.is_empty()) else {
        return Outcome::Failed(Problem::BadRequest);
    };
    let ids: Vec<AccountId> = accounts.iter().map(|(id, _)| *id).collect();
    match value(pairs, "do") {
        "deactivate" => super::switch::switch_off(cx, actor, &ids, None, HOME.to_owned()).await,
        "delete" => match cx.raccordo.delete_accounts(actor, cx.site.id, &accounts).await {
            Ok(0) => Outcome::Go {
                to: HOME.to_owned(),
                notice: Some(Notice::Gone),
            },
            Ok(count) => Outcome::Go {
                to: HOME.to_owned(),
                notice: Some(Notice::Deleted { count }),
            },
            Err(DeleteError::Changed) => {
                let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
                let to = format!("/accounts/delete?ids={}", ids.join(","));
                Outcome::Go {
                    to,
                    notice: Some(Notice::ChangedMeanwhile),
                }
            }
            Err(DeleteError::Service(error)) => failed(&error),
        },
        _ => Outcome::Failed(Problem::BadRequest),
    }
}
