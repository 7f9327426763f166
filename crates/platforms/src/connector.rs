//! What every platform's module does.

use async_trait::async_trait;
use domain::platform::Transport;
use domain::{ApiUrl, Fact, Fault, Lookup, RemoteValue, Settings, SkipReason};

use crate::activecampaign::ActiveCampaign;
use crate::clerk::Clerk;
use crate::errand::{Errand, Hitch};
use crate::remote::Remote;
use crate::session::Session;
use crate::telegram::Telegram;
use crate::trail::Trail;
use crate::whatsapp::{Gateway, Meta};

/// Why a lookup or a test message did not come about.
pub(crate) enum Setback {
    /// This platform has no such thing.
    NotOffered,
    /// It was tried and failed.
    Fault(Fault),
}

impl From<Fault> for Setback {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// One platform's calls.
#[async_trait]
pub(crate) trait Connector: Send + Sync {
    /// The address that every call starts with; `None` where the settings have none.
    fn base(&self) -> Option<&ApiUrl>;

    /// Words that are redacted although they are no secrets, or parts of secrets.
    fn words(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Takes the steps from the credentials on; that step has begun. Steps that are not needed are skipped.
    async fn verify(&self, session: &mut Session<'_>, trail: &mut Trail<'_>) -> Result<(), Fault>;

    /// The values offered for a field.
    async fn look_up(&self, _: &mut Session<'_>, _: Lookup) -> Result<Vec<RemoteValue>, Setback> {
        Err(Setback::NotOffered)
    }

    /// Sends `text` as a test; tells where it went.
    async fn send_test_message(&self, _: &mut Session<'_>, _: &str) -> Result<Vec<Fact>, Setback> {
        Err(Setback::NotOffered)
    }

    /// Delivers an event. Every call goes through [`Session::ask`], so that the same code tells what it would do.
    async fn deliver(&self, _: &mut Errand<'_>) -> Result<(), Hitch> {
        Err(SkipReason::NotUsed.into())
    }
}

/// The connector of an account.
pub(crate) fn of<'a>(remote: &Remote<'a>) -> Box<dyn Connector + 'a> {
    match remote.settings {
        Settings::ActiveCampaign(settings) => Box::new(ActiveCampaign::new(settings, remote.secrets)),
        Settings::Clerk(settings) => Box::new(Clerk::new(settings, remote.secrets)),
        Settings::WaSmartBusiness(settings) => match settings.transport {
            Transport::WaSmartBusiness => Box::new(Gateway::new(settings, remote.secrets)),
            Transport::MetaCloudApi => Box::new(Meta::new(settings, remote.secrets)),
        },
        Settings::Telegram(settings) => Box::new(Telegram::new(settings, remote.secrets)),
    }
}
