//! The hosts of one's own network that may be called all the same.

use std::net::IpAddr;
use std::str::FromStr;

use domain::AddressRefusal;
use thiserror::Error;

use super::address::refusal;

/// A host that may be called at a private address and without encryption: `bot-api.lan`, `10.0.0.5`, `10.0.0.0/8`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedHost {
    /// A name, in small letters. Its addresses may be private or this machine's own, but not link-local or reserved:
    /// a name service must not lead to a cloud's metadata.
    Name(String),
    /// All addresses that begin like `base`.
    Addresses {
        /// An IPv4 or IPv6 address.
        base: IpAddr,
        /// How many bits count: 0 to 32, for IPv6 to 128.
        prefix: u8,
    },
}

/// It is neither a host's name nor an address nor a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("neither a host name nor an address nor a network such as 10.0.0.0/8")]
pub struct AllowedHostError;

impl FromStr for AllowedHost {
    type Err = AllowedHostError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if let Some((base, prefix)) = text.split_once('/') {
            let base: IpAddr = base.parse().map_err(|_| AllowedHostError)?;
            let prefix: u8 = prefix.parse().map_err(|_| AllowedHostError)?;
            return if prefix <= bits(base) {
                Ok(Self::Addresses { base, prefix })
            } else {
                Err(AllowedHostError)
            };
        }
        if let Ok(base) = text.parse::<IpAddr>() {
            return Ok(Self::Addresses {
                base,
                prefix: bits(base),
            });
        }
        // Read by the parser of addresses, so that the name is spelt here as it will be there.
        match url::Host::parse(text) {
            Ok(url::Host::Domain(name)) if name.bytes().any(|byte| byte.is_ascii_alphabetic()) => {
                Ok(Self::Name(name))
            }
            _ => Err(AllowedHostError),
        }
    }
}

impl AllowedHost {
    /// Whether it is `host`, as written in an address: with or without a port, IPv6 in brackets.
    pub(crate) fn is_host(&self, host: &str) -> bool {
        let bare = match host.rsplit_once(':') {
            Some((bare, port)) if !port.ends_with(']') => bare,
            _ => host,
        };
        let address = bare.trim_start_matches('[').trim_end_matches(']').parse();
        self.is_name(bare) || address.is_ok_and(|address| self.holds(address))
    }

    pub(crate) fn is_name(&self, host: &str) -> bool {
        matches!(self, Self::Name(name) if name.eq_ignore_ascii_case(host))
    }

    pub(crate) fn holds(&self, address: IpAddr) -> bool {
        let Self::Addresses { base, prefix } = self else {
            return false;
        };
        match (base.to_canonical(), address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                let apart = u32::from(32_u8.saturating_sub(*prefix));
                let differ = base.to_bits() ^ address.to_bits();
                differ.checked_shr(apart).unwrap_or(0) == 0
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                let apart = u32::from(128_u8.saturating_sub(*prefix));
                let differ = base.to_bits() ^ address.to_bits();
                differ.checked_shr(apart).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

const fn bits(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// Why `address`, found for a host called `name`, is not called; `None` if it is.
pub(crate) fn refused(allowed: &[AllowedHost], name: &str, address: IpAddr) -> Option<AddressRefusal> {
    let why = refusal(address)?;
    let by_name = matches!(why, AddressRefusal::Loopback | AddressRefusal::Private)
        && allowed.iter().any(|host| host.is_name(name));
    if by_name || allowed.iter().any(|host| host.holds(address)) {
        None
    } else {
        Some(why)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn allowed(text: &str) -> AllowedHost {
        text.parse().unwrap()
    }

    fn is_refused(list: &str, name: &str, address: &str) -> bool {
        let list: Vec<_> = list.split_whitespace().map(allowed).collect();
        refused(&list, name, address.parse().unwrap()).is_some()
    }

    #[test]
    fn a_host_is_known_as_it_stands_in_an_address() {
        for host in [
            "bot-api.lan",
            "BOT-API.lan:8081",
            "10.1.2.3",
            "10.1.2.3:80",
            "[fd00::1]:443",
            "[fd00::1]",
        ] {
            let list = ["bot-api.lan", "10.0.0.0/8", "fd00::/8"].map(allowed);
            assert!(list.iter().any(|allowed| allowed.is_host(host)), "{host}");
        }
        for host in ["api.lan", "11.1.2.3", "[fe80::1]"] {
            let list = ["bot-api.lan", "10.0.0.0/8", "fd00::/8"].map(allowed);
            assert!(!list.iter().any(|allowed| allowed.is_host(host)), "{host}");
        }
    }

    #[test]
    fn names_addresses_and_networks_are_told_apart() {
        assert_eq!(allowed(" Bot-API.lan "), AllowedHost::Name("bot-api.lan".into()));
        assert_eq!(allowed("localhost"), AllowedHost::Name("localhost".into()));
        let base = "10.0.0.5".parse().unwrap();
        assert_eq!(allowed("10.0.0.5"), AllowedHost::Addresses { base, prefix: 32 });
        assert_eq!(allowed("10.0.0.5/8"), AllowedHost::Addresses { base, prefix: 8 });
        let base = "fd00::".parse().unwrap();
        assert_eq!(allowed("fd00::/8"), AllowedHost::Addresses { base, prefix: 8 });
        for wrong in [
            "",
            "10.0.0.0/33",
            "10.0.0.0/",
            "/8",
            "a/8",
            "https://lan",
            "lan:8081",
            "0x7f000001",
            "a b",
            "*",
        ] {
            assert_eq!(wrong.parse::<AllowedHost>(), Err(AllowedHostError), "{wrong}");
        }
    }

    #[test]
    fn a_network_holds_its_own_addresses_only() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("192.168.4.0/22", "192.168.7.255", "192.168.8.0"),
            ("10.0.0.5", "10.0.0.5", "10.0.0.4"),
            ("fd00::/8", "fdff::1", "fe00::1"),
            ("10.0.0.0/8", "::ffff:10.1.1.1", "::10.1.1.1"),
        ] {
            let network = allowed(network);
            assert!(network.holds(inside.parse().unwrap()), "{inside}");
            assert!(!network.holds(outside.parse().unwrap()), "{outside}");
        }
        assert!(allowed("0.0.0.0/0").holds("127.0.0.1".parse().unwrap()));
        assert!(!allowed("0.0.0.0/0").holds("::1".parse().unwrap()));
    }

    #[test]
    fn what_is_allowed_lets_through_nothing_else() {
        assert!(!is_refused("bot-api.lan", "bot-api.lan", "10.0.0.5"));
        assert!(!is_refused("bot-api.lan", "bot-api.lan", "127.0.0.1"));
        assert!(is_refused("bot-api.lan", "other.lan", "10.0.0.5"));
        assert!(is_refused("bot-api.lan", "bot-api.lan", "169.254.169.254"));
        assert!(is_refused("10.0.0.0/8", "any", "192.168.0.1"));
        assert!(!is_refused("10.0.0.0/8", "any", "10.0.0.1"));
        assert!(!is_refused("169.254.0.0/16", "any", "169.254.169.254"));
    }
}
