//! Networks that peers may come from, written as CIDR: `10.1.0.0/16`, `2001:db8::/32`, or one address.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// A range of addresses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Network {
    /// Its first address.
    first: IpAddr,
    /// Leading bits that an address shares with it.
    bits: u32,
}

/// Why a text is no network.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadNetwork {
    /// Not `address/bits`.
    #[error("is not an address like 10.1.2.3 or a network like 10.1.0.0/16")]
    Form,
    /// The address has bits set behind the prefix: one of the two is a slip.
    #[error("has bits set behind its prefix")]
    HostBits,
}

impl Network {
    /// Is the address in it? An IPv4 address that comes in IPv6's clothes is taken as what it is.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && leading(address, self.bits) == leading(self.first, self.bits)
    }
}

/// May the address connect? An empty list lets everybody in.
pub(super) fn is_allowed(networks: &[Network], address: IpAddr) -> bool {
    networks.is_empty() || networks.iter().any(|network| network.contains(address))
}

/// What counts as one place for limits: an IPv4 address, or the /64 of an IPv6 address, which one host can use whole.
pub(super) fn place(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        v4 => v4,
    }
}

/// The address with everything behind its first bits cleared, as the upper bits of a number.
fn leading(address: IpAddr, bits: u32) -> u128 {
    let number = match address {
        IpAddr::V4(v4) => u128::from(v4.to_bits()) << 96,
        IpAddr::V6(v6) => v6.to_bits(),
    };
    number & u128::MAX.checked_shl(128 - bits).unwrap_or(0)
}

impl FromStr for Network {
    type Err = BadNetwork;

    fn from_str(text: &str) -> Result<Network, BadNetwork> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().map_err(|_| BadNetwork::Form)?)),
            None => (text, None),
        };
        let first: IpAddr = address.parse().map_err(|_| BadNetwork::Form)?;
        let most = if first.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        if bits > most {
            return Err(BadNetwork::Form);
        }
        if leading(first, bits) != leading(first, most) {
            return Err(BadNetwork::HostBits);
        }
        Ok(Network { first, bits })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn network_contains_what_shares_its_prefix() {
        assert!(network("10.1.0.0/16").contains(ip("10.1.255.3")));
        assert!(network("10.1.0.0/16").contains(ip("::ffff:10.1.255.3")));
        assert!(!network("10.1.0.0/16").contains(ip("10.2.0.0")));
        assert!(network("0.0.0.0/0").contains(ip("203.0.113.9")));
        assert!(!network("0.0.0.0/0").contains(ip("2001:db8::1")));
        assert!(network("192.0.2.7").contains(ip("192.0.2.7")));
        assert!(!network("192.0.2.7").contains(ip("192.0.2.6")));
        assert!(network("2001:db8::/32").contains(ip("2001:db8:ffff::1")));
        assert!(!network("2001:db8::/32").contains(ip("2001:db9::")));
        assert!(network("::/0").contains(ip("::1")));
    }

    #[test]
    fn slips_are_refused() {
        for form in ["", "10.1", "10.1.0.0/33", "10.1.0.0/-1", "::/129", "localhost", "10.0.0.0/8/8"] {
            assert_eq!(form.parse::<Network>(), Err(BadNetwork::Form), "{form}");
        }
        assert_eq!("10.1.2.3/16".parse::<Network>(), Err(BadNetwork::HostBits));
        assert_eq!(network("10.1.0.0/16").to_string(), "10.1.0.0/16");
    }

    #[test]
    fn one_host_is_one_place_however_many_addresses_it_has() {
        assert_eq!(place(ip("2001:db8::1")), place(ip("2001:db8::2:3")));
        assert_ne!(place(ip("2001:db8::1")), place(ip("2001:db8:0:1::1")));
        assert_eq!(place(ip("::ffff:192.0.2.7")), ip("192.0.2.7"));
        assert_ne!(place(ip("192.0.2.7")), place(ip("192.0.2.8")));
    }
}
