//! Who wants the newsletter, and who no longer does.

use domain::{FactKind, Fault, Permission, SkipReason};
use events::{Customer, CustomerType, Email};
use serde::Deserialize;
use serde_json::json;

use super::api::id;
use super::contact::{is_there, key};
use super::{ActiveCampaign, PAGE_VALUES, PAGES_MAX};
use crate::errand::{Errand, Hitch};
use crate::http::{Call, Number};
use crate::session::Session;

/// In the settings: every list.
const ALL: &str = "all";
/// When somebody's consent that was sent was last given.
const GIVEN: &str = "consent given";
/// When it was last withdrawn, whether that was sent already or not.
const WITHDRAWN: &str = "consent withdrawn";

/// What somebody said of the newsletter counts no more once he has said the opposite later. A shop may call one person by an
/// id here and by the address alone there: the order of deliveries does not cover that.
async fn check_opposite(errand: &Errand<'_>, opposite: &str, email: &Email) -> Result<(), Hitch> {
    let said = errand.memory.recall_time(opposite, &key(email.as_str())).await?;
    if said.is_some_and(|said| said > errand.parcel.occurred_at) {
        return Err(SkipReason::Superseded.into());
    }
    Ok(())
}

/// Remembers what somebody says.
async fn note_said(errand: &Errand<'_>, what: &str, email: &Email) -> Result<(), Hitch> {
    let at = errand.parcel.occurred_at;
    errand.memory.advance(what, &key(email.as_str()), at).await?;
    Ok(())
}

impl ActiveCampaign<'_> {
    /// Puts a customer on the account's list, or on every one, with the tag of his kind.
    pub(super) async fn subscribe(&self, errand: &mut Errand<'_>, customer: &Customer) -> Result<(), Hitch> {
        let list = self
            .settings
            .newsletter_list
            .as_deref()
            .ok_or(SkipReason::NoList)?;
        let email = customer.email.as_ref().ok_or(SkipReason::NoEmail)?;
        errand.check_deletion(customer).await?;
        check_opposite(errand, WITHDRAWN, email).await?;
        let session = &mut errand.session;
        let contact = self.sync(session, customer, email).await?;
        let lists = if list == ALL {
            self.all_lists(session).await?
        } else {
            vec![list.to_owned()]
        };
        for list in &lists {
            self.set_list(session, &contact, list, Consent::Given).await?;
        }
        let tag = match customer.customer_type {
            CustomerType::Private => &self.settings.tag_private,
            CustomerType::Company => &self.settings.tag_company,
        };
        if let Some(tag) = tag {
            self.put_tag(session, &contact, tag).await?;
        }
        session.learn(FactKind::RemoteId, &contact);
        note_said(errand, GIVEN, email).await
    }

    /// Takes a customer off the account's list, or off every one that he is on. His data stay. Somebody who is not there
    /// is on no list.
    pub(super) async fn unsubscribe(
        &self,
        errand: &mut Errand<'_>,
        customer: &Customer,
    ) -> Result<(), Hitch> {
        let list = self
            .settings
            .newsletter_list
            .as_deref()
            .ok_or(SkipReason::NoList)?;
        let email = customer.email.as_ref().ok_or(SkipReason::NoEmail)?;
        errand.check_deletion(customer).await?;
        check_opposite(errand, GIVEN, email).await?;
        note_said(errand, WITHDRAWN, email).await?;
        let session = &mut errand.session;
        let Some(contact) = self.find_contact(session, email, is_there).await? else {
            return Ok(());
        };
        let lists = if list == ALL {
            self.lists_of(session, &contact).await?
        } else {
            vec![list.to_owned()]
        };
        for list in &lists {
            self.set_list(session, &contact, list, Consent::Withdrawn).await?;
        }
        session.learn(FactKind::RemoteId, &contact);
        Ok(())
    }

    /// The ids of all lists (<https://developers.activecampaign.com/reference/retrieve-all-lists>).
    async fn all_lists(&self, session: &mut Session<'_>) -> Result<Vec<String>, Fault> {
        let mut all = Vec::new();
        for page in 0..PAGES_MAX {
            let (limit, offset) = place(page);
            let call = Call::get("/api/3/lists".into())
                .query("limit", &limit)
                .query("offset", &offset);
            let rows: Vec<List> = self
                .rows(
                    session,
                    call,
                    "lists",
                    Permission::ReadLists,
                    || json!({ "lists": [{ "id": "‹list›" }] }),
                )
                .await?;
            for row in &rows {
                all.push(id(&row.id)?);
            }
            if rows.len() < PAGE_VALUES {
                break;
            }
        }
        Ok(all)
    }

    /// The ids of the lists that a contact is on (the `contactLists` of
    /// <https://developers.activecampaign.com/reference/get-contact>).
    async fn lists_of(&self, session: &mut Session<'_>, contact: &str) -> Result<Vec<String>, Fault> {
        let mut all = Vec::new();
        for page in 0..PAGES_MAX {
            let (limit, offset) = place(page);
            let call = Call::get(format!("/api/3/contacts/{contact}/contactLists"))
                .query("limit", &limit)
                .query("offset", &offset);
            let rows: Vec<Subscription> = self
                .rows(
                    session,
                    call,
                    "contactLists",
                    Permission::ReadLists,
                    || json!({ "contactLists": [{ "list": "‹list›", "status": "1" }] }),
                )
                .await?;
            for row in &rows {
                let list = id(&row.list)?;
                // A platform that does not turn the page says the same again.
                if row.status.show() != Consent::Withdrawn.status().to_string() && !all.contains(&list) {
                    all.push(list);
                }
            }
            if rows.len() < PAGE_VALUES {
                break;
            }
        }
        Ok(all)
    }

    /// Puts a contact on a list or takes him off it
    /// (<https://developers.activecampaign.com/reference/update-list-status-for-contact>). A consent counts although he has
    /// left before: the event is a fresh one, and `sourceid` 4 says so.
    async fn set_list(
        &self,
        session: &mut Session<'_>,
        contact: &str,
        list: &str,
        consent: Consent,
    ) -> Result<(), Fault> {
        let mut place = json!({ "list": list, "contact": contact, "status": consent.status() });
        if let Consent::Given = consent {
            place["sourceid"] = json!(4);
        }
        let call = Call::post("/api/3/contactLists".into(), json!({ "contactList": place }));
        let answer = self.ask(session, call, || json!({})).await?;
        self.members(session, &answer, Permission::Other).await?;
        Ok(())
    }
}

/// Limit and offset of a page.
fn place(page: usize) -> (String, String) {
    (PAGE_VALUES.to_string(), (page * PAGE_VALUES).to_string())
}

#[derive(Clone, Copy)]
enum Consent {
    Given,
    Withdrawn,
}

impl Consent {
    const fn status(self) -> u8 {
        match self {
            Self::Given => 1,
            Self::Withdrawn => 2,
        }
    }
}

#[derive(Deserialize)]
struct List {
    id: Number,
}

#[derive(Deserialize)]
struct Subscription {
    list: Number,
    status: Number,
}
