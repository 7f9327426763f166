//! ActiveCampaign, API version 3 (<https://developers.activecampaign.com/reference/overview>).

mod api;
mod cart;
mod contact;
mod deep_data;
mod newsletter;
mod order;

use async_trait::async_trait;
use domain::platform::ActiveCampaignSettings;
use domain::{ApiUrl, EventKind, FactKind, Fault, Lookup, Permission, RemoteValue, SkipReason, StepKind};
use events::Payload;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::connector::{Connector, Setback};
use crate::errand::{Errand, Hitch};
use crate::http::{Answer, Call, Number};
use crate::remote::Secrets;
use crate::session::Session;
use crate::trail::Trail;

/// Values on a page of a lookup; the vendor's maximum
/// (<https://developers.activecampaign.com/reference/pagination>).
const PAGE_VALUES: usize = 100;
/// Most pages of a lookup.
const PAGES_MAX: usize = 10;

pub(crate) struct ActiveCampaign<'a> {
    settings: &'a ActiveCampaignSettings,
    secrets: &'a Secrets,
}

impl<'a> ActiveCampaign<'a> {
    pub(crate) const fn new(settings: &'a ActiveCampaignSettings, secrets: &'a Secrets) -> Self {
        Self { settings, secrets }
    }

    /// Reads `path`; a refusal of a good key means that `permission` is missing.
    async fn read<T: DeserializeOwned>(
        &self,
        session: &mut Session<'_>,
        path: String,
        query: &[(&'static str, &str)],
        permission: Option<Permission>,
    ) -> Result<T, Fault> {
        let key = self.secrets.expose("api_key").to_owned();
        let mut call = Call::get(format!("/api/3{path}")).header("api-token", key);
        for (name, value) in query {
            call = call.query(name, value);
        }
        let answer = session.call(&call).await?;
        if answer.is_success() {
            answer.json()
        } else {
            Err(refusal(session, &answer, permission))
        }
    }

    async fn values<T: DeserializeOwned>(
        &self,
        session: &mut Session<'_>,
        path: &str,
        permission: Permission,
        values: impl Fn(T) -> Vec<RemoteValue>,
    ) -> Result<Vec<RemoteValue>, Fault> {
        let mut all = Vec::new();
        for page in 0..PAGES_MAX {
            let limit = PAGE_VALUES.to_string();
            let offset = (page * PAGE_VALUES).to_string();
            let query = [("limit", limit.as_str()), ("offset", offset.as_str())];
            let found = values(
                self.read(session, path.to_owned(), &query, Some(permission))
                    .await?,
            );
            let is_last = found.len() < PAGE_VALUES;
            all.extend(found);
            if is_last {
                break;
            }
        }
        Ok(all)
    }
}

#[async_trait]
impl Connector for ActiveCampaign<'_> {
    fn base(&self) -> Option<&ApiUrl> {
        Some(&self.settings.api_url)
    }

    /// `users/me` shows whose key it is; lists and connections are what the account will read.
    async fn verify(&self, session: &mut Session<'_>, trail: &mut Trail<'_>) -> Result<(), Fault> {
        let me: Me = self.read(session, "/users/me".into(), &[], None).await?;
        session.learn(FactKind::User, &me.user.username.unwrap_or_default());
        session.learn(FactKind::Email, &me.user.email.unwrap_or_default());
        trail.pass();
        trail.begin(StepKind::Permissions);
        let one = [("limit", "1")];
        let lists: Counted = self
            .read(session, "/lists".into(), &one, Some(Permission::ReadLists))
            .await?;
        session.learn(FactKind::Lists, &lists.meta.total.show());
        let connections: Counted = self
            .read(
                session,
                "/connections".into(),
                &one,
                Some(Permission::ReadConnections),
            )
            .await?;
        session.learn(FactKind::Connections, &connections.meta.total.show());
        trail.pass();
        trail.skip(StepKind::Resource);
        Ok(())
    }

    async fn look_up(&self, session: &mut Session<'_>, lookup: Lookup) -> Result<Vec<RemoteValue>, Setback> {
        let mut values = match lookup {
            Lookup::Lists => {
                self.values(session, "/lists", Permission::ReadLists, |page: Lists| {
                    page.lists
                        .into_iter()
                        .map(|list| value(&list.id, list.name))
                        .collect()
                })
                .await?
            }
            Lookup::Tags => {
                self.values(session, "/tags", Permission::Other, |page: Tags| {
                    page.tags.into_iter().map(|tag| value(&tag.id, tag.tag)).collect()
                })
                .await?
            }
            Lookup::Fields => {
                self.values(session, "/fields", Permission::Other, |page: Fields| {
                    page.fields.into_iter().map(Field::value).collect()
                })
                .await?
            }
            Lookup::Chats | Lookup::Numbers | Lookup::Templates => return Err(Setback::NotOffered),
        };
        session.clean(&mut values);
        Ok(values)
    }

    async fn deliver(&self, errand: &mut Errand<'_>) -> Result<(), Hitch> {
        match (errand.parcel.kind, errand.parcel.payload) {
            (EventKind::CustomerRegistered | EventKind::CustomerUpdated, Payload::Customer(customer)) => {
                self.update_contact(errand, customer).await
            }
            (EventKind::NewsletterSubscribed, Payload::Customer(customer)) => {
                self.subscribe(errand, customer).await
            }
            (EventKind::NewsletterUnsubscribed, Payload::Customer(customer)) => {
                self.unsubscribe(errand, customer).await
            }
            (EventKind::CustomerDeleted, Payload::CustomerDeleted(customer)) => {
                self.delete_contact(errand, customer).await
            }
            (EventKind::CartUpdated, Payload::Cart(cart)) => self.send_cart(errand, cart).await,
            (EventKind::OrderPlaced, Payload::Order(order)) => self.send_order(errand, order).await,
            _ => Err(SkipReason::NotUsed.into()),
        }
    }
}

/// What a status other than success means. A missing or unknown key is answered with 403 as well as with 401
/// (<https://developers.activecampaign.com/reference/authentication>).
fn refusal(session: &Session<'_>, answer: &Answer, permission: Option<Permission>) -> Fault {
    if let Some(fault) = answer.common_fault() {
        return fault;
    }
    match (answer.status, permission) {
        (status, _) if answer.is_page() => Fault::NotThisApi { status },
        (403, Some(what)) => Fault::PermissionMissing { what },
        (401 | 403, _) => Fault::CredentialsRejected {
            code: answer.status.into(),
        },
        // Of the remote account's payment (https://developers.activecampaign.com/reference/errors)
        (402, _) => Fault::AccountBlocked { code: 402 },
        (status @ 404, _) => Fault::NotThisApi { status },
        (status, _) => match answer.error::<Problem>() {
            Some(problem) => Fault::Refused {
                code: status.into(),
                message: session.words(&problem.words()),
            },
            None => Fault::NotThisApi { status },
        },
    }
}

fn value(id: &Number, name: String) -> RemoteValue {
    RemoteValue {
        id: id.show(),
        name,
        note: String::new(),
    }
}

/// <https://developers.activecampaign.com/reference/get-user-loggedin>
#[derive(Deserialize)]
struct Me {
    user: User,
}

#[derive(Deserialize)]
struct User {
    username: Option<String>,
    email: Option<String>,
}

#[derive(Deserialize)]
struct Counted {
    meta: Meta,
}

#[derive(Deserialize)]
struct Meta {
    total: Number,
}

#[derive(Deserialize)]
struct Lists {
    lists: Vec<List>,
}

#[derive(Deserialize)]
struct List {
    id: Number,
    name: String,
}

#[derive(Deserialize)]
struct Tags {
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
struct Tag {
    id: Number,
    tag: String,
}

/// <https://developers.activecampaign.com/reference/retrieve-fields>
#[derive(Deserialize)]
struct Fields {
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct Field {
    id: Number,
    title: String,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl Field {
    fn value(self) -> RemoteValue {
        RemoteValue {
            note: self.kind.unwrap_or_default(),
            ..value(&self.id, self.title)
        }
    }
}

/// Either form of an error.
#[derive(Deserialize)]
struct Problem {
    message: Option<String>,
    #[serde(default)]
    errors: Vec<ProblemDetail>,
}

#[derive(Deserialize)]
struct ProblemDetail {
    code: Option<Value>,
    title: Option<String>,
    detail: Option<String>,
}

impl Problem {
    fn words(self) -> String {
        let detail = self
            .errors
            .into_iter()
            .find_map(|error| error.detail.filter(|detail| !detail.is_empty()).or(error.title));
        detail.or(self.message).unwrap_or_default()
    }
}
