//! The accounts: what was accepted against what the database says and what the sandbox has.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use domain::{DeliveryId, DeliveryState, EventKind, FaultClass, Platform, Timestamp};
use persistence::DeliveryRow;
use sandbox::{ACTIVECAMPAIGN_HOST, CLERK_HOST, Count, Kind as Thing, Sink};

use super::ledger::{Counts, Ledger};
use super::load::About;
use super::past::Past;
use crate::stand::{Books, Shop};

/// What excuses a second write where nothing can be read back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Allowed {
    /// Panels that were killed.
    pub(crate) kills: u64,
    /// Deliveries to Clerk.io that were in flight when a panel was killed: each with the end of its lease.
    pub(crate) in_flight: BTreeSet<(DeliveryId, Timestamp)>,
    /// Writes that the sandbox carried out without saying so.
    pub(crate) unanswered: u64,
}

impl Allowed {
    fn sum(&self) -> u64 {
        self.in_flight.len() as u64 + self.unanswered
    }
}

/// What came of it.
pub(crate) struct Tally {
    counts: Counts,
    allowed: Allowed,
    /// Refused while a platform was in trouble, and sent again by hand at the end.
    by_hand: u64,
    /// Accepted events that are not in the database, or more than once.
    missing: usize,
    states: BTreeMap<&'static str, usize>,
    /// Deliveries that ended neither delivered nor skipped, or have not ended: what they are, and how many.
    failed: BTreeMap<String, usize>,
    /// Orders that a platform does not have.
    lost_orders: [usize; 2],
    /// Customers and products that count as delivered to Clerk.io, which has never had them.
    unsent: usize,
    /// Customers who have consented to the newsletter and are on no list of `ActiveCampaign`.
    unlisted: usize,
    /// Carts that nobody has ordered and `ActiveCampaign` lacks.
    lost_carts: usize,
    /// Customers who have left and whom a platform still has.
    staying: usize,
    /// Orders that `ActiveCampaign` has twice, or was told twice.
    twice: usize,
    /// Carts that `ActiveCampaign` has twice, or still has beside their orders.
    carts_twice: usize,
    /// Writes to Clerk.io beyond one for each delivery.
    extra: u64,
}

impl Tally {
    /// Counts.
    pub(crate) async fn take(
        books: &Books,
        ledger: &Ledger,
        sink: &Sink,
        allowed: Allowed,
        by_hand: u64,
    ) -> Result<Self> {
        let accepted = ledger.accepted();
        let numbers = books.numbers().await?;
        let rows = books.list().await?;
        let orders: Vec<String> = accepted
            .iter()
            .filter(|number| About::of(**number).is_order())
            .map(|number| Shop::order_id(*number))
            .collect();
        let lacks = |host: &str, id: &String| {
            [Thing::Order, Thing::Sale]
                .into_iter()
                .all(|thing| writes(sink.count(host, thing, id)) == 0)
        };
        let carts = carts(&accepted, sink);
        let mut states = BTreeMap::new();
        for row in &rows {
            *states.entry(row.state.code()).or_default() += 1;
        }
        Ok(Self {
            counts: ledger.counts(),
            allowed,
            by_hand,
            missing: accepted
                .iter()
                .filter(|number| numbers.get(number) != Some(&1))
                .count(),
            states,
            failed: failed(&rows),
            lost_orders: [ACTIVECAMPAIGN_HOST, CLERK_HOST]
                .map(|host| orders.iter().filter(|id| lacks(host, id)).count()),
            unsent: unsent(&rows, sink),
            unlisted: unlisted(&accepted, sink),
            lost_carts: carts.lost,
            staying: staying(&accepted, sink),
            carts_twice: carts.twice,
            twice: orders
                .iter()
                .filter(|id| writes(sink.count(ACTIVECAMPAIGN_HOST, Thing::Order, id)) > 1)
                .count(),
            extra: extra(&rows, &orders, sink),
        })
    }

