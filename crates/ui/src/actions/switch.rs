//! The toolbar and the switches of the list.

use domain::AccountId;
use service::{ActivateError, Actor, Confirmation, Queue, ServiceError};

use super::{Cx, HOME, Pairs, failed, ids, local_path, sign_in_needed, value};
use crate::outcome::{Notice, Outcome, Problem, Switched};

/// What a button of the list asks for.
enum Asked {
    Edit,
    Delete,
    Switch(bool),
    SwitchOne(bool, AccountId),
}

/// The buttons of the list: on the selection, or on one account.
pub async fn selection(cx: &Cx, pairs: &Pairs) -> Outcome {
    let Some(actor) = &cx.actor else {
        return sign_in_needed(cx);
    };
    let (Some(asked), Some(ids)) = (asked(value(pairs, "do")), ids(pairs)) else {
        return Outcome::Failed(Problem::BadRequest);
    };
    let back = match value(pairs, "back") {
        "" => HOME.to_owned(),
        back => local_path(back).to_owned(),
    };
    let confirmation = match value(pairs, "confirmed") {
        "yes" => Confirmation::Given,
        _ => Confirmation::Missing,
    };
    let queue = queue_of(pairs);
    let tell = |notice: Notice| Outcome::Go {
        to: back.clone(),
        notice: Some(notice),
    };
    match (asked, ids.as_slice()) {
        (Asked::SwitchOne(true, id), _) => switch_on(cx, actor, &[id], confirmation, back).await,
        (Asked::SwitchOne(false, id), _) => switch_off(cx, actor, &[id], queue, back).await,
        (_, []) => tell(Notice::NothingSelected),
        (Asked::Switch(true), ids) => switch_on(cx, actor, ids, confirmation, back).await,
        (Asked::Switch(false), ids) => switch_off(cx, actor, ids, queue, back).await,
        (Asked::Edit, [id]) => Outcome::Go {
            to: format!("/accounts/{id}"),
            notice: None,
        },
        (Asked::Edit, _) => tell(Notice::SelectOne),
        (Asked::Delete, ids) => {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            Outcome::Go {
                to: format!("/accounts/delete?ids={}", ids.join(",")),
                notice: None,
            }
        }
    }
}

/// What becomes of what waits, if somebody has said so.
fn queue_of(pairs: &Pairs) -> Option<Queue> {
    match value(pairs, "queue") {
        "hold" => Some(Queue::Hold),
        "skip" => Some(Queue::Skip),
        _ => None,
    }
}

fn asked(text: &str) -> Option<Asked> {
    match text.split_once(':') {
        Some(("activate", id)) => Some(Asked::SwitchOne(true, id.parse().ok()?)),
        Some(("deactivate", id)) => Some(Asked::SwitchOne(false, id.parse().ok()?)),
        Some(_) => None,
        None => match text {
            "edit" => Some(Asked::Edit),
            "delete" => Some(Asked::Delete),
            "activate" => Some(Asked::Switch(true)),
            "deactivate" => Some(Asked::Switch(false)),
            _ => None,
        },
    }
}

/// Switches accounts off. Unless somebody has said what becomes of what waits for them, those for which something waits
/// are asked about first, and nothing is switched.
pub(super) async fn switch_off(
    cx: &Cx,
    actor: &Actor,
    ids: &[AccountId],
    queue: Option<Queue>,
    to: String,
) -> Outcome {
    let queue = match queue {
        Some(queue) => queue,
        None => match any_waits(cx, ids).await {
            Ok(false) => Queue::default(),
            Ok(true) => {
                return Outcome::Waiting {
                    ids: ids.to_vec(),
                    back: to,
                };
            }
            Err(error) => return failed(&error),
        },
    };
    switch(cx, actor, ids, Wanted::Off(queue), to).await
}

async fn switch_on(
    cx: &Cx,
    actor: &Actor,
    ids: &[AccountId],
    confirmation: Confirmation,
    to: String,
) -> Outcome {
    switch(cx, actor, ids, Wanted::On(confirmation), to).await
}

