//! Which addresses are of the public Internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use domain::AddressRefusal;

/// Why `address` is not called; `None` for a public one. After the special-purpose registries
/// (<https://www.iana.org/assignments/iana-ipv4-special-registry>,
/// <https://www.iana.org/assignments/iana-ipv6-special-registry>); whatever holds an IPv4 address is judged by it.
pub(crate) fn refusal(address: IpAddr) -> Option<AddressRefusal> {
    match address {
        IpAddr::V4(address) => refusal_v4(address),
        IpAddr::V6(address) => refusal_v6(address),
    }
}

const fn refusal_v4(address: Ipv4Addr) -> Option<AddressRefusal> {
    match address.octets() {
        [127, ..] => Some(AddressRefusal::Loopback),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Some(AddressRefusal::Private),
        [169, 254, ..] => Some(AddressRefusal::LinkLocal),
        // "This network", protocol assignments, documentation, the 6to4 relay, benchmarks, multicast and above.
        [0 | 224.., ..]
        | [192, 0, 0 | 2, _]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..] => Some(AddressRefusal::Reserved),
        _ => None,
    }
}

fn refusal_v6(address: Ipv6Addr) -> Option<AddressRefusal> {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Some(AddressRefusal::Loopback),
        // Mapped (::ffff:0:0/96) and NAT64 (64:ff9b::/96): really IPv4.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            refusal_v4(embedded(high, low))
        }
        // Compatible (::/96, with the unspecified ::) and 6to4 (2002::/16): given up, so that even a public IPv4
        // address in them is refused.
        [0, 0, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            Some(refusal_v4(embedded(high, low)).unwrap_or(AddressRefusal::Reserved))
        }
        [0xfe80..=0xfebf, ..] => Some(AddressRefusal::LinkLocal),
        // Unique local, the former site-local, and the NAT64 prefix for local use.
        [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] | [0x64, 0xff9b, 1, ..] => Some(AddressRefusal::Private),
        // Protocol assignments with Teredo, and documentation.
        [0x2001, 0..=0x01ff | 0xdb8, ..] | [0x3fff, 0..=0x0fff, ..] => Some(AddressRefusal::Reserved),
        // Nothing but 2000::/3 has been given out.
        [0x2000..=0x3fff, ..] => None,
        _ => Some(AddressRefusal::Reserved),
    }
}

fn embedded(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn of(address: &str) -> Option<AddressRefusal> {
        refusal(address.parse().unwrap())
    }

    #[test]
    fn only_public_addresses_pass() {
        for address in [
            "1.1.1.1",
            "93.184.215.14",
            "172.15.255.255",
            "172.32.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "192.0.1.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450:4002::200e",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
        ] {
            assert_eq!(of(address), None, "{address}");
        }
    }

    #[test]
    fn every_other_address_is_refused_for_what_it_is() {
        let refused = [
            (
                AddressRefusal::Loopback,
                "127.0.0.1 127.255.255.254 ::1 ::ffff:127.0.0.1 ::127.0.0.1 64:ff9b::7f00:1 2002:7f00:1::",
            ),
            (
                AddressRefusal::Private,
                "10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 100.127.255.255 fc00::1 fd12:3456::1 fec0::1 \
                 ::ffff:10.0.0.1 64:ff9b::a00:1 64:ff9b:1::1 2002:c0a8:101::1",
            ),
            (
                AddressRefusal::LinkLocal,
                "169.254.169.254 fe80::1 febf::1 ::ffff:169.254.169.254 64:ff9b::a9fe:a9fe",
            ),
            (
                AddressRefusal::Reserved,
                "0.0.0.0 0.1.2.3 192.0.0.1 192.0.2.1 192.88.99.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 \
                 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1.1.1.1 ::ffff:0.0.0.0 2002:101:101:: 2001::1 2001:db8::1 \
                 2001:1ff:: 3fff::1 100::1 5f00::1 ff02::1 4000::1 64:ff9b:2::1",
            ),
        ];
        for (why, addresses) in refused {
            for address in addresses.split_whitespace() {
                assert_eq!(of(address), Some(why), "{address}");
            }
        }
    }
}
