//! New deliveries that appear by themselves, and shown ones that change.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::List;
use crate::load::load_deliveries_tail;
use crate::parts::{Came, Listed, merge};
use crate::view::{DeliveriesTailView, DeliveriesView, DeliveryRowView};

impl Listed for DeliveryRowView {
    type Id = domain::DeliveryId;

    fn id(&self) -> domain::DeliveryId {
        self.id
    }
}

/// The button that starts and pauses; only where the newest delivery is shown.
pub(super) fn button(list: List) -> impl Fn() -> Option<AnyView> + Clone + Send + 'static {
    let texts = list.shell().texts;
    let is_newest = Memo::new(move |_| list.view.with(|view| view.newer.is_none()));
    let sentences = (texts.delivery.tail_started, texts.delivery.tail_stopped);
    move || {
        let ask = Callback::new(move |()| ask(list));
        is_newest
            .get()
            .then(|| list.tail.button(texts, list.announced, sentences, ask))
    }
}

fn ask(list: List) {
    if !list.tail.begin() {
        return;
    }
    let asked = list.asked.get_value();
    let newest = list
        .view
        .with_untracked(|view| view.rows.first().map(|row| row.id.to_string()));
    spawn_local(async move {
        let answer = load_deliveries_tail(asked.query.clone(), newest).await;
        if !list.tail.ended() || list.asked.try_get_value() != Some(asked) {
            return;
        }
        match answer {
            Ok(came) => take(list, came),
            Err(error) => {
                list.tail.stop();
                list.shell().fail(error);
            }
        }
    });
}

fn take(list: List, came: DeliveriesTailView) {
    let before = list.view.get_untracked();
    let mut view = before.clone();
    leave_out(&mut view, &came);
    view.groups = came.groups;
    view.offers = came.offers;
    let came = Came {
        rows: came.rows,
        older: came.older,
        joins: came.joins,
    };
    let is_cut = came.is_cut();
    let fresh = merge(&mut view.rows, &mut view.older, came);
    if !fresh.is_empty() {
        let texts = list.shell().texts;
        let mut arrived = texts.deliveries_arrived(fresh.len());
        if is_cut {
            list.tail.miss();
            arrived = format!("{arrived}. {}", texts.delivery.tail_missed);
        }
        list.announced.set(arrived);
        list.tail.set_fresh(fresh);
    }
    if view != before {
        list.view.set(view);
    }
}

/// What the newest page no longer has does not match the filter any more.
fn leave_out(view: &mut DeliveriesView, came: &DeliveriesTailView) {
    let last = came.rows.last().map(|row| row.id);
    view.rows.retain(|row| {
        let is_below = came.older.is_some() && last.is_some_and(|last| row.id < last);
        is_below || came.rows.iter().any(|came| came.id == row.id)
    });
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use domain::{DeliveryFilter, DeliveryState, EventKind, Platform};

    use super::*;
    use crate::view::{OffersView, ReceiverView, When};

    fn row(number: usize) -> DeliveryRowView {
        let account = "01890000-0000-7000-8000-000000000001";
        let when = When {
            iso: String::new(),
            full: String::new(),
            short: String::new(),
        };
        DeliveryRowView {
            id: format!("01890000-0000-7000-9000-{number:012}.{account}")
                .parse()
                .unwrap(),
            at: when,
            kind: EventKind::OrderPlaced,
            entity_id: number.to_string(),
            to: ReceiverView {
                id: account.parse().unwrap(),
                description: String::new(),
                platform: Platform::ActiveCampaign,
            },
            state: DeliveryState::Waiting,
            is_under_way: false,
            why: String::new(),
            due: None,
            attempts: 0,
            ms: None,
        }
    }

    fn left(numbers: &[usize], came: &[usize], has_older: bool) -> Vec<String> {
        let rows = |numbers: &[usize]| numbers.iter().map(|number| row(*number)).collect::<Vec<_>>();
        let mut view = DeliveriesView {
            filter: DeliveryFilter::default(),
            rows: rows(numbers),
            newer: None,
            older: None,
            accounts: Vec::new(),
            groups: Vec::new(),
            offers: OffersView::default(),
            kept_days: None,
        };
        let rows = rows(came);
        let came = DeliveriesTailView {
            older: rows.last().filter(|_| has_older).map(|row| row.id),
            rows,
            joins: true,
            groups: Vec::new(),
            offers: OffersView::default(),
        };
        leave_out(&mut view, &came);
        view.rows.into_iter().map(|row| row.entity_id).collect()
    }

    #[test]
    fn what_no_longer_matches_goes_and_what_is_further_down_stays() {
        assert_eq!(left(&[5, 4, 3, 2, 1], &[6, 5, 3], true), ["5", "3", "2", "1"]);
        assert_eq!(left(&[5, 4, 3], &[5], false), ["5"]);
        assert!(left(&[5, 4], &[], false).is_empty());
    }
}
