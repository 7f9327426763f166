//! Customers: those who have not opted out.

use domain::SkipReason;
use events::{Code, Customer, CustomerDeleted, CustomerType, Email, Name};
use serde_json::{Map, Value};

use super::api::put;
use super::{Clerk, route};
use crate::errand::{Errand, Hitch};

const EMAIL: &str = "email";
const CUSTOMERS: &str = "customers";

impl Clerk<'_> {
    /// Sends a customer. Id and e-mail address cannot be changed: with another address he is deleted and created again
    /// (<https://docs.clerk.io/reference/customer-resource>). Whoever has opted out meanwhile is deleted, also where his
    /// language has changed since he was sent.
    pub(super) async fn send_customer(
        &self,
        errand: &mut Errand<'_>,
        customer: &Customer,
    ) -> Result<(), Hitch> {
        let route = route::check(self.settings, errand.shop, customer.language.as_ref());
        if !self.has_opted_out(customer) {
            route?;
        }
        let email = customer.email.as_ref().map(Email::as_str);
        let Some(id) = customer.id.as_ref().map(Code::as_str).or(email) else {
            return Err(SkipReason::NoEmail.into());
        };
        errand.check_deletion(customer).await?;
        let known = errand.memory.recall(EMAIL, id).await?;
        if self.has_opted_out(customer) {
            if known.is_none() {
                route?;
                // In doubt he may be there although nothing is known of him.
                if !errand.parcel.is_doubtful {
                    return Err(SkipReason::OptedOut.into());
                }
            }
            self.delete(errand, CUSTOMERS, id).await?;
            errand.memory.forget(EMAIL, id);
            return Ok(());
        }
        let mark = errand.memory.mark(id, email.unwrap_or_default())?;
        if known.as_ref().is_some_and(|known| *known != mark) {
            self.delete(errand, CUSTOMERS, id).await?;
        }
        // Before the call: should its answer get lost, whoever opts out then is still deleted.
        if known.is_none_or(|known| known != mark) {
            errand.memory.remember(EMAIL, id, &mark);
        }
        self.post(errand, CUSTOMERS, vec![object(customer)]).await
    }

    /// Deletes a customer, also one whose language has changed since he was sent.
    pub(super) async fn delete_customer(
        &self,
        errand: &mut Errand<'_>,
        customer: &CustomerDeleted,
    ) -> Result<(), Hitch> {
        let id = customer.id.as_str();
        errand.remember_deletion(customer).await?;
        if !route::takes(self.settings, errand.shop, customer.language.as_ref())
            && errand.memory.recall(EMAIL, id).await?.is_none()
        {
            return Err(SkipReason::OtherLanguage.into());
        }
        self.delete(errand, CUSTOMERS, id).await?;
        errand.memory.forget(EMAIL, id);
        Ok(())
    }

    /// Whether a customer refuses tracking: the shop says so, or he has the account's opt-out attribute.
    pub(super) fn has_opted_out(&self, customer: &Customer) -> bool {
        let attribute = self.settings.optout_attribute.as_deref();
        let has_attribute = attribute.is_some_and(|name| {
            customer
                .attributes
                .iter()
                .any(|(code, value)| code.as_str() == name && !value.as_str().trim().is_empty())
        });
        customer.opted_out || has_attribute
    }
}

/// Never subscribed: newsletters are another platform's (the reference manual's "Clienti").
fn object(customer: &Customer) -> Value {
    let mut object = Map::new();
    put(&mut object, "id", customer.id.as_ref().map(Code::as_str));
    put(&mut object, "email", customer.email.as_ref().map(Email::as_str));
    put(&mut object, "name", name(customer));
    put(&mut object, "subscribed", Some(false));
    put(
        &mut object,
        "is_b2b",
        Some(customer.customer_type == CustomerType::Company),
    );
    Value::Object(object)
}

fn name(customer: &Customer) -> Option<String> {
    let names: Vec<&str> = [&customer.first_name, &customer.last_name]
        .into_iter()
        .flatten()
        .map(Name::as_str)
        .collect();
    (!names.is_empty()).then(|| names.join(" "))
}
