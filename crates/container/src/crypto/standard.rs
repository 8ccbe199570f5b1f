//! Standard encryption of packages, MS-OFFCRYPTO 2.3.4.5 to 2.3.4.9: AES in ECB mode, keys by SHA-1.

use super::aes::Aes;
use super::hash::Hash;
use super::stream::{Fields, short};
use super::{Locked, utf16};
use ddefend_guard::{Budget, Cursor};

/// Rounds of the derivation.
pub(super) const ROUNDS: u32 = 50_000;

/// A standard header.
pub(super) struct Standard<'h> {
    fields: Fields<'h>,
    key_length: usize,
}

impl<'h> Standard<'h> {
    /// Parses what stands behind the version.
    pub(super) fn parse(mut cursor: Cursor<'h>) -> Result<Self, Locked> {
        let fields = Fields::read(&mut cursor).map_err(short)?;
        let by_algorithm = match fields.algorithm {
            0x660e => 16,
            0x660f => 24,
            0x6610 => 32,
            0 if fields.flags & 0x20 != 0 => 16,
            other => return Err(Locked::Method(format!("algorithm {other:#x} is not AES"))),
        };
        let key_length = match fields.key_bits {
            128 => 16,
            192 => 24,
            256 => 32,
            _ => by_algorithm,
        };
        Ok(Self { fields, key_length })
    }

    /// The key, where the password fits. Costs [`ROUNDS`] rounds.
    pub(super) fn open(&self, password: &str, budget: &Budget) -> Result<Option<Aes>, Locked> {
        let hash = Hash::Sha1.spin(self.fields.salt, &utf16(password), ROUNDS, budget)?;
        let hash = Hash::Sha1.of(&[&hash, &0_u32.to_le_bytes()]);
        let half = |fill: u8| {
            let mut buffer = [fill; 64];
            for (slot, byte) in buffer.iter_mut().zip(&hash) {
                *slot ^= byte;
            }
            Hash::Sha1.of(&[&buffer])
        };
        let key = [half(0x36), half(0x5c)].concat();
        let Some(aes) = key.get(..self.key_length).and_then(Aes::new) else { return Ok(None) };
        let mut verifier = self.fields.verifier.to_vec();
        let mut stored = self.fields.verifier_hash.to_vec();
        aes.decrypt_ecb(&mut verifier);
        aes.decrypt_ecb(&mut stored);
        let fits = stored.get(..20) == Some(&Hash::Sha1.of(&[&verifier]));
        Ok(fits.then_some(aes))
    }
}
