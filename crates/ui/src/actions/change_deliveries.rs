//! Riprova tutte, Salta tutte: what the page that asks reads, and changing many deliveries in steps.

use std::time::Instant;

use domain::{DeliveryFilter, DeliveryFilterPlace, DeliveryState, EventKind, FaultClass, SkipReason};
use persistence::DeliveryChange;
use service::{BulkChange, COUNT_MAX, STEP_MAX, ServiceError};

use super::deliveries::{counted, filter_of, pairs_of};
use super::read::{failed, signed_in};
use super::steps::Steps;
use super::{Cx, Pairs, sign_in_needed, value};
use crate::load::LoadError;
use crate::outcome::{Notice, Outcome, Problem};
use crate::parts::address;
use crate::view::ChangeDeliveriesView;

fn address_of(path: &str, filter: &DeliveryFilter) -> String {
    let pairs = filter.to_pairs();
    address(path, pairs.iter().map(|(name, value)| (*name, value.as_str())))
}

/// The page that asks before many deliveries are tried again, or skipped.
pub(crate) async fn change(query: &str, retries: bool) -> Result<ChangeDeliveriesView, LoadError> {
    let (cx, _) = signed_in()?;
    let pairs = pairs_of(query);
    let filter = changeable(&pairs);
    let change = change_of(&filter, retries).ok_or(LoadError::Failed(Problem::NotFound))?;
    let steps = cx.steps(&pairs);
    let bulk = steps.bulk(change);
    let count = cx
        .raccordo
        .count_changes(cx.site.id, &filter, cx.delivery_range(&filter), bulk)
        .await
        .map_err(failed)?;
    let is_more = count >= u64::from(COUNT_MAX);
    Ok(ChangeDeliveriesView {
        scope: cx.scope(&filter).await.map_err(failed)?,
        count: counted(count),
        is_more,
        steps: steps.view(count, is_more),
        filter,
    })
}

/// The filter of what is changed.
fn changeable(pairs: &Pairs) -> DeliveryFilter {
    DeliveryFilter {
        place: DeliveryFilterPlace::Newest,
        ..filter_of(pairs)
    }
}

/// What is done with what a filter finds: only ever of one state, so that nobody tries again what has arrived, and only what
/// waits can be skipped.
pub(super) fn change_of(filter: &DeliveryFilter, retries: bool) -> Option<DeliveryChange> {
    match (retries, filter.state?) {
        (true, DeliveryState::Delivered) => None,
        (true, _) => Some(DeliveryChange::RetryNow),
        (false, DeliveryState::Waiting) => Some(DeliveryChange::Skip(SkipReason::ByHand)),
        (false, _) => None,
    }
}

/// Changes many deliveries: one step of it.
pub async fn submit(cx: &Cx, pairs: &Pairs) -> Outcome {
    let Some(actor) = &cx.actor else {
        return sign_in_needed(cx);
    };
    let (retries, path) = match value(pairs, "do") {
        "retry" => (true, "/deliveries/retry"),
        "skip" => (false, "/deliveries/skip"),
        _ => return Outcome::Failed(Problem::BadRequest),
    };
    let filter = changeable(pairs);
    let Some(change) = change_of(&filter, retries) else {
        return Outcome::Failed(Problem::BadRequest);
    };
    let range = cx.delivery_range(&filter);
    let mut steps = cx.steps(pairs);
    let started = Instant::now();
    let ended = loop {
        let changed = cx
            .raccordo
            .change_deliveries(actor, cx.site.id, &filter, range, steps.bulk(change))
            .await;
        match changed {
            Ok(changed) => {
                steps.done = steps.done.saturating_add(changed.count);
                steps.after = changed.next;
            }
            Err(error) => return super::failed(&error),
        }
        if steps.after.is_none() {
            break true;
        }
        if started.elapsed() >= steps.lasts {
            break false;
        }
    };
    // The state that was left would be empty.
    let everything = DeliveryFilter {
        state: None,
        class: None,
        ..filter.clone()
    };
    let ended = ended.then(|| address_of("/deliveries", &everything));
    steps.outcome(ended, path, filter.to_pairs(), |count| match change {
        DeliveryChange::RetryNow => Notice::DeliveriesRetried { count },
        DeliveryChange::Skip(_) => Notice::DeliveriesSkipped { count },
    })
}

impl Steps {
    fn bulk(&self, change: DeliveryChange) -> BulkChange {
        BulkChange {
            change,
            mark: self.mark,
            from: self.after,
            limit: STEP_MAX,
        }
    }
}

impl Cx {
    /// A filter in words: labels and values.
    async fn scope(&self, filter: &DeliveryFilter) -> Result<Vec<(String, String)>, ServiceError> {
        let texts = crate::text::texts(self.language);
        let mut scope: Vec<(&str, String)> = Vec::new();
        if let Some(id) = filter.account {
            let stored = self.raccordo.find_account(self.site.id, id).await?;
            let name = stored.map_or_else(
                || texts.delivery.deleted_account.to_owned(),
                |stored| stored.account.description.to_string(),
            );
            scope.push((texts.delivery.account, name));
        }
        let words = [
            (texts.delivery.result, filter.state.map(DeliveryState::title)),
            (texts.delivery.class, filter.class.map(FaultClass::title)),
            (texts.delivery.event, filter.kind.map(EventKind::title)),
        ];
        for (label, title) in words {
            scope.extend(title.map(|title| (label, title.get(self.language).to_owned())));
        }
        if !filter.entity.is_empty() {
            scope.push((texts.delivery.entity, filter.entity.clone()));
        }
        let days = [
            (texts.delivery.from, &filter.from),
            (texts.delivery.to, &filter.to),
        ];
        for (label, day) in days {
            scope.extend(day.as_ref().map(|day| (label, day.as_str().to_owned())));
        }
        Ok(scope
            .into_iter()
            .map(|(label, value)| (label.to_owned(), value))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(query: &str) -> Vec<(String, String)> {
        pairs_of(query)
    }

    #[test]
    fn only_deliveries_in_one_state_are_changed_and_never_those_that_arrived() {
        let offers = |query: &str| {
            let filter = changeable(&pairs(query));
            [true, false].map(|retries| change_of(&filter, retries).is_some())
        };
        assert_eq!(offers("state=refused&class=credentials"), [true, false]);
        assert_eq!(offers("state=waiting&older=nonsense"), [true, true]);
        assert_eq!(offers("state=skipped"), [true, false]);
        assert_eq!(offers("state=delivered"), [false, false]);
        assert_eq!(offers(""), [false, false]);
    }
}
