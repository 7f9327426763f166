//! Deep data: the shop's connection and its customers, each there once and remembered.

use domain::{Fault, Permission};
use events::{Customer, Email};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use super::ActiveCampaign;
use super::api::{id, id_in, is_duplicate, put};
use super::contact::key;
use crate::errand::{Errand, Hitch};
use crate::http::{Call, Number};
use crate::parcel::Shop;
use crate::session::Session;

/// How connections of this program name themselves.
const SERVICE: &str = "raccordo";

pub(super) const CONNECTION: &str = "connection";
pub(super) const CUSTOMER: &str = "customer";

/// Where an order or a cart belongs over there.
pub(super) struct Place {
    pub(super) connection: String,
    pub(super) customer: String,
    /// Whether a part of it comes from the memory: it may be gone over there.
    pub(super) is_remembered: bool,
}

impl ActiveCampaign<'_> {
    /// Sees to it that the shop's connection, the contact and the customer are there.
    pub(super) async fn place(
        &self,
        errand: &mut Errand<'_>,
        customer: &Customer,
        email: &Email,
    ) -> Result<Place, Hitch> {
        let external_id = external_id(customer, email);
        let mark = errand.memory.mark(&external_id, email.as_str())?;
        let known_connection = errand
            .memory
            .recall(CONNECTION, host(errand.shop).as_str())
            .await?;
        let known = errand.memory.recall(CUSTOMER, &external_id).await?;
        let known_customer = known.as_deref().and_then(|known| {
            let (customer, known_mark) = known.split_once(' ')?;
            // With another e-mail address he is another contact.
            (known_mark == mark).then(|| customer.to_owned())
        });
        let is_remembered = known_connection.is_some() || known_customer.is_some();
        // Before the customer: with him the platform makes the contact, and nobody knows any more that it was new.
        if known_customer.is_none() {
            self.ensure_contact(errand, customer, email).await?;
        }
        let connection = match known_connection {
            Some(connection) => connection,
            None => self.connect(errand).await?,
        };
        let customer = if let Some(customer) = known_customer {
            customer
        } else {
            let session = &mut errand.session;
            let found = self
                .ensure_customer(session, &connection, &external_id, email)
                .await?;
            let value = format!("{found} {mark}");
            errand.memory.remember(CUSTOMER, &external_id, &value);
            found
        };
        Ok(Place {
            connection,
            customer,
            is_remembered,
        })
    }

    /// Finds the shop's connection, or creates it
    /// (<https://developers.activecampaign.com/reference/create-connection>).
    async fn connect(&self, errand: &mut Errand<'_>) -> Result<String, Hitch> {
        let (shop, session) = (errand.shop, &mut errand.session);
        let host = host(shop);
        let connection = match self.find_connection(session, &host).await? {
            Some(connection) => connection,
            None => self.create_connection(session, shop, &host).await?,
        };
        errand.memory.remember(CONNECTION, &host, &connection);
        Ok(connection)
    }

    async fn create_connection(
        &self,
        session: &mut Session<'_>,
        shop: &Shop,
        host: &str,
    ) -> Result<String, Fault> {
        let connection = json!({
            "service": SERVICE,
            "externalid": host,
            "name": shop.name,
            "logoUrl": format!("{}/favicon.ico", shop.url.trim_end_matches('/')),
            "linkUrl": shop.url,
        });
        let call = Call::post("/api/3/connections".into(), json!({ "connection": connection }));
        let answer = self
            .ask(
                session,
                call,
                || json!({ "connection": { "id": "‹connection›" } }),
            )
            .await?;
        if is_duplicate(&answer)
            && let Some(connection) = self.find_connection(session, host).await?
        {
            return Ok(connection);
        }
        let members = self
            .members(session, &answer, Permission::ReadConnections)
            .await?;
        id_in(&members, "connection")
    }

    /// <https://developers.activecampaign.com/reference/list-all-connections>
    async fn find_connection(&self, session: &mut Session<'_>, host: &str) -> Result<Option<String>, Fault> {
        let call = Call::get("/api/3/connections".into())
            .query("filters[service]", SERVICE)
            .query("filters[externalid]", host);
        let rows: Vec<Connection> = self
            .rows(
                session,
                call,
                "connections",
                Permission::ReadConnections,
                || json!({ "connections": [] }),
            )
            .await?;
        let fits = |row: &&Connection| row.service == SERVICE && row.externalid.show() == host;
        rows.iter().find(fits).map(|row| id(&row.id)).transpose()
    }

    /// Finds a customer, or creates it (<https://developers.activecampaign.com/reference/create-customer>).
    async fn ensure_customer(
        &self,
        session: &mut Session<'_>,
        connection: &str,
        external_id: &str,
        email: &Email,
    ) -> Result<String, Fault> {
        if let Some(found) = self.find_by_id(session, connection, external_id).await? {
            return self.keep_customer(session, found, external_id, email).await;
        }
        let body = json!({ "ecomCustomer": {
            "connectionid": connection,
            "externalid": external_id,
            "email": email.as_str(),
            // Orders and carts give no consent: that is what its own events are for.
            "acceptsMarketing": "0",
        } });
        let call = Call::post("/api/3/ecomCustomers".into(), body);
        let answer = self.ask(session, call, sample_customer).await?;
        if is_duplicate(&answer) {
            // Somebody else was faster; or he has bought as a guest before, if the platform tells customers apart by their
            // addresses as well, of which its documentation says nothing.
            let mut found = self.find_by_id(session, connection, external_id).await?;
            if found.is_none() {
                found = self.find_by_address(session, connection, email).await?;
            }
            if let Some(found) = found {
                return self.keep_customer(session, found, external_id, email).await;
            }
        }
        let members = self.members(session, &answer, Permission::Other).await?;
        id_in(&members, "ecomCustomer")
    }

    /// Whoever has another id or another e-mail address over there gets his present ones; his consent is not touched
    /// (<https://developers.activecampaign.com/reference/update-customer>).
    async fn keep_customer(
        &self,
        session: &mut Session<'_>,
        found: EcomCustomer,
        external_id: &str,
        email: &Email,
    ) -> Result<String, Fault> {
        let customer = id(&found.id)?;
        let mut changes = Map::new();
        let new_id = (found.externalid.show() != external_id).then_some(external_id);
        put(&mut changes, "externalid", new_id);
        let new_email = (!is_same(&found.email, email)).then_some(email.as_str());
        put(&mut changes, "email", new_email);
        if changes.is_empty() {
            return Ok(customer);
        }
        let body = json!({ "ecomCustomer": changes });
        let call = Call::put(format!("/api/3/ecomCustomers/{customer}"), body);
        let answer = self.ask(session, call, sample_customer).await?;
        let connection = found.connectionid.show();
        // Whoever has the address already is the same person, and what he buys belongs to the contact of that address.
        if is_duplicate(&answer)
            && let Some(other) = self.find_by_address(session, &connection, email).await?
        {
            return id(&other.id);
        }
        let members = self.members(session, &answer, Permission::Other).await?;
        id_in(&members, "ecomCustomer")
    }

    async fn find_by_id(
        &self,
        session: &mut Session<'_>,
        connection: &str,
        external_id: &str,
    ) -> Result<Option<EcomCustomer>, Fault> {
        let by_id = |row: &EcomCustomer| row.externalid.show() == external_id;
        self.find_customer(session, connection, ("filters[externalid]", external_id), by_id)
            .await
    }

    async fn find_by_address(
        &self,
        session: &mut Session<'_>,
        connection: &str,
        email: &Email,
    ) -> Result<Option<EcomCustomer>, Fault> {
        let by_address = |row: &EcomCustomer| is_same(&row.email, email);
        self.find_customer(
            session,
            connection,
            ("filters[email]", email.as_str()),
            by_address,
        )
        .await
    }

    /// The customer of a connection who fits `filter` (<https://developers.activecampaign.com/reference/list-all-customers>).
    async fn find_customer(
        &self,
        session: &mut Session<'_>,
        connection: &str,
        filter: (&'static str, &str),
        fits: impl Fn(&EcomCustomer) -> bool,
    ) -> Result<Option<EcomCustomer>, Fault> {
        let call = Call::get("/api/3/ecomCustomers".into())
            .query("filters[connectionid]", connection)
            .query(filter.0, filter.1);
        let rows: Vec<EcomCustomer> = self
            .rows(
                session,
                call,
                "ecomCustomers",
                Permission::Other,
                || json!({ "ecomCustomers": [] }),
            )
            .await?;
        // A platform that does not know a filter answers with everybody.
        let mut of_connection = rows
            .into_iter()
            .filter(|row| row.connectionid.show() == connection);
        Ok(of_connection.find(|row| fits(row)))
    }
}

