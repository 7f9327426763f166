//! Orders, once their payment is confirmed, and the products that were sold.

use domain::SkipReason;
use events::{Code, Email, Line, Order, OrderState, Product};
use serde_json::{Map, Value};

use super::api::{amount, put, unix};
use super::{Clerk, route};
use crate::deletion::deletion_of;
use crate::errand::{Errand, Hitch};
use crate::http::Call;

const ORDER: &str = "order";

/// The order is there; what was sold is still to be sent.
const SALE: &str = "sale";
/// All of it is there.
const WHOLE: &str = "whole";

/// Most characters of a visitor's id
/// (<https://help.clerk.io/help/tracking/handling-click-tracking-in-api-setups-directly-with-the-api/>).
const VISITOR_CHARS_MAX: usize = 32;

impl Clerk<'_> {
    /// Sends an order once, then its products as they are after the sale.
    pub(super) async fn send_order(&self, errand: &mut Errand<'_>, order: &Order) -> Result<(), Hitch> {
        route::check(self.settings, errand.shop, order.customer.language.as_ref())?;
        if self.has_opted_out(&order.customer) {
            return Err(SkipReason::OptedOut.into());
        }
        if !order.payment_confirmed {
            return Err(SkipReason::Unpaid.into());
        }
        if matches!(order.state, OrderState::Cancelled | OrderState::ChangedCancelled) {
            return Err(SkipReason::NotUsed.into());
        }
        let id = order.id.as_str();
        let deletion = deletion_of(&order.customer);
        let deletion = deletion.iter().map(|(what, known)| (*what, known.as_str()));
        let needed: Vec<_> = std::iter::once((ORDER, id)).chain(deletion).collect();
        errand.memory.prepare(&needed).await?;
        let known = errand.memory.recall(ORDER, id).await?;
        let products = self.sold(order);
        let is_done = match known.as_deref() {
            Some(SALE) => products.is_empty(),
            Some(_) => true,
            None => false,
        };
        if is_done {
            // Of a doubtful attempt this is the answer that was lost.
            return if errand.parcel.is_doubtful {
                Ok(())
            } else {
                Err(SkipReason::AlreadySent.into())
            };
        }
        if known.is_none() {
            errand.check_deletion(&order.customer).await?;
            self.sell(errand, order).await?;
            let done = if products.is_empty() { WHOLE } else { SALE };
            errand.memory.remember(ORDER, id, done);
        }
        if !products.is_empty() {
            self.send_sold(errand, products).await?;
            errand.memory.remember(ORDER, id, WHOLE);
        }
        Ok(())
    }

    /// A visitor's order is logged as a sale, which Clerk.io takes credit for and which cannot be changed later. A second
    /// time would be a second sale: in doubt it is sent as an order, which is the same one however often it is sent
    /// (<https://docs.clerk.io/reference/logsale-copy>, <https://docs.clerk.io/reference/order-resource>).
    async fn sell(&self, errand: &mut Errand<'_>, order: &Order) -> Result<(), Hitch> {
        let visitor = order.visitor_id.as_ref().map(Code::as_str);
        let visitor = visitor.filter(|visitor| is_visitor(visitor) && !errand.parcel.is_doubtful);
        let lines: Vec<Value> = order.lines.iter().map(|line| self.line(line, order)).collect();
        let email = order.customer.email.as_ref().map(Email::as_str);
        let customer = order.customer.id.as_ref().map(Code::as_str).or(email);
        let mut body = Map::new();
        put(&mut body, "products", Some(lines));
        put(&mut body, "customer", customer);
        put(&mut body, "email", email);
        if let Some(visitor) = visitor {
            put(&mut body, "key", Some(self.settings.public_key.as_str()));
            put(&mut body, "sale", Some(order.id.as_str()));
            put(&mut body, "visitor", Some(visitor));
            let call = Call::post("/log/sale".into(), Value::Object(body));
            return self.carry_out(errand, call).await;
        }
        put(&mut body, "id", Some(order.id.as_str()));
        put(&mut body, "time", Some(unix(order.placed_at)));
        // The call needs a customer; nobody else is known by an order's id.
        if customer.is_none() {
            put(&mut body, "customer", Some(order.id.as_str()));
        }
        self.post(errand, "orders", vec![Value::Object(body)]).await
    }

    fn line(&self, line: &Line, order: &Order) -> Value {
        let mut object = Map::new();
        put(&mut object, "id", Some(line.product_id.as_str()));
        put(&mut object, "quantity", Some(line.quantity.get()));
        // A number of another currency would be added up with the store's.
        if order.currency == self.settings.currency {
            let price = amount(line.price_minor, order.currency.decimals());
            put(&mut object, "price", Some(price));
        }
        Value::Object(object)
    }

    /// The products of the lines, each once.
    fn sold<'o>(&self, order: &'o Order) -> Vec<&'o Product> {
        let mut sold: Vec<&Product> = Vec::new();
        for product in order.lines.iter().filter_map(|line| line.product.as_deref()) {
            let is_new = sold.iter().all(|known| known.id != product.id);
            if is_new && product.currency == self.settings.currency {
                sold.push(product);
            }
        }
        sold
    }
}

fn is_visitor(id: &str) -> bool {
    id.len() <= VISITOR_CHARS_MAX && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
