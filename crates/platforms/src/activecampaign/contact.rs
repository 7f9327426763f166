//! Contacts: their e-mail address is what they are told apart by.

use domain::platform::{CustomerSource, FieldMap};
use domain::{FactKind, Fault, LanguageTag, Permission, SkipReason};
use events::{Country, Customer, CustomerDeleted, CustomerType, DeletedBy, Email, Name};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::ActiveCampaign;
use super::api::{id, id_in, is_duplicate, put};
use super::deep_data::CUSTOMER;
use crate::errand::{Errand, Hitch};
use crate::http::{Call, Number};
use crate::session::Session;

/// Of a contact whose tag is still to come.
const UNTAGGED: &str = "untagged";
const TAG: &str = "tag";

impl ActiveCampaign<'_> {
    /// The profile of somebody who is subscribed; nobody else's is sent.
    pub(super) async fn update_contact(
        &self,
        errand: &mut Errand<'_>,
        customer: &Customer,
    ) -> Result<(), Hitch> {
        if !customer.newsletter {
            return Err(SkipReason::NotSubscribed.into());
        }
        let email = customer.email.as_ref().ok_or(SkipReason::NoEmail)?;
        errand.check_deletion(customer).await?;
        let contact = self.sync(&mut errand.session, customer, email).await?;
        errand.session.learn(FactKind::RemoteId, &contact);
        Ok(())
    }

    /// Deletes the contact of a customer who has deleted his profile. Somebody who is not there has been deleted.
    pub(super) async fn delete_contact(
        &self,
        errand: &mut Errand<'_>,
        customer: &CustomerDeleted,
    ) -> Result<(), Hitch> {
        if customer.by != DeletedBy::Customer {
            return Err(SkipReason::NotByCustomer.into());
        }
        let email = customer.email.as_ref().ok_or(SkipReason::NoEmail)?;
        errand.remember_deletion(customer).await?;
        let session = &mut errand.session;
        if let Some(contact) = self.find_contact(session, email, is_there).await? {
            self.remove(session, &contact).await?;
            session.learn(FactKind::RemoteId, &contact);
        }
        errand.memory.forget(UNTAGGED, &key(email.as_str()));
        errand.memory.forget(CUSTOMER, customer.id.as_str());
        Ok(())
    }

    /// <https://developers.activecampaign.com/reference/delete-contact>
    async fn remove(&self, session: &mut Session<'_>, contact: &str) -> Result<(), Fault> {
        let call = Call::delete(format!("/api/3/contacts/{contact}"));
        let answer = self.ask(session, call, || json!({})).await?;
        // Somebody else was faster.
        if answer.status == 404 && !answer.is_page() {
            return Ok(());
        }
        self.members(session, &answer, Permission::Other).await?;
        Ok(())
    }

    /// Creates the contact, or changes the one with this address
    /// (<https://developers.activecampaign.com/reference/sync-a-contacts-data>).
    pub(super) async fn sync(
        &self,
        session: &mut Session<'_>,
        customer: &Customer,
        email: &Email,
    ) -> Result<String, Fault> {
        let mut contact = Map::new();
        put(&mut contact, "email", Some(email.as_str()));
        put(
            &mut contact,
            "firstName",
            customer.first_name.as_ref().map(Name::as_str),
        );
        put(
            &mut contact,
            "lastName",
            customer.last_name.as_ref().map(Name::as_str),
        );
        put(&mut contact, "phone", customer.phone.as_ref().map(Name::as_str));
        let field_values = self.field_values(customer);
        put(
            &mut contact,
            "fieldValues",
            (!field_values.is_empty()).then_some(field_values),
        );
        let call = Call::post("/api/3/contact/sync".into(), json!({ "contact": contact }));
        self.send(
            session,
            call,
            "contact",
            || json!({ "contact": { "id": "‹contact›" } }),
        )
        .await
    }

    /// What goes into the account's own fields. What the shop does not know of the customer stays as it is over there; an
    /// attribute that it knows to be empty empties the field.
    fn field_values(&self, customer: &Customer) -> Vec<Value> {
        let mappings = self.settings.field_map.as_ref().map(FieldMap::mappings);
        let mappings = mappings.unwrap_or_default().iter();
        mappings
            .filter_map(|mapping| {
                let value = known(customer, &mapping.source)?;
                Some(json!({ "field": mapping.field.to_string(), "value": value }))
            })
            .collect()
    }

    /// The contact with this address (<https://developers.activecampaign.com/reference/list-all-contacts>).
    pub(super) async fn find_contact(
        &self,
        session: &mut Session<'_>,
        email: &Email,
        sample: fn(&Email) -> Value,
    ) -> Result<Option<String>, Fault> {
        let call = Call::get("/api/3/contacts".into()).query("email", email.as_str());
        let rows: Vec<Contact> = self
            .rows(session, call, "contacts", Permission::Other, || sample(email))
            .await?;
        let found = rows.iter().find(|row| key(&row.email) == key(email.as_str()));
        found.map(|row| id(&row.id)).transpose()
    }

    /// Sees to it that there is a contact for a customer who buys. A new one gets the account's tag, but joins no list and
    /// has given no consent; one that is there stays as it is.
    pub(super) async fn ensure_contact(
        &self,
        errand: &mut Errand<'_>,
        customer: &Customer,
        email: &Email,
    ) -> Result<(), Hitch> {
        let memory_key = key(email.as_str());
        let is_untagged = errand.memory.recall(UNTAGGED, &memory_key).await?.is_some();
        let found = self.find_contact(&mut errand.session, email, is_absent).await?;
        let tag = self.settings.new_customer_tag.as_deref();
        if found.is_some() && !is_untagged {
            return Ok(());
        }
        if !is_untagged && tag.is_some() {
            // Should this attempt end halfway, the next one still knows that the contact was new.
            errand.memory.remember(UNTAGGED, &memory_key, "new");
        }
        let contact = match found {
            Some(contact) => contact,
            None => self.sync(&mut errand.session, customer, email).await?,
        };
        if let Some(tag) = tag {
            self.mark_as_new(errand, &contact, tag).await?;
        }
        errand.memory.forget(UNTAGGED, &memory_key);
        Ok(())
    }

    /// Puts the tag called `name` on a contact.
    async fn mark_as_new(&self, errand: &mut Errand<'_>, contact: &str, name: &str) -> Result<(), Hitch> {
        if let Some(tag) = errand.memory.recall(TAG, name).await? {
            match self.put_tag(&mut errand.session, contact, &tag).await {
                // It may have been deleted over there.
                Err(Fault::Refused { .. }) => errand.memory.forget(TAG, name),
                put => return Ok(put?),
            }
        }
        let tag = self.ensure_tag(&mut errand.session, name).await?;
        errand.memory.remember(TAG, name, &tag);
        Ok(self.put_tag(&mut errand.session, contact, &tag).await?)
    }

    /// Finds the tag called `name`, or creates it (<https://developers.activecampaign.com/reference/create-a-new-tag>).
    async fn ensure_tag(&self, session: &mut Session<'_>, name: &str) -> Result<String, Fault> {
        if let Some(tag) = self.find_tag(session, name).await? {
            return Ok(tag);
        }
        let tag = json!({ "tag": name, "tagType": "contact", "description": "" });
        let call = Call::post("/api/3/tags".into(), json!({ "tag": tag }));
        let answer = self
            .ask(session, call, || json!({ "tag": { "id": "‹tag›" } }))
            .await?;
        if is_duplicate(&answer)
            && let Some(tag) = self.find_tag(session, name).await?
        {
            return Ok(tag);
        }
        let members = self.members(session, &answer, Permission::Other).await?;
        id_in(&members, "tag")
    }

    /// <https://developers.activecampaign.com/reference/retrieve-all-tags>
    async fn find_tag(&self, session: &mut Session<'_>, name: &str) -> Result<Option<String>, Fault> {
        let call = Call::get("/api/3/tags".into())
            .query("search", name)
            .query("limit", "100");
        let rows: Vec<Tag> = self
            .rows(session, call, "tags", Permission::Other, || json!({ "tags": [] }))
            .await?;
        // The search finds whatever holds these words.
        let found = rows
            .iter()
            .find(|row| row.tag.to_lowercase() == name.to_lowercase());
        found.map(|row| id(&row.id)).transpose()
    }

    /// <https://developers.activecampaign.com/reference/create-contact-tag>
    pub(super) async fn put_tag(
        &self,
        session: &mut Session<'_>,
        contact: &str,
        tag: &str,
    ) -> Result<(), Fault> {
        let body = json!({ "contactTag": { "contact": contact, "tag": tag } });
        let call = Call::post("/api/3/contactTags".into(), body);
        let answer = self.ask(session, call, || json!({})).await?;
        self.members(session, &answer, Permission::Other).await?;
        Ok(())
    }
}