fn is_same(known: &str, email: &Email) -> bool {
    key(known) == key(email.as_str())
}

/// Forgets what a [`Place`] was made of: the platform does not know it any more.
pub(super) fn forget_place(errand: &Errand<'_>, customer: &Customer, email: &Email) {
    errand.memory.forget(CONNECTION, &host(errand.shop));
    errand.memory.forget(CUSTOMER, &external_id(customer, email));
}

/// The shop's id of a customer; of somebody who is not registered the e-mail address.
pub(super) fn external_id(customer: &Customer, email: &Email) -> String {
    match &customer.id {
        Some(id) => id.as_str().to_owned(),
        None => email.as_str().to_lowercase(),
    }
}

/// What the shop's connection is told apart by.
pub(super) fn host(shop: &Shop) -> String {
    let url = Url::parse(&shop.url).ok();
    let host = url.as_ref().and_then(Url::host_str);
    host.unwrap_or(&shop.url).to_owned()
}

fn sample_customer() -> Value {
    json!({ "ecomCustomer": { "id": "‹customer›" } })
}

#[derive(Deserialize)]
struct Connection {
    id: Number,
    service: String,
    externalid: Number,
}

#[derive(Deserialize)]
struct EcomCustomer {
    id: Number,
    connectionid: Number,
    externalid: Number,
    #[serde(default)]
    email: String,
}
