//! Meta's Cloud API (<https://developers.facebook.com/docs/whatsapp/cloud-api>).

use async_trait::async_trait;
use domain::platform::WhatsAppSettings;
use domain::{ApiUrl, FactKind, Fault, Lookup, Permission, RemoteThing, RemoteValue, StepKind};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::template;
use crate::connector::{Connector, Setback};
use crate::http::{Answer, Call};
use crate::remote::Secrets;
use crate::session::Session;
use crate::trail::Trail;

/// Values on a page.
const PAGE_VALUES: &str = "100";
/// Most pages that are read.
const PAGES_MAX: usize = 10;

pub(crate) struct Meta<'a> {
    settings: &'a WhatsAppSettings,
    secrets: &'a Secrets,
}

/// What a call is about: it decides what a refusal means.
#[derive(Clone, Copy)]
struct Subject {
    permission: Permission,
    thing: RemoteThing,
}

const NUMBER: Subject = Subject {
    permission: Permission::SendMessages,
    thing: RemoteThing::Number,
};
const BUSINESS_ACCOUNT: Subject = Subject {
    permission: Permission::ReadTemplates,
    thing: RemoteThing::BusinessAccount,
};

impl<'a> Meta<'a> {
    pub(crate) const fn new(settings: &'a WhatsAppSettings, secrets: &'a Secrets) -> Self {
        Self { settings, secrets }
    }

