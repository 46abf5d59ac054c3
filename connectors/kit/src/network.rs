//! Networks that may connect. It compares addresses; it looks up no names and trusts no header.

use std::net::IpAddr;

/// One network in CIDR form (RFC 4632, RFC 4291).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network {
    /// IPv4 as its IPv6-mapped form, so that both are compared in one way.
    bits: u128,
    length: u32,
}

impl Network {
    /// Reads `10.0.0.0/8`, `fd00::/8`, or a lone address. Bits behind the prefix must be zero, so that a
    /// slip of the pen is found.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) if length.bytes().all(|b| b.is_ascii_digit()) => (address, Some(length)),
            Some(_) => return None,
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let length = match length {
            Some(length) => length.parse::<u32>().ok().filter(|n| *n <= width)?,
            None => width,
        };
        let network = Self { bits: bits(address), length: length + (128 - width) };
        (network.bits & !network.mask() == 0).then_some(network)
    }

    /// Whether it holds every address there is (of its family).
    pub fn is_everything(self) -> bool {
        self.length == 0 || (self.length == 96 && self.bits == 0xffff << 32)
    }

    /// Whether the address lies inside.
    pub fn holds(self, address: IpAddr) -> bool {
        bits(address) & self.mask() == self.bits
    }

    fn mask(self) -> u128 {
        u128::MAX.checked_shl(128 - self.length).unwrap_or(0)
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn holds(network: &str, address: &str) -> bool {
        Network::parse(network).unwrap().holds(address.parse().unwrap())
    }

    #[test]
    fn a_network_holds_its_own() {
        assert!(holds("10.0.0.0/8", "10.255.0.1"));
        assert!(!holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("10.1.2.3", "10.1.2.3"));
        assert!(!holds("10.1.2.3", "10.1.2.4"));
        assert!(holds("10.0.0.0/8", "::ffff:10.1.2.3"), "an IPv4 peer on a socket of both families");
        assert!(holds("fd00::/8", "fd12::1"));
        assert!(!holds("fd00::/8", "fe80::1"));
        assert!(!holds("fd00::/8", "10.1.2.3"));
    }

    #[test]
    fn slips_of_the_pen_are_no_networks() {
        for wrong in ["", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/", "10.0.0.0/+8", "10.0.0/8", "fd00::/129", "host"] {
            assert_eq!(Network::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn everything_is_recognised() {
        assert!(Network::parse("0.0.0.0/0").unwrap().is_everything());
        assert!(Network::parse("::/0").unwrap().is_everything());
        assert!(!Network::parse("0.0.0.0/1").unwrap().is_everything());
    }

    proptest! {
        #[test]
        fn agrees_with_plain_shifting(network: u32, address: u32, length in 0u32..=32) {
            let cut = |bits: u32| bits.checked_shr(32 - length).unwrap_or(0);
            let base = cut(network).checked_shl(32 - length).unwrap_or(0);
            let text = format!("{}/{length}", std::net::Ipv4Addr::from(base));
            let inside = Network::parse(&text).unwrap().holds(IpAddr::V4(address.into()));
            prop_assert_eq!(inside, cut(address) == cut(network));
        }
    }
}
