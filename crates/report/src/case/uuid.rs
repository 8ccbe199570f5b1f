//! Identifiers made from what they identify (RFC 9562, sections 5.4, 5.5 and 6.6): the same case has the same ones.

use sha1::{Digest, Sha1};

/// Namespace of STIX cyber-observables (STIX 2.1, section 2.9).
pub(super) const STIX: [u8; 16] =
    [0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7];

/// Namespace of everything else that ddefend names: version 5 of `https://ddefend.example/case` in the URL namespace.
pub(super) const OWN: [u8; 16] =
    [0x30, 0x5d, 0xe0, 0x64, 0xd6, 0x95, 0x57, 0xab, 0xa5, 0xf5, 0x1f, 0x79, 0x8f, 0x10, 0xe4, 0x86];

/// Version 5: a digest of namespace and name.
pub(super) fn named(namespace: [u8; 16], name: &str) -> String {
    shaped(namespace, name, 0x50)
}

/// The shape of version 4 for what a standard wants to have one; its bits come from the name all the same.
pub(super) fn like_random(name: &str) -> String {
    shaped(OWN, name, 0x40)
}

fn shaped(namespace: [u8; 16], name: &str, version: u8) -> String {
    let digest = Sha1::new().chain_update(namespace).chain_update(name.as_bytes()).finalize();
    let mut hex = String::with_capacity(36);
    for (index, byte) in digest.iter().take(16).enumerate() {
        let byte = match index {
            6 => (byte & 0x0f) | version,
            8 => (byte & 0x3f) | 0x80,
            _ => *byte,
        };
        if matches!(index, 4 | 6 | 8 | 10) {
            hex.push('-');
        }
        hex.push_str(&format!("{byte:02x}"));
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::{STIX, named};

    /// RFC 9562, appendix A.4, and an address as the STIX documentation's examples have it.
    #[test]
    fn known_identifiers() {
        let dns = [0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];
        assert_eq!(named(dns, "www.example.com"), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
        assert_eq!(named(STIX, r#"{"value":"198.51.100.3"}"#), "28bb3599-77cd-5a82-a950-b5bc3caf07c4");
    }
}
