//! Key records (RFC 6376 3.6.1).

use super::{Tags, rsa};
use ddefend_container::base64;
use ed25519_dalek::{Signature, VerifyingKey};

/// A public key.
#[derive(Debug)]
pub(super) struct Key {
    data: Public,
    /// The domain only tests.
    pub(super) is_testing: bool,
}

#[derive(Debug)]
enum Public {
    Rsa(rsa::PublicKey),
    Ed25519(Box<VerifyingKey>),
}

impl Key {
    /// Reads a record, for a signature of a domain and identity. Says why it cannot be used.
    pub(super) fn read(record: &str, domain: &str, identity: &str) -> Result<Self, String> {
        let tags = Tags::parse(record);
        if tags.get("v").is_some_and(|version| version != "DKIM1") {
            return Err("the key record is of another version".to_owned());
        }
        let listed = |tag: &str, wanted: &[&str]| {
            tags.get(tag).is_none_or(|list| list.split(':').any(|word| wanted.contains(&word.trim())))
        };
        if !listed("h", &["sha256"]) {
            return Err("the key record does not allow SHA-256".to_owned());
        }
        if !listed("s", &["*", "email"]) {
            return Err("the key is not for mail".to_owned());
        }
        let flags: Vec<&str> = tags.get("t").unwrap_or_default().split(':').map(str::trim).collect();
        if flags.contains(&"s") && crate::address::domain_of(identity) != domain {
            return Err("the key is not for subdomains (t=s), i= names one".to_owned());
        }
        let p = tags.get("p").ok_or("the key record has no p=")?;
        if p.trim().is_empty() {
            return Err("the key was revoked".to_owned());
        }
        let bytes = base64(p.as_bytes());
        let data = match tags.get("k").unwrap_or("rsa") {
            "rsa" => Public::Rsa(rsa::PublicKey::from_der(&bytes)?),
            "ed25519" => {
                let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| "the key has not 32 bytes")?;
                let key = VerifyingKey::from_bytes(&bytes).map_err(|_| "the key is no point of the curve")?;
                Public::Ed25519(Box::new(key))
            }
            _ => return Err("the key is of a kind that is not known".to_owned()),
        };
        Ok(Self { data, is_testing: flags.contains(&"y") })
    }

    /// Whether a signature over a digest holds; says why where it cannot be asked.
    pub(super) fn verify(&self, wants_ed25519: bool, digest: &[u8; 32], signature: &[u8]) -> Result<bool, String> {
        match (&self.data, wants_ed25519) {
            (Public::Rsa(key), false) => Ok(key.verify_sha256(digest, signature)),
            (Public::Ed25519(key), true) => {
                let Ok(signature) = Signature::from_slice(signature) else { return Ok(false) };
                Ok(key.verify_strict(digest, &signature).is_ok())
            }
            _ => Err("the key is of another kind than the signature".to_owned()),
        }
    }
}
