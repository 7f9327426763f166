//! What happens in the shop: the documented samples, each time with other ids.

use domain::EventKind;
use serde_json::{Value, json};

/// Where the events say that they come from.
const SOURCE: &str = "https://www.example.com";
/// Stand in the samples where the numbers belong.
pub(crate) const NUMBER: &str = "@number@";
pub(crate) const CUSTOMER: &str = "@customer@";
const LANGUAGE: &str = "@language@";

/// The events of a shop.
pub(crate) struct Shop {
    order: Template,
    sale: Template,
    customer: Template,
    consent: Template,
    product: Template,
}

/// An event with places for its numbers.
pub(crate) struct Template(Vec<Piece>);

enum Piece {
    Text(String),
    Number,
    Customer,
    Language,
}

impl Shop {
    /// Gets the samples ready.
    pub(crate) fn new() -> Self {
        let mut order = sample(EventKind::OrderPlaced);
        let data = &mut order["data"];
        data["id"] = json!(format!("o-{NUMBER}"));
        data["number"] = json!(format!("2026/{NUMBER}"));
        data["cart_id"] = json!(format!("k-{NUMBER}"));
        data["payment_confirmed"] = json!(true);
        personal(&mut data["customer"]);
        let sale = order.clone();
        // Without these, Clerk.io is called once for an order.
        remove(&mut order["data"], "visitor_id");
        remove(&mut order["data"]["lines"][0], "product");
        let mut customer = sample(EventKind::CustomerUpdated);
        personal(&mut customer["data"]);
        let mut consent = sample(EventKind::NewsletterSubscribed);
        personal(&mut consent["data"]);
        let mut product = sample(EventKind::ProductUpdated);
        product["data"]["id"] = json!(format!("p-{CUSTOMER}"));
        Self {
            order: Template::of(&order),
            sale: Template::of(&sale),
            customer: Template::of(&customer),
            consent: Template::of(&consent),
            product: Template::of(&product),
        }
    }

    /// The shop's id of an event.
    pub(crate) fn event_id(number: u32) -> String {
        format!("e-{number}")
    }

    /// The number of an event with this id.
    pub(crate) fn event_number(id: &str) -> Option<u32> {
        id.strip_prefix("e-")?.parse().ok()
    }

    /// The id of the order that event `number` is about.
    pub(crate) fn order_id(number: u32) -> String {
        format!("o-{number}")
    }

    /// An order that is paid, of a visitor whom nobody tracks.
    pub(crate) fn order(&self, number: u32, customer: u32, language: &str, out: &mut String) {
        self.order.write(number, customer, language, out);
    }

    /// An order that is paid, of a tracked visitor, with the product as it is after the sale.
    pub(crate) fn sale(&self, number: u32, customer: u32, language: &str, out: &mut String) {
        self.sale.write(number, customer, language, out);
    }

    /// A changed profile.
    pub(crate) fn customer(&self, number: u32, customer: u32, language: &str, out: &mut String) {
        self.customer.write(number, customer, language, out);
    }

    /// A consent to the newsletter.
    pub(crate) fn consent(&self, number: u32, customer: u32, language: &str, out: &mut String) {
        self.consent.write(number, customer, language, out);
    }

    /// The shop's id of a customer.
    pub(crate) fn customer_id(customer: u32) -> String {
        format!("c-{customer}")
    }

    /// The e-mail address of a customer.
    pub(crate) fn email(customer: u32) -> String {
        format!("c{customer}@example.com")
    }

    /// A changed product.
    pub(crate) fn product(&self, number: u32, product: u32, out: &mut String) {
        self.product.write(number, product, "it", out);
    }
}

/// The documented event of a kind, with places for its numbers; it happens when it is sent.
pub(crate) fn sample(kind: EventKind) -> Value {
    let mut event = events::samples::event(kind);
    event["id"] = json!(format!("e-{NUMBER}"));
    event["source"] = json!(SOURCE);
    remove(&mut event, "time");
    event
}

/// Makes a customer one of ours.
pub(crate) fn personal(customer: &mut Value) {
    customer["id"] = json!(format!("c-{CUSTOMER}"));
    customer["email"] = json!(format!("c{CUSTOMER}@example.com"));
    customer["language"] = json!(LANGUAGE);
}

fn remove(object: &mut Value, name: &str) {
    if let Value::Object(object) = object {
        object.remove(name);
    }
}

impl Template {
    /// The event with its places.
    pub(crate) fn of(event: &Value) -> Self {
        let text = event.to_string();
        let mut rest = text.as_str();
        let mut pieces = Vec::new();
        let marks = || {
            [
                (NUMBER, Piece::Number),
                (CUSTOMER, Piece::Customer),
                (LANGUAGE, Piece::Language),
            ]
        };
        while let Some((at, mark, piece)) = marks()
            .into_iter()
            .filter_map(|(mark, piece)| Some((rest.find(mark)?, mark, piece)))
            .min_by_key(|(at, ..)| *at)
        {
            pieces.push(Piece::Text(rest[..at].to_owned()));
            pieces.push(piece);
            rest = &rest[at + mark.len()..];
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Self(pieces)
    }

    /// The event with numbers in its places.
    pub(crate) fn write(&self, number: u32, customer: u32, language: &str, out: &mut String) {
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Number => out.push_str(&number.to_string()),
                Piece::Customer => out.push_str(&customer.to_string()),
                Piece::Language => out.push_str(language),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn every_event_is_one_that_the_panel_takes() {
        let shop = Shop::new();
        let mut written: [String; 5] = Default::default();
        shop.order(7, 3, "it", &mut written[0]);
        shop.sale(8, 3, "en", &mut written[1]);
        shop.customer(9, 3, "it", &mut written[2]);
        shop.product(10, 3, &mut written[3]);
        shop.consent(11, 3, "it", &mut written[4]);
        assert!(written[4].contains(&Shop::email(3)));
        for (number, text) in (7..).zip(&written) {
            assert!(!text.contains('@') || text.contains("c3@example.com"), "{text}");
            let event = events::read(text.as_bytes()).unwrap();
            assert_eq!(Shop::event_number(&event.id), Some(number));
            assert_eq!(event.id, Shop::event_id(number));
            assert_eq!(event.time, None);
        }
        assert!(written[0].contains(&format!("\"id\":\"{}\"", Shop::order_id(7))));
        assert!(!written[0].contains("visitor_id") && written[1].contains("visitor_id"));
    }
}
