//! Which host is called.

use domain::{Platform, SANDBOX_SUFFIX};

/// The host of the sample `ActiveCampaign` account. Any other name before `.activecampaign.sandbox.test` is an account
/// of its own, with the same key.
pub const ACTIVECAMPAIGN_HOST: &str = "negozio.activecampaign.sandbox.test";
/// The host of Clerk.io.
pub const CLERK_HOST: &str = "api.clerk.sandbox.test";
/// The host of Meta's Graph API.
pub const GRAPH_HOST: &str = "graph.whatsapp.sandbox.test";
/// The host of the WhatsApp gateway.
pub const GATEWAY_HOST: &str = "gateway.whatsapp.sandbox.test";
/// The host of Telegram's Bot API.
pub const TELEGRAM_HOST: &str = "api.telegram.sandbox.test";

/// A host of the sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// `ActiveCampaign`.
    ActiveCampaign {
        /// The name before `.activecampaign.sandbox.test`.
        account: String,
    },
    /// Clerk.io.
    Clerk,
    /// Meta's Graph API.
    Graph,
    /// The gateway.
    Gateway,
    /// Telegram.
    Telegram,
}

impl Endpoint {
    /// The endpoint of a host name, with or without a port; in any case, as names are.
    pub(crate) fn of(host: &str) -> Option<Self> {
        let name = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
        match name.as_str() {
            CLERK_HOST => return Some(Self::Clerk),
            GRAPH_HOST => return Some(Self::Graph),
            GATEWAY_HOST => return Some(Self::Gateway),
            TELEGRAM_HOST => return Some(Self::Telegram),
            _ => {}
        }
        let account = name
            .strip_suffix(SANDBOX_SUFFIX)?
            .strip_suffix(".activecampaign")?;
        (!account.is_empty() && !account.contains('.')).then(|| Self::ActiveCampaign {
            account: account.to_owned(),
        })
    }

    /// Whose faults it has.
    pub(crate) const fn platform(&self) -> Platform {
        match self {
            Self::ActiveCampaign { .. } => Platform::ActiveCampaign,
            Self::Clerk => Platform::Clerk,
            Self::Graph | Self::Gateway => Platform::WaSmartBusiness,
            Self::Telegram => Platform::Telegram,
        }
    }
}
