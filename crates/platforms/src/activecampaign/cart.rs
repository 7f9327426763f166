//! Abandoned carts.

use domain::{CART_ABANDONED_MINUTES, FactKind, Fault, Permission, SkipReason};
use events::{Cart, Code, Customer, Email, Time, Url};
use serde_json::{Value, json};

use super::ActiveCampaign;
use super::api::{id, id_in, put};
use super::deep_data::{Place, forget_place};
use super::order::{EcomOrder, Key, ORDERED, common, date};
use crate::errand::{Errand, Hitch};
use crate::http::Call;
use crate::parcel::Parcel;

pub(super) const CART: &str = "cart";

/// In the place of an id that no answer has told: the cart may be over there.
const SENT: &str = "sent";

impl ActiveCampaign<'_> {
    /// Sends a cart that nobody has changed for a while, or what it is now.
    pub(super) async fn send_cart(&self, errand: &mut Errand<'_>, cart: &Cart) -> Result<(), Hitch> {
        let (customer, email) = self.owner(cart)?;
        // What was changed after the order is another cart with the same id.
        let ordered_at = errand.memory.recall_time(ORDERED, cart.id.as_str()).await?;
        if ordered_at.is_some_and(|at| errand.parcel.occurred_at <= at) {
            return Err(SkipReason::Ordered.into());
        }
        errand.check_deletion(customer).await?;
        let place = self.place(errand, customer, email).await?;
        let written = match self.write_cart(errand, cart, email, &place).await {
            // The connection or the customer may have been deleted over there.
            Err(Hitch::Fault(Fault::Refused { .. })) if place.is_remembered => {
                forget_place(errand, customer, email);
                let place = self.place(errand, customer, email).await?;
                self.write_cart(errand, cart, email, &place).await?
            }
            written => written?,
        };
        errand.session.learn(FactKind::RemoteId, &written);
        errand.memory.remember(CART, cart.id.as_str(), &written);
        Ok(())
    }

    /// Whose cart it is, if it is to be sent at all.
    fn owner<'c>(&self, cart: &'c Cart) -> Result<(&'c Customer, &'c Email), SkipReason> {
        if !self.settings.abandoned_carts_enabled {
            return Err(SkipReason::CartsOff);
        }
        let customer = cart.customer.as_ref().filter(|customer| customer.id.is_some());
        let customer = customer.ok_or(SkipReason::NotRegistered)?;
        let email = customer.email.as_ref().ok_or(SkipReason::NoEmail)?;
        if cart.lines.is_empty() {
            return Err(SkipReason::EmptyCart);
        }
        Ok((customer, email))
    }

    /// Creates the cart, or changes the one that was sent before
    /// (<https://developers.activecampaign.com/reference/e-commerce-abandoned-carts>).
    async fn write_cart(
        &self,
        errand: &mut Errand<'_>,
        cart: &Cart,
        email: &Email,
        place: &Place,
    ) -> Result<String, Hitch> {
        let body = cart_body(cart, email, place, &errand.parcel);
        if let Some(known) = self.sent_cart(errand, place, &cart.id).await? {
            if known.is_cart() {
                let known = id(&known.id)?;
                if let Some(written) = self.change_order(&mut errand.session, &known, &body).await? {
                    return Ok(written);
                }
            } else if errand.memory.recall(ORDERED, cart.id.as_str()).await?.is_none() {
                // No former cart's order is known: it is this one's.
                return Err(SkipReason::Ordered.into());
            }
        }
        // Should the answer get lost, the order that ends this cart still knows that there may be something to recover.
        errand.memory.remember(CART, cart.id.as_str(), SENT);
        let session = &mut errand.session;
        let call = Call::post("/api/3/ecomOrders".into(), body);
        let answer = self
            .ask(session, call, || json!({ "ecomOrder": { "id": "‹cart›" } }))
            .await?;
        let members = self.members(session, &answer, Permission::Other).await?;
        Ok(id_in(&members, "ecomOrder")?)
    }

    /// The cart as it was sent before, by the memory, or by the platform where there is a doubt.
    pub(super) async fn sent_cart(
        &self,
        errand: &mut Errand<'_>,
        place: &Place,
        cart: &Code,
    ) -> Result<Option<EcomOrder>, Hitch> {
        match errand.memory.recall(CART, cart.as_str()).await? {
            Some(known) if known != SENT => Ok(Some(EcomOrder::cart(known))),
            None if !errand.parcel.is_doubtful => Ok(None),
            _ => {
                let key = Key::Cart(cart.as_str());
                Ok(self.find_order(&mut errand.session, place, key).await?)
            }
        }
    }
}

/// A cart counts as abandoned a while after its last change, but always in the past.
fn cart_body(cart: &Cart, email: &Email, place: &Place, parcel: &Parcel<'_>) -> Value {
    let changed_at = parcel.occurred_at;
    let abandoned_at = changed_at.plus_seconds(i64::from(CART_ABANDONED_MINUTES) * 60);
    let abandoned_at = abandoned_at.min(parcel.now.plus_seconds(-1));
    let created_at = cart.created_at.map_or(changed_at, Time::at);
    let mut body = common(place, email, &cart.currency, cart.total_minor, &cart.lines);
    put(&mut body, "externalcheckoutid", Some(cart.id.as_str()));
    put(&mut body, "abandonedDate", Some(date(abandoned_at)));
    put(&mut body, "externalCreatedDate", Some(date(created_at)));
    put(&mut body, "externalUpdatedDate", Some(date(changed_at)));
    put(&mut body, "orderUrl", cart.recovery_url.as_ref().map(Url::as_str));
    json!({ "ecomOrder": body })
}
