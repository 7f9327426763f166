//! Filter and place of the deliveries, as they stand in an address.

use serde::{Deserialize, Serialize};

use super::{DeliveryId, DeliveryState};
use crate::connection::FaultClass;
use crate::event::EventKind;
use crate::field::CalendarDate;
use crate::id::AccountId;

/// Filter and place of the deliveries. Every value that an address can hold means something: what is wrong falls back to
/// its default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeliveryFilter {
    /// Only to this account.
    pub account: Option<AccountId>,
    /// Only those that stand here.
    pub state: Option<DeliveryState>,
    /// Only of this kind.
    pub kind: Option<EventKind>,
    /// Only those whose last attempt failed like this.
    pub class: Option<FaultClass>,
    /// Only about the thing with this id, or the customer with this e-mail address; empty for all.
    pub entity: String,
    /// From this day on, `2026-11-23`, in the site's time zone: the day on which the event came in.
    pub from: Option<CalendarDate>,
    /// Up to this day, included.
    pub to: Option<CalendarDate>,
    /// Where the page begins.
    pub place: DeliveryFilterPlace,
}

/// Where a page of deliveries begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum DeliveryFilterPlace {
    /// With the newest event.
    #[default]
    Newest,
    /// With what is older than a delivery.
    OlderThan(DeliveryId),
    /// With what is newer than a delivery: the page that ends just above it.
    NewerThan(DeliveryId),
}

impl DeliveryFilter {
    /// Reads the pairs of an address: `account` (its id), `state`, `kind`, `class`, `entity` (an id), `from` and `to`
    /// (days), `older` and `newer` (deliveries).
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut filter = Self::default();
        for (name, value) in pairs {
            match name {
                "account" => filter.account = value.parse().ok(),
                "state" => filter.state = DeliveryState::from_code(value),
                "kind" => filter.kind = EventKind::from_code(value),
                "class" => filter.class = FaultClass::from_code(value),
                "entity" => filter.entity = crate::list::search(value),
                "from" => filter.from = CalendarDate::read(value),
                "to" => filter.to = CalendarDate::read(value),
                "older" => {
                    filter.place = value
                        .parse()
                        .map_or(DeliveryFilterPlace::Newest, DeliveryFilterPlace::OlderThan);
                }
                "newer" => {
                    filter.place = value
                        .parse()
                        .map_or(DeliveryFilterPlace::Newest, DeliveryFilterPlace::NewerThan);
                }
                _ => {}
            }
        }
        filter
    }

    /// The pairs for an address; defaults are left out. Read back, they make the same filter.
    pub fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if let Some(account) = self.account {
            pairs.push(("account", account.to_string()));
        }
        if let Some(state) = self.state {
            pairs.push(("state", state.code().to_owned()));
        }
        if let Some(kind) = self.kind {
            pairs.push(("kind", kind.code().to_owned()));
        }
        if let Some(class) = self.class {
            pairs.push(("class", class.code().to_owned()));
        }
        if !self.entity.is_empty() {
            pairs.push(("entity", self.entity.clone()));
        }
        if let Some(from) = &self.from {
            pairs.push(("from", from.as_str().to_owned()));
        }
        if let Some(to) = &self.to {
            pairs.push(("to", to.as_str().to_owned()));
        }
        match self.place {
            DeliveryFilterPlace::Newest => {}
            DeliveryFilterPlace::OlderThan(id) => pairs.push(("older", id.to_string())),
            DeliveryFilterPlace::NewerThan(id) => pairs.push(("newer", id.to_string())),
        }
        pairs
    }

    /// Whether anything but the place is set.
    pub fn is_narrowed(&self) -> bool {
        Self {
            place: DeliveryFilterPlace::Newest,
            ..self.clone()
        } != Self::default()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn read(pairs: &[(&str, String)]) -> DeliveryFilter {
        DeliveryFilter::from_pairs(pairs.iter().map(|(name, value)| (*name, value.as_str())))
    }

    #[test]
    fn what_is_wrong_in_an_address_means_the_default() {
        let pairs = [
            "account", "state", "kind", "class", "from", "to", "older", "newer",
        ];
        let filter = DeliveryFilter::from_pairs(pairs.map(|name| (name, "nonsense")));
        assert_eq!(filter, DeliveryFilter::default());
        assert!(!filter.is_narrowed());
    }

    proptest! {
        #[test]
        fn the_pairs_of_a_filter_make_the_same_filter(
            account: Option<u128>,
            state in proptest::option::of(0..DeliveryState::ALL.len()),
            kind in proptest::option::of(0..EventKind::ALL.len()),
            class in proptest::option::of(0..FaultClass::ALL.len()),
            entity in ".{0,120}",
            day in proptest::option::of(10..29_u8),
            place in 0..3_u8,
            event: u128,
        ) {
            let id: DeliveryId = format!("{}.{}", Uuid::from_u128(event), Uuid::from_u128(1)).parse().unwrap();
            let filter = DeliveryFilter {
                account: account.map(|number| AccountId::new(Uuid::from_u128(number))),
                state: state.map(|at| DeliveryState::ALL[at]),
                kind: kind.map(|at| EventKind::ALL[at]),
                class: class.map(|at| FaultClass::ALL[at]),
                entity: crate::list::search(&entity),
                from: day.and_then(|day| CalendarDate::read(&format!("2026-11-{day}"))),
                to: None,
                place: match place {
                    0 => DeliveryFilterPlace::Newest,
                    1 => DeliveryFilterPlace::OlderThan(id),
                    _ => DeliveryFilterPlace::NewerThan(id),
                },
            };
            prop_assert_eq!(read(&filter.to_pairs()), filter);
        }
    }
}
