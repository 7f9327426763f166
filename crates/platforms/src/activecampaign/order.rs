//! Orders, and the carts that they were.

use domain::{Currency, FactKind, Fault, Permission, SkipReason};
use events::{Code, Email, Line, Name, Order, Time, Url};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::ActiveCampaign;
use super::api::{id, id_in, is_duplicate, put};
use super::cart::CART;
use super::deep_data::{CONNECTION, CUSTOMER, Place, external_id, forget_place, host};
use crate::deletion::deletion_of;
use crate::errand::{Errand, Hitch};
use crate::http::{Call, Number};
use crate::session::Session;

const ORDER: &str = "order";
/// When a cart has become an order.
pub(super) const ORDERED: &str = "ordered";

/// Not historical: it starts automations (<https://developers.activecampaign.com/reference/create-order>).
pub(super) const SOURCE_REAL_TIME: &str = "1";

/// Remembers since when the order's cart is one no more: shops may use the id for another cart.
async fn note_ordered(errand: &Errand<'_>, order: &Order) -> Result<(), Hitch> {
    if let Some(cart) = &order.cart_id {
        let at = errand.parcel.occurred_at;
        errand.memory.advance(ORDERED, cart.as_str(), at).await?;
    }
    Ok(())
}

impl ActiveCampaign<'_> {
    /// Sends an order. A cart that was sent before becomes it.
    pub(super) async fn send_order(&self, errand: &mut Errand<'_>, order: &Order) -> Result<(), Hitch> {
        if !self.settings.orders_enabled {
            // It is no abandoned cart, whatever comes late of it.
            note_ordered(errand, order).await?;
            return Err(SkipReason::OrdersOff.into());
        }
        let email = order.customer.email.as_ref().ok_or(SkipReason::NoEmail)?;
        let deletion = deletion_of(&order.customer);
        let deletion = deletion.iter().map(|(what, known)| (*what, known.as_str()));
        let (host, customer) = (host(errand.shop), external_id(&order.customer, email));
        let needed: Vec<_> = [
            (ORDER, order.id.as_str()),
            (CONNECTION, &host),
            (CUSTOMER, &customer),
        ]
        .into_iter()
        .chain(deletion)
        .collect();
        errand.memory.prepare(&needed).await?;
        if errand.memory.recall(ORDER, order.id.as_str()).await?.is_some() {
            // Of a doubtful attempt this is the answer that was lost.
            return if errand.parcel.is_doubtful {
                Ok(())
            } else {
                Err(SkipReason::AlreadySent.into())
            };
        }
        errand.check_deletion(&order.customer).await?;
        let place = self.place(errand, &order.customer, email).await?;
        let written = match self.write_order(errand, order, email, &place).await {
            // The connection or the customer may have been deleted over there.
            Err(Hitch::Fault(Fault::Refused { .. })) if place.is_remembered => {
                forget_place(errand, &order.customer, email);
                let place = self.place(errand, &order.customer, email).await?;
                self.write_order(errand, order, email, &place).await?
            }
            written => written?,
        };
        errand.session.learn(FactKind::RemoteId, &written);
        note_ordered(errand, order).await?;
        if let Some(cart) = &order.cart_id {
            errand.memory.forget(CART, cart.as_str());
        }
        errand.memory.remember(ORDER, order.id.as_str(), &written);
        Ok(())
    }

    /// Creates the order, or gives the cart that it was its id: it counts as recovered then
    /// (<https://developers.activecampaign.com/reference/e-commerce-abandoned-carts>). Last of all calls: what fails
    /// before can be tried again.
    async fn write_order(
        &self,
        errand: &mut Errand<'_>,
        order: &Order,
        email: &Email,
        place: &Place,
    ) -> Result<String, Hitch> {
        let wanted = order.id.as_str();
        if errand.parcel.is_doubtful
            && let Some(found) = self
                .find_order(&mut errand.session, place, Key::Order(wanted))
                .await?
        {
            return Ok(id(&found.id)?);
        }
        let cart = match &order.cart_id {
            Some(cart) => self.sent_cart(errand, place, cart).await?,
            None => None,
        };
        let session = &mut errand.session;
        let body = order_body(order, email, place);
        if let Some(cart) = cart.filter(EcomOrder::is_cart) {
            let cart = id(&cart.id)?;
            if let Some(written) = self.change_order(session, &cart, &body).await? {
                return Ok(written);
            }
        }
        let call = Call::post("/api/3/ecomOrders".into(), body);
        let answer = self.ask(session, call, sample_order).await?;
        if is_duplicate(&answer)
            && let Some(found) = self.find_order(session, place, Key::Order(wanted)).await?
        {
            return Ok(id(&found.id)?);
        }
        let members = self.members(session, &answer, Permission::Other).await?;
        Ok(id_in(&members, "ecomOrder")?)
    }

    /// Changes an order or a cart; `None` when it is not there
    /// (<https://developers.activecampaign.com/reference/update-order>).
    pub(super) async fn change_order(
        &self,
        session: &mut Session<'_>,
        known: &str,
        body: &Value,
    ) -> Result<Option<String>, Fault> {
        let call = Call::put(format!("/api/3/ecomOrders/{known}"), body.clone());
        let answer = self.ask(session, call, sample_order).await?;
        if answer.status == 404 && !answer.is_page() {
            return Ok(None);
        }
        let members = self.members(session, &answer, Permission::Other).await?;
        id_in(&members, "ecomOrder").map(Some)
    }

    /// <https://developers.activecampaign.com/reference/list-all-orders>
    pub(super) async fn find_order(
        &self,
        session: &mut Session<'_>,
        place: &Place,
        key: Key<'_>,
    ) -> Result<Option<EcomOrder>, Fault> {
        let call = Call::get("/api/3/ecomOrders".into()).query("filters[connectionid]", &place.connection);
        let call = match key {
            Key::Order(order) => call.query("filters[externalid]", order),
            Key::Cart(cart) => call.query("filters[externalcheckoutid]", cart),
        };
        let rows: Vec<EcomOrder> = self
            .rows(
                session,
                call,
                "ecomOrders",
                Permission::Other,
                || json!({ "ecomOrders": [] }),
            )
            .await?;
        let mut rows: Vec<EcomOrder> = rows.into_iter().filter(|row| row.is(key)).collect();
        // Of several with one id, those that have become orders are former carts.
        rows.sort_by_key(|row| !row.is_cart());
        Ok(rows.into_iter().next())
    }
}

