//! An account's queue: what the pages read of it, pausing and resuming it.

use domain::{AccountId, EventKind};
use service::ServiceError;

use super::read::{failed, signed_in};
use super::{Cx, Pairs, sign_in_needed, value};
use crate::load::LoadError;
use crate::outcome::{Notice, Outcome, Problem};
use crate::view::{ActivityView, DeactivateView, HoldView, HourView};

/// Seconds of the short pause.
const HOUR_S: i64 = 3_600;

fn counted(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

pub(crate) async fn activity(id: AccountId) -> Result<Option<ActivityView>, LoadError> {
    let (cx, _) = signed_in()?;
    let stored = cx.raccordo.find_account(cx.site.id, id).await.map_err(failed)?;
    let Some(account) = stored.map(|stored| stored.account) else {
        return Ok(None);
    };
    if !EventKind::ALL.iter().any(|kind| kind.reaches(account.platform())) {
        return Ok(None);
    }
    let found = cx.raccordo.activity(cx.site.id, id).await.map_err(failed)?;
    let Some(found) = found else {
        return Ok(None);
    };
    let hours = found.hours.iter().map(|hour| HourView {
        label: crate::when::hour(hour.hour, &cx.site),
        delivered: hour.delivered,
        failed: hour.failed,
        retried: hour.retried,
        skipped: hour.skipped,
    });
    let backlog = found.backlog;
    Ok(Some(ActivityView {
        id,
        active: account.active,
        hours: hours.collect(),
        waiting: counted(backlog.waiting),
        later: counted(backlog.later),
        calls: found.calls.map(counted),
        expected: found.expected_ms.map(|ms| crate::when::about(ms, cx.language)),
        oldest: backlog.oldest_at.map(|at| cx.when(at)),
        delivered: backlog.delivered_at.map(|at| cx.when(at)),
        hold: found.hold.map(|hold| HoldView {
            reason: hold.reason,
            since: cx.when(hold.since),
            until: hold
                .until
                .map(|until| crate::when::until(until, cx.raccordo.now(), &cx.site, cx.language)),
        }),
    }))
}

/// The accounts that are to be switched off, with how many deliveries wait for each; those that are gone or off by now are
/// left out.
pub(crate) async fn deactivate(ids: &str) -> Result<DeactivateView, LoadError> {
    let (cx, _) = signed_in()?;
    let view = super::read::delete(ids).await?;
    let mut accounts = Vec::new();
    for account in view.accounts.into_iter().filter(|account| account.active) {
        let waiting = cx.waiting(account.id).await.map_err(failed)?;
        accounts.push((account, waiting));
    }
    Ok(DeactivateView { accounts })
}

impl Cx {
    /// How many deliveries wait for an account, due or not.
    pub(super) async fn waiting(&self, id: AccountId) -> Result<u32, ServiceError> {
        let found = self.raccordo.activity(self.site.id, id).await?;
        Ok(found.map_or(0, |found| {
            counted(found.backlog.waiting.saturating_add(found.backlog.later))
        }))
    }
}

/// Pauses or resumes an account's queue.
pub async fn submit(cx: &Cx, id: AccountId, pairs: &Pairs) -> Outcome {
    let Some(actor) = &cx.actor else {
        return sign_in_needed(cx);
    };
    let now = cx.raccordo.now();
    let (done, notice) = match value(pairs, "do") {
        "resume" => (
            cx.raccordo.resume(actor, cx.site.id, id).await,
            Notice::QueueResumed,
        ),
        asked => {
            let until = match asked {
                "pause-hour" => Some(now.plus_seconds(HOUR_S)),
                "pause-morning" => crate::when::tomorrow_morning(now, &cx.site),
                "pause" => None,
                _ => return Outcome::Failed(Problem::BadRequest),
            };
            (
                cx.raccordo.pause(actor, cx.site.id, id, until).await,
                Notice::QueuePaused,
            )
        }
    };
    match done {
        Ok(done) => Outcome::Go {
            to: format!("/accounts/{id}"),
            notice: Some(if done { notice } else { Notice::Unchanged }),
        },
        Err(error) => super::failed(&error),
    }
}
