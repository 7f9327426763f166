//! Hosts that tell a platform that is down from a panel without a network: whoever reaches one of them is on the Internet.

use std::str::FromStr;
use std::time::Duration;

use domain::{AddressRule, ApiUrl, Fault, Host};
use thiserror::Error;
use tokio::time::timeout;

use crate::Platforms;
use crate::http::{Destination, shake_hands};

/// The longest that all of them together are waited for.
const WITNESSES_TIMEOUT: Duration = Duration::from_secs(3);

/// A host that is reached without saying anything to it: `api.example.com`, with a port unless it is 443.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness(ApiUrl);

/// It is no host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not the name of a host")]
pub struct WitnessError;

impl FromStr for Witness {
    type Err = WitnessError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const RULE: AddressRule = AddressRule {
            http_allowed: false,
            expand: None,
            strip_suffix: None,
        };
        let url = ApiUrl::parse(&format!("https://{text}"), &RULE).map_err(|_| WitnessError)?;
        // Nothing but a host: what stands behind it would be left out unsaid.
        let is_bare = url.as_str() == format!("https://{}", url.host().as_str());
        is_bare.then_some(Self(url)).ok_or(WitnessError)
    }
}

impl Platforms {
    /// Whether the witnesses say anything about `host`. About one of the own network they do not, nor do real ones about a
    /// fake platform.
    pub fn has_witnesses(&self, host: &Host) -> bool {
        let is_of_its_kind = |witness: &Witness| witness.0.host().is_sandbox() == host.is_sandbox();
        !self.is_own_host(host) && self.options.witnesses.iter().any(is_of_its_kind)
    }

    /// Whether a witness is reached, TLS included, within three seconds. They are asked one after the other until one is.
    pub async fn reach_witness(&self) -> bool {
        let witnesses = &self.options.witnesses;
        let share = WITNESSES_TIMEOUT / u32::try_from(witnesses.len()).unwrap_or(u32::MAX).max(1);
        for witness in witnesses {
            if matches!(timeout(share, self.reach(witness, share)).await, Ok(Ok(()))) {
                return true;
            }
        }
        false
    }

    async fn reach(&self, witness: &Witness, limit: Duration) -> Result<(), Fault> {
        let found = Destination::of(Some(&witness.0), &self.options)?
            .look_up(self.resolver.as_ref(), limit)
            .await?;
        let settings = self.trust.settings(&found).await?;
        shake_hands(&found, Some(settings), limit).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_witness_is_a_host_and_nothing_else() {
        for host in [
            "api.example.com",
            "api.example.com:8443",
            "192.0.2.1",
            "api.example.com:443",
        ] {
            assert!(host.parse::<Witness>().is_ok(), "{host}");
        }
        for wrong in [
            "",
            "nobody",
            "https://api.example.com",
            "api.example.com/path",
            "api.example.com?query",
            "ada@api.example.com",
            "api example",
        ] {
            assert_eq!(wrong.parse::<Witness>(), Err(WitnessError), "{wrong}");
        }
    }
}
