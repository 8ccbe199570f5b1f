//! Encrypts workbook record streams (MS-OFFCRYPTO 2.3.5 to 2.3.7) with its own RC4, apart from the readers' one.

use super::biff::Workbook;
use ddefend_container::crypto::xor::XorKey;
use md5::{Digest, Md5};
use sha1::Sha1;

pub(super) const SALT: [u8; 16] = *b"ddefend.salt.016";
pub(super) const VERIFIER: [u8; 16] = *b"ddefend.check.16";

pub(super) fn rc4(key: &[u8], data: &mut [u8]) {
    let mut state: Vec<u8> = (0..=255).collect();
    let mut j = 0_usize;
    for i in 0..256 {
        j = (j + usize::from(state[i]) + usize::from(key[i % key.len()])) & 255;
        state.swap(i, j);
    }
    let (mut i, mut j) = (0_usize, 0_usize);
    for byte in data {
        i = (i + 1) & 255;
        j = (j + usize::from(state[i])) & 255;
        state.swap(i, j);
        *byte ^= state[(usize::from(state[i]) + usize::from(state[j])) & 255];
    }
}

pub(super) fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

type KeyOf<'k> = &'k dyn Fn(u32) -> Vec<u8>;

/// Encrypts all but headers, `BOF`, `FILEPASS` and positions of sheets.
fn apply(plain: &[u8], key: KeyOf<'_>) -> Vec<u8> {
    let mut out = plain.to_vec();
    for (block, chunk) in out.chunks_mut(1024).enumerate() {
        rc4(&key(block as u32), chunk);
    }
    each(plain, |from, to| out[from..to].copy_from_slice(&plain[from..to]));
    out
}

/// Calls `clear` with every range that stays in the clear.
fn each(plain: &[u8], mut clear: impl FnMut(usize, usize)) {
    let mut at = 0;
    while at + 4 <= plain.len() {
        let id = u16::from_le_bytes([plain[at], plain[at + 1]]);
        let length = usize::from(u16::from_le_bytes([plain[at + 2], plain[at + 3]]));
        let open = match id {
            0x0809 | 0x002f => length,
            0x0085 => 4,
            _ => 0,
        };
        clear(at, at + 4 + open);
        at += 4 + length;
    }
}

/// 40-bit RC4.
#[must_use]
pub fn rc4_40(mut book: Workbook, password: &str) -> Vec<u8> {
    let first = Md5::digest(utf16(password))[..5].to_vec();
    let base = Md5::digest([first, SALT.to_vec()].concat().repeat(16))[..5].to_vec();
    let key = move |block: u32| Md5::digest([base.clone(), block.to_le_bytes().to_vec()].concat()).to_vec();
    let mut check = [VERIFIER.to_vec(), Md5::digest(VERIFIER).to_vec()].concat();
    rc4(&key(0), &mut check);
    book.pass = [vec![1, 0, 1, 0, 1, 0], SALT.to_vec(), check].concat();
    apply(&book.bytes(), &key)
}

/// RC4 with the CryptoAPI header, 128 bits.
#[must_use]
pub fn cryptoapi(mut book: Workbook, password: &str) -> Vec<u8> {
    let base = Sha1::digest([SALT.to_vec(), utf16(password)].concat()).to_vec();
    let key = move |block: u32| Sha1::digest([base.clone(), block.to_le_bytes().to_vec()].concat())[..16].to_vec();
    let mut check = [VERIFIER.to_vec(), Sha1::digest(VERIFIER).to_vec()].concat();
    rc4(&key(0), &mut check);
    let (verifier, hash) = check.split_at(16);
    let provider = utf16("Microsoft Enhanced Cryptographic Provider v1.0\0");
    let words = |values: &[u32]| -> Vec<u8> { values.iter().flat_map(|value| value.to_le_bytes()).collect() };
    // Flags, size, algorithm RC4, hash SHA-1, key bits, provider RSA, reserved.
    let header = [words(&[4, 0, 0x6801, 0x8004, 128, 1, 0, 0]), provider].concat();
    book.pass = [
        vec![1, 0, 2, 0, 2, 0],
        words(&[4, header.len() as u32]),
        header,
        words(&[16]),
        SALT.to_vec(),
        verifier.to_vec(),
        words(&[20]),
        hash.to_vec(),
    ]
    .concat();
    apply(&book.bytes(), &key)
}

/// XOR obfuscation, method 1.
#[must_use]
pub fn xor(mut book: Workbook, password: &str) -> Vec<u8> {
    let (key, verifier) = XorKey::words(password);
    book.pass = [0_u16, key, verifier].iter().flat_map(|word| word.to_le_bytes()).collect();
    let plain = book.bytes();
    let mut out = plain.clone();
    let Some(cipher) = XorKey::open(key, verifier, password) else { return plain };
    each(&plain, |from, open| {
        let length = usize::from(u16::from_le_bytes([plain[from + 2], plain[from + 3]]));
        let (begin, end) = (from + 4, from + 4 + length);
        cipher.encrypt_record(&mut out[open..end], begin as u64, length as u64, (open - begin) as u64);
    });
    out
}
