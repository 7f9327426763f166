//! What an event is about, and what its deliveries are ordered by.

use domain::EventKind;

use crate::payload::{Customer, Payload};

/// What an event is about, as the shop calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntityKey {
    /// The shop's id.
    Id(String),
    /// The e-mail address, in small letters, of somebody who is not registered. It is personal data: to be hashed before
    /// it is stored.
    Email(String),
}

/// What an event is about, and what its deliveries are ordered by: the customer if there is one, else the e-mail address,
/// else the cart or the thing itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// What the event is about.
    pub entity: EntityKey,
    /// The lane, in clear; to be hashed before it is stored.
    pub lane: String,
    /// The cart that becomes this order, where the event says that it was placed.
    pub ends_cart: Option<String>,
}

impl Payload {
    /// The keys of an event of `kind` with this payload.
    pub fn keys(&self, kind: EventKind) -> Keys {
        let (id, customer, cart) = match self {
            Self::Customer(customer) => (customer.id.as_ref(), Some(&**customer), None),
            Self::CustomerDeleted(deleted) => (Some(&deleted.id), None, None),
            Self::Cart(cart) => (Some(&cart.id), cart.customer.as_ref(), Some(&cart.id)),
            Self::Order(order) => (Some(&order.id), Some(&order.customer), order.cart_id.as_ref()),
            Self::Product(product) => (Some(&product.id), None, None),
            Self::Category(category) => (Some(&category.id), None, None),
            Self::Page(page) => (Some(&page.id), None, None),
            Self::Removed(removed) => (Some(&removed.id), None, None),
        };
        let entity = match id {
            Some(id) => EntityKey::Id(id.as_str().to_owned()),
            None => EntityKey::Email(customer.and_then(address).unwrap_or_default()),
        };
        let own = match &entity {
            EntityKey::Id(id) => format!("{} {id}", kind.entity().code()),
            EntityKey::Email(email) => format!("email {email}"),
        };
        let lane = customer
            .and_then(lane_of)
            .or_else(|| cart.map(|cart| format!("cart {cart}")))
            .unwrap_or(own);
        // What becomes of the order later says nothing of a cart that has its id again.
        let ends_cart = match self {
            Self::Order(order) if kind == EventKind::OrderPlaced => {
                order.cart_id.as_ref().map(|cart| cart.as_str().to_owned())
            }
            _ => None,
        };
        Keys {
            entity,
            lane,
            ends_cart,
        }
    }
}

/// The lane of a customer: of the id, else of the address.
fn lane_of(customer: &Customer) -> Option<String> {
    match &customer.id {
        Some(id) => Some(format!("customer {id}")),
        None => address(customer).map(|email| format!("email {email}")),
    }
}

fn address(customer: &Customer) -> Option<String> {
    Some(customer.email.as_ref()?.as_str().to_lowercase())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn keys(kind: EventKind, data: &str) -> Keys {
        Payload::parse(kind, data).unwrap().keys(kind)
    }

    fn order(customer: &str, cart: &str) -> String {
        format!(
            r#"{{"id":"10","customer":{customer},{cart}"state":"new","payment_confirmed":false,"currency":"EUR",
            "total_minor":100,"lines":[{{"product_id":"1","name":"A","price_minor":100,"quantity":1}}],
            "placed_at":"2026-11-25T10:30:00Z"}}"#
        )
    }

    #[test]
    fn a_customer_a_cart_and_an_order_of_one_person_share_a_lane() {
        let registered = keys(
            EventKind::CustomerUpdated,
            r#"{"id":"7","email":"anna@example.com"}"#,
        );
        assert_eq!(registered.entity, EntityKey::Id("7".into()));
        let cart = r#"{"id":"3","customer":{"id":"7"},"currency":"EUR","total_minor":1,"lines":[]}"#;
        let cart = keys(EventKind::CartUpdated, cart);
        let order = keys(
            EventKind::OrderPlaced,
            &order(r#"{"id":"7"}"#, r#""cart_id":"3","#),
        );
        let deleted = keys(EventKind::CustomerDeleted, r#"{"id":"7","by":"customer"}"#);
        for other in [&cart, &order, &deleted] {
            assert_eq!(other.lane, registered.lane);
        }
        assert_eq!(order.entity, EntityKey::Id("10".into()));
        assert_eq!(order.ends_cart.as_deref(), Some("3"));
        assert_eq!(cart.ends_cart, None);
    }

    #[test]
    fn only_an_order_that_is_placed_ends_its_cart() {
        let order = order(r#"{"id":"7"}"#, r#""cart_id":"3","#);
        for kind in [EventKind::OrderStateChanged, EventKind::OrderPaymentConfirmed] {
            assert_eq!(keys(kind, &order).ends_cart, None, "{kind:?}");
        }
    }

    #[test]
    fn who_is_not_registered_goes_by_the_address_and_who_has_none_by_the_cart() {
        let subscribed = keys(
            EventKind::NewsletterSubscribed,
            r#"{"email":"Anna@Example.com","newsletter":true}"#,
        );
        assert_eq!(subscribed.entity, EntityKey::Email("anna@example.com".into()));
        let guest = keys(
            EventKind::OrderPlaced,
            &order(r#"{"email":"anna@example.com"}"#, ""),
        );
        assert_eq!(guest.lane, subscribed.lane);
        let nobody = keys(EventKind::OrderPlaced, &order("{}", r#""cart_id":"3","#));
        assert_eq!(nobody.lane, "cart 3");
        let cart = keys(
            EventKind::CartUpdated,
            r#"{"id":"3","currency":"EUR","total_minor":1,"lines":[]}"#,
        );
        assert_eq!(cart.lane, nobody.lane);
        assert_eq!(keys(EventKind::OrderPlaced, &order("{}", "")).lane, "order 10");
        assert_eq!(keys(EventKind::PageDeleted, r#"{"id":"3"}"#).lane, "page 3");
    }
}