/// Whether something waits for one of the accounts that are on.
async fn any_waits(cx: &Cx, ids: &[AccountId]) -> Result<bool, ServiceError> {
    for id in ids {
        let stored = cx.raccordo.find_account(cx.site.id, *id).await?;
        let active = stored
            .map(|stored| stored.account)
            .filter(|account| account.active);
        if let Some(account) = active
            && cx.raccordo.has_waiting(&account).await?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The state that accounts are to have.
#[derive(Clone, Copy)]
enum Wanted {
    On(Confirmation),
    Off(Queue),
}

/// Switches accounts one by one: what one of them meets does not hold up the others. Those that no test has proven are
/// asked about afterwards.
async fn switch(cx: &Cx, actor: &Actor, ids: &[AccountId], wanted: Wanted, to: String) -> Outcome {
    let (active, confirmation, queue) = match wanted {
        Wanted::On(confirmation) => (true, confirmation, Queue::default()),
        Wanted::Off(queue) => (false, Confirmation::Missing, queue),
    };
    let mut accounts: Vec<Switched> = Vec::new();
    let mut changed: Vec<AccountId> = Vec::new();
    let mut refused: Vec<AccountId> = Vec::new();
    let mut unproven: Vec<AccountId> = Vec::new();
    let mut skipping = 0;
    for id in ids {
        let switched = cx
            .raccordo
            .switch_account(actor, cx.site.id, *id, active, confirmation, queue)
            .await;
        match switched {
            Ok(switch) => {
                skipping += match cx.raccordo.count_left_over(&switch.account).await {
                    Ok(count) => u32::from(count > 0),
                    Err(error) => return failed(&error),
                };
                accounts.push(cx.switched(&switch.account));
                if switch.changed {
                    changed.push(*id);
                }
            }
            Err(ActivateError::InTheWay { account, .. }) => {
                accounts.push(cx.switched(&account));
                refused.push(*id);
            }
            Err(ActivateError::Unproven { .. }) => unproven.push(*id),
            Err(ActivateError::NotFound) => {}
            Err(ActivateError::Service(error)) => return failed(&error),
        }
    }
    if !unproven.is_empty() {
        return Outcome::Unproven {
            ids: unproven,
            back: to,
        };
    }
    if accounts.is_empty() {
        return Outcome::Go {
            to,
            notice: Some(Notice::Gone),
        };
    }
    // Whoever has skipped much of one account sees how it goes on.
    let to = match ids {
        [id] if skipping > 0 => format!("/accounts/{id}"),
        _ => to,
    };
    if let ([id], [_]) = (ids, refused.as_slice()) {
        return Outcome::InTheWay { id: *id };
    }
    let notice = if changed.is_empty() && refused.is_empty() {
        Notice::Unchanged
    } else {
        Notice::Switched {
            active,
            ids: changed,
            refused: u32::try_from(refused.len()).unwrap_or(u32::MAX),
            skipping,
        }
    };
    Outcome::Switched { accounts, notice, to }
}

/// Switches an account on in the place of those in its way.
pub async fn swap(cx: &Cx, pairs: &Pairs) -> Outcome {
    let Some(actor) = &cx.actor else {
        return sign_in_needed(cx);
    };
    let Ok(id) = value(pairs, "id").parse::<AccountId>() else {
        return Outcome::Failed(Problem::BadRequest);
    };
    let queue = queue_of(pairs).unwrap_or_default();
    match cx.raccordo.swap_account(actor, cx.site.id, id, queue).await {
        Ok(_) => Outcome::Go {
            to: HOME.to_owned(),
            notice: Some(Notice::Swapped),
        },
        Err(ActivateError::InTheWay { .. } | ActivateError::Unproven { .. }) => Outcome::InTheWay { id },
        Err(ActivateError::NotFound) => Outcome::Go {
            to: HOME.to_owned(),
            notice: Some(Notice::Gone),
        },
        Err(ActivateError::Service(error)) => failed(&error),
    }
}
