//! What happened the day before: carts, some of them ordered, and customers who left. All of it is old enough that the panel
//! sends it at once, and that no jump of its clock changes what came first; and young enough that nothing is stale.

use domain::{EventKind, Timestamp};
use events::Time;
use serde_json::{Value, json};

use crate::stand::{CUSTOMER, NUMBER, Template, personal, sample};

/// When carts and profiles were changed, and when those carts were ordered and those customers left, in hours before the
/// start.
const CHANGED_H: i64 = 26;
const ENDED_H: i64 = 25;

/// The events of the day before. Each is about a customer of its own, whose only cart has his number.
pub(super) struct Past {
    cart: Template,
    order: Template,
    profile: Template,
    farewell: Template,
}

impl Past {
    /// The day before `now`.
    pub(super) fn before(now: Timestamp) -> Self {
        let at = |hours: i64| String::from(Time::from(now.plus_seconds(-hours * 3_600)));
        let (changed_at, ended_at) = (at(CHANGED_H), at(ENDED_H));
        let of = |kind: EventKind, time: &str, change: fn(&mut Value)| {
            let mut event = sample(kind);
            event["time"] = json!(time);
            change(&mut event["data"]);
            Template::of(&event)
        };
        Self {
            cart: of(EventKind::CartUpdated, &changed_at, |data| {
                data["id"] = json!(format!("k-{CUSTOMER}"));
                personal(&mut data["customer"]);
            }),
            order: of(EventKind::OrderPlaced, &ended_at, |data| {
                data["id"] = json!(format!("o-{NUMBER}"));
                data["number"] = json!(format!("2026/{NUMBER}"));
                data["cart_id"] = json!(format!("k-{CUSTOMER}"));
                data["payment_confirmed"] = json!(true);
                personal(&mut data["customer"]);
            }),
            profile: of(EventKind::CustomerUpdated, &changed_at, personal),
            farewell: of(EventKind::CustomerDeleted, &ended_at, personal),
        }
    }

    /// The only cart of a customer.
    pub(super) fn cart_id(customer: u32) -> String {
        format!("k-{customer}")
    }

    /// A cart that was left.
    pub(super) fn cart(&self, number: u32, customer: u32, out: &mut String) {
        self.cart.write(number, customer, "it", out);
    }

    /// The same cart, ordered after all.
    pub(super) fn order(&self, number: u32, customer: u32, out: &mut String) {
        self.order.write(number, customer, "it", out);
    }

    /// A changed profile of a customer who is about to leave.
    pub(super) fn profile(&self, number: u32, customer: u32, out: &mut String) {
        self.profile.write(number, customer, "it", out);
    }

    /// He has left.
    pub(super) fn farewell(&self, number: u32, customer: u32, out: &mut String) {
        self.farewell.write(number, customer, "it", out);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use domain::Platform;

    use super::*;

    #[test]
    fn every_event_is_one_that_the_panel_takes_and_none_waits_or_is_stale() {
        let now = Timestamp::from_ms(1_790_000_000_000);
        let past = Past::before(now);
        let mut written: [String; 4] = Default::default();
        past.cart(3, 9, &mut written[0]);
        past.profile(4, 9, &mut written[1]);
        past.order(5, 9, &mut written[2]);
        past.farewell(6, 9, &mut written[3]);
        let events = written.map(|text| events::read(text.as_bytes()).unwrap());
        assert!(events.iter().is_sorted_by_key(|event| event.time));
        let day = 86_400;
        for event in &events {
            let at = event.time.unwrap();
            let waits_s = i64::from(event.kind.wait_s(Platform::ActiveCampaign));
            assert!(
                at.plus_seconds(waits_s) < now.plus_seconds(-day),
                "whatever the clock says"
            );
            assert!(!event.kind.is_stale(at, now.plus_seconds(day + day / 2)));
        }
    }
}