    /// What to tell.
    pub(crate) fn rows(&self) -> Vec<(String, String)> {
        let states: Vec<String> = self
            .states
            .iter()
            .map(|(state, count)| format!("{state} {count}"))
            .collect();
        let failed: Vec<String> = self
            .failed
            .iter()
            .map(|(what, count)| format!("{what} {count}×"))
            .collect();
        let answers: Vec<String> = self
            .counts
            .answers
            .iter()
            .map(|(how, times)| format!("{how} {times}×"))
            .collect();
        let [activecampaign, clerk] = self.lost_orders;
        let rows = [
            ("Panels killed", self.allowed.kills.to_string()),
            ("Events accepted", self.counts.accepted.to_string()),
            ("Answers to requests", answers.join(", ")),
            ("Sent again by the shop", self.counts.sent_again.to_string()),
            ("Of these acknowledged as known", self.counts.known.to_string()),
            ("Accepted and not in the database", self.missing.to_string()),
            ("Deliveries", states.join(", ")),
            ("Of these sent again by hand", self.by_hand.to_string()),
            ("Neither delivered nor skipped", or_nothing(&failed.join(", "))),
            (
                "**Lost**",
                format!(
                    "{} (orders that ActiveCampaign lacks: {activecampaign}, Clerk.io: {clerk}; customers and products that \
                     Clerk.io has never had: {}; that ActiveCampaign has never had: consents {}, carts {}; customers who have \
                     left and are still there: {})",
                    self.lost(),
                    self.unsent,
                    self.unlisted,
                    self.lost_carts,
                    self.staying
                ),
            ),
            ("**Orders sent twice to ActiveCampaign**", self.twice.to_string()),
            (
                "**Carts that ActiveCampaign has twice, or beside their orders**",
                self.carts_twice.to_string(),
            ),
            (
                "**Writes to Clerk.io beyond one each**",
                format!(
                    "{} of at most {} ({} in flight at a kill, {} carried out without an answer)",
                    self.extra,
                    self.allowed.sum(),
                    self.allowed.in_flight.len(),
                    self.allowed.unanswered
                ),
            ),
        ];
        rows.map(|(what, value)| (what.to_owned(), value)).to_vec()
    }

    fn lost(&self) -> usize {
        let [activecampaign, clerk] = self.lost_orders;
        let lacking = activecampaign + clerk + self.unsent + self.unlisted + self.lost_carts + self.staying;
        self.missing + lacking.max(self.failed.values().sum())
    }

    /// What must not be.
    pub(crate) fn failures(&self) -> Vec<String> {
        let mut failures = Vec::new();
        if self.lost() > 0 {
            failures.push(format!("{} lost", self.lost()));
        }
        if self.twice > 0 {
            failures.push(format!("{} orders sent twice to ActiveCampaign", self.twice));
        }
        if self.carts_twice > 0 {
            failures.push(format!(
                "{} carts twice in ActiveCampaign, or beside their orders",
                self.carts_twice
            ));
        }
        if self.extra > self.allowed.sum() {
            failures.push(format!(
                "{} needless writes to Clerk.io instead of at most {}",
                self.extra,
                self.allowed.sum()
            ));
        }
        failures
    }
}

fn failed(rows: &[DeliveryRow]) -> BTreeMap<String, usize> {
    let mut failed = BTreeMap::new();
    for row in rows {
        if matches!(row.state, DeliveryState::Delivered | DeliveryState::Skipped) {
            continue;
        }
        let class = row.class.map_or("never failed", FaultClass::code);
        let what = [row.state.code(), row.platform.code(), row.kind.code(), class].join(" ");
        *failed.entry(what).or_default() += 1;
    }
    failed
}

/// Customers and products of which a delivery to Clerk.io counts as made, and which it has never had.
fn unsent(rows: &[DeliveryRow], sink: &Sink) -> usize {
    let is_made =
        |row: &&DeliveryRow| row.platform == Platform::Clerk && row.state == DeliveryState::Delivered;
    let thing = |row: &DeliveryRow| match row.kind {
        EventKind::CustomerUpdated => Some((Thing::Customer, row.entity_id.clone())),
        EventKind::ProductUpdated => Some((Thing::Product, row.entity_id.clone())),
        _ => None,
    };
    let things: BTreeSet<(Thing, String)> = rows.iter().filter(is_made).filter_map(thing).collect();
    let is_missing = |(thing, id): &&(Thing, String)| writes(sink.count(CLERK_HOST, *thing, id)) == 0;
    things.iter().filter(is_missing).count()
}

/// Customers who have consented to the newsletter and are on no list.
fn unlisted(accepted: &BTreeSet<u32>, sink: &Sink) -> usize {
    let listed: BTreeSet<String> = sink
        .counts(ACTIVECAMPAIGN_HOST, Thing::Subscription)
        .into_keys()
        .filter_map(|id| Some(id.split_once('/')?.0.to_owned()))
        .collect();
    let consents = accepted
        .iter()
        .filter(|number| About::of(**number) == About::Consent);
    let customers: BTreeSet<String> = consents
        .map(|number| Shop::email(About::customer(*number)))
        .collect();
    customers.difference(&listed).count()
}

