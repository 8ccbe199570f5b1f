//! AES with any key length, over whole blocks in place.

use ::aes::cipher::{Array, BlockCipherDecrypt, BlockModeDecrypt, InnerIvInit, KeyInit, consts::U16};
use ::aes::{Aes128, Aes192, Aes256};

/// A key schedule.
#[derive(Clone, Debug)]
pub(super) enum Aes {
    Short(Aes128),
    Middle(Aes192),
    Long(Aes256),
}

impl Aes {
    /// From a key of 16, 24 or 32 bytes.
    pub(super) fn new(key: &[u8]) -> Option<Self> {
        match key.len() {
            16 => Aes128::new_from_slice(key).ok().map(Self::Short),
            24 => Aes192::new_from_slice(key).ok().map(Self::Middle),
            32 => Aes256::new_from_slice(key).ok().map(Self::Long),
            _ => None,
        }
    }

    /// Electronic code book; a rest that is no whole block stays as it is.
    pub(super) fn decrypt_ecb(&self, data: &mut [u8]) {
        let (blocks, _) = Array::<u8, U16>::slice_as_chunks_mut(data);
        match self {
            Self::Short(aes) => aes.decrypt_blocks(blocks),
            Self::Middle(aes) => aes.decrypt_blocks(blocks),
            Self::Long(aes) => aes.decrypt_blocks(blocks),
        }
    }

    /// Cipher block chaining; a rest that is no whole block stays as it is.
    pub(super) fn decrypt_cbc(&self, iv: [u8; 16], data: &mut [u8]) {
        let (blocks, _) = Array::<u8, U16>::slice_as_chunks_mut(data);
        let iv = Array::from(iv);
        match self {
            Self::Short(aes) => cbc::Decryptor::inner_iv_init(aes, &iv).decrypt_blocks(blocks),
            Self::Middle(aes) => cbc::Decryptor::inner_iv_init(aes, &iv).decrypt_blocks(blocks),
            Self::Long(aes) => cbc::Decryptor::inner_iv_init(aes, &iv).decrypt_blocks(blocks),
        }
    }
}
