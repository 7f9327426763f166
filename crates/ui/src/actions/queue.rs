//! An account's queue: what the pages read of it, pausing and resuming it.

use domain::{Account, AccountId, EventKind};
use persistence::{BACKLOG_COUNT_MAX, Backlog};
use service::{Estimate, Queued, ServiceError};

use super::read::{failed, signed_in};
use super::{Cx, Pairs, sign_in_needed, value};
use crate::load::LoadError;
use crate::outcome::{Notice, Outcome, Problem};
use crate::view::{
    AccountRowView, ActivateView, ActivityView, DeactivateView, HoldView, HourView, QueuedView,
};

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
        queued: cx.queued_view(backlog, found.estimate),
        skipping: counted(found.skipping),
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

/// The accounts that are to be switched on without proof, with what waits for each; those that are gone or active by now
/// are left out.
pub(crate) async fn activate(ids: &str) -> Result<ActivateView, LoadError> {
    let accounts = with_queues(ids, false).await?;
    Ok(ActivateView { accounts })
}

/// The accounts that are to be switched off, with what waits for each; those that are gone or off by now are left out.
pub(crate) async fn deactivate(ids: &str) -> Result<DeactivateView, LoadError> {
    let accounts = with_queues(ids, true).await?;
    Ok(DeactivateView { accounts })
}

/// The accounts of `ids` that are on, or off, with what waits for each.
async fn with_queues(ids: &str, active: bool) -> Result<Vec<(AccountRowView, QueuedView)>, LoadError> {
    let (cx, _) = signed_in()?;
    let mut accounts = Vec::new();
    for stored in super::read::listed(&cx, ids).await? {
        if stored.account.active == active {
            let row = cx.single_row(&stored).await.map_err(failed)?;
            let queued = cx.queued(&stored.account).await.map_err(failed)?;
            accounts.push((row, queued));
        }
    }
    Ok(accounts)
}

impl Cx {
    /// What waits for an account, and about what it takes.
    pub(super) async fn queued(&self, account: &Account) -> Result<QueuedView, ServiceError> {
        let Queued { backlog, estimate } = self.raccordo.queued(account).await?;
        Ok(self.queued_view(backlog, estimate))
    }

    fn queued_view(&self, backlog: Backlog, estimate: Option<Estimate>) -> QueuedView {
        let expected_ms = estimate.and_then(|estimate| estimate.expected_ms);
        QueuedView {
            waiting: counted(backlog.waiting),
            is_more: backlog.waiting >= u64::from(BACKLOG_COUNT_MAX),
            later: counted(backlog.later),
            calls: estimate.map(|estimate| counted(estimate.calls)),
            needless: estimate.map_or(0, |estimate| counted(estimate.needless)),
            is_sampled: estimate.is_some_and(|estimate| estimate.is_sampled),
            expected: expected_ms.map(|ms| crate::when::about(ms, self.language)),
        }
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
        "keep" => (
            cx.raccordo.keep_left_over(actor, cx.site.id, id).await,
            Notice::QueueKept,
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
