//! A gateway to WA Smart Business, which publishes no API: the contract is ours, `docs/whatsapp-gateway.md`.

use async_trait::async_trait;
use domain::platform::WhatsAppSettings;
use domain::{ApiUrl, FactKind, Fault, Lookup, Permission, RemoteValue, StepKind};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::template;
use crate::connector::{Connector, Setback};
use crate::http::{Answer, Call};
use crate::remote::Secrets;
use crate::session::Session;
use crate::trail::Trail;

pub(crate) struct Gateway<'a> {
    settings: &'a WhatsAppSettings,
    secrets: &'a Secrets,
}

impl<'a> Gateway<'a> {
    pub(crate) const fn new(settings: &'a WhatsAppSettings, secrets: &'a Secrets) -> Self {
        Self { settings, secrets }
    }

    async fn read<T: DeserializeOwned>(
        &self,
        session: &mut Session<'_>,
        path: &str,
        permission: Permission,
    ) -> Result<T, Fault> {
        let token = self.secrets.expose("access_token");
        let call = Call::get(path.to_owned()).header("authorization", format!("Bearer {token}"));
        let answer = session.call(&call).await?;
        if answer.is_success() {
            answer.json()
        } else {
            Err(refusal(session, &answer, permission))
        }
    }

    async fn templates(&self, session: &mut Session<'_>) -> Result<Vec<Template>, Fault> {
        let list: Templates = self
            .read(session, "/v1/templates", Permission::ReadTemplates)
            .await?;
        Ok(list.templates)
    }
}

#[async_trait]
impl Connector for Gateway<'_> {
    fn base(&self) -> Option<&ApiUrl> {
        self.settings.gateway_url.as_ref()
    }

    async fn verify(&self, session: &mut Session<'_>, trail: &mut Trail<'_>) -> Result<(), Fault> {
        let account: Account = match self.read(session, "/v1/account", Permission::SendMessages).await {
            Ok(account) => account,
            Err(fault) => {
                if matches!(fault, Fault::PermissionMissing { .. }) {
                    trail.pass();
                    trail.begin(StepKind::Permissions);
                }
                return Err(fault);
            }
        };
        session.learn(FactKind::Number, &account.number);
        session.learn(FactKind::DisplayName, &account.name);
        trail.pass();
        trail.begin(StepKind::Permissions);
        let templates = self.templates(session).await?;
        session.learn(FactKind::ApprovedTemplates, &templates.len().to_string());
        trail.pass();
        trail.skip(StepKind::Resource);
        Ok(())
    }

    async fn look_up(&self, session: &mut Session<'_>, lookup: Lookup) -> Result<Vec<RemoteValue>, Setback> {
        if lookup != Lookup::Templates {
            return Err(Setback::NotOffered);
        }
        let templates = self.templates(session).await?;
        let mut values = templates
            .into_iter()
            .map(|found| template(found.name, found.language))
            .collect::<Vec<_>>();
        session.clean(&mut values);
        Ok(values)
    }
}

fn refusal(session: &Session<'_>, answer: &Answer, what: Permission) -> Fault {
    if let Some(fault) = answer.common_fault() {
        return fault;
    }
    match (answer.status, answer.error::<Problem>()) {
        (status, _) if answer.is_page() => Fault::NotThisApi { status },
        (401, _) => Fault::CredentialsRejected { code: 401 },
        (403, _) => Fault::PermissionMissing { what },
        (404, _) => Fault::NotThisApi { status: 404 },
        (status, Some(problem)) => Fault::Refused {
            code: status.into(),
            message: session.words(&problem.detail.or(problem.title).unwrap_or_default()),
        },
        (status, None) => Fault::NotThisApi { status },
    }
}

#[derive(Deserialize)]
struct Account {
    name: String,
    number: String,
}

#[derive(Deserialize)]
struct Templates {
    templates: Vec<Template>,
}

#[derive(Deserialize)]
struct Template {
    name: String,
    language: String,
}

/// RFC 9457.
#[derive(Deserialize)]
struct Problem {
    title: Option<String>,
    detail: Option<String>,
}
