//! The calls of a delivery.

use serde_json::{Map, Value, json};

use super::{Clerk, account};
use crate::errand::{Errand, Hitch};
use crate::http::Call;

impl Clerk<'_> {
    /// Sends objects of one kind; one with an id that is known takes the place of the former
    /// (<https://help.clerk.io/integrations/any-webshop/api>).
    pub(super) async fn post(
        &self,
        errand: &mut Errand<'_>,
        plural: &str,
        objects: Vec<Value>,
    ) -> Result<(), Hitch> {
        let mut body = Map::new();
        body.insert("key".into(), self.settings.public_key.as_str().into());
        body.insert("private_key".into(), self.secrets.expose("private_key").into());
        body.insert(plural.into(), objects.into());
        let call = Call::post(format!("/{plural}"), Value::Object(body));
        self.carry_out(errand, call).await
    }

    /// Deletes the object of one kind with this id. The ids stand in the address as JSON, as the vendor's
    /// extension for `WooCommerce` sends those of pages (<https://github.com/clerkio/clerk-woocommerce>).
    pub(super) async fn delete(
        &self,
        errand: &mut Errand<'_>,
        plural: &'static str,
        id: &str,
    ) -> Result<(), Hitch> {
        let ids = json!([id]).to_string();
        let call = Call::delete(format!("/{plural}"))
            .query("key", &self.settings.public_key)
            .query("private_key", self.secrets.expose("private_key"))
            .query(plural, &ids);
        self.carry_out(errand, call).await
    }

    pub(super) async fn carry_out(&self, errand: &mut Errand<'_>, call: Call<'_>) -> Result<(), Hitch> {
        let session = &mut errand.session;
        let answer = session.ask(&call, || json!({ "status": "ok" })).await?;
        account(session, &answer)?;
        Ok(())
    }
}

/// A number of minor units as this API writes money.
pub(super) fn amount(minor: u64, decimals: u8) -> Value {
    let unit = 10_u64.pow(u32::from(decimals));
    let text = format!(
        "{}.{:0width$}",
        minor / unit,
        minor % unit,
        width = usize::from(decimals.max(1))
    );
    text.parse::<f64>().map_or(Value::Null, Value::from)
}

/// Seconds since the Unix epoch.
pub(super) fn unix(at: events::Time) -> Value {
    Value::from(at.at().ms().div_euclid(1_000))
}

/// Adds a member unless there is nothing to say: this API wants no nulls
/// (<https://help.clerk.io/integrations/any-webshop/data-feeds>).
pub(super) fn put(object: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        object.insert(name.to_owned(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_their_currencys_decimals() {
        for (minor, decimals, shown) in [
            (1_990, 2, "19.9"),
            (5, 2, "0.05"),
            (1_990, 0, "1990.0"),
            (1_990, 3, "1.99"),
            (0, 2, "0.0"),
            (12_345, 4, "1.2345"),
        ] {
            assert_eq!(amount(minor, decimals).to_string(), shown);
        }
    }
}
