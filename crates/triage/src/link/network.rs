//! Inside or outside: addresses and names.

use crate::Settings;
use crate::organisation::cidr;
use core::net::IpAddr;

/// The organisation's own address ranges, read once.
pub(super) struct Networks {
    own: Vec<(IpAddr, u32)>,
    domains: Vec<String>,
}

impl Networks {
    pub(super) fn new(settings: &Settings) -> Self {
        let own = settings.organisation.internal_networks.iter().filter_map(|text| cidr(text)).collect();
        let domains = settings.organisation.internal_domains.iter();
        Self { own, domains: domains.map(|domain| domain.trim_start_matches('.').to_lowercase()).collect() }
    }

    /// True for an address that is nobody's but the internet's: not private (RFC 1918, RFC 4193), shared (RFC 6598),
    /// loopback, link-local (RFC 3927, RFC 4291), multicast, or the organisation's. Unreadable ones are not.
    pub(super) fn is_external(&self, address: &str) -> bool {
        let Some(address) = read(address) else { return false };
        !is_reserved(address) && !self.own.iter().any(|(network, length)| within(address, *network, *length))
    }

    /// True for a name that is neither the organisation's nor of a local form (one label, `.local`, reverse lookups).
    pub(super) fn is_external_name(&self, name: &str) -> bool {
        let name = name.trim_end_matches('.').to_lowercase();
        let own = |domain: &String| name == *domain || name.ends_with(&format!(".{domain}"));
        let local = [".local", ".lan", ".internal", ".home.arpa", ".in-addr.arpa", ".ip6.arpa", ".localdomain"];
        name.contains('.')
            && !self.domains.iter().any(own)
            && !local.iter().any(|end| name.ends_with(end))
            && read(&name).is_none_or(|_| self.is_external(&name))
    }
}

/// An address as logs write it: with brackets, a zone, or an IPv4 address in IPv6.
pub(super) fn read(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches(['[', ']']);
    let text = text.split('%').next().unwrap_or(text);
    let address: IpAddr = text.parse().ok()?;
    Some(match address {
        IpAddr::V6(six) => six.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    })
}

fn is_reserved(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => {
            let [a, b, ..] = four.octets();
            four.is_private()
                || four.is_loopback()
                || four.is_link_local()
                || four.is_unspecified()
                || four.is_broadcast()
                || four.is_multicast()
                || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(six) => {
            let first = six.segments().first().copied().unwrap_or(0);
            six.is_loopback()
                || six.is_unspecified()
                || six.is_multicast()
                || first & 0xfe00 == 0xfc00
                || first & 0xffc0 == 0xfe80
        }
    }
}

fn within(address: IpAddr, network: IpAddr, length: u32) -> bool {
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            let shift = 32_u32.saturating_sub(length);
            u32::from(address).checked_shr(shift).unwrap_or(0) == u32::from(network).checked_shr(shift).unwrap_or(0)
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            let shift = 128_u32.saturating_sub(length);
            u128::from(address).checked_shr(shift).unwrap_or(0) == u128::from(network).checked_shr(shift).unwrap_or(0)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_and_outside() {
        let mut settings = Settings::default();
        settings.organisation.internal_networks = vec!["198.51.100.0/24".to_owned(), "2001:db8:1::/48".to_owned()];
        settings.organisation.internal_domains = vec!["corp.example".to_owned()];
        let networks = Networks::new(&settings);
        for outside in ["203.0.113.9", "2001:db8:2::1", "::ffff:203.0.113.9", "[2001:db8:9::1]", "100.128.0.1"] {
            assert!(networks.is_external(outside), "{outside}");
        }
        for inside in [
            "10.1.2.3",
            "172.31.0.1",
            "192.168.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.1.1",
            "fd00::1",
            "fe80::1%3",
            "198.51.100.77",
            "2001:db8:1:2::1",
            "::ffff:10.0.0.1",
            "::1",
            "nonsense",
            "0.0.0.0",
            "224.0.0.1",
        ] {
            assert!(!networks.is_external(inside), "{inside}");
        }
        assert!(networks.is_external_name("bad.example.") && networks.is_external_name("notcorp.example"));
        assert!(!networks.is_external_name("pc1") && !networks.is_external_name("a.corp.example"));
        assert!(!networks.is_external_name("x.local") && !networks.is_external_name("10.0.0.1"));
    }
}
