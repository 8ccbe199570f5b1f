//! The two encryptions in use: the old one of APPNOTE 6.1 and WinZip's AES (AE-1, AE-2).

use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use ddefend_guard::decode::crc32_step;
use hmac::{Hmac, Mac};
use sha1::Sha1;

/// Length of the old encryption's header, bytes.
const HEADER: usize = 12;
/// Length of the authentication code behind AES data, bytes.
const CODE: usize = 10;
/// Iterations of the key derivation.
const ITERATIONS: u32 = 1000;

/// The three keys of the old encryption, APPNOTE 6.1.5.
struct Keys(u32, u32, u32);

impl Keys {
    fn new(password: &[u8]) -> Self {
        let mut keys = Self(0x1234_5678, 0x2345_6789, 0x3456_7890);
        password.iter().for_each(|byte| keys.update(*byte));
        keys
    }

    fn update(&mut self, byte: u8) {
        self.0 = crc32_step(self.0, byte);
        self.1 = self.1.wrapping_add(self.0 & 0xff).wrapping_mul(134_775_813).wrapping_add(1);
        self.2 = crc32_step(self.2, self.1.to_be_bytes().first().copied().unwrap_or(0));
    }

    fn decrypt(&mut self, byte: u8) -> u8 {
        let low = (self.2 | 2) & 0xffff;
        let pad = (low.wrapping_mul(low ^ 1) >> 8) & 0xff;
        let plain = byte ^ u8::try_from(pad).unwrap_or(0);
        self.update(plain);
        plain
    }
}

/// Decrypts with the old method; none where the check byte (one of `checks`) shows that the password is wrong. One
/// wrong password in 256 passes: the caller compares the checksum of the result.
pub(super) fn traditional(data: &[u8], password: &[u8], checks: [u8; 2]) -> Option<Vec<u8>> {
    let (header, body) = data.split_at_checked(HEADER)?;
    let mut keys = Keys::new(password);
    let mut last = 0;
    for byte in header {
        last = keys.decrypt(*byte);
    }
    checks.contains(&last).then(|| body.iter().map(|byte| keys.decrypt(*byte)).collect())
}

/// Decrypts WinZip AES; none where the password is wrong. `strength` is 1, 2, 3 for 128, 192, 256 bits. The second
/// value is false where the authentication code does not fit the data.
pub(super) fn winzip(data: &[u8], password: &[u8], strength: u8) -> Option<(Vec<u8>, bool)> {
    let key_length = usize::from(strength).saturating_add(1).saturating_mul(8);
    let (salt, rest) = data.split_at_checked(key_length / 2)?;
    let (verifier, rest) = rest.split_at_checked(2)?;
    let (body, code) = rest.split_at_checked(rest.len().checked_sub(CODE)?)?;
    // The verifier is the end of the key material: its block alone tells a wrong password.
    let at = key_length.saturating_mul(2);
    let block = derive(password, salt, at / 20);
    let found: Vec<u8> = block.iter().chain(&derive(password, salt, (at / 20).saturating_add(1))).copied().collect();
    if found.get(at % 20..(at % 20).saturating_add(2)) != Some(verifier) {
        return None;
    }
    let blocks = at.div_ceil(20);
    let material: Vec<u8> = (0..blocks).flat_map(|index| derive(password, salt, index)).collect();
    let (key, rest) = material.split_at_checked(key_length)?;
    let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(rest.get(..key_length)?).ok()?;
    mac.update(body);
    let sound = mac.finalize().into_bytes().get(..CODE) == Some(code);
    let plain = match strength {
        1 => counter(&aes::Aes128::new_from_slice(key).ok()?, body),
        2 => counter(&aes::Aes192::new_from_slice(key).ok()?, body),
        _ => counter(&aes::Aes256::new_from_slice(key).ok()?, body),
    };
    Some((plain, sound))
}

/// Block `index` (from 0) of PBKDF2-HMAC-SHA1, RFC 8018 5.2.
fn derive(password: &[u8], salt: &[u8], index: usize) -> [u8; 20] {
    let Ok(keyed) = <Hmac<Sha1> as KeyInit>::new_from_slice(password) else { return [0; 20] };
    let number = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
    let mut mac = keyed.clone();
    mac.update(salt);
    mac.update(&number.to_be_bytes());
    let mut last: [u8; 20] = mac.finalize().into_bytes().into();
    let mut out = last;
    for _ in 1..ITERATIONS {
        let mut mac = keyed.clone();
        mac.update(&last);
        last = mac.finalize().into_bytes().into();
        for (byte, add) in out.iter_mut().zip(last) {
            *byte ^= add;
        }
    }
    out
}

/// Counter mode with a little-endian counter from 1, as WinZip has it.
fn counter<C>(cipher: &C, data: &[u8]) -> Vec<u8>
where
    C: BlockCipherEncrypt + aes::cipher::BlockSizeUser<BlockSize = aes::cipher::consts::U16>,
{
    let mut out = Vec::with_capacity(data.len());
    for (index, chunk) in (1_u128..).zip(data.chunks(16)) {
        let mut pad = Array::from(index.to_le_bytes());
        cipher.encrypt_block(&mut pad);
        out.extend(chunk.iter().zip(pad.iter()).map(|(byte, pad)| byte ^ pad));
    }
    out
}
