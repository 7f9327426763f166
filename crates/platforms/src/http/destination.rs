//! Where an account's calls go: checked before anything is sent.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use domain::{AddressRefusal, ApiUrl, Fault, SANDBOX_SUFFIX};
use tokio::time::timeout;
use url::{Host, Url};

use super::allowed::{AllowedHost, refused};
use super::resolver::{NameError, Resolver};
use crate::Options;

/// A host whose address, as written, may be called.
pub(crate) struct Destination<'a> {
    host: String,
    port: u16,
    encrypted: bool,
    place: Place,
    allowed: &'a [AllowedHost],
}

enum Place {
    /// To be looked up.
    Name,
    /// Written as an address.
    Address(IpAddr),
    /// One of the fake platforms.
    Sandbox(SocketAddr),
}

/// A host with addresses that may be called.
#[derive(Clone)]
pub(crate) struct Found {
    pub(crate) host: String,
    pub(crate) addresses: Vec<SocketAddr>,
    pub(crate) encrypted: bool,
    pub(crate) is_sandbox: bool,
}

impl<'a> Destination<'a> {
    /// Checks an address as it is written.
    pub(crate) fn of(base: Option<&ApiUrl>, options: &'a Options) -> Result<Self, Fault> {
        let nowhere = |host: &str| Fault::NameUnknown {
            host: host.to_owned(),
        };
        let base = base.ok_or_else(|| nowhere(""))?;
        let url = Url::parse(base.as_str()).map_err(|_| nowhere(base.as_str()))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let port = url.port_or_known_default().unwrap_or_default();
        let encrypted = url.scheme() == "https";
        let allowed = options.allowed_hosts.as_slice();
        let place = match url.host() {
            Some(Host::Domain(name)) if name.ends_with(SANDBOX_SUFFIX) => {
                // Another port would lead to something else on the sandbox's machine.
                let sandbox = options
                    .sandbox
                    .as_ref()
                    .filter(|_| encrypted && url.port().is_none());
                Place::Sandbox(sandbox.ok_or_else(|| nowhere(name))?.addr)
            }
            Some(Host::Domain(_)) => Place::Name,
            Some(Host::Ipv4(address)) => Place::Address(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Place::Address(IpAddr::V6(address)),
            None => return Err(nowhere("")),
        };
        let destination = Self {
            host,
            port,
            encrypted,
            place,
            allowed,
        };
        if !encrypted && !destination.may_be_plain() {
            return Err(destination.refusal(AddressRefusal::PlainHttp));
        }
        if let Place::Address(address) = destination.place
            && let Some(why) = refused(allowed, &destination.host, address)
        {
            return Err(destination.refusal(why));
        }
        Ok(destination)
    }

    /// Finds the host's addresses, within `limit`, and checks every one: a single one that may not be called spoils the
    /// name, since nobody knows which of them would be taken.
    pub(crate) async fn look_up(self, resolver: &dyn Resolver, limit: Duration) -> Result<Found, Fault> {
        let addresses = match self.place {
            Place::Sandbox(address) => vec![address],
            Place::Address(address) => vec![SocketAddr::new(address, self.port)],
            Place::Name => self.look_up_name(resolver, limit).await?,
        };
        Ok(Found {
            is_sandbox: matches!(self.place, Place::Sandbox(_)),
            host: self.host,
            addresses,
            encrypted: self.encrypted,
        })
    }

    async fn look_up_name(&self, resolver: &dyn Resolver, limit: Duration) -> Result<Vec<SocketAddr>, Fault> {
        let host = self.host.clone();
        let found = match timeout(limit, resolver.addresses(&self.host)).await {
            Ok(Ok(found)) if !found.is_empty() => found,
            Ok(Ok(_) | Err(NameError::Unknown)) => return Err(Fault::NameUnknown { host }),
            Ok(Err(NameError::Silent)) | Err(_) => return Err(Fault::NameServiceSilent { host }),
        };
        for address in &found {
            if let Some(why) = refused(self.allowed, &self.host, *address) {
                return Err(self.refusal(why));
            }
            if !self.encrypted && !self.is_allowed_name() && !self.is_allowed_address(*address) {
                return Err(self.refusal(AddressRefusal::PlainHttp));
            }
        }
        Ok(found
            .into_iter()
            .map(|address| SocketAddr::new(address, self.port))
            .collect())
    }

    /// Whether plain `http` may turn out to be allowed: for a name, networks can only be compared after the look-up.
    fn may_be_plain(&self) -> bool {
        match self.place {
            Place::Address(address) => self.is_allowed_address(address),
            Place::Name => {
                self.is_allowed_name()
                    || self
                        .allowed
                        .iter()
                        .any(|host| matches!(host, AllowedHost::Addresses { .. }))
            }
            Place::Sandbox(_) => false,
        }
    }

    fn is_allowed_name(&self) -> bool {
        self.allowed.iter().any(|host| host.is_name(&self.host))
    }

    fn is_allowed_address(&self, address: IpAddr) -> bool {
        self.allowed.iter().any(|host| host.holds(address))
    }

    fn refusal(&self, why: AddressRefusal) -> Fault {
        Fault::AddressRefused {
            why,
            host: self.host.clone(),
        }
    }
}