    async fn read<T: DeserializeOwned>(
        &self,
        session: &mut Session<'_>,
        path: String,
        query: &[(&'static str, &str)],
        subject: Subject,
    ) -> Result<T, Fault> {
        let version = self.settings.graph_version.as_deref().unwrap_or_default();
        let token = self.secrets.expose("access_token");
        let mut call =
            Call::get(format!("/{version}/{path}")).header("authorization", format!("Bearer {token}"));
        for (name, value) in query {
            call = call.query(name, value);
        }
        let answer = session.call(&call).await?;
        if answer.is_success() {
            answer.json()
        } else {
            Err(refusal(session, &answer, subject))
        }
    }

    /// Everything in a list of the business account, page after page
    /// (<https://developers.facebook.com/docs/graph-api/results>).
    async fn pages<T: DeserializeOwned>(
        &self,
        session: &mut Session<'_>,
        list: &str,
        fields: &str,
    ) -> Result<Vec<T>, Fault> {
        let account = self.settings.waba_id.as_deref().unwrap_or_default();
        let mut all = Vec::new();
        let mut after = None;
        for _ in 0..PAGES_MAX {
            let mut query = vec![("fields", fields), ("limit", PAGE_VALUES)];
            query.extend(after.as_deref().map(|after| ("after", after)));
            let page: Page<T> = self
                .read(session, format!("{account}/{list}"), &query, BUSINESS_ACCOUNT)
                .await?;
            all.extend(page.data);
            after = page.paging.and_then(Paging::after);
            if after.is_none() {
                break;
            }
        }
        Ok(all)
    }

    async fn approved(&self, session: &mut Session<'_>) -> Result<Vec<Template>, Fault> {
        let mut templates: Vec<Template> = self
            .pages(session, "message_templates", "name,language,status")
            .await?;
        templates.retain(|template| template.status == "APPROVED");
        Ok(templates)
    }
}

#[async_trait]
impl Connector for Meta<'_> {
    fn base(&self) -> Option<&ApiUrl> {
        self.settings.graph_url.as_ref()
    }

    /// The number shows that the token is good, the templates what it may read. Both things that the account names are
    /// found on the way: a missing one is a failure of the last step.
    async fn verify(&self, session: &mut Session<'_>, trail: &mut Trail<'_>) -> Result<(), Fault> {
        let path = self.settings.phone_number_id.clone().unwrap_or_default();
        let fields = [("fields", "display_phone_number,verified_name,quality_rating")];
        let number: Number = match self.read(session, path, &fields, NUMBER).await {
            Ok(number) => number,
            Err(fault) => {
                turn_to_step_of(&fault, trail);
                return Err(fault);
            }
        };
        session.learn(FactKind::Number, &number.shown);
        session.learn(FactKind::DisplayName, &number.verified_name.unwrap_or_default());
        session.learn(FactKind::Quality, &number.quality_rating.unwrap_or_default());
        trail.pass();
        trail.begin(StepKind::Permissions);
        match self.approved(session).await {
            Ok(approved) => session.learn(FactKind::ApprovedTemplates, &approved.len().to_string()),
            Err(fault) => {
                if matches!(fault, Fault::NotFound { .. }) {
                    trail.begin(StepKind::Resource);
                }
                return Err(fault);
            }
        }
        trail.pass();
        trail.begin(StepKind::Resource);
        trail.pass();
        Ok(())
    }

    async fn look_up(&self, session: &mut Session<'_>, lookup: Lookup) -> Result<Vec<RemoteValue>, Setback> {
        let mut values: Vec<RemoteValue> = match lookup {
            Lookup::Numbers => {
                let numbers: Vec<Number> = self
                    .pages(session, "phone_numbers", "id,display_phone_number,verified_name")
                    .await?;
                numbers
                    .into_iter()
                    .map(|number| RemoteValue {
                        id: number.id,
                        name: number.shown,
                        note: number.verified_name.unwrap_or_default(),
                    })
                    .collect()
            }
            Lookup::Templates => {
                let templates = self.approved(session).await?;
                templates
                    .into_iter()
                    .map(|found| template(found.name, found.language))
                    .collect()
            }
            Lookup::Lists | Lookup::Tags | Lookup::Fields | Lookup::Chats => return Err(Setback::NotOffered),
        };
        session.clean(&mut values);
        Ok(values)
    }
}

/// The first call answers for three steps: a refusal of anything but the token passes the first.
fn turn_to_step_of(fault: &Fault, trail: &mut Trail<'_>) {
    let step = match fault {
        Fault::PermissionMissing { .. } => StepKind::Permissions,
        Fault::NotFound { .. } => StepKind::Resource,
        _ => return,
    };
    trail.pass();
    trail.begin(step);
}

/// What an error means, by its code
/// (<https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes>).
fn refusal(session: &mut Session<'_>, answer: &Answer, subject: Subject) -> Fault {
    let Some(Refusal { error }) = answer.error() else {
        return match (answer.common_fault(), answer.status) {
            (Some(fault), _) => fault,
            (None, status @ (401 | 403)) if !answer.is_page() => {
                Fault::CredentialsRejected { code: status.into() }
            }
            (None, status) => Fault::NotThisApi { status },
        };
    };
    if let Some(id) = &error.fbtrace_id {
        session.name_request(id);
    }
    let code = error.code;
    match code {
        0 | 104 | 190 => Fault::CredentialsRejected { code },
        3 | 10 | 200..=299 => Fault::PermissionMissing {
            what: subject.permission,
        },
        100 | 803 => Fault::NotFound { what: subject.thing },
        368 | 131_031 | 131_042 => Fault::AccountBlocked { code },
        4 | 80_007 | 130_429 => Fault::RateLimited {
            wait_s: answer.retry_after_s,
        },
        1 | 2 | 131_000 => Fault::PlatformDown {
            status: answer.status,
        },
        _ => match (answer.common_fault(), answer.status) {
            (Some(fault), _) => fault,
            (None, 401) => Fault::CredentialsRejected { code },
            (None, 404) => Fault::NotFound { what: subject.thing },
            (None, _) => Fault::Refused {
                code,
                message: session.words(&error.message),
            },
        },
    }
}

#[derive(Deserialize)]
struct Number {
    id: String,
    #[serde(rename = "display_phone_number")]
    shown: String,
    verified_name: Option<String>,
    quality_rating: Option<String>,
}

#[derive(Deserialize)]
struct Template {
    name: String,
    #[serde(default)]
    language: String,
    status: String,
}

#[derive(Deserialize)]
struct Page<T> {
    data: Vec<T>,
    paging: Option<Paging>,
}

#[derive(Deserialize)]
struct Paging {
    cursors: Option<Cursors>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Cursors {
    after: Option<String>,
}

impl Paging {
    /// Where the next page begins. The last page has a cursor too, but no `next`; that address itself is not used, since
    /// it may hold the token.
    fn after(self) -> Option<String> {
        self.next?;
        self.cursors?.after
    }
}

#[derive(Deserialize)]
struct Refusal {
    error: Problem,
}

#[derive(Deserialize)]
struct Problem {
    code: u32,
    #[serde(default)]
    message: String,
    fbtrace_id: Option<String>,
}
