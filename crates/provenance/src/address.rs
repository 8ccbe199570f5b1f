//! Names of hosts and domains, and IP addresses.

use core::net::{IpAddr, Ipv4Addr};

/// True for addresses that no host of the internet has: private, loopback, link-local, shared and unspecified ones.
#[must_use]
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => is_private_v4(four),
        IpAddr::V6(six) => {
            let [first, ..] = six.segments();
            six.is_loopback()
                || six.is_unspecified()
                || first & 0xfe00 == 0xfc00
                || first & 0xffc0 == 0xfe80
                || six.to_ipv4_mapped().is_some_and(is_private_v4)
        }
    }
}

fn is_private_v4(four: Ipv4Addr) -> bool {
    let [first, second, ..] = four.octets();
    four.is_private()
        || four.is_loopback()
        || four.is_link_local()
        || four.is_unspecified()
        || (first == 100 && (64..128).contains(&second))
}

/// Second-level labels under which countries' registries give names away.
const SHARED: [&str; 22] = [
    "ac", "asso", "co", "com", "ed", "edu", "firm", "gen", "go", "gob", "gouv", "gov", "govt", "gv", "id", "ltd",
    "mil", "ne", "net", "or", "org", "sch",
];

/// The domain that one registers: the organisational domain of RFC 7489 3.2, without the public suffix list. It is the
/// last two labels, or the last three where the last has two letters and the one before is `co`, `com`, `gov` and the
/// like. That takes customers of hosting providers (`a.github.io`) for one organisation.
#[must_use]
pub fn organisation(domain: &str) -> String {
    let domain = domain.trim().trim_end_matches('.').to_ascii_lowercase();
    let mut labels = domain.rsplit('.');
    let (Some(last), Some(second)) = (labels.next(), labels.next()) else { return domain };
    match labels.next() {
        Some(third) if last.len() == 2 && SHARED.contains(&second) => format!("{third}.{second}.{last}"),
        _ => format!("{second}.{last}"),
    }
}

/// True where two domains belong to one organisation (relaxed alignment).
#[must_use]
pub fn same_organisation(a: &str, b: &str) -> bool {
    !a.trim().is_empty() && organisation(a) == organisation(b)
}

/// The domain of an address.
#[must_use]
pub fn domain_of(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::{is_private, organisation, same_organisation};

    #[test]
    fn organisations() {
        for (domain, wanted) in [
            ("mail.corp.example", "corp.example"),
            ("corp.example.", "corp.example"),
            ("a.b.corp.co.uk", "corp.co.uk"),
            ("co.uk", "co.uk"),
            ("localhost", "localhost"),
            ("A.Corp.EXAMPLE", "corp.example"),
            ("", ""),
        ] {
            assert_eq!(organisation(domain), wanted);
        }
        assert!(same_organisation("a.corp.example", "corp.example"));
        assert!(!same_organisation("", "") && !same_organisation("corp.example", "c0rp.example"));
    }

    #[test]
    fn private_addresses() {
        for (address, wanted) in [
            ("10.0.0.1", true),
            ("172.31.1.1", true),
            ("100.64.0.1", true),
            ("8.8.8.8", false),
            ("fd00::1", true),
            ("::ffff:10.0.0.1", true),
            ("2001:db8::1", false),
        ] {
            assert_eq!(is_private(address.parse().unwrap()), wanted, "{address}");
        }
    }
}