/// What the shop knows of a customer, if it knows it.
fn known<'c>(customer: &'c Customer, source: &CustomerSource) -> Option<&'c str> {
    match source {
        CustomerSource::FirstName => customer.first_name.as_ref().map(Name::as_str),
        CustomerSource::LastName => customer.last_name.as_ref().map(Name::as_str),
        CustomerSource::Phone => customer.phone.as_ref().map(Name::as_str),
        CustomerSource::Language => customer.language.as_ref().map(LanguageTag::as_str),
        CustomerSource::Country => customer.country.as_ref().map(Country::as_str),
        CustomerSource::Type => Some(match customer.customer_type {
            CustomerType::Private => "private",
            CustomerType::Company => "company",
        }),
        CustomerSource::Attribute(name) => {
            let mut attributes = customer.attributes.iter();
            let found = attributes.find(|(known, _)| known.as_str() == name.as_str());
            found.map(|(_, value)| value.as_str())
        }
    }
}

/// What addresses are compared by: letters' case does not count.
pub(super) fn key(email: &str) -> String {
    email.to_lowercase()
}

/// For a plan: nobody has this address yet.
pub(super) fn is_absent(_: &Email) -> Value {
    json!({ "contacts": [] })
}

/// For a plan: somebody has this address.
pub(super) fn is_there(email: &Email) -> Value {
    json!({ "contacts": [{ "id": "‹contact›", "email": email.as_str() }] })
}

#[derive(Deserialize)]
struct Contact {
    id: Number,
    email: String,
}

#[derive(Deserialize)]
struct Tag {
    id: Number,
    tag: String,
}
