//! Elimina eventi vecchi: what the page that asks reads, and removing them in steps.

use domain::{EventAge, EventAgeError};
use service::EventPurge;

use super::deliveries::{counted, pairs_of};
use super::read::{failed, signed_in};
use super::steps::Steps;
use super::{Cx, Pairs, sign_in_needed, value};
use crate::load::LoadError;
use crate::outcome::{Notice, Outcome, Problem};
use crate::view::PurgeView;

/// The page that asks before old events are removed; `None` when it asks for no age.
pub(crate) async fn purge(query: &str) -> Result<Option<PurgeView>, LoadError> {
    let (cx, _) = signed_in()?;
    let pairs = pairs_of(query);
    let Ok(age) = EventAge::asked(value(&pairs, "days")) else {
        return Ok(None);
    };
    let steps = cx.steps(&pairs);
    let purge = steps.purge(age);
    let counted_now = cx.raccordo.count_purgeable(cx.site.id, purge).await;
    let purgeable = counted_now.map_err(failed)?;
    Ok(Some(PurgeView {
        age,
        before: cx.logged(purge.before),
        removable: counted(purgeable.removable),
        waiting: counted(purgeable.waiting),
        is_more: purgeable.is_more,
        steps: steps.view(purgeable.removable, purgeable.is_more),
    }))
}

/// Removes old events: one step of it.
pub async fn submit(cx: &Cx, pairs: &Pairs) -> Outcome {
    let Some(actor) = &cx.actor else {
        return sign_in_needed(cx);
    };
    let age: Result<EventAge, EventAgeError> = value(pairs, "days").parse();
    let Ok(age) = age else {
        return Outcome::Failed(Problem::BadRequest);
    };
    let mut steps = cx.steps(pairs);
    let purged = cx
        .raccordo
        .purge_events(Some(actor), cx.site.id, steps.purge(age), steps.lasts)
        .await;
    match purged {
        Ok(purged) => {
            steps.done = steps.done.saturating_add(purged.removed);
            steps.after = purged.next;
        }
        Err(error) => return super::failed(&error),
    }
    let ended = steps.after.is_none().then(|| "/events".to_owned());
    let days = vec![("days", age.to_string())];
    steps.outcome(ended, "/events/purge", days, |count| Notice::EventsPurged {
        count,
    })
}

impl Steps {
    fn purge(&self, age: EventAge) -> EventPurge {
        EventPurge {
            after: self.after,
            ..EventPurge::all_before(age.before(self.mark))
        }
    }
}
