//! RSA signature check, PKCS #1 v1.5 with SHA-256 (RFC 8017 8.2.2). Only public values are met: nothing has to take
//! constant time.

use ddefend_guard::Cursor;
use num_bigint::BigUint;

/// Bits that a modulus may have: under 1024 is forgeable (RFC 8301 3.2), over 8192 only costs time.
const BITS: std::ops::RangeInclusive<u64> = 1_024..=8_192;
/// Bits that an exponent may have.
const EXPONENT_BITS: u64 = 33;

/// DER of `DigestInfo` for SHA-256 up to the digest (RFC 8017 9.2, note 1).
const SHA256_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// A public key.
#[derive(Debug)]
pub(super) struct PublicKey {
    modulus: BigUint,
    exponent: BigUint,
    length: usize,
}

impl PublicKey {
    /// From `SubjectPublicKeyInfo` (RFC 5280 4.1) or a bare `RSAPublicKey` (RFC 8017 A.1.1).
    pub(super) fn from_der(bytes: &[u8]) -> Result<Self, String> {
        let broken = || "the key is no RSA key in DER".to_owned();
        let outer = element(&mut Cursor::new(bytes), 0x30).ok_or_else(broken)?;
        let mut inner = Cursor::new(outer);
        let numbers = if outer.first() == Some(&0x30) {
            element(&mut inner, 0x30).ok_or_else(broken)?;
            let bits = element(&mut inner, 0x03).ok_or_else(broken)?;
            let key = bits.strip_prefix(&[0]).ok_or_else(broken)?;
            element(&mut Cursor::new(key), 0x30).ok_or_else(broken)?
        } else {
            outer
        };
        let mut numbers = Cursor::new(numbers);
        let modulus = BigUint::from_bytes_be(element(&mut numbers, 0x02).ok_or_else(broken)?);
        let exponent = BigUint::from_bytes_be(element(&mut numbers, 0x02).ok_or_else(broken)?);
        if !BITS.contains(&modulus.bits()) || !(2..=EXPONENT_BITS).contains(&exponent.bits()) || !modulus.bit(0) {
            return Err(format!("an RSA key of {} bits is not used", modulus.bits()));
        }
        let length = usize::try_from(modulus.bits().div_ceil(8)).unwrap_or(usize::MAX);
        Ok(Self { modulus, exponent, length })
    }

    /// Whether the signature over a SHA-256 digest holds.
    pub(super) fn verify_sha256(&self, digest: &[u8; 32], signature: &[u8]) -> bool {
        let value = BigUint::from_bytes_be(signature);
        if signature.len() != self.length || value >= self.modulus {
            return false;
        }
        let opened = value.modpow(&self.exponent, &self.modulus).to_bytes_be();
        let known = SHA256_INFO.len().saturating_add(digest.len()).saturating_add(3);
        let mut wanted = vec![0x01];
        wanted.resize(self.length.saturating_sub(known).saturating_add(1), 0xff);
        wanted.push(0);
        wanted.extend_from_slice(&SHA256_INFO);
        wanted.extend_from_slice(digest);
        // The leading zero byte is no part of the number.
        opened == wanted
    }
}

/// The content of the next DER element, which must have this tag.
fn element<'a>(cursor: &mut Cursor<'a>, tag: u8) -> Option<&'a [u8]> {
    if cursor.u8("tag").ok()? != tag {
        return None;
    }
    let length = match cursor.u8("length").ok()? {
        short @ 0..=0x7f => usize::from(short),
        0x81 => usize::from(cursor.u8("length").ok()?),
        0x82 => usize::from(cursor.u16_be("length").ok()?),
        _ => return None,
    };
    cursor.take(length, "element").ok()
}
