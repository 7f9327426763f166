//! Clerk.io, API version 2. The call that checks the keys is described on no public page: it is what the vendor's own
//! Magento 2 extension calls (`keysValid()` in `Model/Api.php` of <https://github.com/clerkio/clerk-magento2>).

mod api;
mod catalogue;
mod customer;
mod order;
mod route;

use async_trait::async_trait;
use domain::platform::ClerkSettings;
use domain::{ApiUrl, EventKind, FactKind, Fault, SkipReason, StepKind};
use events::Payload;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::connector::Connector;
use crate::errand::{Errand, Hitch};
use crate::http::{Answer, Call};
use crate::remote::Secrets;
use crate::session::Session;
use crate::trail::Trail;

pub(crate) struct Clerk<'a> {
    settings: &'a ClerkSettings,
    secrets: &'a Secrets,
}

impl<'a> Clerk<'a> {
    pub(crate) const fn new(settings: &'a ClerkSettings, secrets: &'a Secrets) -> Self {
        Self { settings, secrets }
    }
}

#[async_trait]
impl Connector for Clerk<'_> {
    fn base(&self) -> Option<&ApiUrl> {
        Some(&self.settings.api_base_url)
    }

    /// Both keys stand in the query; neither is shown.
    fn words(&self) -> Vec<&str> {
        vec![&self.settings.public_key]
    }

    async fn verify(&self, session: &mut Session<'_>, trail: &mut Trail<'_>) -> Result<(), Fault> {
        let call = Call::get("/client/account/info".into())
            .query("key", &self.settings.public_key)
            .query("private_key", self.secrets.expose("private_key"));
        let answer = session.call(&call).await?;
        let account = account(session, &answer)?;
        trail.pass();
        trail.skip(StepKind::Permissions);
        let said = identity(&account);
        if said.is_empty() {
            trail.skip(StepKind::Resource);
        } else {
            trail.begin(StepKind::Resource);
            for words in said {
                session.learn(FactKind::Store, words);
            }
            trail.pass();
        }
        Ok(())
    }

    async fn deliver(&self, errand: &mut Errand<'_>) -> Result<(), Hitch> {
        match (errand.parcel.kind, errand.parcel.payload) {
            (EventKind::CustomerRegistered | EventKind::CustomerUpdated, Payload::Customer(customer)) => {
                self.send_customer(errand, customer).await
            }
            (EventKind::CustomerDeleted, Payload::CustomerDeleted(customer)) => {
                self.delete_customer(errand, customer).await
            }
            (
                EventKind::OrderPlaced | EventKind::OrderStateChanged | EventKind::OrderPaymentConfirmed,
                Payload::Order(order),
            ) => self.send_order(errand, order).await,
            (EventKind::ProductCreated | EventKind::ProductUpdated, Payload::Product(product)) => {
                self.send_product(errand, product).await
            }
            (EventKind::CategoryCreated | EventKind::CategoryUpdated, Payload::Category(category)) => {
                self.send_category(errand, category).await
            }
            (EventKind::PageCreated | EventKind::PageUpdated, Payload::Page(page)) => {
                self.send_page(errand, page).await
            }
            (EventKind::ProductDeleted, Payload::Removed(removed)) => {
                self.delete_product(errand, removed).await
            }
            (EventKind::CategoryDeleted, Payload::Removed(removed)) => {
                self.delete(errand, "categories", removed.id.as_str()).await
            }
            (EventKind::PageDeleted, Payload::Removed(removed)) => {
                self.delete(errand, "pages", removed.id.as_str()).await
            }
            _ => Err(SkipReason::NotUsed.into()),
        }
    }
}

/// The answer, if it is a success. Its `status` decides, not only the one of HTTP
/// (<https://docs.clerk.io/docs/errors>).
fn account(session: &mut Session<'_>, answer: &Answer) -> Result<Map<String, Value>, Fault> {
    let code = u32::from(answer.status);
    if let Some(problem) = answer
        .error::<Problem>()
        .filter(|problem| problem.status == "error")
    {
        if let Some(Value::String(id)) = &problem.id {
            session.name_request(id);
        }
        return Err(match problem.kind.as_deref() {
            Some("AuthenticationError") => Fault::CredentialsRejected { code },
            Some("InternalError") => Fault::PlatformDown {
                status: answer.status,
            },
            _ => answer.common_fault().unwrap_or_else(|| Fault::Refused {
                code,
                message: session.words(&problem.message.unwrap_or_default()),
            }),
        });
    }
    match answer.status {
        200..=299 => {
            let account: Map<String, Value> = answer.json()?;
            if account.get("status").and_then(Value::as_str) == Some("ok") {
                Ok(account)
            } else {
                Err(Fault::Malformed)
            }
        }
        401 | 403 if !answer.is_page() => Err(Fault::CredentialsRejected { code }),
        status => Err(answer.common_fault().unwrap_or(Fault::NotThisApi { status })),
    }
}

/// What the answer says of the store. Its fields are documented nowhere: names that suggest themselves are taken where
/// they stand, at the top or in an object that is named after the store, and none is missed.
fn identity(account: &Map<String, Value>) -> Vec<&str> {
    const NAMES: [&str; 4] = ["name", "store", "domain", "url"];
    const OBJECTS: [&str; 4] = ["store", "account", "client", "result"];
    let objects = OBJECTS
        .iter()
        .filter_map(|name| account.get(*name).and_then(Value::as_object));
    let mut said: Vec<&str> = Vec::new();
    for object in std::iter::once(account).chain(objects) {
        for words in NAMES
            .iter()
            .filter_map(|name| object.get(*name).and_then(Value::as_str))
        {
            if !words.trim().is_empty() && !said.contains(&words) {
                said.push(words);
            }
        }
    }
    said
}

#[derive(Deserialize)]
struct Problem {
    status: String,
    message: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    id: Option<Value>,
}