/// What became of the carts.
struct Carts {
    lost: usize,
    twice: usize,
}

fn carts(accepted: &BTreeSet<u32>, sink: &Sink) -> Carts {
    let customers = |about| -> BTreeSet<u32> {
        let of_kind = accepted.iter().filter(|number| About::of(**number) == about);
        of_kind.map(|number| About::customer(*number)).collect()
    };
    let ordered = customers(About::OrderedCart);
    let mut carts = Carts { lost: 0, twice: 0 };
    for customer in customers(About::Cart) {
        let Count { created, deleted, .. } =
            sink.count(ACTIVECAMPAIGN_HOST, Thing::Cart, &Past::cart_id(customer));
        // A cart is gone when it has become its order.
        let wanted = u32::from(!ordered.contains(&customer));
        carts.lost += usize::from(created.saturating_sub(deleted) < wanted);
        carts.twice += usize::from(created > 1 || created.saturating_sub(deleted) > wanted);
    }
    carts
}

/// Customers who have left and are still there.
fn staying(accepted: &BTreeSet<u32>, sink: &Sink) -> usize {
    let left = accepted
        .iter()
        .filter(|number| About::of(**number) == About::Left);
    left.map(|number| About::customer(*number))
        .filter(|customer| {
            let contact = sink.count(ACTIVECAMPAIGN_HOST, Thing::Contact, &Shop::email(*customer));
            let customer = sink.count(CLERK_HOST, Thing::Customer, &Shop::customer_id(*customer));
            contact.created > contact.deleted || customer.created > customer.deleted
        })
        .count()
}

/// Writes to Clerk.io beyond one for each order, and one for each delivery about a customer or a product.
fn extra(rows: &[DeliveryRow], orders: &[String], sink: &Sink) -> u64 {
    let of_orders: u64 = orders
        .iter()
        .map(|id| {
            let all = writes(sink.count(CLERK_HOST, Thing::Order, id))
                + writes(sink.count(CLERK_HOST, Thing::Sale, id));
            all.saturating_sub(1)
        })
        .sum();
    let of = |kind: EventKind, thing: Thing, prefix: &str| {
        let delivered = rows.iter().filter(|row| {
            row.kind == kind && row.platform == Platform::Clerk && row.state == DeliveryState::Delivered
        });
        let written: u64 = sink
            .counts(CLERK_HOST, thing)
            .into_iter()
            .filter(|(id, _)| id.starts_with(prefix))
            .map(|(_, count)| writes(count))
            .sum();
        written.saturating_sub(delivered.count() as u64)
    };
    of_orders
        + of(EventKind::CustomerUpdated, Thing::Customer, "c-")
        + of(EventKind::ProductUpdated, Thing::Product, "p-")
}

fn writes(count: Count) -> u64 {
    u64::from(count.created) + u64::from(count.updated)
}

/// The text, or a dash.
pub(crate) fn or_nothing(text: &str) -> String {
    if text.is_empty() { "–" } else { text }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing_wrong() -> Tally {
        Tally {
            counts: Counts::default(),
            allowed: Allowed {
                unanswered: 2,
                ..Allowed::default()
            },
            by_hand: 0,
            missing: 0,
            states: BTreeMap::new(),
            failed: BTreeMap::new(),
            lost_orders: [0; 2],
            unsent: 0,
            unlisted: 0,
            lost_carts: 0,
            staying: 0,
            carts_twice: 0,
            twice: 0,
            extra: 2,
        }
    }

    #[test]
    fn whatever_is_lost_or_sent_twice_fails_the_run() {
        assert!(nothing_wrong().failures().is_empty());
        let wrong: [fn(&mut Tally); 11] = [
            |tally| tally.missing = 1,
            |tally| tally.lost_orders[0] = 1,
            |tally| tally.lost_orders[1] = 1,
            |tally| tally.unsent = 1,
            |tally| tally.unlisted = 1,
            |tally| tally.lost_carts = 1,
            |tally| tally.staying = 1,
            |tally| tally.carts_twice = 1,
            |tally| tally.failed = BTreeMap::from([("refused".to_owned(), 1)]),
            |tally| tally.twice = 1,
            |tally| tally.extra = 3,
        ];
        for spoil in wrong {
            let mut tally = nothing_wrong();
            spoil(&mut tally);
            assert_eq!(tally.failures().len(), 1);
        }
    }
}
