//! `raccordo accounts pause`, `resume` and `activity`: what an account's queue does.

use anyhow::{Context, bail};
use domain::AccountId;
use events::Time;
use service::Raccordo;

use super::{accounts, print};
use crate::acting;
use crate::json::Activity;

/// Reads a time as in RFC 3339.
pub(super) fn time(text: &str) -> Result<Time, events::WordError> {
    text.to_owned().try_into()
}

/// Holds the queue of an account.
pub(super) async fn pause(
    raccordo: &Raccordo,
    id: AccountId,
    until: Option<Time>,
    json: bool,
) -> anyhow::Result<()> {
    let account = accounts::stored(raccordo, id).await?.account;
    let until = until.map(Time::at);
    if until.is_some_and(|until| until <= raccordo.now()) {
        bail!("the time has passed already");
    }
    raccordo
        .pause(&acting::operator(), account.site_id, id, until)
        .await?;
    activity(raccordo, id, json).await
}

/// Lets the queue of an account go.
pub(super) async fn resume(raccordo: &Raccordo, id: AccountId, json: bool) -> anyhow::Result<()> {
    let account = accounts::stored(raccordo, id).await?.account;
    raccordo.resume(&acting::operator(), account.site_id, id).await?;
    activity(raccordo, id, json).await
}

/// Shows what an account has been doing and what waits.
pub(super) async fn activity(raccordo: &Raccordo, id: AccountId, json: bool) -> anyhow::Result<()> {
    let site = raccordo.shown_site().await?.id;
    let activity = raccordo
        .activity(site, id)
        .await?
        .with_context(|| accounts::missing(id))?;
    let activity = Activity::from(activity);
    if json {
        return print::json(&activity);
    }
    let takes = takes(&activity);
    let Activity {
        hours,
        backlog,
        hold,
        skipping,
        ..
    } = activity;
    let at = |at: Option<Time>| at.map_or_else(|| "-".to_owned(), Into::into);
    let held = hold.map(|hold| match hold.until {
        Some(until) => format!("{} (until {})", hold.text, String::from(until)),
        None => hold.text.to_owned(),
    });
    print::pairs(&[
        ("waiting", backlog.waiting.to_string()),
        ("later", backlog.later.to_string()),
        ("takes", takes),
        ("being skipped", skipping.to_string()),
        ("oldest", at(backlog.oldest_at)),
        ("last success", at(backlog.delivered_at)),
        ("held", held.unwrap_or_else(|| "no".to_owned())),
    ]);
    println!();
    let rows: Vec<[String; 5]> = hours
        .into_iter()
        .map(|hour| {
            [
                hour.at.into(),
                hour.delivered.to_string(),
                hour.failed.to_string(),
                hour.retried.to_string(),
                hour.skipped.to_string(),
            ]
        })
        .collect();
    print::table(["HOUR", "DELIVERED", "FAILED", "RETRIED", "SKIPPED"], &rows);
    Ok(())
}

/// About what it takes to work off what is due: `640 calls, 1670 skipped, about 128 s`.
fn takes(activity: &Activity) -> String {
    let about = if activity.sampled { "about " } else { "" };
    let mut parts = Vec::new();
    if let Some(calls) = activity.calls {
        parts.push(format!("{about}{calls} calls"));
    }
    if let Some(needless) = activity.needless.filter(|needless| *needless > 0) {
        parts.push(format!("{about}{needless} skipped"));
    }
    if let Some(ms) = activity.expected_ms {
        parts.push(format!("about {} s", ms.div_ceil(1_000)));
    }
    if parts.is_empty() {
        "-".to_owned()
    } else {
        parts.join(", ")
    }
}