/// What an order or a cart is told apart by.
#[derive(Clone, Copy)]
pub(super) enum Key<'a> {
    /// The shop's id of the order.
    Order(&'a str),
    /// The shop's id of the cart.
    Cart(&'a str),
}

/// An order or a cart over there.
#[derive(Deserialize)]
pub(super) struct EcomOrder {
    pub(super) id: Number,
    externalid: Option<Number>,
    externalcheckoutid: Option<Number>,
}

impl EcomOrder {
    /// A cart that is remembered.
    pub(super) const fn cart(id: String) -> Self {
        Self {
            id: Number::Text(id),
            externalid: None,
            externalcheckoutid: None,
        }
    }

    /// Whether it has not become an order.
    pub(super) fn is_cart(&self) -> bool {
        self.externalid.as_ref().is_none_or(|id| id.show().is_empty())
    }

    fn is(&self, key: Key<'_>) -> bool {
        let (has, wanted) = match key {
            Key::Order(order) => (&self.externalid, order),
            Key::Cart(cart) => (&self.externalcheckoutid, cart),
        };
        has.as_ref().is_some_and(|has| has.show() == wanted)
    }
}

/// What orders and carts have in common.
pub(super) fn common(
    place: &Place,
    email: &Email,
    currency: &Currency,
    total_minor: u64,
    lines: &[Line],
) -> Map<String, Value> {
    let products: Vec<Value> = lines.iter().map(|line| product(line, currency)).collect();
    let mut body = Map::new();
    put(&mut body, "source", Some(SOURCE_REAL_TIME));
    put(&mut body, "email", Some(email.as_str()));
    put(&mut body, "connectionid", Some(place.connection.as_str()));
    put(&mut body, "customerid", Some(place.customer.as_str()));
    put(&mut body, "currency", Some(currency.as_str()));
    put(&mut body, "totalPrice", Some(cents(total_minor, currency)));
    put(&mut body, "orderProducts", Some(products));
    body
}

fn order_body(order: &Order, email: &Email, place: &Place) -> Value {
    let cents = |minor| Some(cents(minor, &order.currency));
    let mut body = common(place, email, &order.currency, order.total_minor, &order.lines);
    put(&mut body, "externalid", Some(order.id.as_str()));
    put(
        &mut body,
        "orderNumber",
        Some(order.number.as_ref().unwrap_or(&order.id).as_str()),
    );
    put(&mut body, "shippingAmount", cents(order.shipping_minor));
    put(&mut body, "taxAmount", cents(order.tax_minor));
    put(&mut body, "discountAmount", cents(order.discount_minor));
    put(
        &mut body,
        "externalCreatedDate",
        Some(String::from(order.placed_at)),
    );
    put(&mut body, "orderUrl", order.url.as_ref().map(Url::as_str));
    put(
        &mut body,
        "shippingMethod",
        order.shipping_method.as_ref().map(Name::as_str),
    );
    json!({ "ecomOrder": body })
}

fn product(line: &Line, currency: &Currency) -> Value {
    let mut product = Map::new();
    put(&mut product, "externalid", Some(line.product_id.as_str()));
    put(&mut product, "name", Some(line.name.as_str()));
    put(&mut product, "price", Some(cents(line.price_minor, currency)));
    put(&mut product, "quantity", Some(line.quantity.get()));
    put(&mut product, "sku", line.sku.as_ref().map(Code::as_str));
    put(&mut product, "category", line.category.as_ref().map(Name::as_str));
    put(&mut product, "productUrl", line.url.as_ref().map(Url::as_str));
    put(&mut product, "imageUrl", line.image_url.as_ref().map(Url::as_str));
    Value::Object(product)
}

/// An instant as this API writes it.
pub(super) fn date(at: domain::Timestamp) -> String {
    Time::from(at).into()
}

/// Hundredths of the currency, which this API calls cents whatever the currency
/// (<https://developers.activecampaign.com/reference/create-order>); half a one counts as one.
fn cents(minor: u64, currency: &Currency) -> u64 {
    match currency.decimals() {
        decimals @ 0..2 => minor.saturating_mul(10_u64.pow(2 - u32::from(decimals))),
        decimals => {
            let unit = 10_u64.pow(u32::from(decimals) - 2);
            minor.saturating_add(unit / 2) / unit
        }
    }
}

fn sample_order() -> Value {
    json!({ "ecomOrder": { "id": "‹order›" } })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn amounts_are_hundredths_whatever_the_currency() {
        for (code, minor, expected) in [
            ("EUR", 1_990, 1_990),
            ("JPY", 1_990, 199_000),
            ("KWD", 19_905, 1_991),
            ("KWD", 19_904, 1_990),
            ("CLF", 19_950, 200),
            ("JPY", u64::MAX, u64::MAX),
        ] {
            assert_eq!(cents(minor, &code.parse().unwrap()), expected, "{code} {minor}");
        }
    }
}
